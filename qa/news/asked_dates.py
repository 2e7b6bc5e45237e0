"""What a question itself says of time: "in May 2025", "since March 2024"; whether it wants the latest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from qa.news import periods
from qa.news.periods import Period

__all__ = ["AskedDates", "asked_range", "timeless", "wants_date", "wants_latest"]


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
_NOT_A_YEAR = r"(?![-–/]\d|[.,]\d|%| (?:people|men|women|homes|jobs|miles|dollars|euros|pounds|percent|cases|troops)\b)"
_WHICH = "(?P<which>last|this|current|next)"
# at the start of the question only in capitals: "USA Today" and "Yesterday" are names
_NEAR_DAYS = "today|yesterday|tomorrow|tonight|last night|this (?:morning|afternoon|evening)"
_COUNTS = {
    "": 1,
    "couple of": 2,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "ten": 10,
    "twelve": 12,
}
_ROLLING = re.compile(
    r"\b(?:(?:in|over|during|within|for|from)\s{1,3})?the\s{1,3}(?:last|past)\s{1,3}"
    r"(?:(?P<count>\d{1,3}|couple\sof|two|three|four|five|six|seven|ten|twelve)\s{1,3})?(?P<unit>day|week|month|year)s?\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"\b(?P<how>in|during|on|for|from|throughout|between|since|after|later than|before|prior to|earlier than|until|"
    r"till|up to|through|as of|by)\s{1,3}(?:the\s{1,3})?(?:early\s|mid[-\s]|late\s|the end of\s)?$",
    re.IGNORECASE,
)
_JOINED = re.compile(r"\s{0,3}(?:to|until|till|through|and|-|–)\s{1,3}(?:the\s)?|\s?[-–]\s?", re.IGNORECASE)
_STEPS = {"last": -1, "this": 0, "current": 0, "next": 1}
_LATEST = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|now(?! that\b)|currently|right now|at the moment|at present|these days|"
    r"so far|up to date|presently|(?:the|['’]s|whose|their|its|his|her) current)\b",
    re.IGNORECASE,
)
_TITLE = re.compile(r"(?<=\w\s)Now\b")  # "Apocalypse Now"


def asked_range(question: str, asked_on: date) -> AskedDates | None:
    """The days that the question asks for, by its first sure expression of time; None where it names none.

    "Last week" and its like count from `asked_on`. A bare year or month counts only after a word such as "in" or
    "since": the 2024 election may well be told of in 2025.
    """
    rolling = _ROLLING.search(question)
    try:
        return _rolled(rolling, asked_on) if rolling else _named(question, asked_on)
    except OverflowError:  # before the year 1
        return None


def wants_latest(question: str) -> bool:
    """Whether the newest answer is the one wanted: "latest", "now", "currently", "most recent"."""
    return _LATEST.search(_TITLE.sub("", question)) is not None


def timeless(question: str, asked: AskedDates | None) -> str:
    """The question without what it says of time, for reading an article whose own date says so."""
    words = f"{question[: asked.start]}{question[asked.end :]}" if asked else question
    words = _LATEST.sub(_without_latest, words) if wants_latest(words) else words
    return " ".join(words.split()).replace(" ?", "?").lstrip(",;: ")


def _without_latest(found: re.Match[str]) -> str:
    return found[0][: -len("current")] if found[0].lower().endswith("current") else ""


@dataclass(frozen=True, slots=True)
class _Form:
    """A form in any case, where a space is any white space."""

    words: str
    period: Callable[[re.Match[str], date], Period]
    bare: bool  # counts without a word such as "in" before it

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled at first use, so that importing the module costs nothing."""
        return _compiled(self.words)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(r"(?<![\w-])(?:" + words.replace(" ", _SPACE) + ")", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Found:
    match: re.Match[str]
    form: _Form
    before: re.Match[str] | None  # the word that says how: "since"

    @property
    def how(self) -> str:
        return " ".join(self.before["how"].lower().split()) if self.before else "in"

    @property
    def start(self) -> int:
        return self.before.start() if self.before else self.match.start()

    @property
    def counts(self) -> bool:
        """A bare year is no date of an article in "the budget for 2024"."""
        if self.form.bare or self.before is None:
            return self.form.bare
        return self.form.period is not _year or self.how not in ("on", "for")

    def period(self, asked_on: date) -> Period | None:
        try:
            return self.form.period(self.match, asked_on)
        except (ValueError, OverflowError):  # 30 February
            return None


def _rolled(match: re.Match[str], asked_on: date) -> AskedDates:
    words = " ".join((match["count"] or "").lower().split())
    count = int(words) if words.isdigit() else _COUNTS[words]
    days = {"day": 1, "week": 7, "month": 30.44, "year": 365.25}[match["unit"].lower()]
    return AskedDates(asked_on - timedelta(days=round(days * count)), asked_on, match.start(), match.end())


def _named(question: str, asked_on: date) -> AskedDates | None:
    """The first expression that counts, together with the one it is joined to: "from May to July 2025"."""
    found = list(_expressions(question))
    for number, each in enumerate(found):
        if not each.counts:
            continue
        if each.how in ("from", "between") and number + 1 < len(found):
            joined = _joined(question, each, found[number + 1], asked_on)
            if joined:
                return joined
        period = each.period(asked_on)
        if period and each.how != "between":
            return AskedDates(*_bounds(each.how, period), each.start, each.match.end())
    return None


def _joined(question: str, one: _Found, other: _Found, asked_on: date) -> AskedDates | None:
    if not _JOINED.fullmatch(question, one.match.end(), other.match.start()):
        return None
    last = other.period(asked_on)
    first = one.period(last.last if last and one.form.period in (_month, _day_of_year) else asked_on)
    if first is None or last is None or first.first > last.last:
        return None
    return AskedDates(first.first, last.last, one.start, other.match.end())


def _bounds(how: str, period: Period) -> tuple[date | None, date | None]:
    if how == "since":
        return period.first, None
    if how in ("after", "later than"):
        return period.last + timedelta(days=1), None
    if how in ("before", "prior to", "earlier than"):
        return None, period.first - timedelta(days=1)
    if how in ("until", "till", "up to", "through", "as of", "by"):
        return None, period.last
    return period.first, period.last


def _expressions(question: str) -> Iterator[_Found]:
    """The longest expression at each place, in order, none overlapping another."""
    matches = [
        (match.start(), -match.end(), n) for n, form in enumerate(_FORMS) for match in form.pattern.finditer(question)
    ]
    reached = 0
    for start, minus_end, n in sorted(matches):
        match = _FORMS[n].pattern.match(question, start)
        if start >= reached and match is not None:
            reached = -minus_end
            yield _Found(match, _FORMS[n], _BEFORE.search(question, max(0, start - 30), start))


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
    words = match.groupdict()
    number = int(words["quarter"]) if "quarter" in words else periods.ORDINALS.index(words["ordinal"].lower()) + 1
    return periods.quarter(int(match["year"]), number)


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


_FORMS = (
    _Form(rf"(?:{_DAY},? )?{_MONTH} {_NUMBER},? {_YEAR}\b", _full_date, bare=True),
    _Form(rf"(?:{_DAY},? (?:the )?)?{_NUMBER} (?:of )?{_MONTH},? {_YEAR}\b", _full_date, bare=True),
    _Form(r"(?P<iso>\d{4}-\d\d-\d\d)\b", _iso, bare=True),
    _Form(rf"{_MONTH},? (?:of )?{_YEAR}\b", _month_of_year, bare=True),
    _Form(rf"(?:{_DAY},? )?{_MONTH} {_NUMBER}\b(?![:.]\d)", _day_of_year, bare=False),
    _Form(rf"(?:{_DAY},? (?:the )?)?{_NUMBER} (?:of )?{_MONTH}\b", _day_of_year, bare=False),
    _Form(rf"q(?P<quarter>[1-4]),? (?:of )?{_YEAR}\b", _quarter, bare=True),
    _Form(rf"(?P<ordinal>first|second|third|fourth) quarter,? (?:of )?{_YEAR}\b", _quarter, bare=True),
    _Form(rf"(?P<season>spring|summer|autumn|fall) (?:of )?{_YEAR}\b", _season, bare=True),
    _Form(rf"(?:year )?{_YEAR}\b{_NOT_A_YEAR}", _year, bare=False),
    _Form(rf"(?-i:{_NEAR_DAYS})\b|(?<!.)(?:{_NEAR_DAYS})\b", _near_day, bare=True),
    _Form(r"(?<!the\s)(?P<which>last|this|next) (?P<unit>week|month|year)\b(?! tonight)", _unit, bare=True),
    _Form(r"(?P<which>current) (?P<unit>week|month|year)\b", _unit, bare=True),
    _Form(rf"{_WHICH} {_DAY}\b", _weekday, bare=True),
    _Form(rf"(?P<which>){_DAY}\b(?! (?:night (?:live|football|lights)|times|mirror|telegraph))", _weekday, bare=False),
    _Form(rf"{_WHICH} {_MONTH}(?! \d|\w)", _month, bare=True),
    _Form(rf"(?P<which>){_MONTH}(?! \d|\w)", _month, bare=False),
)


_DATE = re.compile(
    r"\b(?:(?:on|by|from|until|till|since)\s+)?(?:what|which)\s+(?:exact\s+|calendar\s+)?(?:date|day)\b"
    r"(?!\s+of\s+the\s+week)|\bwhat\s+(?:is|was|were|are)\s+the\s+(?:exact\s+)?dates?\b|\bwhen\s+exactly\b",
    re.IGNORECASE,
)


def wants_date(question: str) -> bool:
    """Whether a question wants a day of the calendar, for which "Friday" is not enough: "On what date did ...?"."""
    return _DATE.search(question) is not None
