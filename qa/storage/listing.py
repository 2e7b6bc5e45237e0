"""A page of the list of articles: sorted, searched and filtered, and without their texts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from qa.datatypes import Where
from qa.storage.filters import condition

Sort = Literal["date", "title", "source"]
SORTS: tuple[Sort, ...] = get_args(Sort)
MOST_WORDS = 8  # of a search; more would only make it slower

_ORDER: dict[Sort, tuple[str, str]] = {  # upwards, downwards; what is not known comes last both ways
    "date": ("a.published IS NULL, a.published, a.title, a.id", "a.published DESC, a.title, a.id"),
    "title": ("a.title COLLATE NOCASE, a.id", "a.title COLLATE NOCASE DESC, a.id"),
    "source": (
        "coalesce(a.site, a.host, a.source) COLLATE NOCASE, a.title, a.id",
        "coalesce(a.site, a.host, a.source) COLLATE NOCASE DESC, a.title, a.id",
    ),
}
_HAS_WORD = """(a.title LIKE ? ESCAPE '\\' OR a.site LIKE ? ESCAPE '\\'
    OR a.id IN (SELECT s.article_id FROM sources s WHERE s.source LIKE ? ESCAPE '\\')
    OR a.id IN (SELECT p.article_id FROM passages p WHERE p.id IN (SELECT value FROM json_each(?))))"""


@dataclass(frozen=True, slots=True)
class ArticleSummary:
    """What a list shows of an article."""

    id: str
    title: str
    source: str
    url: str | None
    site: str | None
    published: date | None
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """One page: `articles` are those from `offset` on, of `total` that were found."""

    total: int
    offset: int
    articles: tuple[ArticleSummary, ...]


@dataclass(frozen=True, slots=True)
class Word:
    """A word that is searched for, and the passages that have it."""

    text: str
    passages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What to list: articles that the filter lets through and that have every word, but not those `without`."""

    where: Where | None = None
    words: tuple[Word, ...] = ()
    sort: Sort = "date"
    descending: bool = True
    without: frozenset[str] = frozenset()


def words_of(text: str) -> list[str]:
    """The different words of a search, the first of them."""
    return list(dict.fromkeys(text.split()))[:MOST_WORDS]


def first_of_page(offset: int, limit: int, total: int) -> int:
    """`offset`, or the beginning of the last page when there is nothing behind it."""
    if offset < total:
        return max(0, offset)
    return max(0, total - 1) // limit * limit


def query(wanted: ListQuery) -> tuple[str, list[Any]]:
    """The ids of all that is wanted, in order, as SQL over a library's tables. It holds no text from outside."""
    clause, values = condition(wanted.where)
    conditions = [clause]
    if wanted.without:
        conditions.append("a.id NOT IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(sorted(wanted.without)))
    for word in wanted.words:
        conditions.append(_HAS_WORD)
        values += [_like(word.text)] * 3
        values.append(json.dumps(word.passages))
    order = _ORDER[wanted.sort][wanted.descending]
    return f"SELECT a.id FROM articles a WHERE {' AND '.join(conditions)} ORDER BY {order}", values  # noqa: S608


def filter_rows(rows: Iterable[ArticleSummary], wanted: ListQuery) -> list[ArticleSummary]:
    """The same of rows that the filter has let through, where nothing sorts for us; words in texts do not count."""
    found = [row for row in rows if row.id not in wanted.without and all(_has(row, word.text) for word in wanted.words)]
    found.sort(key=lambda row: (row.title, row.id))
    if wanted.sort == "title":
        found.sort(key=lambda row: row.title.lower(), reverse=wanted.descending)
    elif wanted.sort == "source":
        found.sort(key=lambda row: (row.site or row.source).lower(), reverse=wanted.descending)
    else:
        sign = -1 if wanted.descending else 1
        found.sort(key=lambda row: (row.published is None, sign * row.published.toordinal() if row.published else 0))
    return found


def page_of(ordered: list[str], offset: int, limit: int) -> tuple[int, list[str]]:
    """Where the page begins, and the ids on it."""
    first = first_of_page(offset, limit, len(ordered))
    return first, ordered[first : first + limit]


def _has(row: ArticleSummary, word: str) -> bool:
    return any(word.lower() in (text or "").lower() for text in (row.title, row.site, row.source))


def _like(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
