"""Where the articles of a library in a folder came from: files and URLs (origins), and the sources in them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence

from qa.datatypes import Failure
from qa.loaders.document import LOADER_VERSION, Version
from qa.storage.base import SourceRecord
from qa.storage.edits import Edit, edit_from_json
from qa.storage.local.database import EDIT, Database, is_storable


class Sources:
    """Read from the tables of the store's database. Every method may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def expect(self, origins: Sequence[str]) -> None:
        """Nothing needs to be asked in advance: the file is at hand."""

    def origin_digest(self, origin: str) -> str | None:
        """The digest of a file or URL all of which is in the library as it was read."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT digest FROM origins WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else str(row[0])

    def origins(self) -> dict[str, str]:
        """Every such file or URL, with its digest."""
        with self._database.reading() as connection:
            return dict(connection.execute("SELECT origin, digest FROM origins").fetchall())

    def version(self, origin: str) -> Version | None:
        """What its server calls the content of a URL, if the loader of today has dealt with it and need not again."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT url, etag, modified FROM versions v WHERE origin = ? AND loader = ? AND "
                "NOT EXISTS (SELECT 1 FROM failures f WHERE f.origin = v.origin AND f.digest = '')",
                (origin, LOADER_VERSION),
            ).fetchone()
        return None if row is None else Version(*row)

    def versions(self) -> dict[str, Version]:
        """The versions of all URLs, by URL, that the loader of today has read."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT origin, url, etag, modified FROM versions WHERE loader = ?", (LOADER_VERSION,)
            ).fetchall()
        return {row[0]: Version(*row[1:]) for row in rows}

    def entries(self) -> list[str]:
        """The digests of all entries of feeds whose page has been dealt with."""
        with self._database.reading() as connection:
            return [row[0] for row in connection.execute("SELECT digest FROM entries")]

    def has_entry(self, digest: str) -> bool:
        """Whether the page of a feed's entry has been dealt with, see `Transaction.note_entries`."""
        with self._database.reading() as connection:
            return connection.execute("SELECT 1 FROM entries WHERE digest = ?", (digest,)).fetchone() is not None

    def failures(self) -> dict[str, tuple[str, list[Failure]]]:
        """By file or URL: what could not be taken in of it, and the digest of its content then ("": try again)."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT origin, digest, source, reason, remedy FROM failures ORDER BY origin, source"
            ).fetchall()
        found: dict[str, tuple[str, list[Failure]]] = {}
        for origin, digest, *failure in rows:
            found.setdefault(origin, (digest, []))[1].append(Failure(*failure))
        return found

    def edits(self) -> dict[str, Edit]:
        """By source what was corrected by hand of the article that it holds."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT substr(key, ?), value FROM meta WHERE substr(key, 1, ?) = ?", (len(EDIT) + 1, len(EDIT), EDIT)
            ).fetchall()
        return {source: edit_from_json(value) for source, value in rows}

    def count_in(self, origin: str) -> int:
        """How many sources one file or URL holds."""
        with self._database.reading() as connection:
            return int(connection.execute("SELECT count(*) FROM sources WHERE origin = ?", (origin,)).fetchone()[0])

    def records(self, sources: Collection[str]) -> dict[str, SourceRecord]:
        """What is known of these sources; unknown ones are left out."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT source, origin, article_id, digest FROM sources "
                "WHERE source IN (SELECT value FROM json_each(?))",
                (json.dumps(list(sources)),),
            ).fetchall()
        return {row[0]: SourceRecord(*row[1:]) for row in rows}

    def holders_of(self, ids: Collection[str]) -> dict[str, dict[str, SourceRecord]]:
        """By article id: every source that holds this text, in order."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT source, origin, article_id, digest FROM sources "
                "WHERE article_id IN (SELECT value FROM json_each(?)) ORDER BY source",
                (json.dumps(list(ids)),),
            ).fetchall()
        holders: dict[str, dict[str, SourceRecord]] = {}
        for row in rows:
            holders.setdefault(row[2], {})[row[0]] = SourceRecord(*row[1:])
        return holders

    def origins_under(self, folder: str) -> dict[str, list[str]]:
        """The sources of every file below `folder`, or of the file `folder` itself, by file."""
        if not is_storable(folder):
            return {}
        below = folder.rstrip("/\\") + "/"
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT origin, source FROM sources "
                "WHERE origin = ?1 OR substr(replace(origin, '\\', '/'), 1, length(?2)) = ?2",
                (folder, below.replace("\\", "/")),
            ).fetchall()
        origins: dict[str, list[str]] = {}
        for origin, source in rows:
            origins.setdefault(origin, []).append(source)
        return origins
