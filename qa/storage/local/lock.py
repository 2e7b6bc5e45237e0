"""One writer for a library: threads of this process queue, other processes are refused after a short wait.

Whoever holds the lock says so in a file beside it, because a locked file cannot be read everywhere: which process, on
which machine, what it is doing and since when. The lock itself goes with its process; the note of one that was killed
stays until the next holder writes its own, and is not believed.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Self
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

from qa.errors import LibraryBusy, LibraryError
from qa.processes import is_alive

WAIT_SECONDS = 1.5
FULL = (errno.ENOSPC, errno.EDQUOT)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds the lock."""

    process: int
    host: str
    doing: str  # completes "Process 12 is ... the library"
    since: str  # ISO, with the offset of its own clock

    @classmethod
    def this_process(cls, doing: str) -> Self:
        """Who holds the lock when this process does, and what for."""
        return cls(os.getpid(), socket.gethostname(), doing, datetime.now().astimezone().isoformat(timespec="seconds"))

    @classmethod
    def noted(cls, path: Path) -> Self | None:
        """Who wrote the note; None when there is none, it is cut short, or its process is no more."""
        try:
            owner = cls(**json.loads(path.read_text(encoding="utf-8")))
            datetime.fromisoformat(owner.since)
            alive = owner.host != socket.gethostname() or is_alive(int(owner.process))
        except (OSError, ValueError, TypeError, OverflowError):
            return None
        return owner if alive else None

    def described(self, folder: Path) -> str:
        """Who holds the lock on a folder, since when and what for, in a sentence."""
        where = "" if self.host == socket.gethostname() else f" on {self.host}"
        since = datetime.fromisoformat(self.since).strftime("%Y-%m-%d %H:%M:%S")
        return f"Process {self.process}{where} is {self.doing} the library at {folder} (since {since})"


class WriterLock:
    """The lock on one library; a thread that holds it may take it again."""

    def __init__(self, path: Path) -> None:
        self._threads = threading.RLock()
        self._path = path
        self._note = path.with_suffix(".owner")
        self._file = FileLock(path, thread_local=False)

    @contextmanager
    def held(self, doing: str = "changing") -> Iterator[None]:
        """Hold the lock, or raise `LibraryBusy` that says what another process is `doing` with it.

        A disk that turns out to be full, broken or read-only meanwhile becomes a LibraryError.
        """
        with self._threads:
            try:
                self._acquire(WAIT_SECONDS)
            except Timeout:
                raise self._busy() from None
            except OSError as error:
                raise self._unwritable(error) from error
            with self._noted(doing), self._disk_errors_told():
                yield

    @contextmanager
    def attempted(self, doing: str = "changing") -> Iterator[bool]:
        """Hold the lock if it is free at this moment, and may be held; yields whether it is."""
        if not self._threads.acquire(blocking=False):
            yield False
            return
        try:
            try:
                self._acquire(0)
            except (Timeout, OSError):
                yield False
                return
            with self._noted(doing):
                yield True
        finally:
            self._threads.release()

    def _acquire(self, seconds: float) -> None:
        if not self._path.parent.is_dir():  # it would be made, for a library that somebody has deleted
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self._path.parent))
        self._file.acquire(timeout=seconds)

    @contextmanager
    def _noted(self, doing: str) -> Iterator[None]:
        """Let go of the lock at the end; meanwhile the note tells of it. Held twice, the first reason counts."""
        outermost = self._file.lock_counter == 1
        try:
            if outermost:
                self._write_note(doing)
            yield
        finally:
            if outermost:
                with suppress(OSError):
                    self._note.unlink()
            self._file.release()

    @contextmanager
    def _disk_errors_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if error.errno in FULL or error.errno in (errno.EROFS, errno.EIO):
                raise self._unwritable(error) from error
            raise

    def _write_note(self, doing: str) -> None:
        """A disk without room for it is no reason to stop: only the note of somebody else must not stay."""
        try:
            self._note.write_text(json.dumps(asdict(Owner.this_process(doing))), encoding="utf-8")
        except OSError:
            with suppress(OSError):
                self._note.unlink()

    def _busy(self) -> LibraryBusy:
        owner, folder = Owner.noted(self._note), self._path.parent
        who = owner.described(folder) if owner else f"Another process is changing the library at {folder}"
        return LibraryBusy(f"{who}. Wait until it has finished and try again; asking works meanwhile.")

    def _unwritable(self, error: OSError) -> LibraryError:
        folder = self._path.parent
        if not folder.is_dir():
            return LibraryError(f"The library at {folder} is gone: its folder was moved or deleted. Open it again.")
        if error.errno in FULL:
            where = error.filename or folder
            return LibraryError(f"The disk that holds {where} is full. Free some space and try again.")
        return LibraryError(
            f"The library at {folder} cannot be changed: {error}. Make the folder and its files writable for you; "
            "asking works meanwhile."
        )


_locks: WeakValueDictionary[Path, WriterLock] = WeakValueDictionary()
_locks_guard = threading.Lock()


def writer_lock(path: Path) -> WriterLock:
    """The lock of the file `path`: one per process, so that two open libraries on one folder queue as well."""
    with _locks_guard:
        lock = _locks.get(path)
        if lock is None:
            lock = _locks[path] = WriterLock(path)
        return lock
