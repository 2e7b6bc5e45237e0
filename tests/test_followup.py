"""Questions of a conversation made to stand alone, and never more than that."""

import pytest

from qa.datatypes import Answer, Turn
from qa.followup import standalone


def turn(question, text=""):
    return Turn(question, Answer(question, text, 0.9, (), ()))


MEETING = turn("When did Putin and Zelensky last meet?", "December 2019")
PERSON = turn("Who is the Kremlin spokesman?", "Dmitry Peskov")


@pytest.mark.parametrize(
    ("question", "last", "expected"),
    [
        (
            "What did he say about ultimatums?",
            PERSON,
            "What did he say about ultimatums (Kremlin spokesman Dmitry Peskov)?",
        ),
        ("Where?", MEETING, "Where (Putin Zelensky last meet December 2019)?"),
        ("And why?", MEETING, "And why (Putin Zelensky last meet December 2019)?"),
        ("And who is the Kremlin spokesman?", MEETING, "And who is the Kremlin spokesman?"),
        ("Who proposed direct talks in Istanbul?", MEETING, "Who proposed direct talks in Istanbul?"),
    ],
)
def test_worked_examples(question, last, expected):
    assert standalone(question, [last]) == expected


def test_without_a_conversation_nothing_changes():
    assert standalone("And when?", []) == "And when?"


def test_the_last_turn_counts():
    assert "Peskov" in standalone("And when?", [MEETING, PERSON])
    assert "Putin" not in standalone("And when?", [MEETING, PERSON])


def test_a_completed_question_carries_the_conversation_on():
    first = standalone("And where?", [MEETING])
    assert "Putin" in standalone("And why?", [MEETING, turn(first)])


def test_a_long_answer_is_not_repeated_into_the_question():
    assert "ultimatums" not in standalone(
        "Why?", [turn("What did he say?", "The language of ultimatums is unacceptable to us")]
    )
