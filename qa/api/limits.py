"""What a request may not exceed: its body, before any of it is understood, and the pages that may send it."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.hosts import is_foreign, own_path
from qa.api.problems import Problem

BODY_BYTES = 8_000_000  # of anything but files: a saved conversation with its articles is a few megabytes
FORM_BYTES = 100_000  # of a form, beside the files that it carries
FILES = "/v1/articles/files"


class Limits:
    """Middleware: no body that is too large, whatever its headers say, and no request of another site's page."""

    def __init__(self, app: ASGIApp, file_bytes: int) -> None:
        self.app = app
        self.file_bytes = file_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, counting what comes."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers, path = Headers(scope=scope), own_path(scope)
        if is_foreign(headers.get("origin"), headers.get("host", "")):
            refusal = Problem(403, "foreign-origin", "This request comes from another site's page.")
            await refusal.to_response(path)(scope, receive, send)
            return
        most = self.file_bytes + FORM_BYTES if path == FILES else BODY_BYTES
        too_large = Problem(413, "too-large", f"The body is larger than {most // 1_000_000} MB.")
        if _announced(headers) > most:
            await too_large.to_response(path)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise HTTPException(413, too_large.detail)  # whatever reads the body hands this one on
            return message

        await self.app(scope, counted, send)


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0
