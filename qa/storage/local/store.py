"""What a library holds: articles, passages and vectors, in SQLite. The only truth; both indexes derive from it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.datatypes import Article, Passage, Quotation, Where
from qa.storage.base import PAGE, VECTOR_DTYPE, ArticleHeader, Size, SourceRecord, batched
from qa.storage.filters import condition
from qa.storage.listing import ArticlePage, ArticleSummary, ListQuery, page_of, query
from qa.storage.local.copies import Copies
from qa.storage.local.database import Database, create_database, revision_of
from qa.storage.local.sources import Sources
from qa.storage.local.transaction import Transaction
from qa.storage.quotations import quotations_from_json

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ARTICLE = "a.id, a.title, a.text, a.source, a.url, a.published, a.authors, a.site, a.language, a.digest"
_TRUNCATED = "EXISTS (SELECT 1 FROM truncated t WHERE t.article_id = a.id)"
_PAGES = "(SELECT g.starts FROM pages g WHERE g.article_id = a.id)"


@dataclass(frozen=True, slots=True)
class Changes:
    """The passages that came and went after some revision, up to `revision`. An id can be in `removed` only."""

    revision: int
    added: NDArray[np.int64]
    removed: NDArray[np.int64]


class Store:
    """The articles of one library. Every method may be called from any thread, and each sees one whole revision."""

    def __init__(self, path: Path) -> None:
        """Open what `create` has made; `LibraryDamaged` if it cannot be read."""
        self.path = path
        self._database = Database(path)
        self.sources = Sources(self._database)
        self.copies = Copies(self._database)

    @classmethod
    def create(cls, path: Path) -> Store:
        """Open the store at `path`; it is made first where there is none."""
        create_database(path)
        return cls(path)

    def close(self) -> None:
        """Close the database; a question that still reads from it is not disturbed."""
        self._database.close()

    def copy_to(self, path: Path) -> Store:
        """Open a copy in a new file, which holds what is stored and nothing that has gone."""
        self._database.copy_to(path)
        copy = Store.create(path)
        with copy.transaction() as transaction:
            transaction.forget_removals()
        return copy

    def is_in_place(self) -> bool:
        """Whether this is still the file in the folder; else open that one."""
        return self._database.is_in_place()

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file, and fields that hold what they cannot; empty when it is sound."""
        return [*self._database.check(), *self._unreadable_fields()]

    def _unreadable_fields(self) -> Iterator[str]:
        with self._database.reading() as connection:
            rows = connection.execute("SELECT id, published, authors FROM articles").fetchall()
        for article_id, published, authors in rows:
            if published is not None and _date(published) is None:
                yield f"article {article_id}: its date is {str(published)[:40]!r}"
            if _authors(authors) is None:
                yield f"article {article_id}: its authors are {str(authors)[:40]!r}"

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One batch of changes: all of it or nothing. Only the holder of the writer lock may open one."""
        with self._database.writing() as connection:
            transaction = Transaction(connection)
            yield transaction
            transaction.finish()

    # the whole

    def revision(self) -> int:
        """The number of batches that have changed the library."""
        return int(self.meta("revision") or 0)

    def meta(self, key: str) -> str | None:
        """A fact about the whole library; None when it was never set."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def fingerprint(self) -> str | None:
        """What made the passages (see `qa.passages.fingerprint`); None while there are none, so that anything fits."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT value FROM meta WHERE key = 'fingerprint' AND EXISTS (SELECT 1 FROM passages)"
            ).fetchone()
        return None if row is None else str(row[0])

    def count(self) -> int:
        """The number of articles."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM articles").fetchone()[0])

    def count_undated(self, where: Where | None = None) -> int:
        """The number of articles without a date that the filter lets through."""
        clause, values = condition(where)
        query = f"SELECT count(*) FROM articles a WHERE a.published IS NULL AND {clause}"  # noqa: S608
        with self._database.reading() as connection:
            return int(connection.execute(query, values).fetchone()[0])

    def count_by_day(self, where: Where | None = None) -> dict[date, int]:
        """How many articles the filter lets through of each day that has any; undated ones are left out."""
        clause, values = condition(where)
        query = f"SELECT a.published, count(*) FROM articles a WHERE {clause} GROUP BY a.published"  # noqa: S608
        with self._database.reading() as connection:
            rows = connection.execute(query, values).fetchall()
        return {day: count for text, count in rows if (day := _date(text))}

    def size(self) -> Size:
        """The counts of articles and passages, and the range of dates."""
        with self._database.reading() as connection:
            articles, first, last = connection.execute(
                "SELECT count(*), min(published), max(published) FROM articles"
            ).fetchone()
            passages = connection.execute("SELECT count(*) FROM passages").fetchone()[0]
        return Size(articles, passages, _date(first), _date(last))

    # articles

    def article(self, article_id: str) -> Article | None:
        """The article with this id; None when it is not there (any more)."""
        return self.articles_by_id([article_id]).get(article_id)

    def articles_by_id(self, ids: Collection[str]) -> dict[str, Article]:
        """The articles with these ids; those that are not there (any more) are left out."""
        pages = _PAGES if self._database.has_pages else "NULL"
        truncated = _TRUNCATED if self._database.has_truncated else "0"
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_ARTICLE}, {pages}, {truncated} FROM articles a "  # noqa: S608
                "WHERE a.id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        return {row[0]: _article(row) for row in rows}

    def article_ids(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> list[str]:
        """Newest first, undated ones last; equal dates by title."""
        clause, values = condition(where)
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT a.id FROM articles a WHERE {clause} "  # noqa: S608
                "ORDER BY a.published DESC, a.title, a.id LIMIT ? OFFSET ?",
                (*values, -1 if limit is None else limit, offset),
            ).fetchall()
        return [row[0] for row in rows]

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        """Newest first, read page by page; an article that is removed meanwhile is left out."""
        for ids in batched(self.article_ids(where, offset=offset, limit=limit), PAGE):
            found = self.articles_by_id(ids)
            yield from (found[article_id] for article_id in ids if article_id in found)

    def listing(self, wanted: ListQuery, *, offset: int, limit: int) -> ArticlePage:
        """One page of what is wanted; an offset behind its end gives the last page."""
        statement, values = query(wanted)
        truncated = _TRUNCATED if self._database.has_truncated else "0"
        with self._database.reading() as connection:
            ordered = [row[0] for row in connection.execute(statement, values)]
            first, ids = page_of(ordered, offset, limit)
            rows = connection.execute(
                f"SELECT id, title, source, url, site, published, {truncated} FROM articles a "  # noqa: S608
                "WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(ids),),
            ).fetchall()
        found = {row[0]: _summary(row) for row in rows}
        return ArticlePage(len(ordered), first, tuple(found[each] for each in ids))

    def publishers(self) -> list[tuple[str | None, str | None, int]]:
        """Every pair of a publisher and a host, and the number of articles that have it."""
        with self._database.reading() as connection:
            return connection.execute("SELECT site, host, count(*) FROM articles GROUP BY site, host").fetchall()

    # who says what

    def quotations(self, ids: Collection[str]) -> dict[str, tuple[Quotation, ...]]:
        """By article id what is said in it, in the order of the text; those not looked through are left out."""
        if not self._database.has_quotations:
            return {}
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT article_id, found FROM quotations WHERE article_id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        return {article_id: quotations_from_json(found) for article_id, found in rows}

    def articles_quoting(self, name: Sequence[str], where: Where | None = None) -> list[str]:
        """The articles that quote a speaker whose name has all of these terms, newest first; without terms, anybody."""
        if not self._database.has_quotations:
            return []
        clause, values = condition(where)
        named = "".join(" AND instr(q.names, ?) > 0" for _ in name)
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT a.id FROM articles a JOIN quotations q ON q.article_id = a.id "  # noqa: S608
                f"WHERE {clause} AND q.found <> '[]'{named} ORDER BY a.published DESC, a.title, a.id",
                (*values, *(f" {each} " for each in name)),
            ).fetchall()
        return [row[0] for row in rows]

    def without_quotations(self, version: int) -> list[str]:
        """The articles that this version of the finder has not looked through, newest first."""
        if not self._database.has_quotations:
            return self.article_ids()
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT a.id FROM articles a LEFT JOIN quotations q ON q.article_id = a.id AND q.version = ? "
                "WHERE q.article_id IS NULL ORDER BY a.published DESC, a.title, a.id",
                (version,),
            ).fetchall()
        return [row[0] for row in rows]

    # passages

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in this order; those that are not there (any more) are left out."""
        found = {row[0]: Passage(*row) for row in self._passage_rows("id, article_id, start, end", ids)}
        return [found[passage] for passage in ids if passage in found]

    def passages_of(self, article_id: str) -> list[Passage]:
        """An article's passages in the order of its text."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, article_id, start, end FROM passages WHERE article_id = ? ORDER BY start", (article_id,)
            ).fetchall()
        return [Passage(*row) for row in rows]

    def vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """(n, d) in the order of `ids`; KeyError for an id that is not there (any more)."""
        found, vectors = self.stored_vectors(ids)
        rows = {passage: row for row, passage in enumerate(found.tolist())}
        return vectors[[rows[int(passage)] for passage in ids]]

    def stored_vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Those of `ids` that are there, ascending, and their vectors (n, d)."""
        import numpy as np

        rows = self._passage_rows("id, vector", ids)
        found = np.array([row[0] for row in rows], np.int64)
        size = Counter(len(row[1]) for row in rows).most_common(1)[0][0] if rows else 0
        # one that is cut short is like nothing, and the doctor finds it
        whole = b"".join(row[1] if len(row[1]) == size else bytes(size) for row in rows)
        vectors = np.frombuffer(whole, VECTOR_DTYPE)
        return found, vectors.reshape(len(rows), size // np.dtype(VECTOR_DTYPE).itemsize).astype(np.float32)

    def _passage_rows(self, columns: str, ids: Sequence[int] | NDArray[np.int64]) -> list[Any]:
        """`columns` is never text from outside."""
        with self._database.reading() as connection:
            return connection.execute(
                f"SELECT {columns} FROM passages WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",  # noqa: S608
                (json.dumps([int(passage) for passage in ids]),),
            ).fetchall()

    def allowed(self, where: Where) -> NDArray[np.int64]:
        """The ids of all passages of the articles that the filter lets through, ascending."""
        clause, values = condition(where)
        with self._database.reading() as connection:
            return _ids(
                connection,
                f"SELECT p.id FROM passages p WHERE p.article_id IN (SELECT a.id FROM articles a WHERE {clause})",  # noqa: S608
                values,
            )

    def passage_ids(self) -> tuple[int, NDArray[np.int64]]:
        """The revision and the ids of all its passages, ascending."""
        with self._database.reading() as connection:
            revision = revision_of(connection)
            return revision, _ids(connection, "SELECT id FROM passages", ())

    def last_passage_id(self) -> int:
        """The highest id that was ever given out."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        return 0 if row is None else int(row[0])

    def removals(self) -> int:
        """The number of passages that have gone since this store was begun; their words may still be in its files."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM removals").fetchone()[0])

    def changes_since(self, revision: int) -> Changes:
        """What came and went after `revision`; removed ids may be unknown to who asks."""
        with self._database.reading() as connection:
            current = revision_of(connection)
            added = _ids(connection, "SELECT id FROM passages WHERE revision > ?", (revision,))
            removed = _ids(connection, "SELECT passage_id FROM removals WHERE revision > ?", (revision,))
        return Changes(current, added, removed)

    def headings(self, ids: Collection[str]) -> dict[str, ArticleHeader]:
        """What decides whether these articles have to be written again; unknown ones are left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, title, source, digest FROM articles WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(ids)),),
            ).fetchall()
        return {row[0]: ArticleHeader(*row[1:]) for row in rows}

    def is_as_held(self, source: str, held: SourceRecord) -> bool:
        """Whether the article that a source holds has the title and date that this source gave it, or another's."""
        stored = self.headings([held.article_id]).get(held.article_id)
        return stored is not None and (stored.digest == held.digest or stored.source != source)


