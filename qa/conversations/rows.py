"""Rows of the tables of conversations as what they stand for, and the SQL that reads and searches them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from qa.conversations.database import folded
from qa.datatypes import all_citations
from qa.errors import FormatError
from qa.serialization.answers import ArticleOf
from qa.serialization.conversations import Conversation, StoredTurn, Verdict, turn_from_dict

# In the name, in what was asked and answered, or in a title of the evidence. A damaged turn has no titles.
_HAS_WORD = """(instr(folded(c.name), ?) OR EXISTS (
    SELECT 1 FROM turns w WHERE w.conversation = c.id AND (instr(w.words, ?) OR EXISTS (
        SELECT 1 FROM json_tree(CASE WHEN json_valid(w.turn) THEN w.turn ELSE 'null' END, '$.answer') t
        WHERE t.key = 'title' AND instr(folded(t.value), ?)))))"""
MOST_WORDS = 20  # of a search; SQLite takes a few hundred

_LISTED = """SELECT c.id, c.name, c.created, c.changed, coalesce(h.position + 1, 0), {pinned} AS pinned
    FROM conversations c LEFT JOIN turns h ON h.id = c.head"""
PINS = "CREATE TABLE IF NOT EXISTS pins (conversation TEXT PRIMARY KEY) WITHOUT ROWID"  # made with the first of them
# A turn, and its place among its versions.
TURN = """SELECT t.id, t.turn, t.verdict,
        (SELECT count(*) FROM turns s WHERE s.conversation = t.conversation AND s.parent IS t.parent AND s.id <= t.id),
        (SELECT count(*) FROM turns s WHERE s.conversation = t.conversation AND s.parent IS t.parent)
    FROM turns t"""


def listed(connection: sqlite3.Connection) -> str:
    """What a list of conversations is read by; a file in which none was ever pinned has no table of them."""
    has_pins = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pins'").fetchone()
    return _LISTED.format(pinned="EXISTS (SELECT 1 FROM pins p WHERE p.conversation = c.id)" if has_pins else "0")


def read_conversation(row: Sequence[Any]) -> Conversation:
    """A row of `listed`."""
    conversation_id, name, created, changed, turns, pinned = row
    times = datetime.fromisoformat(created), datetime.fromisoformat(changed)
    return Conversation(conversation_id, name, *times, turns, bool(pinned))


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
    return " AND ".join([_HAS_WORD] * len(wanted)) or "1", [word for word in wanted for _ in range(3)]


def words_of(stored: StoredTurn) -> str:
    """What a search looks at: the question, as it was typed and looked up, and the words of the answers."""
    quotes = (citation.quote for citation in all_citations(stored.answer.shown))
    said = dict.fromkeys([stored.question, stored.answer.question, *quotes])
    return folded("\n".join(said))
