"""The API of one assistant, put together."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import Route

import qa
from qa.accounts.access import Access
from qa.api.limits import Limits
from qa.api.metrics import CountRequests
from qa.api.problems import handle_problems
from qa.api.routes import articles, ask, checks, jobs, server
from qa.api.routes.openai import openai_router
from qa.api.services import KeptOf, Services
from qa.work.jobs import JobQueue
from qa.work.questions import FairQueue
from qa.work.uploads import Uploads

if TYPE_CHECKING:
    from qa.api.mcp_server import McpEndpoint
    from qa.assistant import Assistant

MCP_PATH = "/mcp"
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
    kept_of: KeptOf | None = None,
    has_page: bool = False,
) -> FastAPI:
    """The API over an assistant.

    Where a page is served beside it (`has_page`), both share its line of questions, its jobs and its folder of files.
    `kept_of` gives the conversations of a person, with which feedback is kept.
    """
    services = Services.over(assistant, line=line, jobs=jobs_queue, uploads=uploads, kept_of=kept_of, has_page=has_page)
    mcp = _mcp_endpoint(services, access)
    app = FastAPI(
        title="article-qa",
        version=qa.__version__,
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,  # their pages are fetched from elsewhere
        redoc_url=None,
        lifespan=mcp.lifespan if mcp else None,
        middleware=[
            Middleware(CountRequests, metrics=services.metrics),
            Middleware(Limits, file_bytes=services.additions.uploads.most_bytes),
        ],
    )
    app.state.access, app.state.services = access, services
    for module in (ask, articles, jobs, checks, server):
        app.include_router(module.router)
    app.include_router(openai_router())
    app.include_router(server.metrics_router)
    if mcp:
        app.router.routes.append(Route(MCP_PATH, mcp))
    handle_problems(app)
    return app


def _mcp_endpoint(services: Services, access: Access) -> McpEndpoint | None:
    """The MCP server, where the package for it is installed."""
    if not find_spec("mcp"):
        return None
    from qa.api.mcp_server import McpEndpoint, mcp_server

    return McpEndpoint(mcp_server(services), access)
