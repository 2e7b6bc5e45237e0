"""How many articles there are of each week, month, year or decade."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from qa.text.display import day

WEEKS = 26  # from the first to the last day, up to which bars are weeks
MONTHS = 60  # up to which they are months
YEARS = 60  # up to which they are years; beyond, decades


@dataclass(frozen=True, slots=True)
class Bar:
    """The days from `first` to `last`, both included, in words, and the number of their articles."""

    first: date
    last: date
    words: str
    count: int


def bars(counts: Mapping[date, int]) -> list[Bar]:
    """A bar for each week, month, year or decade from the first day to the last, empty ones too; none without days."""
    if not counts:
        return []
    first, last = min(counts), max(counts)
    begins, following = _steps(first, last)
    summed: dict[date, int] = {}
    for each, count in counts.items():
        summed[begins(each)] = summed.get(begins(each), 0) + count
    found, start = list[Bar](), begins(first)
    while start <= last:
        try:
            behind = following(start)
        except (ValueError, OverflowError):  # behind the year 9999
            return [*found, Bar(start, date.max, _words(start, date.max), summed.get(start, 0))]
        end = behind - timedelta(days=1)
        found.append(Bar(start, end, _words(start, end), summed.get(start, 0)))
        start = behind
    return found


_Step = Callable[[date], date]


def _steps(first: date, last: date) -> tuple[_Step, _Step]:
    """The step that fits these days: where it begins that a day is in, and where the one after it does."""
    if (last - _monday(first)).days < 7 * WEEKS:
        return _monday, lambda start: start + timedelta(days=7)
    if (last.year - first.year) * 12 + last.month - first.month < MONTHS:
        return _month, lambda start: _month(start + timedelta(days=31))
    years = 1 if last.year - first.year < YEARS else 10
    return partial(_year, of=years), lambda start: start.replace(year=start.year // years * years + years)


def _monday(each: date) -> date:
    return each - timedelta(days=each.weekday())


def _month(each: date) -> date:
    return each.replace(day=1)


def _year(each: date, of: int) -> date:
    return date(max(1, each.year // of * of), 1, 1)


def _words(first: date, last: date) -> str:
    days = (last - first).days + 1
    if days > 366:
        return f"{first.year} to {last.year}"
    if days > 31:
        return str(first.year)
    return f"{first:%B} {first.year}" if days > 7 else f"{day(first)} to {day(last)}"
