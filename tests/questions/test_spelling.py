"""Slips of the pen and other spellings in a question, read as the articles spell them."""

from pathlib import Path

import pytest
from library_fakes import LetterEncoder

from qa.config import Settings
from qa.library import Library
from qa.loaders import Document
from qa.questions.spelling import respelled
from qa.text.slips import is_slip

TEXT = (
    "Zelensky's envoys met Putin in Skell. The Skell film prize went to Zdeněk Šimko. A lorry brought the prize. "
    "The presidents met again, and Zelensky spoke. A new design won."
)


@pytest.fixture(scope="module")
def words_like(tmp_path_factory):
    path: Path = tmp_path_factory.mktemp("spelling") / "library"
    with Library.open(path, Settings(min_article_chars=1), encoder=LetterEncoder()) as library:
        library.add_documents([Document("upload:a.txt", TEXT.encode())])
        library.backend.refresh()
        yield library.backend.words_like


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("Who won the Skel film prise?", "Who won the Skell film prize?"),
        ("Did Zelenskyy speak?", "Did Zelensky speak?"),
        ("Did zelenskiy speak?", "Did Zelensky speak?"),
        ("When did the presidnets meet?", "When did the presidents meet?"),
        ("Who desinged it?", "Who designed it?"),  # the articles have "design" alone
    ],
)
def test_a_word_that_nobody_has_is_read_as_the_one_that_the_articles_have(words_like, asked, read):
    assert respelled(asked, words_like) == read


@pytest.mark.parametrize(
    "asked",
    [
        "Who bought the prize?",  # an English word, though "brought" is in the articles
        "Did “Zelenskyy” speak?",  # quoted
        "Did Zelenshyk speak?",  # two letters
        "Who is Pitin?",  # one letter, in a word too short
        "Did the envoy meet him?",  # another form of a word that is there
        "Was ist mit Žižkov?",
        "?",
    ],
)
def test_what_may_be_meant_is_never_changed(words_like, asked):
    assert respelled(asked, words_like) == asked


@pytest.mark.parametrize(
    ("one", "other"),
    [("skel", "skell"), ("prise", "prize"), ("minister", "minsiter"), ("zelenski", "zelenskiy"), ("abcde", "abde")],
)
def test_one_letter_more_less_another_or_two_changed_over(one, other):
    assert is_slip(one, other)
    assert is_slip(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("same", "same"), ("bought", "thought"), ("2024", "2025"), ("abcdef", "abdcfe"), ("abcd", "abcx")],
)
def test_more_than_a_letter_the_first_or_a_short_word_is_no_slip(one, other):
    assert not is_slip(one, other)
