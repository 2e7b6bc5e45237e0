"""Words for times in a passage ("on Tuesday", "last year", "two days ago"), resolved against the publication date.

Wrong is worse than silent: what is not surely one day, week, month, quarter, season or year is left alone, and so are
durations ("for two years"), sets ("every Friday") and dates that need nothing ("10 January 2020").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from qa.news import nearby, periods
from qa.news.nearby import Place
from qa.news.periods import Period, Precision

__all__ = ["Resolved", "is_relative", "resolve"]

_SPACE = r"[ \t\n\xa0]{1,3}"
_DAYS = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_DAY = f"(?P<day>{_DAYS})"
_DAY_NUMBER = r"(?P<number>[0-3]?\d)(?:st|nd|rd|th)?"
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)|Feb(?:ruary|\.)|March|Mar\.|April|Apr\.|May|June|July|Aug(?:ust|\.)|"
    r"Sept(?:ember|\.)|Oct(?:ober|\.)|Nov(?:ember|\.)|Dec(?:ember|\.))"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_NO_YEAR = rf"(?!\d|,? (?:in |of )?{_YEAR}\b|[-–:./]\d|,\d|%| (?:percent|per cent|people|points|million|billion)\b)"
_WHICH = "(?P<which>[Ll]ast|[Tt]his|[Nn]ext)"
_WHICH_DAY = "(?P<which>[Ll]ast|[Tt]his past|[Tt]his coming|[Tt]his|[Nn]ext|[Cc]oming)"
_EARLY = "(?:(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate|[Mm]id)(?:-| ))?"
_PART = "(?: (?:early |late )?(?:morning|afternoon|evening|night))?"
_PART_OF_UNIT = "(?:end|start|beginning|rest|middle|remainder)"
_ABOUT = "(?:[Aa]bout|[Aa]lmost|[Nn]early|[Ss]ome|[Aa]round|[Rr]oughly)"
_UNIT = "(?P<unit>day|week|month|year|decade)"
_COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
_COUNTS = {word: number for number, word in enumerate(_COUNTED, 1)} | {
    "a": 1, "an": 1, "a couple of": 2, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_COUNT = r"(?P<number>\d{1,3}|" + "|".join(sorted(_COUNTS, key=len, reverse=True)) + ")"
_QUARTER = r"(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)(?:-| )quarter\b"
# what makes a name of a day or month
_NOT_AFTER = r"(?<![\w-])" + "".join(
    rf"(?<!{word}\s)"
    for word in "Mr. Ms. Mrs. Dr. Mr Ms Mrs Dr Black Good Super Ash Bloody Cyber Sheffield Ruby Easter Holy Palm "
    "Giving Shrove Whit Fat Man Girl Joe".replace(".", r"\.").split()
)
_NOT_BEFORE = (
    r"(?! (?:Times|Mirror|Telegraph|Mail|Express|Herald|Post|Independent|Tribune|Sun|Star|Sport|People|Night|Club|"
    r"Magazine|School|Agreement|Mass|Addams|Record|World|the 13th)\b)"
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """What `text[start:end]` means: the period's days, precision, EDTF value and words for people."""

    start: int
    end: int
    period: Period

    @property
    def value(self) -> str:
        """EDTF, with the precision of the words: 2020-01-10, 2020-01, 2020, 2020-W02, 2020-21 for spring 2020."""
        return self.period.value

    @property
    def words(self) -> str:
        """The date for people: Friday, 10 January 2020."""
        return self.period.words

    @property
    def precision(self) -> Precision:
        """How exact the words are."""
        return self.period.precision


