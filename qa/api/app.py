"""The API of one assistant, put together."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware

import qa
from qa.api.access import Access
from qa.api.additions import Additions
from qa.api.limits import Limits
from qa.api.metrics import CountRequests, Metrics
from qa.api.problems import handle_problems
from qa.api.questions import Questions
from qa.api.routes import articles, ask, checks, jobs, server
from qa.api.routes.openai import openai_router
from qa.api.services import Services
from qa.errors import QAError
from qa.work.jobs import JobQueue
from qa.work.questions import FairQueue
from qa.work.uploads import Uploads

if TYPE_CHECKING:
    from qa.assistant import Assistant

READ_AT_ONCE = 2  # questions; more would only share the same cores
LONGEST_LINE = 50
MEGABYTE = 1024 * 1024
DESCRIPTION = """Ask questions of one's own articles and get the exact words that answer, with the place they stand in.

Every answer is `article.text[start:end]`: check it with `POST /v1/verify`, or by hand. Errors are
`application/problem+json` (RFC 9457). While the number in `/v1` stays, fields may be added, but none goes away or
changes its meaning."""


def create_api(
    assistant: Assistant,
    *,
    access: Access,
    line: FairQueue | None = None,
    jobs_queue: JobQueue | None = None,
    uploads: Uploads | None = None,
    has_page: bool = False,
) -> FastAPI:
    """The API over an assistant.

    Where a page is served beside it (`has_page`), both share its line of questions, its jobs and its folder of files.
    """
    library, metrics = assistant.library, Metrics()
    line = line or FairQueue(READ_AT_ONCE, LONGEST_LINE)
    jobs_queue = jobs_queue or JobQueue(lambda: len(library), _refresh(assistant))
    uploads = uploads or Uploads(library.settings.max_file_mb * MEGABYTE)
    app = FastAPI(
        title="article-qa",
        version=qa.__version__,
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # their pages are fetched from elsewhere
        redoc_url=None,
        middleware=[Middleware(CountRequests, metrics=metrics), Middleware(Limits, file_bytes=uploads.most_bytes)],
    )
    app.state.access = access
    app.state.services = Services(
        assistant,
        access,
        Questions(assistant, line, metrics),
        jobs_queue,
        Additions(library, jobs_queue, uploads),
        metrics,
        has_page,
    )
    metrics.watch("waiting_questions", "Questions that wait or are being read.", lambda: len(line))
    metrics.watch("articles", "Articles in the library.", lambda: len(library))
    metrics.watch("jobs", "Jobs that wait or are being done.", jobs_queue.open)
    for module in (ask, articles, jobs, checks, server):
        app.include_router(module.router)
    app.include_router(openai_router())
    app.include_router(server.metrics_router)
    handle_problems(app)
    return app


def _refresh(assistant: Assistant) -> Callable[[], None]:
    """What is done after a job, so that the next question need not wait for it."""

    def refresh() -> None:
        with suppress(QAError):
            assistant.library.refresh()

    return refresh
