"""Which articles of a library on Milvus are copies of one another. `qa.ingestion.copies` finds it.

An article has one record with its group and one for each of its lowest hashes; both are found by the indexed
`origin_key`. Two processes that take in copies of each other at the same moment may both miss it, until a rebuild.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from qa.storage.milvus.client import Client, Row, one_of
from qa.storage.milvus.records import record
from qa.storage.milvus.schema import Names, key

COPIES, SHINGLE = "copies", "shingle"


class MilvusCopies:
    """The copies in one library. Every method may be called from any thread."""

    def __init__(self, client: Client, names: Names, article_ids: Callable[[], list[str]]) -> None:
        """`article_ids` gives those of all articles, newest first."""
        self._client = client
        self._article_ids = article_ids
        self._name = names.records

    def groups(self, ids: Collection[str]) -> dict[str, str]:
        """By article id its group; articles that were not looked through are left out."""
        keys = [key(COPIES, each) for each in ids]
        return {row["article_id"]: row["body"] for row in self._among("key", keys, ["article_id", "body"])}

    def members(self, groups: Collection[str]) -> dict[str, list[str]]:
        """By group the articles in it."""
        found: dict[str, list[str]] = {}
        rows = self._among("origin_key", [key("group", each) for each in groups], ["article_id", "body"])
        for row in sorted(rows, key=lambda each: str(each["article_id"])):
            found.setdefault(row["body"], []).append(row["article_id"])
        return found

    def sharing(self, hashes: Collection[int]) -> dict[int, list[str]]:
        """By hash the articles that have it among their lowest."""
        found: dict[int, list[str]] = {}
        for row in self._among("origin_key", [_shingle_key(each) for each in hashes], ["article_id", "origin_key"]):
            found.setdefault(int(row["origin_key"].removeprefix(f"{SHINGLE}-"), 16), []).append(row["article_id"])
        return {each: sorted(ids) for each, ids in found.items()}

    def _among(self, field: str, values: Sequence[str], fields: Sequence[str]) -> list[Row]:
        return self._client.among(self._name, field, values, fields) if values else []

    def missing(self) -> list[str]:
        """The articles that were not looked through, newest first."""
        rows = self._client.rows(self._name, one_of("kind", [COPIES]), ["article_id"])
        known = {row["article_id"] for row in rows}
        return [each for each in self._article_ids() if each not in known]

    def keys(self, ids: Collection[str]) -> list[str]:
        """The keys of all records of these articles."""
        kind = one_of("kind", [COPIES, SHINGLE])
        rows = self._client.among(self._name, "article_id", ids, ["key"], kind, strong=True)
        return [row["key"] for row in rows]

    def all_keys(self) -> list[str]:
        """The keys of all records of all articles."""
        return [row["key"] for row in self._client.rows(self._name, one_of("kind", [COPIES, SHINGLE]), ["key"])]


def group_record(article_id: str, group: str) -> Row:
    """The row of an article's group."""
    row = record(COPIES, article_id, article_id=article_id, body=group)
    return {**row, "origin_key": key("group", group)}


def shingle_records(article_id: str, hashes: Sequence[int]) -> list[Row]:
    """The rows of an article's lowest hashes."""
    return [
        {**record(SHINGLE, f"{each} {article_id}", article_id=article_id), "origin_key": _shingle_key(each)}
        for each in hashes
    ]


def _shingle_key(hashed: int) -> str:
    return f"{SHINGLE}-{hashed:x}"
