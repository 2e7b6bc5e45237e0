"""Pages in WARC files and in the web archives of Safari."""

from __future__ import annotations

import gzip
import plistlib
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

WORDS = "The ferry to Ostley was taken out of service on Monday, and nobody had expected it in Skell either. " * 4
PAGE = (
    "<html lang='en'><head><title>Ferry stopped</title><meta charset='{charset}'>"
    "<meta property='article:published_time' content='2025-05-12'></head>"
    "<body><article><h1>Ferry stopped</h1><p>{words} {number}é</p></article></body></html>"
)


def page(number: int = 1, charset: str = "utf-8") -> bytes:
    return PAGE.format(charset=charset, words=WORDS, number=number).encode(charset)


def record(address: str, content: bytes, kind: str = "response", more: str = "") -> bytes:
    head = f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {address}\r\n{more}Content-Length: {len(content)}"
    return head.encode() + b"\r\n\r\n" + content + b"\r\n\r\n"


def answer(body: bytes, media: str = "text/html; charset=utf-8", status: str = "200 OK", more: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Type: {media}\r\n{more}\r\n".encode() + body


def read(name: str, data: bytes, settings: Settings | None = None) -> list[Article | Failure]:
    return list(parse(Document(f"upload:{name}", data), settings or Settings()))


INFO = record("", b"software: x", "warcinfo")


def test_the_pages_of_a_warc_are_articles_with_their_addresses() -> None:
    data = INFO + b"".join((
        record("https://ostley.example/robots.txt", answer(b"User-agent: *", "text/plain")),
        record("https://ostley.example/gone", answer(page(9), status="404 Not Found")),
        record("https://ostley.example/a.png", answer(b"\x89PNG", "image/png")),
        record("https://ostley.example/1", b"GET /1 HTTP/1.1\r\n\r\n", "request"),
        record("https://ostley.example/1", answer(page(1))),
        record("<https://ostley.example/2>", answer(page(2))),
    ))  # fmt: skip
    first, second = read("crawl.warc", data)
    assert isinstance(first, Article)
    assert (first.title, first.published, first.url) == ("Ferry stopped", date(2025, 5, 12), "https://ostley.example/1")
    assert (first.source, first.text) == ("upload:crawl.warc#https://ostley.example/1", f"{WORDS}1é")
    assert isinstance(second, Article)
    assert second.url == "https://ostley.example/2"
    packed = b"".join(gzip.compress(part) for part in (INFO, data.removeprefix(INFO)))
    assert [each.source for each in read("crawl.warc.gz", packed)] == [
        "upload:crawl.warc.gz#https://ostley.example/1",
        "upload:crawl.warc.gz#https://ostley.example/2",
    ]


def test_of_a_page_that_was_fetched_twice_the_last_counts() -> None:
    data = record("https://ostley.example/1", answer(page(1))) + record("https://ostley.example/1", answer(page(2)))
    (found,) = read("crawl.warc", data)
    assert isinstance(found, Article)
    assert found.text.endswith("2é")


def test_a_page_is_unpacked_as_its_server_sent_it() -> None:
    packed = gzip.compress(page())
    chunks = (
        b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (packed[:50], packed[50:])) + b"0\r\n\r\n"
    )
    sent = answer(chunks, more="Transfer-Encoding: chunked\r\nContent-Encoding: gzip\r\n")
    (found,) = read("crawl.warc", record("https://ostley.example/1", sent))
    assert isinstance(found, Article)
    assert found.text == f"{WORDS}1é"


def test_a_page_that_unpacks_to_too_much_costs_itself_only() -> None:
    bomb = answer(gzip.compress(b"a" * 3_000_000), more="Content-Encoding: gzip\r\n")
    data = record("https://ostley.example/0", bomb) + record("https://ostley.example/1", answer(page()))
    first, second = read("crawl.warc", data, Settings(max_file_mb=1))
    assert isinstance(first, Failure)
    assert (first.source, first.reason) == (
        "upload:crawl.warc#https://ostley.example/0", "The page is damaged in the archive."
    )  # fmt: skip
    assert isinstance(second, Article)


@pytest.mark.parametrize(
    "data",
    [INFO, b"WARC/1.0\r\n", b"WARC/1.0\r\nContent-Length: x\r\n\r\n", b"WARC/1.0\r\nContent-Length: 9\r\n\r\nab"],
)
def test_a_warc_without_pages_is_refused(data: bytes) -> None:
    (found,) = read("crawl.warc", data)
    assert isinstance(found, Failure)
    assert found.reason == "There are no pages in this web archive."


@pytest.mark.parametrize("form", [plistlib.FMT_BINARY, plistlib.FMT_XML])
def test_a_page_that_safari_saved_is_an_article(form: plistlib.PlistFormat) -> None:
    resource = {
        "WebResourceData": page(charset="windows-1252").replace(b"<meta charset='windows-1252'>", b""),
        "WebResourceMIMEType": "text/html",
        "WebResourceTextEncodingName": "windows-1252",
        "WebResourceURL": "https://ostley.example/1",
    }
    (found,) = read("ferry.webarchive", plistlib.dumps({"WebMainResource": resource}, fmt=form))
    assert isinstance(found, Article), found
    assert (found.title, found.published, found.url) == ("Ferry stopped", date(2025, 5, 12), "https://ostley.example/1")
    assert (found.source, found.text) == ("upload:ferry.webarchive", f"{WORDS}1é")


def test_web_archives_that_hold_no_page_are_refused() -> None:
    picture = {"WebMainResource": {"WebResourceData": b"\x89PNG", "WebResourceMIMEType": "image/png"}}
    (found,) = read("a.webarchive", plistlib.dumps(picture))
    assert isinstance(found, Failure)
    assert found.reason == "There is no page in this web archive."
    (found,) = read("a.webarchive", b"bplist00 and no more")
    assert isinstance(found, Failure)
    assert found.reason == "The web archive is damaged."
