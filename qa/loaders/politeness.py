"""What spares a server: asking only for what has changed, and leaving it alone for as long as it wants."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from math import ceil
from typing import TYPE_CHECKING

from qa.errors import LoadError
from qa.loaders.document import Version

if TYPE_CHECKING:
    import httpx

VERSION_CHARS = 1000  # a longer ETag is not remembered
REST_SECONDS = 86400.0  # the longest rest that a server gets

_resting: dict[str, float] = {}  # by host and port: until when, in time.monotonic()


def version_of(address: str, response: httpx.Response) -> Version | None:
    """What the server calls this content, as far as it can be sent back."""
    etag, modified = (_sendable(response.headers.get(name, "")) for name in ("etag", "last-modified"))
    return Version(address, etag, modified) if etag or modified else None


def _sendable(value: str) -> str | None:
    fits = 0 < len(value) <= VERSION_CHARS and value.isascii() and value.isprintable()
    return value if fits else None


def conditions(version: Version | None) -> dict[str, str]:
    """The headers that ask for the content only if it is no longer this version."""
    asked = {"If-None-Match": version.etag, "If-Modified-Since": version.modified} if version else {}
    return {name: value for name, value in asked.items() if value}


def rest(target: httpx.URL, response: httpx.Response) -> float:
    """Leave the server alone from now on for as long as its answer asks for; the seconds."""
    seconds = _retry_after(response)
    if seconds:
        _resting[_server(target)] = time.monotonic() + seconds
    return seconds


def check_rest(target: httpx.URL, url: str) -> None:
    """Raise LoadError while the server of `target` wants to be left alone; `url` is what the user named."""
    left = _resting.get(_server(target), 0.0) - time.monotonic()
    if left > 0:
        duration = f"{ceil(left / 60)} minutes" if left > 90 else f"{ceil(left)} seconds"
        reason = f"{target.host} has asked to be left alone; {duration} of that are left."
        raise LoadError(url, reason, "Add it again then.", retry_after=left)


def _server(target: httpx.URL) -> str:
    return target.netloc.decode("ascii")


def _retry_after(response: httpx.Response) -> float:
    """The seconds of a Retry-After, counted on the server's own clock; 0 where there is none."""
    given = response.headers.get("retry-after", "").strip()
    if given.isascii() and given.isdigit():
        return min(float(given), REST_SECONDS)
    try:
        until, now = (parsedate_to_datetime(each) for each in (given, response.headers.get("date", "")))
        return min(max((until - now).total_seconds(), 0.0), REST_SECONDS)
    except (TypeError, ValueError):
        return 0.0
