"""From what is known when answering to the probability that an answer is right.

A logistic model over named features. Its weights are fitted on development questions, answerable and not, by
`training/calibrate.py`, and lie beside the reader they were fitted for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa.logistic import Logistic
from qa.weights import WEIGHTS

PACKAGED = WEIGHTS / "calibration.json"


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
