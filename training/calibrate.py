"""Fit the calibration: which span of many to prefer, and how sure to be of it.

    python -m training.calibrate --on LIBRARY QUESTIONS [--on ...] [--absent LIBRARY QUESTIONS ...] [--out FILE]
        [--limit N]

QUESTIONS are SQuAD-style JSON lines; a row without answers is one that the library must not answer. Those of `--absent`
are about articles that the library lacks: they count as unanswerable, unless another article turns out to give a right
answer all the same. Every question is asked as the assistant asks it. Each LIBRARY is a domain of its own.

Half of the questions, by hash, fit the weights, and the figures printed are those of the other half; then those of each
domain under weights fitted on the other domains alone. At last all questions fit the weights that are written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from qa.answering import builder
from qa.answering.agreement import merge
from qa.answering.calibration import PACKAGED, Calibration
from qa.answering.candidates import Candidate, candidates, ranked
from qa.assistant import Assistant
from qa.evaluation.dataset import Example, read_examples
from qa.evaluation.metrics import RIGHT, expected_calibration_error, f1
from qa.logistic import Logistic

CANDIDATE = (
    *("span", "sure", "echo", "length", "fits", "sentence"),
    *("retrieval", "similarity", "lexical", "dense", "terms", "names", "title", "lead"),
)
CONFIDENCE = ("span", "sure", "sentence", "terms", "names", "unnamed", "rank", "share", "repeats", "nearest")
# Set by hand, as it is too rare to be fitted: of 1,600 questions eight had a contrary word, six of their answers wrong.
# What a question says of time is in no set of questions over dated articles.
SET = {"contrary": -2.0, "period": 1.5, "age": -2.0}
L2 = 1e-2
ORDERS = {
    "the best span of the passage that retrieval ranks first": Logistic(0.0, {"retrieval": 1e6, "span": 1.0}),
    "the best span of all passages": Logistic(0.0, {"span": 1.0}),
}
THRESHOLDS = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with all that answering it needs, but for the calibration."""

    example: Example
    domain: str
    candidates: list[Candidate]
    right: NDArray[np.bool_]  # of each candidate, whether it is a right answer
    absent: bool = False  # whether the articles that the question is about are not in the library

    @property
    def held_out(self) -> bool:
        """Whether the question is of the half that is measured, not fitted."""
        return hashlib.sha256(self.example.question.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Judged:
    """The answers that a calibration puts first: of each question that has any candidate."""

    sure: NDArray[np.float64]
    right: NDArray[np.float64]
    answerable: NDArray[np.bool_]


def main() -> None:
    """Ask, fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar=("LIBRARY", "QUESTIONS"))
    parser.add_argument("--absent", nargs=2, action="append", default=[], metavar=("LIBRARY", "QUESTIONS"))
    parser.add_argument("--limit", type=int, default=None, help="questions of each file")
    parser.add_argument("--out", type=Path, default=PACKAGED)
    given = parser.parse_args()
    files = [(*pair, False) for pair in given.on] + [(*pair, True) for pair in given.absent]
    asked = [each for library, questions, absent in files for each in ask_all(library, questions, given.limit, absent)]
    for line in report(asked):
        print(line)
    write(fit(asked), given.out)


def ask_all(library: str, questions: str, limit: int | None = None, absent: bool = False) -> list[Asked]:
    """Retrieve and read for every question of a file."""
    asked = []
    with Assistant.open(library) as assistant:
        for example in read_examples(questions)[:limit]:
            found = list(candidates(example.question, *assistant.retrieve_and_read(example.question)))
            right = np.array([_is_right(example, candidate.quote) for candidate in found], dtype=bool)
            asked.append(Asked(example, Path(library).name, found, right, absent))
    print(f"{questions}: {len(asked)} questions asked of {library}", flush=True)
    return asked


def _is_right(example: Example, quote: str) -> bool:
    return bool(example.answers) and f1(quote, example.golds) >= RIGHT


def fit(asked: Sequence[Asked]) -> Calibration:
    """The order of candidates first, then the confidence in the one that comes first."""
    candidate = _fit_candidate(asked)
    unsure = Calibration(candidate, Logistic(0.0, {}))
    rows = [first for each in asked if (first := _first(each, unsure))]
    inputs = np.array([[features[name] for name in CONFIDENCE] for features, _ in rows])
    right = np.array([is_right for _, is_right in rows], dtype=np.float64)
    return Calibration(candidate, _fit_confidence(inputs, right))


def _fit_candidate(asked: Sequence[Asked]) -> Logistic:
    """Weights that make a right span come first: conditional logit over the spans of each question."""
    useful = [each for each in asked if each.right.any() and not each.right.all()]
    inputs = np.array([[found.features[name] for name in CANDIDATE] for each in useful for found in each.candidates])
    scale = inputs.std(axis=0) + 1e-9
    features = torch.tensor(inputs / scale)
    right = torch.tensor(np.concatenate([each.right for each in useful]))
    question = torch.tensor(np.repeat(np.arange(len(useful)), [len(each.candidates) for each in useful]))

    def loss(weights: torch.Tensor) -> torch.Tensor:
        scores = features @ weights[1:]
        scores = scores - scores.max().detach()
        total = torch.zeros(len(useful), dtype=torch.float64)
        whole = total.index_add(0, question, scores.exp()).log()
        answers = total.index_add(0, question[right], scores[right].exp()).log()
        return (whole - answers).mean() + L2 * (weights[1:] ** 2).sum()

    fitted = _logistic(CANDIDATE, _minimised(loss, len(CANDIDATE)), scale)
    return Logistic(fitted.bias, {**fitted.weights, **SET})


def _fit_confidence(inputs: NDArray[np.float64], right: NDArray[np.float64]) -> Logistic:
    """Plain logistic regression: the probability that the first candidate is right."""
    scale = inputs.std(axis=0) + 1e-9
    features, target = torch.tensor(inputs / scale), torch.tensor(right)

    def loss(weights: torch.Tensor) -> torch.Tensor:
        logits = weights[0] + features @ weights[1:]
        likelihood = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
        return likelihood + L2 * (weights[1:] ** 2).sum()

    return _logistic(CONFIDENCE, _minimised(loss, len(CONFIDENCE)), scale)


def _minimised(loss: object, count: int) -> NDArray[np.float64]:
    """The bias and `count` weights at the least loss."""
    assert callable(loss)
    weights = torch.zeros(count + 1, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value: torch.Tensor = loss(weights)
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return np.asarray(weights.detach().numpy())


def _logistic(names: Sequence[str], weights: NDArray[np.float64], scale: NDArray[np.float64]) -> Logistic:
    plain = weights[1:] / scale
    return Logistic(
        round(float(weights[0]), 5), {name: round(float(w), 5) for name, w in zip(names, plain, strict=True)}
    )


def _first(asked: Asked, calibration: Calibration) -> tuple[dict[str, float], bool] | None:
    """What is known of the answer that comes first, and whether it is right."""
    groups = merge(ranked(asked.candidates, calibration))
    return (builder.judgement(groups), _is_right(asked.example, groups[0][0].quote)) if groups else None


def judged(calibration: Calibration, asked: Sequence[Asked]) -> Judged:
    """How sure a calibration is of its first answers, and which of them are right."""
    rows = [(each, first) for each in asked if (first := _first(each, calibration))]
    return Judged(
        sure=np.array([calibration.confidence.probability(features) for _, (features, _) in rows]),
        right=np.array([float(is_right) for _, (_, is_right) in rows]),
        answerable=np.array([bool(each.example.answers) and (right or not each.absent) for each, (_, right) in rows]),
    )


def report(asked: Sequence[Asked]) -> list[str]:
    """Markdown: what calibrations reach on questions that they were not fitted on."""
    half = fit([each for each in asked if not each.held_out])
    others = [each for each in asked if each.held_out]
    domains = sorted({each.domain for each in asked})
    rows = [
        "| fitted on | measured on | questions | answerable | first candidate right | ECE |",
        "|---|---|---|---|---|---|",
        _quality("one half", "the other half", judged(half, others)),
    ]
    for domain in domains:
        inside = [each for each in others if each.domain == domain]
        rows.append(_quality("one half", f"{domain}, the other half", judged(half, inside)))
    for domain in domains if len(domains) > 1 else []:
        elsewhere = fit([each for each in asked if each.domain != domain])
        rows.append(
            _quality(f"all but {domain}", domain, judged(elsewhere, [each for each in asked if each.domain == domain]))
        )
    rows += ["", "| which candidate comes first | right |", "|---|---|"]
    for name, order in {**ORDERS, "both and more, as fitted": half.candidate}.items():
        found = judged(Calibration(order, half.confidence), others)
        rows.append(f"| {name} | {_mean(found.right[found.answerable])} |")
    rows += ["", "| threshold | answered of the answerable | right of those answered | silent on the unanswerable |"]
    rows += ["|---|---|---|---|", *_by_threshold(judged(half, others))]
    return rows


def _quality(fitted: str, measured: str, found: Judged) -> str:
    error = expected_calibration_error(found.sure.tolist(), found.right.tolist())
    first = _mean(found.right[found.answerable])
    return f"| {fitted} | {measured} | {len(found.sure)} | {found.answerable.sum()} | {first} | {error:.3f} |"


def _by_threshold(found: Judged) -> list[str]:
    rows = []
    for threshold in THRESHOLDS:
        given = found.sure >= threshold
        figures = given[found.answerable], found.right[given], ~given[~found.answerable]
        rows.append(f"| {threshold:.2f} | " + " | ".join(map(_mean, figures)) + " |")
    return rows


def _mean(values: NDArray[Any]) -> str:
    return f"{values.mean():.3f}" if len(values) else "-"


def write(calibration: Calibration, path: Path) -> None:
    """As `qa.answering.calibration.load` reads it."""
    parts = {"candidate": calibration.candidate, "confidence": calibration.confidence}
    data = {name: {"bias": part.bias, "weights": dict(part.weights)} for name, part in parts.items()}
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
