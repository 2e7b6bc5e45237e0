"""The measures against values worked out by hand, and the runners against fakes small enough to predict."""

from __future__ import annotations

import gzip
import itertools
import json
import math
from dataclasses import asdict, dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.config import Settings
from qa.datatypes import Answer, Article, Citation, Passage, Progress, RetrievedPassage, Span
from qa.errors import ArticleNotFound, QAError
from qa.evaluation.dataset import first_right_rank, gold_places
from qa.evaluation.evaluate import (
    Example,
    ExamplesError,
    GoldAnswer,
    evaluate_end_to_end,
    evaluate_reading,
    read_examples,
)
from qa.evaluation.metrics import (
    CoveragePoint,
    best_threshold,
    contains,
    exact_match,
    expected_calibration_error,
    f1,
    hit_at,
    mrr,
    normalize_answer,
    risk_coverage,
    thinned,
)
from qa.loaders.article import build_article

# words


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Cat,\nsat!", "cat sat"),
        ("an apple a day", "apple day"),
        ("Theatre and anthem", "theatre and anthem"),
        ("U.S.", "us"),
        ("$1,000.50", "100050"),
        ("the", ""),
        ("Zürich’s", "zürich’s"),
    ],
)
def test_normalize_answer(text: str, normal: str) -> None:
    assert normalize_answer(text) == normal


def test_exact_match_is_with_any_gold_after_normalisation() -> None:
    assert exact_match("the Kremlin.", ["Moscow", "Kremlin"]) == 1.0
    assert exact_match("Kremlin wall", ["Moscow", "Kremlin"]) == 0.0


def test_without_golds_only_the_empty_answer_is_right() -> None:
    assert (exact_match("", []), exact_match("Kremlin", [])) == (1.0, 0.0)
    assert (f1("", []), f1("Kremlin", [])) == (1.0, 0.0)


def test_f1_is_the_best_over_the_golds() -> None:
    # two of three words shared with a gold of two: precision 2/3, recall 1, F1 4/5
    assert f1("spokesman Dmitry Peskov", ["Dmitry Peskov"]) == pytest.approx(0.8)
    # one of two with each gold's length: 2*1/(2+1) = 2/3 against the shorter, 2*1/(2+3) = 2/5 against the longer
    assert f1("Mr Peskov", ["Peskov", "Dmitry Sergeyevich Peskov"]) == pytest.approx(2 / 3)
    assert f1("London", ["Paris"]) == 0.0


def test_f1_counts_a_repeated_word_only_as_often_as_the_gold_has_it() -> None:
    assert f1("no no no", ["no"]) == pytest.approx(0.5)  # 2*1/(3+1)


@given(st.text(max_size=30), st.text(max_size=30))
def test_f1_is_symmetric_between_zero_and_one_and_exact_match_implies_one(one: str, other: str) -> None:
    assert 0.0 <= f1(one, [other]) <= 1.0
    assert f1(one, [other]) == pytest.approx(f1(other, [one]))
    if exact_match(one, [other]):
        assert f1(one, [other]) == 1.0


# ranks


def test_an_answer_is_contained_word_by_word() -> None:
    assert contains("It was signed in the city of Oslo.", ["Bergen", "Oslo"]) == 1.0
    assert contains("Oslo", ["the city of Oslo"]) == 0.0
    assert contains("Osloans", ["Oslo"]) == 0.0
    assert contains("Oslo", []) == 0.0


def test_hits_and_reciprocal_ranks() -> None:
    ranks = [1, 3, None, 5]
    assert [hit_at(ranks, k) for k in (1, 4, 5)] == [0.25, 0.5, 0.75]
    assert mrr(ranks) == pytest.approx((1 + 1 / 3 + 0 + 1 / 5) / 4)
    assert (hit_at([], 5), mrr([])) == (None, None)


# confidence


