"""Questions beside passages on their topic of which none answers: how often is something claimed all the same?

    python benchmarks/absent.py DATASET... --library FOLDER [--limit N]

Every context of the DATASETs (SQuAD-style JSON lines, .gz too) is an article of the library. Each question with answers
is asked twice: of the ten passages that retrieval ranks first, and of the first ten once its own article and whatever
has the words of an answer are left out. What is without answers in its own context is a near miss, and asked once.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hardware import machine
from numpy.typing import NDArray
from quality import fill, sampled
from rich.console import Console
from rich.progress import track
from tables import print_table

from qa.answering import builder
from qa.assistant import Assistant
from qa.config import Settings
from qa.datatypes import RetrievedPassage
from qa.evaluation.dataset import Example, gold_places, read_examples

SHOWN = 0.85  # of the present questions, at which the share of the absent ones that are shown is told
HEAD = ["", "questions", "AUROC", f"absent shown where {SHOWN:.0%} of the present are", "sure: present", "sure: absent"]
NEAR_HEAD = ["near misses", "questions", "sure", "possible", "silent"]


def main() -> None:
    """Ask, and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET")
    parser.add_argument("--library", type=Path, required=True, help="use and keep this library")
    parser.add_argument("--limit", type=int, help="questions of each file, evenly spaced; all contexts go in")
    given = parser.parse_args()
    given.distractors, given.corpus, given.distractor_limit = [], [], None
    datasets = {path.name.removesuffix(".gz").removesuffix(".jsonl"): read_examples(path) for path in given.datasets}
    rows, near = [], []
    settings = Settings.resolve(min_article_chars=1)
    with Assistant.open(given.library, settings=settings) as assistant:
        fill(assistant.library, datasets, given)
        for name, examples in datasets.items():
            asked = [each for each in examples if each.answers]
            if asked:
                rows.append(compared(assistant, name, sampled(asked, given.limit)))
            missed = [each for each in examples if not each.answers]
            if missed:
                near.append(near_misses(assistant, name, sampled(missed, given.limit)))
    print(f"{machine()}\n")
    if rows:
        print_table("The gold article there, or left out", HEAD, rows)
    if near:
        print_table("The detail is not there", NEAR_HEAD, near)


def compared(assistant: Assistant, name: str, examples: Sequence[Example]) -> tuple[object, ...]:
    """A row of the first table."""
    pairs = []
    for example in track(examples, name, console=Console(stderr=True)):
        passages = assistant.retriever.retrieve(example.question)
        left = [each for each in passages if not answers(example, each)]
        if left:
            pairs.append((confidence(assistant, example, passages), confidence(assistant, example, left)))
    present, absent = np.array(pairs).T
    least, sure = np.quantile(present, 1 - SHOWN), assistant.library.settings.threshold
    return (
        name, len(pairs), auroc(present, absent), float(np.mean(absent >= least)),
        float(np.mean(present >= sure)), float(np.mean(absent >= sure)),
    )  # fmt: skip


def near_misses(assistant: Assistant, name: str, examples: Sequence[Example]) -> tuple[object, ...]:
    """A row of the second table."""
    settings = assistant.library.settings
    found = np.array(
        [
            confidence(assistant, example, assistant.retriever.retrieve(example.question))
            for example in track(examples, name, console=Console(stderr=True))
        ]
    )
    sure, shown = float(np.mean(found >= settings.threshold)), float(np.mean(found >= settings.possible))
    return name, len(found), sure, shown - sure, 1.0 - shown


def answers(example: Example, found: RetrievedPassage) -> bool:
    """Whether a passage is of the question's own article, or has the words of an answer."""
    if example.context is not None and found.article.id == gold_places(example).article_id:
        return True
    text = found.text.casefold()
    return any(gold.casefold() in text for gold in example.golds)


def confidence(assistant: Assistant, example: Example, passages: Sequence[RetrievedPassage]) -> float:
    """That of the best place in the first passages, nothing withheld; what lacks a name of the question is possible
    at most.
    """
    settings = assistant.library.settings
    read = passages[: settings.read_passages]
    spans = assistant.reader.read(example.question, [each.text for each in read], [each.article.title for each in read])
    answer = builder.build_answer(
        example.question, passages, spans, assistant.calibration, threshold=0.0, possible=0.0, max_answers=1
    )
    least = np.nextafter(settings.threshold, 0)
    return min(answer.confidence, least) if answer.best and answer.best.missing else answer.confidence


def auroc(present: NDArray[np.float64], absent: NDArray[np.float64]) -> float:
    """How often a present question has more confidence than an absent one; 0.5 is chance."""
    more = (present[:, None] > absent[None, :]).mean() + 0.5 * (present[:, None] == absent[None, :]).mean()
    return float(more)


if __name__ == "__main__":
    main()
