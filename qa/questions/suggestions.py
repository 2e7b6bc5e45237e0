"""Suggested next questions: made from the article, and each asked before it is offered, so that it has an answer.

No LLM: `qa.questions.patterns` makes drafts from the article's sentences; a draft is offered only when the assistant
finds its answer in that article, at the place that it was made from, with a good confidence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from qa.datatypes import Answer, Article, Citation, Turn, Where, all_citations
from qa.errors import ArticleNotFound
from qa.questions.patterns import CandidateQuestion, Kind, drafts, tells_who
from qa.text.likeness import is_alike
from qa.text.question_terms import stems

TRIES = 6  # questions asked at most: each takes as long as a question of the user's
CONFIDENCE = 0.5  # that an answer needs for its question to be offered
SAME = 0.6  # share of common words from which two questions are taken for the same

# How welcome a question is by what it asks for, and how much less each further one of its kind is.
_WORTH: dict[Kind, float] = {
    "said": 1.0, "how many": 1.0, "why": 1.0, "when": 0.9, "what": 0.8, "where": 0.8, "age": 0.8, "who": 0.7,
    "who is": 0.6,
}  # fmt: skip
_AGAIN = 0.3
_RELATED = 0.3  # for speaking of what was just answered
_LATE = 0.3  # less at the end of the article than at its beginning


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the article with this id answers, with the words at `text[start:end]`."""

    question: str
    article_id: str
    start: int
    end: int


class Ask(Protocol):
    """Answers one question, as `Assistant.ask` does."""

    def __call__(self, question: str, *, history: Sequence[Turn], where: Where | None) -> Answer:
        """The answer; raises QAError."""
        ...


def suggestions(
    ask: Ask,
    article_of: Callable[[str], Article],
    about: Answer | Article,
    asked: Sequence[str] = (),
    count: int = 3,
    budget_seconds: float = 5.0,
    where: Where | None = None,
    confidence: float = CONFIDENCE,
) -> Iterator[Suggestion]:
    """At most `count` next questions about an article, or about the one that an answer cites, best first.

    Lazy: each is looked for when it is taken, so one may stop at any time. No question is begun that would probably
    end after `budget_seconds` from the first. `asked` are not suggested again, nor what an answer already shows.
    An answer needs at least this `confidence`. `where` is the filter in force; `article_of` gives the article with an
    id, or raises ArticleNotFound. Raises what `ask` raises.
    """
    article = about if isinstance(about, Article) else _article(article_of, about)
    if article is None:
        return
    answer = about if isinstance(about, Answer) else None
    shown = list(answer.shown) if answer else []
    known = [stems(question) for question in (*asked, *([answer.question] if answer else ()))]
    sentences: set[int] = set()
    begun, longest, tries = time.monotonic(), 0.0, 0
    for draft in ordered(drafts(article.text, article.language), answer):
        if count < 1 or tries == TRIES or time.monotonic() - begun + longest > budget_seconds:
            return
        if draft.sentence in sentences or any(is_alike(stems(draft.question), other, SAME) for other in known):
            continue
        before = time.monotonic()
        found = _answered(ask, draft, article, answer, where, confidence)
        longest, tries = max(longest, time.monotonic() - before), tries + 1
        if found is not None and not _is_known(found, shown, known):
            yield Suggestion(draft.question, article.id, found.start, found.end)
            count -= 1
            shown.append(found)
            known.append(stems(draft.question))
            sentences.add(draft.sentence)


def ordered(found: Sequence[CandidateQuestion], answer: Answer | None = None) -> list[CandidateQuestion]:
    """Candidates by how welcome they are as next questions: various, early in the article, near what was answered."""
    near = stems(f"{answer.best.quote} {answer.best.context}") if answer and answer.best else set()
    last = max((draft.end for draft in found), default=1)
    worth = {
        draft: _WORTH[draft.kind] - _LATE * draft.start / last + (_RELATED if stems(draft.question) & near else 0.0)
        for draft in found
    }
    chosen: list[CandidateQuestion] = []
    while worth:
        best = max(worth, key=lambda draft: (worth[draft], -draft.start, draft.question))
        chosen.append(best)
        del worth[best]
        for draft in worth:
            worth[draft] -= _AGAIN if draft.kind == best.kind else 0.0
    return chosen


def _article(article_of: Callable[[str], Article], answer: Answer) -> Article | None:
    """The article that an answer is from, as it is stored; None when there is none (any more)."""
    try:
        return article_of(answer.best.article_id) if answer.best else None
    except ArticleNotFound:
        return None


def _answered(
    ask: Ask,
    draft: CandidateQuestion,
    article: Article,
    answer: Answer | None,
    where: Where | None,
    confidence: float,
) -> Citation | None:
    """The place that answers a draft, asked as it would be after `answer`; None when that is not the one expected."""
    history = [Turn(answer.question, answer)] if answer else []
    found = ask(draft.question, history=history, where=where)
    if not found.found or found.confidence < confidence or found.question != draft.question:
        return None
    best = found.citations[0]
    if draft.kind == "who is" and not tells_who(best.quote):
        return None  # nobody learns anything from "President"
    is_expected = best.article_id == article.id and best.start < draft.end and draft.start < best.end
    return best if is_expected else None


def _is_known(found: Citation, shown: Sequence[Citation], known: Sequence[frozenset[str]]) -> bool:
    """Whether an answer has been shown, or was in a question that was asked."""
    said = stems(found.quote)
    return any(_overlap(found, place) for place in all_citations(shown)) or any(said <= question for question in known)


def _overlap(one: Citation, other: Citation) -> bool:
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end
