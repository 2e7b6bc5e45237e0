"""Conversations that last: kept on this machine beside the library, through restarts, rebuilds and crashes.

    from qa import Assistant, Turn
    from qa.conversations.store import Conversations

    with Assistant.open("~/news") as assistant:
        kept = Conversations.beside(assistant.library)
        talk = kept.create()
        for question in ("Who resigned?", "And when?"):
            history = [each.turn for each in kept.turns(talk.id)]
            kept.append(talk.id, Turn(question, assistant.ask(question, history=history)))

A conversation is a line of turns. A turn that is edited or asked again gets another version; the line goes on from the
new one, and each version keeps the turns that followed it.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from platformdirs import user_data_path

from qa.conversations.database import NAME, folded, reading, writing
from qa.conversations.rows import PINS, TURN, listed, read_conversation, read_turn, search, words_of
from qa.datatypes import Turn, Where
from qa.errors import ConversationError, ConversationNotFound
from qa.files import make_private
from qa.loaders.article import one_line
from qa.serialization.answers import ArticleOf
from qa.serialization.conversations import Conversation, StoredTurn, turn_to_dict
from qa.text.display import shortened

if TYPE_CHECKING:
    from qa.library import Library

NAME_CHARS = 80  # of a name made from the first question
LONGEST_NAME = 300

# No parent comes after its child, so that a damaged file cannot go in circles.
_LINE = """WITH RECURSIVE line (id, parent) AS (
        SELECT id, parent FROM turns WHERE id = (SELECT head FROM conversations WHERE id = ?)
        UNION ALL SELECT before.id, before.parent FROM turns before JOIN line
            ON before.id = line.parent AND before.id < line.id)"""
_FOLLOWING = """WITH RECURSIVE following (id) AS (
        VALUES (?) UNION ALL SELECT t.id FROM turns t JOIN following ON t.parent = following.id AND t.id > following.id)
    SELECT max(id) FROM following"""


class Conversations:
    """The conversations in one file. Every method may be called from any thread, in any number of processes.

    All raise ConversationError when the file cannot be used; a damaged one is put aside then, and the next call begins
    a new one. What has an id that is not there (any more) is a ConversationNotFound.
    """

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`, made when it is first needed; its folder has to be there."""
        self.path = path

    @classmethod
    def beside(cls, library: Library) -> Self:
        """Those that belong to a library: in its folder, but no part of what a rebuild or an export is about.

        Those about a library on Milvus are on this machine, in the user's data folder.
        """
        if library.folder is not None:
            return cls(library.folder / NAME)
        folder = user_data_path("article-qa", appauthor=False) / "conversations"
        make_private(folder)
        return cls(folder / f"{sha256(library.location.encode()).hexdigest()[:16]}.db")

    # conversations

    def create(self, name: str = "") -> Conversation:
        """A new conversation; without a `name` it gets its first question as one."""
        name, conversation_id = _name(name), secrets.token_hex(8)
        with writing(self.path) as connection:
            now = _text(datetime.now(UTC))
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, ?, ?, ?, NULL)",
                (conversation_id, name, bool(name), now, now),
            )
            return _conversation(connection, conversation_id)

    def listed(self, words: str = "", *, offset: int = 0, limit: int | None = None) -> list[Conversation]:
        """Pinned ones first, then the newest: those in which all `words` occur, in any order and case.

        They are looked for in name, questions, answers and the titles of the evidence.
        """
        condition, values = search(words)
        with reading(self.path) as connection:
            rows = connection.execute(
                f"{listed(connection)} WHERE {condition} "
                "ORDER BY pinned DESC, c.changed DESC, c.rowid DESC LIMIT ? OFFSET ?",
                (*values, -1 if limit is None else limit, offset),
            ).fetchall()
        return [read_conversation(row) for row in rows]

    def count(self, words: str = "") -> int:
        """How many `listed` gives in all."""
        condition, values = search(words)
        with reading(self.path) as connection:
            row = connection.execute(
                f"SELECT count(*) FROM conversations c WHERE {condition}",  # noqa: S608
                values,
            ).fetchone()
        return int(row[0])

    def get(self, conversation_id: str) -> Conversation:
        """The conversation with this id. Raises ConversationNotFound, ConversationError."""
        with reading(self.path) as connection:
            return _conversation(connection, conversation_id)

    def rename(self, conversation_id: str, name: str) -> Conversation:
        """Give it a name of your own."""
        chosen = _name(name)
        if not chosen:
            raise ConversationError("The name is empty: give the conversation a name with letters in it.")
        with writing(self.path) as connection:
            connection.execute("UPDATE conversations SET name = ?, renamed = 1 WHERE id = ?", (chosen, conversation_id))
            return _conversation(connection, conversation_id)

    def pin(self, conversation_id: str, pinned: bool = True) -> Conversation:
        """Let it stay at the head of the list, or not any more."""
        with writing(self.path) as connection:
            _conversation(connection, conversation_id)
            connection.execute(PINS)
            connection.execute("DELETE FROM pins WHERE conversation = ?", (conversation_id,))
            if pinned:
                connection.execute("INSERT INTO pins VALUES (?)", (conversation_id,))
            return _conversation(connection, conversation_id)

    def delete(self, conversation_id: str) -> None:
        """Delete it with every version of its turns and what was said about them: overwritten, and not only hidden."""
        with writing(self.path, erasing=True) as connection:
            _conversation(connection, conversation_id)
            connection.execute(PINS)
            connection.execute("DELETE FROM pins WHERE conversation = ?", (conversation_id,))
            connection.execute("DELETE FROM turns WHERE conversation = ?", (conversation_id,))
            connection.execute("DELETE FROM conversations WHERE id = ?", (conversation_id,))

    # turns

    def turns(self, conversation_id: str, article_of: ArticleOf | None = None) -> list[StoredTurn]:
        """The turns in the order they were asked; of each the version in force.

        The passages that were considered come back only by way of `article_of`, such as `library.article`.
        Raises FormatError for a turn that is damaged or was written by a newer version.
        """
        with reading(self.path) as connection:
            _conversation(connection, conversation_id)
            rows = connection.execute(
                f"{_LINE} {TURN} WHERE t.id IN (SELECT id FROM line) ORDER BY t.position",  # noqa: S608
                (conversation_id,),
            ).fetchall()
        return [read_turn(row, article_of) for row in rows]

    def turn(self, turn_id: int, article_of: ArticleOf | None = None) -> StoredTurn:
        """One turn, in whatever version; see `turns`."""
        with reading(self.path) as connection:
            row = _row(connection, turn_id)
        return read_turn(row, article_of)

    def versions(self, turn_id: int, article_of: ArticleOf | None = None) -> list[StoredTurn]:
        """All versions of this turn, the oldest first, to be compared; see `turns`."""
        with reading(self.path) as connection:
            conversation_id, parent, _ = _place(connection, turn_id)
            rows = connection.execute(
                f"{TURN} WHERE t.conversation = ? AND t.parent IS ? ORDER BY t.id", (conversation_id, parent)
            ).fetchall()
        return [read_turn(row, article_of) for row in rows]

    def append(
        self,
        conversation_id: str,
        turn: Turn,
        *,
        where: Where | None = None,
        threshold: float | None = None,
        asked: datetime | None = None,
    ) -> StoredTurn:
        """Keep a turn behind the last one, with what it was asked with; `asked` is now unless told otherwise."""
        stored = _new(turn, where, threshold, asked)
        with writing(self.path) as connection:
            row = connection.execute(
                "SELECT c.head, h.position FROM conversations c LEFT JOIN turns h ON h.id = c.head WHERE c.id = ?",
                (conversation_id,),
            ).fetchone()
            if row is None:
                raise _no_conversation(conversation_id)
            parent, position = (row[0], row[1] + 1) if row[0] is not None else (None, 0)
            return _put(connection, conversation_id, parent, position, stored)

    def replace(
        self,
        turn_id: int,
        turn: Turn,
        *,
        where: Where | None = None,
        threshold: float | None = None,
        asked: datetime | None = None,
    ) -> StoredTurn:
        """Another version of a turn: its question edited, or the same one asked again.

        The conversation goes on from it. The turns that followed the old version stay with that one; `choose` goes
        back to them.
        """
        stored = _new(turn, where, threshold, asked)
        with writing(self.path) as connection:
            return _put(connection, *_place(connection, turn_id), stored)

    def choose(self, turn_id: int) -> None:
        """Put a version of a turn in force, and with it the newest of the turns that followed it."""
        with writing(self.path) as connection:
            conversation_id, _, position = _place(connection, turn_id)
            (head,) = connection.execute(_FOLLOWING, (turn_id,)).fetchone()
            connection.execute("UPDATE conversations SET head = ? WHERE id = ?", (head, conversation_id))
            if position == 0:
                _name_after(connection, conversation_id, read_turn(_row(connection, turn_id)).question)


