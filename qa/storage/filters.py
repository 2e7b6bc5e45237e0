"""A filter on articles: as SQL, in words, and what it can choose from."""

from __future__ import annotations

import json
from typing import Any

from qa.datatypes import Where
from qa.errors import LibraryError

# A publisher, a host with what is below it, or the beginning of any of the article's sources, not only the shown one.
_FROM_SOURCE = """EXISTS (
    SELECT 1
    FROM (SELECT json_extract(value, '$[0]') AS source, json_extract(value, '$[1]') AS host FROM json_each(?)) w
    WHERE a.site = w.source COLLATE NOCASE
        OR a.host = w.host OR substr(a.host, -length(w.host) - 1) = '.' || w.host
        OR EXISTS (SELECT 1 FROM sources s
            WHERE s.article_id = a.id AND substr(s.source, 1, length(w.source)) = w.source))"""


def require_no_tags(where: Where) -> None:
    """Raise LibraryError for a filter with tags, which a store does not know: it would let too much through."""
    if where.tags:
        raise LibraryError("A store knows no tags: ask the library, or take `Library.resolved(where)`.")


def condition(where: Where | None) -> tuple[str, list[Any]]:
    """The filter as an SQL expression over `articles a`, and the values for it. It holds no text from outside."""
    conditions = ["1"]
    values: list[Any] = []
    if where is None:
        return "1", values
    require_no_tags(where)
    if where.published_from:
        conditions.append("a.published >= ?")
        values.append(where.published_from.isoformat())
    if where.published_to:
        conditions.append("a.published <= ?")
        values.append(where.published_to.isoformat())
    if where.article_ids:
        conditions.append("a.id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(where.article_ids))
    for_sources = [(source, _as_host(source)) for source in where.sources if source]
    if for_sources:
        conditions.append(_FROM_SOURCE)
        values.append(json.dumps(for_sources))
    return " AND ".join(conditions), values


def _as_host(source: str) -> str:
    return source.lower().removeprefix("www.")
