"""Notes of a library by key: sources, origins, failures, and the library's own."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Collection, Iterable, Sequence

from qa.datatypes import Failure, Quotation
from qa.loaders.document import LOADER_VERSION, Version
from qa.storage.base import SourceRecord, batched
from qa.storage.edits import Edit, edit_to_json
from qa.storage.milvus.client import Client, Row, one_of
from qa.storage.milvus.schema import RECORD_FIELDS, Names, cut, encoded, key, place
from qa.storage.quotations import names_field, quotations_to_json

QUOTES = "quotes"
EDIT = "edit"
QUOTATIONS = 200  # in one row: their names and places fit into its fields
REMEMBERED = 100_000  # records that are kept in memory during a change, so as not to ask for each twice


class Records:
    """The collection of records. What was looked up is remembered until `forget`."""

    def __init__(self, client: Client, names: Names) -> None:
        self._client = client
        self._name = names.records
        self._lock = threading.Lock()
        self._remembered: dict[str, Row | None] = {}
        self._counts: dict[str, int] = {}

    def by_key(self, keys: Collection[str], *, strong: bool = False) -> dict[str, Row]:
        """The records with these keys."""
        with self._lock:
            found = {} if strong else {each: self._remembered[each] for each in keys if each in self._remembered}
        unknown = [each for each in keys if each not in found]
        rows = {row["key"]: row for row in self._client.among(self._name, "key", unknown, RECORD_FIELDS, strong=strong)}
        self._remember({each: rows.get(each) for each in unknown})
        found.update(rows)
        return {each: row for each, row in found.items() if row is not None}

    def where(self, filter_: str, *, strong: bool = False) -> list[Row]:
        """All records that the filter lets through."""
        return list(self._client.rows(self._name, filter_, RECORD_FIELDS, strong=strong))

    def of_articles(self, ids: Collection[str], *, strong: bool = False) -> list[Row]:
        """The sources that hold these articles."""
        kind = one_of("kind", ["source"])
        return self._client.among(self._name, "article_id", ids, RECORD_FIELDS, kind, strong=strong)

    def of_origins(self, kind: str, origins: Collection[str]) -> list[Row]:
        """The sources or failures that these files and URLs held when they were read."""
        keys = [key("origin", each) for each in origins]
        return self._client.among(self._name, "origin_key", keys, RECORD_FIELDS, one_of("kind", [kind]))

    def count_sources(self, origins: Collection[str]) -> dict[str, int]:
        """How many sources each of these files and URLs holds."""
        with self._lock:
            found = {each: self._counts[each] for each in origins if each in self._counts}
        unknown = [each for each in origins if each not in found]
        if unknown:
            rows = self.of_origins("source", unknown)
            counted = Counter(row["origin"] for row in rows)
            found |= {each: counted[each] for each in unknown}
            with self._lock:
                self._counts |= found
            self._remember({row["key"]: row for row in rows})
        return found

    def write(self, rows: Iterable[Row]) -> None:
        """Write these records, new or in place of those with the same key."""
        written = {row["key"]: row for row in rows}
        if written:
            self._client.upsert(self._name, written.values(), stub=True)
            self._remember(dict(written))
            self._recount(row["origin"] for row in written.values())

    def delete(self, keys: Collection[str]) -> None:
        """Delete the records with these keys."""
        if keys:
            self._client.delete(self._name, "key", keys)
            gone = [row for each in keys if (row := self._remembered.get(each))]
            self._remember(dict.fromkeys(keys))
            self._recount(row["origin"] for row in gone)

    def forget(self) -> None:
        """Ask Milvus again for everything."""
        with self._lock:
            self._remembered.clear()
            self._counts.clear()

    def _recount(self, origins: Iterable[str]) -> None:
        with self._lock:
            for each in origins:
                self._counts.pop(each, None)

    def _remember(self, rows: dict[str, Row | None]) -> None:
        with self._lock:
            self._remembered.update(rows)
            while len(self._remembered) > REMEMBERED:
                del self._remembered[next(iter(self._remembered))]

    # one value by name

    def value(self, name: str, *, kind: str = "meta", strong: bool = False) -> str | None:
        """Looked up anew each time."""
        of = key(kind, name)
        rows = self._client.query(self._name, one_of("key", [of]), ["body"], strong=strong)
        return str(rows[0]["body"]) if rows else None

    def set_value(self, name: str, value: str, *, kind: str = "meta") -> None:
        """Set one value by name."""
        self.write([record(kind, name, body=value)])

    def delete_value(self, name: str, *, kind: str = "meta") -> None:
        """Forget one value."""
        self.delete([key(kind, name)])


def record(kind: str, name: str, *, origin: str = "", article_id: str = "", digest: str = "", body: str = "") -> Row:
    """A row, whose key follows from its kind and name."""
    return {
        "key": key(kind, name),
        "kind": kind,
        "name": cut(name),
        "origin_key": key("origin", origin) if origin else "",
        "origin": cut(origin),
        "place": place(origin) if origin else "",
        "article_id": article_id,
        "digest": digest,
        "body": cut(body),
    }


def source_record(source: str, held: SourceRecord) -> Row:
    """The row of a source."""
    return record("source", source, origin=held.origin, article_id=held.article_id, digest=held.digest)


def holding(row: Row) -> SourceRecord:
    """What a source was when it was last read, from its row."""
    return SourceRecord(row["origin"], row["article_id"], row["digest"])


def version_record(origin: str, version: Version) -> Row:
    """The row of what a server calls the content of a URL."""
    told = {"url": version.url, "etag": version.etag, "modified": version.modified, "loader": LOADER_VERSION}
    return record("version", origin, body=json.dumps(told))


def version_of(row: Row) -> Version | None:
    """None where another loader has read it."""
    told = json.loads(row["body"])
    return Version(told["url"], told["etag"], told["modified"]) if told["loader"] == LOADER_VERSION else None


def quotation_records(article_id: str, found: Sequence[Quotation], version: int) -> list[Row]:
    """What is said in an article as rows, of as many quotations as one holds; at least one, so that it is known.

    The names are encoded, as all is that enters a filter.
    """
    rows = []
    for number, page in enumerate(batched(found, QUOTATIONS) if found else [[]]):
        body = quotations_to_json(page)
        row = record(QUOTES, f"{article_id} {number}", article_id=article_id, digest=str(version), body=body)
        rows.append({**row, "name": cut(encoded(names_field(page))), "origin": f"{number:06d}"})
    return rows


def edit_record(source: str, edit: Edit) -> Row:
    """The row of what was corrected by hand of the article that a source holds."""
    return record(EDIT, source, body=edit_to_json(edit))


def failure_record(failure: Failure, origin: str, digest: str) -> Row:
    """The row of a failure; `digest` is that of the content that failed."""
    reason = failure.reason.encode(errors="backslashreplace").decode()
    body = json.dumps({"reason": cut(reason, 8000), "remedy": cut(failure.remedy, 8000)})
    return record("failure", failure.source, origin=origin, digest=digest, body=body)


def failure_of(row: Row) -> Failure:
    """A failure from its row."""
    body = json.loads(row["body"])
    return Failure(row["name"], body["reason"], body["remedy"])
