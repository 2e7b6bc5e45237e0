"""Saved questions put to the articles that have come in since they were last asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from qa.datatypes import Answer, Ask, Progress, ProgressCallback, silent
from qa.watchlist.store import News, WatchedQuestion, Watchlist, quote_key

if TYPE_CHECKING:
    from qa.library import Library


def look_again(
    watchlist: Watchlist,
    ask: Ask,
    library: Library,
    *,
    possible: bool = False,
    progress: ProgressCallback | None = None,
) -> list[News]:
    """What new articles newly say to saved questions, in their order; sure answers, and with `possible` also others.

    Only new articles are read: nothing is asked when none has come in. What is told once is kept, and not told again;
    whatever ends it before its end leaves all as it was.
    """
    saved = watchlist.read()
    there = frozenset(library.store.article_ids())
    new = there - saved.seen
    found = list(_news(saved.questions, ask, new, possible, progress or silent)) if new else []
    return watchlist.report(found, there) if saved.questions and there != saved.seen else []


def _news(
    questions: tuple[WatchedQuestion, ...], ask: Ask, new: frozenset[str], possible: bool, progress: ProgressCallback
) -> Iterator[News]:
    for number, each in enumerate(questions, 1):
        among = sorted(new.intersection(each.where.article_ids) if each.where.article_ids else new)
        if among:
            answer = ask(each.question, where=replace(each.where, article_ids=tuple(among)))
            if fresh := fresh_part(answer, each, possible=possible):
                yield News(each.id, datetime.now(UTC), fresh)
        progress(Progress("ask", number, len(questions), each.question))


def fresh_part(answer: Answer, question: WatchedQuestion, *, possible: bool) -> Answer | None:
    """An answer with only the places whose words are not known of this question; None where there is none."""
    sure = tuple(each for each in answer.citations if quote_key(each.quote) not in question.told)
    maybe = tuple(each for each in answer.possible if possible and quote_key(each.quote) not in question.told)
    if not sure and not maybe:
        return None
    reason = None if sure else answer.reason
    confidence = (sure or maybe)[0].confidence
    fresh = Answer(question.question, "", confidence, sure, (), reason, maybe, answer.kind, answer.note)
    return replace(fresh, text="\n".join(each.quote for each in fresh.leading))
