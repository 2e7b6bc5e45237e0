"""A library on Milvus, for any number of processes that ask and several that add."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Failure, Finding, Passage, ProgressCallback, Where
from qa.errors import CollectionGone, LibraryError
from qa.passages.encoding import PassageEncoder
from qa.passages.fingerprint import check
from qa.storage.base import Hits
from qa.storage.milvus.address import Address
from qa.storage.milvus.client import Client
from qa.storage.milvus.doctor import examine
from qa.storage.milvus.rebuild import rebuild
from qa.storage.milvus.schema import Names, create_collections
from qa.storage.milvus.search import hits, word_hits
from qa.storage.milvus.store import MilvusStore

_T = TypeVar("_T")
ATTEMPTS = 3  # a rebuild replaces the generation at most so often while one question is being looked up


class _Queue:
    """Lets the threads of this process change one library in turn. Other processes do not wait for it."""

    def __init__(self) -> None:
        self._threads = threading.RLock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Wait for the others, and go on alone."""
        with self._threads:
            yield


_queues: WeakValueDictionary[str, _Queue] = WeakValueDictionary()
_guard = threading.Lock()


def _queue_of(address: Address) -> _Queue:
    with _guard:
        return _queues.setdefault(address.shown, _Queue())


class MilvusBackend:
    """A library at an address. Milvus keeps both indexes itself, so that nothing derived lies here."""

    folder = None  # it lies in none of this machine

    def __init__(self, address: Address, passages: PassageEncoder, settings: Settings, client: Client) -> None:
        """Use `open`."""
        self._address = address
        self._passages = passages
        self._settings = settings
        self._client = client
        self._store = MilvusStore(client, Names(address.name))
        self._queue = _queue_of(address)
        self._closed = False

    @classmethod
    def open(cls, address: str, passages: PassageEncoder, settings: Settings) -> MilvusBackend:
        """The library at `milvus://host:19530/name`, made when it is not there.

        Raises SettingError for what is no address, LibraryError when nothing answers there, LibraryBusy for a local
        file that another process has open.
        """
        parsed = Address.parse(address)
        client = Client(parsed, settings.milvus_token)
        try:
            create_collections(client, Names(parsed.name))
            if (current := client.aliased(Names(parsed.name).passages)) is not None:
                client.load(current)
        except BaseException:
            client.close()
            raise
        return cls(parsed, passages, settings, client)

    @property
    def location(self) -> str:
        """The address, as it is shown."""
        return self._address.shown

    @property
    def store(self) -> MilvusStore:
        """The store. Raises LibraryError when the library is closed."""
        if self._closed:
            raise LibraryError(f"The library at {self.location} is closed. Open it again to use it.")
        return self._store

    def close(self) -> None:
        """Close the connection."""
        self._closed = True
        self._client.close()

    # asking

    def refresh(self) -> int:
        """0: nothing has to be brought up to date here. Raises FingerprintMismatch as a library in a folder does."""
        generations = self.store.generations
        current = generations.current()
        if current is not None and generations.fingerprint(current) != self._passages.fingerprint:
            self.check_fingerprint()
        return 0

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the settings in force make the same passages and vectors as are stored."""
        check(self.store.fingerprint(), self._passages.fingerprint, self.location)

    def search(self, question: str, encode: Callable[[], NDArray[np.float32]], k: int, where: Where | None) -> Hits:
        """The `k` best passages by words and by meaning; Milvus applies the filter."""
        self.refresh()
        vector = [float(each) for each in encode()]
        found = self._searched(lambda generation: hits(self._client, generation, question, vector, k, where))
        return Hits() if found is None else found

    def search_words(self, words: str, k: int, where: Where | None) -> list[tuple[Passage, float]]:
        """The `k` best passages by words alone."""
        self.refresh()
        return self._searched(lambda generation: word_hits(self._client, generation, words, k, where)) or []

    def _searched(self, search: Callable[[str], _T]) -> _T | None:
        """What `search` finds in the generation in force, asked again where a rebuild replaces it; None without one."""
        for attempt in range(ATTEMPTS):
            generation = self.store.generations.current()
            if generation is None:
                break
            try:
                return search(generation)
            except CollectionGone:
                if attempt + 1 == ATTEMPTS:
                    raise
        return None

    def passages_with(self, word: str) -> tuple[int, ...]:  # noqa: ARG002
        """None: Milvus does not give all passages with a word, so titles and sources have to do."""
        return ()

    def words_like(self, word: str) -> tuple[str, ...]:  # noqa: ARG002
        """None: Milvus does not tell which words it has."""
        return ()

    # changing

    def locked(self, doing: str) -> AbstractContextManager[object]:  # noqa: ARG002
        """Keep other threads of this process from changing the library; other processes may go on."""
        return self._queue.held()

    @contextmanager
    def changing(self, doing: str) -> Iterator[None]:
        """Finish what others died over, and remember what is looked up until the end of the change."""
        with self.locked(doing):
            store = self.store
            store.forget()
            store.finish_others()
            try:
                yield
            finally:
                store.forget()

    def after_batch(self) -> None:
        """Nothing is left to do: Milvus brings its indexes up to date itself."""

    def after_change(self, *, encoded: int, removed: bool) -> None:
        """Nothing is left to do: Milvus compacts by itself."""

    def rebuild(self, progress: ProgressCallback) -> list[Failure]:
        """Make passages and vectors anew with the settings in force; what could not be cut into passages.

        Others may go on asking, adding and removing. Interrupted, the next rebuild goes on where it stopped.
        """
        with self.locked("rebuilding"):
            return rebuild(self.store, self._passages, self._settings, progress)

    def examine(self, progress: ProgressCallback, *, repair: bool) -> Iterator[Finding]:
        """Every check of `qa.storage.milvus.doctor`; with `repair`, what a killed process has left is taken out."""
        with self.locked("checking"):
            yield from examine(self.store, self._passages, self.location, progress, repair=repair)

    def compact(self, progress: ProgressCallback) -> int:  # noqa: ARG002
        """Raise LibraryError: this is Milvus' own work."""
        raise LibraryError(
            f"The library at {self.location} is compacted by Milvus itself, some time after articles were removed."
        )

    def has_removed_text(self) -> bool:
        """False: how long Milvus keeps what was removed on its disks is a matter of its settings."""
        return False

    def bytes_on_disk(self) -> int:
        """0: only Milvus knows."""
        return 0
