"""The store of a library on Milvus: what can be read, and batches of changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from qa.storage.milvus.intentions import unfinished
from qa.storage.milvus.reader import MilvusReader
from qa.storage.milvus.transaction import MilvusTransaction


class MilvusStore(MilvusReader):
    """The articles of one library. Every method may be called from any thread."""

    @contextmanager
    def transaction(self) -> Iterator[MilvusTransaction]:
        """One batch of changes; it is written at its end, in an order that leaves nothing half there."""
        transaction = MilvusTransaction(self)
        yield transaction
        transaction.finish()

    def finish_others(self) -> None:
        """Do what processes that died meant to do. What a living one is just doing is not disturbed by it."""
        for ids in unfinished(self.records):
            with self.transaction() as transaction:
                transaction.look_again(ids)
