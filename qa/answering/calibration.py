"""From what is known when answering to the probability that an answer is right.

A logistic model over named features. Its weights are fitted on development questions, answerable and not, by
`training/calibrate.py`, and lie beside the reader they were fitted for.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGED = Path(__file__).parent.parent / "weights" / "calibration.json"


@dataclass(frozen=True, slots=True)
class Logistic:
    """`1 / (1 + exp(-(bias + sum of weight * feature)))`; a feature without a weight counts nothing."""

    bias: float
    weights: Mapping[str, float]

    def logit(self, features: Mapping[str, float]) -> float:
        """The log-odds, unbounded."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def probability(self, features: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, self.logit(features)))))


@dataclass(frozen=True, slots=True)
class Calibration:
    """`candidate` orders the spans of all passages of a question; `confidence` judges the one that came first."""

    candidate: Logistic
    confidence: Logistic


@cache
def load(path: Path = PACKAGED) -> Calibration:
    """The calibration in a JSON file: {"candidate": {"bias", "weights"}, "confidence": {"bias", "weights"}}."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Calibration(
        candidate=Logistic(data["candidate"]["bias"], data["candidate"]["weights"]),
        confidence=Logistic(data["confidence"]["bias"], data["confidence"]["weights"]),
    )
