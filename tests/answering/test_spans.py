"""Spans that can stand alone."""

import pytest

from qa.answering.spans import is_yes_or_no, quotable


def quoted(text, words, *, whole=False):
    start = text.index(words)
    left, right = quotable(text, start, start + len(words), (0, len(text)), whole=whole)
    return text[left:right]


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("He won with “The Salt Road”, a film.", "“The Salt Road", "“The Salt Road”"),
        ("He won with “The Salt Road” again.", "The Salt Road”", "“The Salt Road”"),
        ("She said “we cannot wait, and left", "“we cannot wait", "we cannot wait"),
        ('She said it "cannot" be', '"cannot', '"cannot"'),
        ("The bank (BBK) failed", "bank (BBK", "bank (BBK"),  # an open bracket inside is left as it is
        ("The bank (BBK) failed", "(BBK", "(BBK)"),
        ("The bank of Bilbao) failed", "Bilbao)", "Bilbao"),
        ("It did not recommend the vaccine.", "recommend the vaccine", "did not recommend the vaccine"),
        ("It won't open before May.", "open before May", "won't open before May"),
        ("It no longer sells coal.", "sells coal", "no longer sells coal"),
        ("The WHO did not recommend it.", "not", "The WHO did not recommend it."),
    ],
)
def test_marks_come_in_pairs_and_a_negation_comes_along(text, words, expected):
    assert quoted(text, words) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("He won with “The Salt Road”.", "“The Salt Road”"),
        ("It was the miners’ strike.", "the miners’"),
        ("Nothing happened. The vaccine is safe.", "The vaccine is safe"),
        ("Not only Oslo but Rome agreed.", "Rome"),
        ("It rained, not snowed; 5", "5"),
    ],
)
def test_what_stands_alone_already_stays(text, words):
    assert quoted(text, words) == words


def test_a_yes_or_no_gets_the_whole_sentence():
    assert quoted("Cars may go on using it.", "may go on", whole=True) == "Cars may go on using it."


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Is the vaccine recommended?", True),
        ("Didn’t he resign?", True),
        ("will cars be allowed", True),
        ("Is it a ferry or a boat?", False),
        ("Who is it?", False),
        ("May Day: when is it?", False),
        ("Can you tell me when it opens?", False),
        ("Wasps: where are they?", False),
    ],
)
def test_questions_for_a_yes_or_no(question, expected):
    assert is_yes_or_no(question) is expected
