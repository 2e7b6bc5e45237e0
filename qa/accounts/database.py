"""The SQLite file of the people who may use a library, private to who serves it.

It is opened anew for each piece of work, so that what the shell changes counts at the next request.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from qa.errors import AccountError
from qa.sqlite import connect, make_durable

APPLICATION = 0x61716175  # "aqau": tells this file from any other that SQLite can read
SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0

_TABLES = (
    # password: none for who comes by way of a proxy that signs people in
    """CREATE TABLE users (
        id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, role INTEGER NOT NULL, password TEXT, created TEXT NOT NULL,
        last_seen TEXT)""",
    # digest: of a secret of 256 random bits, for which SHA-256 is enough
    """CREATE TABLE tokens (
        id TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, label TEXT NOT NULL,
        role INTEGER NOT NULL, digest BLOB NOT NULL UNIQUE, created TEXT NOT NULL, last_used TEXT)""",
    """CREATE TABLE sessions (
        digest BLOB PRIMARY KEY, user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, created TEXT NOT NULL,
        expires TEXT NOT NULL)""",
    # conversations that their owner lets others read, under an address that cannot be guessed
    """CREATE TABLE shares (
        key TEXT PRIMARY KEY, user TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE, conversation TEXT NOT NULL,
        created TEXT NOT NULL, UNIQUE (user, conversation))""",
)


@contextmanager
def opened(path: Path, *, writes: bool = True) -> Iterator[sqlite3.Connection]:
    """One transaction in the file, of reading alone unless it `writes`; the file is made when it is not there.

    Raises AccountError where it cannot be used.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = connect(path, "rw", BUSY_SECONDS)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from error
    try:
        make_durable(connection)
        connection.execute("BEGIN IMMEDIATE" if writes else "BEGIN")
        _check(connection, path)
        yield connection
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        raise _unusable(path, error) from error
    finally:
        connection.close()  # which takes back what was not committed


def now() -> datetime:
    """The time in UTC."""
    return datetime.now(UTC)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file; refuse one that is not ours, or newer."""
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if (application, version) == (0, 0) and not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    elif application != APPLICATION:
        raise AccountError(f"{path} is no file of accounts. Put it aside, and add the users again.")
    elif version > SCHEMA_VERSION:
        raise AccountError(f"{path} was written by a newer version of article-qa: use that one.")


def _unusable(path: Path, error: Exception) -> AccountError:
    return AccountError(f"The accounts in {path} cannot be used: {error}. Nobody is let in until they can.")