def resolve(text: str, start: int, end: int, published: date) -> tuple[Resolved, ...]:
    """Every relative expression of time in `text[start:end]` that is sure, in its order, as dates.

    The words around it, outside `text[start:end]` too, tell past from future. Raises ValueError where the offsets
    do not lie in the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"no span of a text of {len(text)} characters: {start} to {end}")
    found = []
    for match, form in _expressions(text, start, end):
        period = _period(match, form, published)
        if period is not None:
            found.append(Resolved(match.start(), match.end(), period))
    return tuple(found)


def is_relative(text: str) -> bool:
    """Whether a bare answer ("Friday", "on Friday", "yesterday", "last year") says a time only relatively."""
    words = text.strip(" \t\n.,;:\"'“”‘’()")
    words = re.sub(r"^(?:on|in|since|until|by|of|from|the day)\s", "", words, flags=re.IGNORECASE)
    return any(form.resolver is not None and form.pattern.fullmatch(words) is not None for form in _FORMS)


_Resolver = Callable[[re.Match[str], Place], Period | None]
_STEPS = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1}


@dataclass(frozen=True, slots=True)
class _Form:
    pattern: re.Pattern[str]
    resolver: _Resolver | None  # None: never resolved, and nothing in it is


def _expressions(text: str, start: int, end: int) -> Iterator[tuple[re.Match[str], _Form]]:
    """The longest expression at each place, none overlapping another."""
    low, high = max(0, start - 40), min(len(text), end + 40)  # an expression is never looked for in its half
    found = [
        (match.start(), -match.end(), order)
        for order, form in enumerate(_FORMS)
        for match in form.pattern.finditer(text, low, high)
    ]
    reached = 0
    for at, minus_end, order in sorted(found):
        if at < reached:
            continue
        reached = -minus_end
        match = _FORMS[order].pattern.match(text, at, high)
        if start <= at and reached <= end and match is not None and match.end() == reached:
            yield match, _FORMS[order]


def _period(match: re.Match[str], form: _Form, published: date) -> Period | None:
    if form.resolver is None:
        return None
    try:
        return form.resolver(match, Place(match.string, match.start(), match.end(), published))
    except (ValueError, OverflowError):  # 30 February, the year 0
        return None


# One day


def _weekday(match: re.Match[str], place: Place) -> Period | None:
    """The last such day on or before publication, the coming one after "next" or in the future tense."""
    which = (match["which"] or "").lower()
    back = (place.published.weekday() - periods.DAYS.index(match["day"])) % 7
    if which.startswith("last"):
        return periods.day(place.published - timedelta(days=back or 7))
    if which.startswith("next"):
        return periods.day(place.published + timedelta(days=7 - back))
    if not which and place.tense == "future" and re.match("['’]s", place.text[place.end : place.end + 2]):
        return None  # "will discuss Friday's ruling"
    coming = "coming" in which or (place.tense == "future" if not which else place.tense != "past")
    return periods.day(place.published + timedelta(days=-back % 7 if coming else -back))


def _weekday_of_week(match: re.Match[str], place: Place) -> Period:
    monday = place.published - timedelta(days=place.published.weekday())
    weeks = _STEPS[match["which"].lower()]
    return periods.day(monday + timedelta(days=7 * weeks + periods.DAYS.index(match["day"])))


def _near_day(match: re.Match[str], place: Place) -> Period | None:
    words = match.group().lower()
    if "today" in words and re.match(r"['’]s\b", place.text[place.end : place.end + 3]):
        return None if nearby.speaks_of_an_age(place) else periods.day(place.published)
    if "before yesterday" in words:
        days = -2
    elif "after tomorrow" in words:
        days = 2
    else:
        days = -1 if "yesterday" in words or "last" in words else 1 if "tomorrow" in words else 0
    return periods.day(place.published + timedelta(days=days))


def _month_day(match: re.Match[str], place: Place) -> Period | None:
    """The nearest such date where one is near, else the one on the side that the tense names."""
    if nearby.year_is_doubtful(place) or nearby.is_recurring(place):
        return None
    month, number = _month_number(match["month"]), int(match["number"])
    if named := match.groupdict().get("day"):
        return _month_day_on(named, month, number, place.published)
    dates = [date(place.published.year + years, month, number) for years in (-1, 0, 1) if _exists(years, match, place)]
    nearest = min(dates, key=lambda each: abs(each - place.published))
    if abs(nearest - place.published).days <= 75:
        return periods.day(nearest)
    past = max(each for each in dates if each <= place.published)
    future = min(each for each in dates if each > place.published)
    return periods.day({"past": past, "future": future}[place.tense]) if place.tense else None


def _exists(years: int, match: re.Match[str], place: Place) -> bool:
    """29 February is in leap years only."""
    try:
        date(place.published.year + years, _month_number(match["month"]), int(match["number"]))
    except ValueError:
        return False
    return True


def _month_day_on(weekday: str, month: int, number: int, published: date) -> Period | None:
    """The year, no further than one away, in which the date falls on this day of the week."""
    for years in (0, -1, 1):
        at = date(published.year + years, month, number)
        if at.weekday() == periods.DAYS.index(weekday):
            return periods.day(at)
    return None


# Months and seasons


def _bare_month(match: re.Match[str], place: Place) -> Period | None:
    number = _month_number(match["month"])
    if nearby.year_is_doubtful(place) or nearby.is_recurring(place) or not nearby.is_month_name(place, match["month"]):
        return None
    past, future = _month_on_or_before(number, place.published), _month_on_or_after(number, place.published)
    if past == future:
        return past
    ahead, ago = (future.first - place.published).days, (place.published - past.last).days
    if ahead < 75 and ago > 240:
        return None if place.tense == "past" else future
    if place.tense == "future":
        return future if ago > 60 else None
    return past if place.tense == "past" or ago < 120 else None


def _month_by(match: re.Match[str], place: Place) -> Period:
    """Last March, next March, this March."""
    number, which = _month_number(match["month"]), match["which"].lower()
    year, month = place.published.year, place.published.month
    if which == "last":
        return periods.month(year - (number >= month), number)
    return periods.month(year + (which == "next" and number <= month), number)


def _month_of_year(match: re.Match[str], place: Place) -> Period:
    """March this year, last year, next year."""
    return periods.month(place.published.year + _STEPS[match["which"].lower()], _month_number(match["month"]))


def _month_on_or_before(number: int, published: date) -> Period:
    return periods.month(published.year - (number > published.month), number)


def _month_on_or_after(number: int, published: date) -> Period:
    return periods.month(published.year + (number < published.month), number)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(periods.MONTHS, 1) if month.startswith(name[:3]))


def _season(match: re.Match[str], place: Place) -> Period | None:
    name = match["season"].lower().replace("fall", "autumn")
    year, which = place.published.year, match["which"].lower()
    this = periods.season(year, name)
    if match["past"]:
        return this if this.first <= place.published else periods.season(year - 1, name)
    if which == "this":
        return this
    if which == "next":
        return this if this.first > place.published else periods.season(year + 1, name)
    return this if this.last < place.published else periods.season(year - 1, name)


# Last, this and next week, month, year


def _unit(match: re.Match[str], place: Place) -> Period:
    return _moved(match["unit"].lower(), _STEPS[match["which"].lower()], place.published)


def _moved(unit: str, steps: int, published: date) -> Period:
    """The unit that lies `steps` of its kind after the one of publication."""
    if unit == "day":
        return periods.day(published + timedelta(days=steps))
    if unit == "week":
        return periods.week(published + timedelta(weeks=steps))
    if unit == "month":
        return periods.month(published.year, published.month + steps)
    return periods.year(published.year + steps * (10 if unit == "decade" else 1))


def _weekend(match: re.Match[str], place: Place) -> Period | None:
    """A weekend that has begun counts as the last one for "the weekend" and as this one for "this weekend"."""
    saturday = place.published + timedelta(days=(5 - place.published.weekday()) % 7)
    if place.published.weekday() == 6:
        saturday -= timedelta(days=7)
    which = match["which"].lower()
    if which == "last":
        back = 7
    elif which == "this":
        back = 7 if place.tense == "past" and saturday > place.published else 0
    else:
        back = 0 if place.tense == "future" or saturday <= place.published else 7
    return periods.weekend(saturday - timedelta(days=back))


def _of_the_unit(match: re.Match[str], place: Place) -> Period | None:
    """The unit of publication, if no other year is spoken of: "later in the month"."""
    return None if nearby.year_is_doubtful(place) else _moved(match["unit"].lower(), 0, place.published)


def _year_end(_match: re.Match[str], place: Place) -> Period | None:
    coming = place.tense == "future" or place.text[max(0, place.start - 3) : place.start] == "by "
    return periods.year(place.published.year) if coming and not nearby.year_is_doubtful(place) else None


# So long ago


def _ago(match: re.Match[str], place: Place) -> Period | None:
    number, unit = _count(match["number"]), match["unit"].lower()
    if unit == "year" and number == 1 and nearby.is_business(place):
        return nearby.year_before(place)
    period = _moved(unit, -number, place.published)
    vague = match["about"] or unit == "decade" or match["number"].lower() == "a couple of"
    return period.approximate() if vague else period


def _from_now(match: re.Match[str], place: Place) -> Period:
    return _moved(match["unit"].lower(), _count(match["number"]), place.published)


def _count(words: str) -> int:
    return int(words) if words.isdigit() else _COUNTS[" ".join(words.lower().split())]


# Quarters of a business, and years counted from another year


def _quarter(match: re.Match[str], place: Place) -> Period | None:
    return nearby.quarter(place, periods.ORDINALS.index(match["ordinal"].lower()) + 1)


def _quarter_of_year(match: re.Match[str], place: Place) -> Period:
    year = place.published.year + _STEPS[match["which"].lower()]
    return periods.quarter(year, periods.ORDINALS.index(match["ordinal"].lower()) + 1)


def _quarter_by(match: re.Match[str], place: Place) -> Period:
    """Last, this and next quarter."""
    steps = _STEPS[match["which"].lower()]
    at = periods.month(place.published.year, place.published.month + 3 * steps).first
    return periods.quarter(at.year, (at.month + 2) // 3)


def _same_quarter(_match: re.Match[str], place: Place) -> Period | None:
    return nearby.quarter_ended(place) or nearby.last_quarter(place)


def _year_earlier(match: re.Match[str], place: Place) -> Period | None:
    if match.groupdict().get("ordinal"):
        now = nearby.quarter(place, periods.ORDINALS.index(match["ordinal"].lower()) + 1)
        return nearby.one_year_before(now) if now else None
    return nearby.year_before(place)


def _other_year(match: re.Match[str], place: Place) -> Period | None:
    """That year, the following year: by the year named just before."""
    named = nearby.year_named_before(place)
    if named is None:
        return None
    which = match["which"].lower()
    return periods.year(named + (1 if which in ("following", "next") else -1 if which == "previous" else 0))


def _form(words: str, resolver: _Resolver | None) -> _Form:
    """A space in `words` is any white space of a line or of a line's end."""
    return _Form(re.compile(words.replace(" ", _SPACE)), resolver)


