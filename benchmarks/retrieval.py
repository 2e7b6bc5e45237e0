"""Which passages are found, and first: the parts of retrieval one by one.

    python benchmarks/retrieval.py --on LIBRARY QUESTIONS [--on LIBRARY QUESTIONS ...] [--limit N] [--corpus FILE...]
        [--as "SETTING=VALUE ..." ...]

Without `--as`: BM25 alone, vectors alone, and ways to fuse the two. With it: a copy of each library is rebuilt with
those settings, as in `--as "encoder=/models/bge-small" --as "passage_words=60 overlap_words=15"`, and measured with
the fusion in use beside the library as it is. QUESTIONS that name articles in `articles_with_answer` need the
`--corpus` that those names are from.
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hardware import machine
from numpy.typing import NDArray
from quality import corpus_names, sampled
from rich.console import Console
from tables import print_table
from variants import settings_of

from qa.answering.retrieval import Fused, fuse, with_articles
from qa.cli.console import progress_bars
from qa.datatypes import Passage
from qa.evaluation.dataset import GoldPlaces, first_right_rank, gold_places
from qa.evaluation.evaluate import Example, read_examples
from qa.evaluation.metrics import hit_at, mrr
from qa.library import Library

Searched = tuple[Example, GoldPlaces | None, dict[int, Passage], "Hits", "Hits"]
Hits = Sequence[tuple[int, float]]
Fusion = Callable[[Hits, Hits], list[Fused]]
RRF_K = 60
HEAD = ["", "questions", "hit@1", "hit@5", "hit@10", "hit@20", "MRR"]


def main() -> None:
    """Measure, and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar=("LIBRARY", "QUESTIONS"), type=Path)
    parser.add_argument("--limit", type=int, help="questions of each file, evenly spaced")
    parser.add_argument("--corpus", nargs="+", type=Path, default=[])
    parser.add_argument("--as", action="append", default=[], dest="variants", metavar="SETTINGS")
    given = parser.parse_args()
    names = corpus_names(given.corpus) if given.corpus else None
    print(f"{machine()}\n")
    for path, file in given.on:
        examples = [each for each in sampled(read_examples(file, articles=names), given.limit) if each.answers]
        if given.variants:
            compare_settings(path, file.name, examples, given.variants)
        else:
            compare_fusions(path, file.name, examples)


def compare_fusions(path: Path, title: str, examples: Sequence[Example]) -> None:
    """One library, several ways to make one list of two."""
    with Library.open(path) as library:
        ranks: dict[str, list[int | None]] = {}
        for example, places, passages, lexical, dense in searched(library, examples):
            for name, fusion in fusions().items():
                found = with_articles(library.store, passages, fusion(lexical, dense)[:50])
                ranks.setdefault(name, []).append(first_right_rank(example, places, found))
    print_table(title, HEAD, [(name, *_figures(each)) for name, each in ranks.items()])


def searched(library: Library, examples: Sequence[Example]) -> Iterator[Searched]:
    """For each question what either index finds: the passages by id, and both lists."""
    vectors = library.encoder.encode_queries([example.question for example in examples])
    for example, vector in zip(examples, vectors, strict=True):
        found = library.backend.search(example.question, partial(_same, vector), library.settings.candidates, None)
        passages = {passage.id: passage for passage, _ in (*found.lexical, *found.dense)}
        lexical, dense = ([(each.id, score) for each, score in some] for some in (found.lexical, found.dense))
        yield example, _places(example), passages, lexical, dense


def _same(vector: NDArray[np.float32]) -> NDArray[np.float32]:
    return vector


def fusions() -> Mapping[str, Fusion]:
    """The ways, by name."""
    weights = {"BM25 alone": 0.0, "vectors alone": 1.0}
    weights |= {f"convex, {weight} dense": weight for weight in (0.3, 0.4, 0.5, 0.6, 0.7)}
    convex = {name: partial(_convex, weight) for name, weight in weights.items()}
    return {**convex, f"reciprocal rank, k = {RRF_K}": reciprocal_rank}


def _convex(dense_weight: float, lexical: Hits, dense: Hits) -> list[Fused]:
    """A weight of 0 or 1 leaves the other list out altogether."""
    return fuse(lexical if dense_weight < 1 else [], dense if dense_weight > 0 else [], dense_weight)


def reciprocal_rank(lexical: Hits, dense: Hits) -> list[Fused]:
    """The sum of 1 / (k + rank) (Cormack, Clarke and Büttcher 2009)."""
    ranks = [{passage: rank for rank, (passage, _) in enumerate(hits, 1)} for hits in (lexical, dense)]
    fused = [
        Fused(
            each,
            sum(1 / (RRF_K + of[each]) for of in ranks if each in of),
            ranks[0].get(each),
            ranks[1].get(each),
            None,
        )
        for each in ranks[0].keys() | ranks[1].keys()
    ]
    return sorted(fused, key=lambda each: (-each.score, each.passage_id))


def compare_settings(path: Path, title: str, examples: Sequence[Example], variants: Sequence[str]) -> None:
    """One set of articles, indexed in several ways."""
    rows = []
    for name in ("", *variants):
        with prepared(path, name) as (library, speed):
            ranks = [
                first_right_rank(example, places, with_articles(library.store, passages, fuse(lexical, dense)[:50]))
                for example, places, passages, lexical, dense in searched(library, examples)
            ]
            rows.append((name or "as it is", *_figures(ranks), library.stats().passages, speed))
    print_table(title, [*HEAD, "passages", "passages/s"], rows)


@contextmanager
def prepared(path: Path, variant: str) -> Iterator[tuple[Library, str]]:
    """The library, or a copy of it rebuilt with other settings, and how many passages a second that was."""
    if not variant:
        with Library.open(path) as library:
            yield library, "-"
        return
    with TemporaryDirectory() as folder:
        shutil.copytree(path, Path(folder) / "library")
        with Library.open(Path(folder) / "library", settings_of(variant)) as library:
            library.encoder.encode_queries(["?"])  # loads the model
            began = time.perf_counter()
            with progress_bars(Console(stderr=True)) as progress:
                library.rebuild(progress=progress)
            yield library, f"{library.stats().passages / (time.perf_counter() - began):.0f}"


def _places(example: Example) -> GoldPlaces | None:
    return gold_places(example) if example.context is not None else None


def _figures(ranks: Sequence[int | None]) -> tuple[object, ...]:
    return (len(ranks), *(hit_at(ranks, k) for k in (1, 5, 10, 20)), mrr(ranks))


if __name__ == "__main__":
    main()
