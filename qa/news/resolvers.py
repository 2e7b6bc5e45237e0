"""What each form of an expression of time means at its place; None where that is not sure."""

from __future__ import annotations

import re
from datetime import date, timedelta

from qa.news import nearby, periods
from qa.news.nearby import Place
from qa.news.periods import Period

_COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()
COUNTS = {word: number for number, word in enumerate(_COUNTED, 1)} | {
    "a": 1, "an": 1, "a couple of": 2, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50,
}  # fmt: skip
_STEPS = {"last": -1, "previous": -1, "this": 0, "current": 0, "next": 1}


# One day


def weekday(match: re.Match[str], place: Place) -> Period | None:
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


def weekday_of_week(match: re.Match[str], place: Place) -> Period:
    """The named day of last, this or next week, for "Tuesday of last week"."""
    monday = place.published - timedelta(days=place.published.weekday())
    weeks = _STEPS[match["which"].lower()]
    return periods.day(monday + timedelta(days=7 * weeks + periods.DAYS.index(match["day"])))


def near_day(match: re.Match[str], place: Place) -> Period | None:
    """Yesterday, today, tomorrow or a part of them; None for "today's", which means these times."""
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


def month_day(match: re.Match[str], place: Place) -> Period | None:
    """The nearest such date where one is near, else the one on the side that the tense names."""
    if nearby.year_is_doubtful(place) or nearby.is_recurring(place):
        return None
    month, number = _month_number(match["month"]), int(match["number"])
    if named := match.groupdict().get("day"):
        return _month_day_on(named, month, number, place.published)
    dates = [date(place.published.year + years, month, number) for years in (-1, 0, 1) if _exists(years, match, place)]
    nearest = min(dates, key=lambda each: abs(each - place.published))
    ahead = (nearest - place.published).days
    if abs(ahead) <= 75:  # "the Jan. 29 crash" in December may well be a year old
        return None if ahead > 14 and place.tense == "past" else periods.day(nearest)
    if place.text[max(0, place.start - 4) : place.start].lower() == "the ":
        return None  # "the January 6 committee will meet"
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


def bare_month(match: re.Match[str], place: Place) -> Period | None:
    """A month without a year: the nearest one that the tense allows; None where the year is in doubt."""
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


def month_by(match: re.Match[str], place: Place) -> Period:
    """Last March, next March, this March."""
    number, which = _month_number(match["month"]), match["which"].lower()
    year, month = place.published.year, place.published.month
    if which == "last":
        return periods.month(year - (number >= month), number)
    return periods.month(year + (which == "next" and number <= month), number)


def month_of_year(match: re.Match[str], place: Place) -> Period:
    """March this year, last year, next year."""
    return periods.month(place.published.year + _STEPS[match["which"].lower()], _month_number(match["month"]))


def _month_on_or_before(number: int, published: date) -> Period:
    return periods.month(published.year - (number > published.month), number)


def _month_on_or_after(number: int, published: date) -> Period:
    return periods.month(published.year + (number < published.month), number)


def _month_number(name: str) -> int:
    return next(number for number, month in enumerate(periods.MONTHS, 1) if month.startswith(name[:3]))


def season(match: re.Match[str], place: Place) -> Period | None:
    """A season with last, this or next before it; None for winter, which lies in two years."""
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


def unit(match: re.Match[str], place: Place) -> Period:
    """The week, month or year before, of, or after the publication: "last week"."""
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


def weekend(match: re.Match[str], place: Place) -> Period | None:
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


def of_the_unit(match: re.Match[str], place: Place) -> Period | None:
    """The unit of publication, if no other year is spoken of: "later in the month"."""
    return None if nearby.year_is_doubtful(place) else _moved(match["unit"].lower(), 0, place.published)


def year_end(_match: re.Match[str], place: Place) -> Period | None:
    """The year that "the end of the year" closes; None where the tense does not tell which one."""
    coming = place.tense == "future" or place.text[max(0, place.start - 3) : place.start] == "by "
    return periods.year(place.published.year) if coming and not nearby.year_is_doubtful(place) else None


# So long ago


def ago(match: re.Match[str], place: Place) -> Period | None:
    """So many days, weeks, months or years before the publication."""
    number, unit = _count(match["number"]), match["unit"].lower()
    if unit == "year" and number == 1 and nearby.is_business(place):
        return nearby.year_before(place)
    period = _moved(unit, -number, place.published)
    vague = match["about"] or unit == "decade" or match["number"].lower() == "a couple of"
    return period.approximate() if vague else period


def from_now(match: re.Match[str], place: Place) -> Period:
    """So many days, weeks, months or years after the publication."""
    return _moved(match["unit"].lower(), _count(match["number"]), place.published)


def _count(words: str) -> int:
    return int(words) if words.isdigit() else COUNTS[" ".join(words.lower().split())]


# Quarters of a business, and years counted from another year


def quarter(match: re.Match[str], place: Place) -> Period | None:
    """A quarter by its number, the last of them that has ended; None where the text leaves it open."""
    return nearby.quarter(place, periods.ORDINALS.index(match["ordinal"].lower()) + 1)


def quarter_of_year(match: re.Match[str], place: Place) -> Period:
    """A quarter by its number, of last, this or next year."""
    year = place.published.year + _STEPS[match["which"].lower()]
    return periods.quarter(year, periods.ORDINALS.index(match["ordinal"].lower()) + 1)


def quarter_by(match: re.Match[str], place: Place) -> Period:
    """Last, this and next quarter."""
    steps = _STEPS[match["which"].lower()]
    at = periods.month(place.published.year, place.published.month + 3 * steps).first
    return periods.quarter(at.year, (at.month + 2) // 3)


def same_quarter(_match: re.Match[str], place: Place) -> Period | None:
    """The quarter that the text is about, or the last one before the publication."""
    return nearby.quarter_ended(place) or nearby.last_quarter(place)


def year_earlier(match: re.Match[str], place: Place) -> Period | None:
    """The same quarter or day a year before the one that the text is about."""
    if match.groupdict().get("ordinal"):
        now = nearby.quarter(place, periods.ORDINALS.index(match["ordinal"].lower()) + 1)
        return nearby.one_year_before(now) if now else None
    return nearby.year_before(place)


def other_year(match: re.Match[str], place: Place) -> Period | None:
    """That year, the following year: by the year named just before."""
    named = nearby.year_named_before(place)
    if named is None:
        return None
    which = match["which"].lower()
    return periods.year(named + (1 if which in ("following", "next") else -1 if which == "previous" else 0))
