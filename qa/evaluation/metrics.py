"""The usual measures of question answering, pure: words, ranks, confidence.

All values are between 0 and 1, and None where there is nothing to average. EM, F1 and the best threshold are
those of SQuAD 1.1 and 2.0 (Rajpurkar et al., 2016 and 2018).
"""

from __future__ import annotations

import math
import re
import string
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIGHT = 0.5  # an answer with at least this F1 counts as right where it must be either right or wrong

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, exactly summed; None for nothing."""
    return math.fsum(values) / len(values) if values else None


def normalize_answer(text: str) -> str:
    """Lower case, without ASCII punctuation, English articles and surplus space: SQuAD's comparison."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_NO_PUNCTUATION)).split())


def exact_match(prediction: str, golds: Sequence[str]) -> float:
    """1.0 if the prediction is one of the golds after normalisation; no golds: if it is empty."""
    return float(any(normalize_answer(prediction) == normalize_answer(gold) for gold in golds or [""]))


def f1(prediction: str, golds: Sequence[str]) -> float:
    """The best F1 of words over the golds; no golds: 1.0 if the prediction is empty."""
    words = normalize_answer(prediction).split()
    return max(_f1(words, normalize_answer(gold).split()) for gold in golds or [""])


def contains(prediction: str, golds: Sequence[str]) -> float:
    """1.0 if the words of a gold stand in the prediction, side by side."""
    words = f" {normalize_answer(prediction)} "
    return float(any(f" {normalize_answer(gold)} " in words for gold in golds))


def _f1(predicted: list[str], gold: list[str]) -> float:
    if not predicted or not gold:
        return float(predicted == gold)
    common = (Counter(predicted) & Counter(gold)).total()
    return 2 * common / (len(predicted) + len(gold))


def hit_at(ranks: Sequence[int | None], k: int) -> float | None:
    """The share of questions whose first right passage has a rank (from 1) of at most k; None is a miss."""
    return mean([rank is not None and rank <= k for rank in ranks])


def mrr(ranks: Sequence[int | None]) -> float | None:
    """The mean of 1 / rank of the first right passage; a miss counts 0."""
    return mean([1 / rank if rank else 0.0 for rank in ranks])


def best_threshold(scores: Sequence[float], values: Sequence[float], answerable: Sequence[bool]) -> tuple[float, float]:
    """The best mean value over all thresholds on `scores`, and the threshold: from it on, answers are given.

    `values` are the EM or F1 of the answers when given (0 for an unanswerable question). Withheld, an answer
    is worth 1 if the question is unanswerable, else 0. Infinity means that it is best never to answer.
    """
    if not scores:
        raise ValueError("no scores: a best threshold needs at least one question")
    order = _descending(scores)
    ordered = np.asarray(scores, dtype=np.float64)[order]
    withheld = 1.0 - np.asarray(answerable, dtype=np.float64)[order]
    totals = withheld.sum() + np.cumsum(np.asarray(values, dtype=np.float64)[order] - withheld)
    ends = _group_ends(ordered)
    best = ends[int(np.argmax(totals[ends]))]
    if totals[best] <= withheld.sum():
        return float(withheld.mean()), math.inf
    return float(totals[best]) / len(scores), float(ordered[best])


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Answers below `threshold` withheld: the share of questions still answered, and their mean loss."""

    threshold: float
    coverage: float
    risk: float


def risk_coverage(
    scores: Sequence[float], values: Sequence[float], *, asked: int | None = None
) -> tuple[list[CoveragePoint], float | None]:
    """The points from the surest to the least sure answer, and the area under them (AURC).

    Risk is 1 - mean value. The area is the mean risk of the surest 1, 2, ... n answers (Geifman et al.,
    2019). Equal scores share their loss, so that the order of the input does not count. Coverage is of
    `asked` questions, more than there are scores where some got no answer at all.
    """
    if not scores:
        return [], None
    order = _descending(scores)
    ordered = np.asarray(scores, dtype=np.float64)[order]
    losses = 1.0 - np.asarray(values, dtype=np.float64)[order]
    ends = _group_ends(ordered)
    sizes = np.diff(ends, prepend=-1)
    sums = np.diff(np.cumsum(losses)[ends], prepend=0.0)
    risks = np.cumsum(np.repeat(sums / sizes, sizes)) / np.arange(1, len(losses) + 1)
    questions = len(losses) if asked is None else asked
    points = [CoveragePoint(float(ordered[i]), float(i + 1) / questions, float(risks[i])) for i in ends]
    return points, float(risks.mean())


def thinned(points: Sequence[CoveragePoint], steps: int = 10) -> tuple[CoveragePoint, ...]:
    """For each of `steps` equal shares of coverage the first point that reaches it; each point once."""
    coverages = [point.coverage + 1e-9 for point in points]
    places = {bisect_left(coverages, step / steps) for step in range(1, steps + 1)}
    return tuple(points[place] for place in sorted(places) if place < len(points))


def expected_calibration_error(confidences: Sequence[float], values: Sequence[float], bins: int = 15) -> float | None:
    """The mean distance of confidence and value over bins of equal mass; equal confidences share a bin."""
    if not confidences:
        return None
    order = np.argsort(np.asarray(confidences, dtype=np.float64), kind="stable")
    sure = np.asarray(confidences, dtype=np.float64)[order]
    right = np.asarray(values, dtype=np.float64)[order]
    wanted = (max(1, round(len(sure) * number / bins)) for number in range(1, bins + 1))
    cuts = sorted({int(np.searchsorted(sure, sure[cut - 1], side="right")) for cut in wanted})
    gaps = (abs(float(np.sum((sure - right)[a:b]))) for a, b in zip([0, *cuts], cuts, strict=False))
    return math.fsum(gaps) / len(sure)


def _descending(scores: Sequence[float]) -> NDArray[np.intp]:
    return np.argsort(-np.asarray(scores, dtype=np.float64), kind="stable")


def _group_ends(ordered: NDArray[np.float64]) -> NDArray[np.intp]:
    """The last index of each run of equal scores."""
    return np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