# steps inside a transaction


def _put(
    connection: sqlite3.Connection, conversation_id: str, parent: int | None, position: int, stored: StoredTurn
) -> StoredTurn:
    words, topic, found = (
        words_of(stored),
        None if stored.where else folded(stored.answer.question),
        stored.answer.found or stored.answer.is_told,
    )
    (turn_id,) = connection.execute(
        "INSERT INTO turns (conversation, parent, position, words, topic, turn, found) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "RETURNING id",
        (conversation_id, parent, position, words, topic, json.dumps(turn_to_dict(stored)), found),
    ).fetchone()
    connection.execute(
        "UPDATE conversations SET head = ?, changed = ? WHERE id = ?",
        (turn_id, _text(datetime.now(UTC)), conversation_id),
    )
    if position == 0:
        _name_after(connection, conversation_id, stored.question)
    _, _, _, version, versions = _row(connection, turn_id)
    return replace(stored, id=turn_id, version=version, versions=versions)


def _name_after(connection: sqlite3.Connection, conversation_id: str, question: str) -> None:
    """The first question is the name, unless the user chose another."""
    connection.execute(
        "UPDATE conversations SET name = ? WHERE id = ? AND NOT renamed",
        (shortened(one_line(question), NAME_CHARS), conversation_id),
    )


