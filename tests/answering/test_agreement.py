"""Places of two articles give one answer if they speak of one matter; copies are one witness."""

import pytest

from qa.answering.agreement import merge, witnesses
from qa.answering.candidates import Candidate
from qa.datatypes import Article

NAMED = {"names": 1.0}


def candidate(number, sentence, quote, spoken="", features=NAMED):
    article = Article(f"a{number}", "T", sentence, "s")
    start = sentence.index(quote)
    return Candidate(article, start, start + len(quote), (0, len(sentence)), features, frozenset(spoken.split()))


FIRST = candidate(1, "The treaty was signed in Oslo.", "Oslo", "treat sign")


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (candidate(2, "Ministers put their names to the treaty in Oslo.", "Oslo", "treat"), True),
        (candidate(2, "A marathon was run in Oslo.", "Oslo", ""), False),
        (candidate(2, "A treaty on fish was signed in Oslo.", "Oslo", "treat sign", {"names": 0.5}), False),
        (candidate(2, "The treaty was signed in Bergen.", "Bergen", "treat sign"), False),
        (candidate(1, "The treaty was signed. That was in Oslo.", "Oslo", ""), True),  # the same article
    ],
)
def test_one_answer_or_two(other, together):
    assert len(merge([FIRST, other])) == (1 if together else 2)


def test_copies_are_one_witness():
    copy = candidate(2, "The treaty was signed in Oslo!", "Oslo", "treat sign")
    own = candidate(3, "It was in Oslo that both sides signed the treaty on Monday.", "Oslo", "treat sign")
    assert witnesses([FIRST, copy]) == 1
    assert witnesses([FIRST, copy, own]) == 2
    assert witnesses([FIRST, candidate(1, "In Oslo, far from home, both sides signed.", "Oslo")]) == 1
