"""What a batch is about to do to articles that lose a source, so that others can finish it if its process dies.

A source that has a new article does not tell which one it had before, and an article that nobody holds is not found by
reading any file again: without the note it would stay for ever.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from qa.storage.base import batched
from qa.storage.milvus.client import one_of
from qa.storage.milvus.records import Records, record
from qa.storage.milvus.schema import key

KIND = "batch"
IDS = 1000  # in one note
QUIET_SECONDS = 120.0  # the process of an older note is no more


@contextmanager
def intended(records: Records, ids: Sequence[str]) -> Iterator[None]:
    """Note these articles, until what is done to them is done. After an error the note stays."""
    names = [secrets.token_hex(8) for _ in batched(ids, IDS)]
    about = {"host": socket.gethostname(), "process": os.getpid(), "at": time.time()}
    pages = zip(names, batched(ids, IDS), strict=True)
    records.write(record(KIND, name, body=json.dumps({**about, "ids": page})) for name, page in pages)
    yield
    records.delete([key(KIND, name) for name in names])


def unfinished(records: Records) -> Iterator[list[str]]:
    """The articles that noted batches are about; a note of a process that died goes when they are dealt with."""
    for row in records.where(one_of("kind", [KIND]), strong=True):
        note = json.loads(row["body"])
        yield note["ids"]
        own = (note["host"], note["process"]) == (socket.gethostname(), os.getpid())
        if own or abs(time.time() - note["at"]) > QUIET_SECONDS:
            records.delete([row["key"]])
