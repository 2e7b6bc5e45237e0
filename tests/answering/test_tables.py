"""A cell of a table is found by its row and its column, or not at all."""

import pytest

from qa.answering.combined import led_by
from qa.answering.tables import CELL_RIGHT, find_cell, tables
from qa.answering.verification import citation_problem
from qa.datatypes import Answer, Article, Passage, Reason, RetrievedPassage

BRIDGES = """The county counts the lorries on its bridges, for an ordinary weekday.

Bridge, 2015, 2020, 2024
Swing bridge, Larnbridge, 95, 118, 140
Ring road, 310, 305, 290
Old mill, Tarby, 12, 9, 7

It plans to count again in October."""
VOTES = """Candidate, Party, Votes, Share
Hanna Ruiz, Civic Party, 21,480, 44.1%
Joel Prior, Workers' List, 18,376, 37.7%"""


def asked(question, *texts):
    articles = [Article(f"a{number}", "The figures", text, "s") for number, text in enumerate(texts)]
    found = find_cell(
        question,
        [RetrievedPassage(Passage(index, each.id, 0, 20), each, 1, 1, 0.5, 1.0) for index, each in enumerate(articles)],
    )
    if found is not None:
        assert citation_problem(found, next(each.text for each in articles if each.id == found.article_id)) is None
    return found


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How many lorries used the ring road in 2015?", "310"),
        ("How many lorries crossed the swing bridge in 2020?", "118"),
        ("How many lorries crossed the old mill bridge at Tarby in 2024?", "7"),
        ("How many votes did Prior get?", "18,376"),
        ("Which party does Joel Prior belong to?", "Workers' List"),
        ("What share of the vote did Hanna Ruiz get?", "44.1%"),
    ],
)
def test_the_cell_that_is_asked_for(question, cell):
    found = asked(question, VOTES, BRIDGES)
    assert (found.quote, found.missing, found.confidence) == (cell, (), CELL_RIGHT)


@pytest.mark.parametrize(
    "question",
    [
        "How many lorries used the ring road in 2019?",  # no such column
        "How many lorries used the tunnel in 2020?",  # no such row
        "How many more lorries used the ring road in 2024 than in 2015?",  # two columns: nothing is calculated
        "How many votes did Walter Haines get?",
        "How many votes were cast?",
        "Who won?",
    ],
)
def test_no_cell_is_guessed(question):
    assert asked(question, VOTES, BRIDGES) is None


def test_what_is_counted_has_to_be_what_the_table_counts():
    assert asked("How many cyclists crossed the swing bridge in 2020?", BRIDGES).missing == ("cyclists",)


def test_a_small_table_is_shown_from_its_first_line_to_the_row():
    found = asked("How many lorries used the ring road in 2015?", BRIDGES)
    assert found.context.splitlines() == BRIDGES.splitlines()[2:5]


@pytest.mark.parametrize(
    "text",
    [
        "He came, he saw, he won.\nShe left, she sang, she lost.",  # sentences
        "Bridge, 2015\nRing road",  # a row that is shorter than the first line
        "One line, and no more",
        "London\nParis\nRome",
        "",
    ],
)
def test_what_is_no_table(text):
    assert list(tables(text)) == []


def answer(quote):
    from dataclasses import replace

    cited = replace(asked("How many votes did Prior get?", VOTES), quote=quote, start=0, end=len(quote))
    return Answer("?", quote, 0.6, (cited,), ())


def test_a_cell_leads_and_what_was_read_may_answer():
    cell = asked("How many votes did Prior get?", VOTES)
    led = led_by(answer("Candidate"), cell, 0.55)
    assert (led.text, led.confidence, led.reason) == ("18,376", CELL_RIGHT, None)
    (read,) = led.possible
    assert (read.quote, read.confidence) == (
        "Candidate",
        pytest.approx(0.1 * answer("Candidate").citations[0].confidence),
    )


def test_a_cell_of_something_else_makes_nothing_sure():
    cell = asked("How many cyclists crossed the swing bridge in 2020?", BRIDGES)
    led = led_by(answer("Candidate"), cell, 0.55)
    assert (led.text, led.citations, led.reason) == ("", (), Reason.NOT_SURE)
    assert [each.quote for each in led.possible] == ["118", "Candidate"]
