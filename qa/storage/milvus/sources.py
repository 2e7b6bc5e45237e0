"""Where the articles of a library on Milvus came from: files and URLs (origins), and the sources in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from qa.datatypes import Failure
from qa.loaders.document import Version
from qa.storage.base import SourceRecord
from qa.storage.edits import Edit, edit_from_json
from qa.storage.milvus.client import one_of, quoted
from qa.storage.milvus.records import EDIT, Records, failure_of, holding, version_of
from qa.storage.milvus.schema import key, place


class MilvusSources:
    """Read from the records of the library. Every method may be called from any thread."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def expect(self, origins: Sequence[str]) -> None:
        """These files and URLs are about to be read: learn at once what is known of all of them."""
        self._records.by_key([key(kind, each) for kind in ("origin", "source") for each in origins])
        self._records.count_sources(origins)

    def origin_digest(self, origin: str) -> str | None:
        """The digest of a file or URL all of which is in the library as it was read."""
        row = self._records.by_key([key("origin", origin)]).get(key("origin", origin))
        return None if row is None else str(row["digest"])

    def origins(self) -> dict[str, str]:
        """Every such file or URL, with its digest."""
        return {row["name"]: row["digest"] for row in self._records.where(one_of("kind", ["origin"]))}

    def version(self, origin: str) -> Version | None:
        """What its server calls the content of a URL, if the loader of today has dealt with it and need not again."""
        row = self._records.by_key([key("version", origin)]).get(key("version", origin))
        if row is None or any(not failure["digest"] for failure in self._records.of_origins("failure", [origin])):
            return None
        return version_of(row)

    def has_entry(self, digest: str) -> bool:
        """Whether the page of a feed's entry has been dealt with, see `Transaction.note_entries`."""
        return bool(self._records.by_key([key("entry", digest)]))

    def failures(self) -> dict[str, tuple[str, list[Failure]]]:
        """By file or URL: what could not be taken in of it, and the digest of its content then ("": try again)."""
        rows = self._records.where(one_of("kind", ["failure"]))
        found: dict[str, tuple[str, list[Failure]]] = {}
        for row in sorted(rows, key=lambda each: (each["origin"], each["name"])):
            found.setdefault(row["origin"], (row["digest"], []))[1].append(failure_of(row))
        return found

    def edits(self) -> dict[str, Edit]:
        """By source what was corrected by hand of the article that it holds."""
        rows = self._records.where(one_of("kind", [EDIT]))
        return {row["name"]: edit_from_json(row["body"]) for row in rows}

    def count_in(self, origin: str) -> int:
        """How many sources one file or URL holds."""
        return self._records.count_sources([origin])[origin]

    def records(self, sources: Collection[str]) -> dict[str, SourceRecord]:
        """What is known of these sources; unknown ones are left out."""
        rows = self._records.by_key([key("source", each) for each in sources])
        return {row["name"]: holding(row) for row in rows.values()}

    def holders_of(self, ids: Collection[str], *, strong: bool = False) -> dict[str, dict[str, SourceRecord]]:
        """By article id: every source that holds this text, in order."""
        holders: dict[str, dict[str, SourceRecord]] = {}
        for row in sorted(self._records.of_articles(ids, strong=strong), key=lambda each: str(each["name"])):
            holders.setdefault(row["article_id"], {})[row["name"]] = holding(row)
        return holders

    def origins_under(self, folder: str) -> dict[str, list[str]]:
        """The sources of every file below `folder`, or of the file `folder` itself, by file."""
        own, below = place(folder), place(folder.rstrip("/\\") + "/")
        within = f"(place == {quoted(own)} or place like {quoted(below + '%')})"
        origins: dict[str, list[str]] = {}
        for row in self._records.where(f"{one_of('kind', ['source'])} and {within}"):
            origins.setdefault(row["origin"], []).append(row["name"])
        return origins
