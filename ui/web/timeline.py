"""The address of a timeline, and of its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from qa.errors import QAError
from qa.serialization.timelines import TIMELINE_FORMS
from ui.render.evidence import page_html
from ui.render.timeline import timeline_html

if TYPE_CHECKING:
    from qa.library import Library

MOST_CHARACTERS = 200  # of a topic
_TYPES = {"markdown": ("text/markdown", "md"), "csv": ("text/csv", "csv"), "html": ("text/html", "html")}


def timeline_response(library: Library, request: Request, style: str) -> Response:
    """The page of `?topic=`, or with `&form=` one of the files."""
    topic = request.query_params.get("topic", "")[:MOST_CHARACTERS].strip()
    form = request.query_params.get("form", "")
    try:
        rows = library.timeline(topic)
    except QAError as error:
        return PlainTextResponse(str(error), 503)
    if form not in TIMELINE_FORMS:
        body = timeline_html(topic, rows)
        return HTMLResponse(page_html(f"Timeline: {topic}", body, style), status_code=200 if rows else 404)
    media, suffix = _TYPES[form]
    content = TIMELINE_FORMS[form](topic, rows).encode("utf-8", "replace")
    headers = {"Content-Disposition": f'attachment; filename="timeline.{suffix}"'}
    return Response(content, media_type=media, headers=headers)
