"""Names in request headers: the server's own, and the site that a request comes from."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

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


def is_loopback(name: str) -> bool:
    """Whether a name is an IP address of the machine itself."""
    return is_address(name) and ip_address(name).is_loopback


def is_foreign(origin: str | None, host: str) -> bool:
    """Whether an Origin header names another site than the Host header of the same request."""
    return origin is not None and origin.lower().partition("://")[2] != host.lower()
