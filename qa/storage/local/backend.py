"""A library in a folder: the newest generation in force, whoever made it, brought up to the newest revision."""

from __future__ import annotations

import logging
import string
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Failure, Finding, Passage, ProgressCallback, Where, silent
from qa.errors import LibraryError, QAError
from qa.files import bytes_below, make_private
from qa.passages.encoding import PassageEncoder
from qa.passages.fingerprint import check
from qa.storage.base import Hits
from qa.storage.local import compaction, doctor, folder
from qa.storage.local.generation import Generation, create, open_current
from qa.storage.local.lexical import stemmed
from qa.storage.local.lock import writer_lock
from qa.storage.local.rebuild import rebuilt
from qa.storage.local.store import Store
from qa.text.tokenization import terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MARKS = string.punctuation + "“”‘’…—–"

logger = logging.getLogger(__name__)


class LocalBackend:
    """Keeps a library's generation in force while other processes write to it and rebuild it."""

    def __init__(self, path: Path, passages: PassageEncoder, settings: Settings, generation: Generation) -> None:
        """Use `open`."""
        self.path = path
        self._passages = passages
        self._settings = settings
        self._generation = generation
        self._lock = writer_lock(path / "write.lock")
        self._closed = False

    @classmethod
    def open(cls, path: Path, passages: PassageEncoder, settings: Settings) -> LocalBackend:
        """The library in this folder, made when it is not there.

        Raises LibraryDamaged when it cannot be read, LibraryBusy when another process is just making it, LibraryError
        when the folder cannot be made.
        """
        try:
            if folder.current_name(path) is None:
                make_private(path)
                with writer_lock(path / "write.lock").held("making"):
                    if folder.current_name(path) is None:
                        create(path)
        except OSError as error:
            raise LibraryError(f"The library at {path} cannot be made: {error}. Choose a folder of yours.") from error
        return cls(path, passages, settings, open_current(path))

    @property
    def location(self) -> str:
        """The folder, as it is shown."""
        return str(self.path)

    @property
    def folder(self) -> Path:
        """The folder of the library."""
        return self.path

    @property
    def store(self) -> Store:
        """The store in force. Raises LibraryError when the library is closed, or its folder has gone."""
        return self._current().store

    @property
    def generation(self) -> Generation:
        """The store and indexes in force. Take it once for a question: a rebuild may replace it at any time."""
        return self._generation

    def close(self) -> None:
        """Close the files. Nothing is lost without it, but the next opening may take longer."""
        if self._closed:
            return
        self._generation.dense.close()
        if self._generation.wants_snapshot():
            with self._permitted(self._generation) as permitted:
                if permitted:
                    self._generation.dense.save()
        self._closed = True
        self._generation.store.close()

    # asking

    def refresh(self) -> int:
        """Bring the indexes to the newest revision, also one that another process made; the revision.

        Raises FingerprintMismatch when the vectors were made with other settings than those in force.
        """
        return self._refreshed()[1]

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the settings in force make the same passages and vectors as are stored."""
        check(self.store.fingerprint(), self._passages.fingerprint, self.location)

    def search(self, question: str, encode: Callable[[], NDArray[np.float32]], k: int, where: Where | None) -> Hits:
        """The `k` best passages by words and by meaning, the filter applied inside both indexes."""
        generation, _ = self._refreshed()  # one for the whole question: a rebuild may replace it meanwhile
        vectors = generation.vectors
        allowed = generation.store.allowed(where) if where else None
        if vectors is None or (allowed is not None and not len(allowed)):
            return Hits()
        lexical = generation.lexical.search(question, k, allowed)
        ids, scores = vectors.search(encode(), k, allowed)
        dense = list(zip(ids.tolist(), scores.tolist(), strict=True))
        found = list(dict.fromkeys(each for each, _ in [*lexical, *dense]))
        passages = {each.id: each for each in generation.store.passages(found)}
        return Hits(_of(passages, lexical), _of(passages, dense))

    def search_words(self, words: str, k: int, where: Where | None) -> list[tuple[Passage, float]]:
        """The `k` best passages by words alone."""
        generation, _ = self._refreshed()
        lexical = generation.lexical.search(words, k, generation.store.allowed(where) if where else None)
        passages = {each.id: each for each in generation.store.passages([each for each, _ in lexical])}
        return _of(passages, lexical)

    def passages_with(self, word: str) -> tuple[int, ...]:
        """The ids of the passages that hold this word in any of its forms; the newest may not be looked at yet."""
        lexical = self._current().lexical
        lexical.follow()
        return tuple(lexical.containing(word))

    def words_like(self, word: str) -> tuple[str, ...]:
        """Words of the articles that are one slip from this one, which they lack; commonest first, as written there."""
        generation = self._current()
        found = (_written(generation, term) for term in generation.lexical.terms_like(word))
        return tuple(filter(None, found))

    # changing

    def locked(self, doing: str) -> AbstractContextManager[object]:
        """Keep other threads and processes from changing the library. Raises LibraryBusy."""
        return self._lock.held(doing)

    @contextmanager
    def changing(self, doing: str) -> Iterator[None]:
        """Hold the writer lock, over a generation that nothing interrupted has left in disorder."""
        with self._lock.held(doing):
            self._current().forget_future()
            folder.delete_others(self.path, keep=folder.unfinished_name(self.path))
            yield

    def after_batch(self) -> None:
        """The lexical index follows, and the vectors if somebody asks in this process."""
        self._generation.follow()

    def after_change(self, *, encoded: int, removed: bool) -> None:
        """Both indexes in step, a snapshot where it is worth it, removed words out of the files where that is cheap."""
        self._generation.catch_up_lexical()
        if self._generation.wants_snapshot(encoded):
            self._generation.finish_vectors()
        if compaction.is_due(self._generation.store, removed=removed):
            self._compact_if_possible()

    def _compact_if_possible(self) -> None:
        """At the end of a change, which stands whatever becomes of this. The caller holds the writer lock."""
        try:
            self.compact(silent)
        except (QAError, OSError) as error:
            logger.warning("The library at %s still holds words of removed articles: %s", self.path, error)

    def rebuild(self, progress: ProgressCallback) -> list[Failure]:
        """A new generation with the settings in force, put in force at its end; what could not be cut into passages.

        Interrupted, the next rebuild goes on where it stopped, unless the articles or settings have changed since.
        Raises LibraryError when the disk has no room for both.
        """
        with self._lock.held("rebuilding"):
            new, failures = rebuilt(self.path, self._current(), self._passages, self._settings, progress)
            self._put_in_force(new)
        return failures

    def examine(self, progress: ProgressCallback, *, repair: bool) -> Iterator[Finding]:
        """Every check of `qa.storage.local.doctor`."""
        with self._lock.held("checking"):
            yield from doctor.examine(self.path, self._current(), self._passages, progress, repair=repair)

    def compact(self, progress: ProgressCallback) -> int:
        """Write a new generation without a trace of what was removed; the bytes that this freed.

        Raises LibraryError when the disk has no room for both.
        """
        with self._lock.held("compacting"):
            before = self.bytes_on_disk()
            self._put_in_force(compaction.compacted(self.path, self._current(), progress))
            compaction.delete(compaction.unfinished_files(self.path))
            return max(0, before - self.bytes_on_disk())

    def has_removed_text(self) -> bool:
        """Whether words of removed or replaced articles may still be in the files."""
        return compaction.has_removed_text(self.path, self._current())

    def bytes_on_disk(self) -> int:
        """The size of all files of the library."""
        return bytes_below(self.path)

    # which generation

    def _refreshed(self) -> tuple[Generation, int]:
        """The generation in force, caught up, and its revision; no other process has replaced it meanwhile."""
        while True:
            generation = self._current()
            try:
                revision = self._catch_up(generation)
            except (QAError, OSError):
                if folder.current_name(self.path) == generation.name and generation.is_in_place():
                    raise
            else:
                if folder.current_name(self.path) == generation.name:
                    return generation, revision

    def _catch_up(self, generation: Generation) -> int:
        check(generation.store.fingerprint(), self._passages.fingerprint, self.location)
        revision = generation.store.revision()
        generation.catch_up_vectors()
        # While somebody else writes, what the lexical index holds has to do: it is at most a batch behind.
        if generation.lexical_is_behind():
            with self._permitted(generation) as permitted:
                if permitted:
                    generation.catch_up_lexical(needed=False)
        if generation.wants_snapshot():
            generation.save_in_background(partial(self._permitted, generation))
        return revision

    @contextmanager
    def _permitted(self, generation: Generation) -> Iterator[bool]:
        """Whether derived files may be written now: nobody else is writing, and the generation is in force."""
        with self._lock.attempted("bringing up to date") as held:
            yield held and folder.current_name(self.path) == generation.name

    def _current(self) -> Generation:
        """The generation in force, after a look whether another process has rebuilt the library."""
        if self._closed:
            raise LibraryError(f"The library at {self.path} is closed. Open it again to use it.")
        if folder.current_name(self.path) != self._generation.name or not self._generation.is_in_place():
            # The old one is not closed: a question may be reading from it. It goes with the last who holds it.
            self._generation = open_current(self.path)
        return self._generation

    def _put_in_force(self, generation: Generation) -> None:
        folder.point_to(self.path, generation.name)
        self._generation = generation
        folder.delete_others(self.path)


def _written(generation: Generation, term: str) -> str:
    """A word as it is written in a passage that has this term of the index; "" if that is gone meanwhile."""
    first = generation.lexical.first_with(term)
    for passage in generation.store.passages([first]) if first is not None else ():
        article = generation.store.article(passage.article_id)
        words = article.text[passage.start : passage.end].split() if article else []
        written = next((word.strip(_MARKS) for word in words if term in stemmed(terms(word))), "")
        return written.removesuffix("'s").removesuffix("’s")
    return ""


def _of(passages: dict[int, Passage], hits: list[tuple[int, float]]) -> list[tuple[Passage, float]]:
    return [(passages[each], score) for each, score in hits if each in passages]
