"""Nearest neighbours by inner product over stable ids, kept in one file (`embeddings.vectorfile`)."""

from __future__ import annotations

import ctypes
import math
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embeddings import vectorfile
from embeddings.errors import VectorIndexError
from embeddings.vectorfile import faiss

EXACT_LIMIT = 50_000  # vectors; from here on an inverted file with 8-bit vectors answers faster than every comparison
PROBED = 48  # lists searched of an inverted file; recall@20 .977 at a million vectors, .972 with 32, .988 with all
MAX_LISTS = 1024
TRAINING_PER_LIST = 64
TRAINING_ROUNDS = 10
OUTGROWN = 4  # times the vectors that the lists were learnt for: what came since may be about something else
ADDED_AT_ONCE = 65_536
TRIMMED_AFTER = 20_000  # vectors added to lists; these move when they grow, and leave holes half their size
BITMAP_IDS = 50_000_000  # allowed ids below are looked up in a bitmap, which is far quicker than in a hash table


def uninterrupted() -> None:
    """What is called between the steps of a long work when its caller gives nothing to be called."""


class VectorIndex:
    """Unit vectors by id. Searches may run while another thread adds, removes or saves."""

    def __init__(self, dimension: int) -> None:
        """An empty, exact index."""
        if dimension < 1:
            raise VectorIndexError(f"dimension {dimension}: give at least 1.")
        self.dimension = dimension
        self.revision = 0  # what the file said it holds; the caller's own number
        self._index: Any = faiss().IndexIDMap(faiss().IndexFlatIP(dimension))
        self._exact_limit = EXACT_LIMIT
        self._made_for = 0  # vectors, by who learnt the lists
        self._highest = -1  # id that was ever in it
        self._untrimmed = 0  # vectors that were added to lists
        self._content = threading.Lock()  # held while the content changes or is read
        self._change = threading.Lock()  # held by a change or a save, so that a save does not stop searches
        self._saving = threading.Lock()

    @classmethod
    def build(cls, ids: ArrayLike, vectors: NDArray[Any], *, exact_limit: int | None = None) -> Self:
        """An index of distinct `ids` and their `vectors`, shape (n, dimension): exact below `exact_limit`."""
        if np.ndim(vectors) != 2:
            raise VectorIndexError(f"vectors of shape {np.shape(vectors)}: give (n, dimension).")
        checked_ids = _checked_ids(ids, len(vectors))
        sample = training_sample(np.arange(len(vectors)), exact_limit=exact_limit)
        index = cls.trained_empty(vectors[sample], len(vectors), exact_limit=exact_limit)
        for first in range(0, len(checked_ids), ADDED_AT_ONCE):
            part = slice(first, first + ADDED_AT_ONCE)
            index.add(checked_ids[part], vectors[part])
        return index

    @classmethod
    def trained_empty(
        cls,
        sample: NDArray[Any],
        count: int,
        *,
        exact_limit: int | None = None,
        between: Callable[[], None] = uninterrupted,
    ) -> Self:
        """An empty index of the kind that suits `count` vectors, of which `sample`, (n, dimension), are some.

        `training_sample` says which to give. `between` is called every second or so; what it raises ends the work.
        """
        index = cls(sample.shape[1])
        index._exact_limit = EXACT_LIMIT if exact_limit is None else exact_limit
        if count >= max(1, index._exact_limit) and len(sample):
            index._index = _trained(index._checked(sample), min(_lists(count), len(sample)), between)
            index._made_for = count
        return index

    @property
    def needs_rebuild(self) -> bool:
        """Whether one made now would be of the other kind (with a margin downwards, so that it does not flap).

        Or whether the lists were learnt for far fewer vectors.
        """
        if self._exact:
            return len(self) >= self._exact_limit
        return len(self) < self._exact_limit // 2 or len(self) >= OUTGROWN * self._made_for

    def add(self, ids: ArrayLike, vectors: NDArray[Any]) -> None:
        """Put in or replace; all or, when the input is wrong, nothing."""
        checked_vectors = self._checked(vectors)
        checked_ids = _checked_ids(ids, len(checked_vectors))
        if not len(checked_ids):
            return
        with self._change, self._content:
            if checked_ids.min() <= self._highest:  # else none of them can be here, and looking reads every id
                self._remove(checked_ids)
            self._index.add_with_ids(checked_vectors, checked_ids)
            self._highest = max(self._highest, int(checked_ids.max()))
            self._untrimmed += 0 if self._exact else len(checked_ids)
        if self._untrimmed >= TRIMMED_AFTER:
            self._untrimmed = 0
            _give_back_memory()

    def remove(self, ids: ArrayLike) -> int:
        """Take out those of `ids` that are here; the number taken out."""
        given = np.unique(np.asarray(ids, dtype=np.int64))
        if not len(given):
            return 0
        with self._change, self._content:
            return self._remove(given)

    def search(
        self, query: NDArray[Any], k: int, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids of the `k` nearest of `allowed` (None: of all) and their inner products, best first.

        `query` has shape (dimension,). Fewer than `k` come back only when there are fewer.
        """
        vector = self._checked(np.reshape(query, (1, -1)))
        with self._content, _on_one_core():
            wanted = min(k, len(self) if allowed is None else len(allowed), len(self))
            if wanted < 1:
                return np.empty(0, np.int64), np.empty(0, np.float32)
            ids, scores = self._nearest(vector, wanted, allowed, everywhere=False)
            if len(ids) < wanted and not self._exact:
                ids, scores = self._nearest(vector, wanted, allowed, everywhere=True)
        order = np.lexsort((ids, -scores))
        return ids[order], scores[order]

    def ids(self) -> NDArray[np.int64]:
        """Every id, ascending."""
        with self._content:
            return np.sort(self._ids())

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def save(self, path: str | Path, revision: int = 0) -> None:
        """Write the file whole or not at all, with the caller's `revision` in it. One process at a time may save."""
        partial = Path(f"{path}.partial")
        with self._saving:
            with partial.open("wb") as file:
                with self._change:
                    header = vectorfile.Header(self.dimension, len(self), revision, self._made_for)
                    vectorfile.write(file, self._index, header)
                    file.flush()
                os.fsync(file.fileno())  # a change need not wait for the disk
            partial.replace(path)
            self.revision = revision

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a file that `save` wrote. Raises `VectorIndexError` when it is missing or broken in any way."""
        inner, header = vectorfile.read(path)
        index = cls(header.dimension)
        index._index = inner
        index._highest = int(index._ids().max(initial=-1))
        index._made_for = header.made_for
        index.revision = header.revision
        return index

    @property
    def _exact(self) -> bool:
        return isinstance(self._index, faiss().IndexIDMap)

    def _remove(self, ids: NDArray[np.int64]) -> int:
        return int(self._index.remove_ids(faiss().IDSelectorBatch(ids)))

    def _nearest(
        self, query: NDArray[np.float32], k: int, allowed: NDArray[np.int64] | None, *, everywhere: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        options: dict[str, Any] = {}
        if allowed is not None:
            options["sel"] = self._selector(allowed)
        if self._exact:
            parameters = faiss().SearchParameters(**options)
        else:
            probed = self._index.nlist if everywhere else self._lists_to_probe(allowed)
            parameters = faiss().SearchParametersIVF(nprobe=probed, **options)
        scores, ids = self._index.search(query, k, params=parameters)
        there = ids[0] >= 0
        return ids[0][there], scores[0][there]

    def _selector(self, allowed: NDArray[np.int64]) -> Any:
        if self._highest >= BITMAP_IDS:
            return faiss().IDSelectorBatch(np.ascontiguousarray(allowed, dtype=np.int64))
        among = np.zeros(self._highest + 1, bool)
        among[allowed[(allowed >= 0) & (allowed <= self._highest)]] = True
        return faiss().IDSelectorBitmap(np.packbits(among, bitorder="little"))

    def _lists_to_probe(self, allowed: NDArray[np.int64] | None) -> int:
        """As many lists as hold, of the allowed, what `PROBED` lists hold of all; every list when few are allowed."""
        lists = int(self._index.nlist)
        if allowed is None:
            return min(PROBED, lists)
        if len(allowed) < EXACT_LIMIT:
            return lists
        return min(math.ceil(PROBED * max(1.0, len(self) / len(allowed))), lists)

    def _ids(self) -> NDArray[np.int64]:
        if self._exact:
            return np.asarray(faiss().vector_to_array(self._index.id_map), dtype=np.int64)
        lists = self._index.invlists
        parts = [
            faiss().rev_swig_ptr(lists.get_ids(i), lists.list_size(i)).copy()
            for i in range(self._index.nlist)
            if lists.list_size(i)
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.int64)

    def _checked(self, vectors: NDArray[Any]) -> NDArray[np.float32]:
        checked = np.ascontiguousarray(vectors, dtype=np.float32)
        if checked.ndim != 2 or checked.shape[1] != self.dimension:
            raise VectorIndexError(f"vectors of shape {np.shape(vectors)}: give (n, {self.dimension}).")
        if not np.isfinite(checked).all():
            raise VectorIndexError("vectors with a value that is not finite: the encoder that made them is broken.")
        return checked


def training_sample(ids: NDArray[np.int64], *, exact_limit: int | None = None) -> NDArray[np.int64]:
    """Those of `ids` from whose vectors `VectorIndex.trained_empty` learns, in their order; none for an exact one."""
    if len(ids) < max(1, EXACT_LIMIT if exact_limit is None else exact_limit):
        return ids[:0]
    wanted = min(len(ids), _lists(len(ids)) * TRAINING_PER_LIST)
    return ids[np.sort(np.random.default_rng(0).choice(len(ids), wanted, replace=False))]


def use_one_core() -> None:
    """From now on, what this thread asks of FAISS leaves the other cores to others."""
    faiss().omp_set_num_threads(1)


@contextmanager
def _on_one_core() -> Iterator[None]:
    """For one question: on a busy machine, waiting for the other cores takes far longer than their help saves."""
    before = faiss().omp_get_max_threads()
    faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss().omp_set_num_threads(before)


def _give_back_memory() -> None:
    """What the allocator keeps of freed memory goes back to the system, where that can be asked for: glibc."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)


def _lists(count: int) -> int:
    """The number of lists for so many vectors."""
    return min(MAX_LISTS, count, round(4 * math.sqrt(count)))


def _trained(sample: NDArray[np.float32], lists: int, between: Callable[[], None]) -> Any:
    """An empty inverted file, its lists and value ranges learnt from `sample`, (n, dimension)."""
    dimension = sample.shape[1]
    index = faiss().index_factory(dimension, f"IVF{lists},SQ8", faiss().METRIC_INNER_PRODUCT)
    clustering = faiss().Clustering(dimension, lists)
    clustering.niter = 1  # round by round: each goes on from the centroids that the one before has left
    clustering.spherical = True
    clustering.min_points_per_centroid = 1
    clustering.max_points_per_centroid = TRAINING_PER_LIST
    for _ in range(TRAINING_ROUNDS):
        between()
        clustering.train(sample, index.quantizer)
    between()
    index.train(sample)  # the lists are there: this learns the value ranges
    return index


def _checked_ids(ids: ArrayLike, count: int) -> NDArray[np.int64]:
    checked = np.ascontiguousarray(ids, dtype=np.int64)
    if checked.shape != (count,):
        raise VectorIndexError(f"{checked.shape} ids for {count} vectors: give one id a vector.")
    if len(checked) and checked.min() < 0:
        raise VectorIndexError(f"id {checked.min()}: ids count from 0.")
    if len(np.unique(checked)) != count:
        raise VectorIndexError("an id comes twice in one batch: give each id once.")
    return checked
