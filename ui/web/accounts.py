"""Pages of a person's account: to sign in and out, and to choose another password. They need no script."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qs

import anyio
from anyio import CapacityLimiter
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from qa.accounts.access import SESSION_COOKIE, cookie_of
from qa.accounts.admission import Admission
from qa.accounts.identity import Identity
from qa.accounts.users import SESSION_DAYS
from qa.errors import AccountError
from ui.render.account import account_page, sign_in_page
from ui.web.gates import SIGN_IN, STYLES

ACCOUNT, SIGN_OUT, PASSWORD = "/account", "/sign-out", "/account/password"  # an address
CHECKED_AT_ONCE = 2  # passwords: each takes 32 MB
MOST_BYTES = 10_000  # of a form
STYLE = (Path(__file__).parent.parent / "static" / "account.css").read_text("utf-8")
# Browsers say `Origin: null` in forms of a page with no-referrer, so that a form could not be told from a stranger's.
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_PATH = re.compile(r"/(?![/\\])[\w/?&=%.~:+-]{0,2000}", re.ASCII)
_T = TypeVar("_T")
log = logging.getLogger(__name__)


class AccountPages:
    """The routes of one server."""

    def __init__(self, admission: Admission) -> None:
        self.admission = admission
        self.accounts = admission.accounts
        self.root = admission.proxies.root_path
        self._checking: CapacityLimiter | None = None

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route(SIGN_IN, self._form),
            Route(SIGN_IN, self._sign_in, methods=["POST"]),
            Route(SIGN_OUT, self._sign_out, methods=["POST"]),
            Route(ACCOUNT, self._account),
            Route(PASSWORD, self._change_password, methods=["POST"]),
            Route(STYLES, lambda _: Response(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})),
        ]

    async def _form(self, request: Request) -> Response:
        return _page(sign_in_page(self.root, _local_path(request.query_params.get("next", ""))))

    async def _sign_in(self, request: Request) -> Response:
        if refused := _foreign(request):
            return refused
        given = await _fields(request)
        name, password, wanted = given.get("name", ""), given.get("password", ""), _local_path(given.get("next", ""))
        address = request.client.host if request.client else ""
        if wait := self.admission.limits.wait_seconds(name, address):
            self._record("sign-in-refused", name, address)
            told = f"Too many tries. Try again in {-(-wait // 60)} minutes."
            return _page(sign_in_page(self.root, wanted, told, name), 429, {"Retry-After": str(wait)})
        self.admission.limits.failed(name, address)  # before it is known: tries at once count as well
        identity = await self._checked(partial(self.accounts.sign_in, name, password))
        if identity is None:
            self._record("sign-in-failed", name, address)
            return _page(sign_in_page(self.root, wanted, "Name and password do not belong together.", name), 403)
        self.admission.limits.succeeded(name, address)
        self._record("sign-in", identity.name, address)
        return self._with_session(request, identity.name, wanted)

    def _with_session(self, request: Request, name: str, wanted: str) -> Response:
        response = RedirectResponse(f"{self.root}{wanted}", 303)
        response.set_cookie(
            SESSION_COOKIE,
            self.accounts.begin_session(name),
            max_age=SESSION_DAYS * 24 * 3600,
            path=self.root or "/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return response

    async def _sign_out(self, request: Request) -> Response:
        if refused := _foreign(request):
            return refused
        self.accounts.end_session(cookie_of(request.headers, SESSION_COOKIE))
        self._record("sign-out", _who(request).name, request.client.host if request.client else "")
        response = RedirectResponse(f"{self.root}{SIGN_IN}", 303)
        response.delete_cookie(SESSION_COOKIE, path=self.root or "/")
        return response

    async def _account(self, request: Request) -> Response:
        return self._told(request, "")

    def _told(self, request: Request, told: str, status: int = 200) -> Response:
        identity = _who(request)
        has_password = bool(identity.name) and self.accounts.get(identity.name).has_password
        return _page(account_page(self.root, identity, told, has_password=has_password), status)

    async def _change_password(self, request: Request) -> Response:
        if refused := _foreign(request):
            return refused
        identity, given = _who(request), await _fields(request)
        address = request.client.host if request.client else ""
        if self.admission.limits.wait_seconds(identity.name, address):
            return self._told(request, "Too many tries. Try again in a few minutes.", 429)
        self.admission.limits.failed(identity.name, address)
        if await self._checked(partial(self.accounts.sign_in, identity.name, given.get("current", ""))) is None:
            return self._told(request, "The current password is another one.", 403)
        self.admission.limits.succeeded(identity.name, address)
        try:
            await self._checked(partial(self.accounts.set_password, identity.name, given.get("new", "")))
        except AccountError as error:
            return self._told(request, str(error), 422)
        self._record("password", identity.name, address)
        return self._with_session(request, identity.name, ACCOUNT)

    async def _checked(self, work: Callable[[], _T]) -> _T:
        """In a thread, few at once: nobody fills the memory by trying passwords."""
        if self._checking is None:
            self._checking = CapacityLimiter(CHECKED_AT_ONCE)
        return await anyio.to_thread.run_sync(work, limiter=self._checking)

    def _record(self, event: str, name: str, address: str) -> None:
        self.admission.audit.record(event, name[:100], address=address)


def _who(request: Request) -> Identity:
    found: Identity = request.scope["identity"]
    return found


def _page(html: str, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return HTMLResponse(html, status, {**_HEADERS, **(headers or {})})


def _foreign(request: Request) -> Response | None:
    """A refusal of what no page of this server has sent; browsers name the origin of every form."""
    origin = request.headers.get("origin", "").lower()
    is_ours = origin.partition("://")[2] == request.headers.get("host", "").lower() != ""
    return None if is_ours else PlainTextResponse("This form was not sent by a page of this server.", 403)


async def _fields(request: Request) -> dict[str, str]:
    """What a form says; nothing of one that is too long."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            return {}
    found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=20)
    return {name: values[0] for name, values in found.items()}


def _local_path(given: str) -> str:
    """An address of this server to go to; the chat for anything else."""
    return given if _PATH.fullmatch(given) else "/"
