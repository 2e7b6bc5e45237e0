"""What can be promised of sure answers from questions with known answers, with confidence 95%. Pure.

The bound is Clopper and Pearson's (1934) for a share; the threshold is found by Learn-then-Test with fixed sequence
testing (Angelopoulos et al. 2021, arXiv 2110.01052): from strict to lenient, as long as each is shown to be safe.
What is promised holds for questions like those that were asked, answerable or not in the same proportion.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.evaluation.metrics import RIGHT

if TYPE_CHECKING:
    from qa.evaluation.evaluate import Outcome

ALLOWED = 0.10  # of sure answers that may be wrong
DELTA = 0.05  # the chance that a promise does not hold
STEPS = tuple(step / 100 for step in range(98, 4, -2))  # thresholds tried, from strict to lenient


@dataclass(frozen=True, slots=True)
class Certificate:
    """`sure` answers at `threshold`, `wrong` of them; with confidence 95% at most `at_most` of such answers are wrong.

    `threshold_for_allowed` is the lowest of which at most `ALLOWED` is so shown; None if these questions show none.
    """

    threshold: float
    sure: int
    wrong: int
    at_most: float
    threshold_for_allowed: float | None

    def sentences(self) -> list[str]:
        """What these questions show, for people."""
        said = (
            f"Of {self.sure:,} sure answers (confidence {self.threshold:.2f} and more) {self.wrong:,} were wrong: "
            f"with confidence 95%, at most {self.at_most:.1%} of such answers are."
        )
        if self.threshold_for_allowed is None:
            return [said, f"They are too few or too hard to show a threshold with at most {ALLOWED:.0%} wrong."]
        return [
            said,
            f"At most {ALLOWED:.0%} wrong is shown from {self.threshold_for_allowed:.2f} up: "
            f"ARTICLE_QA_THRESHOLD={self.threshold_for_allowed:.2f}",
        ]


def certify(outcomes: Sequence[Outcome], threshold: float) -> Certificate:
    """The certificate for answers that are sure from `threshold` up."""
    sure, wrong = _counted(outcomes, threshold)
    return Certificate(threshold, sure, wrong, upper_bound(wrong, sure), _lowest_safe(outcomes))


def upper_bound(wrong: int, of: int, delta: float = DELTA) -> float:
    """The largest share that is still likely where `wrong` of `of` were seen; 1.0 where none were."""
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > delta else (low, middle)
    return high


def _lowest_safe(outcomes: Sequence[Outcome]) -> float | None:
    """Thresholds with too few answers to show anything are passed over; that is not seen from which are right."""
    enough = math.ceil(math.log(DELTA) / math.log(1 - ALLOWED))
    found = None
    for threshold in STEPS:
        sure, wrong = _counted(outcomes, threshold)
        if sure < enough:
            continue
        if _at_most(wrong, sure, ALLOWED) > DELTA:
            break
        found = threshold
    return found


def _counted(outcomes: Sequence[Outcome], threshold: float) -> tuple[int, int]:
    """The answers given at a threshold, and those of them that are wrong."""
    given = [each for each in outcomes if each.given(threshold)]
    return len(given), sum(not each.golds or each.f1 < RIGHT for each in given)


def _at_most(wrong: int, of: int, share: float) -> float:
    """The probability of at most `wrong` in `of` where each is wrong with probability `share`."""
    if share >= 1.0:
        return float(wrong >= of)
    return math.fsum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(wrong + 1))
