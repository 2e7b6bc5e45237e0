"""Server-sent events, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them."""

from __future__ import annotations

import json
from collections.abc import Generator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

MEDIA_TYPE = "text/event-stream"
NOTHING = ": nothing yet\n\n"  # a comment, which clients pass over

Events = Generator[str, None, None]


def event(data: object, name: str = "") -> str:
    """One event with its data as one line of JSON."""
    return (f"event: {name}\n" if name else "") + f"data: {json.dumps(data)}\n\n"


class EventStream(StreamingResponse):
    """Events as they come, which no proxy keeps back. Where nobody listens any more, they are closed at once."""

    def __init__(self, events: Events) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type=MEDIA_TYPE, headers=headers)
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send them all, or as long as somebody listens."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._events.close()
