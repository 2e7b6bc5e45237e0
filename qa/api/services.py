"""What the routes share: the assistant, the line of questions, the jobs, and who is let in."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request

from qa.accounts.identity import Identity, Role
from qa.api.access import Access, allowed
from qa.api.additions import Additions
from qa.api.metrics import Metrics
from qa.api.questions import Questions
from qa.errors import QueueFull
from qa.work.jobs import JobQueue

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

MOST_CALLS = 8  # searches, checks or changes at once; each holds a thread


@dataclass(slots=True)
class Services:
    """Made once for each server."""

    assistant: Assistant
    access: Access
    questions: Questions
    jobs: JobQueue
    additions: Additions
    metrics: Metrics
    has_page: bool
    _calls: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(MOST_CALLS))

    @property
    def library(self) -> Library:
        """The library of the assistant."""
        return self.assistant.library

    @contextmanager
    def call(self) -> Iterator[None]:
        """A place among the calls that may take seconds. Raises QueueFull."""
        if not self._calls.acquire(blocking=False):
            raise QueueFull(f"{MOST_CALLS} such calls are under way already: call again in a moment.")
        try:
            yield
        finally:
            self._calls.release()


def services_of(request: Request) -> Services:
    """Those of the server that a request has come to."""
    found: Services = request.app.state.services
    return found


Serving = Annotated[Services, Depends(services_of)]
Reader = Annotated[Identity, Depends(allowed(Role.READER))]
Editor = Annotated[Identity, Depends(allowed(Role.EDITOR))]
READERS = [Depends(allowed(Role.READER))]  # of a route that need not know who asks
EDITORS = [Depends(allowed(Role.EDITOR))]
