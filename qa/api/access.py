"""Who is let in, and what a route asks of them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

from fastapi import Request
from starlette.requests import HTTPConnection

from qa.accounts.access import Access, bearer
from qa.accounts.admission import is_loopback
from qa.accounts.identity import LOCAL, Identity, Role
from qa.api.hosts import LOOPBACK, host_name, is_foreign
from qa.api.problems import Problem
from qa.errors import SettingError


@dataclass(frozen=True, slots=True)
class LocalAccess:
    """Lets the local person in, by a token: from this machine alone, or from `anywhere` where the token was chosen."""

    token: str
    anywhere: bool = False

    def identify(self, connection: HTTPConnection) -> Identity | None:
        """The local person, for a request of a program or page of this server that has the token."""
        host = connection.headers.get("host", "")
        if is_foreign(connection.headers.get("origin"), host):
            return None
        if not self.anywhere and not (_is_from_here(connection) and host_name(host) in LOOPBACK):
            return None
        return LOCAL if secrets.compare_digest(bearer(connection.headers).encode(), self.token.encode()) else None


def _is_from_here(connection: HTTPConnection) -> bool:
    return connection.client is not None and is_loopback(connection.client.host)


def check_binding(host: str, access: Access) -> None:
    """Raise SettingError where others could reach a server that does not know its people."""
    if host in LOOPBACK or not isinstance(access, LocalAccess) or access.anywhere:
        return
    raise SettingError(
        f"{host} can be reached from other machines, and nobody has to sign in. Add a user first (article-qa user "
        "add NAME), leave out --host, or choose a token of 32 characters for everybody: ARTICLE_QA_API_TOKEN."
    )


def identified(access: Access, connection: HTTPConnection, role: Role) -> Identity:
    """Who sends a request. Raises Problem: 401 for somebody unknown, 403 for somebody with too low a role."""
    identity = access.identify(connection)
    if identity is None:
        raise Problem(
            401,
            "unauthorized",
            "Send a token: Authorization: Bearer ... (`article-qa serve` prints where it is).",
            headers={"WWW-Authenticate": "Bearer"},
        )
    connection.scope["identity"] = identity  # for who tells of it later
    if identity.role < role:
        raise Problem(
            403, "forbidden", f"This needs the role {role.name.lower()}; yours is {identity.role.name.lower()}."
        )
    return identity


def allowed(role: Role) -> Callable[[Request], Identity]:
    """What a route depends on: who sends the request, with at least this role."""

    def identify(request: Request) -> Identity:
        access: Access = request.app.state.access
        return identified(access, request, role)

    return identify
