"""What the browser is told to refuse: a page that shows other people's articles must not be able to reach out."""

from __future__ import annotations

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
# Gradio compiles its templates in the page, hence unsafe-eval; nothing may come from, or go to, another origin.
POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


class Guard:
    """Middleware: no content from elsewhere, no requests sent by other sites' pages.

    `loopback`: the chat is served to this machine only, so any other host name in a request comes from a site that
    has pointed its own name at this machine.
    """

    def __init__(self, app: ASGIApp, loopback: bool) -> None:
        self.app = app
        self.loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or hand it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if refusal := self._refusal(Headers(scope=scope), scope["method"]):
            await PlainTextResponse(refusal, status_code=403)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = POLICY
                headers["Referrer-Policy"] = "no-referrer"
                headers["X-Content-Type-Options"] = "nosniff"
            await send(message)

        await self.app(scope, receive, send_guarded)

    def _refusal(self, headers: Headers, method: str) -> str | None:
        """Why a request is refused; None when it is not."""
        host = headers.get("host", "").rsplit(":", 1)[0].strip("[]")
        if self.loopback and host not in LOOPBACK:
            return f"{host} is not this machine. Open the chat at http://127.0.0.1 with its port."
        if method not in ("GET", "HEAD") and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            return "This request comes from another site's page."
        return None
