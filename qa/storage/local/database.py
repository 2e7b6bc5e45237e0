"""The SQLite file of a library: its tables, its connections, and what its errors mean to a user.

Readers take one of a few connections that were opened at once, and give it back: a file that a rebuild has deleted
stays readable through them (on POSIX), and no thread leaves a connection behind. Readers never wait for the writer
(WAL).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, LifoQueue

from qa.errors import LibraryBusy, LibraryDamaged, LibraryError
from qa.sqlite import connect, make_durable

SCHEMA_VERSION = 7
_WITH_QUOTATIONS, _WITH_PAGES, _WITH_COPIES, _WITH_TRUNCATED = 4, 5, 6, 7  # the first formats that have them
_READABLE = 3  # formats from this one on can be read as they are, where nothing can be written
EDIT = "edit "  # the beginning of the key, in the table of meta, of what was corrected by hand; a source follows
READERS = 4
BUSY_SECONDS = 10.0
LOG_BYTES = 100_000  # free disk that SQLite wants for its log and the log's index, to begin with
# Reading as if nobody ever wrote, for where the log cannot be made: read-only and full disks. Whether that still holds
# is looked at before and after each reading.
FROZEN = "ro&immutable=1"
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
_UNWRITABLE = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_IOERR)

_FAILURES = """CREATE TABLE IF NOT EXISTS failures (
        source TEXT PRIMARY KEY, origin TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL)
        WITHOUT ROWID"""  # digest: of what could not be taken in; "" if that is to be tried again each time

_TABLES = (
    "CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS articles (
        id TEXT PRIMARY KEY, title TEXT NOT NULL, source TEXT NOT NULL, url TEXT, host TEXT, published TEXT,
        authors TEXT NOT NULL, site TEXT, language TEXT, digest TEXT NOT NULL, text TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS articles_newest ON articles (published DESC, title, id)",
    # which article each source holds: the same text from two sources is one article
    """CREATE TABLE IF NOT EXISTS sources (
        source TEXT PRIMARY KEY, origin TEXT NOT NULL, article_id TEXT NOT NULL REFERENCES articles (id),
        digest TEXT NOT NULL) WITHOUT ROWID""",
    "CREATE INDEX IF NOT EXISTS sources_article ON sources (article_id)",
    "CREATE INDEX IF NOT EXISTS sources_origin ON sources (origin)",
    # whole files and URLs that went in without a failure: an unchanged one is not even parsed
    "CREATE TABLE IF NOT EXISTS origins (origin TEXT PRIMARY KEY, digest TEXT NOT NULL) WITHOUT ROWID",
    _FAILURES,
    "CREATE INDEX IF NOT EXISTS failures_origin ON failures (origin)",
    # of URLs that were dealt with: what their server called the content, and which loader read it
    """CREATE TABLE IF NOT EXISTS versions (
        origin TEXT PRIMARY KEY, url TEXT NOT NULL, etag TEXT, modified TEXT, loader INTEGER NOT NULL) WITHOUT ROWID""",
    # entries of feeds whose linked page was dealt with, by a digest of all that the feed says of them
    "CREATE TABLE IF NOT EXISTS entries (digest TEXT PRIMARY KEY) WITHOUT ROWID",
    """CREATE TABLE IF NOT EXISTS passages (
        id INTEGER PRIMARY KEY AUTOINCREMENT, article_id TEXT NOT NULL REFERENCES articles (id),
        start INTEGER NOT NULL, end INTEGER NOT NULL, revision INTEGER NOT NULL, vector BLOB NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS passages_article ON passages (article_id)",
    "CREATE INDEX IF NOT EXISTS passages_revision ON passages (revision)",
    # who says what, as a version of the finder has it: see `qa.storage.quotations`
    """CREATE TABLE IF NOT EXISTS quotations (
        article_id TEXT PRIMARY KEY REFERENCES articles (id), version INTEGER NOT NULL, names TEXT NOT NULL,
        found TEXT NOT NULL) WITHOUT ROWID""",
    # where the pages of a PDF begin in its text, as a JSON list of offsets
    "CREATE TABLE IF NOT EXISTS pages (article_id TEXT PRIMARY KEY REFERENCES articles (id), starts TEXT NOT NULL)",
    # articles of which only the beginning was to be had
    "CREATE TABLE IF NOT EXISTS truncated (article_id TEXT PRIMARY KEY REFERENCES articles (id)) WITHOUT ROWID",
    # which articles are copies of one another, and the lowest hashes of each, to find further ones by
    """CREATE TABLE IF NOT EXISTS copies (
        number INTEGER PRIMARY KEY, article_id TEXT NOT NULL UNIQUE REFERENCES articles (id), family TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS copies_family ON copies (family)",
    "CREATE TABLE IF NOT EXISTS shingles (hash INTEGER, number INTEGER, PRIMARY KEY (hash, number)) WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS shingles_number ON shingles (number)",
    "CREATE TABLE IF NOT EXISTS removals (passage_id INTEGER PRIMARY KEY, revision INTEGER NOT NULL)",
    "CREATE INDEX IF NOT EXISTS removals_revision ON removals (revision)",
)


def create_database(path: Path) -> None:
    """Make the tables where they are missing; what is there stays."""
    with as_library_error(path):
        connection = _connect(path, "rwc")
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                connection.execute(statement)
            connection.execute("INSERT OR IGNORE INTO meta VALUES ('revision', '0')")
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("COMMIT")
        finally:
            connection.close()


class Database:
    """The open file. `reading()` may be used from any thread; only one thread at a time may use `writing()`."""

    def __init__(self, path: Path) -> None:
        """Open an existing database; `LibraryDamaged` if it is none."""
        self.path = path
        self._mode = "rw"
        self._opened_as = _identity(path)
        self._idle: LifoQueue[sqlite3.Connection | None] = LifoQueue()
        self._opened: list[sqlite3.Connection] = []
        self._closed = False
        # runs at the latest when the last question that still reads from here is done
        self._finalizer = weakref.finalize(self, _close_all, self._opened)
        try:
            with as_library_error(path):
                self._writer = self._open_first()
                version = _check_schema(self._writer, path)
                self.has_quotations, self.has_pages = version >= _WITH_QUOTATIONS, version >= _WITH_PAGES
                self.has_copies, self.has_truncated = version >= _WITH_COPIES, version >= _WITH_TRUNCATED
                for _ in range(READERS):
                    connection = self._open()
                    connection.execute("PRAGMA query_only = ON")
                    self._idle.put(connection)
        except BaseException:
            self._finalizer()
            raise

    def _open_first(self) -> sqlite3.Connection:
        try:
            return self._open()
        except sqlite3.DatabaseError as error:
            if _code(error) not in _UNWRITABLE or not _may_be_frozen(self.path):
                raise
        self._mode, self._opened_as = FROZEN, _content(self.path)
        return self._open()

    def _open(self) -> sqlite3.Connection:
        connection = _connect(self.path, self._mode)
        self._opened.append(connection)
        return connection

    def is_in_place(self) -> bool:
        """Whether this is still the file in the folder, as it was opened: else what is read or written here is lost."""
        if self._mode == FROZEN:
            return self._opened_as == _content(self.path) and not _opens(self.path)
        return self._opened_as == _identity(self.path)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent snapshot. Never nest two: the connections are few."""
        connection = self._idle.get()
        if connection is None:
            self._idle.put(None)
            raise LibraryError(f"The library at {self.path.parent} is closed. Open it again to read from it.")
        try:
            with self._unchanged(), as_library_error(self.path):
                connection.execute("BEGIN")
                try:
                    yield connection
                finally:
                    connection.rollback()
        finally:
            if self._closed:
                connection.close()
            else:
                self._idle.put(connection)

    @contextmanager
    def _unchanged(self) -> Iterator[None]:
        """Where nothing guards a reader against writers: nothing counts that was read while one came."""
        try:
            yield
        finally:
            if self._mode == FROZEN and self._opened_as != _content(self.path):
                raise LibraryBusy(f"The database {self.path} was changed while it was read. Try again.")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: all of it is kept, or, after any exception, nothing."""
        if self._closed:
            raise LibraryError(f"The library at {self.path.parent} is closed. Open it again to change it.")
        with as_library_error(self.path):
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer
                self._writer.execute("COMMIT")
            except BaseException:
                self._writer.rollback()
                raise

    def copy_to(self, path: Path) -> None:
        """Write what is stored, and nothing of what was deleted, to a new file that survives a power cut."""
        with as_library_error(self.path):
            self._writer.execute("VACUUM INTO ?", (str(path),))
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is sound."""
        with self.reading() as connection:
            rows = connection.execute("PRAGMA integrity_check").fetchall()
        return [row[0] for row in rows if row[0] != "ok"]

    def close(self) -> None:
        """Close the idle connections now and the others when they come back."""
        self._closed = True
        try:
            while (connection := self._idle.get_nowait()) is not None:
                connection.close()
        except Empty:
            pass
        self._idle.put(None)
        self._writer.close()


def is_storable(text: str) -> bool:
    """Whether SQLite takes it: names of files may hold bytes that are no text, as lone surrogates."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def revision_of(connection: sqlite3.Connection) -> int:
    """The revision that is stored. Raises sqlite3.DatabaseError, as for any other damage, where none can be read."""
    row = connection.execute("SELECT value FROM meta WHERE key = 'revision'").fetchone()
    if row is None or not str(row[0]).isdecimal():
        raise sqlite3.DatabaseError("its revision cannot be read")
    return int(row[0])


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = connect(path, mode, BUSY_SECONDS)
    try:
        make_durable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _opens(path: Path) -> bool:
    """Whether SQLite can open it in the usual way, with a log beside it."""
    try:
        _connect(path, "rw").close()
    except sqlite3.DatabaseError:
        return False
    return True


def _may_be_frozen(path: Path) -> bool:
    """Whether all that is stored is in the file itself, and nothing in a log beside it."""
    try:
        return Path(f"{path}-wal").stat().st_size == 0
    except FileNotFoundError:
        return path.is_file()


def _identity(path: Path) -> tuple[int, ...] | None:
    """Which file this is, whatever its name; None when it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _content(path: Path) -> tuple[int, ...] | None:
    """What differs after somebody has changed the file, or written a log beside it."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, _may_be_frozen(path)


def _close_all(connections: list[sqlite3.Connection]) -> None:
    for connection in connections:
        connection.close()


def _check_schema(connection: sqlite3.Connection, path: Path) -> int:
    """The format that it has now: an earlier one is brought up to date, where the file can be written."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > SCHEMA_VERSION:
        raise LibraryError(
            f"{path} was written by a newer version of article-qa (format {version}, this one reads up to "
            f"{SCHEMA_VERSION}). Upgrade article-qa, or use another library."
        )
    if version < 1:
        raise _damaged(path, "it holds no articles table")
    if version < SCHEMA_VERSION:
        try:
            _migrate(connection)
        except sqlite3.DatabaseError as error:
            if version < _READABLE or _code(error) not in _UNWRITABLE:
                raise
        else:
            version = SCHEMA_VERSION
    revision_of(connection)
    return int(version)


def _migrate(connection: sqlite3.Connection) -> None:
    """From any earlier format to this one, in one transaction; what is there stays."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _damaged(path: Path, reason: str) -> LibraryDamaged:
    return LibraryDamaged(
        f"The database {path} cannot be read: {reason}. Put back a copy from a backup, or delete the folder "
        f"{path.parent.parent.parent} and add the articles again."
    )


def _code(error: sqlite3.DatabaseError) -> int:
    """The primary code is the low byte; the extended ones only say where."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LOG_BYTES
    except OSError:
        return False


@contextmanager
def as_library_error(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into what `qa` promises to raise; mistakes of our own SQL stay what they are."""
    try:
        yield
    except sqlite3.ProgrammingError:
        raise
    except UnicodeDecodeError as error:  # of an error's own message, which quotes what is damaged
        raise _damaged(path, str(error)) from error
    except sqlite3.DatabaseError as error:
        code = _code(error)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise LibraryBusy(f"The database {path} is in use: {error}. Try again in a moment.") from error
        if code == sqlite3.SQLITE_FULL or (code in _UNWRITABLE and _is_full(path)):
            raise LibraryError(f"The disk that holds {path} is full. Free some space and try again.") from error
        if code in _UNWRITABLE:
            raise LibraryError(
                f"The database {path} cannot be opened or written: {error}. Check that the folder exists and is yours."
            ) from error
        if code == sqlite3.SQLITE_CONSTRAINT:
            raise LibraryError(
                f"The database {path} refused a change that contradicts what it holds ({error}). Nothing of the change "
                "was stored, and the library is as it was before. Try again; `article-qa doctor` tells whether all is "
                "in order."
            ) from error
        if code in _DAMAGED:
            raise _damaged(path, str(error)) from error
        raise
