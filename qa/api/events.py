"""Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them."""

from __future__ import annotations

import json
from collections.abc import Iterator

from starlette.responses import StreamingResponse

MEDIA_TYPE = "text/event-stream"


NOTHING = ": nothing yet\n\n"  # a comment, which clients pass over


def event(data: object, name: str = "") -> str:
    """One event with its data as one line of JSON."""
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"


def event_stream(events: Iterator[str]) -> StreamingResponse:
    """Events as they come; no proxy keeps them back."""
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type=MEDIA_TYPE, headers=headers)
