"""The vectors of a store: in the memory of each process, with a snapshot on disk to start from.

Questions never wait for what takes long when there are many: another kind of index is made, and a snapshot is written,
in one thread beside, while the index that is there answers and takes the changes.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from embeddings.errors import VectorIndexError
from qa.errors import as_model_error
from qa.storage.local.background import BackgroundWorker
from qa.storage.local.store import Changes, Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.vectors import VectorIndex

logger = logging.getLogger(__name__)

PAGE = 4096  # passages read from the store at a time
MUCH = 0.05  # of the vectors


class DenseIndex:
    """The vector index of one store. Changes follow from the store's revisions alone, so they may be repeated."""

    def __init__(self, store: Store, snapshot: Path) -> None:
        """Nothing is read before `catch_up`."""
        self.snapshot = snapshot
        self._store = store
        self._changing = threading.RLock()  # held by the thread that brings the vectors up to date
        self._index: VectorIndex | None = None
        self._revision = 0
        self.unsaved = 0  # passages that the snapshot on disk lacks or has too many
        self._worker = BackgroundWorker()

    @property
    def index(self) -> VectorIndex | None:
        """What `catch_up` has made; None before that, and while there is no passage."""
        return self._index

    def catch_up(self) -> None:
        """Bring this process's vectors to the store's revision."""
        if self._index is None or self._revision != self._store.revision():
            with self._changing, as_model_error():
                self._take_changes()
        if self._index is not None and self._index.needs_rebuild:
            self._worker.start(self._replace)

    def forget_future(self) -> None:
        """Delete a snapshot that holds revisions which the store does not have."""
        from embeddings.vectorfile import saved_revision

        if saved_revision(self.snapshot) > self._store.revision():
            self.snapshot.unlink()

    def rebuild(self) -> None:
        """All vectors anew from the store, now."""
        with self._changing:
            index, revision = self._build(lambda: None)
            self._put(index, revision, unsaved=0 if index is None else len(index))

    def save(self) -> None:
        """Write the snapshot. The caller holds the writer lock. A full disk only makes the next start slower."""
        try:
            self.write()
        except OSError as error:
            logger.warning("%s cannot be written: %s", self.snapshot, error)

    def run_in_background(self, work: Callable[[], None]) -> None:
        """Do it in the background in a moment, unless something is being done there."""
        self._worker.start(work)

    @property
    def busy(self) -> bool:
        """Whether something goes on in the background."""
        return self._worker.busy

    def wait(self) -> None:
        """Wait until what goes on in the background has ended."""
        self._worker.join()

    def close(self) -> None:
        """Give up what goes on in the background, which takes a second or so; it is begun anew when it is needed."""
        self._worker.stop()

    def _put(self, index: VectorIndex | None, revision: int, unsaved: int) -> None:
        self._index, self._revision, self.unsaved = index, revision, unsaved

    def write(self) -> None:
        """As `save`, but raises OSError."""
        with self._changing:
            index, revision, unsaved = self._index, self._revision, self.unsaved
        if index is None:
            return
        index.save(self.snapshot, revision)  # what changes meanwhile may be in it: taking a change twice does no harm
        with self._changing:
            if index is self._index:
                self.unsaved -= unsaved

    def _loaded(self) -> VectorIndex | None:
        """The snapshot; None if it is missing, broken or from another life."""
        if not self.snapshot.exists():
            return None
        from embeddings.vectors import VectorIndex

        try:
            index = VectorIndex.load(self.snapshot)
        except VectorIndexError as error:
            logger.warning("%s", error)
            return None
        return index if index.revision <= self._store.revision() else None

    def _take_changes(self) -> None:
        """Bring what is here up to date, or what is on disk if that is nearer."""
        if self._index is None and not self._take_snapshot():
            self.rebuild()
            return
        changes = self._store.changes_since(self._revision)
        if self._is_much(changes) and self._take_snapshot():
            changes = self._store.changes_since(self._revision)
        if self._index is None or len(changes.added) > len(self._index):
            self.rebuild()
        else:
            self._apply(changes, self._index)
            self._revision = changes.revision
            self.unsaved += _size(changes)

    def _is_much(self, changes: Changes) -> bool:
        """Whether a snapshot that holds some of the changes would be read faster than the changes."""
        return self._index is not None and _size(changes) > PAGE + MUCH * len(self._index)

    def _take_snapshot(self) -> bool:
        """Go on from the snapshot on disk if it is newer; another process may have written it."""
        loaded = self._loaded()
        if loaded is None or (self._index is not None and loaded.revision <= self._revision):
            return False
        self._put(loaded, loaded.revision, unsaved=0)
        return True

    def _apply(self, changes: Changes, index: VectorIndex) -> None:
        index.remove(changes.removed)
        for page in _pages(changes.added):
            found, vectors = self._store.stored_vectors(page)
            if len(found):  # all of a page may have gone again
                index.add(found, vectors)

    def _build(self, between: Callable[[], None]) -> tuple[VectorIndex | None, int]:
        """A new index from the store, page by page, and the revision that it holds."""
        from embeddings.vectors import VectorIndex, training_sample

        index = None
        revision, ids = self._store.passage_ids()
        for page in _pages(ids):
            between()
            found, vectors = self._store.stored_vectors(page)
            if not len(found):
                continue
            if index is None:
                sample = self._vectors_of(training_sample(ids), vectors.shape[1], between)
                index = VectorIndex.trained_empty(sample, len(ids), between=between)
                del sample
            index.add(found, vectors)
        return index, revision

    def _vectors_of(self, ids: NDArray[np.int64], dimension: int, between: Callable[[], None]) -> NDArray[np.float32]:
        """The vectors of those of `ids` that are there, (n, dimension), read page by page."""
        import numpy as np

        vectors = np.empty((len(ids), dimension), np.float32)
        count = 0
        for page in _pages(ids):
            between()
            found, some = self._store.stored_vectors(page)
            if len(found):
                vectors[count : count + len(found)] = some
                count += len(found)
        return vectors[:count]

    # in the background

    def _replace(self) -> None:
        """Put an index of the right kind in the place of the one that has outgrown its own."""
        from embeddings.vectors import use_one_core

        use_one_core()
        index, revision, unsaved = self._caught_up(*self._newer_snapshot(), 0)
        if index is None or index.needs_rebuild:
            index, revision = self._build(self._worker.check)
            index, revision, unsaved = self._caught_up(index, revision, 0 if index is None else len(index))
        with self._changing:  # what is left to take over is little
            if index is not None:
                changes = self._store.changes_since(revision)
                self._apply(changes, index)
                revision, unsaved = changes.revision, unsaved + _size(changes)
            self._put(index, revision, unsaved)

    def _newer_snapshot(self) -> tuple[VectorIndex | None, int]:
        """What another process has made meanwhile, and its revision."""
        current, loaded = self._index, self._loaded()
        if current is None or loaded is None or loaded.revision <= current.revision:
            return None, 0
        return loaded, loaded.revision

    def _caught_up(self, index: VectorIndex | None, revision: int, unsaved: int) -> tuple[VectorIndex | None, int, int]:
        """An index and its revision after what came meanwhile, and how far the snapshot is behind it."""
        changed = PAGE
        while index is not None and changed >= PAGE:
            self._worker.check()
            changes = self._store.changes_since(revision)
            self._apply(changes, index)
            changed = _size(changes)
            revision, unsaved = changes.revision, unsaved + changed
        return index, revision, unsaved


def _size(changes: Changes) -> int:
    return len(changes.added) + len(changes.removed)


def _pages(ids: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for first in range(0, len(ids), PAGE):
        yield ids[first : first + PAGE]
