"""Questions as people ask them, twenty kinds of them, over a made-up newsroom and the samples.

Written before any of the kinds was worked on; nothing is tuned to them. The floors are what must hold, a little below
what was measured; benchmarks/README.md has the figures.
"""

from collections import Counter
from datetime import date

import pytest
from people import NEWSROOM, ROWS, outcome

from qa.assistant import Assistant
from qa.samples import add_samples

pytestmark = pytest.mark.timeout(1800)  # all questions are asked at once, in the first test that needs them
FLOORS = {  # of the share that is right, by kind
    "who": 0.66,
    "when": 0.86,
    "where": 0.66,
    "howmany": 0.68,
    "list": 0.64,
    "yesno": 0.42,
    "why": 0.75,
    "speech": 0.80,
    "define": 0.92,
    "compare": 0.60,
    "two": 0.69,
    "table": 0.92,
    "unit": 0.75,
    "about": 0.90,
    "record": 0.90,
    "keywords": 0.53,
    "typos": 0.63,
    "operators": 0.66,
    "talk": 1.0,
    "language": 1.0,
    "dates": 0.57,
}


def test_the_set_is_large_enough_and_a_third_is_unanswerable():
    kinds = Counter(row["kind"] for row in ROWS)
    assert set(kinds) == set(FLOORS)
    assert min(kinds.values()) >= 10
    assert len({row["question"] for row in ROWS}) == len(ROWS) >= 240
    assert sum(not (row.get("all") or row["answers"]) for row in ROWS) >= 0.31 * len(ROWS)


def test_every_answer_stands_in_an_article_or_is_what_its_date_says():
    texts = " ".join(path.read_text(encoding="utf-8") for path in NEWSROOM.glob("*.md"))
    told = {"record", "dates", "when", "typos"}  # of the day of an article, too
    rows = [row for row in ROWS if row["kind"] not in told]
    assert [each for row in rows for each in row.get("all") or row["answers"] if each not in texts] == []


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    with Assistant.open(tmp_path_factory.mktemp("people")) as assistant:
        assistant.library.add([NEWSROOM])
        add_samples(assistant.library)
        return {row["id"]: outcome(row, assistant.ask(row["question"], asked_on=date(2025, 12, 20))) for row in ROWS}


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.parametrize("kind", FLOORS)
def test_a_kind_of_questions_is_answered(outcomes, kind):
    found = [outcomes[row["id"]] for row in ROWS if row["kind"] == kind]
    assert found.count("right") >= FLOORS[kind] * len(found), Counter(found)


@pytest.mark.slow
@pytest.mark.models
def test_few_answers_mislead(outcomes):
    assert list(outcomes.values()).count("wrong") <= 0.07 * len(outcomes)
    assert list(outcomes.values()).count("right") >= 0.78 * len(outcomes)