def _conversation(connection: sqlite3.Connection, conversation_id: str) -> Conversation:
    row = connection.execute(f"{listed(connection)} WHERE c.id = ?", (conversation_id,)).fetchone()
    if row is None:
        raise _no_conversation(conversation_id)
    return read_conversation(row)


def _row(connection: sqlite3.Connection, turn_id: int) -> Any:
    row = connection.execute(f"{TURN} WHERE t.id = ?", (turn_id,)).fetchone()
    if row is None:
        raise _no_turn(turn_id)
    return row


def _place(connection: sqlite3.Connection, turn_id: int) -> tuple[str, int | None, int]:
    """The conversation of a turn, the turn before it, and its position."""
    row = connection.execute("SELECT conversation, parent, position FROM turns WHERE id = ?", (turn_id,)).fetchone()
    if row is None:
        raise _no_turn(turn_id)
    conversation_id, parent, position = row
    return conversation_id, parent, position


def _no_conversation(conversation_id: str) -> ConversationNotFound:
    return ConversationNotFound(
        f"There is no conversation {conversation_id!r}; it may have been deleted. "
        "List what is there with: article-qa conversations"
    )


def _no_turn(turn_id: int) -> ConversationNotFound:
    return ConversationNotFound(f"There is no turn {turn_id!r}; its conversation may have been deleted.")


# values


def _new(turn: Turn, where: Where | None, threshold: float | None, asked: datetime | None) -> StoredTurn:
    time = datetime.now(UTC) if asked is None else asked.astimezone(UTC)
    return StoredTurn(0, turn.question, turn.answer, time, threshold, where or Where())


def _name(name: str) -> str:
    return shortened(one_line(name), LONGEST_NAME)


def _text(time: datetime) -> str:
    """Of one length, so that texts sort as times."""
    return time.isoformat(timespec="microseconds")
