"""Which family of formats a document belongs to: its content decides, its name only where content cannot."""

from __future__ import annotations

import re

from qa.loaders.document import Document

_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"{\\rtf", "rtf"),
    (b"bplist00", "webarchive"),
    (b"WARC/1.", "warc"),
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
_SUFFIX_FAMILY = {
    ".html": "html", ".htm": "html", ".xhtml": "html", ".mhtml": "mhtml", ".mht": "mhtml",
    ".md": "markdown", ".markdown": "markdown",
    ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".tsv": "csv",
    ".eml": "mail", ".mbox": "mail", ".srt": "subtitles", ".vtt": "subtitles", ".enex": "notes",
    ".rss": "feed", ".atom": "feed", ".xml": "xml",
    ".pdf": "pdf", ".docx": "zip", ".epub": "zip", ".pptx": "zip", ".ppsx": "zip", ".xlsx": "zip",
    ".odt": "zip", ".odp": "zip", ".ods": "zip", ".webarchive": "webarchive", ".warc": "warc", ".ris": "references",
}  # fmt: skip
_MEDIA_FAMILY = {
    "text/html": "html", "application/xhtml+xml": "html", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "application/json": "json", "application/x-ndjson": "jsonl", "application/jsonl": "jsonl", "text/csv": "csv",
    "text/tab-separated-values": "csv", "application/rss+xml": "feed", "application/atom+xml": "feed",
    "application/feed+json": "json", "application/pdf": "pdf", "multipart/related": "mhtml",
    "message/rfc822": "mail", "application/mbox": "mail", "text/vtt": "subtitles", "application/x-subrip": "subtitles",
    "application/x-webarchive": "webarchive", "application/x-research-info-systems": "references",
}  # fmt: skip
_FEED_START = re.compile(rb"<(?:rss|feed|rdf:RDF)[\s>]", re.IGNORECASE)
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE)
_PROLOGUE = re.compile(
    rb"(?:\s|<\?.{0,500}?\?>|<!--.{0,5000}?-->|<!doctype\s+(?!html)[^>\[]{0,300}>)*", re.DOTALL | re.IGNORECASE
)
_MHTML_START = re.compile(rb"(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?Content-Type:\s*multipart/related", re.IGNORECASE)


def family_of(document: Document, suffix: str) -> str:
    """`pdf`, `zip`, `html`, `mhtml`, `feed`, `json`, `jsonl`, `csv`, `markdown`, `mail`,
    `subtitles`, `notes`, `references`, `rtf`, `webarchive`, `warc`, `text`, or a family that is not read.

    `suffix` is that of the name without `.gz`.
    """
    data = document.data
    media = (document.media_type or "").partition(";")[0].strip().lower()
    named = _SUFFIX_FAMILY.get(suffix) or _MEDIA_FAMILY.get(media, "text")
    if (signature := _signature(data)) is not None:
        return signature
    start = data[_prologue_end(data) :][:200]
    if named in ("mail", "webarchive", "references"):
        return named
    if start.startswith(b"<en-export"):
        return "notes"
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
