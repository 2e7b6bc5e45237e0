"""Articles and vectors in any number, made from real ones, for measuring libraries that are larger than what there is.

An article is the paragraphs of three real ones, shuffled, cut to the length of the first. A vector is a random mixture
of a real one and two of its near neighbours, with noise of the covariance of all; the noise is as strong as it has to
be for as many drawn vectors to lie as close to each other as the real ones do.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from qa.storage.base import batched
from qa.storage.local.store import Store

Floats = NDArray[np.float32]

NEIGHBOURS = 10  # of which two are mixed in
SAMPLED = 1000  # vectors whose neighbours are looked at
RANKS = (1, 10, 100)
ROUNDS = 7  # of halving the range of the noise
STRONGEST = 2.0


def recombined(files: Sequence[str], seed: int) -> Iterator[dict[str, str]]:
    """Rows of JSON lines, without end; no two texts are alike."""
    rng = np.random.default_rng(seed)
    rows = [row for file in files for row in _rows(Path(file)) if row.get("text")]
    paragraphs = [[each for each in row["text"].split("\n") if each.strip()] for row in rows]
    for number in range(10**12):
        chosen = rng.choice(len(rows), 3, replace=False).tolist()
        pool = [each for i in chosen for each in paragraphs[i]]
        rng.shuffle(pool)
        first, last = rows[chosen[0]], rows[chosen[-1]]
        text = "\n\n".join(pool[: max(1, len(paragraphs[chosen[0]]))])
        yield {
            "id": f"{seed}-{number}",
            "title": str(last.get("title") or "Untitled"),
            "date": str(first.get("date") or ""),
            "text": text,
        }


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") if file.suffix == ".gz" else file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


@dataclass(frozen=True)
class Spread:
    """How vectors lie, learnt from real ones: enough to draw more of them."""

    real: Floats  # (n, dimension), unit
    neighbours: NDArray[np.int64]  # (n, up to NEIGHBOURS), rows of `real`
    shape: Floats  # (dimension, dimension): standard normal values times this have the covariance of `real`
    noise: float

    @classmethod
    def of(cls, libraries: Sequence[str], seed: int = 0) -> Spread:
        """From the stored vectors of libraries."""
        real = np.concatenate([_stored(Path(folder)) for folder in libraries])
        neighbours = _nearest(real, real, min(NEIGHBOURS + 1, len(real)))[1][:, 1:]
        values, directions = np.linalg.eigh(np.cov(real, rowvar=False))
        shape = (directions * np.sqrt(np.maximum(values, 0))).T.astype(np.float32)
        low, high = 0.0, STRONGEST
        wanted = np.median(neighbour_similarities(real, seed)[:, 1])
        for _ in range(ROUNDS):
            spread = cls(real, neighbours, shape, (low + high) / 2)
            drawn = spread.draw(np.random.default_rng(seed), len(real))
            if np.median(neighbour_similarities(drawn, seed)[:, 1]) > wanted:
                low = spread.noise
            else:
                high = spread.noise
        return cls(real, neighbours, shape, (low + high) / 2)

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """Unit vectors, (count, dimension)."""
        chosen = rng.integers(len(self.real), size=count)
        others = self.neighbours[chosen[:, None], rng.integers(self.neighbours.shape[1], size=(count, 2))]
        weights = rng.dirichlet((1, 1, 1), count).astype(np.float32)
        drawn = weights[:, :1] * self.real[chosen]
        for column in (0, 1):
            drawn += weights[:, column + 1, None] * self.real[others[:, column]]
        drawn += self.noise * (rng.standard_normal(drawn.shape, np.float32) @ self.shape)
        unit: Floats = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
        return unit


class DrawingEncoder:
    """In place of a model: passages get vectors that are drawn, questions the ones that are given."""

    name = "drawn"

    def __init__(self, spread: Spread, questions: dict[str, Floats], seed: int) -> None:
        self.dimension = spread.real.shape[1]
        self._spread = spread
        self._questions = questions
        self._rng = np.random.default_rng(seed)

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
        """Unit vectors, (n, dimension)."""
        if progress:
            progress(len(texts))
        return self._spread.draw(self._rng, len(texts))

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Unit vectors, (n, dimension)."""
        return np.stack([self._questions[text] for text in texts])


def neighbour_similarities(vectors: Floats, seed: int = 0) -> Floats:
    """Of some of `vectors`, the similarities to the neighbours of `RANKS`, (SAMPLED, 3)."""
    count = min(SAMPLED, len(vectors))
    sample = np.random.default_rng(seed).choice(len(vectors), count, replace=False)
    return similarities(vectors[sample], vectors, skip=1)


def similarities(queries: Floats, vectors: Floats, skip: int = 0) -> Floats:
    """Of each query, the similarities to the nearest of `vectors` by rank, after the first `skip`."""
    scores, _ = _nearest(queries, vectors, min(len(vectors), max(RANKS) + skip))
    columns = [min(rank + skip, scores.shape[1]) - 1 for rank in RANKS]
    return scores[:, columns]


def _nearest(queries: Floats, vectors: Floats, k: int) -> tuple[Floats, NDArray[np.int64]]:
    import faiss

    scores, ids = faiss.knn(queries, vectors, k, metric=faiss.METRIC_INNER_PRODUCT)
    return scores, ids


def _stored(folder: Path) -> Floats:
    """Every vector of a library."""
    current = (folder / "CURRENT").read_text(encoding="ascii").strip()
    store = Store(folder / "generations" / current / "library.db")
    try:
        _, ids = store.passage_ids()
        return np.concatenate([store.stored_vectors(page)[1] for page in batched(ids.tolist(), 4096)])
    finally:
        store.close()