def test_best_threshold_weighs_answers_lost_against_wrong_answers_withheld() -> None:
    # From the surest on: right +1; wrong on an unanswerable -1; right +1, ending at 2 of 3; nothing given is 1 of 3.
    assert best_threshold([0.9, 0.8, 0.7], [1.0, 0.0, 1.0], [True, False, True]) == (pytest.approx(2 / 3), 0.9)
    # With the last answer surer than the one to withhold, both right answers are given: 3 of 3.
    assert best_threshold([0.9, 0.6, 0.7], [1.0, 0.0, 1.0], [True, False, True]) == (1.0, 0.7)


def test_best_threshold_may_be_never_to_answer() -> None:
    assert best_threshold([2.0, 1.0], [0.0, 0.0], [False, True]) == (0.5, math.inf)


def test_best_threshold_cannot_part_equal_scores() -> None:
    # To give the right answer is to give the wrong one too, whatever their order: 1 of 2 either way.
    for answerable, values in (([True, False], [1.0, 0.0]), ([False, True], [0.0, 1.0])):
        assert best_threshold([0.5, 0.5], values, answerable) == (0.5, math.inf)


def test_best_threshold_needs_scores() -> None:
    with pytest.raises(ValueError, match="at least one"):
        best_threshold([], [], [])


@given(st.lists(st.tuples(st.integers(-3, 3), st.floats(0, 1), st.booleans()), min_size=1, max_size=8))
def test_best_threshold_is_that_of_trying_them_all(rows: list[tuple[int, float, bool]]) -> None:
    rows = [(score, value if answerable else 0.0, answerable) for score, value, answerable in rows]

    def worth(threshold: float) -> float:
        return sum(v if s >= threshold else float(not a) for s, v, a in rows) / len(rows)

    value, threshold = best_threshold(*map(list, zip(*rows, strict=True)))
    assert value == pytest.approx(max(worth(t) for t in [*(s for s, _, _ in rows), math.inf]))
    assert worth(threshold) == pytest.approx(value)


def test_risk_coverage_by_hand() -> None:
    points, area = risk_coverage([0.2, 0.9, 0.6, 0.4], [0.0, 1.0, 0.5, 1.0])
    # surest first, the losses are 0, 0.5, 0, 1: mean risks 0, 1/4, 1/6, 3/8
    assert [(p.threshold, p.coverage) for p in points] == [(0.9, 0.25), (0.6, 0.5), (0.4, 0.75), (0.2, 1.0)]
    assert [p.risk for p in points] == pytest.approx([0, 1 / 4, 1 / 6, 3 / 8])
    assert area == pytest.approx((0 + 1 / 4 + 1 / 6 + 3 / 8) / 4)


def test_risk_coverage_shares_the_loss_of_equal_scores_whatever_their_order() -> None:
    for values in itertools.permutations([1.0, 0.0]):
        points, area = risk_coverage([0.5, 0.5], values)
        assert points == [CoveragePoint(0.5, 1.0, 0.5)]
        assert area == 0.5


def test_coverage_is_a_share_of_what_was_asked() -> None:
    points, area = risk_coverage([0.9, 0.8], [1.0, 0.0], asked=4)
    assert points == [CoveragePoint(0.9, 0.25, 0.0), CoveragePoint(0.8, 0.5, 0.5)]
    assert area == 0.25
    assert risk_coverage([], []) == ([], None)


def test_thinned_keeps_the_first_point_that_reaches_each_share() -> None:
    points = [CoveragePoint(-number, number / 20, 0.0) for number in range(1, 21)]
    assert [p.coverage for p in thinned(points, 4)] == [0.25, 0.5, 0.75, 1.0]
    assert thinned(points[:12], 4) == (points[4], points[9])
    assert thinned(points[18:], 4) == (points[18], points[19])  # one point stands for three shares


def test_calibration_error_by_hand() -> None:
    # Two bins of two: |0.2 - 0.5| and |0.8 - 1|, each half of the answers.
    assert expected_calibration_error([0.7, 0.1, 0.9, 0.3], [1, 0, 1, 1], bins=2) == pytest.approx(0.25)
    # One bin: |0.5 - 0.75|
    assert expected_calibration_error([0.7, 0.1, 0.9, 0.3], [1, 0, 1, 1], bins=1) == pytest.approx(0.25)
    # As many bins as answers: 0.3, 0.1, 0.1 and 0.7 on average
    assert expected_calibration_error([0.7, 0.1, 0.9, 0.3], [1, 0, 1, 1], bins=4) == pytest.approx(0.3)
    assert expected_calibration_error([], []) is None


