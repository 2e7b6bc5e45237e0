"""From spans in passages to one answer: pool, calibrate, cite. Pure: no model, no index, no file."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from qa.answering.calibration import Calibration
from qa.answering.citing import citation_of, resolved_dates
from qa.answering.evidence import article_stems, missing
from qa.answering.forms import Form
from qa.answering.polarity import contrary
from qa.answering.spans import is_yes_or_no, quotable
from qa.answering.timing import ANY_TIME, Timing
from qa.datatypes import Answer, Article, Citation, Reason, RetrievedPassage, Span
from qa.news.asked_dates import wants_date
from qa.news.dates import is_relative
from qa.text.question_terms import Question, matches_answer_type, stems, words
from qa.text.segmentation import sentences

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

_SMALL_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve 0 1 2 3 4 5 6 7 8 9 10 11 12".split()
)
_LEADING = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A span of an article that may answer; `start` and `end` are offsets into the article's text."""

    article: Article
    start: int
    end: int
    context: tuple[int, int]  # the whole sentences around it, offsets likewise
    features: Mapping[str, float]
    rank: float = 0.0  # log-odds of being right, before other candidates are looked at

    @property
    def quote(self) -> str:
        """The words of the candidate, as they stand in its article."""
        return self.article.text[self.start : self.end]


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
) -> Answer:
    """The answer to a question from its passages, best first, and the reader's spans of the first of them.

    `spans[i]` has offsets into `passages[i].text`. What was not read has no spans. From confidence `threshold` up an
    answer is sure, from `possible` up it is shown as one to be checked. `timing` is what the question says of time,
    and `goes_on` tells that it continues a conversation.
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
    rated = list(zip(groups, confidences(groups, calibration)[:max_answers], strict=False))
    confidence = rated[0][1]
    cited = [cite(question, group, rating) for group, rating in rated if rating >= min(threshold, possible)]
    sure = tuple(each for each in cited if each.confidence >= threshold and not each.missing)
    unsure = tuple(each for each in cited if each not in sure)
    if sure:
        text = sure[0].dated_quote if wants_date(question) else sure[0].quote
        return Answer(question, text, confidence, sure, considered, possible=unsure)
    return Answer(question, "", confidence, (), considered, _reason(confidence, groups), unsure)


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
    asked = Question.of(question)
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
        )


def _around(inside: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """The whole sentences that `start, end` touches."""
    touched = [each for each in inside if each[0] < end and each[1] > start]
    return min([start, *(each[0] for each in touched)]), max([end, *(each[1] for each in touched)])


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


def confidences(groups: Sequence[Sequence[Candidate]], calibration: Calibration) -> list[float]:
    """The probability that each group's answer is right: of the first by the calibration, of the others by their
    odds against the first. Different answers share one whole.
    """
    sure = [calibration.confidence.probability(judgement(groups))]
    for group in groups[1:]:
        sure.append(min(max(0.0, 1.0 - sum(sure)), sure[0] * math.exp(group[0].rank - groups[0][0].rank)))
    return sure


def judgement(groups: Sequence[Sequence[Candidate]]) -> dict[str, float]:
    """What is known of the answer that comes first: its own features, and how it stands among the others.

    `share` is the softmax of its rank over all groups of the question; `repeats` counts further articles that say
    the same, at most 3.
    """
    first = groups[0][0]
    return {
        **first.features,
        "rank": first.rank,
        "share": 1.0 / sum(math.exp(group[0].rank - first.rank) for group in groups),
        "repeats": float(min(3, len({member.article.id for member in groups[0]}) - 1)),
    }


def cite(question: str, group: Sequence[Candidate], confidence: float) -> Citation:
    """The citation of a group's best place, with the group's other places as its repeats."""
    first, *others = [_citation(question, member, confidence) for member in group]
    return replace(first, repeats=tuple(others))


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


def _reason(confidence: float, groups: Sequence[Sequence[Candidate]]) -> Reason:
    """Whether any article is about the matter, by what was found in it, or by how near its best passage is."""
    known = (group[0].features for group in groups)
    about = confidence >= ABOUT or groups[0][0].features["nearest"] >= NEAR
    about = about or any(each["terms"] >= (0.5 if each["names"] == 1.0 else MOST) for each in known)
    return Reason.NOT_SURE if about else Reason.NOTHING_RELEVANT


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _same_answer(one: Candidate, other: Candidate) -> bool:
    """Whether two places say the same: "Friday" or "four" in another article is of something else."""
    if _overlap(one, other):
        return True
    if normalised_quote(one.quote) != normalised_quote(other.quote):
        return False
    return one.article.id == other.article.id or not is_unspecific(one.quote)


def is_unspecific(quote: str) -> bool:
    """Whether the same words mean something else in every story: a weekday, "yesterday", a number under 13."""
    return is_relative(quote) or normalised_quote(quote) in _SMALL_NUMBERS


def normalised_quote(quote: str) -> str:
    """A quote without case, punctuation and a leading article: equal for mere repeats."""
    plain = unicodedata.normalize("NFC", _LEADING.sub("", quote)).casefold()
    return " ".join(words(plain)) or quote


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
    unit = Form.of(question).missing(article.text, candidate.start, candidate.end)
    return (*missing(question, article, start, end), *([against] if against else []), *unit)
