"""The doors of the page: who may send a request, from where, and what the browser is told to refuse."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.api.beside import is_api
from qa.api.hosts import LOOPBACK, host_name, is_address, is_foreign
from qa.api.problems import Problem

KEPT_SECONDS = 365 * 24 * 3600  # that a browser which has once been let in is known
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
# Of Gradio's own addresses, those that the page has no use for: the first of them fetches any address for anybody.
_CLOSED = re.compile(
    r"/(?:gradio_api/)?(?:file[=/]|file$|proxy=|upload|deep_link|process_recording|stream/|vibe|dev/|monitoring|mcp|"
    r"login|logout|openapi)",
    re.IGNORECASE,
)
_STARTING = "/gradio_api/startup-events"  # Gradio calls it itself, before anybody can have a cookie
_LOCKED = (
    "This page opens with its key only. Open the whole address that `article-qa chat` has printed, "
    "from http:// to the end of ?key=...\n"
)


@dataclass(frozen=True, slots=True)
class Doors:
    """Who is let in: with this key, under these host names. `any_address` admits every address in numbers too."""

    key: str
    hosts: frozenset[str]
    any_address: bool = False

    @classmethod
    def of(cls, host: str, key: str, further: Collection[str] = ()) -> Doors:
        """The doors of a page that is served on `host`; on all addresses, this machine's own names are known too."""
        if host in LOOPBACK:
            return cls(key, frozenset(LOOPBACK))
        names = {host.lower(), *(each.lower() for each in further)}
        if is_everywhere := host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
            names |= {socket.gethostname().lower(), socket.getfqdn().lower(), *LOOPBACK}
        return cls(key, frozenset(names), is_everywhere)

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server, not a name that somebody else has pointed at it."""
        name = host_name(host)
        return name in self.hosts or (self.any_address and is_address(name))


class Guard:
    """Middleware: nobody without the key, no request of another site's page, no content from elsewhere."""

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app = app
        self.doors = doors
        self.cookie = "article_qa_key"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, let its sender in, or hand it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        response = self._answer(scope) if scope["type"] == "http" else PlainTextResponse("No.", 403)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message))
            await send(message)

        await (response or self.app)(scope, receive, send_guarded)

    def _answer(self, scope: Scope) -> Response | None:
        """What is said instead of handing a request on; None when it may pass."""
        headers = Headers(scope=scope)
        if refusal := self._refusal(headers, scope["method"]):
            is_machine = is_api(scope["path"])
            return Problem(403, "foreign", refusal).to_response() if is_machine else PlainTextResponse(refusal, 403)
        if is_api(scope["path"]):
            return None  # it asks everybody for a token
        if _CLOSED.match(scope["path"]):
            return PlainTextResponse("Not found.", 404)
        if scope["path"] == _STARTING:
            return None
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        if self._is_key(dict(query).get("key", "")) and scope["method"] == "GET":
            return self._let_in(scope["path"], query)
        if self._is_key(self._cookie_of(headers)) or self._is_key(headers.get("authorization", "")[len("Bearer ") :]):
            return None
        return PlainTextResponse(_LOCKED, 401)

    def _let_in(self, path: str, query: list[tuple[str, str]]) -> Response:
        """To the same address without the key, which is in a cookie from now on."""
        rest = urlencode([(name, value) for name, value in query if name != "key"])
        response = RedirectResponse(f"/{path.lstrip('/')}" + (f"?{rest}" if rest else ""), 303)
        response.set_cookie(self.cookie, self.doors.key, max_age=KEPT_SECONDS, httponly=True, samesite="lax")
        return response

    def _is_key(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.doors.key.encode())

    def _cookie_of(self, headers: Headers) -> str:
        """By hand: a cookie of another server on this machine may have a name at which a parser stops."""
        pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
        return next((value for name, _, value in pairs if name == self.cookie), "")

    def _refusal(self, headers: Headers, method: str) -> str | None:
        """Why a request is refused whatever its sender knows; None when it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.doors.knows(host):
            return f"{host} is not a name of this server. Open the address that `article-qa chat` has printed."
        is_sent = method not in ("GET", "HEAD") and headers.get("sec-fetch-site") in ("cross-site", "same-site")
        return "This request comes from another site's page." if is_foreign(origin, host) or is_sent else None


def _guard(headers: MutableHeaders) -> None:
    headers["Content-Security-Policy"] = POLICY
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
