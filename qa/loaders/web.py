"""Fetching from the web: within size and time limits, and never from an address inside the own network.

Every hop of a redirect is resolved here, each of its addresses is checked, and the connection goes to the checked
address itself, so that a name cannot be re-pointed between check and connection. Proxies and `.netrc` of the
environment are not used: both would undo that.
"""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Thread
from typing import TYPE_CHECKING, Any

from qa.config import Settings
from qa.errors import LoadError
from qa.loaders.document import Document, Version
from qa.loaders.limits import MEGABYTE, too_large
from qa.loaders.politeness import check_rest, conditions, rest, version_of

if TYPE_CHECKING:
    import httpx

_NAT64 = ip_network("64:ff9b::/96")
_REFUSED = tuple(
    map(
        ip_network,
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 "
        "192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 "
        "::/127 64:ff9b:1::/48 100::/64 2001::/23 2001:db8::/32 3fff::/20 5f00::/16 fc00::/7 fe80::/10 fec0::/10 "
        "ff00::/8".split(),
    )
)
_TYPES_OF_ARTICLES = (
    "text/", "application/xhtml", "application/xml", "application/rss", "application/atom", "application/rdf",
    "application/json", "application/ld+json", "application/feed+json", "application/x-ndjson", "application/jsonl",
    "application/pdf", "application/epub", "application/gzip", "application/x-gzip", "application/octet-stream",
    "application/vnd.openxmlformats-officedocument.wordprocessingml", "application/msword", "binary/octet-stream",
    "multipart/related", "application/csv",
)  # fmt: skip
_NOT_ARTICLES = ("text/css", "text/javascript", "text/ecmascript", "text/calendar", "text/vcard")
_REMEDIES = {
    401: "Log in with a browser, save the page there and add the file.",
    402: "Log in with a browser, save the page there and add the file.",
    403: "The site refuses programs: save the page in a browser and add the file.",
    404: "Check the address; the article may have moved.",
    410: "The article was taken down; a web archive may have it.",
    429: "Wait some minutes, then add it again.",
    451: "The site may not show it where you are.",
}
_PASSING = (408, 425, 429)  # and all from 500: the same request may do later
_CHECK_ADDRESS = "Check the address, and open it in a browser."
_SAVE_PAGE = "Save the page in a browser and add the file."


@dataclass(frozen=True, slots=True)
class Download:
    """One address to be fetched, and what bounds that."""

    url: str  # as the user named it, for messages
    settings: Settings
    deadline: float  # in time.monotonic()
    version: Version | None  # what need not be sent again

    @property
    def remaining(self) -> float:
        """Seconds until the deadline, never none."""
        return max(self.deadline - time.monotonic(), 0.01)

    @property
    def is_late(self) -> bool:
        """Whether the deadline has passed."""
        return time.monotonic() > self.deadline

    def known(self, target: httpx.URL) -> Version | None:
        """The version, if it is one of this very address."""
        return self.version if self.version and self.version.url == str(target.copy_with(fragment=None)) else None


def download(url: str, settings: Settings) -> Document:
    """The document at `url`; raises LoadError for whatever keeps it from being one."""
    document = download_if_changed(url, settings, None)
    assert document is not None  # noqa: S101 - only who names a version is told that it is still the one
    return document


