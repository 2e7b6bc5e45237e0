"""Addresses inside the chat that stay: of an article, with a place in it.

The reader takes what a browser sends. What is not exactly as written here is refused, and parameters of others are
left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

from qa.errors import AddressError

ARTICLES = "/article/"
MAX_CHARACTERS = 8000  # of an address; browsers and proxies carry no longer ones safely
_ID = re.compile(r"[0-9a-f]{16}")
_OFFSET = re.compile(r"0|[1-9][0-9]{0,8}")


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
    given = parameters(query)
    return ArticleAddress(path.removeprefix(ARTICLES), _offset(given, "start"), _offset(given, "end"))


def parameters(query: str) -> dict[str, list[str]]:
    """The values of each parameter of an address, in order. Raises AddressError."""
    try:
        return parse_qs(query.partition("#")[0], errors="strict", max_num_fields=1000)
    except ValueError as error:
        raise AddressError(f"{query[:40]!r} cannot be read as the parameters of an address: {error}.") from None


def one_parameter(given: dict[str, list[str]], name: str, form: re.Pattern[str]) -> str | None:
    """The value of a parameter that may be there once, and has to have this form."""
    values = given.get(name, [])
    if len(values) > 1 or not all(form.fullmatch(value) for value in values):
        raise AddressError(f"{name}={', '.join(values)[:40]!r} is not as an address has it.")
    return values[0] if values else None


def _offset(given: dict[str, list[str]], name: str) -> int | None:
    value = one_parameter(given, name, _OFFSET)
    return None if value is None else int(value)
