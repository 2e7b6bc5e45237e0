"""Show how: bars, ranks and sentences, from answers small enough to explain by hand."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from qa.answering.explanation import Explanation, explain_answer, explain_retrieval, explanation_to_dict, ordinal
from qa.cli.commands import app
from qa.cli.render import bar, explanation_lines
from qa.config import Settings
from qa.datatypes import Answer, Article, Citation, Passage, Reason, RetrievedPassage, Where
from qa.errors import QuestionError

SETTINGS = Settings(candidates=10, read_passages=2, threshold=0.25)
OSLO = Article("a" * 16, "Treaty signed", "The treaty was signed in Oslo. It took a week.", "upload:a.txt")
ROME = Article("b" * 16, "", "Nothing was signed in Rome, or in Oslo.", "upload:b.txt", published=date(2025, 5, 12))


def passage(article: Article, number: int, lexical: int | None, dense: int | None, reading: float | None = None):
    return RetrievedPassage(
        Passage(number, article.id, 0, len(article.text)), article, lexical, dense, 0.5, 1.0, reading
    )


def cited(article: Article, quote: str, repeats: tuple[Citation, ...] = ()) -> Citation:
    start = article.text.index(quote)
    return Citation(
        article.id, article.title, article.source, None, None, start, start + len(quote), quote, article.text, 0, 0.8,
        repeats,
    )  # fmt: skip


def answered(*passages: RetrievedPassage, citations: tuple[Citation, ...] = ()) -> Answer:
    return Answer("Where was the treaty signed?", citations[0].quote, 0.8, citations, passages)


def missing(reason: Reason, *passages: RetrievedPassage, confidence: float = 0.18) -> Answer:
    return Answer("Where was the treaty signed?", "", confidence, (), passages, reason)


def why(answer: Answer, where: Where | None = None) -> str:
    return " ".join(explain_answer(answer, SETTINGS, where).sentences)


def test_bars_follow_ranks_and_the_readers_scores():
    answer = answered(
        passage(OSLO, 1, 1, 2, 6.0),
        passage(ROME, 2, None, 10, 4.0),
        passage(ROME, 3, 6, 1),
        citations=(cited(OSLO, "Oslo"),),
    )
    first, second, third = explain_answer(answer, SETTINGS).passages
    assert (first.lexical, first.dense, first.reader) == (1.0, 0.9, 1.0)
    assert (second.lexical, second.dense) == (0.0, pytest.approx(0.1))
    assert second.reader == pytest.approx(math.exp(-1))  # two logits less, of a start and an end
    assert (third.lexical, third.dense, third.reader) == (0.5, 1.0, None)
    assert [line.read for line in (first, second, third)] == [True, True, False]
    assert [line.number for line in (first, second, third)] == [1, 2, 3]
    assert [line.citations for line in (first, second, third)] == [(1,), (), ()]


def test_ranks_are_told_in_words():
    ranks = [(1, 1), (3, 12), (None, 2), (22, None)]
    answer = answered(*(passage(OSLO, 1, *each) for each in ranks), citations=(cited(OSLO, "Oslo"),))
    assert [line.rank for line in explain_answer(answer, SETTINGS).passages] == [
        "1st by words and by meaning",
        "3rd by words, 12th by meaning",
        "not in the first 10 by words, 2nd by meaning",
        "22nd by words, not in the first 10 by meaning",
    ]
    assert [ordinal(number) for number in (11, 12, 13, 21, 102, 111, 1003)] == [
        "11th", "12th", "13th", "21st", "102nd", "111th", "1,003rd",
    ]  # fmt: skip


def test_citations_have_the_numbers_they_have_in_the_answer_and_repeats_those_of_theirs():
    first = cited(OSLO, "a week")
    second = cited(OSLO, "Oslo", repeats=(cited(ROME, "Oslo"),))
    answer = answered(passage(OSLO, 1, 1, 1, 6.0), passage(ROME, 2, 2, 2, 5.0), citations=(first, second))
    assert [line.citations for line in explain_answer(answer, SETTINGS).passages] == [(1, 2), (2,)]


def test_a_passage_that_holds_a_part_of_the_quote_is_not_cited():
    cut = replace(passage(OSLO, 1, 1, 1, 6.0), passage=Passage(1, OSLO.id, 0, 27))  # ends within Oslo
    answer = answered(cut, passage(OSLO, 2, 2, 2, 5.0), citations=(cited(OSLO, "Oslo"),))
    assert [line.citations for line in explain_answer(answer, SETTINGS).passages] == [(), (1,)]


@pytest.mark.parametrize(
    ("ranks", "expected"),
    [
        ((1, 1), "Both searches, by words and by meaning, put this passage first."),
        ((2, 1), "The search by words put this passage 2nd, the search by meaning 1st."),
        ((None, 3), "Only the search by meaning found this passage, as the 3rd."),
        ((4, None), "Only the search by words found this passage, as the 4th."),
    ],
)
def test_why_a_place_won_begins_with_the_searches(ranks, expected):
    answer = answered(passage(OSLO, 1, *ranks, 6.0), citations=(cited(OSLO, "Oslo"),))
    assert explain_answer(answer, SETTINGS).sentences == (
        f"{expected} It is in “Treaty signed”.",
        "Of all that was read, the reader was most sure of words in this passage: “Oslo”.",
        "Confidence 0.80; an answer needs 0.25.",
    )


def test_words_that_won_although_the_reader_was_surer_of_others():
    answer = answered(passage(ROME, 1, 1, 1, 7.0), passage(OSLO, 2, 2, 2, 6.0), citations=(cited(OSLO, "a week"),))
    assert "found “a week” there. It was surer of words elsewhere" in why(answer)


def test_other_articles_that_say_the_same_are_counted_once():
    repeats = (cited(ROME, "Oslo"), cited(ROME, "signed"), cited(OSLO, "week"))
    answer = answered(passage(OSLO, 1, 1, 1, 6.0), citations=(cited(OSLO, "Oslo", repeats=repeats),))
    assert "1 more article says the same." in why(answer)


def test_why_nothing_was_good_enough():
    near = (passage(OSLO, 1, 1, 1, 1.0), passage(ROME, 2, 2, 2, 3.0))
    assert why(missing(Reason.NOT_SURE, *near)) == (
        "Some articles are about this, but no words in them answer it: "
        "confidence 0.18, below the 0.25 that a possible answer needs. "
        "The reader came nearest in an article without a title."
    )
    assert why(missing(Reason.NOTHING_RELEVANT, *near)).startswith("Nothing in the articles seems to be about this: ")
    assert why(missing(Reason.NO_ARTICLES)) == "There are no articles to search."
    where = Where(published_from=date(2025, 3, 1), sources=("bbc.co.uk",))
    assert why(missing(Reason.NO_ARTICLES), where) == (
        "The filter leaves no articles: from 1 March 2025; source: bbc.co.uk."
    )


def test_why_an_answer_is_only_possible():
    unsure = replace(cited(OSLO, "Oslo"), confidence=0.4, missing=("Gethin Lowe",))
    near = (passage(OSLO, 1, 1, 1, 1.0),)
    answer = Answer("Where did Gethin Lowe sign?", "", 0.4, (), near, Reason.NOT_SURE, (unsure,))
    assert " ".join(explain_answer(answer, Settings(threshold=0.6)).sentences) == (
        "Words in “Treaty signed” may answer it: confidence 0.40; a sure answer needs 0.60. "
        "Not mentioned there: Gethin Lowe. An answer that lacks what the question names is never a sure one."
    )


@pytest.mark.parametrize(
    ("confidence", "shown"), [(0.2499, "0.2499, below the 0.2500"), (0.248, "0.248, below the 0.250"), (0.0, "0.01")]
)
def test_a_confidence_below_the_least_never_looks_equal_to_it(confidence, shown):
    assert f"confidence {shown}" in why(missing(Reason.NOT_SURE, passage(OSLO, 1, 1, 1, 1.0), confidence=confidence))


@given(
    st.lists(st.tuples(st.none() | st.integers(1, 99), st.none() | st.integers(1, 99), st.none() | st.floats(-50, 50)))
)
def test_bars_stay_within_0_and_1_and_all_is_json(rows):
    explanation = explain_answer(missing(Reason.NOT_SURE, *(passage(OSLO, 1, *row) for row in rows)), SETTINGS)
    for line in explanation.passages:
        assert all(0.0 <= each <= 1.0 for each in (line.lexical, line.dense, line.reader or 0.0))
    values = explanation_to_dict(explanation)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    assert values["format"] == "article-qa/explanation/1"
    assert len(values["passages"]) == len(rows)


def test_json_has_the_place_the_words_and_all_figures():
    answer = answered(passage(ROME, 7, 1, None, 6.0), citations=(cited(ROME, "Rome"),))
    (line,) = explanation_to_dict(explain_answer(answer, SETTINGS))["passages"]
    assert line == {
        "number": 1, "article_id": ROME.id, "title": "", "published": "2025-05-12", "start": 0, "end": len(ROME.text),
        "text": ROME.text, "rank": "1st by words, not in the first 10 by meaning", "lexical_rank": 1,
        "dense_rank": None, "similarity": 0.5, "lexical": 1.0, "dense": 0.0, "reader": 1.0, "read": True,
        "citations": [1],
    }  # fmt: skip


# a test of retrieval


class Library:
    settings = SETTINGS


class Retriever:
    def __init__(self, *passages: RetrievedPassage) -> None:
        self.passages, self.asked = list(passages), []

    def retrieve(self, question: str, where: Where | None = None) -> list[RetrievedPassage]:
        self.asked.append((question, where))
        return self.passages


class Assistant:
    """Has no reader: who only retrieves must not read."""

    library = Library()

    def __init__(self, *passages: RetrievedPassage) -> None:
        self.retriever = Retriever(*passages)


def tried(question: str, assistant: Assistant, where: Where | None = None) -> Explanation:
    return explain_retrieval(question, assistant.retriever, assistant.library.settings, where)


def test_retrieval_can_be_tried_without_reading():
    assistant = Assistant(passage(OSLO, 1, 1, 2), passage(OSLO, 2, None, 1), passage(ROME, 3, 2, None))
    where = Where(sources=("upload:",))
    found = tried("  Where \n was it? ", assistant, where)
    assert assistant.retriever.asked == [("Where was it?", where)]
    assert found.sentences == (
        "The searches found 3 passages of 2 articles; the first 2 would be read.",
        "Both searches, by words and by meaning, found 1 of them.",
    )
    assert [(line.read, line.reader, line.citations) for line in found.passages] == [(False, None, ())] * 3


def test_retrieval_that_finds_nothing_says_why():
    assert tried("Who?", Assistant()) == Explanation("Who?", ("There are no articles to search.",), ())
    (sentence,) = tried("Who?", Assistant(), Where(article_ids=("a",))).sentences
    assert sentence == "The filter leaves no articles: 1 chosen article."


@pytest.mark.parametrize("question", ["", " \n", "x" * 2001])
def test_what_is_no_question_is_not_looked_up(question):
    with pytest.raises(QuestionError, match="The question "):
        tried(question, Assistant())


# in the shell


def test_the_shell_shows_what_was_read_and_counts_the_rest():
    answer = answered(
        passage(OSLO, 1, 1, 1, 6.0),
        passage(ROME, 2, 2, 3, 2.0),
        passage(ROME, 3, 3, 2),
        citations=(cited(OSLO, "Oslo"),),
    )
    lines = [line.plain for line in explanation_lines(explain_answer(answer, SETTINGS))]
    assert lines[1] == "How"
    assert lines[5:] == [
        "  1 ██████████  1st by words and by meaning · answer 1 · Treaty signed · characters 0–46",
        "  2 █·········  2nd by words, 3rd by meaning · (no title) · characters 0–39",
        "1 more found, but not read.",
    ]
    assert (bar(0.0), bar(0.44), bar(1.0), bar(7.0)) == ("·" * 10, "████······", "█" * 10, "█" * 10)


def test_titles_cannot_command_the_terminal():
    hostile = replace(OSLO, title="\x1b[31mred\x1b]0;gone\x07\u202edlo")
    answer = missing(Reason.NOT_SURE, passage(hostile, 1, 1, 1, 6.0))
    shown = "\n".join(line.plain for line in explanation_lines(explain_answer(answer, SETTINGS)))
    assert "red" in shown
    assert not set("\x1b\x07\u202e") & set(shown)


@pytest.fixture
def shell(monkeypatch):
    """Runs `article-qa`; whatever is asked has one answer."""

    class Opened:
        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def ask(self, question, *, where=None, kind=None, any_time=False):
            return answered(passage(OSLO, 1, 1, 1, 6.0), citations=(cited(OSLO, "Oslo"),))

    monkeypatch.setattr("qa.assistant.Assistant.open", lambda *_, **__: Opened())
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_ask_shows_how_when_it_is_asked_to(shell):
    assert "Both searches" in shell("ask", "Where?", "--show-how").stdout
    assert "Both searches" not in shell("ask", "Where?").stdout
    values = json.loads(shell("ask", "Where?", "--show-how", "--json").stdout)
    assert values["explanation"]["sentences"][0].startswith("Both searches")
    assert "explanation" not in json.loads(shell("ask", "Where?", "--json").stdout)
