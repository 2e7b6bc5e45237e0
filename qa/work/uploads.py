"""Files that were sent: kept in a folder of their own until they are taken in."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePosixPath

from starlette.concurrency import run_in_threadpool

from qa.loaders import Document
from qa.processes import is_alive

KEPT_SECONDS = 3600.0  # what was sent and never added
MOST_FILES = 20  # times the largest file: what all that waits to be added may take
_PREFIX = "article-qa-uploads-"
NAME_CHARS = 400


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent; `path` is ours, `name` the sender's, a folder's files with their way in it."""

    name: str
    path: Path
    since: float


class Uploads:
    """Every method may be called from any thread."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        _sweep()
        self._folder = tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-", ignore_cleanup_errors=True)
        self._sent: dict[str, Upload] = {}
        self._lock = threading.Lock()

    async def receive(self, name: str, pieces: AsyncIterator[bytes]) -> str | None:
        """The key under which the file can be taken; None when it is too large, or too much waits already."""
        if self._waiting_bytes() > MOST_FILES * self.most_bytes:
            return None
        key = secrets.token_hex(16)
        path, size = Path(self._folder.name) / key, 0
        try:
            with path.open("wb") as file:
                async for piece in pieces:
                    size += len(piece)
                    if size > self.most_bytes:
                        break
                    await run_in_threadpool(file.write, piece)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        if size > self.most_bytes:
            path.unlink(missing_ok=True)
            return None
        with self._lock:
            self._forget_old()
            self._sent[key] = Upload(name[:NAME_CHARS] or "file", path, time.monotonic())
        return key

    def take(self, keys: list[str]) -> list[Upload]:
        """These files, each once; the caller deletes them."""
        with self._lock:
            return [self._sent.pop(key) for key in keys if key in self._sent]

    def _waiting_bytes(self) -> int:
        with self._lock:
            self._forget_old()
            return sum(upload.path.stat().st_size for upload in self._sent.values() if upload.path.exists())

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        for key, upload in list(self._sent.items()):
            if upload.since < oldest:
                del self._sent[key]
                upload.path.unlink(missing_ok=True)


def documents(uploads: list[Upload], digest_of: Callable[[str], str | None]) -> Iterator[Document]:
    """The files one by one; one whose name another file already has gets a number, so that both are kept.

    `digest_of` an origin is that of the file that went in under it, None where none did.
    """
    here: dict[str, str] = {}
    for upload in uploads:
        data = upload.path.read_bytes()
        for origin in _origins(upload.name):
            document = Document(origin=origin, data=data)
            if (here.get(origin) or digest_of(origin)) in (None, document.digest):
                here[origin] = document.digest
                yield document
                break


def _origins(name: str) -> Iterator[str]:
    """`upload:report.txt`, `upload:report (2).txt` and so on."""
    path = PurePosixPath(name)
    yield f"upload:{name}"
    for number in count(2):
        yield f"upload:{path.with_name(f'{path.stem} ({number}){path.suffix}')}"


def _sweep() -> None:
    """Delete what servers that were ended by force have left."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if _is_ours(folder) and not (number.isdecimal() and is_alive(int(number))):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether a folder is this user's; where there are no user numbers, the place for such folders is."""
    try:
        return not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid()
    except OSError:  # gone meanwhile
        return False


def delete(uploads: list[Upload]) -> None:
    """Delete the files of these uploads; one that is gone is no error."""
    for upload in uploads:
        upload.path.unlink(missing_ok=True)
