"""Files and folders: written whole or not at all, by one process at a time, and for their owner alone."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from qa.errors import LibraryBusy

BUSY_SECONDS = 10.0


def write_atomically(path: Path, data: bytes, mode: int = 0o666) -> None:
    """Replace the file, or make it: at any moment it is the old or the new one, whole, also after a power cut.

    A new one gets `mode`, less what the process masks. A failure leaves the old file as it was and nothing beside it.
    Raises OSError.
    """
    partial = path.with_name(f"{path.name}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as file:
            file.write(data)
        replace_durably(partial, path)
    except BaseException:
        with suppress(OSError):
            partial.unlink()
        raise


def kept_secret(file: Path) -> str:
    """The secret in a private file, made the first time, so that who knows it is known after a restart as well."""
    try:
        secret = file.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        secret = ""
    if re.fullmatch(r"[\w-]{32,}", secret):
        return secret
    secret = secrets.token_urlsafe(32)
    with suppress(OSError):  # where nothing can be kept, it is one for this time
        write_atomically(file, secret.encode(), 0o600)
    return secret


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Keep every other process and thread that asks so from changing a small file meanwhile; reading needs none of it.

    Raises LibraryBusy where another does not let go of it for `BUSY_SECONDS`.
    """
    from filelock import FileLock, Timeout

    try:
        with FileLock(f"{path}.lock", timeout=BUSY_SECONDS):
            yield
    except Timeout as error:
        raise LibraryBusy(f"{path}: another process is writing to it. Try again when it is done.") from error


def replace_durably(partial: Path, path: Path) -> None:
    """Put a finished file in the place of another: its bytes are on the disk before its name is. Raises OSError."""
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, where the system lets folders be flushed. Raises OSError."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def make_private(folder: Path) -> None:
    """Make a folder and its parents; what is made is its owner's alone: articles may be confidential."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def bytes_below(folder: Path) -> int:
    """The size of all files below a folder; one that goes meanwhile counts nothing."""
    total = 0
    for file in folder.rglob("*"):
        with suppress(OSError):
            total += file.stat().st_size if file.is_file() else 0
    return total
