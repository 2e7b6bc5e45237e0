"""Complete questions are asked as typed whatever was said before; real follow-ups are completed."""

import json
from pathlib import Path

import pytest

from qa.datatypes import Answer, Article, Citation, Passage, Reason, RetrievedPassage, Turn
from qa.questions.completeness import is_complete
from qa.questions.followup import rewrite

FILE = Path(__file__).parent.parent / "followups.jsonl"
COMPLETE = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]


def turn(question, text="", completed=None):
    citations = (Citation("a", "", "s", None, None, 0, len(text), text, text, 0),) if text else ()
    return Turn(question, Answer(completed or question, text, 0.9, citations, (), None if text else Reason.NOT_SURE))


BRIDGE = turn("Who designed the bridge at Arnfeld?", "Klara Voss")
OPENED = turn("When did the bridge at Arnfeld open?", "May 1931")
SHIP = turn("Which ship ran aground near Solvik?", "Nordlys")
HONEY = turn("How many tonnes of honey were gathered in Solvik?", "nine tonnes")
SUNK = turn("When did the Nordlys sink?", "1954")
RACE = turn("Who won the women's race?", "Una Dahl")


def test_there_are_a_hundred_complete_questions_after_a_dozen_conversations():
    assert len(COMPLETE) == 108
    assert len({json.dumps(each["history"]) for each in COMPLETE}) == 12


@pytest.mark.parametrize("asked", COMPLETE, ids=[each["question"] for each in COMPLETE])
def test_a_complete_question_is_never_rewritten(asked):
    assert rewrite(asked["question"], [turn(*each) for each in asked["history"]]) == asked["question"]


FOLLOWUPS = [
    ("When was she born?", BRIDGE, "When was Klara Voss born (Arnfeld)?"),
    ("Where did she study?", BRIDGE, "Where did Klara Voss study (Arnfeld)?"),
    ("What was her name?", BRIDGE, "What was Klara Voss' name (Arnfeld)?"),
    ("And when?", BRIDGE, "When was it that Klara Voss designed the bridge at Arnfeld?"),
    ("Why did she leave?", BRIDGE, "Why did Klara Voss leave (Arnfeld)?"),
    ("Why?", OPENED, "Why did the bridge at Arnfeld open (May 1931)?"),
    ("Where?", OPENED, "Where did the bridge at Arnfeld open (May 1931)?"),
    ("How?", SUNK, "How did the Nordlys sink (1954)?"),
    ("Where?", SUNK, "Where did the Nordlys sink (1954)?"),
    ("Why?", SUNK, "Why did the Nordlys sink (1954)?"),
    ("When was it built?", SHIP, "When was Nordlys built (ship ran aground near Solvik)?"),
    ("Who owned it?", SHIP, "Who owned Nordlys (ship ran aground near Solvik)?"),
    ("Where was it built?", SHIP, "Where was Nordlys built (ship ran aground near Solvik)?"),
    ("And in Lindau?", HONEY, "How many tonnes of honey were gathered in Lindau?"),
    ("How about in Lindau?", HONEY, "How many tonnes of honey were gathered in Lindau?"),
    ("What about the Hesper?", SUNK, "When did the Hesper sink?"),
    ("And the Hesper?", SUNK, "When did the Hesper sink?"),
    ("And the men's race?", RACE, "Who won the men's race?"),
    ("What about the men's race?", RACE, "Who won the men's race?"),
    ("How old is she?", RACE, "How old is Una Dahl?"),
    ("And in which city?", SUNK, "In which city did the Nordlys sink (1954)?"),
]


@pytest.mark.parametrize(("question", "last", "expected"), FOLLOWUPS)
def test_a_follow_up_is_completed(question, last, expected):
    assert rewrite(question, [last]) == expected


def test_nothing_is_taken_from_a_question_that_found_nothing():
    for question in ("And why?", "When was it built?", "What about the Hesper?"):
        assert rewrite(question, [SHIP, turn("Why did the Nordlys sink?")]) == question


def test_what_stood_in_brackets_is_not_carried_on():
    last = turn("When did it open?", "1931", "When did it open (bridge at Arnfeld)?")
    assert rewrite("And why?", [last]) == "Why did it open (1931)?"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did the king say about his brother?", True),
        ("Did the company say when it would pay?", True),
        ("When did the council approve it?", False),
        ("Who approved that?", False),
        ("Who lives there?", False),
        ("How many people are there in Ghana?", True),
        ("Who won?", False),
        ("Why?", False),
    ],
)
def test_a_question_is_complete_unless_it_points_elsewhere(question, expected):
    assert is_complete(question) is expected


ARTICLE = Article(
    "a", "Ford fined", "Ford was convicted over emissions. The fine was set at 9 million euros; 12 people died.", "f"
)
FINED = Turn(
    "Which car maker was convicted?",
    Answer(
        "Which car maker was convicted?",
        "Ford",
        0.9,
        (Citation("a", "Ford fined", "f", None, None, 0, 4, "Ford", "Ford was convicted over emissions.", 0),),
        (RetrievedPassage(Passage(1, "a", 0, len(ARTICLE.text)), ARTICLE, 1, 1, 0.9, 1.0),),
    ),
)


@pytest.mark.parametrize("question", ["How much was the fine?", "How many died?"])
def test_what_the_article_of_the_last_answer_speaks_of_is_asked_of_that_article(question):
    assert "Ford" in rewrite(question, [FINED])


@pytest.mark.parametrize(
    "question", ["How much was the ransom?", "How many drowned?", "What is a fine?", "How large was Opel's fine?"]
)
def test_a_noun_that_it_does_not_speak_of_or_a_name_of_its_own_leaves_a_question_as_it_is(question):
    assert rewrite(question, [FINED]) == question
