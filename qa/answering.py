"""From spans in passages to one answer: pool, calibrate, cite. Pure: no model, no index, no file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from qa.calibration import Calibration
from qa.datatypes import Answer, Article, Citation, Reason, RetrievedPassage, Span
from qa.errors import CitationError
from qa.terms import Question, stems, words
from qa.text import sentences

# Below this confidence in the best candidate, and without the question's own names in its place, the articles are
# taken not to be about the matter at all.
ABOUT = 0.1

_LEADING = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of an article that may answer; `start` and `end` are offsets into the article's text."""

    article: Article
    start: int
    end: int
    passage: RetrievedPassage
    features: Mapping[str, float]
    rank: float  # log-odds of being right, before other candidates are looked at

    @property
    def quote(self) -> str:
        return self.article.text[self.start : self.end]


def answer(
    question: str,
    passages: Sequence[RetrievedPassage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    *,
    threshold: float,
    max_answers: int,
) -> Answer:
    """The answer to a question from its passages, best first, and the reader's spans of the first of them.

    `spans[i]` has offsets into `passages[i].text`. What was not read has no spans.
    """
    read = [
        replace(passage, reading=max((span.score for span in found), default=None))
        for passage, found in zip(passages, spans, strict=False)
    ]
    considered = (*read, *passages[len(read) :])
    groups = merge(pool(question, read, spans, calibration))
    if not groups:
        reason = Reason.NOTHING_RELEVANT if passages else Reason.NO_ARTICLES
        return Answer(question, "", 0.0, (), considered, reason)
    judged = [(calibration.confidence.probability(judgement(groups, i)), group) for i, group in enumerate(groups)]
    best, first = judged[0]
    if best < threshold:
        return Answer(question, "", best, (), considered, _reason(best, first[0]))
    citations = [cite(group, confidence) for confidence, group in judged if confidence >= threshold][:max_answers]
    return Answer(question, citations[0].quote, best, tuple(citations), considered)


def pool(
    question: str,
    passages: Sequence[RetrievedPassage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
) -> list[Candidate]:
    """Every span of every passage as a candidate, best first; the same place read twice is kept once."""
    asked = Question.of(question)
    best: dict[tuple[str, int, int], Candidate] = {}
    for passage, found in zip(passages, spans, strict=False):
        shared = passage_features(asked, passage)
        for span in found:
            start, end = passage.passage.start + span.start, passage.passage.start + span.end
            features = {**shared, **span_features(asked, span, passage.article.text[start:end])}
            rank = calibration.candidate.logit(features)
            key = (passage.article.id, start, end)
            if key not in best or best[key].rank < rank:
                best[key] = Candidate(passage.article, start, end, passage, features, rank)
    return sorted(best.values(), key=lambda each: (-each.rank, each.article.id, each.start))


def merge(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Candidates, best first, in groups that give the same answer; each group opens with its best.

    Two give the same answer when they overlap in one article, or say the same words.
    """
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        home = next((group for group in groups if _same_answer(group[0], candidate)), None)
        if home is None:
            groups.append([candidate])
        elif not any(_overlap(candidate, member) for member in home):
            home.append(candidate)
    return groups


def judgement(groups: Sequence[Sequence[Candidate]], index: int) -> dict[str, float]:
    """What is known of the answer of one group: its own features, and how it stands among the others.

    `margin` is the distance in log-odds to the best other group, negative for all but the first, held within +-4;
    `repeats` counts further articles that say the same, at most 3.
    """
    group = groups[index]
    others = [other[0].rank for i, other in enumerate(groups) if i != index]
    margin = group[0].rank - max(others) if others else 4.0
    articles = {member.article.id for member in group}
    return {
        **group[0].features,
        "rank": group[0].rank,
        "margin": max(-4.0, min(4.0, margin)),
        "repeats": float(min(3, len(articles) - 1)),
    }


def cite(group: Sequence[Candidate], confidence: float) -> Citation:
    """The citation of a group's best place, with the group's other places as its repeats."""
    first, *others = [_citation(member, confidence) for member in group]
    return replace(first, repeats=tuple(others))


def verify(citations: Iterable[Citation], texts: Mapping[str, str]) -> None:
    """Raise CitationError unless every quote and context is exactly what stands at its place.

    `texts` maps article ids to the stored texts.
    """
    for citation in citations:
        text = texts[citation.article_id]
        if not citation.quote or text[citation.start : citation.end] != citation.quote:
            raise CitationError(
                f"{citation.article_id}[{citation.start}:{citation.end}] is not the quote {citation.quote!r}."
            )
        if text[citation.context_start : citation.context_end] != citation.context:
            raise CitationError(f"{citation.article_id}: the context at {citation.context_start} is not in the text.")
        verify(citation.repeats, texts)


def passage_features(question: Question, passage: RetrievedPassage) -> dict[str, float]:
    """What retrieval knows of a passage, and how much of the question stands in it and in its article."""
    article = passage.article
    around = f"{article.title} {article.published:%d %B %Y}" if article.published else article.title
    near = stems(f"{around} {passage.text}")
    missing = question.names - near
    if missing:  # a name may stand elsewhere in the article
        missing -= stems(article.text)
    return {
        "retrieval": passage.score,
        "similarity": passage.similarity if passage.similarity is not None else 0.0,
        "lexical": 1.0 / passage.lexical_rank if passage.lexical_rank else 0.0,
        "dense": 1.0 / passage.dense_rank if passage.dense_rank else 0.0,
        "terms": len(question.content & near) / len(question.content) if question.content else 0.5,
        "names": 1.0 - len(missing) / len(question.names) if question.names else 1.0,
        "unnamed": 0.0 if question.names else 1.0,
    }


def span_features(question: Question, span: Span, quote: str) -> dict[str, float]:
    """The reader's score, and the look of the quote: how much of it only says the question again, and its length."""
    said_again = stems(quote)
    return {
        "span": span.score,
        "echo": len(said_again & question.content) / len(said_again) if said_again else 0.0,
        "length": math.log1p(len(words(quote))),
    }


def _reason(confidence: float, best: Candidate) -> Reason:
    about = confidence >= ABOUT or (best.features["names"] == 1.0 and best.features["terms"] >= 0.5)
    return Reason.NOT_SURE if about else Reason.NOTHING_RELEVANT


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _same_answer(one: Candidate, other: Candidate) -> bool:
    return _overlap(one, other) or said(one.quote) == said(other.quote)


def said(quote: str) -> str:
    """A quote without case, punctuation and a leading article: equal for mere repeats."""
    plain = unicodedata.normalize("NFC", _LEADING.sub("", quote)).casefold()
    return " ".join(words(plain)) or quote


def _citation(candidate: Candidate, confidence: float) -> Citation:
    article = candidate.article
    start, end = _context(candidate)
    return Citation(
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        start=candidate.start,
        end=candidate.end,
        quote=candidate.quote,
        context=article.text[start:end],
        context_start=start,
        confidence=confidence,
    )


def _context(candidate: Candidate) -> tuple[int, int]:
    """The offsets of the whole sentences that hold the candidate, within its passage."""
    offset = candidate.passage.passage.start
    touched = [
        (start + offset, end + offset)
        for start, end in sentences(candidate.passage.text, candidate.article.language)
        if start + offset < candidate.end and end + offset > candidate.start
    ]
    starts, ends = [start for start, _ in touched], [end for _, end in touched]
    return min([candidate.start, *starts]), max([candidate.end, *ends])
