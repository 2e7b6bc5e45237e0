"""The doors of the page: who may send a request, from where, and what the browser is told to refuse."""

from __future__ import annotations

import re
import socket
from collections.abc import Collection
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.accounts.access import as_reader
from qa.api.beside import is_api
from qa.api.hosts import LOOPBACK, host_name, is_address, is_foreign
from qa.api.problems import Problem
from ui.web.gates import Gate
from ui.web.uploads import UPLOADS

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
MOST_BYTES = 8_000_000  # of an event of the page: a pasted text whose quotes are checked is the largest
_PERMISSIONS = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
_STARTING = "/gradio_api/startup-events"  # Gradio calls it itself, before anybody can have a cookie


@dataclass(frozen=True, slots=True)
class Doors:
    """Under which host names this server answers. `any_address` admits every address in numbers too."""

    hosts: frozenset[str]
    any_address: bool = False

    @classmethod
    def of(cls, host: str, further: Collection[str] = ()) -> Doors:
        """The doors of a page that is served on `host`; on all addresses, this machine's own names are known too."""
        names = {host.lower(), *(each.lower() for each in further)}
        if host in LOOPBACK:
            return cls(frozenset(names | set(LOOPBACK)))
        if is_everywhere := host in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
            names |= {socket.gethostname().lower(), socket.getfqdn().lower(), *LOOPBACK}
        return cls(frozenset(names), is_everywhere)

    def knows(self, host: str) -> bool:
        """Whether a Host header names this server, not a name that somebody else has pointed at it."""
        name = host_name(host)
        return name in self.hosts or (self.any_address and is_address(name))


class Guard:
    """Middleware: nobody without the key, no request of another site's page, no content from elsewhere."""

    def __init__(self, app: ASGIApp, doors: Doors, gate: Gate, *, read_only: bool = False) -> None:
        self.app = app
        self.doors = doors
        self.gate = gate
        self.read_only = read_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, let its sender in, or hand it on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        response = self._answer(scope) if scope["type"] == "http" else PlainTextResponse("No.", 403)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _guard(MutableHeaders(scope=message), scope)
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
        if scope["method"] != "GET" and scope["path"] != UPLOADS and (refused := _too_large(headers)):
            return refused
        found = self.gate.identify(scope)
        if isinstance(found, Response):
            return found
        scope["identity"] = as_reader(found) if found is not None and self.read_only else found
        return None

    def _refusal(self, headers: Headers, method: str) -> str | None:
        """Why a request is refused whatever its sender knows; None when it is not."""
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.doors.knows(host):
            return f"{host} is not a name of this server. Open the address that `article-qa chat` has printed."
        is_sent = method not in ("GET", "HEAD") and headers.get("sec-fetch-site") in ("cross-site", "same-site")
        return "This request comes from another site's page." if is_foreign(origin, host) or is_sent else None


def _too_large(headers: Headers) -> Response | None:
    """A refusal of what is larger than any event of the page, before it is read; browsers always say how large."""
    length = headers.get("content-length", "" if "transfer-encoding" in headers else "0")
    if not length.isdecimal():
        return PlainTextResponse("Say how large it is.", 411)
    return PlainTextResponse("It is too large.", 413) if int(length) > MOST_BYTES else None


def _guard(headers: MutableHeaders, scope: Scope) -> None:
    """Tell the browser what to refuse; a page of our own may have said something stricter."""
    headers.setdefault("Content-Security-Policy", POLICY)
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = _PERMISSIONS
    if scope["scheme"] == "https":
        headers["Strict-Transport-Security"] = "max-age=31536000"