def test_calibration_error_keeps_equal_confidences_in_one_bin() -> None:
    # Half of the answers given with 0.5 are right: perfect, though bins of one would find an error of 0.5.
    assert expected_calibration_error([0.5] * 4, [1, 0, 0, 1]) == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=40), st.randoms())
def test_confidence_measures_do_not_depend_on_the_order_of_the_input(rows, random) -> None:
    shuffled = random.sample(rows, len(rows))
    (scores, values), (other_scores, other_values) = zip(*rows, strict=True), zip(*shuffled, strict=True)
    assert risk_coverage(scores, values)[1] == pytest.approx(risk_coverage(other_scores, other_values)[1])
    error = expected_calibration_error(scores, values)
    assert error == pytest.approx(expected_calibration_error(other_scores, other_values))
    assert 0.0 <= error <= 1.0


# examples

CONTEXT = "The bridge at Arnfeld opened in May 1931. It was paid for by the town of Arnfeld."


def row(**given: object) -> dict[str, object]:
    answer = {"text": "May 1931", "start": 32}
    return {"id": "q1", "title": "A bridge", "context": CONTEXT, "question": "When?", "answers": [answer], **given}


def test_reads_plain_and_compressed_rows(tmp_path) -> None:
    lines = json.dumps(row()) + "\n\n" + json.dumps({"question": "Who?", "answers": ["Ann", {"text": "Bo"}]}) + "\n"
    (tmp_path / "plain.jsonl").write_text(lines)
    with gzip.open(tmp_path / "packed.jsonl.gz", "wt") as file:
        file.write(lines)
    expected = [
        Example("q1", "When?", (GoldAnswer("May 1931", 32),), "A bridge", CONTEXT),
        Example("", "Who?", (GoldAnswer("Ann"), GoldAnswer("Bo"))),
    ]
    assert read_examples(tmp_path / "plain.jsonl") == expected
    assert read_examples(tmp_path / "packed.jsonl.gz") == expected


def test_names_of_articles_become_ids_only_when_they_are_given() -> None:
    named = {"question": "Who?", "answers": ["Ann"], "articles_with_answer": ["a7", "a8"]}
    assert Example.from_row(named).articles == ()
    assert Example.from_row(named, articles={"a7": "0f"}).articles == ("0f", "a8")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: .*one JSON object a line"),
        ("[]", "line 2: .*not an object"),
        (json.dumps(row(question=" ")), "line 2: .*give each row a question"),
        (json.dumps(row(answers=None)), "line 2: .*give a list"),
        (json.dumps(row(answers=[{"text": ""}])), "line 2: .*give a text"),
        (json.dumps(row(answers=[7])), "line 2: .*give a text"),
        (json.dumps(row(answers=[{"text": "May 1931", "start": 3}])), "line 2: .*does not stand at"),
        (json.dumps(row(answers=["The bridge"])), "line 2: .*does not stand at"),
        (json.dumps(row(context=5)), "line 2: .*the text asked about"),
    ],
)
def test_a_bad_row_is_named_by_file_line_and_remedy(tmp_path, line: str, message: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(row()) + "\n" + line + "\n")
    with pytest.raises(ExamplesError, match=message) as caught:
        read_examples(path)
    assert str(path) in str(caught.value)
    assert isinstance(caught.value, QAError)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("absent.jsonl", None),
        ("torn.jsonl.gz", gzip.compress(b"[1, 2]" * 99)[:20]),
        ("latin.jsonl", b"\xff\xfe"),
    ],
)
def test_an_unreadable_file_is_an_examples_error(tmp_path, name: str, data: bytes | None) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(ExamplesError, match=r"cannot be read .* Give a \.jsonl"):
        read_examples(tmp_path / name)


