"""What the routes share: the assistant, the line of questions, the jobs, and who is let in."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Self

from fastapi import Depends, Request

from qa.accounts.identity import Identity, Role
from qa.api.access import allowed
from qa.api.additions import Additions
from qa.api.metrics import Metrics
from qa.api.problems import Problem
from qa.api.questions import Questions
from qa.conversations.store import Conversations
from qa.datatypes import Article
from qa.errors import ArticleNotFound, QAError, QueueFull
from qa.serialization.addresses import ARTICLES, article_address
from qa.work.jobs import JobQueue
from qa.work.questions import FairQueue
from qa.work.uploads import Uploads

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

READ_AT_ONCE = 2  # questions; more would only share the same cores
LONGEST_LINE = 50  # questions that wait
MEGABYTE = 1024 * 1024
KeptOf = Callable[[Identity], Conversations]  # the conversations that belong to somebody

MOST_CALLS = 8  # searches, checks or changes at once; each holds a thread


@dataclass(slots=True)
class Services:
    """Made once for each server."""

    assistant: Assistant
    questions: Questions
    jobs: JobQueue
    additions: Additions
    metrics: Metrics
    kept_of: KeptOf
    has_page: bool
    _calls: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_CALLS))

    @classmethod
    def over(
        cls,
        assistant: Assistant,
        *,
        line: FairQueue | None = None,
        jobs: JobQueue | None = None,
        uploads: Uploads | None = None,
        kept_of: KeptOf | None = None,
        has_page: bool = False,
    ) -> Self:
        """Services over an assistant; what is not given to be shared is made."""
        library, metrics = assistant.library, Metrics()
        line = line or FairQueue(READ_AT_ONCE, LONGEST_LINE)
        jobs = jobs or JobQueue(lambda: len(library), lambda: _refresh(library))
        uploads = uploads or Uploads(library.settings.max_file_mb * MEGABYTE)
        metrics.watch("waiting_questions", "Questions that wait or are being read.", lambda: len(line))
        metrics.watch("articles", "Articles in the library.", lambda: len(library))
        metrics.watch("jobs", "Jobs that wait or are being done.", jobs.open)
        questions = Questions(assistant, line, metrics)
        additions = Additions(library, jobs, uploads)
        return cls(assistant, questions, jobs, additions, metrics, kept_of or _kept_of_all(library), has_page)

    @property
    def library(self) -> Library:
        """The library of the assistant."""
        return self.assistant.library

    def article(self, article_id: str) -> Article:
        """The article with an id. Raises ArticleNotFound, also for what is no id."""
        if not re.fullmatch(r"[0-9a-f]{1,64}", article_id):
            raise ArticleNotFound("no such article")
        return self.library.article(article_id)

    def address_of(self, article_id: str, start: int | None = None, end: int | None = None) -> str:
        """Where an article is read on this server: on the page, where there is one, else as JSON."""
        address = article_address(article_id, start, end)
        return address if self.has_page else address.replace(ARTICLES, "/v1/articles/", 1)

    @contextmanager
    def call(self) -> Iterator[None]:
        """A place among the calls that may take seconds. Raises QueueFull."""
        if not self._calls.acquire(blocking=False):
            raise QueueFull(f"{MOST_CALLS} such calls are under way already: call again in a moment.")
        try:
            yield
        finally:
            self._calls.release()


def _kept_of_all(library: Library) -> KeptOf:
    """The conversations beside the library are the local person's; other people's are nowhere by themselves."""

    def kept_of(identity: Identity) -> Conversations:
        if identity.name:
            raise Problem(409, "feedback-off", "This server keeps no conversations of yours, and so no feedback.")
        return Conversations.beside(library)

    return kept_of


def _refresh(library: Library) -> None:
    """After a job, so that the next question need not wait for it."""
    with suppress(QAError):
        library.refresh()


def services_of(request: Request) -> Services:
    """Those of the server that a request has come to."""
    found: Services = request.app.state.services
    return found


Serving = Annotated[Services, Depends(services_of)]
Reader = Annotated[Identity, Depends(allowed(Role.READER))]
Editor = Annotated[Identity, Depends(allowed(Role.EDITOR))]
READERS = [Depends(allowed(Role.READER))]  # of a route that need not know who asks
EDITORS = [Depends(allowed(Role.EDITOR))]
