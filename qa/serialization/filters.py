"""Filters in words, one chip each, and in the address of a page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from urllib.parse import urlencode

from qa.datatypes import Where
from qa.errors import AddressError
from qa.serialization.addresses import MAX_CHARACTERS, one_parameter, parameters
from qa.text.display import day, shortened

TITLE_CHARS = 70  # of a chosen article, in a chip
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def where_chips(where: Where | None, titles: Mapping[str, str] | None = None) -> list[str]:
    """The parts of a filter in words, each of which can be taken off by `without_chip`.

    `titles` are those of its articles, by id, as far as they are known: a single one is named.
    """
    return [words for words, _ in _parts(where or Where(), titles or {})]


def without_chip(where: Where, position: int) -> Where:
    """The filter without the part that `where_chips` names at this position."""
    return list(_parts(where, {}))[position][1]


def _parts(where: Where, titles: Mapping[str, str]) -> Iterator[tuple[str, Where]]:
    """Each part of a filter in words, and the filter without it."""
    if where.published_from:
        yield f"from {day(where.published_from)}", replace(where, published_from=None)
    if where.published_to:
        yield f"until {day(where.published_to)}", replace(where, published_to=None)
    for source in dict.fromkeys(where.sources):
        if source:  # an empty one does not filter
            yield f"source: {source}", replace(where, sources=tuple(one for one in where.sources if one != source))
    for tag in dict.fromkeys(where.tags):
        yield f"tag: {tag}", replace(where, tags=tuple(one for one in where.tags if one != tag))
    if chosen := set(where.article_ids):
        title = shortened(titles.get(where.article_ids[0], ""), TITLE_CHARS) if len(chosen) == 1 else ""
        words = f"article: {title}" if title else f"{len(chosen):,} chosen article{'s' * (len(chosen) > 1)}"
        yield words, replace(where, article_ids=())


def where_query(where: Where | None) -> str:
    """A filter as `from=2025-03-01&to=2025-05-12&source=bbc.co.uk&article=..`; "" when it lets all through.

    Raises AddressError for one with more articles or sources than an address can carry.
    """
    where = where or Where()
    days = [("from", where.published_from), ("to", where.published_to)]
    pairs = [(name, f"{day.year:04}-{day:%m-%d}") for name, day in days if day]
    pairs += [("source", source) for source in where.sources if source]
    pairs += [("article", article_id) for article_id in where.article_ids if article_id]
    pairs += [("tag", tag) for tag in where.tags if tag]
    query = urlencode(pairs, errors="replace")
    if len(query) > MAX_CHARACTERS:
        raise AddressError(f"The filter names {len(pairs):,} things, too many for an address: choose fewer.")
    return query


def parse_where_query(query: str) -> Where:
    """The filter that `where_query` wrote, with or without `?`; raises AddressError."""
    if len(query) > MAX_CHARACTERS:
        raise AddressError(f"The filter has {len(query):,} characters: an address carries at most {MAX_CHARACTERS:,}.")
    given = parameters(query.removeprefix("?"))
    first, last = _day(given, "from"), _day(given, "to")
    if first and last and first > last:
        raise AddressError(f"from={first} is later than to={last}.")
    return Where(
        first, last, tuple(given.get("source", ())), tuple(given.get("article", ())), tuple(given.get("tag", ()))
    )


def _day(given: dict[str, list[str]], name: str) -> date | None:
    value = one_parameter(given, name, _DAY)
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise AddressError(f"{name}={value} is no day of the calendar.") from None
