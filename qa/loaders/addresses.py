"""The address of a saved page: its own, whatever archive or lighter copy it was saved from."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urljoin, urlsplit

from qa.loaders.article import web_address

_ARCHIVED = re.compile(
    r"https?://(?:web\.archive\.org/web|archive\.(?:ph|today|is|md|vn|fo|li)|arquivo\.pt/wayback|"
    r"webcache\.googleusercontent\.com)/(?:\d{4,14}(?:[a-z]{2}_)?|newest|o/\w{1,10})/(https?):/{1,2}(.+)"
)
_ARCHIVE = re.compile(
    r"(?:web\.archive\.org|archive\.(?:ph|today|is|md|vn|fo|li|org)|webcache\.googleusercontent\.com)"
)
_CANONICAL = re.compile(r"""<link\s[^<>]{0,300}?rel\s*=\s*["']?canonical["']?[^<>]{0,1000}>""", re.IGNORECASE)
_HREF = re.compile(r"""\shref\s*=\s*["']?([^"'\s<>]{1,2000})""", re.IGNORECASE)
_BASE = re.compile(r"""<base\s[^<>]{0,300}?href\s*=\s*["']?([^"'\s<>]{1,2000})""", re.IGNORECASE)
_HEAD_CHARS = 200_000


def live_address(address: str | None) -> str | None:
    """The address that an archive's copy is of, where its own address says so; any other address as it is."""
    match = _ARCHIVED.match(address or "")
    return web_address(f"{match[1]}://{match[2]}") if match else address


def own_address(html: str, stated: str | None, named: str | None, saved_from: str | None) -> str | None:
    """The address that a page gives as its own if it is of the site that it came from; else where it came from.

    Its canonical link counts before what else is `stated` or `named` in it.
    """
    base = live_address(saved_from)
    for each in (canonical_address(html, base), live_address(stated), live_address(named)):
        if each and (not base or _is_archive(base) or _site(each) == _site(base)):
            return each
    return base


def canonical_address(html: str, base: str | None) -> str | None:
    """The canonical link of a page, made whole by its `<base>` or by where it came from."""
    link = _CANONICAL.search(html[:_HEAD_CHARS])
    target = _HREF.search(link.group()) if link else None
    if not target:
        return None
    beginning = _BASE.search(html[:_HEAD_CHARS])
    try:
        whole = urljoin(beginning[1] if beginning else base or "", unescape(target[1]))
    except ValueError:
        return None
    return live_address(web_address(whole))


def _is_archive(address: str) -> bool:
    return _ARCHIVE.fullmatch(_site(address)) is not None


def _site(address: str) -> str:
    host = (urlsplit(address).hostname or "").lower()
    return re.sub(r"^(?:www|m|amp|mobile)\.", "", host)
