"""What is told of a whole article."""

from datetime import date

import pytest

from qa.answering.overview import (
    about_answer,
    briefing,
    central_sentences,
    comparison,
    record_answer,
    talk_answer,
)
from qa.answering.verification import citation_problem, verify_answer
from qa.datatypes import Article, Passage, RetrievedPassage
from qa.questions.kinds import AskedKind, Kind, asked_kind

TEXT = (
    "By Joss Tarn\n\nRosalind Pike resigned as mayor of Larnbridge on Friday over the sale of the town's crane.\n\n"
    "It rained. Her deputy, Gethin Lowe, will lead the town of Larnbridge until an election in the autumn. "
    "The harbour crane of Larnbridge was sold to a firm of the mayor's brother for nine thousand pounds. "
    "A band of seven men from the next valley played on a barge through all of it. "
    "Pike, who had been mayor since 2018, said that she had known nothing of the sale of the crane."
)
ARTICLE = Article(
    "a",
    "Mayor resigns over crane sale",
    TEXT,
    "/n/mayor.md",
    "https://obs.example/1",
    date(2025, 6, 20),
    ("Joss Tarn",),
)


def test_an_article_is_told_by_its_opening_and_its_central_sentences_in_order():
    answer = about_answer("What is it about?", ARTICLE)
    quotes = [each.quote for each in answer.citations]
    assert quotes[0].startswith("Rosalind Pike resigned as mayor")
    assert quotes[1:] == [TEXT[start:end].rstrip() for start, end in central_sentences(ARTICLE)[1:]]
    assert len(quotes) == 4
    assert not any("band" in quote or "It rained" in quote or "By Joss" in quote for quote in quotes)
    assert [each.start for each in answer.citations] == sorted(each.start for each in answer.citations)
    assert [citation_problem(each, TEXT) for each in answer.citations] == [None] * 4
    assert answer.note == "“Mayor resigns over crane sale”, 20 June 2025. It opens:"
    assert (answer.kind, answer.found, answer.text) == (Kind.ABOUT, True, quotes[0])


@pytest.mark.parametrize(
    ("of", "told"),
    [
        ("author", "Joss Tarn"),
        ("date", "published on 20 June 2025"),
        ("source", "https://obs.example/1"),
    ],
)
def test_what_the_library_knows_is_told_in_a_sentence_of_our_own(of, told):
    answer = record_answer("Q?", AskedKind(Kind.RECORD, "", of), ARTICLE)
    assert answer.note == f"The library's record of “Mayor resigns over crane sale”: {told}."
    assert (answer.found, answer.citations, answer.text) == (False, (), "")


def test_what_is_not_known_is_said():
    bare = Article("b", "", "Some words.", "upload:x.txt")
    assert record_answer("Q?", AskedKind(Kind.RECORD, "", "author"), bare).note.endswith("no author is given.")
    assert record_answer("Q?", AskedKind(Kind.RECORD, "", "date"), bare).note.endswith("it gives no date.")
    assert record_answer("Q?", AskedKind(Kind.RECORD, "", "source"), bare).note.endswith("upload:x.txt.")
    assert about_answer("Q?", bare).shown == ()


def test_a_greeting_gets_a_fixed_text():
    assert talk_answer("hello").note.startswith("Ask about what is in your articles")


def found(*articles):
    return [
        RetrievedPassage(Passage(index, each.id, 0, len(each.text)), each, 1, 1, 0.5, 1.0)
        for index, each in enumerate(articles)
    ]


def dated(key, title, text, day):
    return Article(key, title, text, key, published=day)


OLD = dated("o", "Crane sold", "The harbour crane was sold to a local firm today. It is gone.", date(2025, 6, 1))
COPY = dated("c", "Crane", "The harbour crane was sold to a local firm today. So it goes.", date(2025, 6, 1))
NEW = dated("n", "Crane", "Nobody wanted it. The harbour crane came back to its old place.", date(2025, 7, 1))
OTHER = dated("x", "Weather", "It rained on the harbour for the whole of the night.", date(2025, 8, 1))


def test_a_briefing_is_newest_first_and_copies_are_left_out():
    answer = briefing("Tell me about the harbour crane", "the harbour crane", found(OLD, OTHER, COPY, NEW))
    assert [each.quote for each in answer.citations] == [
        "The harbour crane came back to its old place.",
        "The harbour crane was sold to a local firm today.",
    ]
    assert answer.note == "2 articles speak of “the harbour crane”, newest first:"
    assert (answer.kind, answer.is_told) == (Kind.TOPIC, True)


def test_a_single_article_about_a_topic_is_told_by_its_opening():
    answer = briefing("Tell me about the mayor's resignation", "mayor resigns", found(ARTICLE, OTHER))
    assert (answer.kind, len(answer.citations)) == (Kind.ABOUT, 4)


def test_of_a_topic_that_no_article_has_nothing_is_told():
    assert briefing("?", "harbour whales", found(OLD, OTHER)) is None


POLLED = "Meridian found 52 per cent of all for the stadium. Larkfield found only 41 per cent for the stadium."
POLLS = dated("p", "Two polls", POLLED, None)


def test_two_sides_are_shown_without_a_verdict():
    asked = asked_kind("How do Meridian and Larkfield differ on the stadium?")
    answer = comparison("?", asked, [found(OLD, POLLS), found(POLLS)])
    assert [(each.asked, each.quote) for each in answer.citations] == [
        ("Meridian", "Meridian found 52 per cent of all for the stadium."),
        ("Larkfield", "Larkfield found only 41 per cent for the stadium."),
    ]
    assert answer.note == "Side by side, in the words of the articles:"
    assert [check.holds for check in verify_answer(answer, lambda _: POLLS)] == [True, True]


def test_a_sentence_that_speaks_of_both_sides_is_shown_once():
    polls = dated("p", "Two polls", "Meridian found 52 per cent for the stadium, and Larkfield 41 per cent.", None)
    asked = asked_kind("How do Meridian and Larkfield differ on the stadium?")
    (both,) = comparison("?", asked, [found(polls), found(polls)]).citations
    assert both.asked == "Meridian · Larkfield"


@pytest.mark.parametrize(
    "question", ["How do Meridian and Larkfield differ on whales?", "How do Meridian and Orbis differ on the stadium?"]
)
def test_where_a_side_says_nothing_of_it_nothing_is_compared(question):
    assert comparison("?", asked_kind(question), [found(POLLS), found(POLLS)]) is None
