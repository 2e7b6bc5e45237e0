"""A new generation of passages from the stored articles, put in force when it is whole.

Others may ask, add and remove meanwhile. What they change after an article was copied is found when the new generation
has been put in force: then everything is compared once more, and the old one goes.
"""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback
from qa.errors import LibraryBusy, LibraryError
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.base import batched
from qa.storage.milvus.client import Row
from qa.storage.milvus.rows import passage_rows
from qa.storage.milvus.store import MilvusStore
from qa.storage.milvus.transaction import ROUNDS, is_complete

MARK = "rebuilding"  # a record: who makes which generation
QUIET_SECONDS = 120.0  # a mark that has not been renewed for so long is of a process that died


@dataclass(slots=True)
class _Filling:
    """A generation that is being filled."""

    store: MilvusStore
    passages: PassageEncoder
    settings: Settings
    name: str
    failures: dict[str, Failure]

    def mark(self, at: float) -> None:
        owner = {"name": self.name, "host": socket.gethostname(), "process": os.getpid(), "at": at}
        self.store.records.set_value(MARK, json.dumps(owner))


def rebuild(
    store: MilvusStore, passages: PassageEncoder, settings: Settings, progress: ProgressCallback
) -> list[Failure]:
    """The articles that could not be cut into passages. Interrupted, the next rebuild goes on with what is there.

    Raises LibraryBusy when another process is rebuilding.
    """
    with _begun(store, passages, settings) as filling:
        _fill(filling, progress)
        _check(filling)
        old = store.generations.current()
        if old is None:
            store.client.create_alias(store.names.passages, filling.name)
        else:
            store.generations.put_in_force(filling.name)
        _fill(filling, lambda _: None)  # what others have changed in the old one until now
        _drop_strays(filling)
    for name in store.generations.others():
        store.generations.drop(name)
    store.records.delete_value(MARK)
    return list(filling.failures.values())


@contextmanager
def _begun(store: MilvusStore, passages: PassageEncoder, settings: Settings) -> Iterator[_Filling]:
    """A generation to fill: the one that a rebuild with the same settings has left, or a new one."""
    found = store.records.value(MARK, strong=True)
    owner = json.loads(found) if found else None
    if owner and _is_alive(owner):
        raise LibraryBusy(
            f"Process {owner['process']} on {owner['host']} is rebuilding the library. Wait until it has finished; if "
            f"it is no more, try again in {QUIET_SECONDS:.0f} seconds."
        )
    name = owner["name"] if owner else None
    if name not in store.generations.others() or store.generations.fingerprint(name) != passages.fingerprint:
        name = store.generations.make(passages.fingerprint, passages.dimension)
    filling = _Filling(store, passages, settings, name, {})
    try:
        filling.mark(time.time())
        yield filling
    except BaseException:
        filling.mark(0.0)  # nobody need wait before going on with it
        raise


def _is_alive(owner: dict[str, object]) -> bool:
    """Whether the owner may still be at it. Clocks of machines may differ a little, so in doubt it is."""
    if owner["host"] == socket.gethostname() and owner["process"] == os.getpid():
        return False  # threads of this process queue
    return abs(time.time() - float(str(owner["at"]))) < QUIET_SECONDS


def _fill(filling: _Filling, progress: ProgressCallback) -> None:
    """Bring the passages of every article in step with the article, wherever they are not."""
    ids = filling.store.article_ids()
    done = 0
    for page in batched(ids, filling.settings.batch_articles):
        _fill_page(filling, page)
        filling.mark(time.time())
        done += len(page)
        progress(Progress("encode", done, len(ids)))


def _fill_page(filling: _Filling, ids: list[str]) -> None:
    """Write what is lacking, and look again: the article may have been changed while it was encoded."""
    store = filling.store
    for _ in range(ROUNDS):
        rows = store.article_rows([each for each in ids if each not in filling.failures], strong=True)
        states = store.states(filling.name, rows)
        lacking = [each for each, row in rows.items() if not is_complete(states.get(each, []), row)]
        if not lacking:
            return
        _write(filling, {each: rows[each] for each in lacking})


def _write(filling: _Filling, rows: dict[str, Row]) -> None:
    """The passages of these articles; what they had before goes after that, for a chat may be asking."""
    client, articles = filling.store.client, filling.store.articles_by_id(rows)
    prepared = [each for article in articles.values() if (each := _prepared(article, filling))]
    vectors = filling.passages.encode(prepared)
    made = [
        passage
        for each in prepared
        for passage in passage_rows(each.article, rows[each.article.id], each.spans, vectors[each.article.id])
    ]
    before = client.among(filling.name, "article_id", [each.article.id for each in prepared], ["id"], strong=True)
    client.upsert(filling.name, made)
    written = {row["id"] for row in made}
    client.delete(filling.name, "id", [row["id"] for row in before if row["id"] not in written])


def _prepared(article: Article, filling: _Filling) -> PreparedArticle | None:
    """None for what cannot be cut: it keeps its place without passages, for nothing that was stored is lost."""
    spans = filling.passages.chunk_stored(article)
    if not spans:
        spans = Failure(article.source, "There are no words in it.", "Remove it and add it anew.")
    if isinstance(spans, Failure):
        filling.failures[article.id] = spans
        return None
    return PreparedArticle(article, article.source, spans)


def _check(filling: _Filling) -> None:
    """Nothing may be missing: what is put in force replaces what serves now."""
    store = filling.store
    for page in batched(store.article_ids(), filling.settings.batch_articles):
        rows = store.article_rows(page, strong=True)
        there = store.states(filling.name, rows)
        missing = [each for each in rows if each not in there and each not in filling.failures]
        if store.article_rows(missing, strong=True) and _is_missing_still(filling, missing):
            raise LibraryError("The rebuilt passages are not complete. The old ones stay in force; try again.")


def _is_missing_still(filling: _Filling, ids: list[str]) -> bool:
    """An article that came during the rebuild is taken in now; only then is it missing."""
    _fill_page(filling, ids)
    store = filling.store
    there = store.states(filling.name, ids)
    return any(each not in there and each not in filling.failures for each in store.article_rows(ids, strong=True))


def _drop_strays(filling: _Filling) -> None:
    """Passages of articles that were removed meanwhile."""
    store = filling.store
    held = {row["article_id"] for row in store.client.rows(filling.name, "", ["article_id"], strong=True)}
    for page in batched(sorted(held), 1000):
        rows = store.article_rows(page, strong=True)
        store.client.delete(filling.name, "article_id", [each for each in page if each not in rows])
