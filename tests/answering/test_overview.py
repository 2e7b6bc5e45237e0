"""What is told of a whole article."""

from datetime import date

import pytest

from qa.answering.overview import about_answer, central_sentences, record_answer, talk_answer
from qa.answering.verification import citation_problem
from qa.datatypes import Article
from qa.questions.kinds import AskedKind, Kind

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
