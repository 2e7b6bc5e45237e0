"""The passages of a library: the generation in force, and new ones.

A generation is a collection with a name that no other ever has. What made it is noted before anybody can find it, and
it is put in force by pointing the alias to it, which all see at once.
"""

from __future__ import annotations

import re
import secrets

from qa.errors import FingerprintMismatch
from qa.storage.milvus.client import Client
from qa.storage.milvus.records import Records
from qa.storage.milvus.schema import Names, create_passages

_KIND = "generation"


class Generations:
    """All generations of one library."""

    def __init__(self, client: Client, names: Names, records: Records) -> None:
        self._client = client
        self._alias = names.passages
        self._records = records
        self._fingerprints: dict[str, str] = {}  # they never change

    def current(self) -> str | None:
        """The collection in force; None before the first article."""
        return self._client.aliased(self._alias)

    def fingerprint(self, collection: str) -> str | None:
        """What made it."""
        if collection not in self._fingerprints:
            noted = self._records.value(collection, kind=_KIND, strong=True)
            if noted is None:
                return None
            self._fingerprints[collection] = noted
        return self._fingerprints[collection]

    def make(self, fingerprint: str, dimension: int) -> str:
        """A new, empty generation, not in force."""
        name = f"{self._alias}_{secrets.token_hex(4)}"
        create_passages(self._client, name, dimension)
        self._records.set_value(name, fingerprint, kind=_KIND)
        return name

    def target(self, fingerprint: str, dimension: int) -> str:
        """The generation in force, to be written to; the first one is made here.

        Raises FingerprintMismatch when it holds passages that were made in another way.
        """
        current = self.current()
        if current is not None and self.fingerprint(current) == fingerprint:
            return current
        if current is not None and self._client.count(current, strong=True):
            raise FingerprintMismatch(
                "The library was made anew with other settings meanwhile. Use those, or make it anew with yours: "
                "article-qa rebuild"
            )
        made = self.make(fingerprint, dimension)
        if current is not None:
            self.put_in_force(made)
            self.drop(current)
        elif not self._client.create_alias(self._alias, made):  # somebody else was first
            self.drop(made)
            return self.target(fingerprint, dimension)
        return made

    def put_in_force(self, collection: str) -> None:
        """Point the alias to a collection: all see it from this moment on."""
        self._client.point(self._alias, collection)

    def drop(self, collection: str) -> None:
        """Delete a generation, and the note of what made it."""
        self._client.drop(collection)
        self._records.delete_value(collection, kind=_KIND)

    def others(self) -> list[str]:
        """Generations that are not in force: what a rebuild is making, or one that was killed has left."""
        current = self.current()
        pattern = re.compile(rf"{re.escape(self._alias)}_[0-9a-f]{{8}}")
        names = self._client.names(f"{self._alias}_")
        return [name for name in names if name != current and pattern.fullmatch(name)]
