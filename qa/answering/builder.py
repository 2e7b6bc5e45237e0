"""From spans in passages to one answer: pool, merge, calibrate, cite. Pure: no model, no index, no file."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from qa.answering.agreement import merge, witnesses
from qa.answering.calibration import Calibration
from qa.answering.candidates import Candidate, pool
from qa.answering.citing import citation_of, resolved_dates
from qa.answering.evidence import missing
from qa.answering.forms import Form
from qa.answering.ledger import newest_first
from qa.answering.polarity import contrary
from qa.answering.timing import ANY_TIME, Timing
from qa.datatypes import Answer, Citation, Reason, RetrievedPassage, Span
from qa.news.asked_dates import wants_date

# Below this confidence in the best candidate, and without the question's own names in its place, the articles are
# taken not to be about the matter at all.
ABOUT = 0.2
# Or with this cosine of question and nearest passage: of 500 questions about what is in no article, 5% reach it.
NEAR = 0.58
# Or with this share of the question's words in a passage, though a name or a year of it is in another.
MOST = 0.6
# What the nearest passage counts as at least in a question that continues a conversation: it leaves out much, or has
# words in brackets that lie far from any passage. Here this feature speaks neither for nor against an answer.
FAMILIAR = 0.66


def build_answer(
    question: str,
    passages: Sequence[RetrievedPassage],
    spans: Sequence[Sequence[Span]],
    calibration: Calibration,
    *,
    threshold: float,
    possible: float = 1.0,
    max_answers: int,
    timing: Timing = ANY_TIME,
    goes_on: bool = False,
    copies: Mapping[str, str] | None = None,
) -> Answer:
    """The answer to a question from its passages, best first, and the reader's spans of the first of them.

    `spans[i]` has offsets into `passages[i].text`. What was not read has no spans. From confidence `threshold` up an
    answer is sure, from `possible` up it is shown as one to be checked. `timing` is what the question says of time,
    and `goes_on` tells that it continues a conversation. `copies` gives the group of copies of one text that an article
    is in, by id.
    """
    read = [
        replace(passage, reading=max((span.score for span in found), default=None))
        for passage, found in zip(passages, spans, strict=False)
    ]
    considered = (*read, *passages[len(read) :])
    near = FAMILIAR if goes_on else 0.0
    groups = merge(pool(question, considered, spans, calibration, timing, near))
    if not groups:
        reason = Reason.NOTHING_RELEVANT if passages else Reason.NO_ARTICLES
        return Answer(question, "", 0.0, (), considered, reason)
    rated = list(zip(groups, confidences(groups, calibration, copies)[:max_answers], strict=False))
    shown = min(threshold, possible)
    cited = [cite(question, group, rating, copies) for group, rating in rated if rating >= shown]
    cited, note = (cited, "") if timing.period else newest_first(question, cited)
    confidence = cited[0].confidence if cited else rated[0][1]
    sure = tuple(each for each in cited if each.confidence >= threshold and not each.missing)
    unsure = tuple(each for each in cited if each not in sure)
    if sure:
        text = sure[0].dated_quote if wants_date(question) else sure[0].quote
        return Answer(question, text, sure[0].confidence, sure, considered, possible=unsure, note=note)
    return Answer(question, "", confidence, (), considered, _reason(confidence, groups), unsure)


def confidences(
    groups: Sequence[Sequence[Candidate]], calibration: Calibration, copies: Mapping[str, str] | None = None
) -> list[float]:
    """The probability that each group's answer is right: of the first by the calibration, of the others by their
    odds against the first. Different answers share one whole.
    """
    sure = [calibration.confidence.probability(judgement(groups, copies))]
    for group in groups[1:]:
        sure.append(min(max(0.0, 1.0 - sum(sure)), sure[0] * math.exp(group[0].rank - groups[0][0].rank)))
    return sure


def judgement(groups: Sequence[Sequence[Candidate]], copies: Mapping[str, str] | None = None) -> dict[str, float]:
    """What is known of the answer that comes first: its own features, and how it stands among the others.

    `share` is the softmax of its rank over all groups of the question; `repeats` counts further articles that say
    the same in other words around it, at most 3: a copy is no second witness.
    """
    first = groups[0][0]
    return {
        **first.features,
        "rank": first.rank,
        "share": 1.0 / sum(math.exp(group[0].rank - first.rank) for group in groups),
        "repeats": float(min(3, witnesses(groups[0], copies) - 1)),
    }


def cite(
    question: str, group: Sequence[Candidate], confidence: float, copies: Mapping[str, str] | None = None
) -> Citation:
    """The citation of a group's best place, with the group's other places as its repeats."""
    first, *others = [_citation(question, member, confidence) for member in group]
    own, all_of_them = witnesses(group, copies), len({member.article.id for member in group})
    return replace(first, repeats=tuple(others), independent=own if own < all_of_them else 0)


def _reason(confidence: float, groups: Sequence[Sequence[Candidate]]) -> Reason:
    """Whether any article is about the matter, by what was found in it, or by how near its best passage is."""
    known = (group[0].features for group in groups)
    about = confidence >= ABOUT or groups[0][0].features["nearest"] >= NEAR
    about = about or any(each["terms"] >= (0.5 if each["names"] == 1.0 else MOST) for each in known)
    return Reason.NOT_SURE if about else Reason.NOTHING_RELEVANT


def _citation(question: str, candidate: Candidate, confidence: float) -> Citation:
    article = candidate.article
    return replace(
        citation_of(article, (candidate.start, candidate.end), candidate.context),
        confidence=confidence,
        resolved=resolved_dates(article, candidate.start, candidate.end),
        missing=_missing(question, candidate),
        items=Form.of(question).items(article.text, candidate.start, candidate.end),
    )


def _missing(question: str, candidate: Candidate) -> tuple[str, ...]:
    """What of the question is not said there: its names and numbers, and a word whose contrary is said instead."""
    article, (start, end) = candidate.article, candidate.context
    against = contrary(question, article.text[start:end], candidate.start - start, candidate.end - start)
    form = Form.of(question)
    unit = form.missing(article.text, candidate.start, candidate.end)
    names = (each for each in missing(question, article, start, end) if not form.names_unit(each))
    return (*names, *([against] if against else []), *unit)
