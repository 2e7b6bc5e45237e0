"""Addresses inside the chat that stay: of an article with a place in it, and of a filter.

Both readers take what a browser sends. What is not exactly as written here is refused, and parameters of others are
left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qs, urlencode

from qa.datatypes import Where
from qa.errors import AddressError

ARTICLES = "/article/"
MAX_CHARACTERS = 8000  # of an address; browsers and proxies carry no longer ones safely
_ID = re.compile(r"[0-9a-f]{16}")
_OFFSET = re.compile(r"0|[1-9][0-9]{0,8}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class ArticleAddress:
    """An article, and the place in it, `text[start:end]`, to which its address leads; no place is both None."""

    article_id: str
    start: int | None = None
    end: int | None = None

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.article_id):
            raise AddressError(f"{self.article_id[:40]!r} is no article's id: an id has 16 digits or letters a to f.")
        if (self.start, self.end) == (None, None):
            return
        if self.start is None or self.end is None or not 0 <= self.start < self.end < 10**9:
            raise AddressError(f"start={self.start}, end={self.end}: a place begins before it ends, both from 0 on.")


def article_address(article_id: str, start: int | None = None, end: int | None = None) -> str:
    """`/article/<id>?start=..&end=..`, or without a place; raises AddressError for what is no id or no place."""
    address = ArticleAddress(article_id, start, end)
    place = "" if address.start is None else f"?start={address.start}&end={address.end}"
    return f"{ARTICLES}{address.article_id}{place}"


def parse_article_address(address: str) -> ArticleAddress:
    """What `article_address` wrote; raises AddressError."""
    if len(address) > MAX_CHARACTERS or not address.startswith(ARTICLES):
        raise AddressError(f"{address[:40]!r} is no article's address: it begins with {ARTICLES} and an id.")
    path, _, query = address.partition("?")
    given = _parameters(query)
    return ArticleAddress(path.removeprefix(ARTICLES), _offset(given, "start"), _offset(given, "end"))


def where_query(where: Where | None) -> str:
    """A filter as `from=2025-03-01&to=2025-05-12&source=bbc.co.uk&article=..`; "" when it lets all through.

    Raises AddressError for one with more articles or sources than an address can carry.
    """
    where = where or Where()
    days = [("from", where.published_from), ("to", where.published_to)]
    pairs = [(name, f"{day.year:04}-{day:%m-%d}") for name, day in days if day]
    pairs += [("source", source) for source in where.sources if source]
    pairs += [("article", article_id) for article_id in where.article_ids if article_id]
    query = urlencode(pairs, errors="replace")
    if len(query) > MAX_CHARACTERS:
        raise AddressError(f"The filter names {len(pairs):,} things, too many for an address: choose fewer.")
    return query


def parse_where_query(query: str) -> Where:
    """The filter that `where_query` wrote, with or without `?`; raises AddressError."""
    if len(query) > MAX_CHARACTERS:
        raise AddressError(f"The filter has {len(query):,} characters: an address carries at most {MAX_CHARACTERS:,}.")
    given = _parameters(query.removeprefix("?"))
    first, last = _day(given, "from"), _day(given, "to")
    if first and last and first > last:
        raise AddressError(f"from={first} is later than to={last}.")
    return Where(first, last, tuple(given.get("source", ())), tuple(given.get("article", ())))


def _parameters(query: str) -> dict[str, list[str]]:
    try:
        return parse_qs(query.partition("#")[0], errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise AddressError(f"{query[:40]!r} cannot be read as the parameters of an address: {error}.") from None


def _one(given: dict[str, list[str]], name: str, form: re.Pattern[str]) -> str | None:
    """The value of a parameter that may be there once, and has to have this form."""
    values = given.get(name, [])
    if len(values) > 1 or not all(form.fullmatch(value) for value in values):
        raise AddressError(f"{name}={', '.join(values)[:40]!r} is not as an address has it.")
    return values[0] if values else None


def _offset(given: dict[str, list[str]], name: str) -> int | None:
    value = _one(given, name, _OFFSET)
    return None if value is None else int(value)


def _day(given: dict[str, list[str]], name: str) -> date | None:
    value = _one(given, name, _DAY)
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise AddressError(f"{name}={value} is no day of the calendar.") from None
