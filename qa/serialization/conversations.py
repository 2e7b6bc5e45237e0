"""Turns and conversations as they are kept, and their JSON form, in the manner of `qa.serialization.answers`.

    turn          question (as typed), asked (UTC, ISO), verdict (null, or one of `Verdict`), version, versions,
                  settings (threshold (or null), where (published_from, published_to, sources, article_ids)),
                  answer (its `question` is the completed one)
    conversation  id, name, created, changed (UTC, ISO), turns; articles, where the texts of the cited articles are
                  carried along

An answer is kept with the words it cites and the sentences around them: that is the user's own record, and stays until
the conversation is deleted. Of articles that were read and not cited nothing is kept but ids and offsets, so that an
article's text goes from the disk when it is removed from the library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from qa.datatypes import Answer, Turn, Where
from qa.errors import FormatError
from qa.serialization.answers import ArticleOf, answer_from_dict, answer_to_dict, iso
from qa.serialization.fields import JsonObject, day_or_none, get, get_or_none, json_object, number_or_none, shown, texts

TURN_FORMAT = "article-qa/turn/1"
CONVERSATION_FORMAT = "article-qa/conversation/1"


class Verdict(StrEnum):
    """What the user says about an answer."""

    RIGHT = "right"  # also of "not found": the articles do not say
    WRONG_ANSWER = "wrong_answer"  # it is not so, or the articles do say
    WRONG_EVIDENCE = "wrong_evidence"  # it may be so, but not because of the place that is cited


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation in a list of them; `turns` is how many it has now."""

    id: str
    name: str
    created: datetime  # both UTC
    changed: datetime
    turns: int
    pinned: bool = False  # it stays at the head of the list


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """One question as it was typed, its whole answer, and what it was asked with.

    `version` counts from 1 among the `versions` of this turn: the question edited, or asked again.
    """

    id: int
    question: str
    answer: Answer
    asked: datetime  # UTC
    threshold: float | None = None
    where: Where = field(default_factory=Where)
    verdict: Verdict | None = None
    version: int = 1
    versions: int = 1

    @property
    def turn(self) -> Turn:
        """As `Assistant.ask` takes it for its history."""
        return Turn(self.question, self.answer)


def turn_to_dict(stored: StoredTurn) -> JsonObject:
    """The JSON form of a turn with its answer, `article-qa/turn/1`."""
    return {
        "format": TURN_FORMAT,
        "question": stored.question,
        "asked": stored.asked.astimezone(UTC).isoformat(),
        "verdict": None if stored.verdict is None else stored.verdict.value,
        "version": stored.version,
        "versions": stored.versions,
        "settings": {"threshold": stored.threshold, "where": where_to_dict(stored.where)},
        "answer": answer_to_dict(stored.answer, passage_texts=False),
    }


def where_to_dict(where: Where) -> JsonObject:
    """The JSON form of a filter."""
    return {
        "published_from": iso(where.published_from),
        "published_to": iso(where.published_to),
        "sources": list(where.sources),
        "article_ids": list(where.article_ids),
        **({"tags": list(where.tags)} if where.tags else {}),
    }


def heading_to_dict(conversation: Conversation) -> JsonObject:
    """All but the turns themselves, of which there is the number."""
    return {
        "id": conversation.id,
        "name": conversation.name,
        "created": conversation.created.isoformat(),
        "changed": conversation.changed.isoformat(),
        "turns": conversation.turns,
    }


def conversation_to_dict(
    conversation: Conversation, turns: Sequence[StoredTurn], articles: Sequence[JsonObject] | None = None
) -> JsonObject:
    """`articles` are those to carry along (see `qa.serialization.answers.carried`)."""
    values: JsonObject = {
        "format": CONVERSATION_FORMAT,
        **heading_to_dict(conversation),
        "turns": [turn_to_dict(turn) for turn in turns],
    }
    return values if articles is None else values | {"articles": list(articles)}


def turn_from_dict(values: object, article_of: ArticleOf | None = None, turn_id: int = 0) -> StoredTurn:
    """The turn that `turn_to_dict` wrote down; for `article_of` see `answer_from_dict`. Raises FormatError."""
    fields = json_object(values, "a turn")
    if fields.get("format") != TURN_FORMAT:
        raise FormatError(
            f"format {fields.get('format')!r}: this is not a turn in the form {TURN_FORMAT!r}. It may have been "
            "written by a newer version of article-qa: upgrade article-qa."
        )
    settings = json_object(fields.get("settings"), "'settings'")
    return StoredTurn(
        id=turn_id,
        question=get(fields, "question", str),
        answer=answer_from_dict(fields.get("answer"), article_of),
        asked=_time(fields, "asked"),
        threshold=number_or_none(settings, "threshold"),
        where=where_from_dict(settings.get("where")),
        verdict=_verdict(fields),
        version=get(fields, "version", int),
        versions=get(fields, "versions", int),
    )


def where_from_dict(values: object) -> Where:
    """A filter from its JSON form. Raises FormatError."""
    fields = json_object(values, "'where'")
    return Where(
        published_from=day_or_none(fields, "published_from"),
        published_to=day_or_none(fields, "published_to"),
        sources=texts(fields, "sources"),
        article_ids=texts(fields, "article_ids"),
        tags=texts(fields, "tags") if "tags" in fields else (),
    )


def _time(fields: Mapping[str, object], name: str) -> datetime:
    text = get(fields, name, str)
    try:
        time = datetime.fromisoformat(text)
        return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise FormatError(f"{name!r} should be a time like 2025-05-12T09:30:00+00:00, not {shown(text)}.") from None


def _verdict(fields: Mapping[str, object]) -> Verdict | None:
    text = get_or_none(fields, "verdict", str)
    try:
        return None if text is None else Verdict(text)
    except ValueError:
        raise FormatError(f"'verdict' should be null or one of {', '.join(Verdict)}, not {shown(text)}.") from None
