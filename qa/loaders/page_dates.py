"""A numeric date whose day and month could be either: the language, then the other dates around it decide."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from itertools import islice

MAX_DATES = 500  # of a page that are looked at

_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_MONTH_FIRST_REGIONS = ("en-us", "en-ph", "es-us", "en-um", "en-pr")
_MIXED_REGIONS = ("en-ca", "en-za")
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def certain_date(found: date | None, html: str, language: str) -> date | None:
    """`found`, with day and month as the page means them, or `None` where that cannot be known.

    `language` is that of the page, "" where it says none; only dates that it writes as 3/4/2025 are in question.
    """
    if found is None or found.day > 12 or found.day == found.month or _is_spelled_out(found, html):
        return found
    numbers = {found.day, found.month}
    written = [match.groups() for match in islice(_NUMERIC.finditer(html), MAX_DATES)]
    asked = [row for row in written if int(row[3]) % 100 == found.year % 100 and {int(row[0]), int(row[2])} == numbers]
    if not asked:
        return found
    month_first = _month_first(asked[0][1], written, language)
    if month_first is None:
        return None
    first, second = int(asked[0][0]), int(asked[0][2])
    month, day = (first, second) if month_first else (second, first)
    return date(found.year, month, day)


def _month_first(separator: str, written: list[tuple[str, ...]], language: str) -> bool | None:
    """Whether 3/4/2025 is in March; `None` where the page does not tell."""
    if separator == ".":
        return False
    told = month_first_in(language)
    return order_of((int(first), int(second)) for first, _, second, _ in written) if told is None else told


def month_first_in(language: str) -> bool | None:
    """Whether 3/4/2025 is in March in a language as `en-us`; `None` where that is not known."""
    language = language.lower().replace("_", "-")
    if language.startswith(_MONTH_FIRST_REGIONS):
        return True
    return None if language in ("", "en") or language.startswith(_MIXED_REGIONS) else False


def order_of(pairs: Iterable[tuple[int, int]]) -> bool | None:
    """Whether the month is the first number of dates that belong together; `None` where they do not tell."""
    day_first = month_first = False
    for first, second in pairs:
        day_first, month_first = day_first or first > 12, month_first or second > 12
    return month_first if day_first != month_first else None


def _is_spelled_out(found: date, html: str) -> bool:
    """Whether the page also writes this very day so that it cannot be mistaken."""
    if any(f"{found.year}{mark}{found.month:02}{mark}{found.day:02}" in html for mark in "-/."):
        return True
    name = _NAMES[found.month - 1]
    month, day = rf"{name}[a-z]{{0,6}}\.?", rf"0?{found.day}"
    words = rf"\b(?:{month}\s{{1,3}}{day}|{day}\.?\s{{1,3}}{month}),?\s{{1,3}}{found.year}"
    return re.search(words, html, re.IGNORECASE) is not None
