"""Pages in archives of the web: WARC, as crawlers write it, and the web archives of Safari."""

from __future__ import annotations

import plistlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import web_address
from qa.loaders.document import Document
from qa.loaders.limits import MEGABYTE

ReadPage = Callable[[Document], Iterator[Article | Failure]]

MOST_RECORDS = 100_000
HEAD_BYTES = 65_536  # of a record or of an answer: more is no head
_BLANK = re.compile(rb"\r?\n\r?\n")
_FOLDED = re.compile(rb"\r?\n[ \t]+")
_READ = ("text/html", "application/xhtml+xml", "application/pdf")
_OPEN = "Open the page itself and save it as HTML or PDF."


def read_web_archive(document: Document, _settings: Settings, read_page: ReadPage) -> Iterator[Article | Failure]:
    """The article of a page that Safari saved; raises LoadError when it is damaged."""
    try:
        resource = plistlib.loads(document.data)["WebMainResource"]
        data, media = resource["WebResourceData"], str(resource.get("WebResourceMIMEType", "text/html"))
        charset, address = resource.get("WebResourceTextEncodingName"), resource.get("WebResourceURL")
    except Exception:  # noqa: BLE001 - plistlib lets errors of every kind through
        raise LoadError(document.origin, "The web archive is damaged.", _OPEN) from None
    if not isinstance(data, bytes) or media not in _READ:
        raise LoadError(document.origin, "There is no page in this web archive.", _OPEN)
    media = f"{media}; charset={charset}" if isinstance(charset, str) else media
    yield from read_page(replace(document, data=data, media_type=media, url=web_address(str(address or ""))))


def read_warc(document: Document, settings: Settings, read_page: ReadPage) -> Iterator[Article | Failure]:
    """The articles of the pages in a WARC, `origin#address` their sources; of a page fetched twice, the last.

    Raises LoadError where it holds no page, or is damaged at its start.
    """
    pages: dict[str, tuple[str, bytes, bool]] = {}
    for head, content in _records(document):
        if page := _page(head, content):
            pages[head["warc-target-uri"].strip("<>")] = page
    if not pages:
        raise LoadError(document.origin, "There are no pages in this web archive.", _OPEN)
    for address, (media, data, chunked) in pages.items():
        origin = f"{document.origin}#{address}"
        try:
            body = _unpacked(data, chunked, settings)
        except (ValueError, zlib.error):
            yield Failure(origin, "The page is damaged in the archive.", _OPEN)
            continue
        yield from read_page(Document(origin, body, media, web_address(address)))


def _records(document: Document) -> Iterator[tuple[dict[str, str], bytes]]:
    """The head and content of each record up to the end of the file, or to where it is damaged."""
    data, at = document.data, 0
    for _ in range(MOST_RECORDS):
        at = data.find(b"WARC/", at)
        blank = _BLANK.search(data, at, at + HEAD_BYTES) if at >= 0 else None
        if not blank:
            return
        head = _fields(data[at : blank.start()])
        length = head.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            return
        at = blank.end() + int(length)
        yield head, data[blank.end() : at]
    raise LoadError(
        document.origin, f"It holds more than {MOST_RECORDS:,} records.", "Split it into archives of single sites."
    )


def _fields(head: bytes) -> dict[str, str]:
    """The fields of a head, their names in small letters."""
    lines = _FOLDED.sub(b" ", head).decode("utf-8", errors="replace").splitlines()[1:]
    pairs = (line.partition(":") for line in lines)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _page(head: Mapping[str, str], content: bytes) -> tuple[str, bytes, bool] | None:
    """Media type, bytes and whether these come in chunks, of a record that holds a page; `None` for others."""
    kind = head.get("warc-type", "")
    if "warc-target-uri" not in head or kind not in ("response", "resource"):
        return None
    if kind == "resource":
        media = head.get("content-type", "")
        return (media, content, False) if _is_read(media) else None
    blank = _BLANK.search(content[:HEAD_BYTES])
    if not blank or not re.match(rb"HTTP/\S{1,5} 2\d\d", content):
        return None
    answer = _fields(content[: blank.start()])
    if not _is_read(answer.get("content-type", "")):
        return None
    return answer["content-type"], content[blank.end() :], answer.get("transfer-encoding", "").lower() == "chunked"


def _is_read(media: str) -> bool:
    return media.partition(";")[0].strip().lower() in _READ


def _unpacked(data: bytes, chunked: bool, settings: Settings) -> bytes:
    """The bytes of a page, whatever packing its server chose; raises ValueError or zlib.error for damaged ones."""
    data = _joined(data) if chunked else data
    if data[:2] != b"\x1f\x8b":
        return data
    limit = settings.max_file_mb * MEGABYTE
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    page = unpacking.decompress(data, limit)
    if unpacking.unconsumed_tail:
        raise ValueError("it unpacks to more than a page may hold")
    return page


def _joined(data: bytes) -> bytes:
    """The bytes of chunks, each behind a line with its length."""
    pieces, at = [], 0
    while (end := data.find(b"\n", at)) >= 0:
        length = int(data[at:end].partition(b";")[0].strip() or b"0", 16)
        if length <= 0:
            break
        pieces.append(data[end + 1 : end + 1 + length])
        at = data.find(b"\n", end + 1 + length) + 1 or len(data)
    return b"".join(pieces)
