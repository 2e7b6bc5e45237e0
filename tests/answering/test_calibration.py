"""Confidence against worked odds, and weights that are found again from questions made with known ones."""

import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from qa.answering.calibration import Calibration, load
from qa.answering.candidates import Candidate, ranked
from qa.evaluation.evaluate import Example, GoldAnswer
from qa.loaders.article import build_article
from qa.logistic import Logistic
from training.calibrate import CANDIDATE, CONFIDENCE, SET, Asked, fit, judged, report, write

ARTICLE = build_article(title="Towns", text="Ulm. Graz. Bern. Oslo. Rome. " * 3, source="towns.txt")
PLACES = [ARTICLE.text.index(town) for town in ("Ulm", "Graz", "Bern", "Oslo")]
NOTHING = dict.fromkeys({*CANDIDATE, *CONFIDENCE, *SET}, 0.0)


def test_a_probability_is_that_of_the_summed_odds():
    model = Logistic(-1.0, {"span": 0.5, "fits": 2.0})
    assert model.logit({"span": 4.0, "fits": -0.25, "other": 9.0}) == pytest.approx(0.5)
    assert model.probability({"span": 4.0, "fits": -0.25}) == pytest.approx(1 / (1 + math.exp(-0.5)))


def test_odds_beyond_all_reason_are_still_a_probability():
    model = Logistic(0.0, {"span": 1e6})
    assert model.probability({"span": 1.0}) == pytest.approx(1.0)
    assert model.probability({"span": -1.0}) == pytest.approx(0.0)


def test_a_feature_that_is_missing_is_an_error_not_a_zero():
    with pytest.raises(KeyError, match="span"):
        Logistic(0.0, {"span": 1.0}).logit({"fits": 1.0})


def test_the_packaged_weights_name_features_that_exist():
    calibration = load()
    assert set(calibration.candidate.weights) == {*CANDIDATE, *SET}
    assert set(calibration.confidence.weights) == set(CONFIDENCE)
    assert calibration.candidate.weights["span"] > 0


def test_what_is_written_is_what_is_loaded(tmp_path):
    made = Calibration(Logistic(0.25, {"span": 1.5}), Logistic(-0.5, {"rank": 0.125}))
    write(made, tmp_path / "calibration.json")
    assert load(tmp_path / "calibration.json") == made
    assert json.loads((tmp_path / "calibration.json").read_text())["confidence"]["bias"] == -0.5


def candidate(town: int, **features: float) -> Candidate:
    start = PLACES[town]
    end = ARTICLE.text.index(".", start)
    return Candidate(ARTICLE, start, end, (start, end + 1), {**NOTHING, **features})


def test_the_same_place_read_twice_counts_with_its_better_reading():
    calibration = Calibration(Logistic(0.0, {"span": 2.0}), Logistic(0.0, {}))
    found = ranked([candidate(0, span=1.0), candidate(1, span=2.0), candidate(0, span=3.0)], calibration)
    assert [(each.quote, each.rank) for each in found] == [("Ulm", 6.0), ("Graz", 4.0)]


def asked(number: int, chance: random.Random, domain: str) -> Asked:
    """A question whose four candidates are right with the odds exp(span); `title` says nothing."""
    spans = [chance.gauss(0, 2) for _ in PLACES]
    odds = np.exp(spans)
    right = chance.choices(range(4), weights=odds.tolist())[0]
    answerable = chance.random() < 0.7
    town = candidate(right).quote
    example = Example(f"q{number}", f"Which town is number {number}?", (GoldAnswer(town),) if answerable else ())
    found = [candidate(each, span=span, title=chance.random()) for each, span in enumerate(spans)]
    return Asked(example, domain, found, np.array([answerable and each.quote == town for each in found]))


@pytest.fixture(scope="module")
def questions() -> list[Asked]:
    chance = random.Random(4)
    return [asked(number, chance, "north" if number % 2 else "south") for number in range(2000)]


def test_known_weights_are_found_again(questions):
    weights = fit(questions).candidate.weights
    assert weights["span"] == pytest.approx(1.0, abs=0.15)  # a little less, for the sake of small weights
    assert abs(weights["title"]) < 0.2
    assert weights["lead"] == 0.0


def test_confidence_is_the_share_that_is_right(questions):
    calibration = fit([each for each in questions if not each.held_out])
    found = judged(calibration, [each for each in questions if each.held_out])
    for low, high in ((0.2, 0.4), (0.4, 0.55), (0.55, 0.7)):
        inside = (found.sure >= low) & (found.sure < high)
        assert inside.sum() > 50
        assert found.right[inside].mean() == pytest.approx(found.sure[inside].mean(), abs=0.12)


def test_the_report_measures_the_other_half_and_the_other_domain(questions):
    lines = report(questions)
    held_out = sum(each.held_out for each in questions)
    assert f"| one half | the other half | {held_out} |" in lines[2]
    assert any(line.startswith("| all but north | north | 1000 |") for line in lines)
    silent = [float(line.split("|")[4]) for line in lines if line.startswith("| 0.")]
    assert silent == sorted(silent)  # the stricter, the more silent


def test_a_question_whose_article_is_absent_is_unanswerable_unless_another_article_answers_it():
    calibration = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {}))
    example = Example("q", "Which town?", (GoldAnswer("Graz"),))
    towns = [candidate(0, span=2.0), candidate(1, span=1.0)]
    right = np.array([False, True])
    wrong_first = Asked(example, "d", towns, right, absent=True)
    right_first = replace(wrong_first, candidates=[candidate(1, span=3.0), towns[0]], right=right[::-1])
    there = replace(wrong_first, absent=False)
    found = judged(calibration, [wrong_first, right_first, there])
    assert found.answerable.tolist() == [False, True, True]
    assert found.right.tolist() == [0.0, 1.0, 0.0]


def test_a_question_of_one_domain_alone_has_no_other_to_be_fitted_on(questions):
    lines = report([replace(each, domain="one") for each in questions[:300]])
    assert not any("all but" in line for line in lines)
