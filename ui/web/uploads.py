"""Files that the page sends: kept in a folder of their own until they are taken in."""

from __future__ import annotations

import secrets
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.loaders import Document

KEPT_SECONDS = 3600.0  # what was sent and never added
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
        self._folder = tempfile.TemporaryDirectory(prefix="article-qa-uploads-", ignore_cleanup_errors=True)
        self._sent: dict[str, Upload] = {}
        self._lock = threading.Lock()

    async def receive(self, name: str, pieces: AsyncIterator[bytes]) -> str | None:
        """The key under which the file can be taken; None when it is too large."""
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

    def _forget_old(self) -> None:
        oldest = time.monotonic() - KEPT_SECONDS
        for key, upload in list(self._sent.items()):
            if upload.since < oldest:
                del self._sent[key]
                upload.path.unlink(missing_ok=True)


def documents(uploads: list[Upload]) -> Iterator[Document]:
    """The files one by one."""
    for upload in uploads:
        yield Document(origin=f"upload:{upload.name}", data=upload.path.read_bytes())


def delete(uploads: list[Upload]) -> None:
    """Delete the files of these uploads; one that is gone is no error."""
    for upload in uploads:
        upload.path.unlink(missing_ok=True)


def upload_route(uploads: Uploads) -> Route:
    """`POST /library/files?name=..` with the file as its body; its key comes back as text."""

    async def receive(request: Request) -> Response:
        if int(request.headers.get("content-length") or 0) > uploads.most_bytes:
            return _too_large(uploads)
        try:
            key = await uploads.receive(request.query_params.get("name", ""), request.stream())
        except ClientDisconnect:
            return PlainTextResponse("The file did not come whole.", 400)
        except OSError as error:
            return PlainTextResponse(f"It could not be kept ({error.strerror}). Make room on the disk.", 507)
        return _too_large(uploads) if key is None else PlainTextResponse(key)

    return Route("/library/files", receive, methods=["POST"])


def _too_large(uploads: Uploads) -> Response:
    most = uploads.most_bytes // 1_000_000
    return PlainTextResponse(f"It is larger than {most} MB. Split it, or raise ARTICLE_QA_MAX_FILE_MB.", 413)
