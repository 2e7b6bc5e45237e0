"""Which generation of a library answers: the newest one, whoever made it, brought up to the newest revision."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Self

from embeddings.encoder import Encoder
from qa.config import Settings
from qa.errors import LibraryError, QAError
from qa.passages.encoding import PassageEncoder
from qa.passages.fingerprint import check
from qa.storage.local import generation as generations
from qa.storage.local.generation import Generation
from qa.storage.local.lock import writer_lock
from qa.storage.local.store import Store

if TYPE_CHECKING:
    from embeddings.vectors import VectorIndex
    from qa.storage.local.lexical import LexicalIndex


class Keeper:
    """Keeps a library's generation in force while other processes write to it and rebuild it.

    `qa.library.Library` puts articles into it and takes them out.
    """

    def __init__(self, path: Path, settings: Settings, encoder: Encoder, generation: Generation) -> None:
        """Use `Library.open`."""
        self.path = path
        self.settings = settings
        self.encoder = encoder
        self._generation = generation
        self._lock = writer_lock(path / "write.lock")
        self._closed = False

    def close(self) -> None:
        """Close the files. Nothing is lost without it, but the next opening may take longer."""
        if self._closed:
            return
        self._generation.dense.close()
        if self._generation.wants_snapshot():
            with self._permitted(self._generation) as permitted:
                if permitted:
                    self._generation.save_vectors()
        self._closed = True
        self._generation.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """The store and indexes in force. Take it once for a question: a rebuild may replace it at any time."""
        return self._generation

    @property
    def store(self) -> Store:
        return self._generation.store

    @property
    def lexical(self) -> LexicalIndex:
        return self._generation.lexical

    @property
    def vectors(self) -> VectorIndex:
        """Empty while there is no passage."""
        return self._generation.vectors or self._no_vectors

    @cached_property
    def _no_vectors(self) -> VectorIndex:
        from embeddings.vectors import VectorIndex

        return VectorIndex(self.encoder.dimension)

    def refresh(self) -> int:
        """Bring the indexes to the newest revision, also one that another process made; the revision.

        Raises FingerprintMismatch when the vectors were made with other settings than this library was opened with.
        """
        return self._refreshed()[1]

    def ready(self) -> Generation:
        """The generation in force, refreshed; not even another thread can have replaced it by one that is not."""
        return self._refreshed()[0]

    def _refreshed(self) -> tuple[Generation, int]:
        while True:
            generation = self._current()
            try:
                revision = self._catch_up(generation)
            except (QAError, OSError):
                if generations.current_name(self.path) == generation.name and generation.is_in_place():
                    raise
            else:
                if generations.current_name(self.path) == generation.name:
                    return generation, revision

    def _catch_up(self, generation: Generation) -> int:
        check(generation.store.fingerprint(), self._passage_encoder.fingerprint, self.path)
        revision = generation.store.revision()
        generation.catch_up_vectors()
        # While somebody else writes, what the lexical index holds has to do: it is at most a batch behind.
        if generation.lexical_is_behind():
            with self._permitted(generation) as permitted:
                if permitted:
                    generation.catch_up_lexical(needed=False)
        if generation.wants_snapshot():
            generation.save_vectors_beside(partial(self._permitted, generation))
        return revision

    @contextmanager
    def _permitted(self, generation: Generation) -> Iterator[bool]:
        """Whether derived files may be written now: nobody else is writing, and the generation is in force."""
        with self._lock.attempted("bringing up to date") as held:
            yield held and generations.current_name(self.path) == generation.name

    def _current(self) -> Generation:
        """The generation in force, after a look whether another process has rebuilt the library."""
        if self._closed:
            raise LibraryError(f"The library at {self.path} is closed. Open it again to use it.")
        if generations.current_name(self.path) != self._generation.name or not self._generation.is_in_place():
            # The old one is not closed: a question may be reading from it. It goes with the last who holds it.
            self._generation = generations.open_current(self.path)
        return self._generation

    @cached_property
    def _passage_encoder(self) -> PassageEncoder:
        return PassageEncoder(self.encoder, self.settings)

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the settings in force make the same passages and vectors as are stored."""
        check(self._current().store.fingerprint(), self._passage_encoder.fingerprint, self.path)

    def _put_in_force(self, generation: Generation) -> None:
        generations.point_to(self.path, generation.name)
        self._generation = generation
        generations.delete_others(self.path)
