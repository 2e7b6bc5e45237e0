"""What a question says beside its words."""

from datetime import date

import pytest

from qa.batch.questions import questions_of
from qa.datatypes import Article, Where
from qa.questions.operators import Scope, operators, with_operators


@pytest.mark.parametrize(
    ("question", "text", "where", "told"),
    [
        (
            'How many jobs? source:"Oxley Post"',
            "How many jobs?",
            Where(sources=("Oxley Post",)),
            "Only articles from Oxley Post.",
        ),
        (
            "cost after:2025-01-02 of it",
            "cost of it",
            Where(published_from=date(2025, 1, 2)),
            "Only articles since 2 January 2025.",
        ),
        ("cost before:2024", "cost", Where(published_to=date(2023, 12, 31)), "Only articles until 31 December 2023."),
        ("cost after:2024-03", "cost", Where(published_from=date(2024, 3, 1)), "Only articles since 1 March 2024."),
    ],
)
def test_a_filter_is_taken_out_of_the_words(question, text, where, told):
    assert operators(question) == type(operators("x"))(text, Scope(where), told)


def test_exact_words_stay_and_words_to_be_left_out_go():
    said = operators("Who said “a fig leaf” -Vos of it?")
    assert (said.text, said.scope.phrases, said.scope.without) == (
        "Who said “a fig leaf” of it?",
        ("a fig leaf",),
        ("Vos",),
    )
    assert said.told == "Only articles with “a fig leaf”, without “Vos”."


def test_a_filter_that_is_given_besides_is_kept():
    given = Where(published_from=date(2025, 6, 1), article_ids=("a",))
    scope = operators("cost after:2025-01-01", given).scope
    assert scope.where == given


@pytest.mark.parametrize(
    "question",
    [
        "Was it -5 degrees?",
        "Who won 3-1?",
        "the well-known singer",
        "source: unknown",
        "What came after: nothing?",
        "after:yesterday",
        "before:2024-13-01",
        "What is “Fire at sea” about?",
        'said:"Ann Lee" buses',
        "It's the miners' hall",
        "",
    ],
)
def test_what_is_no_operator(question):
    said = operators(question)
    assert (said.text, said.scope, said.told) == (" ".join(question.split()), Scope(), "")


@pytest.mark.parametrize(
    ("scope", "is_allowed"),
    [
        (Scope(), True),
        (Scope(phrases=("the miners' HALL",)), True),
        (Scope(phrases=("fire",)), True),  # of the title
        (Scope(phrases=("miner",)), False),  # whole words only
        (Scope(phrases=("fire", "water")), False),
        (Scope(without=("hall",)), False),
        (Scope(without=("hal",)), True),
    ],
)
def test_the_articles_of_a_scope(scope, is_allowed):
    assert scope.allows(Article("a", "Fire", "It burned in the miners’\nhall.", "s")) is is_allowed


@pytest.mark.parametrize("value", ["2024", "2024-05", "2024-05-12"])
def test_before_means_the_same_in_a_question_and_in_a_table_of_questions(value):
    (asked,) = questions_of(f"question,before\nWho?,{value}\n")
    assert asked.where == operators(f"Who? before:{value}").scope.where


@pytest.mark.parametrize(
    ("typed", "asked", "again"),
    [
        ("Who  resigned? source:BBC", "Who resigned?", "Who resigned? source:BBC"),
        ("source:BBC Who resigned?", "Who resigned?", "source:BBC Who resigned?"),
        (
            'And why? source:"The Daily" -tram before:2024',
            "Why did Teller resign?",
            'Why did Teller resign? source:"The Daily" before:2024 -tram',
        ),
        ("And why?", "Why did Teller resign?", "Why did Teller resign?"),
        ("And why after:yesterday?", "Why did Teller resign?", "Why did Teller resign?"),
        ('Who said "no"?', 'Who said "no"?', 'Who said "no"?'),
    ],
)
def test_what_is_asked_again_has_the_operators_that_it_was_typed_with(typed, asked, again):
    assert with_operators(typed, asked) == again
    assert operators(again).scope.where == operators(typed).scope.where
