"""Spans that may answer a question, with all that is known of them, best first. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from qa.answering.calibration import Calibration
from qa.answering.evidence import article_stems
from qa.answering.forms import Form
from qa.answering.polarity import contrary
from qa.answering.spans import is_yes_or_no, quotable
from qa.answering.timing import ANY_TIME, Timing
from qa.answering.units import without_unit
from qa.datatypes import Article, RetrievedPassage, Span
from qa.text.question_terms import Question, matches_answer_type, stems, words
from qa.text.segmentation import sentences


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of an article that may answer; `start` and `end` are offsets into the article's text."""

    article: Article
    start: int
    end: int
    context: tuple[int, int]  # the whole sentences around it, offsets likewise
    features: Mapping[str, float]
    spoken: frozenset[str] = frozenset()  # the question's content words, stemmed, in its sentences and the title
    rank: float = 0.0  # log-odds of being right, before other candidates are looked at

    @property
    def quote(self) -> str:
        """The words of the candidate, as they stand in its article."""
        return self.article.text[self.start : self.end]

    @property
    def sentence(self) -> str:
        """The whole sentences around it."""
        return self.article.text[slice(*self.context)]


def pool(
    question: str,
    passages: Sequence[RetrievedPassage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    timing: Timing = ANY_TIME,
    near: float = 0.0,
) -> list[Candidate]:
    """Every span of every passage as a candidate, best first; the same place read twice is kept once."""
    return ranked(candidates(question, passages, spans, timing, near), calibration)


def candidates(
    question: str,
    passages: Sequence[RetrievedPassage],
    spans: Sequence[Sequence[Span]],
    timing: Timing = ANY_TIME,
    near: float = 0.0,
) -> Iterator[Candidate]:
    """Every span of every passage that was read with its features, not ranked yet.

    The nearest passage counts as at least as similar to the question as `near`.
    """
    asked = replace(Question.of(without_unit(question)), text=question)
    nearest = max([near, *(passage.similarity or 0.0 for passage in passages)])
    read = list(zip(passages, spans, strict=False))
    dates = sorted({passage.article.published for passage, _ in read if passage.article.published}, reverse=True)
    for passage, found in read:
        shared = {**passage_features(asked, passage), "nearest": nearest}
        timed = partial(timing.features, passage.article, newest=dates)
        yield from _candidates(asked, passage, found, shared, timed)


def ranked(found: Iterable[Candidate], calibration: Calibration) -> list[Candidate]:
    """Candidates by their log-odds of being right, best first, one for each place."""
    best: dict[tuple[str, int, int], Candidate] = {}
    for unranked in found:
        candidate = replace(unranked, rank=calibration.candidate.logit(unranked.features))
        key = (candidate.article.id, candidate.start, candidate.end)
        if key not in best or best[key].rank < candidate.rank:
            best[key] = candidate
    return sorted(best.values(), key=lambda each: (-each.rank, each.article.id, each.start))


def _candidates(
    question: Question,
    passage: RetrievedPassage,
    spans: Sequence[Span],
    shared: Mapping[str, float],
    timed: Callable[[str], Mapping[str, float]],
) -> Iterator[Candidate]:
    """Of one passage: `shared` are its features, `timed` gives those of a sentence in it."""
    inside = sentences(passage.text, passage.article.language) if spans else []
    whole = is_yes_or_no(question.text)
    form = Form.of(question.text)
    for read in spans:
        left, right = _around(inside, read.start, read.end)
        own = span_features(question, read, passage.text, (left, right))
        features = {**shared, **own, **timed(passage.text[left:right])}
        start, end = quotable(passage.text, read.start, read.end, (left, right), whole=whole)
        start, end = form.place(passage.text, start, end, (left, right))
        if not form.can_answer(passage.text[start:end]):
            continue
        span = replace(read, start=start, end=end)
        offset = passage.passage.start
        yield Candidate(
            article=passage.article,
            start=offset + span.start,
            end=offset + span.end,
            context=(offset + left, offset + right),
            features=features,
            spoken=question.content & stems(f"{passage.article.title} {passage.text[left:right]}"),
        )


def _around(inside: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The whole sentences that `start, end` touches."""
    touched = [each for each in inside if each[0] < end and each[1] > start]
    return min([start, *(each[0] for each in touched)]), max([end, *(each[1] for each in touched)])


def passage_features(question: Question, passage: RetrievedPassage) -> dict[str, float]:
    """What retrieval knows of a passage, and how much of the question stands in it and in its article."""
    article = passage.article
    around = f"{article.title} {article.published:%d %B %Y}" if article.published else article.title
    near = stems(f"{around} {passage.text}")
    missing = question.names - near
    if missing:  # a name may stand elsewhere in the article
        missing -= article_stems(article)
    return {
        "retrieval": passage.score,
        "similarity": passage.similarity if passage.similarity is not None else 0.0,
        "lexical": 1.0 / passage.lexical_rank if passage.lexical_rank else 0.0,
        "dense": 1.0 / passage.dense_rank if passage.dense_rank else 0.0,
        "terms": _covered(question.content & near, question),
        "names": 1.0 - len(missing) / len(question.names) if question.names else 1.0,
        "unnamed": 0.0 if question.names else 1.0,
        "title": _covered(question.content & stems(article.title), question),
        "lead": 1.0 if passage.passage.start == 0 else 0.0,
    }


def _covered(found: frozenset[str], question: Question) -> float:
    """The share of the question's content words that was found; one half when it has none."""
    return len(found) / len(question.content) if question.content else 0.5


def span_features(question: Question, span: Span, text: str, sentence: tuple[int, int]) -> dict[str, float]:
    """What the span itself tells: the reader's score, how it looks, and what of the question stands around it.

    `sentence` are the offsets of the whole sentences around the span.
    """
    start, end = sentence
    context, quote = text[start:end], text[span.start : span.end]
    said_again = stems(quote)
    beside = question.content & stems(context)
    return {
        "span": span.score,
        "sure": span.score - span.null,
        "echo": len(said_again & question.content) / len(said_again) if said_again else 0.0,
        "length": math.log1p(len(words(quote))),
        "fits": matches_answer_type(question.kind, quote),
        "sentence": _covered(beside - said_again, question),
        "contrary": float(bool(contrary(question.text, context, span.start - start, span.end - start))),
    }
