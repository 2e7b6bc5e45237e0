"""How well questions are answered, measured: a reader alone, and an assistant over its library.

Shares, EM and F1 are between 0 and 1, and None where there is nothing to average.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.datatypes import Progress, ProgressCallback
from qa.errors import ArticleNotFound
from qa.examples import Example, ExamplesError, GoldAnswer, first_right_rank, gold_places, read_examples
from qa.metrics import (
    CoveragePoint,
    best_threshold,
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
    from qa.assistant import Assistant
    from qa.library import Library
    from qa.reader import Reader

__all__ = [
    "EndToEndReport",
    "Example",
    "ExamplesError",
    "Figures",
    "GoldAnswer",
    "Outcome",
    "ReadingReport",
    "evaluate_end_to_end",
    "evaluate_reading",
    "read_examples",
]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one example, whether or not its answer was sure enough to be given.

    `text` is the best candidate ("" if there was none) and `score` how sure it is: a log-odds from a reader,
    a confidence from an assistant. `em` and `f1` are those of `text`, `em_3` and `f1_3` the best of the first
    three answers; for an unanswerable question all are 0, unless `text` is empty. `rank` is that of the first
    right passage retrieved.
    """

    example: Example
    text: str
    score: float
    em: float
    f1: float
    em_3: float
    f1_3: float
    rank: int | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What reading and answering have in common. An answer is given if its score reaches `threshold`."""

    examples: int
    answerable: int
    threshold: float
    em: float | None  # over answerable questions; a withheld answer counts 0
    f1: float | None
    em_candidate: float | None  # over answerable questions, every best candidate given
    f1_candidate: float | None
    given: float | None  # share of answerable questions that get an answer
    withheld: float | None  # share of unanswerable questions that get none: the no-answer accuracy
    em_all: float | None  # over all questions, as SQuAD 2 counts
    f1_all: float | None
    best_f1_all: float | None  # f1_all at the threshold that is best for these very examples
    best_threshold: float | None  # None: never to answer would be best
    aurc: float | None  # mean of 1 - F1 over the surest 1, 2, ... n answers, all questions
    coverage: tuple[CoveragePoint, ...]


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """A reader alone on the gold context; the score is a log-odds, and 0 the threshold."""

    figures: Figures
    outcomes: tuple[Outcome, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndToEndReport:
    """An assistant over its library. The ranks are those of retrieval alone, over answerable questions."""

    figures: Figures
    em_3: float | None  # best of the first three answers, over answerable questions
    f1_3: float | None
    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    hit_at_read: float | None  # among the first `read_passages`
    mrr: float | None
    read_passages: int
    ece_em: float | None  # of the confidence of all candidates, against EM and against F1
    ece_f1: float | None
    missing_articles: int  # gold articles that the library lacks: their questions count as misses
    outcomes: tuple[Outcome, ...] = field(repr=False)


def evaluate_reading(
    reader: Reader, examples: Sequence[Example], progress: ProgressCallback | None = None
) -> ReadingReport:
    """The reader's best span in each example's own context; an ExamplesError names an example without one."""
    outcomes = []
    for example in _counted(examples, progress):
        if example.context is None:
            raise ExamplesError(f"{example.question!r} has no context to read. Measure it end to end.")
        (spans,) = reader.read(example.question, [example.context])
        texts = [example.context[span.start : span.end] for span in spans]
        outcomes.append(_outcome(example, texts, spans[0].score if spans else -math.inf, None))
    return ReadingReport(_figures(outcomes, 0.0), tuple(outcomes))


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
    outcomes, articles = [], set()
    for example in _counted(examples, progress):
        places = gold_places(example) if example.context is not None and example.answers else None
        retrieved = assistant.retriever.retrieve(example.question, where=None) if example.answers else []
        answer = assistant.ask(example.question)
        texts = [citation.quote for citation in answer.citations]
        rank = first_right_rank(example, places, retrieved)
        outcomes.append(_outcome(example, texts, answer.confidence, rank))
        if places:
            articles.add(places.article_id)
    missing = sum(not _holds(assistant.library, article_id) for article_id in articles)
    chosen = settings.threshold if threshold is None else threshold
    return _end_to_end_report(outcomes, chosen, settings.read_passages, missing)


def _counted(examples: Sequence[Example], progress: ProgressCallback | None) -> Iterator[Example]:
    """The examples, each reported when it is done."""
    for done, example in enumerate(examples, start=1):
        yield example
        if progress:
            progress(Progress("read", done, len(examples), example.question))


def _holds(library: Library, article_id: str) -> bool:
    try:
        library.article(article_id)
    except ArticleNotFound:
        return False
    return True


def _outcome(example: Example, texts: Sequence[str], score: float, rank: int | None) -> Outcome:
    """The outcome of answers `texts`, best first; none is the empty answer."""
    text, first = next(iter(texts), ""), texts[:3] or [""]
    return Outcome(
        example=example,
        text=text,
        score=score,
        em=exact_match(text, example.golds),
        f1=f1(text, example.golds),
        em_3=max(exact_match(each, example.golds) for each in first),
        f1_3=max(f1(each, example.golds) for each in first),
        rank=rank,
    )


def _figures(outcomes: Sequence[Outcome], threshold: float) -> Figures:
    answerable = [outcome for outcome in outcomes if outcome.example.answers]
    unanswerable = [outcome for outcome in outcomes if not outcome.example.answers]
    withheld = [not _given(outcome, threshold) for outcome in unanswerable]
    em = [_given(outcome, threshold) * outcome.em for outcome in answerable]
    f1_ = [_given(outcome, threshold) * outcome.f1 for outcome in answerable]
    candidates = [outcome for outcome in outcomes if outcome.text]
    points, aurc = risk_coverage(
        [each.score for each in candidates], [each.f1 for each in candidates], asked=len(outcomes)
    )
    best_f1, best_at = _best(outcomes)
    return Figures(
        examples=len(outcomes),
        answerable=len(answerable),
        threshold=threshold,
        em=mean(em),
        f1=mean(f1_),
        em_candidate=mean([outcome.em for outcome in answerable]),
        f1_candidate=mean([outcome.f1 for outcome in answerable]),
        given=mean([_given(outcome, threshold) for outcome in answerable]),
        withheld=mean(withheld),
        em_all=mean([*em, *withheld]),
        f1_all=mean([*f1_, *withheld]),
        best_f1_all=best_f1,
        best_threshold=best_at,
        aurc=aurc,
        coverage=thinned(points),
    )


def _given(outcome: Outcome, threshold: float) -> bool:
    return bool(outcome.text) and outcome.score >= threshold


def _best(outcomes: Sequence[Outcome]) -> tuple[float | None, float | None]:
    if not outcomes:
        return None, None
    value, threshold = best_threshold(
        [outcome.score for outcome in outcomes],
        [outcome.f1 for outcome in outcomes],
        [bool(outcome.example.answers) for outcome in outcomes],
    )
    return value, threshold if math.isfinite(threshold) else None


def _end_to_end_report(
    outcomes: Sequence[Outcome], threshold: float, read_passages: int, missing: int
) -> EndToEndReport:
    answerable = [outcome for outcome in outcomes if outcome.example.answers]
    ranks = [outcome.rank for outcome in answerable]
    candidates = [outcome for outcome in outcomes if outcome.text]
    confidences = [outcome.score for outcome in candidates]
    return EndToEndReport(
        figures=_figures(outcomes, threshold),
        em_3=mean([_given(outcome, threshold) * outcome.em_3 for outcome in answerable]),
        f1_3=mean([_given(outcome, threshold) * outcome.f1_3 for outcome in answerable]),
        hit_at_1=hit_at(ranks, 1),
        hit_at_5=hit_at(ranks, 5),
        hit_at_10=hit_at(ranks, 10),
        hit_at_read=hit_at(ranks, read_passages),
        mrr=mrr(ranks),
        read_passages=read_passages,
        ece_em=expected_calibration_error(confidences, [outcome.em for outcome in candidates]),
        ece_f1=expected_calibration_error(confidences, [outcome.f1 for outcome in candidates]),
        missing_articles=missing,
        outcomes=tuple(outcomes),
    )
