"""How well questions are answered, measured: a reader alone, and an assistant over its library.

Shares, EM and F1 are between 0 and 1, and None where there is nothing to average.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING

from qa.datatypes import Progress, ProgressCallback
from qa.errors import ArticleNotFound, ExamplesError
from qa.evaluation.dataset import Example, GoldAnswer, first_right_rank, gold_places, read_examples
from qa.evaluation.metrics import (
    RIGHT,
    CoveragePoint,
    best_threshold,
    contains,
    exact_match,
    expected_calibration_error,
    f1,
    hit_at,
    mean,
    mrr,
    risk_coverage,
    thinned,
)

if TYPE_CHECKING:
    from qa.answering.reader import Reader
    from qa.assistant import Assistant
    from qa.library import Library

__all__ = [
    "EndToEndReport",
    "Example",
    "ExamplesError",
    "GoldAnswer",
    "Outcome",
    "ReadingReport",
    "evaluate_answers",
    "evaluate_end_to_end",
    "evaluate_reading",
    "read_examples",
]


NO_SPAN = -100.0  # the log-odds of a text in which the reader finds no span at all; finite, to be valid JSON


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one example, whether or not its answer was sure enough to be given.

    `text` is the best candidate ("" if there was none) and `score` how sure it is: a log-odds from a reader,
    a confidence from an assistant. `em` and `f1` are those of `text`; `em_3` and `f1_3` are the best of the first
    three answers that reach the threshold. `contained` tells whether a right answer stands within `text`,
    `contained_3` whether within one of the first three candidates, given or not. `rank` is that of the first right
    passage retrieved. `lacking`: what the question names is missing there, so that it is never a sure answer.
    """

    id: str
    question: str
    golds: tuple[str, ...]
    text: str
    score: float
    em: float
    f1: float
    em_3: float
    f1_3: float
    contained: float = 0.0
    contained_3: float = 0.0
    rank: int | None = None
    lacking: bool = False

    def given(self, threshold: float) -> bool:
        """Whether the candidate is sure enough to be the answer."""
        return bool(self.text) and self.score >= threshold and not self.lacking


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """How well answers are read. An answer is given if its score reaches `threshold`, else withheld."""

    examples: int
    answerable: int
    threshold: float
    em: float | None  # over answerable questions; a withheld answer counts 0
    f1: float | None
    em_candidate: float | None  # over answerable questions, as if every best candidate were given
    f1_candidate: float | None
    em_3: float | None  # over answerable questions, the best of the first three answers given
    f1_3: float | None
    contained: float | None  # over answerable questions: a right answer stands within the best candidate
    contained_3: float | None  # ... within one of the first three
    given: float | None  # share of answerable questions that get an answer
    withheld: float | None  # share of unanswerable questions that get none: the no-answer accuracy
    em_all: float | None  # over all questions, as SQuAD 2 counts
    f1_all: float | None
    best_f1_all: float | None  # f1_all at the threshold that is best for these very examples
    best_threshold: float | None  # None: never to answer would be best
    aurc: float | None  # mean of 1 - F1 over the surest 1, 2, ... n candidates, all questions
    coverage: tuple[CoveragePoint, ...]
    outcomes: tuple[Outcome, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndToEndReport(ReadingReport):
    """The same, and how well passages are found: retrieval's own ranks, over answerable questions."""

    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    hit_at_read: float | None  # among the first `read_passages`
    mrr: float | None
    read_passages: int
    ece_right: float | None  # of the confidence of all candidates, against being right: F1 of at least RIGHT
    ece_em: float | None  # the same against EM
    shown: float | None  # share of answerable questions that get an answer or a possible one
    shown_unanswerable: float | None  # the same of the unanswerable
    sure_right: float | None  # share of the sure answers that are right: F1 of at least RIGHT
    missing_articles: int  # gold articles that the library lacks: what is only there counts as a miss


def evaluate_reading(
    reader: Reader, examples: Sequence[Example], progress: ProgressCallback | None = None, *, threshold: float = 0.0
) -> ReadingReport:
    """The reader's best span in each example's own context; an ExamplesError names an example without one.

    The scores, and so `threshold`, are log-odds against "no answer" in the same window.
    """
    outcomes = []
    for example in _counted(examples, progress):
        if example.context is None:
            raise ExamplesError(f"{example.question!r} has no context to read. Measure it end to end.")
        (spans,) = reader.read(example.question, [example.context], [example.title])
        answers = [(example.context[span.start : span.end], span.score - span.null) for span in spans]
        outcomes.append(_outcome(example, answers, threshold, NO_SPAN))
    return _reading_report(outcomes, threshold)


def evaluate_answers(
    answers_of: Callable[[str], Sequence[tuple[str, float]]],
    examples: Sequence[Example],
    progress: ProgressCallback | None = None,
    *,
    threshold: float = 0.0,
) -> ReadingReport:
    """How well any system answers that gives texts with scores for a question, best first."""
    outcomes = [
        _outcome(example, answers_of(example.question), threshold, NO_SPAN) for example in _counted(examples, progress)
    ]
    return _reading_report(outcomes, threshold)


def evaluate_end_to_end(
    assistant: Assistant,
    examples: Sequence[Example],
    progress: ProgressCallback | None = None,
    *,
    threshold: float | None = None,
) -> EndToEndReport:
    """The assistant's answers and its retriever's ranks over its own library.

    `threshold` defaults to the assistant's own. From an assistant that withholds nothing (own threshold 0)
    the candidates below `threshold` are known too, and count in the figures that are about candidates.
    """
    settings = assistant.library.settings
    threshold = settings.threshold if threshold is None else threshold
    outcomes, gold_articles = [], set[str]()
    for example in _counted(examples, progress):
        places, rank = None, None
        if example.answers:
            if example.context is not None:
                places = gold_places(example)
                gold_articles.add(places.article_id)
            gold_articles.update(example.articles)
            rank = first_right_rank(example, places, assistant.retriever.retrieve(example.question, where=None))
        answer = assistant.ask(example.question)
        answers = [(citation.quote, citation.confidence) for citation in answer.shown]
        outcome = _outcome(example, answers, threshold, answer.confidence, rank)
        outcomes.append(replace(outcome, lacking=bool(answer.best and answer.best.missing)))
    missing = sum(not _holds(assistant.library, article_id) for article_id in gold_articles)
    least = min(threshold, settings.possible)
    return _end_to_end_report(_reading_report(outcomes, threshold), settings.read_passages, missing, least)


def _counted(examples: Sequence[Example], progress: ProgressCallback | None) -> Iterator[Example]:
    """The examples, each reported when it is done."""
    for done, example in enumerate(examples, start=1):
        yield example
        if progress:
            progress(Progress("read", done, len(examples), example.question))


def _is_shown(outcome: Outcome, possible: float) -> float:
    return float(bool(outcome.text) and outcome.score >= possible)


def _holds(library: Library, article_id: str) -> bool:
    try:
        library.article(article_id)
    except ArticleNotFound:
        return False
    return True


def _outcome(
    example: Example,
    answers: Sequence[tuple[str, float]],
    threshold: float,
    unanswered: float,
    rank: int | None = None,
) -> Outcome:
    """The outcome of answers with their scores, best first; none is the empty answer, scored `unanswered`."""
    text, score = answers[0] if answers else ("", unanswered)
    first = [each for each, sure in answers if sure >= threshold][:3] or [""]
    return Outcome(
        id=example.id,
        question=example.question,
        golds=tuple(example.golds),
        text=text,
        score=score,
        em=exact_match(text, example.golds),
        f1=f1(text, example.golds),
        em_3=max(exact_match(each, example.golds) for each in first),
        f1_3=max(f1(each, example.golds) for each in first),
        contained=contains(text, example.golds),
        contained_3=max((contains(each, example.golds) for each, _ in answers[:3]), default=0.0),
        rank=rank,
    )


def _reading_report(outcomes: Sequence[Outcome], threshold: float) -> ReadingReport:
    answerable = [outcome for outcome in outcomes if outcome.golds]
    withheld = [not outcome.given(threshold) for outcome in outcomes if not outcome.golds]
    given = [outcome.given(threshold) for outcome in answerable]
    em = [outcome.em * shown for outcome, shown in zip(answerable, given, strict=True)]
    f1_given = [outcome.f1 * shown for outcome, shown in zip(answerable, given, strict=True)]
    candidates = [outcome for outcome in outcomes if outcome.text]
    points, aurc = risk_coverage(
        [each.score for each in candidates], [each.f1 for each in candidates], asked=len(outcomes)
    )
    best_f1_all, best_at = _best(outcomes)
    return ReadingReport(
        examples=len(outcomes),
        answerable=len(answerable),
        threshold=threshold,
        em=mean(em),
        f1=mean(f1_given),
        em_candidate=mean([outcome.em for outcome in answerable]),
        f1_candidate=mean([outcome.f1 for outcome in answerable]),
        em_3=mean([outcome.em_3 for outcome in answerable]),
        f1_3=mean([outcome.f1_3 for outcome in answerable]),
        contained=mean([outcome.contained for outcome in answerable]),
        contained_3=mean([outcome.contained_3 for outcome in answerable]),
        given=mean(given),
        withheld=mean(withheld),
        em_all=mean([*em, *withheld]),
        f1_all=mean([*f1_given, *withheld]),
        best_f1_all=best_f1_all,
        best_threshold=best_at,
        aurc=aurc,
        coverage=thinned(points),
        outcomes=tuple(outcomes),
    )


def _best(outcomes: Sequence[Outcome]) -> tuple[float | None, float | None]:
    """The best F1 over all questions and its threshold, both None where there is none."""
    if not outcomes:
        return None, None
    value, threshold = best_threshold(
        [outcome.score for outcome in outcomes],
        [outcome.f1 for outcome in outcomes],
        [bool(outcome.golds) for outcome in outcomes],
    )
    return value, threshold if math.isfinite(threshold) else None


def _end_to_end_report(reading: ReadingReport, read_passages: int, missing: int, possible: float) -> EndToEndReport:
    sure = [outcome for outcome in reading.outcomes if outcome.given(reading.threshold)]
    ranks = [outcome.rank for outcome in reading.outcomes if outcome.golds]
    candidates = [outcome for outcome in reading.outcomes if outcome.text]
    confidences = [outcome.score for outcome in candidates]
    return EndToEndReport(
        **{each.name: getattr(reading, each.name) for each in fields(reading)},
        hit_at_1=hit_at(ranks, 1),
        hit_at_5=hit_at(ranks, 5),
        hit_at_10=hit_at(ranks, 10),
        hit_at_read=hit_at(ranks, read_passages),
        mrr=mrr(ranks),
        read_passages=read_passages,
        ece_right=expected_calibration_error(confidences, [outcome.f1 >= RIGHT for outcome in candidates]),
        ece_em=expected_calibration_error(confidences, [outcome.em for outcome in candidates]),
        shown=mean([_is_shown(outcome, possible) for outcome in reading.outcomes if outcome.golds]),
        shown_unanswerable=mean([_is_shown(outcome, possible) for outcome in reading.outcomes if not outcome.golds]),
        sure_right=mean([float(bool(outcome.golds) and outcome.f1 >= RIGHT) for outcome in sure]),
        missing_articles=missing,
    )
