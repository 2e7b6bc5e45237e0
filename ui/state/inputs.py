"""What comes from the page, made into values that can be relied on: anybody can send anything."""

from __future__ import annotations

from datetime import date
from typing import Any

from qa.datatypes import Where

MOST_CHOSEN = 1000  # sources, or articles, in a filter


def text(value: object) -> str:
    """What the page has sent, if it is a text; else ""."""
    return value if isinstance(value, str) else ""


def number(value: object) -> int:
    """A whole number that SQLite can hold; -1, which names nothing, for anything else."""
    try:
        found = int(str(value))
    except ValueError:
        return -1
    return found if abs(found) < 2**63 else -1


def filter_of(chosen: Any) -> tuple[Where, str]:
    """The filter that a form describes, and what is wrong with it, or ""."""
    values = chosen if isinstance(chosen, dict) else {}
    try:
        first, last = _day(values.get("from")), _day(values.get("to"))
    except ValueError:
        return Where(), "A date is not complete: choose a day, or none."
    if first and last and first > last:
        return Where(), "The first day is later than the last: no article could match."
    sources, articles, tags = (_texts(values.get(name)) for name in ("sources", "articles", "tags"))
    return Where(first, last, sources, articles, tags), ""


def _day(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _texts(values: object) -> tuple[str, ...]:
    given = values if isinstance(values, list) else []
    return tuple(dict.fromkeys(each for each in given if isinstance(each, str) and each))[:MOST_CHOSEN]