def download_if_changed(url: str, settings: Settings, version: Version | None) -> Document | None:
    """The document at `url`, or None when it is still that version; raises LoadError.

    Runs in a thread that is abandoned at the deadline: a name server or a server that sends its headers a byte at
    a time cannot hold the caller longer than `url_timeout`.
    """
    wanted = Download(url, settings, time.monotonic() + settings.url_timeout, version)
    outcome: list[Document | Exception | None] = []

    def work() -> None:
        try:
            outcome.append(_download(wanted))
        except Exception as error:  # noqa: BLE001 - handed to the caller below
            outcome.append(error)

    thread = Thread(target=work, daemon=True, name="download")
    thread.start()
    thread.join(settings.url_timeout)
    if not outcome:
        raise _too_slow(wanted)
    if isinstance(outcome[0], Exception):
        raise outcome[0]
    return outcome[0]


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is on the public internet, seen through IPv6 forms that embed an IPv4 address."""
    if isinstance(address, IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour
        if address in _NAT64:
            embedded = IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(embedded)
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False  # what `is_global` says depends on the Python
    return address.is_global and not address.is_multicast and not address.is_reserved


def _download(wanted: Download) -> Document | None:
    """The document, or None when it is still the version that is known; raises LoadError."""
    import httpx

    url, redirects = wanted.url, wanted.settings.url_redirects
    current = _checked_url(url, url)
    with httpx.Client(trust_env=False, follow_redirects=False, headers=_headers()) as client:
        for _ in range(redirects + 1):
            try:
                found = _hop(client, current, wanted)
            except httpx.TimeoutException:
                raise _too_slow(wanted) from None
            except httpx.HTTPError as error:
                raise _unreachable(url, error) from None
            except (httpx.InvalidURL, ValueError):
                raise LoadError(url, "It leads to an address that is not valid.", _CHECK_ADDRESS) from None
            if isinstance(found, httpx.URL):
                current = found
            else:
                return found
    raise LoadError(url, f"It redirects more than {redirects} times.", _CHECK_ADDRESS)


def _hop(client: httpx.Client, target: httpx.URL, wanted: Download) -> Document | httpx.URL | None:
    """The document, where a redirect leads, or None; tries each checked address of the host until one connects."""
    import httpx

    check_rest(target, wanted.url)
    known = wanted.known(target)
    addresses = _addresses(target, wanted)
    for position, address in enumerate(addresses):
        last = position == len(addresses) - 1
        remaining = wanted.remaining
        try:
            with client.stream(
                "GET",
                target.copy_with(host=address),
                headers={"Host": target.netloc.decode("ascii")} | conditions(known),
                extensions={"sni_hostname": target.raw_host.decode("ascii")},
                timeout=remaining if last else min(remaining, wanted.settings.url_timeout / len(addresses)),
            ) as response:
                if known and response.status_code == httpx.codes.NOT_MODIFIED:
                    return None
                return _received(response, target, wanted)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            if last:
                raise
    raise AssertionError("a name resolves to at least one address")


def _received(response: httpx.Response, target: httpx.URL, wanted: Download) -> Document | httpx.URL:
    """The document of an answer, or where it redirects to; raises LoadError for every other answer."""
    url = wanted.url
    if response.has_redirect_location:
        return _checked_url(str(target.join(response.headers["location"])), url)
    if response.status_code not in (200, 203):  # 206 would be a part, of which nobody has asked for
        raise _refused(url, response, target)
    media_type = response.headers.get("content-type", "")
    _check_media_type(url, media_type)
    data = _body(response, wanted)
    address = str(target.copy_with(fragment=None))
    return Document(url, data, media_type or None, address, version_of(address, response))


def _body(response: httpx.Response, wanted: Download) -> bytes:
    """The whole body, unless it grows over `max_file_mb` (also when unpacked) or the deadline passes."""
    limit = wanted.settings.max_file_mb * MEGABYTE
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > limit:
        raise too_large(wanted.url, wanted.settings)
    data, unpack = bytearray(), _unpacking(response, wanted)
    for chunk in response.iter_raw():
        while chunk:
            piece, chunk = unpack(chunk, limit + 1 - len(data))
            data += piece
            if len(data) > limit:
                raise too_large(wanted.url, wanted.settings)
            if wanted.is_late:
                raise _too_slow(wanted)
    return bytes(data)


def _unpacking(response: httpx.Response, wanted: Download) -> Callable[[bytes, int], tuple[bytes, bytes]]:
    """What unpacks a piece into at most so many bytes, and gives back what is left of it. Raises LoadError.

    Only what was asked for is taken, packed once: the size of anything else is not known until it is unpacked.
    """
    packing = response.headers.get("content-encoding", "").strip().lower()
    if packing in ("", "identity"):
        return lambda chunk, _: (chunk, b"")
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise LoadError(wanted.url, f"It sends its page packed as {packing[:40]}, which was not asked for.", _SAVE_PAGE)
    inflate = _inflater(raw=False) if packing == "deflate" else zlib.decompressobj(16 + zlib.MAX_WBITS)

    def unpack(chunk: bytes, most: int) -> tuple[bytes, bytes]:
        nonlocal inflate
        try:
            return inflate.decompress(chunk, most), inflate.unconsumed_tail
        except zlib.error:
            if packing != "deflate":
                raise LoadError(wanted.url, "What it sends cannot be unpacked.", _SAVE_PAGE) from None
            inflate = _inflater(raw=True)  # some servers leave the header out
            return inflate.decompress(chunk, most), inflate.unconsumed_tail

    return unpack


def _inflater(*, raw: bool) -> Any:
    return zlib.decompressobj(-zlib.MAX_WBITS if raw else zlib.MAX_WBITS)


def _addresses(target: httpx.URL, wanted: Download) -> list[str]:
    """The addresses of the host, all of them checked; raises LoadError when there is none or one is not public."""
    try:
        found = socket.getaddrinfo(target.host, target.port or _default_port(target), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        reason = f"There is no server named {target.host}, or no connection."
        raise LoadError(wanted.url, reason, _CHECK_ADDRESS, retry_after=0.0) from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    if not wanted.settings.url_private and not all(is_public(ip_address(address)) for address in addresses):
        raise LoadError(
            wanted.url,
            f"It leads to {target.host}, which is inside your own network or computer.",
            "Save the page and add the file, or allow such addresses with the setting url_private.",
        )
    return addresses[:4]


def _checked_url(address: str, url: str) -> httpx.URL:
    """`address` as a URL to connect to; `url` is what the user named, for the message."""
    import httpx

    try:
        target = httpx.URL(address)
    except (httpx.InvalidURL, ValueError):
        raise LoadError(url, "This is not a valid web address.", _CHECK_ADDRESS) from None
    if target.scheme not in ("http", "https") or not target.host:
        raise LoadError(url, f"It leads to an address that is not on the web ({target.scheme}).", _CHECK_ADDRESS)
    if not 0 < (target.port or 80) < 65536:
        raise LoadError(url, "This is not a valid web address.", _CHECK_ADDRESS)
    if target.userinfo:
        raise LoadError(url, "The address holds a user name or password.", "Leave them out, or save the page instead.")
    return target


def _check_media_type(url: str, media_type: str) -> None:
    kind = media_type.partition(";")[0].strip().lower()
    if kind and (not kind.startswith(_TYPES_OF_ARTICLES) or kind.startswith(_NOT_ARTICLES)):
        raise LoadError(url, f"It answers with {kind}, which is no article.", "Give the address of the article's page.")


def _headers() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        number = version("article-qa")
    except PackageNotFoundError:
        number = "0"
    kinds = "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, */*;q=0.5"
    return {"User-Agent": f"article-qa/{number}", "Accept": kinds, "Accept-Encoding": "gzip, deflate"}


def _default_port(target: httpx.URL) -> int:
    return 443 if target.scheme == "https" else 80


def _too_slow(wanted: Download) -> LoadError:
    return LoadError(
        wanted.url,
        f"It did not answer completely within {wanted.settings.url_timeout:g} seconds.",
        "Try again later, or raise the setting url_timeout.",
        retry_after=0.0,
    )


def _refused(url: str, response: httpx.Response, target: httpx.URL) -> LoadError:
    """The failure of an answer that brings no document; a server that wants a rest gets it from now on."""
    code, later = response.status_code, "Try again later; the trouble is at the site."
    name = f" ({response.reason_phrase})" if response.reason_phrase else ""
    remedy = _REMEDIES.get(code, later if code >= 500 else _CHECK_ADDRESS)
    left_alone = rest(target, response) if code in (429, 503) else 0.0
    passing = code in _PASSING or code >= 500
    reason = f"The site answered with the code {code}{name}."
    return LoadError(url, reason, remedy, retry_after=left_alone if passing else None)


def _unreachable(url: str, error: Exception) -> LoadError:
    text = str(error)
    if "CERTIFICATE" in text.upper():
        return LoadError(url, "The certificate of the site is not valid.", _SAVE_PAGE)
    if "refused" in text:
        return LoadError(url, "The server refuses the connection.", _CHECK_ADDRESS, retry_after=0.0)
    remedy = "Check your connection, then add it again."
    return LoadError(url, "The connection failed or broke off.", remedy, retry_after=0.0)
