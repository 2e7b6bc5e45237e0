"""A stretch of the calendar with its precision: a day, a week, a weekend, a month, a quarter, a season, a year."""

from __future__ import annotations

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "weekend", "week", "month", "quarter", "season", "year"]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
SEASONS = ("spring", "summer", "autumn")  # winter lies in two years, and which of them is meant is never sure
ORDINALS = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included.

    `value` is EDTF (2020-01-10, 2020-01, 2020, 2020-21 for spring 2020, 2020-33 for its first quarter,
    2020-01-11/2020-01-12 for a weekend, "~" after what is only about right), and ISO 8601 for a week (2020-W02).
    `words` says the same to people.
    """

    first: date
    last: date
    precision: Precision
    value: str
    words: str

    def approximate(self) -> Period:
        """The same period, marked as only about right."""
        return replace(self, value=f"{self.value}~", words=f"about {self.words}")


def day(at: date) -> Period:
    """One day."""
    return Period(at, at, "day", at.isoformat(), f"{DAYS[at.weekday()]}, {_plain(at)}")


def week(at: date) -> Period:
    """The week from Monday to Sunday that `at` lies in."""
    monday = at - timedelta(days=at.weekday())
    year, number, _ = monday.isocalendar()
    return Period(
        monday, monday + timedelta(days=6), "week", f"{year:04}-W{number:02}", f"the week of {_plain(monday)}"
    )


def weekend(saturday: date) -> Period:
    """A Saturday and the Sunday after it."""
    sunday = saturday + timedelta(days=1)
    value = f"{saturday.isoformat()}/{sunday.isoformat()}"
    return Period(saturday, sunday, "weekend", value, f"the weekend of {_plain(saturday)}")


def month(year: int, number: int) -> Period:
    """A month; `number` may lie outside 1 to 12 and then counts on into other years."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    last = date(year, number, calendar.monthrange(year, number)[1])
    return Period(date(year, number, 1), last, "month", f"{year:04}-{number:02}", f"{MONTHS[number - 1]} {year}")


def quarter(year: int, number: int) -> Period:
    """A quarter of the calendar year, 1 to 4."""
    first, last = month(year, 3 * number - 2).first, month(year, 3 * number).last
    return Period(first, last, "quarter", f"{year:04}-{32 + number}", f"the {ORDINALS[number - 1]} quarter of {year}")


def season(year: int, name: str) -> Period:
    """Spring, summer or autumn by the northern calendar, in whole months."""
    index = SEASONS.index(name)
    first, last = month(year, 3 * index + 3).first, month(year, 3 * index + 5).last
    return Period(first, last, "season", f"{year:04}-{21 + index}", f"{name} {year}")


def year(number: int) -> Period:
    """A calendar year."""
    return Period(date(number, 1, 1), date(number, 12, 31), "year", f"{number:04}", str(number))


def _plain(at: date) -> str:
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"
