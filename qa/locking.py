"""One writer for a library: threads of this process queue, other processes are refused after a short wait."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from weakref import WeakValueDictionary

from filelock import FileLock, Timeout

from qa.errors import LibraryBusy

WAIT_SECONDS = 1.5


class WriterLock:
    """The lock on one library; a thread that holds it may take it again."""

    def __init__(self, path: Path) -> None:
        self._threads = threading.RLock()
        self._path = path
        self._file = FileLock(path, thread_local=False)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock, or raise `LibraryBusy` when another process keeps it."""
        with self._threads:
            try:
                self._file.acquire(timeout=WAIT_SECONDS)
            except Timeout:
                raise LibraryBusy(
                    f"Another process is changing the library at {self._path.parent}. Wait until it has finished and "
                    "try again; asking works meanwhile."
                ) from None
            try:
                yield
            finally:
                self._file.release()

    @contextmanager
    def attempted(self) -> Iterator[bool]:
        """Hold the lock if it is free at this moment; yields whether it is held."""
        if not self._threads.acquire(blocking=False):
            yield False
            return
        try:
            try:
                self._file.acquire(timeout=0)
            except Timeout:
                yield False
                return
            try:
                yield True
            finally:
                self._file.release()
        finally:
            self._threads.release()


_locks: WeakValueDictionary[Path, WriterLock] = WeakValueDictionary()
_locks_guard = threading.Lock()


def writer_lock(path: Path) -> WriterLock:
    """The lock of the file `path`: one per process, so that two open libraries on one folder queue as well."""
    with _locks_guard:
        lock = _locks.get(path)
        if lock is None:
            lock = _locks[path] = WriterLock(path)
        return lock
