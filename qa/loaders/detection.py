"""Which family of formats a document belongs to: its content decides, its name only where content cannot."""

from __future__ import annotations

import json
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
_XML_START = re.compile(rb"\s*(?:\xef\xbb\xbf)?<\?xml\s")
_TEXT_STARTS = (
    (
        re.compile(rb"(?:\xef\xbb\xbf)?WEBVTT\b|(?:\xef\xbb\xbf)?\s*\d{1,4}\r?\n\d\d:\d\d:\d\d[,.]\d{3} --> "),
        "subtitles",
    ),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*TY  - [A-Z]{3,8}\r?\n[A-Z][A-Z0-9]  - "), "references"),
    (
        re.compile(
            rb"(?:[\w-]{2,40}:[^\n]{0,990}\n(?:[ \t][^\n]{0,990}\n)*){0,60}?"
            rb"(?:Received|Return-Path|Message-ID|MIME-Version|Delivered-To):\s",
            re.IGNORECASE,
        ),
        "mail",
    ),
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
    return _family_of_text(data, start) if named == "text" else named


def _family_of_text(data: bytes, start: bytes) -> str:
    """The family of what is named as a text, or not at all, and begins as something else does."""
    if start[:200].lstrip().startswith((b"<?xml", b"<svg")) or _XML_START.match(data):
        return "xml"
    for pattern, family in _TEXT_STARTS:
        if pattern.match(data[:4000]):
            return family
    if not start.startswith((b"{", b"[")):
        return "text"
    return "json" if _is_json(data) else "jsonl" if _is_json(start_line(data)) else "text"


def start_line(data: bytes) -> bytes:
    """The first line with something on it."""
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").partition(b"\n")[0]


def _is_json(data: bytes) -> bool:
    """Whether it is a list or record of JSON with anything in it."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, (dict, list)) and bool(found) and not isinstance(next(iter(found)), (int, float, list))


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
