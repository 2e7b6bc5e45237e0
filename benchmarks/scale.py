"""What a library costs besides the models, while it grows: one library, from ten thousand passages to a million.

    python benchmarks/scale.py CORPUS... --questions FILE --vectors LIBRARY [--vectors LIBRARY] [--steps 10000,30000]

CORPUS: JSON lines with "title", "text" and "date". Articles are recombined from them, vectors are drawn to lie as the
stored ones of the libraries do (`benchmarks/synthetic.py`); questions are real, from JSON lines with a "question", and
encoded once. Everything else is the library as it is. Each measure has a process of its own, so that memory is told
apart; the models are not loaded there.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from hardware import machine, memory
from synthetic import RANKS, DrawingEncoder, Floats, Spread, neighbour_similarities, recombined, similarities

from qa.answering.retrieval import Retriever
from qa.config import Settings
from qa.datatypes import Progress, Where
from qa.evaluation.dataset import read_examples
from qa.library import Library
from qa.loaders import Document
from qa.storage.base import batched
from qa.storage.local.backend import LocalBackend
from qa.storage.local.generation import PAGE

STEPS = "10000,30000,100000,300000,1000000"
ASKED = 300
FILTERED = 60
ADDED = 20  # articles, one by one
WHERE = Where(published_from=date(2023, 1, 1), published_to=date(2023, 12, 31))
ROWS = 500  # articles in a file
GUESS = 8  # passages in an article
FLAT = 20_000  # articles that go into an empty library while the memory is looked at
LOOK_EVERY = 40_000  # passages, at the memory
RECALL_AT = 20
PAUSE = 0.2  # seconds between questions asked while the library grows


@dataclass(frozen=True)
class Bench:
    """What every measure needs; it is sent to their processes."""

    folder: Path
    spread: Spread
    questions: dict[str, Floats]  # in the order in which they are asked

    @contextmanager
    def opened(self, seed: int) -> Iterator[tuple[Library, Retriever]]:
        encoder = DrawingEncoder(self.spread, self.questions, seed)
        with Library.open(self.folder / "library", Settings(), encoder=encoder) as library:
            yield library, Retriever(library.backend, library.encoder, library.settings.candidates)


def main() -> None:
    """Grow the library step by step; print tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+")
    parser.add_argument("--questions", required=True)
    parser.add_argument("--vectors", action="append", required=True)
    parser.add_argument("--steps", default=STEPS)
    parser.add_argument("--flat", type=int, default=FLAT, help="articles to add at once, for the memory that it takes")
    parser.add_argument("--folder", type=Path, default=None, help="a place for the library and the articles")
    given = parser.parse_args()
    steps = [int(step) for step in given.steps.split(",")]
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=given.folder))
        asked = [example.question for example in read_examples(given.questions)]
        bench = Bench(Path(folder), Spread.of(given.vectors), encoded(list(dict.fromkeys(asked))[:ASKED]))
        print(machine(), end="\n\n")
        report("How near vectors lie", *likeness(bench))
        articles = recombined(given.corpora, seed=1)
        grow(bench, articles, steps)
        files = written(bench.folder / "flat", islice(articles, given.flat))
        report(f"{given.flat:,} articles into an empty library", *apart(added_at_once, bench, files))


def grow(bench: Bench, articles: Iterator[dict[str, str]], steps: Sequence[int]) -> None:
    """Measure at each step; what each step leaves is where the next goes on."""
    for number, step in enumerate(steps):
        missing = apart(articles_to, step, bench)
        files = written(bench.folder / f"articles{number}", islice(articles, missing))
        report(f"To {step:,} passages", *apart(taken_in, bench, files, number))
        for path in files:
            path.unlink()
        report(f"At {step:,} passages", *apart(at_rest, bench, number))


