"""One batch of changes to a store. Nothing of it is seen by others, or kept after a failure, before it is whole."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from qa.datatypes import Article, Failure, Quotation
from qa.loaders.document import LOADER_VERSION, Version
from qa.storage.base import VECTOR_DTYPE, ArticleHeader, BatchOutcome
from qa.storage.edits import Edit, edit_to_json
from qa.storage.local.database import EDIT, revision_of
from qa.storage.quotations import names_field, quotations_to_json
from qa.text.display import host_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Transaction:
    """The open transaction. Articles that lose a source are only looked at in `settle`, at the end of the batch."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changed = False
        self._released: dict[str, None] = {}  # article ids that lost a source, in order
        self.revision = revision_of(connection) + 1

    def _one(self, query: str, *values: str) -> Any:
        """The first row, or None."""
        return self._connection.execute(query, values).fetchone()

    # reading, as of this moment in the batch

    def heading(self, article_id: str) -> ArticleHeader | None:
        """The header of an article as of this moment in the batch; None when there is none."""
        row = self._one("SELECT title, source, digest FROM articles WHERE id = ?", article_id)
        return ArticleHeader(*row) if row else None

    def held_by(self, source: str) -> tuple[str, str] | None:
        """The id and the digest of the article that this source held when it was last read."""
        row = self._one("SELECT article_id, digest FROM sources WHERE source = ?", source)
        return (row[0], row[1]) if row else None

    # articles

    def put(self, article: Article) -> None:
        """Write an article, new or with changed metadata; its passages stay."""
        values = (
            article.id,
            article.title,
            article.source,
            article.url,
            host_of(article.url),
            article.published.isoformat() if article.published else None,
            json.dumps(article.authors, ensure_ascii=False),
            article.site,
            article.language,
            article.digest,
            article.text,
        )
        self._connection.execute(
            """INSERT INTO articles (id, title, source, url, host, published, authors, site, language, digest, text)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title,
            source = excluded.source, url = excluded.url, host = excluded.host, published = excluded.published,
            authors = excluded.authors, site = excluded.site, language = excluded.language,
            digest = excluded.digest""",
            values,
        )
        self._connection.execute("DELETE FROM pages WHERE article_id = ?", (article.id,))
        if article.pages:
            self._connection.execute("INSERT INTO pages VALUES (?, ?)", (article.id, json.dumps(article.pages)))
        self._connection.execute("DELETE FROM truncated WHERE article_id = ?", (article.id,))
        if article.truncated:
            self._connection.execute("INSERT INTO truncated VALUES (?)", (article.id,))
        self._changed = True

    def put_passages(self, article_id: str, spans: Sequence[tuple[int, int]], vectors: NDArray[np.float32]) -> None:
        """Give an article its passages, (n, d) vectors beside them; those it had go."""
        if len(spans) != len(vectors):
            raise ValueError(f"{len(spans)} passages with {len(vectors)} vectors for article {article_id}")
        self._drop_passages(article_id)
        rows = [
            (article_id, start, end, self.revision, vector.astype(VECTOR_DTYPE).tobytes())
            for (start, end), vector in zip(spans, vectors, strict=True)
        ]
        self._connection.executemany(
            "INSERT INTO passages (article_id, start, end, revision, vector) VALUES (?, ?, ?, ?, ?)", rows
        )
        self._changed = True

    def _drop_passages(self, article_id: str) -> None:
        self._connection.execute(
            "INSERT INTO removals SELECT id, ? FROM passages WHERE article_id = ?", (self.revision, article_id)
        )
        self._connection.execute("DELETE FROM passages WHERE article_id = ?", (article_id,))

    def put_quotations(self, article_id: str, found: Sequence[Quotation], version: int) -> None:
        """What is said in an article, as this version of the finder has it; what was stored of it before goes.

        An article that is not there (any more) has none.
        """
        self._connection.execute(
            "INSERT OR REPLACE INTO quotations (article_id, version, names, found) "
            "SELECT id, ?, ?, ? FROM articles WHERE id = ?",
            (version, names_field(found), quotations_to_json(found), article_id),
        )

    def put_copies(self, article_id: str, group: str, hashes: Sequence[int]) -> None:
        """The group of articles that are copies of this one, and its lowest hashes, in place of what was stored of it.

        An article that is not there (any more) has none.
        """
        self._drop_copies(article_id)
        row = self._one(
            "INSERT INTO copies (article_id, family) SELECT id, ? FROM articles WHERE id = ? RETURNING number",
            group,
            article_id,
        )
        if row:
            self._connection.executemany("INSERT INTO shingles VALUES (?, ?)", [(each, row[0]) for each in hashes])

    def regroup(self, groups: Mapping[str, str]) -> None:
        """By article id the group that it now belongs to."""
        rows = [(group, article_id) for article_id, group in groups.items()]
        self._connection.executemany("UPDATE copies SET family = ? WHERE article_id = ?", rows)

    def forget_copies(self) -> None:
        """What was found of copies goes, of all articles."""
        self._connection.execute("DELETE FROM shingles")
        self._connection.execute("DELETE FROM copies")

    def _drop_copies(self, article_id: str) -> None:
        self._connection.execute(
            "DELETE FROM shingles WHERE number = (SELECT number FROM copies WHERE article_id = ?)", (article_id,)
        )
        self._connection.execute("DELETE FROM copies WHERE article_id = ?", (article_id,))

    # sources and origins

    def hold(self, source: str, origin: str, article_id: str, digest: str) -> None:
        """From now on `source`, read from `origin`, holds this article."""
        before = self.held_by(source)
        if before and before[0] != article_id:
            self._released[before[0]] = None
        self._connection.execute(
            "INSERT OR REPLACE INTO sources (source, origin, article_id, digest) VALUES (?, ?, ?, ?)",
            (source, origin, article_id, digest),
        )

    def release(self, sources: Iterable[str]) -> None:
        """These sources are gone; their origins are no longer whole."""
        for source in sources:
            row = self._one("SELECT article_id, origin FROM sources WHERE source = ?", source)
            if row:
                self._released[row[0]] = None
                self._connection.execute("DELETE FROM sources WHERE source = ?", (source,))
                self._connection.execute("DELETE FROM failures WHERE source = ?", (source,))
                self._connection.execute("DELETE FROM meta WHERE key = ?", (EDIT + source,))
                self.forget_origin(row[1])

    def release_article(self, article_id: str) -> None:
        """All sources of an article let go of it."""
        rows = self._connection.execute("SELECT source FROM sources WHERE article_id = ?", (article_id,)).fetchall()
        self.release([row[0] for row in rows])

    def set_origin(self, origin: str, digest: str) -> None:
        """All that is in this file or URL has gone in."""
        self._connection.execute("INSERT OR REPLACE INTO origins VALUES (?, ?)", (origin, digest))

    def forget_origin(self, origin: str) -> None:
        """Read this file or URL again next time, even if it has not changed."""
        self._connection.execute("DELETE FROM origins WHERE origin = ?", (origin,))
        self._connection.execute("DELETE FROM versions WHERE origin = ?", (origin,))

    def set_version(self, origin: str, version: Version | None) -> None:
        """What its server calls the content of this URL that has been dealt with; None: nothing."""
        self._connection.execute("DELETE FROM versions WHERE origin = ?", (origin,))
        if version:
            self._connection.execute(
                "INSERT INTO versions (origin, url, etag, modified, loader) VALUES (?, ?, ?, ?, ?)",
                (origin, version.url, version.etag, version.modified, LOADER_VERSION),
            )

    def note_entries(self, digests: Iterable[str]) -> None:
        """Entries of feeds whose pages need no fetching as long as the feed says the same of them."""
        self._connection.executemany("INSERT OR IGNORE INTO entries VALUES (?)", [(each,) for each in digests])

    def set_failures(self, origin: str, digest: str, failures: Iterable[Failure]) -> None:
        """What of this file or URL could not be taken in, in place of what was remembered of it.

        With a digest, the same content is not tried again; with "", it is.
        """
        self._connection.execute("DELETE FROM failures WHERE origin = ?", (origin,))
        self._connection.executemany(
            "INSERT OR REPLACE INTO failures (source, origin, digest, reason, remedy) VALUES (?, ?, ?, ?, ?)",
            [(each.source, origin, digest, _storable(each.reason), each.remedy) for each in failures],
        )

    def set_edit(self, source: str, edit: Edit) -> None:
        """What was corrected by hand of the article that this source holds; it goes when the source does."""
        self.set_meta(EDIT + source, edit_to_json(edit))

    def set_meta(self, key: str, value: str) -> None:
        """Set a fact about the whole library."""
        self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    def forget_removals(self) -> None:
        """What has gone is no news any more: whatever follows this store starts from what is there."""
        self._connection.execute("DELETE FROM removals")

    def start_after(self, passage_id: int, revision: int) -> None:
        """In an empty store: give out passage ids above `passage_id`, and count revisions on from `revision`."""
        self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('passages', ?)", (passage_id,))
        self.revision = revision + 1
        self._changed = True

    # the end of the batch

    def settle(self) -> BatchOutcome:
        """Remove the articles that no source holds any more; others move to a source that they still have."""
        removed, stale = [], []
        for article_id in self._released:
            stored = self.heading(article_id)
            holders = self._connection.execute(
                "SELECT source, origin, digest FROM sources WHERE article_id = ? ORDER BY source", (article_id,)
            ).fetchall()
            if stored is None or stored.source in {row[0] for row in holders}:
                continue
            self._changed = True
            if not holders:
                self._drop_passages(article_id)
                self._drop_copies(article_id)
                self._connection.execute("DELETE FROM quotations WHERE article_id = ?", (article_id,))
                self._connection.execute("DELETE FROM pages WHERE article_id = ?", (article_id,))
                self._connection.execute("DELETE FROM truncated WHERE article_id = ?", (article_id,))
                self._connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
                removed.append(article_id)
                continue
            source, origin, digest = holders[0]
            self._connection.execute("UPDATE articles SET source = ? WHERE id = ?", (source, article_id))
            if digest != stored.digest:
                self.forget_origin(origin)
                stale.append(origin)
        self._released.clear()
        return BatchOutcome(tuple(removed), tuple(stale))

    def finish(self) -> None:
        """Count the batch as a revision, if it changed an article."""
        if self._changed:
            self.set_meta("revision", str(self.revision))


def _storable(text: str) -> str:
    """Half surrogate pairs, as an error may quote them, written out."""
    return text.encode(errors="backslashreplace").decode()
