"""What a question itself says of time: "in May 2025", "last week", "since March 2024"; and whether it wants the latest."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from qa.news import periods
from qa.news.periods import Period

__all__ = ["AskedDates", "asked_range", "wants_latest"]


@dataclass(frozen=True, slots=True)
class AskedDates:
    """The days from `first` to `last`, both included, None where open; `question[start:end]` says so."""

    first: date | None
    last: date | None
    start: int
    end: int


_SPACE = r"\s{1,3}"
_DAY = "(?P<day>monday|tuesday|wednesday|thursday|friday|saturday|sunday)"
_MONTH = (
    "(?P<month>january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?)"
)
_NUMBER = r"(?P<number>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)"
_WHICH = "(?P<which>last|past|previous|this|current|next|coming)"
_COUNTS = {"two": 2, "couple of": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10, "twelve": 12}
_COUNT = r"(?P<count>\d{1,3}|" + "|".join(_COUNTS) + ")"
_STEPS = {"last": -1, "past": -1, "previous": -1, "this": 0, "current": 0, "next": 1, "coming": 1}
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|now(?! that\b)|currently|right now|at the moment|at present|these days|"
    r"so far|up to date|presently|(?:the|['’]s|whose|their|its|his|her) current)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?<=[A-Z]\w\s)Now\b|(?<=\w\w\w\s)Now\b")


def asked_range(question: str, asked_on: date) -> AskedDates | None:
    """The days that the question asks for, by its first sure expression of time; None where it names none.

    "Last week" and its like count from `asked_on`. A bare year or month counts only after a word such as "in" or
    "since": the 2024 election may well be told of in 2025.
    """
    return _between(question, asked_on) or _bounded(question, asked_on) or _rolling(question, asked_on)


def wants_latest(question: str) -> bool:
    """Whether the newest answer is the one wanted: "latest", "now", "currently", "most recent"."""
    return _LATEST.search(_TITLE.sub("", question)) is not None


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: str
    period: Callable[[re.Match[str], date], Period]
    bare: bool = False  # counts without a word such as "in" before it


def _full_date(match: re.Match[str], _asked_on: date) -> Period:
    return periods.day(date(int(match["year"]), _month_number(match["month"]), int(match["number"])))


def _iso(match: re.Match[str], _asked_on: date) -> Period:
    return periods.day(date.fromisoformat(match["iso"]))


def _day_of_year(match: re.Match[str], asked_on: date) -> Period:
    """A day without its year: the last one on or before the question."""
    month, number = _month_number(match["month"]), int(match["number"])
    at = date(asked_on.year, month, number)
    return periods.day(at if at <= asked_on else date(asked_on.year - 1, month, number))


def _month_of_year(match: re.Match[str], _asked_on: date) -> Period:
    return periods.month(int(match["year"]), _month_number(match["month"]))


def _month(match: re.Match[str], asked_on: date) -> Period:
    """A month without its year: the last one that has begun, next March the one to come."""
    number = _month_number(match["month"])
    which = (match["which"] or "").lower()
    if _STEPS.get(which) == 1:
        return periods.month(asked_on.year + (number <= asked_on.month), number)
    if _STEPS.get(which) == 0:
        return periods.month(asked_on.year, number)
    return periods.month(asked_on.year - (number > asked_on.month - (which == "last")), number)


def _quarter(match: re.Match[str], _asked_on: date) -> Period:
    number = match["quarter"] or periods.ORDINALS.index(match["ordinal"].lower()) + 1
    return periods.quarter(int(match["year"]), int(number))


def _season(match: re.Match[str], _asked_on: date) -> Period:
    return periods.season(int(match["year"]), match["season"].lower().replace("fall", "autumn"))


def _year(match: re.Match[str], _asked_on: date) -> Period:
    return periods.year(int(match["year"]))


def _near_day(match: re.Match[str], asked_on: date) -> Period:
    days = {"yesterday": -1, "last night": -1, "tomorrow": 1}.get(" ".join(match.group().lower().split()), 0)
    return periods.day(asked_on + timedelta(days=days))


def _unit(match: re.Match[str], asked_on: date) -> Period:
    steps = _STEPS[match["which"].lower()]
    if match["unit"].lower() == "week":
        return periods.week(asked_on + timedelta(weeks=steps))
    if match["unit"].lower() == "month":
        return periods.month(asked_on.year, asked_on.month + steps)
    return periods.year(asked_on.year + steps)


def _weekday(match: re.Match[str], asked_on: date) -> Period:
    """The last such day up to the question, before it after "last"; the coming one after "next"."""
    back = (asked_on.weekday() - [name.lower() for name in periods.DAYS].index(match["day"].lower())) % 7
    steps = _STEPS.get((match["which"] or "").lower())
    if steps == 1:
        return periods.day(asked_on + timedelta(days=7 - back))
    return periods.day(asked_on - timedelta(days=back or (7 if steps == -1 else 0)))


def _month_number(name: str) -> int:
    return next(n for n, month in enumerate(periods.MONTHS, 1) if month.lower().startswith(name.lower()[:3]))


_FORMS = tuple(
    _Form(form.pattern.replace(" ", _SPACE), form.period, form.bare)
    for form in (
        _Form(rf"{_MONTH} {_NUMBER},? {_YEAR}\b", _full_date, bare=True),
        _Form(rf"(?:the )?{_NUMBER} (?:of )?{_MONTH},? {_YEAR}\b", _full_date, bare=True),
        _Form(r"(?P<iso>\d{4}-\d\d-\d\d)\b", _iso, bare=True),
        _Form(rf"{_MONTH},? (?:of )?{_YEAR}\b", _month_of_year, bare=True),
        _Form(rf"{_MONTH} {_NUMBER}\b(?![:.]\d)", _day_of_year),
        _Form(rf"(?:the )?{_NUMBER} (?:of )?{_MONTH}\b", _day_of_year),
        _Form(rf"(?:the )?(?:q(?P<quarter>[1-4])|(?P<ordinal>first|second|third|fourth) quarter),? (?:of )?{_YEAR}\b",
              _quarter, bare=True),
        _Form(rf"(?:the )?(?P<season>spring|summer|autumn|fall) (?:of )?{_YEAR}\b", _season, bare=True),
        _Form(rf"(?:the year )?{_YEAR}\b(?![-–/.,]\d|%|{_AS_A_COUNT})", _year),
        _Form(r"(?:the day )?(?:today|yesterday|tomorrow|tonight|last night|this (?:morning|afternoon|evening))\b",
              _near_day, bare=True),
        _Form(rf"{_WHICH} (?P<unit>week|month|year)\b", _unit, bare=True),
        _Form(rf"(?:{_WHICH} )?{_DAY}\b", _weekday),
        _Form(rf"(?:{_WHICH} )?{_MONTH}(?! \d|\w)", _month),
    )
)  # fmt: skip