_ONE_DAY = (
    _form(rf"\b{_DAY},? (?:the )?{_MONTH} {_DAY_NUMBER}{_NO_YEAR}", _month_day),
    _form(rf"\b{_DAY},? (?:the )?{_DAY_NUMBER} (?:of )?{_MONTH}{_NO_YEAR}", _month_day),
    _form(rf"{_NOT_AFTER}{_EARLY}(?:{_WHICH_DAY} )?{_DAY}(?!\w){_PART}{_NOT_BEFORE}", _weekday),
    _form(rf"\b{_DAY}{_PART} (?:of )?{_WHICH} week\b", _weekday_of_week),
    _form(r"\b[Tt]he day (?:before yesterday|after tomorrow)\b", _near_day),
    _form(rf"\b{_EARLY}(?:[Yy]esterday|[Tt]omorrow|[Tt]oday){_PART}\b", _near_day),
    _form(rf"\b(?:[Tt]onight|[Ll]ast night|{_EARLY}[Tt]his (?:morning|afternoon|evening))\b", _near_day),
    _form(rf"(?<![\w-]){_MONTH} {_DAY_NUMBER}{_NO_YEAR}", _month_day),
    _form(rf"(?<![\w.,:-])(?:the )?{_DAY_NUMBER} (?:of )?{_MONTH}(?!\w){_NO_YEAR}", _month_day),
)
_MONTHS_AND_SEASONS = (
    _form(rf"{_NOT_AFTER}\b{_EARLY}{_MONTH}(?!\w| \d){_NO_YEAR}", _bare_month),
    _form(rf"\b{_EARLY}{_WHICH} {_MONTH}(?!\w| \d){_NO_YEAR}", _month_by),
    _form(rf"\b{_EARLY}{_MONTH},? (?:of )?{_WHICH} year\b", _month_of_year),
    _form(rf"\b{_EARLY}{_WHICH}(?P<past> past)? (?P<season>spring|summer|autumn|fall)\b(?! of\b)", _season),
)
_UNITS = (
    _form(rf"(?<!the\s)(?<!The\s)(?<!these\s)\b{_EARLY}{_WHICH} (?P<unit>week|month|year)\b(?!-)", _unit),
    _form(r"\b(?P<which>[Ll]ast|[Tt]his|[Tt]he) weekend\b", _weekend),
    _form(r"\b(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate) in the (?P<unit>week|month|year)\b", _of_the_unit),
    _form(rf"\b(?:[Tt]he )?{_PART_OF_UNIT} of (?:the|this) (?P<unit>week|month|year)\b", _of_the_unit),
    _form(r"\b[Yy]ear[- ]end\b", _year_end),
    _form(rf"\b(?:(?P<about>{_ABOUT}) )?(?i:{_COUNT}) {_UNIT}s? ago\b", _ago),
    _form(rf"\b(?i:{_COUNT}) {_UNIT}s? from now\b", _from_now),
)
_QUARTERS = (
    _form(rf"(?<!\d\s)\b(?:[Tt]he )?{_QUARTER}(?! (?:of |in )?(?:fiscal )?{_YEAR})", _quarter),
    _form(rf"\b{_WHICH} year['’]s {_QUARTER}", _quarter_of_year),
    _form(r"\b(?:[Tt]he )?(?P<which>[Ll]ast|[Tt]his|[Nn]ext|[Cc]urrent|[Pp]revious) quarter\b", _quarter_by),
    _form(r"\b[Tt]he (?:latest (?:quarter|period)|quarter)\b(?! of\b)", _same_quarter),
    _form(rf"\b(?:[Tt]he |a )?[Yy]ear-(?:earlier|ago)(?: (?:{_QUARTER}|quarter\b|period\b))?", _year_earlier),
    _form(r"\b[Aa] year (?:earlier|before)\b", _year_earlier),
    _form(r"\b[Tt]he (?P<which>following|previous|next|same) year\b", _other_year),
    _form(r"\b(?P<which>[Tt]hat)(?: same)? year\b", _other_year),
)
_NEVER = (
    _form(rf"\b(?:[Ee]very|[Ee]ach|[Aa]lternate|[Mm]ost) (?:other )?(?:\w+ )?(?:{_DAY}|{_MONTH}|{_UNIT})\b", None),
    _form(rf"\b{_DAYS}s? ?(?:to|through|thru|-|–) ?{_DAYS}\b", None),
    _form(rf"\b{_MONTH} {_DAY_NUMBER},? {_YEAR}\b", None),
    _form(rf"\b{_DAY_NUMBER} (?:of )?{_MONTH},? {_YEAR}\b", None),
    _form(rf"\b{_MONTH},? (?:of |in )?{_YEAR}\b", None),
    _form(rf"\b{_DAYS}s\b|\b(?i:{_COUNT}) weeks? (?:from|before|after|on) {_DAYS}\b|\b{_DAYS} week\b", None),
    _form(rf"\b[Tt]he (?:previous|following|next|first|last) {_DAYS}\b|\b[Oo]ne (?:{_DAYS}|day)\b", None),
    _form(rf"\b{_MONTH} (?:Day|Fools|Revolution|Madness|Fourth|Crisis|War)\b", None),
    _form(rf"\b[Tt]h(?:e|ese) (?:last|past|next|coming) (?:\w+ )?{_UNIT}s?\b", None),
    _form(rf"\b(?i:(?:more|less|fewer) than|over|at least|under) (?i:{_COUNT}) {_UNIT}s? ago\b", None),
    _form(rf"\b(?i:{_COUNT}) {_UNIT}s? or (?:so|two|more) ago\b", None),
)
_FORMS = _NEVER + _ONE_DAY + _MONTHS_AND_SEASONS + _UNITS + _QUARTERS
