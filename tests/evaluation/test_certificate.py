"""What can be promised of sure answers, against worked values."""

import math

import pytest

from qa.evaluation.certificate import certify, upper_bound
from qa.evaluation.evaluate import Outcome


def outcome(score, right=True, lacking=False):
    return Outcome("", "Q?", ("x",), "x", score, 1.0, float(right), 1.0, 1.0, lacking=lacking)


@pytest.mark.parametrize(
    ("wrong", "of", "share"),
    [
        (0, 29, 1 - 0.05 ** (1 / 29)),  # none wrong: (1 - p)^n = 0.05
        (0, 0, 1.0),
        (3, 3, 1.0),
        (5, 100, 0.10225),  # the tables of Clopper and Pearson, one-sided 95%
    ],
)
def test_the_bound_of_a_share(wrong, of, share):
    assert upper_bound(wrong, of) == pytest.approx(share, abs=1e-4)


def test_what_is_counted_are_sure_answers_and_the_wrong_ones_among_them():
    outcomes = [outcome(0.9)] * 30 + [outcome(0.9, right=False), outcome(0.9, right=False, lacking=True), outcome(0.2)]
    found = certify(outcomes, 0.6)
    assert (found.sure, found.wrong) == (31, 1)
    assert found.at_most == pytest.approx(0.1442, abs=1e-3)


def test_the_lowest_threshold_that_is_shown_to_be_safe_is_found_from_above():
    outcomes = [outcome(0.9)] * 60 + [outcome(0.7)] * 40 + [outcome(0.5, right=False)] * 20 + [outcome(0.3)] * 900
    assert (
        certify(outcomes, 0.6).threshold_for_allowed == 0.52
    )  # below 0.5 it would be safe again, but that is a look back


def test_too_few_questions_show_nothing():
    assert certify([outcome(0.9)] * 28, 0.6).threshold_for_allowed is None
    assert certify([outcome(0.9)] * 29, 0.6).threshold_for_allowed == 0.06
    assert math.ceil(math.log(0.05) / math.log(0.9)) == 29


def test_the_sentences_say_what_to_set():
    found = certify([outcome(0.9)] * 40 + [outcome(0.3, right=False)] * 30, 0.6)
    assert found.sentences() == [
        "Of 40 sure answers (confidence 0.60 and more) 0 were wrong: "
        "with confidence 95%, at most 7.2% of such answers are.",
        "At most 10% wrong is shown from 0.32 up: ARTICLE_QA_THRESHOLD=0.32",
    ]
    assert "too few" in certify([], 0.6).sentences()[1]
