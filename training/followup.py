"""Fit the models that complete follow-up questions: does one need the conversation, and which words of it?

    python -m training.followup CONVERSATIONS [--out FILE]

CONVERSATIONS are JSON lines, gzipped or not (see `training/conversations.py`), with each question as a person completed
it. A question needs the conversation if anything was added to it, and those words of the conversation that were added.
Completed questions need nothing, neither after their own conversation nor after another one.

A quarter of the conversations, by title, is held out to choose both thresholds and to print what they reach; then all
fit the weights.
"""

from __future__ import annotations

import argparse
import json
import math
import random
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from qa.questions.features import Utterance, candidates, question_features, texts, words
from qa.questions.followup import PACKAGED
from training.conversations import Row, added_terms, gold_terms, read

THRESHOLDS = (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7)
COMMON = 8  # conversations that use a word before its number is kept
NEAR = 0.02  # of F1: to complete a question for nothing does less harm than to leave one that means nothing
C = 0.1  # inverse strength of the L2 penalty
SEED = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """A question after a conversation; `completed` is None for one that is complete."""

    question: str
    completed: str | None
    said: list[Utterance]


@dataclass(slots=True)
class Table:
    """Cases with their features, as a sparse matrix in the making."""

    columns: dict[str, int]  # by name of the feature; shared by tables that belong together
    starts: array[int] = field(default_factory=lambda: array("l", [0]))
    entries: array[int] = field(default_factory=lambda: array("l"))
    values: array[float] = field(default_factory=lambda: array("d"))
    truth: list[bool] = field(default_factory=list)

    def add(self, features: Mapping[str, float], truth: bool) -> None:
        """One case."""
        self.entries.extend(self.columns.setdefault(name, len(self.columns)) for name in features)
        self.values.extend(features.values())
        self.starts.append(len(self.entries))
        self.truth.append(truth)

    @property
    def matrix(self) -> sparse.csr_matrix:
        """A row for each case, a column for each feature."""
        shape = (len(self.truth), len(self.columns))
        return sparse.csr_matrix((np.array(self.values), np.array(self.entries), np.array(self.starts)), shape=shape)


def main() -> None:
    """Fit on a part, measure on the rest, fit on everything, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", type=Path)
    parser.add_argument("--out", type=Path, default=PACKAGED)
    given = parser.parse_args()
    rows = [row for row in read(given.conversations) if row.asked]
    common = common_words(rows)
    parts = [list(samples(part)) for part in split(rows)]
    columns = dict[str, int](), dict[str, int]()
    model = {
        "need": trained("need", [needs(part, columns[0]) for part in parts], NEAR),
        "word": trained("word", [choices(part, columns[1], common) for part in parts], 0.0),
    }
    given.out.write_text(json.dumps({**model, "common": common}, indent=1) + "\n", encoding="utf-8")


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Three quarters and one quarter, no title in both."""
    titles = sorted({row.title for row in rows})
    random.Random(SEED).shuffle(titles)
    held_out = set(titles[: len(titles) // 4])
    return [row for row in rows if row.title not in held_out], [row for row in rows if row.title in held_out]


def samples(rows: Sequence[Row]) -> Iterator[Sample]:
    """Each question as asked, and as completed after its own conversation and after another one.

    The conversation comes in two forms: as asked, in an article whose title names what it is about; and with its
    questions completed, as the product keeps them, in an article with a headline. The other one is met in lower case
    too: a complete question need not have names in it.
    """
    chance = random.Random(SEED)
    for row in rows:
        other = next(each for each in iter(lambda: chance.choice(rows), None) if each.title != row.title)
        for titled in (True, False):
            said = texts(row.history(row.asked if titled else row.rewritten, titled=titled))
            elsewhere = texts(other.history(other.asked if titled else other.rewritten, titled=titled))
            yield Sample(row.question, row.rewrite, said)
            yield Sample(row.rewrite, None, said)
            yield Sample(row.rewrite if titled else row.rewrite.lower(), None, elsewhere)


def needs(found: Sequence[Sample], columns: dict[str, int]) -> Table:
    """Whether each question needs the conversation."""
    table = Table(columns)
    for sample in found:
        needed = sample.completed is not None and bool(added_terms(sample.question, sample.completed))
        table.add(dict.fromkeys(question_features(sample.question, sample.said), 1.0), needed)
    return table


def choices(found: Sequence[Sample], columns: dict[str, int], common: Mapping[str, float]) -> Table:
    """Whether each word of the conversation is needed, where any is."""
    table = Table(columns)
    for sample in found:
        gold = gold_terms(sample.question, sample.completed, sample.said) if sample.completed else frozenset[str]()
        stems = {word.key: word.stems for text in sample.said for word in text.words} if gold else {}
        for key, features in candidates(sample.question, sample.said, common).items() if gold else ():
            table.add(features, bool(stems[key] & gold))
    return table


def trained(name: str, tables: Sequence[Table], near: float) -> dict[str, Any]:
    """The weights fitted on all tables, with the lowest threshold whose F1 is near the best.

    F1 is that on the last table under weights fitted on the others.
    """
    *kept, held_out = tables
    rated, truth = fit(kept).predict_proba(held_out.matrix)[:, 1], np.array(held_out.truth)
    reached = {}
    for threshold in THRESHOLDS:
        chosen = rated >= threshold
        precision, recall = truth[chosen].mean(), chosen[truth].mean()
        reached[threshold] = 2 * precision * recall / (precision + recall)
        print(f"{name}, {threshold:.2f}: precision {precision:.3f}, recall {recall:.3f}, F1 {reached[threshold]:.3f}")
    threshold = min(each for each in reached if reached[each] >= max(reached.values()) - near)
    fitted, columns = fit(tables), tables[0].columns
    weights = {each: round(float(fitted.coef_[0][index]), 3) for each, index in sorted(columns.items())}
    return {"bias": round(float(fitted.intercept_[0]), 3), "weights": weights, "threshold": threshold}


def fit(tables: Sequence[Table]) -> LogisticRegression:
    """Logistic regression with an L2 penalty."""
    matrix = sparse.vstack([each.matrix for each in tables])
    return LogisticRegression(C=C, max_iter=1000).fit(matrix, np.concatenate([each.truth for each in tables]))


def common_words(rows: Sequence[Row]) -> dict[str, float]:
    """The logarithm of the number of conversations that use a word, of words in many of them."""
    longest = {row.conversation: row for row in rows}  # the last row of a conversation has all of it before it
    uses: Counter[str] = Counter()
    for row in longest.values():
        said = (word for text in (*row.asked, *row.answered) for word in words(text) if not word.empty)
        uses.update({word.key for word in said})
    return {key: round(math.log(count), 2) for key, count in sorted(uses.items()) if count >= COMMON}


if __name__ == "__main__":
    main()
