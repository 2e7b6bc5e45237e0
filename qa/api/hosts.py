"""What a request says of the server: the names in its headers, and its address below a reverse proxy's path."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.types import Scope

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def host_name(header: str) -> str:
    """The name or address in a Host header, without its port and in small letters; "" where there is none."""
    if not re.fullmatch(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?", header, re.ASCII):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:  # no address in square brackets
        return ""


def is_address(name: str) -> bool:
    """Whether a name is an IP address."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def is_foreign(origin: str | None, host: str) -> bool:
    """Whether an Origin header names another site than the Host header of the same request."""
    return origin is not None and origin.lower().partition("://")[2] != host.lower()


def own_path(scope: Scope) -> str:
    """The path of a request as the routes have it, without the one below which a reverse proxy has the server."""
    path, root = str(scope.get("path", "")), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path


def outer_path(scope: Scope, path: str) -> str:
    """A path of the routes as others have to ask for it."""
    return f"{scope.get('root_path', '')}{path}"
