"""What a page says of its article in JSON-LD, by the terms of schema.org."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from qa.loaders.article import one_line, web_address
from qa.loaders.dates import parse_date

MAX_BLOCKS = 20  # of a page that are read
MAX_NODES = 200

_BLOCK = re.compile(r"<script[^>]{0,200}application/ld\+json[^>]{0,200}>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_ARTICLE = re.compile(r"\w*(?:Article|BlogPosting)|BlogPosting|SocialMediaPosting|Report")
_INSIDE = ("@graph", "mainEntity", "mainEntityOfPage")


@dataclass(frozen=True, slots=True)
class StatedArticle:
    """What the page says of it; `None` where it does not."""

    headline: str | None = None
    published: date | None = None  # the day on which it was first published
    is_free: bool | None = None  # whether all can read it
    url: str | None = None


def stated_article(html: str) -> StatedArticle:
    """What the first description of an article on the page says; descriptions of the page or its parts are none."""
    nodes = [node for node in islice(_nodes(html), MAX_NODES) if _is_article(node)]
    day = next((found for node in nodes if (found := parse_date(node.get("datePublished")))), None)
    free = next((node["isAccessibleForFree"] for node in nodes if "isAccessibleForFree" in node), None)
    title = next((one_line(text) for node in nodes if isinstance(text := node.get("headline"), str)), None)
    is_free = None if free is None else str(free).strip().lower() not in ("false", "0", "no")
    return StatedArticle(title, day, is_free, next(filter(None, map(_address, nodes)), None))


def _address(node: Mapping[str, object]) -> str | None:
    page = node.get("mainEntityOfPage")
    page = page.get("@id") if isinstance(page, Mapping) else page
    return next(
        (each for value in (page, node.get("url")) if isinstance(value, str) and (each := web_address(value))), None
    )


def _is_article(node: Mapping[str, object]) -> bool:
    kinds = node.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(name, str) and _ARTICLE.fullmatch(name.rpartition("/")[2]) for name in names)


def _nodes(html: str) -> Iterator[Mapping[str, object]]:
    for block in islice(_BLOCK.finditer(html), MAX_BLOCKS):
        try:
            yield from _within(json.loads(block.group(1), strict=False), 0)
        except (ValueError, RecursionError):
            continue


def _within(value: object, depth: int) -> Iterator[Mapping[str, object]]:
    """The descriptions of a block, outer ones first; parts of an article, as its comments, are left aside."""
    if isinstance(value, list):
        for each in value[:MAX_NODES]:
            yield from _within(each, depth)
    elif isinstance(value, dict):
        yield value
        for name in _INSIDE if depth < 3 else ():
            yield from _within(value.get(name), depth + 1)
