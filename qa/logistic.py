"""The logistic model: from named features to the probability of a yes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Logistic:
    """`1 / (1 + exp(-(bias + sum of weight * feature)))`; a feature without a weight counts nothing."""

    bias: float
    weights: Mapping[str, float]

    def logit(self, features: Mapping[str, float]) -> float:
        """The log-odds, unbounded. Raises KeyError for a feature with a weight that is not given."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def probability(self, features: Mapping[str, float]) -> float:
        """Between 0 and 1."""
        return 1.0 / (1.0 + math.exp(-max(-50.0, min(50.0, self.logit(features)))))


@dataclass(frozen=True, slots=True)
class Decision(Logistic):
    """A logistic model with the probability from which it says yes; a feature that is not given is 0."""

    threshold: float

    def logit(self, features: Mapping[str, float]) -> float:
        """The log-odds, unbounded."""
        return Logistic.logit(self, {**dict.fromkeys(self.weights, 0.0), **features})

    def is_likely(self, features: Mapping[str, float]) -> bool:
        """Whether the probability reaches the threshold."""
        return self.probability(features) >= self.threshold
