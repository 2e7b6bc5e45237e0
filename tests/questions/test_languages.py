"""A question that is plainly not in English."""

import json
from pathlib import Path

import pytest

from qa.questions.languages import foreign_language

GOLDEN = Path(__file__).parents[1] / "golden.jsonl"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("Wie viele Menschen starben im Sturm?", "de"),
        ("Qui est le maire d'Oxley ?", "fr"),
        ("¿Cuántos empleos recortará Kestrel?", "es"),
        ("Chi è il sindaco della città?", "it"),
        ("Quem é o prefeito da cidade?", "pt"),
        ("Wie is de burgemeester van Oxley?", "nl"),
        ("Kto jest burmistrzem w Oxley?", "pl"),
        ("Hvor mange mennesker døde i stormen?", "da"),
        ("Чья картина висит в музее?", "ru"),
        ("嵐で何人が死にましたか", "ja"),
    ],
)
def test_the_language_of_a_question(question, code):
    assert code in foreign_language(question).codes


@pytest.mark.parametrize(
    "question",
    [
        "storm petra dead",
        "Who wrote Les Misérables?",
        "What does 'c'est la vie' mean?",
        "Who is the mayor of San José?",
        "Wer?",
        "Who painted Der Schrei?",
        "",
        "?!",
        "COVID-19 in Rio de Janeiro",
    ],
)
def test_english_names_and_too_little_are_read_as_they_are(question):
    assert foreign_language(question) is None


def test_no_golden_question_is_foreign():
    rows = map(json.loads, GOLDEN.read_text(encoding="utf-8").splitlines())
    assert [row["question"] for row in rows if foreign_language(row["question"])] == []
