"""`qa.Library` for articles on a Milvus."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast
from weakref import WeakValueDictionary

from embeddings.encoder import Encoder, SentenceTransformerEncoder
from qa.config import Settings
from qa.datatypes import ProgressCallback, Report, Stats, silent
from qa.errors import LibraryError
from qa.ingestion.pipeline import Ingestion
from qa.library import Library
from qa.passages.fingerprint import check, encoder_name
from qa.storage.local.generation import Generation
from qa.storage.local.lock import WriterLock
from qa.storage.local.store import Store
from qa.storage.local.transaction import Transaction
from qa.storage.milvus.address import Address
from qa.storage.milvus.client import Client
from qa.storage.milvus.intentions import finish_others
from qa.storage.milvus.schema import Names, create_collections
from qa.storage.milvus.store import MilvusStore

if TYPE_CHECKING:
    from qa.answering.retrieval import Retriever
    from qa.storage.local.doctor import Finding


@dataclass(frozen=True, slots=True)
class _Remote:
    """Stands where `Library` has a folder's generation: nothing derived lies here that would have to follow."""

    store: MilvusStore

    def follow(self) -> None:
        """Milvus does."""

    def forget_future(self) -> None:
        """Nothing that is derived can be newer than the articles."""


class _Turns:
    """Stands where `Library` has the lock on a folder: threads of this process queue, other processes do not."""

    def __init__(self) -> None:
        self._threads = threading.RLock()

    @contextmanager
    def held(self, _doing: str) -> Iterator[None]:
        with self._threads:
            yield


_turns: WeakValueDictionary[str, _Turns] = WeakValueDictionary()
_guard = threading.Lock()


def _turns_of(address: Address) -> _Turns:
    with _guard:
        return _turns.setdefault(address.shown, _Turns())


class MilvusLibrary(Library):
    """An open library on Milvus, for any number of processes that ask and several that add.

    What goes in and out, and how folders are compared, is `Library`'s; only where articles lie is another matter.
    """

    def __init__(self, address: Address, settings: Settings, encoder: Encoder, client: Client) -> None:
        """Use `MilvusLibrary.open_at`."""
        self.address = address
        self.settings = settings
        self.encoder = encoder
        self._client = client
        self._remote = _Remote(MilvusStore(client, Names(address.name)))
        self._closed = False
        # `Library` was written for folders; these three stand in for what it has of one
        self.path = cast(Path, address.shown)
        self._generation = cast(Generation, self._remote)
        self._lock = cast(WriterLock, _turns_of(address))

    @classmethod
    def open_at(cls, address: str, settings: Settings | None = None, *, encoder: Encoder | None = None) -> Self:
        """Open the library at `milvus://host:19530/name`, made when it is not there.

        Raises SettingError for what is no address, LibraryError when nothing answers there, LibraryBusy for a local
        file that another process has open.
        """
        parsed = Address.parse(address)
        settings = settings or Settings.resolve()
        client = Client(parsed, settings.milvus_token)
        try:
            create_collections(client, Names(parsed.name))
            if (current := client.aliased(Names(parsed.name).passages)) is not None:
                client.load(current)
        except BaseException:
            client.close()
            raise
        encoder = encoder or SentenceTransformerEncoder(settings.encoder, settings.precision, settings.threads)
        return cls(parsed, settings, encoder, client)

    def close(self) -> None:
        self._closed = True
        self._client.close()

    def _current(self) -> Generation:
        if self._closed:
            raise LibraryError(f"The library at {self.path} is closed. Open it again to use it.")
        return self._generation

    # asking

    def retriever(self) -> Retriever:
        """What finds passages in this library."""
        from qa.storage.milvus.search import MilvusRetriever

        return MilvusRetriever(self, self._remote.store)

    def refresh(self) -> int:
        """Nothing has to be brought up to date here; raises FingerprintMismatch as `Library` does."""
        self._current()
        generations = self._remote.store.generations
        current = generations.current()
        if current is not None and generations.fingerprint(current) != self._passage_encoder.fingerprint:
            self.check_fingerprint()
        return 0

    def stats(self) -> Stats:
        """The size of the library, and what made its vectors. How many bytes it takes only Milvus knows: 0."""
        self._current()
        store = self._remote.store
        size = store.size()
        return Stats(
            articles=size.articles,
            passages=size.passages,
            revision=store.revision(),
            bytes_on_disk=0,
            encoder=encoder_name(store.fingerprint()) or self.settings.encoder,
            first_published=size.first_published,
            last_published=size.last_published,
        )

    # changes

    def rebuild(self, *, progress: ProgressCallback | None = None) -> Report:
        """Make passages and vectors anew with the settings in force; the old ones serve until then.

        Others may go on asking, adding and removing. Interrupted, the next rebuild goes on where it stopped.
        """
        from qa.storage.milvus.rebuild import rebuild

        with self._lock.held("rebuilding"):
            self._current()
            store = self._remote.store
            failures = rebuild(store, self._passage_encoder, self.settings, progress or silent)
            return Report(unchanged=store.count(), failed=tuple(failures))

    def examine(self, *, repair: bool = True, progress: ProgressCallback | None = None) -> list[Finding]:
        """Check everything, and take out what a killed process has left."""
        from qa.storage.milvus.doctor import examine

        with self._lock.held("checking"):
            self._current()
            return list(examine(self, self._remote.store, progress or silent, repair=repair))

    def compact(self, *, progress: ProgressCallback | None = None) -> int:  # noqa: ARG002
        """Milvus compacts by itself."""
        raise LibraryError(
            f"The library at {self.path} is compacted by Milvus itself, some time after articles were removed."
        )

    def lingers(self) -> bool:
        """How long Milvus keeps what was removed on its disks is a matter of its settings."""
        return False

    def _passages_with(self, word: str) -> tuple[int, ...]:  # noqa: ARG002
        """Titles and sources have to do: Milvus does not give all passages with a word."""
        return ()

    def _compact_if_due(self, *, removed: bool) -> None:
        """Milvus does it."""

    @contextmanager
    def _releasing(self) -> Iterator[tuple[Transaction, list[str]]]:
        with self._lock.held("removing articles from"):
            self._current()
            self._begin()
            with super()._releasing() as found:
                yield found

    def _begin(self) -> None:
        """Before a change: others may have made some, or died over one."""
        self._remote.store.forget()
        finish_others(self._remote.store)

    @contextmanager
    def _changing(self, doing: str, progress: ProgressCallback | None, *, retry: bool = False) -> Iterator[Ingestion]:
        with self._lock.held(doing):
            self._current()
            store = self._remote.store
            self._begin()
            check(store.fingerprint(), self._passage_encoder.fingerprint, self.path)
            try:
                yield Ingestion(
                    cast(Store, store),
                    self._passage_encoder,
                    self.settings,
                    progress=progress or silent,
                    stored=self._remote.follow,
                    expect=store.expect,
                    retry=retry,
                )
            finally:
                store.forget()
