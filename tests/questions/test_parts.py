"""Several questions in one are told apart, and a single one stays whole."""

import pytest

from qa.datatypes import Answer, Citation, Reason, Turn
from qa.questions.parts import completed_part, parts


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("When did Ann Pike resign and who replaced her?", ("When did Ann Pike resign?", "who replaced her?")),
        ("Which firm drew it, and in which year was it built?", ("Which firm drew it?", "in which year was it built?")),
        ("When and where was Edda Varga born?", ("When was Edda Varga born?", "Where was Edda Varga born?")),
        ("How many jobs will it cut and why?", ("How many jobs will it cut?", "Why will it cut jobs?")),
        ("When did she leave and why?", ("When did she leave?", "Why did she leave?")),
        ("Who resigned as mayor and why?", ("Who resigned as mayor?", "Why … resigned as mayor?")),
        ("How many votes did Ann get and how many Bo?", ("How many votes did Ann get?", "How many votes did Bo get?")),
        ("How many died? How strong was the wind?", ("How many died?", "How strong was the wind?")),
        (
            "How many members voted for and how many against the cut?",
            ("How many members voted for the cut?", "How many members voted against the cut?"),
        ),
    ],
)
def test_several_questions_in_one(question, asked):
    assert parts(question) == asked


@pytest.mark.parametrize(
    "question",
    [
        "What did the mayor and the council decide?",
        "Who told police when and where the crash happened?",
        "Do you know who did it and why they did it?",
        "Who is the man who shot Lee and where is he now?",
        "Who asked how many came and how many left?",
        "What happened when the ship sank and how many died?",
        "Who sings Who Are You and What Now?",
        "Is it true? It said so.",
        "storm petra dead",
        "What was said about why and how?",
        "",
    ],
)
def test_one_question_stays_whole(question):
    assert parts(question) == (question,)


def turn(question, quote):
    cited = (Citation("a", "Title", "s", None, None, 0, len(quote), quote, quote, 0, 0.9),) if quote else ()
    return Turn(question, Answer(question, quote, 0.9, cited, (), None if cited else Reason.NOT_SURE))


@pytest.mark.parametrize(
    ("part", "before", "asked"),
    [
        ("Why … resigned as mayor?", turn("Who resigned as mayor?", "Ann Pike"), "Why Ann Pike resigned as mayor?"),
        ("Why … resigned as mayor?", turn("Who resigned as mayor?", ""), "Why resigned as mayor?"),
        ("who replaced her?", turn("When did Ann Pike resign?", ""), "who replaced her (Ann Pike)?"),
        ("when was it printed?", turn("Who wrote the alarm manual?", ""), "when was it printed (wrote alarm manual)?"),
        ("who replaced her?", turn("When did Ann Pike resign?", "Friday"), "who replaced her?"),  # the turn tells it
        ("who fined Northline?", turn("When did Ann Pike resign?", ""), "who fined Northline?"),
    ],
)
def test_a_part_takes_what_it_needs_from_the_one_before(part, before, asked):
    assert completed_part(part, before) == asked