def apart(work: Callable[..., Any], *arguments: Any) -> Any:
    """Do it in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def report(title: str, *rows: tuple[str, str]) -> None:
    """A table with a line for each figure."""
    print(f"### {title}\n\n| what | figure |\n|---|---|")
    for what, figure in rows:
        print(f"| {what} | {figure} |")
    print(flush=True)


def encoded(questions: Sequence[str]) -> dict[str, Floats]:
    """Each question with its vector, from the real model."""
    from embeddings.encoder import SentenceTransformerEncoder

    return dict(zip(questions, SentenceTransformerEncoder().encode_queries(questions), strict=True))


def likeness(bench: Bench) -> Iterator[tuple[str, str]]:
    """The real and the drawn vectors beside each other: similarities at some ranks, at 5, 50 and 95 percent."""
    real, queries = bench.spread.real, np.stack(list(bench.questions.values()))
    drawn = bench.spread.draw(np.random.default_rng(7), len(real))
    for kind, vectors in (("real", real), ("drawn", drawn)):
        between, asked = neighbour_similarities(vectors), similarities(queries, vectors)
        for rank, passages, questions in zip(RANKS, between.T, asked.T, strict=True):
            figures = f"{spread_of(passages)}; to a question {spread_of(questions)}"
            yield f"{len(vectors):,} {kind}, neighbour {rank}", figures


def spread_of(values: Floats) -> str:
    return " / ".join(f"{value:.2f}" for value in np.quantile(values, [0.05, 0.5, 0.95]))


def articles_to(step: int, bench: Bench) -> int:
    """How many articles make it about `step` passages; a guess while there are none."""
    with bench.opened(0) as (library, _):
        size = library.stats()
    return max(1, (step - size.passages) // (round(size.passages / size.articles) if size.articles else GUESS))


def written(folder: Path, articles: Iterator[dict[str, str]]) -> list[Path]:
    """Files of `ROWS` articles each."""
    folder.mkdir()
    files = []
    for number, rows in enumerate(batched(articles, ROWS)):
        files.append(folder / f"{number}.jsonl")
        files[-1].write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return files


def taken_in(bench: Bench, files: list[Path], number: int) -> list[tuple[str, str]]:
    """Take the files in while somebody asks, if the library is not empty."""
    with bench.opened(100 + number) as (library, retriever):
        before = library.stats()
        asking = Asking(library, retriever, list(bench.questions)) if before.passages else None
        with asking or ExitStack():
            seconds = timed(partial(library.add, files))
        after = library.stats()
    articles, passages = after.articles - before.articles, after.passages - before.passages
    rate = f"{articles:,} articles, {passages:,} passages in {seconds:.0f} s, {passages / seconds:,.0f} a s"
    return [("taken in", rate), *(asking.rows() if asking else [])]


def added_at_once(bench: Bench, files: list[Path]) -> list[tuple[str, str]]:
    """The memory at the beginning, and each time that so many passages have been encoded."""
    other = replace(bench, folder=bench.folder / "flat")
    looks = [memory()]
    with other.opened(300) as (library, _):

        def look(progress: Progress) -> None:
            if progress.stage == "encode" and progress.done >= len(looks) * LOOK_EVERY:
                looks.append(memory())

        seconds = timed(partial(library.add, files, progress=look))
        most = memory().most
        size = library.stats()
    return [
        ("taken in", f"{size.articles:,} articles, {size.passages:,} passages in {seconds:.0f} s"),
        (
            f"memory at the start and after each {LOOK_EVERY:,} passages",
            ", ".join(f"{look.now} ({look.mapped} mapped)" for look in looks) + " MB",
        ),
        ("most at any time", f"{most:,} MB"),
    ]


class Asking:
    """A thread that asks one question after another, and notes how long each took, and of which kind of index."""

    def __init__(self, library: Library, retriever: Retriever, questions: list[str]) -> None:
        self._library = library
        self._retriever = retriever
        self._questions = questions
        self._seconds: dict[str, list[float]] = {}
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> None:
        self._retriever.retrieve(self._questions[0])  # what opening costs is measured elsewhere
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        for number in range(10**9):
            if self._done.wait(PAUSE):
                return
            question = self._questions[number % len(self._questions)]
            state = self._state()
            seconds = timed(partial(self._retriever.retrieve, question))
            self._seconds.setdefault(state, []).append(seconds)

    def _state(self) -> str:
        return (
            "while another index is made"
            if _local(self._library).generation.dense.busy
            else "while articles are taken in"
        )

    def rows(self) -> list[tuple[str, str]]:
        return [
            (f"retrieve {when}, p50 / p95 / most", quantiles(some, most=True)) for when, some in self._seconds.items()
        ]


def at_rest(bench: Bench, number: int) -> list[tuple[str, str]]:
    """Open, ask, filter, add one by one, compare with exact search."""
    questions = list(bench.questions)
    empty, started = memory().now, time.perf_counter()
    with bench.opened(200 + number) as (library, retriever):
        retriever.retrieve(questions[0])
        opened = time.perf_counter() - started
        asked, computed = zip(*(both_clocks(partial(retriever.retrieve, each)) for each in questions), strict=True)
        filtered = [timed(partial(retriever.retrieve, question, WHERE)) for question in questions[:FILTERED]]
        held, size = memory(), library.stats()
        added = [one_more(bench, library, retriever, f"{number}-{each}") for each in range(ADDED)]
        recalled = recall(bench, library)
    return [
        ("articles, passages", f"{size.articles:,}, {size.passages:,}"),
        ("open to first passages", f"{opened:.2f} s"),
        ("retrieve, p50 / p95", quantiles(asked)),
        ("what it computes, p50 / p95", quantiles(computed)),
        ("of 2023 only, p50 / p95", quantiles(filtered)),
        ("one article added, to visible, p50 / p95 / most", quantiles(added, most=True)),
        ("memory", f"{held.now:,} MB, {held.mapped:,} of them mapped files; {empty:,} before opening"),
        ("memory for a passage", f"{1e6 * (held.now - empty) / size.passages:,.0f} bytes"),
        ("disk", f"{size.bytes_on_disk / 1e6:,.0f} MB, {size.bytes_on_disk / size.passages:,.0f} bytes a passage"),
        (f"recall@{RECALL_AT} against exact search", f"{recalled:.4f}"),
    ]


def one_more(bench: Bench, library: Library, retriever: Retriever, name: str) -> float:
    """Seconds until an article that is added is found."""
    word = f"quixotry{name.replace('-', 'x')}"
    bench.questions[word] = next(iter(bench.questions.values()))
    text = f"The {word} was shown in the town hall. " * 3
    started = time.perf_counter()
    library.add_documents([Document(f"upload:{name}.txt", text.encode())])
    found = retriever.retrieve(word)
    seconds = time.perf_counter() - started
    if not any(word in each.text for each in found):
        raise RuntimeError(f"{name} was added, and is not found")
    return seconds


def _local(library: Library) -> LocalBackend:
    assert isinstance(library.backend, LocalBackend)
    return library.backend


def recall(bench: Bench, library: Library) -> float:
    """The share of the nearest passages by the stored vectors that the index finds, the mean over the questions."""
    library.refresh()
    queries = np.stack([bench.questions[question] for question in list(bench.questions)[:ASKED]])
    index = _local(library).generation.vectors
    assert index is not None
    _, ids = library.store.passage_ids()
    best = np.full((len(queries), RECALL_AT), -2.0, np.float32)
    nearest = np.zeros((len(queries), RECALL_AT), np.int64)
    for page in batched(ids.tolist(), PAGE):
        found, vectors = library.store.stored_vectors(page)
        scores = np.concatenate([best, queries @ vectors.T], axis=1)
        known = np.concatenate([nearest, np.tile(found, (len(queries), 1))], axis=1)
        first = np.argpartition(-scores, RECALL_AT, axis=1)[:, :RECALL_AT]
        best, nearest = np.take_along_axis(scores, first, 1), np.take_along_axis(known, first, 1)
    shares = [
        len(np.intersect1d(index.search(query, RECALL_AT)[0], wanted)) / RECALL_AT
        for query, wanted in zip(queries, nearest, strict=True)
    ]
    return float(np.mean(shares))


def timed(work: Callable[[], object]) -> float:
    """The seconds that a call takes."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def both_clocks(work: Callable[[], object]) -> tuple[float, float]:
    """The seconds that a call takes, and what it computes on all cores together."""
    started = time.process_time()
    seconds = timed(work)
    return seconds, time.process_time() - started


def quantiles(seconds: Sequence[float], *, most: bool = False) -> str:
    """The median, the 95th percentile and, if wanted, the most, in milliseconds."""
    wanted = [0.5, 0.95, 1.0] if most else [0.5, 0.95]
    return " / ".join(f"{1000 * value:.1f}" for value in np.quantile(seconds, wanted)) + " ms"


if __name__ == "__main__":
    main()
