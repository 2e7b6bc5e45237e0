"""Who comes in to the page: with the key of this machine's chat, or by signing in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl, quote, urlencode

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import Scope

from qa.accounts.access import Access, cookie_of
from qa.accounts.identity import LOCAL, Identity
from qa.errors import AccountError

KEY_COOKIE = "article_qa_key"
KEPT_SECONDS = 365 * 24 * 3600  # that a browser which has once been let in is known
SIGN_IN, STYLES = "/sign-in", "/account.css"
_PUBLIC = (SIGN_IN, STYLES, "/favicon.ico")
_LOCKED = (
    "This page opens with its key only. Open the whole address that `article-qa chat` has printed, "
    "from http:// to the end of ?key=...\n"
)


class Gate(Protocol):
    """Knows who sends a request, and what is said to somebody unknown."""

    def identify(self, scope: Scope) -> Identity | Response | None:
        """Who sends it, or what to answer instead; None for an address that is open to everybody."""
        ...


@dataclass(frozen=True, slots=True)
class KeyGate:
    """Lets in as the local person who has the key: in the address once, in a cookie from then on, or as a token."""

    key: str
    root_path: str = ""

    def identify(self, scope: Scope) -> Identity | Response | None:
        """The local person, for whoever has the key."""
        headers = Headers(scope=scope)
        query = parse_qsl(scope["query_string"].decode("latin-1"))
        if self._is_key(dict(query).get("key", "")) and scope["method"] == "GET":
            return self._let_in(scope, query)
        sent = headers.get("authorization", "")[len("Bearer ") :]
        if self._is_key(cookie_of(headers, KEY_COOKIE)) or self._is_key(sent):
            return LOCAL
        return PlainTextResponse(_LOCKED, 401)

    def _let_in(self, scope: Scope, query: list[tuple[str, str]]) -> Response:
        """To the same address without the key, which is in a cookie from now on."""
        rest = urlencode([(name, value) for name, value in query if name != "key"])
        address = f"{self.root_path}/{scope['path'].lstrip('/')}" + (f"?{rest}" if rest else "")
        response = RedirectResponse(address, 303)
        response.set_cookie(
            KEY_COOKIE,
            self.key,
            max_age=KEPT_SECONDS,
            path=self.root_path or "/",
            secure=scope["scheme"] == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    def _is_key(self, given: str) -> bool:
        return secrets.compare_digest(given.encode("utf-8", "replace"), self.key.encode())


@dataclass(frozen=True, slots=True)
class SignInGate:
    """Lets in whom `access` knows; a browser of somebody else is led to where people sign in."""

    access: Access
    root_path: str = ""

    def identify(self, scope: Scope) -> Identity | Response | None:
        """Who sends it; nobody where the accounts cannot be used."""
        try:
            identity = self.access.identify(HTTPConnection(scope))
        except AccountError:
            return PlainTextResponse(
                "Nobody can be let in: the accounts cannot be read. The server's log says why.", 503
            )
        if identity is not None:
            return identity
        if scope["path"] in _PUBLIC:
            return None
        if scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", ""):
            query = scope["query_string"].decode("latin-1")
            wanted = scope["path"] + (f"?{query}" if query else "")
            return RedirectResponse(f"{self.root_path}{SIGN_IN}?next={quote(wanted, safe='')}", 303)
        return PlainTextResponse("Sign in first, or send a token: Authorization: Bearer ...\n", 401)
