"""A generation of a library: a store and the two indexes made from it, in a folder of their own."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from qa.errors import LibraryDamaged, LibraryError
from qa.files import make_private
from qa.storage.base import batched
from qa.storage.local.dense import DenseIndex
from qa.storage.local.folder import MARK, REPAIR, current_name, generation_folder, generation_names, next_name, point_to
from qa.storage.local.lock import FULL
from qa.storage.local.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.vectors import VectorIndex
    from qa.storage.local.lexical import LexicalDocument, LexicalIndex

logger = logging.getLogger(__name__)

PAGE = 4096  # passages read from the store at a time
# A snapshot of the vectors is written when this much has changed: below, reading the change is cheaper than writing.
SNAPSHOT_PASSAGES = 1000
SNAPSHOT_SHARE = 0.05

Permission = Callable[[], AbstractContextManager[bool]]


class Generation:
    """A store and its two indexes. Whoever holds one can read on from it, even after a rebuild has replaced it."""

    def __init__(self, folder: Path) -> None:
        """Open the store; the indexes are opened when they are first needed."""
        self.folder = folder
        self.name = folder.name
        self.store = Store(folder / "library.db")
        self.dense = DenseIndex(self.store, folder / "vectors.bin")
        self._opening = threading.Lock()
        self._lexical: LexicalIndex | None = None

    @property
    def lexical(self) -> LexicalIndex:
        """The BM25 index, opened when it is first needed."""
        with self._opening:
            if self._lexical is None:
                from qa.storage.local.lexical import LexicalIndex

                self._lexical = LexicalIndex(self.folder / "lexical")
            return self._lexical

    @property
    def vectors(self) -> VectorIndex | None:
        """What `catch_up_vectors` has made; None before that, and while there is no passage."""
        return self.dense.index

    def is_in_place(self) -> bool:
        """Whether the store is still the one in the folder: what goes into a deleted one is lost."""
        return self.store.is_in_place()

    def forget_future(self) -> None:
        """Throw away what was derived from changes that the store does not have, as when an older copy was put back.

        The next changes would get the same numbers. The caller holds the writer lock, and has changed nothing yet.
        """
        if self.lexical.refresh() > self.store.revision():
            logger.warning("%s has lost its last changes: add or sync your sources again", self.store.path)
            self.lexical.clear()
        self.dense.forget_future()

    # the lexical index: one on disk for all processes, changed only under the writer lock

    def lexical_is_behind(self) -> bool:
        """Whether the lexical index lacks a revision, after a look at what other processes have committed."""
        if self.lexical.revision != self.store.revision():
            self.lexical.follow()
        behind: bool = self.lexical.revision != self.store.revision()
        return behind

    def catch_up_lexical(self, *, needed: bool = True) -> None:
        """Bring the lexical index to the store's revision. The caller holds the writer lock.

        On a full disk it stays as it is, which is told by a LibraryError if it is `needed`.
        """
        if not self.lexical_is_behind():
            return
        if self.lexical.refresh() > self.store.revision():
            self.lexical.clear()
        try:
            self._apply_to_lexical()
        except (ValueError, OSError) as error:
            if not _tells_of_full_disk(error):
                logger.warning("%s is made anew: %s", self.folder / "lexical", error)
                self.rebuild_lexical()
            elif needed:
                raise LibraryError(
                    f"The disk that holds {self.folder} is full. Your articles are stored, but the last of them cannot "
                    "all be found by their words. Free some space and try again."
                ) from error

    def rebuild_lexical(self) -> None:
        """All of the lexical index anew from the store. The caller holds the writer lock."""
        try:
            self.lexical.clear()
            self._apply_to_lexical()
        except (ValueError, OSError) as error:
            raise LibraryError(
                f"The index in {self.folder / 'lexical'} cannot be written: {error}. Your articles are stored; check "
                "that there is room on the disk, and try again."
            ) from error

    def _apply_to_lexical(self) -> None:
        changes = self.store.changes_since(self.lexical.revision)
        self.lexical.apply(self._lexical_documents(changes.added), changes.removed.tolist(), changes.revision)

    def _lexical_documents(self, ids: NDArray[np.int64]) -> Iterator[LexicalDocument]:
        from qa.storage.local.lexical import LexicalDocument

        for page in batched(ids.tolist(), PAGE):
            passages = self.store.passages(page)
            articles = self.store.articles_by_id({passage.article_id for passage in passages})
            for passage in passages:
                article = articles.get(passage.article_id)
                if article is not None:
                    text = article.text[passage.start : passage.end]
                    yield LexicalDocument(passage.id, article.title, text, article.language)

    # the vectors: in the memory of each process, with a snapshot on disk to start from

    def catch_up_vectors(self) -> None:
        """Bring this process's vectors to the store's revision."""
        self.dense.catch_up()

    def wants_snapshot(self, more: int = 0) -> bool:
        """Whether so much has changed, `more` passages counted in, that a snapshot is worth writing."""
        held = 0 if self.vectors is None else len(self.vectors)
        return self.dense.unsaved + more > SNAPSHOT_PASSAGES + SNAPSHOT_SHARE * held

    def finish_vectors(self) -> None:
        """After much was added: vectors up to date, in an index of the right kind, and the snapshot with them."""
        self.dense.catch_up()
        self.dense.wait()
        self.dense.save()

    def save_in_background(self, permitted: Permission) -> None:
        """Write the snapshot in the background if it is wanted then, and `permitted`: by the writer lock."""

        def save() -> None:
            with permitted() as may:
                if may and self.wants_snapshot():
                    self.dense.write()

        self.dense.run_in_background(save)

    def follow(self) -> None:
        """After a change by this process: the lexical index, and the vectors if somebody asks here."""
        self.catch_up_lexical()
        if self.vectors is not None:
            self.catch_up_vectors()


def open_current(library: Path) -> Generation:
    """The generation in force. A rebuild may replace it between the look and the opening, so look again then."""
    while True:
        name = current_name(library)
        if name is None:
            raise LibraryError(
                f"There is no library at {library} any more: its folder was moved or deleted, or its file CURRENT was. "
                "Open it again from where it is now."
            )
        folder = generation_folder(library, name)
        try:
            if not (folder / "library.db").is_file():
                raise LibraryDamaged(f"{folder} holds no database, but {library / 'CURRENT'} names it. {REPAIR}")
            if (folder / MARK).exists():
                raise LibraryDamaged(f"{folder} is not finished, but {library / 'CURRENT'} names it. {REPAIR}")
            return Generation(folder)
        except LibraryError:
            if current_name(library) == name:
                raise


def _tells_of_full_disk(error: Exception) -> bool:
    """Also an error of tantivy's, which tells the system's number in its message only."""
    return getattr(error, "errno", None) in FULL or any(sign in str(error) for sign in _FULL_SIGNS)


_FULL_SIGNS = ("StorageFull", "os error 28)", "QuotaExceeded", "os error 122)", "os error 112)")


def create(library: Path) -> None:
    """Make an empty library. The caller holds the writer lock."""
    # A folder without CURRENT is one whose making was cut short, or whose CURRENT was lost: the oldest is whole, unless
    # its deletion had begun.
    folders = [generation_folder(library, name) for name in sorted(generation_names(library))]
    whole = (each for each in folders if (each / "library.db").is_file() and not (each / MARK).exists())
    folder = next(whole, generation_folder(library, next_name(library)))
    make_private(folder)
    Store.create(folder / "library.db").close()
    point_to(library, folder.name)