def _ids(connection: sqlite3.Connection, query: str, values: Iterable[Any]) -> NDArray[np.int64]:
    """The ids that a query gives, ascending; read as one text, which is twice as fast as row by row."""
    import numpy as np

    whole = f"WITH found (id) AS ({query}) SELECT group_concat(id) FROM found"  # noqa: S608
    (text,) = connection.execute(whole, tuple(values)).fetchone()
    return np.sort(np.fromstring(text or "", np.int64, sep=","))


def _summary(row: Sequence[Any]) -> ArticleSummary:
    article_id, title, source, url, site, published, truncated = row
    return ArticleSummary(article_id, title, source, url, site, _date(published), bool(truncated))


def _article(row: Sequence[Any]) -> Article:
    article_id, title, text, source, url, published, authors, site, language, digest, pages, truncated = row
    return Article(
        id=article_id,
        title=title,
        text=text,
        source=source,
        url=url,
        published=_date(published),
        authors=_authors(authors) or (),
        site=site,
        language=language,
        digest=digest,
        pages=_offsets(pages),
        truncated=bool(truncated),
    )


def _date(text: object) -> date | None:
    """A day; None too for what is none, which the doctor names: it must not end every question."""
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _offsets(text: object) -> tuple[int, ...]:
    """Where pages begin; () where that is not known, or damaged."""
    try:
        found = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return ()
    return tuple(found) if isinstance(found, list) and all(type(each) is int for each in found) else ()


def _authors(text: object) -> tuple[str, ...] | None:
    """The names; None for what are none."""
    try:
        names = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return tuple(names) if isinstance(names, list) and all(isinstance(each, str) for each in names) else None
