"""Answers that nothing has to be read for: what an article is about, its record, a briefing, somebody's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from qa.answering import overview
from qa.answering.speech import spoken_answer
from qa.datatypes import Answer, Article, Reason, RetrievedPassage, Turn
from qa.errors import ArticleNotFound
from qa.questions.kinds import AskedKind, Kind, asked_kind
from qa.questions.languages import Language, foreign_language
from qa.questions.operators import Scope
from qa.questions.speech import speech_question
from qa.storage.base import Store
from qa.text.question_terms import stems

Retrieve = Callable[[str], Sequence[RetrievedPassage]]
ArticleOf = Callable[[str], Article]  # raises ArticleNotFound


def told_answer(
    question: str,
    history: Sequence[Turn],
    scope: Scope,
    retrieve: Retrieve,
    article_of: ArticleOf,
    kind: Kind | None = None,
) -> Answer | None:
    """What is told of an article, a topic or two sides, or to a greeting; None for a question that is to be read for.

    `retrieve` finds passages within the scope. `kind` is that of the answer, if it was chosen.
    """
    asked = asked_kind(question, kind)
    if asked.kind is Kind.READ:
        return None
    if asked.kind is Kind.TALK:
        return overview.talk_answer(question)
    if asked.kind is Kind.TOPIC:
        return overview.briefing(question, asked.of, retrieve(asked.of))
    if asked.kind is Kind.COMPARISON:
        return overview.comparison(question, asked, [retrieve(f"{side} {asked.of}".strip()) for side in asked.sides])
    article = _meant(asked, history, scope, retrieve, article_of)
    if article is None:
        return None
    if asked.kind is Kind.RECORD:
        return overview.record_answer(question, asked, article)
    return overview.about_answer(question, article)


def foreign_answer(question: str, retrieve: Retrieve) -> Answer | None:
    """That no article found is in the language of the question; None where one is, and for a question in English."""
    language = foreign_language(question)
    if language is None:
        return None
    passages = retrieve(question)
    if any(_is_in(language, each) for each in passages):
        return None
    note = f"The question seems to be in {language.name}; no article found for it is."
    return Answer(question, "", 0.0, (), tuple(passages), Reason.NOTHING_RELEVANT, note=note)


def _is_in(language: Language, retrieved: RetrievedPassage) -> bool:
    """Whether an article is in a language: as it says itself, else as its words and letters tell."""
    if own := retrieved.article.language:
        return own in language.codes
    read = foreign_language(retrieved.text)
    return read is not None and bool(read.codes & language.codes)


def _meant(
    asked: AskedKind, history: Sequence[Turn], scope: Scope, retrieve: Retrieve, article_of: ArticleOf
) -> Article | None:
    """The article that is named by its title or its topic, else the only one asked of, else the last one cited."""
    if asked.article:
        wanted = stems(asked.article)
        near = (
            each.article for each in retrieve(asked.article) if wanted <= stems(f"{each.article.title} {each.text}")
        )
        return next(near, None)
    cited = [turn.answer.best.article_id for turn in history if turn.answer.best]
    meant = scope.where.article_ids if len(scope.where.article_ids) == 1 else cited[-1:]
    try:
        return article_of(meant[0]) if meant else None
    except ArticleNotFound:
        return None


def quoted_answer(question: str, scope: Scope, retrieve: Retrieve, store: Store, limit: int) -> Answer | None:
    """Somebody's own words, for a question after them; None for any other question, or where none are known."""
    asked = speech_question(question)
    if asked is None or not asked.speaker:
        return None
    answer = spoken_answer(question, asked, store, where=scope.where or None, limit=limit)
    if answer is None:
        return None
    return replace(answer, passages=tuple(retrieve(question)))
