"""Who sends a request, where people sign in: by the cookie of a session, by a token, or by what a proxy says."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from qa.accounts.identity import Identity, Role
from qa.accounts.proxies import Proxies
from qa.accounts.users import Accounts
from qa.errors import AccountError

SESSION_COOKIE = "article_qa_session"


class Access(Protocol):
    """Knows who sends a request."""

    def identify(self, connection: HTTPConnection) -> Identity | None:
        """Who sends it; None for somebody unknown."""
        ...


@dataclass(frozen=True, slots=True)
class AccountAccess:
    """Lets in the users of `accounts`, and with a header of a trusted proxy also newcomers, as `newcomer`.

    Raises AccountError where the accounts cannot be used.
    """

    accounts: Accounts
    proxies: Proxies = field(default_factory=Proxies)
    newcomer: Role = Role.READER

    def identify(self, connection: HTTPConnection) -> Identity | None:
        """Whose token it is, else whom the proxy names, else whose session it is; a wrong token is not passed over."""
        headers = connection.headers
        if "authorization" in headers:
            return self.accounts.of_token(bearer(headers))
        if self.proxies.user_header and connection.scope.get("trusted_proxy"):
            named = headers.getlist(self.proxies.user_header)
            if len(named) == 1 and named[0].strip():
                return self._arrived(named[0])
        return self.accounts.of_session(cookie_of(headers, SESSION_COOKIE))

    def _arrived(self, name: str) -> Identity | None:
        try:
            return self.accounts.arrive(name, self.newcomer)
        except AccountError:  # no name that anybody could have here
            return None


@dataclass(frozen=True, slots=True)
class ReadOnly:
    """Lets in whom `access` lets in, as readers: nobody changes anything."""

    access: Access

    def identify(self, connection: HTTPConnection) -> Identity | None:
        """Who sends it, without leave to change anything."""
        identity = self.access.identify(connection)
        return None if identity is None else as_reader(identity)


def as_reader(identity: Identity) -> Identity:
    """The same person without leave to change anything."""
    return replace(identity, role=min(identity.role, Role.READER))


def cookie_of(headers: Headers, name: str) -> str:
    """A cookie, or "". By hand: one of another server on this machine may have a name at which a parser stops."""
    pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
    return next((value for each, _, value in pairs if each == name), "")


def bearer(headers: Headers) -> str:
    """The token of a request, `Authorization: Bearer ...`; "" without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
