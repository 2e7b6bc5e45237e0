"""Articles on their way in: what was sent becomes a job, and the same request sent again is the same job."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from qa.api.bodies import AddBody, GivenArticle
from qa.api.problems import Problem
from qa.datatypes import Failure, ProgressCallback, Report
from qa.errors import QueueFull
from qa.loaders import Document
from qa.text.display import shortened
from qa.work.jobs import Job, JobQueue
from qa.work.uploads import Upload, Uploads, delete, documents

if TYPE_CHECKING:
    from qa.library import Library

MOST_WAITING = 50  # jobs
KEPT_KEYS = 1000  # of requests that may be sent again
SHOWN = 80  # characters of what a job is about


class Additions:
    """Makes jobs of what is to be added. Every method may be called from any thread."""

    def __init__(self, library: Library, jobs: JobQueue, uploads: Uploads) -> None:
        self.library = library
        self.jobs = jobs
        self.uploads = uploads
        self._begun: OrderedDict[tuple[str, str], tuple[str, Job]] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, body: AddBody, who: str, key: str | None) -> Job:
        """Begin to add addresses and articles; `key` is what the sender calls this request, if anything."""
        given = list(map(_document, body.articles))
        what = _what([*body.urls, *(each.title for each in body.articles)])

        def run(told: ProgressCallback) -> Report:
            report = self.library.add(body.urls, progress=told) if body.urls else Report()
            return _together(report, self.library.add_documents(given, progress=told)) if given else report

        return self._begin(Job("add", what, run), who, key, sha256(body.model_dump_json().encode()).hexdigest())

    async def receive(self, name: str, pieces: AsyncIterator[bytes]) -> tuple[str, str]:
        """Keep a file until `add_files` takes it; its key, and the sha256 of its bytes. Raises Problem."""
        seen = sha256()

        async def hashed() -> AsyncIterator[bytes]:
            async for piece in pieces:
                seen.update(piece)
                yield piece

        key = await self.uploads.receive(name, hashed())
        if key is None:
            most = self.uploads.most_bytes // 1_000_000
            raise Problem(413, "too-large", f"A file is larger than {most} MB, or too much waits already.")
        return key, seen.hexdigest()

    def add_files(self, received: Sequence[tuple[str, str]], who: str, key: str | None) -> Job:
        """Begin to add files that were received, by their keys and digests."""
        files = self.uploads.take([each for each, _ in received])
        job = Job("add", _what([each.name for each in files]), self._adding(files))
        digest = sha256(json.dumps([[each.name for each in files], [digest for _, digest in received]]).encode())
        begun = self._begin(job, who, key, digest.hexdigest())
        if begun is not job:
            delete(files)
        return begun

    def _adding(self, files: list[Upload]) -> Callable[[ProgressCallback], Report]:
        def run(told: ProgressCallback) -> Report:
            try:
                found = documents(files, self.library.store.sources.origin_digest)
                return self.library.add_documents(found, progress=told)
            finally:
                delete(files)

        return run

    def _begin(self, job: Job, who: str, key: str | None, digest: str) -> Job:
        with self._lock:
            known = self._begun.get((who, key)) if key else None
            if known and known[0] != digest:
                raise Problem(422, "idempotency-key", "This Idempotency-Key was used for another request.")
            if known:
                return known[1]
            if self.jobs.open() >= MOST_WAITING:
                raise QueueFull(f"{MOST_WAITING} jobs are waiting already: add more when some have ended.")
            self.jobs.begin(job)
            if key:
                self._begun[who, key] = digest, job
                while len(self._begun) > KEPT_KEYS:
                    self._begun.popitem(last=False)
        return job


def _document(given: GivenArticle) -> Document:
    """The article as a file that states all of it; without a name it is called by its words."""
    stated = {
        "title": given.title,
        "text": given.text,
        "published": given.published.isoformat() if given.published else None,
        "url": given.url,
        "authors": given.authors,
        "site": given.source,
    }
    data = json.dumps({name: value for name, value in stated.items() if value}).encode()
    name = given.name or sha256(given.text.encode("utf-8", "replace")).hexdigest()[:16]
    return Document(origin=f"upload:{name}", data=data, media_type="application/json")


def _what(names: Sequence[str]) -> str:
    return shortened(names[0], SHOWN) if len(names) == 1 else f"{len(names):,} articles"


def _together(first: Report, second: Report) -> Report:
    failed: tuple[Failure, ...] = (*first.failed, *second.failed)
    return Report(
        added=(*first.added, *second.added),
        updated=(*first.updated, *second.updated),
        unchanged=first.unchanged + second.unchanged,
        removed=(*first.removed, *second.removed),
        failed=failed,
    )
