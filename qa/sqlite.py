"""SQLite as this program opens it, for a library's database and for conversations alike.

What an error means to a user depends on the file: `qa.storage.local.database` and `qa.conversations.database` say it.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


def connect(path: Path, mode: str, busy_seconds: float) -> sqlite3.Connection:
    """A connection in autocommit, usable from any thread; `mode` as in SQLite's URIs. Nothing is read yet.

    Another process that is writing is waited for at most `busy_seconds`. Raises sqlite3.Error.
    """
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_seconds,
        isolation_level=None,
        check_same_thread=False,
    )


def make_durable(connection: sqlite3.Connection) -> None:
    """What was kept survives a power cut, what is deleted is overwritten, what is referred to has to be there."""
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
