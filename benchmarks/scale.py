"""What a large library costs besides the models: taking in, opening, retrieving, filtering, removing.

    python benchmarks/scale.py ARTICLES QUESTIONS [--library FOLDER]

ARTICLES is any source that `article-qa add` takes; QUESTIONS are JSON lines with a "question". The vectors are random
unit vectors, one a text, in place of the encoder's: real text, real indexes, no model. So nothing here says anything
about quality, and random vectors are harder to search than real ones, which lie in clusters.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
from hardware import machine, peak_memory_mb
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Where
from qa.examples import read_examples
from qa.library import Library
from qa.retrieval import Retriever

ASKED = 300
FILTERED = 60


class RandomEncoder:
    """A vector of its own for each text, the same each time."""

    name = "random"
    dimension = 384

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Unit vectors, (n, 384)."""
        vectors = np.stack([self._vector(text) for text in texts])
        if progress:
            progress(len(texts))
        return vectors

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors, (n, 384)."""
        return self.encode_passages(texts)

    def _vector(self, text: str) -> NDArray[np.float32]:
        vector = np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimension, dtype=np.float32)
        unit: NDArray[np.float32] = vector / np.linalg.norm(vector)
        return unit


def main() -> None:
    """Take in, open again, ask, remove; print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles")
    parser.add_argument("questions")
    parser.add_argument("--library", type=Path, default=None)
    given = parser.parse_args()
    questions = [example.question for example in read_examples(given.questions)[:ASKED]]
    with ExitStack() as stack:
        folder = given.library or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        print(machine() + "\n\n| what | figure |\n|---|---|")
        for what, figure in measured(folder, given.articles, questions):
            print(f"| {what} | {figure} |", flush=True)


def measured(folder: Path, articles: str, questions: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Each figure as soon as it is there."""
    settings, encoder = Settings(), RandomEncoder()
    with Library.open(folder, settings, encoder=encoder) as library:
        seconds = timed(partial(library.add, articles))
        size = library.stats()
    yield "articles, passages", f"{size.articles:,}, {size.passages:,}"
    yield "taken in, encoder apart", f"{seconds:.0f} s"
    yield "on disk", f"{size.bytes_on_disk / 1e6:,.0f} MB"
    started = time.perf_counter()
    with Library.open(folder, settings, encoder=encoder) as library:
        retriever = Retriever(library)
        retriever.retrieve(questions[0])
        yield "open to first passages", f"{time.perf_counter() - started:.2f} s"
        yield "retrieve, p50 / p95", quantiles([timed(partial(retriever.retrieve, q)) for q in questions])
        where = Where(published_from=date(2023, 1, 1), published_to=date(2023, 12, 31))
        some = questions[:FILTERED]
        yield "of 2023 only, p50 / p95", quantiles([timed(partial(retriever.retrieve, q, where)) for q in some])
        first = next(library.articles(limit=1))
        seconds = timed(partial(library.remove, [first.id])) + timed(partial(retriever.retrieve, questions[0]))
        yield "remove one article and ask", f"{seconds:.2f} s"
    yield "peak memory", f"{peak_memory_mb() or 0:,.0f} MB"


def timed(work: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def quantiles(seconds: Sequence[float]) -> str:
    """The median and the 95th percentile in milliseconds."""
    middle, high = 1000 * np.quantile(seconds, [0.5, 0.95])
    return f"{middle:.1f} / {high:.1f} ms"


if __name__ == "__main__":
    main()
