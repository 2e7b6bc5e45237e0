"""Who somebody is, in the words that introduce the name."""

import pytest

from qa.answering.definitions import DEFINITION_RIGHT, defined_name, definition_of
from qa.answering.verification import citation_problem
from qa.datatypes import Article, Passage, RetrievedPassage


def defined(question, text):
    article = Article("a", "News", text, "s")
    found = definition_of(question, [RetrievedPassage(Passage(1, "a", 0, len(text)), article, 1, 1, 0.5, 1.0)])
    if found is None:
        return None
    assert citation_problem(found, text) is None
    assert found.confidence == DEFINITION_RIGHT
    return found.quote


@pytest.mark.parametrize(
    ("question", "text", "words"),
    [
        ("Who is Rita Hollis?", "The union secretary Rita Hollis left.", "The union secretary Rita Hollis"),
        ("who is Freya Holm", "It began when an accountant, Freya Holm, saw it.", "an accountant, Freya Holm"),
        ("Who is Ann Vos?", "Ann Vos, who heads the board, left.", "Ann Vos, who heads the board"),
        ("Who was Jo Lee?", "Jo Lee, the founder of Lee Books, died.", "Jo Lee, the founder of Lee Books"),
        ("What is Orrin?", "The Orrin probe, a small spacecraft, flew.", "The Orrin probe, a small spacecraft"),
        ("What is a cryobot?", "A cryobot, which is a robot that melts ice, dives.", "A cryobot, which is a robot"),
        ("Who is Tim Wilk?", "The firm lost money. Its chief, Tim Wilk, left.", "Its chief, Tim Wilk"),
        ("Who's Al Bee?", "Al Bee is a singer from Rome.", "Al Bee is a singer from Rome"),
    ],
)
def test_the_words_that_introduce(question, text, words):
    assert defined(question, text).startswith(words)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Who is Ann Vos?", "The company told Ann Vos to go."),
        ("Who is Ann Vos?", "The border between Ann Vos and Lee was long."),
        ("What is Britain?", "Of Britain, the monarch is the head of state."),
        ("Who is Ann Vos?", "Ann Vos, who never saw it lit, drowned."),
        ("Who is Ann Vos?", "Joanne Vos, the writer, left."),
        ("What is a gyrobot?", "A cryobot, which is a robot, dives."),
        ("Who is Ann Vos?", "Nobody came."),
    ],
)
def test_what_introduces_nobody(question, text):
    assert defined(question, text) is None


@pytest.mark.parametrize(
    "question",
    [
        "Who is the mayor of Oxley?",
        "What is the cost of the bridge?",
        "Who is going to Rome?",
        "What is Ann Vos's age?",
        "When is Easter?",
        "What was said?",
        "who is there?",
    ],
)
def test_other_questions_ask_for_no_definition(question):
    assert defined_name(question) is None