def test_a_file_without_questions_is_an_examples_error(tmp_path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n")
    with pytest.raises(ExamplesError, match="no questions"):
        read_examples(tmp_path / "empty.jsonl")


# places and ranks


def test_gold_places_follow_the_normalised_text() -> None:
    context = "  Ann\r\n\r\n\r\n\r\nmet  Ann   and\u2028Bo\u00ad.  Ann left."
    spaced = "Ann   and\u2028Bo"
    answers = [GoldAnswer("Ann", context.rindex("Ann")), GoldAnswer(spaced, context.index(spaced))]
    places = gold_places(Example("", "Who?", tuple(answers), "", context))
    article = build_article(title="", text=context, source="context")
    assert article.text == "Ann\n\nmet Ann and\nBo. Ann left."
    assert places.article_id == article.id
    assert [article.text[start:end] for start, end in places.spans] == ["Ann", "Ann and\nBo"]
    assert places.spans[0][0] == article.text.rindex("Ann")


def test_an_answer_that_normalisation_rewrites_is_found() -> None:
    context = "It was efficient. " * 3 + "It was e\ufb03cient.\u00ad"
    places = gold_places(Example("", "How?", (GoldAnswer("e\ufb03cient", 61),), "", context))
    assert places.spans == ((61, 70),)


def test_an_answer_that_normalisation_swallows_keeps_its_relative_place() -> None:
    context = "x " * 50 + "e\u0301tude" + " y" * 50
    places = gold_places(Example("", "What?", (GoldAnswer("\u0301tude", 101),), "", context))
    assert places.spans[0] == pytest.approx((101, 106), abs=1)


def retrieved(article: Article, start: int, end: int) -> RetrievedPassage:
    return RetrievedPassage(Passage(1, article.id, start, end), article, 1, 1, 0.5, 1.0)


BRIDGE = build_article(title="A bridge", text=CONTEXT, source="bridge")
OTHER = build_article(title="Other", text="In May 1931 there was rain, and mayor Ann-Lee Bo stayed in.", source="other")


def test_a_passage_is_right_if_it_overlaps_the_gold_words_in_the_gold_article() -> None:
    example = Example.from_row(row())
    places = gold_places(example)
    first, around, second = retrieved(OTHER, 0, len(OTHER.text)), retrieved(BRIDGE, 38, 60), retrieved(BRIDGE, 41, 80)
    assert first_right_rank(example, places, [first, second, around]) == 3
    assert first_right_rank(example, places, [retrieved(BRIDGE, 0, 32), retrieved(BRIDGE, 40, 80)]) is None


def test_without_context_a_passage_is_right_if_it_holds_the_words_of_an_answer() -> None:
    passages = [retrieved(BRIDGE, 0, 41), retrieved(OTHER, 0, len(OTHER.text))]
    assert first_right_rank(Example("", "Who?", (GoldAnswer("the May, 1931"),)), None, passages) == 1
    assert first_right_rank(Example("", "Who?", (GoldAnswer("Mayor"),)), None, passages) == 2
    assert first_right_rank(Example("", "Who?", (GoldAnswer("bridg"),)), None, passages) is None


def test_named_articles_restrict_where_an_answer_counts() -> None:
    passages = [retrieved(BRIDGE, 0, 41), retrieved(OTHER, 0, len(OTHER.text))]
    answer = (GoldAnswer("May 1931"),)
    assert first_right_rank(Example("", "When?", answer, articles=(OTHER.id,)), None, passages) == 2
    assert first_right_rank(Example("", "When?", answer, articles=("elsewhere",)), None, passages) is None


# the runners


class FakeReader:
    """Answers from a table: question to spans of the one text it is given."""

    def __init__(self, spans: dict[str, list[Span]]) -> None:
        self.spans = spans

    def read(self, question: str, texts: list[str], titles: list[str]) -> list[list[Span]]:
        assert texts == [CONTEXT]
        return [self.spans[question]]


def span(words: str, score: float) -> Span:
    return Span(CONTEXT.index(words), CONTEXT.index(words) + len(words), score)


EXAMPLES = [
    Example.from_row(row(question="When did it open?")),
    Example.from_row(row(question="Who paid?", answers=[{"text": "the town of Arnfeld", "start": 61}])),
    Example.from_row(row(question="Who built it?", answers=[])),
    Example.from_row(row(question="Who hates it?", answers=[])),
]


def test_evaluate_reading() -> None:
    reader = FakeReader(
        {
            "When did it open?": [span("May 1931", 4.0), span("1931", 1.0)],  # right
            "Who paid?": [span("Arnfeld", -1.0), span("the town of Arnfeld", -2.0)],  # F1 1/2, withheld
            "Who built it?": [span("the town", 2.0)],  # given, and wrong
            "Who hates it?": [],  # withheld
        }
    )
    seen: list[Progress] = []
    report = evaluate_reading(reader, EXAMPLES, seen.append)
    assert (report.examples, report.answerable, report.threshold) == (4, 2, 0.0)
    assert (report.em, report.f1, report.em_candidate, report.f1_candidate) == (0.5, 0.5, 0.5, 0.75)
    assert (report.em_3, report.given, report.withheld) == (0.5, 0.5, 0.5)
    assert (report.contained, report.contained_3) == (0.5, 1.0)  # withheld or not
    assert (report.em_all, report.f1_all) == (0.5, 0.5)
    # at 4.0: the right one, and both unanswerable ones withheld
    assert (report.best_f1_all, report.best_threshold) == (0.75, 4.0)
    # the candidates' losses, surest first: 0, 1, 1/2
    assert report.aurc == pytest.approx((0 + 1 / 2 + 1 / 2) / 3)
    assert report.coverage[-1] == CoveragePoint(-1.0, 0.75, 0.5)
    assert seen[-1] == Progress("read", 4, 4, "Who hates it?")
    json.dumps(asdict(report), allow_nan=False)


def test_reading_at_another_threshold_gives_more_and_counts_the_first_three() -> None:
    reader = FakeReader({"Who paid?": [span("Arnfeld", -1.0), span("the town of Arnfeld", -2.0)]})
    report = evaluate_reading(reader, [EXAMPLES[1]], threshold=-2.0)
    assert (report.f1, report.em, report.em_3) == (0.5, 0.0, 1.0)
    report = evaluate_reading(reader, [EXAMPLES[1]], threshold=-1.0)
    assert (report.f1, report.em_3, report.withheld) == (0.5, 0.0, None)  # the second is not given


def test_a_wrong_answer_to_an_unanswerable_question_counts_against_all_questions() -> None:
    reader = FakeReader({"When did it open?": [span("May 1931", 4.0)], "Who built it?": [span("the town", 5.0)]})
    report = evaluate_reading(reader, [EXAMPLES[0], EXAMPLES[2]])
    assert (report.em, report.withheld, report.em_all, report.f1_all) == (1.0, 0.0, 0.5, 0.5)


def test_a_text_without_any_span_is_never_answered() -> None:
    report = evaluate_reading(FakeReader({"Who hates it?": []}), [EXAMPLES[3]], threshold=-1000.0)
    assert (report.withheld, report.em_all, report.best_threshold, report.aurc) == (1.0, 1.0, None, None)
    assert report.outcomes[0].score < -50


def test_reading_needs_a_context() -> None:
    with pytest.raises(ExamplesError, match="no context to read"):
        evaluate_reading(FakeReader({}), [Example("", "Who?")])


@dataclass
class FakeLibrary:
    settings: Settings
    held: list[Article]

    def article(self, article_id: str) -> Article:
        for article in self.held:
            if article.id == article_id:
                return article
        raise ArticleNotFound(article_id)


@dataclass
class FakeRetriever:
    found: dict[str, list[RetrievedPassage]]

    def retrieve(self, question: str, where: None = None) -> list[RetrievedPassage]:
        return self.found[question]


@dataclass
class FakeAssistant:
    """Answers from a table: question to quotes with confidences; withholds what is below its threshold."""

    library: FakeLibrary
    retriever: FakeRetriever
    answers: dict[str, list[tuple[str, float]]] = field(default_factory=dict)

    def ask(self, question: str) -> Answer:
        candidates = self.answers[question]
        given = [each for each in candidates if each[1] >= self.library.settings.threshold]
        citations = [
            Citation(BRIDGE.id, "", "", None, None, 0, 0, quote, quote, 0, confidence) for quote, confidence in given
        ]
        text = given[0][0] if given else ""
        return Answer(question, text, candidates[0][1] if candidates else 0.0, tuple(citations), ())


def assistant(threshold: float, held: list[Article]) -> FakeAssistant:
    return FakeAssistant(
        FakeLibrary(Settings(threshold=threshold, read_passages=2), held),
        FakeRetriever(
            {
                "When did it open?": [retrieved(BRIDGE, 0, 41)],
                "Who paid?": [retrieved(OTHER, 0, 20), retrieved(BRIDGE, 0, 41), retrieved(BRIDGE, 42, 81)],
            }
        ),
        {
            "When did it open?": [("in May 1931", 0.9), ("May 1931", 0.6)],  # F1 4/5, then right
            "Who paid?": [("the town of Arnfeld", 0.2)],  # right, but not sure enough
            "Who built it?": [("the town", 0.5)],  # given, and wrong
            "Who hates it?": [("Ann", 0.1)],  # withheld
        },
    )


def test_evaluate_end_to_end() -> None:
    report = evaluate_end_to_end(assistant(0.0, [BRIDGE]), EXAMPLES, threshold=0.3)
    assert (report.hit_at_1, report.hit_at_5, report.hit_at_10, report.hit_at_read) == (0.5, 1.0, 1.0, 0.5)
    assert report.mrr == pytest.approx((1 + 1 / 3) / 2)
    assert (report.em, report.em_3, report.em_candidate) == (0.0, 0.5, 0.5)
    assert (report.f1, report.f1_candidate) == (pytest.approx(0.4), pytest.approx(0.9))
    assert (report.given, report.withheld, report.missing_articles) == (0.5, 0.5, 0)
    # losses, surest first: 1/5, 1, 0, 1
    assert report.aurc == pytest.approx((1 / 5 + 6 / 10 + 6 / 15 + 11 / 20) / 4)
    # one answer a bin: |0.9 - 1|, |0.5 - 0|, |0.2 - 1|, |0.1 - 0|; against EM the first is |0.9 - 0|
    assert report.ece_right == pytest.approx((0.1 + 0.5 + 0.8 + 0.1) / 4)
    assert report.ece_em == pytest.approx((0.9 + 0.5 + 0.8 + 0.1) / 4)
    assert [outcome.rank for outcome in report.outcomes] == [1, 3, None, None]


def test_an_assistant_that_withholds_has_the_same_figures_but_for_candidates() -> None:
    open_minded = evaluate_end_to_end(assistant(0.0, [BRIDGE]), EXAMPLES, threshold=0.3)
    strict = evaluate_end_to_end(assistant(0.3, [BRIDGE]), EXAMPLES)
    assert strict.threshold == 0.3
    for name in ("em", "f1", "em_3", "f1_3", "given", "withheld", "em_all", "f1_all", "mrr"):
        assert getattr(strict, name) == getattr(open_minded, name), name
    assert strict.em_candidate == 0.0
    assert strict.coverage[-1].coverage == 0.5
    assert [outcome.score for outcome in strict.outcomes] == [0.9, 0.2, 0.5, 0.1]


def test_gold_articles_that_the_library_lacks_are_counted() -> None:
    named = Example("", "When did it open?", (GoldAnswer("May 1931"),), articles=("elsewhere", OTHER.id))
    assert evaluate_end_to_end(assistant(0.3, [OTHER]), EXAMPLES).missing_articles == 1
    assert evaluate_end_to_end(assistant(0.3, [OTHER]), [named]).missing_articles == 1
    assert evaluate_end_to_end(assistant(0.3, []), [*EXAMPLES, named]).missing_articles == 3


def test_no_examples_leave_nothing_to_average() -> None:
    report = evaluate_end_to_end(assistant(0.3, []), [])
    assert (report.examples, report.em, report.withheld, report.best_f1_all, report.aurc) == (0, None, None, None, None)
    assert (report.hit_at_1, report.mrr, report.ece_em, report.coverage) == (None, None, None, ())
