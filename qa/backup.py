"""A whole library in a folder, made while it is used: articles, conversations of everybody, accounts, tags and keys.

    <backup>/backup.json     what is in it: of each file its name, size and SHA-256; written last
    <backup>/files/...       the same names as in the library

Each database is copied as it is at one moment. What is made from the database, the indexes and the snapshot of the
vectors, is left out and made again when the library is opened.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import file_digest
from pathlib import Path, PurePosixPath

from qa.errors import FormatError, LibraryError
from qa.files import make_private, write_atomically
from qa.serialization.fields import get, json_object
from qa.sqlite import connect
from qa.storage.local.folder import current_name

BACKUP_FORMAT = "article-qa/backup/1"
MANIFEST, FILES = "backup.json", "files"
ATTEMPTS = 3  # a rebuild may put another generation in force meanwhile
_DATABASE = b"SQLite format 3\0"
_LEFT_OUT = (".lock", ".partial", "-wal", "-shm", "-journal", ".lock.json")


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup holds: how many files, of how many bytes, made when."""

    files: int
    size: int
    made: str


def back_up(library: Path, target: Path) -> Backup:
    """Write the library that lies in a folder into another, new one, and look whether all of it can be read.

    Nobody has to stop asking or adding meanwhile. Raises LibraryError where there is no library, or the target has
    something in it already; a backup that was not finished has no `backup.json` and cannot be restored.
    """
    _make_empty(target)
    for attempt in range(1, ATTEMPTS + 1):
        generation = current_name(library)
        if generation is None:
            raise LibraryError(f"There is no library in {library}.")
        try:
            rows = [_copied(library, name, target / FILES) for name in _names(library, generation)]
        except (FileNotFoundError, sqlite3.OperationalError) as error:
            if attempt == ATTEMPTS or current_name(library) == generation:
                raise LibraryError(f"The library in {library} cannot be copied: {error}.") from error
            shutil.rmtree(target / FILES)
            continue
        if current_name(library) == generation:
            break
    made = datetime.now(UTC).isoformat(timespec="seconds")
    manifest = {"format": BACKUP_FORMAT, "made": made, "files": rows}
    write_atomically(target / MANIFEST, json.dumps(manifest, indent=1).encode(), 0o600)
    return Backup(len(rows), sum(int(row["size"]) for row in rows), made)


def check_backup(folder: Path) -> Backup:
    """Look whether every file of a backup is there as it was written. Raises FormatError for the first that is not."""
    made, rows = _manifest(folder)
    for name, size, digest in rows:
        path = folder / FILES / name
        try:
            is_whole = path.stat().st_size == size and _digest(path) == digest
        except OSError as error:
            raise FormatError(f"{path}: cannot be read ({error.strerror}). Take another backup.") from error
        if not is_whole:
            raise FormatError(f"{path} is not as it was written: the backup is damaged. Take another one.")
    return Backup(len(rows), sum(size for _, size, _ in rows), made)


def restore(folder: Path, library: Path) -> Backup:
    """Write what `back_up` wrote into a new folder, after all of it was checked.

    Raises FormatError for a backup that is damaged, LibraryError where something lies in the folder already.
    """
    found = check_backup(folder)
    _make_empty(library)
    for name, _, _ in sorted(_manifest(folder)[1], key=lambda row: row[0] == "CURRENT"):  # in force at the very end
        _copy_private(folder / FILES / name, library / name)
    return found


def _names(library: Path, generation: str) -> Iterator[str]:
    """Of the files of a library those that a backup holds."""
    for path in sorted(library.rglob("*")):
        name = path.relative_to(library).as_posix()
        if path.is_symlink() or not path.is_file() or name.endswith(_LEFT_OUT):
            continue
        if not name.startswith("generations/") or name == f"generations/{generation}/library.db":
            yield name


def _copied(library: Path, name: str, target: Path) -> dict[str, str | int]:
    """Copy one file; its row in the manifest."""
    source, path = library / name, target / name
    with source.open("rb") as file:
        is_database = file.read(len(_DATABASE)) == _DATABASE
    if is_database:
        _copy_database(source, path)
    else:
        _copy_private(source, path)
    return {"name": name, "size": path.stat().st_size, "sha256": _digest(path)}


def _copy_database(source: Path, path: Path) -> None:
    """As it is at one moment, however it is being changed, and found sound."""
    _create_private(path)
    with closing(connect(source, "ro", 10.0)) as original, closing(connect(path, "rw", 10.0)) as copy:
        original.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        (found,) = copy.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise LibraryError(f"{source} is damaged ({found}): article-qa doctor says more. Nothing was backed up.")


def _copy_private(source: Path, path: Path) -> None:
    _create_private(path)
    with source.open("rb") as original, path.open("wb") as copy:
        shutil.copyfileobj(original, copy)


def _create_private(path: Path) -> None:
    make_private(path.parent)
    path.touch(mode=0o600)


def _make_empty(folder: Path) -> None:
    """Make a folder. Raises LibraryError when there is something in it."""
    try:
        make_private(folder)
        has_something = any(folder.iterdir())
    except OSError as error:
        raise LibraryError(f"{folder} cannot be used: {error.strerror}.") from error
    if has_something:
        raise LibraryError(f"{folder} is not empty: name a folder that is, or a new one.")


def _manifest(folder: Path) -> tuple[str, list[tuple[str, int, str]]]:
    """When a backup was made, and its files. Raises FormatError for what is none, or names something outside."""
    try:
        about = json_object(json.loads((folder / MANIFEST).read_text("utf-8")), "the backup")
    except (OSError, ValueError, RecursionError) as error:
        raise FormatError(f"{folder} holds no finished backup: {MANIFEST} cannot be read ({error}).") from error
    if about.get("format") != BACKUP_FORMAT:
        raise FormatError(f"{folder}: format {about.get('format')!r} is not {BACKUP_FORMAT}.")
    rows = [json_object(row, "a file of the backup") for row in get(about, "files", list)]
    files = [(get(row, "name", str), get(row, "size", int), get(row, "sha256", str)) for row in rows]
    for name, _, _ in files:
        path = PurePosixPath(name)
        if path.is_absolute() or not path.parts or ".." in path.parts or "\\" in name or ":" in name:
            raise FormatError(f"{folder}: {name!r} names something outside of the backup.")
    return get(about, "made", str), files


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
