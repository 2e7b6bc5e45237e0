"""The SQLite file that conversations are kept in: how it is made, opened and, when it is damaged, put aside.

It lies beside the library's generations, so that no rebuild touches it. It is opened anew for each piece of work: many
threads and processes may do so at once, nobody holds on to a file that has been replaced, and who closes it last
empties the log, so that nothing deleted stays on the disk.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from qa.errors import ConversationError
from qa.sqlite import connect, make_durable

NAME = "conversations.db"
APPLICATION = 0x61716163  # "aqac": tells this file from any other that SQLite can read
SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0

_TABLES = (
    # head: the last turn; the turns before it are found by way of `parent`. renamed: 1 when the user chose the name
    """CREATE TABLE conversations (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, renamed INTEGER NOT NULL, created TEXT NOT NULL, changed TEXT NOT NULL,
        head INTEGER)""",
    # Turns with one parent are versions of each other: asked again, or edited. position: how many turns are before it.
    # words: what a search looks at. topic: the completed question, folded; none when it was asked of a part of the
    # articles only. dismissed: 1 when it no longer counts as feedback
    """CREATE TABLE turns (
        id INTEGER PRIMARY KEY AUTOINCREMENT, conversation TEXT NOT NULL REFERENCES conversations (id), parent INTEGER,
        position INTEGER NOT NULL, words TEXT NOT NULL, topic TEXT, turn TEXT NOT NULL, found INTEGER NOT NULL,
        verdict TEXT, dismissed INTEGER NOT NULL DEFAULT 0)""",
    "CREATE INDEX turns_conversation ON turns (conversation, parent)",
    "CREATE INDEX conversations_newest ON conversations (changed)",
)


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """One consistent look at the file. See `_opened` for what is raised."""
    with _opened(path) as connection:
        connection.execute("BEGIN")
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def writing(path: Path, *, erasing: bool = False) -> Iterator[sqlite3.Connection]:
    """One transaction: all of it is kept, or nothing; `erasing` takes what it deletes out of the log as well."""
    with _opened(path) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        if erasing:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection, to a new file if there is none. Raises ConversationError; a damaged file is put aside first."""
    try:
        identity = _made(path)
        connection = _connected(path)
    except OSError as error:
        raise _unusable(path, error) from error
    damage: Exception
    try:
        _check(connection, path)
        yield connection
    except sqlite3.DatabaseError as error:
        if not _is_damage(error):
            _report(path, error)
            raise
        damage = error
    except _ForeignFile as error:
        damage = error
    else:
        return
    finally:
        connection.close()
    raise _put_aside(path, identity, damage) from damage


class _ForeignFile(Exception):
    """A database, but not one of ours."""


def _made(path: Path) -> tuple[int, int]:
    """Make the file, its owner's alone, where there is none; which file it is. The folder has to be there."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        status = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    return status.st_dev, status.st_ino


def _connected(path: Path) -> sqlite3.Connection:
    connection = connect(path, "rw", BUSY_SECONDS)
    # A letter that a disk has spoilt is no reason to show nothing.
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    connection.create_function("folded", 1, folded, deterministic=True)
    return connection


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables in an empty file; refuse any other file that is not ours."""
    make_durable(connection)
    if _is_empty(connection):
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) is None:  # still: another process may have been faster
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION}")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.execute("COMMIT")
    version = _version(connection) or 0
    if version > SCHEMA_VERSION:
        raise ConversationError(
            f"{path} was written by a newer version of article-qa (format {version}, this one reads up to "
            f"{SCHEMA_VERSION}). Upgrade article-qa; your conversations are safe in the file."
        )
    if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        with suppress(sqlite3.OperationalError):  # somebody else is in the new file; the next who opens it does it
            connection.execute("PRAGMA journal_mode = WAL")


def _is_empty(connection: sqlite3.Connection) -> bool:
    """Whether there is nothing in the file yet. Raises _ForeignFile."""
    with suppress(_ForeignFile):  # as it looks too between two glances, while another process makes the tables
        return _version(connection) is None
    connection.execute("BEGIN IMMEDIATE")
    try:
        return _version(connection) is None
    finally:
        connection.rollback()


def _version(connection: sqlite3.Connection) -> int | None:
    """The form of the tables; None for an empty file."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not application and not tables:
        return None
    if application != APPLICATION or not {"conversations", "turns"} <= tables:
        raise _ForeignFile("it is no file of conversations")
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def folded(text: str) -> str:
    """`text` as it is compared: without case, and with question marks for what no database takes."""
    return text.casefold().encode("utf-8", "replace").decode()


# what goes wrong


def _code(error: sqlite3.DatabaseError) -> int:
    """The primary code is the low byte; the extended ones only say where."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    return _code(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def _report(path: Path, error: sqlite3.DatabaseError) -> None:
    """Raise what the user is told instead of `error`; mistakes of our own SQL stay what they are."""
    code = _code(error)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        told = f"The conversations in {path} are being written to: {error}. Try again in a moment."
        raise ConversationError(told) from error
    if code == sqlite3.SQLITE_FULL:
        raise ConversationError(f"The disk that holds {path} is full. Free some space and try again.") from error
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR):
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> ConversationError:
    return ConversationError(
        f"Conversations cannot be kept in {path}: {error}. Make the folder and the file writable for you; asking works "
        "meanwhile."
    )


def _put_aside(path: Path, identity: tuple[int, int], damage: Exception) -> ConversationError:
    """Rename the damaged file, unless somebody else just did, so that the next conversation begins a new one."""
    aside = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    try:
        status = path.stat()
        if (status.st_dev, status.st_ino) == identity:
            for end in ("-wal", "-shm", ""):  # the log first: it must not be taken for that of the new file
                with suppress(FileNotFoundError):
                    path.with_name(path.name + end).rename(f"{aside}{end}")
    except FileNotFoundError:
        pass
    except OSError as error:
        return _unusable(path, error)
    return ConversationError(
        f"The conversations in {path} cannot be read: {damage}. The file was put aside as {aside.name}, and new "
        "conversations begin in a new one; put back a copy from a backup, or delete the damaged file."
    )
