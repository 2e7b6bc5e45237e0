"""What a question says of time."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.news.asked_dates import asked_range, timeless, wants_date, wants_latest

WEDNESDAY = date(2025, 11, 26)


def asked(question, asked_on=WEDNESDAY):
    found = asked_range(question, asked_on)
    if found is None:
        return None
    first, last = (str(each) if each else None for each in (found.first, found.last))
    return question[found.start : found.end], first, last


@pytest.mark.parametrize(
    ("question", "words", "first", "last"),
    [
        ("What happened in May 2025?", "in May 2025", "2025-05-01", "2025-05-31"),
        ("what happened in may 2025", "in may 2025", "2025-05-01", "2025-05-31"),
        ("Who won last week?", "last week", "2025-11-17", "2025-11-23"),
        ("What is new this week?", "this week", "2025-11-24", "2025-11-30"),
        ("Who won in 2024?", "in 2024", "2024-01-01", "2024-12-31"),
        ("What is new since March 2024?", "since March 2024", "2024-03-01", None),
        ("What was said before 2020?", "before 2020", None, "2019-12-31"),
        ("What was said after 5 May 2024?", "after 5 May 2024", "2024-05-06", None),
        ("As of March 2024, who is chief?", "As of March 2024", None, "2024-03-31"),
        ("Who will go by the end of 2026?", "by the end of 2026", None, "2026-12-31"),
        ("What happened today?", "today", "2025-11-26", "2025-11-26"),
        ("Who came yesterday?", "yesterday", "2025-11-25", "2025-11-25"),
        ("What did the bank say this year?", "this year", "2025-01-01", "2025-12-31"),
        ("What did it cost last month?", "last month", "2025-10-01", "2025-10-31"),
        ("Who spoke on Friday, 10 January 2020?", "on Friday, 10 January 2020", "2020-01-10", "2020-01-10"),
        ("Who spoke on January 10, 2020?", "on January 10, 2020", "2020-01-10", "2020-01-10"),
        ("Who spoke on 2020-01-10?", "on 2020-01-10", "2020-01-10", "2020-01-10"),
        ("Who spoke on 3 December?", "on 3 December", "2024-12-03", "2024-12-03"),
        ("Who spoke on Tuesday?", "on Tuesday", "2025-11-25", "2025-11-25"),
        ("Who spoke last Wednesday?", "last Wednesday", "2025-11-19", "2025-11-19"),
        ("Who will speak next Friday?", "next Friday", "2025-11-28", "2025-11-28"),
        ("Who died in December?", "in December", "2024-12-01", "2024-12-31"),
        ("Who died last November?", "last November", "2024-11-01", "2024-11-30"),
        ("Who died last March?", "last March", "2025-03-01", "2025-03-31"),
        ("What will happen next March?", "next March", "2026-03-01", "2026-03-31"),
        ("Who died from May to July 2024?", "from May to July 2024", "2024-05-01", "2024-07-31"),
        ("Who won between 2019 and 2021?", "between 2019 and 2021", "2019-01-01", "2021-12-31"),
        ("What fell in the third quarter of 2024?", "in the third quarter of 2024", "2024-07-01", "2024-09-30"),
        ("What were Q3 2024 profits?", "Q3 2024", "2024-07-01", "2024-09-30"),
        ("What burned in summer 2023?", "in summer 2023", "2023-06-01", "2023-08-31"),
        ("What happened over the past week?", "over the past week", "2025-11-19", "2025-11-26"),
        ("What happened in the last 10 days?", "in the last 10 days", "2025-11-16", "2025-11-26"),
    ],
)
def test_the_days_asked_for(question, words, first, last):
    assert asked(question) == (words, first, last)


@pytest.mark.parametrize(
    "question",
    [
        "What has changed since the election?", "Who won the 2024 election?", "May I ask who won?", "Who may march?",
        "What did Theresa May say?", "Who leads USA Today?", "Who wrote Yesterday?", "Who bought 2000 homes?",
        "How many died in 2000 homes?", "What is the budget for 2024?", "Who was on Saturday Night Live?",
        "Who won in the 2024-25 season?", "Who spoke on February 30?", "How did the march end?", "Who came second?",
        "What is the latest?", "Who hosts Last Week Tonight?", "Who was there between 2019?", "",
    ],
)  # fmt: skip
def test_no_days_are_made_of_what_is_none(question):
    assert asked(question) is None


def test_the_day_of_the_question_is_a_parameter():
    assert asked("Who won last year?", date(2020, 2, 29)) == ("last year", "2019-01-01", "2019-12-31")
    assert asked("Who won last year?", date(1, 1, 1)) is None
    assert asked("Who won in the last 900 years?", date(1, 1, 1)) is None


@pytest.mark.parametrize(
    "question",
    [
        "What is the latest on the storm?", "Who is president now?", "Who currently leads the party?",
        "What was the most recent count?", "How many have died so far?", "Who is the current mayor?",
        "What is France's current debt?", "Who leads at the moment?",
    ],
)  # fmt: skip
def test_the_latest_is_wanted(question):
    assert wants_latest(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who was president in 2019?", "Who directed Apocalypse Now?", "How strong is an electric current?",
        "Who knows what happened?", "What did he do now that he lost?", "",
    ],
)  # fmt: skip
def test_the_latest_is_not_wanted(question):
    assert not wants_latest(question)


@pytest.mark.parametrize(
    ("question", "is_wanted"),
    [
        ("On what date did Pike resign?", True),
        ("On which day was it signed?", True),
        ("What was the date of the vote?", True),
        ("When exactly did she leave?", True),
        ("When did Pike resign?", False),
        ("What day of the week was it?", False),
        ("Which days are free?", False),
    ],
)
def test_a_day_of_the_calendar_is_wanted(question, is_wanted):
    assert wants_date(question) is is_wanted


@pytest.mark.parametrize(
    ("question", "plain"),
    [
        ("Who was elected in May 2025?", "Who was elected?"),
        ("In 2024, who won?", "who won?"),
        ("What is the latest cost of it?", "What is the cost of it?"),
        ("What is the current rate?", "What is the rate?"),
        ("Who won the 2019 cup?", "Who won the 2019 cup?"),
        ("Who directed Apocalypse Now?", "Who directed Apocalypse Now?"),
    ],
)
def test_a_question_without_what_it_says_of_time(question, plain):
    assert timeless(question, asked_range(question, date(2025, 6, 20))) == plain


WORDS = st.sampled_from(
    "in on since between from to and the last past next this May march 10 2024 30 Friday week months "
    "three q3 today , ?".split()
)


@given(st.lists(WORDS, max_size=20).map(" ".join) | st.text(max_size=60), st.dates())
def test_offsets_lie_in_the_question_and_days_are_in_order(question, asked_on):
    wants_latest(question)
    found = asked_range(question, asked_on)
    if found is not None:
        assert 0 <= found.start < found.end <= len(question)
        assert question[found.start : found.end].strip() == question[found.start : found.end]
        assert found.first is None or found.last is None or found.first <= found.last
        assert (found.first, found.last) != (None, None)
