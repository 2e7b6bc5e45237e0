"""The server itself: whether it is well, what it holds, and what it has counted."""

from __future__ import annotations

from dataclasses import asdict

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from qa.api.documented import PROBLEMS
from qa.api.metrics import MEDIA_TYPE
from qa.api.problems import Problem
from qa.api.services import READERS, Serving
from qa.errors import QAError
from qa.serialization.answers import iso

router = APIRouter(prefix="/v1", tags=["server"], responses=PROBLEMS)
metrics_router = APIRouter(tags=["server"], responses=PROBLEMS)

LIBRARY_FORMAT = "article-qa/library/1"


@router.get("/health")
def health(services: Serving) -> Response:
    """Whether the library can be read; for whoever looks after the server, without a token."""
    try:
        len(services.library)
    except QAError as error:
        raise Problem(503, "library", "The library cannot be read; the server's log has the details.") from error
    return JSONResponse({"status": "ok"})


@router.get("/library", dependencies=READERS)
def library(services: Serving) -> Response:
    """How much there is, from when, from where, and under which tags."""
    with services.call():
        stats = services.library.stats()
        values = asdict(stats) | {name: iso(getattr(stats, name)) for name in ("first_published", "last_published")}
        more = {"sources": services.library.sources(), "tags": services.library.tags()}
    return JSONResponse({"format": LIBRARY_FORMAT} | values | more)


@metrics_router.get("/metrics", dependencies=READERS)
def metrics(services: Serving) -> Response:
    """What was counted, for Prometheus; no word of a question or an article is in it."""
    return Response(services.metrics.page(), media_type=MEDIA_TYPE)
