"""Which family reads a document: its content decides, its name only where content cannot."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.document import Document
from qa.loaders.failures import reported
from qa.loaders.sources import MEGABYTE, too_large

if TYPE_CHECKING:
    from qa.loaders.feeds import Entries

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "media"),
    (b"ID3", "media"),
    (b"OggS", "media"),
    (b"\x1aE\xdf\xa3", "media"),
    (b"\x7fELF", "program"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
)
_REFUSED = {
    "ole": (
        "It is an old Word document, or an Office document locked with a password.",
        "Open it in its program and save it as DOCX or PDF without a password.",
    ),
    "rtf": ("It is an RTF document, which is not read.", "Open it in a word processor and save it as DOCX or PDF."),
    "image": ("It is an image, not a text.", "Use a program with text recognition (OCR), and add its text."),
    "media": ("It is a sound or video file, not a text.", "Add a transcript instead."),
    "program": ("It is a program, not a text.", "Leave it out."),
    "archive": ("It is a packed archive.", "Unpack it and add the folder."),
    "xml": ("It is XML, but neither a feed nor a web page.", "Export it as HTML, JSON, CSV or text."),
}
_SUFFIX_FAMILY = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".mhtml": "mhtml", ".mht": "mhtml",
    ".md": "markdown", ".markdown": "markdown",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".rss": "feed", ".atom": "feed", ".xml": "xml",
    ".pdf": "pdf", ".docx": "zip", ".epub": "zip",
}  # fmt: skip
_MEDIA_FAMILY = {
    "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "application/json": "json", "application/x-ndjson": "jsonl", "application/jsonl": "jsonl", "text/csv": "csv",
    "text/tab-separated-values": "csv", "application/rss+xml": "feed", "application/atom+xml": "feed",
    "application/feed+json": "json", "application/pdf": "pdf", "multipart/related": "mhtml",
}  # fmt: skip
_FEED_START = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_PROLOGUE = re.compile(
    rb"(?:\s|<\?.{0,500}?\?>|<!--.{0,5000}?-->|<!doctype\s+(?!html)[^>\[]{0,300}>)*", re.DOTALL | re.IGNORECASE
)
_MHTML_START = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?Content-Type:\s*multipart/related", re.IGNORECASE)


def parse(document: Document, settings: Settings, entries: Entries | None = None) -> Iterator[Article | Failure]:
    """The articles of `document`, and a Failure for each that cannot be read. Never raises for bad content.

    Of a feed, what `entries` knows is left out.
    """
    for found in reported(_read(document, settings, entries), document.origin):
        yield checked(found, settings) if isinstance(found, Article) else found


def checked(article: Article, settings: Settings) -> Article | Failure:
    """The article, unless its text is too short or too long to be one."""
    size = len(article.text)
    if size < settings.min_article_chars:
        what = "There is no text in it." if not size else f"Its text is only {size} characters long."
        return Failure(
            article.source, what, f"An article needs at least {settings.min_article_chars} (setting min_article_chars)."
        )
    if size > settings.max_article_chars:
        return Failure(
            article.source,
            f"Its text is {size:,} characters long; the limit is {settings.max_article_chars:,}.",
            "Split it, or raise the setting max_article_chars.",
        )
    return article


def _read(document: Document, settings: Settings, entries: Entries | None) -> Iterator[Article | Failure]:
    if len(document.data) > settings.max_file_mb * MEGABYTE:
        raise too_large(document.origin, settings)
    suffix = document.suffix
    if document.data[:2] == b"\x1f\x8b":
        document = replace(document, data=_unpacked(document, settings))
        suffix = PurePosixPath(document.name).with_suffix("").suffix.lower()
    if not document.data.strip(b"\0 \t\r\n\f\v\xef\xbb\xbf"):
        raise LoadError(document.origin, "It is empty.", "Check that it was saved or downloaded completely.")
    yield from _by_family(family_of(document, suffix), document, settings, entries)


def family_of(document: Document, suffix: str) -> str:
    """The name of the family that reads `document`; `suffix` without `.gz`."""
    data = document.data
    media = (document.media_type or "").partition(";")[0].strip().lower()
    named = _SUFFIX_FAMILY.get(suffix) or _MEDIA_FAMILY.get(media, "text")
    if (signature := _signature(data)) is not None:
        return signature
    start = data[_prologue_end(data) :][:200]
    if _FEED_START.match(start):
        return "feed"
    if _HTML_START.match(start) or named == "html":
        return "html"
    if named == "mhtml" or _MHTML_START.match(data[:4000]):
        return "mhtml"
    if named == "xml":
        return "xml" if start.startswith(b"<") else "text"
    return named


def _signature(data: bytes) -> str | None:
    for mark, family in _SIGNATURES:
        if data.startswith(mark):
            return family
    return "pdf" if b"%PDF-" in data[:1024] else None


def _prologue_end(data: bytes) -> int:
    """Where the first element begins, behind byte order mark, XML declaration and comments."""
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    match = _PROLOGUE.match(data[: 8192 + offset], offset)
    return match.end() if match else offset


def _by_family(
    family: str, document: Document, settings: Settings, entries: Entries | None
) -> Iterator[Article | Failure]:
    """Hand over to the family; each is imported only when it is needed."""
    if family in _REFUSED:
        raise LoadError(document.origin, *_REFUSED[family])
    match family:
        case "pdf":
            from qa.loaders.pdf import read_pdf

            yield read_pdf(document, settings)
        case "zip":
            from qa.loaders.office import read_zipped

            yield from read_zipped(document, settings)
        case "feed":
            from qa.loaders.feeds import Entries, read_feed

            yield from read_feed(document, settings, entries or Entries())
        case "html" | "mhtml":
            from qa.loaders.html import read_mhtml, read_page

            yield (read_page if family == "html" else read_mhtml)(document)
        case "json" | "jsonl" | "csv":
            from qa.loaders.tables import read_table

            yield from read_table(family, document, settings)
        case _:
            from qa.loaders.text import read_text

            yield read_text(document, markdown=family == "markdown")


def _unpacked(document: Document, settings: Settings) -> bytes:
    """The bytes inside a gzip file; raises LoadError for a bomb and for a damaged file."""
    limit = settings.max_expanded_mb * MEGABYTE
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(document.data)) as packed:
            size = 0
            while size <= limit and (chunk := packed.read(MEGABYTE)):  # a bomb is counted, never held
                size += len(chunk)
        data = gzip.decompress(document.data) if size <= limit else b""
    except (OSError, EOFError, zlib.error):
        raise LoadError(
            document.origin, "The compressed file is damaged or incomplete.", "Download or copy it again."
        ) from None
    if size > limit:
        raise LoadError(
            document.origin,
            f"It unpacks to more than {settings.max_expanded_mb} MB.",
            "If it can be trusted, split it or raise the setting max_expanded_mb.",
        )
    return data
