"""What a library on Milvus holds: articles, passages and vectors as they can be read."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from qa.datatypes import Article, Passage, Quotation, Where
from qa.errors import CollectionGone
from qa.storage.base import PAGE, ArticleHeader, Size, SourceRecord, batched
from qa.storage.listing import ArticlePage, ListQuery, filter_rows, first_of_page
from qa.storage.milvus.client import Client, Row, one_of, quoted
from qa.storage.milvus.copies import MilvusCopies
from qa.storage.milvus.generations import Generations
from qa.storage.milvus.records import QUOTES, Records
from qa.storage.milvus.rows import (
    ARTICLE_FIELDS,
    PAGES,
    PASSAGE_FIELDS,
    STATE_FIELDS,
    TRUNCATED,
    article_of,
    listed,
    truncated_key,
)
from qa.storage.milvus.schema import Names, condition, day, encoded, published
from qa.storage.milvus.sources import MilvusSources
from qa.storage.quotations import quotations_from_json
from qa.text.display import host_of

TEXT_CHARS = 4_000_000  # of all texts in one request
NARROWED = 5000  # from so many articles on, a page of the list is first narrowed to the days that it can lie in
_LAST_DAY = date.max.toordinal()


class MilvusReader:
    """What is stored of one library, as batches left it. Every method may be called from any thread."""

    def __init__(self, client: Client, names: Names) -> None:
        self.client = client
        self.names = names
        self.records = Records(client, names)
        self.generations = Generations(client, names, self.records)
        self.sources = MilvusSources(self.records)
        self.copies = MilvusCopies(client, names, self.article_ids)
        self._headings: dict[str, ArticleHeader | None] = {}  # looked up during a change
        self._publishers: tuple[int, list[tuple[str | None, str | None, int]]] = (-1, [])  # and at which revision

    def forget(self) -> None:
        """Ask Milvus again for everything: others may have changed it."""
        self.records.forget()
        self._headings.clear()

    # the whole

    def revision(self) -> int:
        """Grows with the batches that have changed the library; two that end at the same moment may count as one."""
        return int(self.meta("revision") or 0)

    def meta(self, key: str) -> str | None:
        """A fact about the whole library; None when it was never set."""
        return self.records.value(key)

    def fingerprint(self) -> str | None:
        """What made the passages (see `qa.passages.fingerprint`); None while there are none, so that anything fits."""
        current = self.generations.current()
        return self.generations.fingerprint(current) if current and self._count_passages() else None

    def count(self) -> int:
        """The number of articles."""
        return self.client.count(self.names.articles)

    def count_undated(self, where: Where | None = None) -> int:
        """The number of articles without a date that the filter lets through."""
        return self._counted(" and ".join(filter(None, ["published == 0", condition(where, "id")])))

    def count_by_day(self, where: Where | None = None) -> dict[date, int]:
        """How many articles the filter lets through of each day that has any; undated ones are left out."""
        wanted = " and ".join(filter(None, ["published > 0", condition(where, "id")]))
        found = Counter(row["published"] for row in self.client.rows(self.names.articles, wanted, ["published"]))
        return {day: count for number, count in found.items() if (day := published(number))}

    def _count_passages(self) -> int:
        current = self.generations.current()
        return self.client.count(current) if current else 0

    def size(self) -> Size:
        """The counts of articles and passages, and the range of dates."""
        articles, dated = self.count(), self._counted("published > 0")
        first = last = None
        if dated:
            first = self._day(lambda number: self._counted(f"published > 0 and published <= {number}") > 0)
            last = self._day(lambda number: self._counted(f"published > {number}") == 0)
        return Size(articles, self._count_passages(), first, last)

    def _counted(self, filter_: str) -> int:
        return self.client.count(self.names.articles, filter_)

    def _day(self, reached: Callable[[int], bool]) -> date:
        """The first day for which this holds, as it then does for all later ones."""
        days = range(1, _LAST_DAY + 1)
        return date.fromordinal(1 + bisect_left(days, True, key=lambda each: reached(day(date.fromordinal(each)))))

    # articles

    def article(self, article_id: str) -> Article | None:
        """The article with this id; None when it is not there (any more)."""
        return self.articles_by_id([article_id]).get(article_id)

    def article_rows(self, ids: Collection[str], *, strong: bool = False) -> dict[str, Row]:
        """The rows of these articles; those that are not there (any more) are left out."""
        found = self.client.among(self.names.articles, "id", ids, ARTICLE_FIELDS, strong=strong)
        return {row["id"]: row for row in found}

    def articles_by_id(self, ids: Collection[str]) -> dict[str, Article]:
        """The articles with these ids; those that are not there (any more) are left out."""
        rows = self.article_rows(ids)
        texts = self._texts(list(rows.values()))
        cut = self._truncated(list(texts))
        return {
            each: article_of(row, *texts[each], truncated=each in cut) for each, row in rows.items() if each in texts
        }

    def _truncated(self, ids: Collection[str]) -> set[str]:
        """Those of these articles of which only the beginning is here."""
        keys = [truncated_key(each) for each in ids]
        rows = self.client.among(self.names.texts, "key", keys, ["article_id", "text"])
        return {row["article_id"] for row in rows if row["text"] == "1"}

    def _texts(self, rows: Sequence[Row]) -> dict[str, tuple[str, str]]:
        """The texts of these articles, as far as they are whole, and where their pages begin, as JSON."""
        found: dict[str, tuple[str, str]] = {}
        for group in _grouped(rows):
            pieces = self.client.among(self.names.texts, "article_id", [row["id"] for row in group], ["key", "text"])
            by_article: dict[str, list[str]] = {}
            pages = {each["article_id"]: each["text"] for each in pieces if each["key"].endswith(PAGES)}
            pieces = [each for each in pieces if not each["key"].endswith((PAGES, TRUNCATED))]
            for piece in sorted(pieces, key=lambda each: str(each["key"])):
                by_article.setdefault(piece["article_id"], []).append(piece["text"])
            for row in group:
                text = "".join(by_article.get(row["id"], []))
                if len(text) == row["characters"]:
                    found[row["id"]] = text, pages.get(row["id"], "[]")
        return found

    def article_ids(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> list[str]:
        """Newest first, undated ones last; equal dates by title."""
        wanted = condition(where, "id")
        if limit is not None:
            wanted = self._narrowed(wanted, offset + limit)
        rows = self.client.rows(self.names.articles, wanted, ["id", "title", "published"])
        ordered = sorted((-row["published"], row["title"], row["id"]) for row in rows)
        return [each for _, _, each in ordered[offset : None if limit is None else offset + limit]]

    def _narrowed(self, wanted: str, count: int) -> str:
        """The filter, with the latest day added from which on there are `count` articles: Milvus does not sort."""

        def since(number: int) -> str:
            return " and ".join(filter(None, [wanted, f"published >= {number}"]))

        if self._counted(wanted) < NARROWED or self._counted(since(1)) < count:
            return wanted
        first = self._day(lambda number: self._counted(since(number)) < count)
        return since(day(date.fromordinal(max(1, first.toordinal() - 1))))

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        """Newest first, read page by page; an article that is removed meanwhile is left out."""
        for ids in batched(self.article_ids(where, offset=offset, limit=limit), PAGE):
            found = self.articles_by_id(ids)
            yield from (found[article_id] for article_id in ids if article_id in found)

    def listing(self, wanted: ListQuery, *, offset: int, limit: int) -> ArticlePage:
        """One page of what is wanted, by titles, publishers and sources; Milvus neither sorts nor looks into texts."""
        fields = ["id", "title", "source", "url", "site", "published"]
        rows = self.client.rows(self.names.articles, condition(wanted.where, "id"), fields)
        found = filter_rows((listed(row) for row in rows), wanted)
        first = first_of_page(offset, limit, len(found))
        shown = found[first : first + limit]
        cut = self._truncated([each.id for each in shown])
        return ArticlePage(len(found), first, tuple(replace(each, truncated=each.id in cut) for each in shown))

    def publishers(self) -> list[tuple[str | None, str | None, int]]:
        """Every pair of a publisher and a host, and the number of articles that have it.

        Milvus does not count by group: all articles are gone through, but only when the library has changed.
        """
        revision = self.revision()
        known, pairs = self._publishers
        if known != revision:
            rows = self.client.rows(self.names.articles, "", ["site", "url"])
            counted = Counter((row["site"] or None, host_of(row["url"])) for row in rows)
            pairs = [(site, host, count) for (site, host), count in counted.items()]
            self._publishers = (revision, pairs)
        return pairs

    def headings(self, ids: Collection[str]) -> dict[str, ArticleHeader]:
        """What decides whether these articles have to be written again; unknown ones are left out."""
        unknown = [each for each in ids if each not in self._headings]
        rows = self.client.among(self.names.articles, "id", unknown, ["title", "source", "digest"])
        found: dict[str, ArticleHeader | None] = dict.fromkeys(unknown)
        found |= {row["id"]: ArticleHeader(row["title"], row["source"], row["digest"]) for row in rows}
        self._headings |= found
        headings = {each: self._headings.get(each) for each in ids}
        return {each: heading for each, heading in headings.items() if heading is not None}

    def is_as_held(self, source: str, held: SourceRecord) -> bool:
        """Whether the article that a source holds has the title and date that this source gave it, or another's."""
        stored = self.headings([held.article_id]).get(held.article_id)
        return stored is not None and (stored.digest == held.digest or stored.source != source)

    def remember(self, headings: dict[str, ArticleHeader | None]) -> None:
        """What a batch has just made of these articles."""
        self._headings |= headings

    # who says what

    def quotations(self, ids: Collection[str]) -> dict[str, tuple[Quotation, ...]]:
        """By article id what is said in it, in the order of the text; those not looked through are left out."""
        found: dict[str, tuple[Quotation, ...]] = {}
        rows = self._quotation_rows(ids, ["article_id", "origin", "body"])
        for row in sorted(rows, key=lambda each: str(each["origin"])):
            found[row["article_id"]] = found.get(row["article_id"], ()) + quotations_from_json(row["body"])
        return found

    def quotation_keys(self, ids: Collection[str]) -> list[str]:
        """The keys of the records of what is said in these articles."""
        return [row["key"] for row in self._quotation_rows(ids, ["key"], strong=True)]

    def _quotation_rows(self, ids: Collection[str], fields: Sequence[str], *, strong: bool = False) -> list[Row]:
        kind = one_of("kind", [QUOTES])
        return self.client.among(self.names.records, "article_id", ids, fields, kind, strong=strong)

    def articles_quoting(self, name: Sequence[str], where: Where | None = None) -> list[str]:
        """The articles that quote a speaker whose name has all of these terms, newest first; without terms, anybody."""
        named = [f"name like {quoted('%' + encoded(f' {each} ') + '%')}" for each in name]
        wanted = " and ".join([one_of("kind", [QUOTES]), f"body != {quoted('[]')}", *named])
        found = {row["article_id"] for row in self.client.rows(self.names.records, wanted, ["article_id"])}
        return [each for each in self.article_ids(where) if each in found] if found else []

    def without_quotations(self, version: int) -> list[str]:
        """The articles that this version of the finder has not looked through, newest first."""
        wanted = f"{one_of('kind', [QUOTES])} and {one_of('digest', [str(version)])}"
        found = {row["article_id"] for row in self.client.rows(self.names.records, wanted, ["article_id"])}
        return [each for each in self.article_ids() if each not in found]

    # passages

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in this order; those that are not there (any more) are left out."""
        found = {row["id"]: _passage(row) for row in self._passages("id", ids, PASSAGE_FIELDS)}
        return [found[each] for each in ids if each in found]

    def passages_of(self, article_id: str) -> list[Passage]:
        """An article's passages in the order of its text."""
        rows = self._passages("article_id", [article_id], PASSAGE_FIELDS)
        return sorted(map(_passage, rows), key=lambda each: each.start)

    def vectors(self, ids: Sequence[int]) -> NDArray[np.float32]:
        """(n, d) in the order of `ids`; KeyError for an id that is not there (any more)."""
        found, vectors = self.stored_vectors(ids)
        rows = {passage: row for row, passage in enumerate(found.tolist())}
        return vectors[[rows[int(each)] for each in ids]]

    def stored_vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Those of `ids` that are there, ascending, and their vectors (n, d)."""
        rows = sorted(self._passages("id", [int(each) for each in ids], ["dense"]), key=lambda row: int(row["id"]))
        vectors = np.array([row["dense"] for row in rows], np.float32)
        return np.array([row["id"] for row in rows], np.int64), vectors.reshape(len(rows), -1 if rows else 0)

    def passage_ids(self) -> tuple[int, NDArray[np.int64]]:
        """The revision and the ids of all passages, ascending."""
        current = self.generations.current()
        rows = self.client.rows(current, "", ["id"]) if current else iter(())
        return self.revision(), np.sort(np.fromiter((row["id"] for row in rows), np.int64))

    def _passages(self, field: str, values: Collection[str | int], fields: Sequence[str]) -> list[Row]:
        """From the generation in force; a rebuild may replace it at any moment."""
        for _ in range(3):
            current = self.generations.current()
            try:
                return self.client.among(current, field, values, fields) if current else []
            except CollectionGone:
                continue
        return []

    def states(self, collection: str, ids: Collection[str]) -> dict[str, list[Row]]:
        """By article: of each of its passages in a generation, what says whether it is up to date. As of now."""
        found: dict[str, list[Row]] = {}
        for row in self.client.among(collection, "article_id", ids, STATE_FIELDS, strong=True):
            found.setdefault(row["article_id"], []).append(row)
        return found


def _grouped(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Articles whose texts come in one request."""
    group: list[Row] = []
    characters = 0
    for row in rows:
        if group and characters + row["characters"] > TEXT_CHARS:
            yield group
            group, characters = [], 0
        group.append(row)
        characters += row["characters"]
    if group:
        yield group


def _passage(row: Row) -> Passage:
    return Passage(int(row["id"]), row["article_id"], row["start"], row["end"])
