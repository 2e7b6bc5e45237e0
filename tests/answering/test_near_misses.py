"""What comes nearest: one sentence an article, marked by the question's own words, and the words that are nowhere."""

from __future__ import annotations

import pytest

from qa.answering.near_misses import NearMiss, missing_everywhere, near_misses
from qa.datatypes import Answer, Article, Passage, Reason, RetrievedPassage

FERRY = Article("f", "The ferry", "It rained. The captain of the ferry sailed at nine. Nobody came.", "ferry.txt")
PORT = Article("p", "The port", "The port was sold. Its captains left in May.", "port.txt")


def near(article: Article, start: int = 0, end: int | None = None) -> RetrievedPassage:
    passage = Passage(1, article.id, start, len(article.text) if end is None else end)
    return RetrievedPassage(passage, article, 1, 1, 0.5, 0.1)


def answer(question: str, *passages: RetrievedPassage) -> Answer:
    return Answer(question, "", 0.1, (), passages, Reason.NOT_SURE)


def test_of_each_article_the_sentence_that_shares_most_words() -> None:
    passages = near(FERRY), near(PORT), near(FERRY, 0, 10)
    found = near_misses(answer("Which captain sailed the ferry to Holmen?", *passages))
    told = ["The captain of the ferry sailed at nine.", "Its captains left in May."]
    assert [each.sentence for each in found] == told
    assert found[0].shared == ("captain", "sailed", "ferry")
    assert found[0].missing == ("Holmen",)
    assert found[1].shared == ("captain",)
    assert found[1].missing == ("sailed", "ferry", "Holmen")
    assert missing_everywhere(found) == ("Holmen",)


def test_a_word_elsewhere_in_the_article_or_in_its_title_is_not_missing() -> None:
    (found,) = near_misses(answer("When did nobody sail in the port?", near(FERRY, 11, 51)))
    assert found.missing == ("port",)
    (found,) = near_misses(answer("Was the port sold?", near(PORT, 19)))
    assert found.sentence == "Its captains left in May."
    assert found.missing == ()


def test_at_most_three_articles_and_none_without_passages() -> None:
    others = [near(Article(str(number), "T", "Rain.", "s")) for number in range(5)]
    assert len(near_misses(answer("Rain?", *others))) == 3
    assert near_misses(answer("Rain?")) == []
    assert near_misses(answer("Who is it?", near(PORT)))[0].missing == ()  # no word that matters
    assert missing_everywhere([]) == ()


@pytest.mark.parametrize("text", ["", "   ", "no sentence at all"])
def test_a_passage_without_a_sentence_is_shown_as_it_is(text: str) -> None:
    (found,) = near_misses(answer("Who is it?", near(Article("a", "T", text, "s"))))
    assert isinstance(found, NearMiss)
    assert found.sentence.strip() == text.strip()
