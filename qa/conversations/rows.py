"""Rows of the tables of conversations as what they stand for, and the SQL that reads and searches them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from qa.conversations.database import folded
from qa.datatypes import all_citations
from qa.errors import FormatError
from qa.serialization.answers import ArticleOf
from qa.serialization.conversations import Conversation, StoredTurn, Verdict, turn_from_dict

MOST_WORDS = 20  # of a search; SQLite takes a few hundred

LISTED = """SELECT c.id, c.name, c.created, c.changed, coalesce(h.position + 1, 0)
    FROM conversations c LEFT JOIN turns h ON h.id = c.head"""
# A turn, and its place among its versions.
TURN = """SELECT t.id, t.turn, t.verdict,
        (SELECT count(*) FROM turns s WHERE s.conversation = t.conversation AND s.parent IS t.parent AND s.id <= t.id),
        (SELECT count(*) FROM turns s WHERE s.conversation = t.conversation AND s.parent IS t.parent)
    FROM turns t"""


def read_conversation(row: Sequence[Any]) -> Conversation:
    """A row of `LISTED`."""
    conversation_id, name, created, changed, turns = row
    return Conversation(conversation_id, name, datetime.fromisoformat(created), datetime.fromisoformat(changed), turns)


def read_turn(row: Sequence[Any], article_of: ArticleOf | None = None) -> StoredTurn:
    """A row of `TURN`. Raises FormatError."""
    turn_id, text, verdict, version, versions = row
    try:
        stored = turn_from_dict(json.loads(text), article_of)
        said = None if verdict is None else Verdict(verdict)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"Turn {turn_id} of a conversation cannot be read: {error}") from error
    return replace(stored, id=turn_id, verdict=said, version=version, versions=versions)


def search(words: str) -> tuple[str, list[str]]:
    """The condition on `conversations c` that each of the words is met somewhere in it, and its values."""
    wanted = list(dict.fromkeys(folded(words).split()))[:MOST_WORDS]
    one = (
        "(instr(folded(c.name), ?) OR EXISTS (SELECT 1 FROM turns w WHERE w.conversation = c.id AND instr(w.words, ?)))"
    )
    return " AND ".join([one] * len(wanted)) or "1", [word for word in wanted for _ in range(2)]


def words_of(stored: StoredTurn) -> str:
    """What a search looks at: the question, as it was typed and looked up, and the words of the answers."""
    quotes = (citation.quote for citation in all_citations(stored.answer.shown))
    said = dict.fromkeys([stored.question, stored.answer.question, *quotes])
    return folded("\n".join(said))
