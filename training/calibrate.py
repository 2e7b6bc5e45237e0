"""Fit the calibration: which span of many to prefer, and how sure to be of it.

    python training/calibrate.py --on LIBRARY QUESTIONS [--on LIBRARY QUESTIONS ...] [--out FILE] [--limit N]

QUESTIONS are SQuAD-style JSON lines; a row without answers is one that the library must not answer. Every question
is asked as the assistant asks it. Half of the questions, by hash, fit the weights; the figures printed are those of
the other half. Then all of them fit the weights that are written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from qa import answering
from qa.calibration import PACKAGED, Calibration, Logistic
from qa.config import Settings
from qa.datatypes import RetrievedPassage, Span
from qa.examples import Example, read_examples
from qa.library import Library
from qa.metrics import RIGHT, expected_calibration_error, f1
from qa.reader import TransformersReader
from qa.retrieval import Retriever

CANDIDATE = (
    *("span", "echo", "length", "fits", "sentence"),
    *("retrieval", "similarity", "lexical", "dense", "terms", "names", "title", "lead"),
)
CONFIDENCE = ("span", "sentence", "terms", "names", "unnamed", "rank", "share", "repeats")
L2 = 1e-2


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with all that answering it needs, but for the calibration."""

    example: Example
    passages: list[RetrievedPassage]
    spans: list[list[Span]]

    def right(self, quote: str) -> bool:
        """Whether a quote is a right answer."""
        return bool(self.example.answers) and f1(quote, self.example.golds) >= RIGHT

    @property
    def held_out(self) -> bool:
        """Whether the question is of the half that is measured, not fitted."""
        return hashlib.sha256(self.example.question.encode()).digest()[0] % 2 == 1


def main() -> None:
    """Ask, fit, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--on", nargs=2, action="append", required=True, metavar=("LIBRARY", "QUESTIONS"))
    parser.add_argument("--limit", type=int, default=None, help="questions of each file")
    parser.add_argument("--out", type=Path, default=PACKAGED)
    given = parser.parse_args()
    asked = [each for library, questions in given.on for each in ask_all(library, questions, given.limit)]
    fitted = fit([each for each in asked if not each.held_out])
    for row in report(fitted, [each for each in asked if each.held_out]):
        print(row)
    write(fit(asked), given.out)


def ask_all(library: str, questions: str, limit: int | None) -> list[Asked]:
    """Retrieve and read for every question of a file."""
    settings = Settings.resolve()
    asked = []
    with Library.open(library, settings) as opened:
        retriever, reader = Retriever(opened), TransformersReader(settings.reader)
        for example in read_examples(questions)[:limit]:
            passages = retriever.retrieve(example.question)
            read = passages[: settings.read_passages]
            spans = reader.read(example.question, [each.text for each in read], [each.article.title for each in read])
            asked.append(Asked(example, passages, spans))
    print(f"{questions}: {len(asked)} questions asked of {library}", flush=True)
    return asked


def fit(asked: Sequence[Asked]) -> Calibration:
    """The order of candidates first, then the confidence in the one that comes first."""
    candidate = _fit_candidate(asked)
    unsure = Calibration(candidate, Logistic(0.0, {}))
    rows = [judged for each in asked if (judged := _judged(each, unsure))]
    inputs = np.array([[features[name] for name in CONFIDENCE] for features, _ in rows])
    return Calibration(candidate, _fit_confidence(inputs, np.array([right for _, right in rows], dtype=np.float64)))


def _fit_candidate(asked: Sequence[Asked]) -> Logistic:
    """Weights that make a right span come first: conditional logit over the spans of each question."""
    zero = Calibration(Logistic(0.0, {}), Logistic(0.0, {}))
    questions = []
    for each in asked:
        pooled = answering.pool(each.example.question, each.passages, each.spans, zero)
        right = np.array([each.right(candidate.quote) for candidate in pooled])
        if right.any() and not right.all():
            questions.append((np.array([[c.features[name] for name in CANDIDATE] for c in pooled]), right))
    everything = np.concatenate([features for features, _ in questions])
    scale = everything.std(axis=0) + 1e-9
    prepared = [(torch.tensor(features / scale), torch.tensor(right)) for features, right in questions]

    def loss(weights: torch.Tensor) -> torch.Tensor:
        terms = []
        for features, right in prepared:
            scores = features @ weights[1:]
            terms.append(torch.logsumexp(scores, 0) - torch.logsumexp(scores[right], 0))
        return torch.stack(terms).mean() + L2 * (weights[1:] ** 2).sum()

    weights = _minimised(loss, len(CANDIDATE))
    return _logistic(CANDIDATE, weights, scale)


def _fit_confidence(inputs: np.ndarray, right: np.ndarray) -> Logistic:
    """Plain logistic regression: the probability that the first candidate is right."""
    scale = inputs.std(axis=0) + 1e-9
    features, target = torch.tensor(inputs / scale), torch.tensor(right)

    def loss(weights: torch.Tensor) -> torch.Tensor:
        logits = weights[0] + features @ weights[1:]
        likelihood = torch.nn.functional.binary_cross_entropy_with_logits(logits, target)
        return likelihood + L2 * (weights[1:] ** 2).sum()

    return _logistic(CONFIDENCE, _minimised(loss, len(CONFIDENCE)), scale)


def _minimised(loss: object, count: int) -> np.ndarray:
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
    return weights.detach().numpy()


def _logistic(names: Sequence[str], weights: np.ndarray, scale: np.ndarray) -> Logistic:
    plain = weights[1:] / scale
    return Logistic(
        round(float(weights[0]), 5), {name: round(float(w), 5) for name, w in zip(names, plain, strict=True)}
    )


def _judged(asked: Asked, calibration: Calibration) -> tuple[dict[str, float], bool] | None:
    """What is known of the answer that comes first, and whether it is right."""
    groups = answering.merge(answering.pool(asked.example.question, asked.passages, asked.spans, calibration))
    return (answering.judgement(groups), asked.right(groups[0][0].quote)) if groups else None


def report(calibration: Calibration, asked: Sequence[Asked]) -> list[str]:
    """What the calibration reaches on questions it was not fitted on."""
    judged = [(each, found) for each in asked if (found := _judged(each, calibration))]
    sure = np.array([calibration.confidence.probability(features) for _, (features, _) in judged])
    right = np.array([float(is_right) for _, (_, is_right) in judged])
    answerable = np.array([bool(each.example.answers) for each, _ in judged])
    rows = [
        f"questions {len(asked)}, answerable {answerable.sum()}",
        f"first candidate right, of the answerable: {right[answerable].mean():.3f}",
        f"expected calibration error: {expected_calibration_error(sure.tolist(), right.tolist()):.3f}",
        "threshold  answered of answerable  right of those answered  silent on unanswerable",
    ]
    for threshold in (0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8):
        given = sure >= threshold
        figures = given[answerable].mean(), right[given].mean(), 1 - given[~answerable].mean()
        rows.append(f"{threshold:9.2f}  {figures[0]:22.3f}  {figures[1]:23.3f}  {figures[2]:22.3f}")
    return rows


def write(calibration: Calibration, path: Path) -> None:
    """As `qa.calibration.load` reads it."""
    parts = {"candidate": calibration.candidate, "confidence": calibration.confidence}
    data = {name: {"bias": part.bias, "weights": dict(part.weights)} for name, part in parts.items()}
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
