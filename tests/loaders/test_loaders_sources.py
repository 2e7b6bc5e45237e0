"""Discovering, fetching and telling formats apart; what is refused, and in which words."""

from __future__ import annotations

import gzip
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders import Document, discover, fetch, parse
from qa.loaders.document import SUFFIXES

TEXT = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."
PLAIN = re.compile(r"error|exception|traceback|none|\bnull\b|errno|codec|\w+\(\)", re.IGNORECASE)


def found(*sources: str | Path) -> list[str | Failure]:
    return list(discover(sources))


def failure_of(document: Document, settings_: Settings | None = None) -> Failure:
    (failure,) = parse(document, settings_ or Settings())
    assert isinstance(failure, Failure)
    assert_readable(failure)
    return failure


def assert_readable(failure: Failure) -> None:
    """Reason and remedy are sentences for people."""
    for text in (failure.reason, failure.remedy):
        assert text[0].isupper()
        assert text.endswith((".", ")"))
        assert not PLAIN.search(text), text


def test_a_folder_gives_its_articles_sorted_and_names_what_is_not_read(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.md",
        "sub/c.html",
        "sub/d.jsonl.gz",
        "old.doc",
        ".hidden.txt",
        ".git/e.txt",
        "x.png",
        "Makefile",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    expected = [tmp_path / name for name in ("a.md", "b.txt", "old.doc", "sub/c.html", "sub/d.jsonl.gz")]
    makefile, *read = discover([tmp_path])
    assert read == [str(path) for path in expected]
    assert isinstance(makefile, Failure)
    assert makefile.source == str(tmp_path / "Makefile")
    assert makefile.reason == "Files without an ending are not read from a folder."


def test_the_files_of_a_saved_page_are_part_of_it(tmp_path: Path) -> None:
    for name in ("page.html", "page_files/frame.html", "other_files/real.html"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(TEXT)
    assert found(tmp_path) == [str(tmp_path / "page.html"), str(tmp_path / "other_files" / "real.html")]


def test_a_file_named_directly_counts_whatever_its_name(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"\x89PNG")
    assert found(tmp_path / "x.png") == [str(tmp_path / "x.png")]


def test_everything_is_found_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert found(tmp_path / "a.txt", tmp_path, str(tmp_path / "sub" / ".." / "a.txt")) == [str(tmp_path / "a.txt")]


def test_relative_paths_and_the_home_folder_become_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert found("a.txt") == found("~/a.txt") == [str(tmp_path / "a.txt")]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(TEXT)
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    names = [entry for entry in found(tmp_path) if isinstance(entry, str)]
    assert str(tmp_path / "sub" / "a.txt") in names
    assert len(names) <= 2


def test_what_cannot_even_be_looked_at_costs_itself_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("words")
    is_dir = Path.is_dir

    def refused(path: Path) -> bool:
        if path.name == "a.txt":
            raise PermissionError(13, "Permission denied")
        return is_dir(path)

    monkeypatch.setattr(Path, "is_dir", refused)
    assert found(tmp_path) == [str(tmp_path / "a.txt"), str(tmp_path / "b.txt")]


def test_what_does_not_exist_is_reported(tmp_path: Path) -> None:
    (failure,) = found(tmp_path / "gone.txt")
    assert failure == Failure(
        str(tmp_path / "gone.txt"), "There is no such file or folder.", "Check the spelling, and that it was not moved."
    )
    assert all(isinstance(entry, Failure) for entry in found("", "ftp://x.org/a", "a\0b"))


def test_addresses_pass_through() -> None:
    assert found("https://x.org/a", "HTTP://x.org") == ["https://x.org/a", "HTTP://x.org"]


def test_a_large_file_is_refused_without_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(300 * 1024 * 1024)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("it was opened"))
    with pytest.raises(LoadError) as caught:
        fetch(str(path), Settings())
    assert caught.value.reason == "It is larger than the limit of 200 MB."
    assert "max_file_mb" in caught.value.remedy
    assert caught.value.source == str(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(LoadError, match="not an ordinary file"):
        fetch(str(tmp_path / "pipe.txt"), Settings())


def test_fetching_what_is_gone_or_a_folder(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.txt", tmp_path):
        with pytest.raises(LoadError):
            fetch(str(path), Settings())


def test_a_file_is_fetched_and_its_digest_follows_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text(TEXT)
    first = fetch(str(path), Settings())
    assert (first.origin, first.data) == (str(path), TEXT.encode())
    assert first.digest == Document("elsewhere", TEXT.encode()).digest
    assert first.digest != Document(str(path), TEXT.encode() + b".").digest


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "It is empty."),
        ("a.txt", b"\xef\xbb\xbf \r\n", "It is empty."),
        ("a.html", b"  \n", "It is empty."),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(200), "It is an image, not a text."),
        ("a.txt", bytes(range(256)) * 20, "It holds binary data, not text, whatever its name says."),
        ("a.csv", bytes(range(256)) * 20, "It holds binary data, not text, whatever its name says."),
        ("a.md", b"\x7fELF" + bytes(100), "It is a program, not a text."),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
         "It is an old Word document, or an Office document locked with a password."),
        ("a.txt", b"Rar!\x1a\x07" + bytes(50), "It is a packed archive."),
        ("a.xml", b"<?xml version='1.0'?><map><x/></map>", "It is XML, but neither a feed nor a web page."),
        ("a.txt", b"Short.", "Its text is only 6 characters long."),
        ("a.txt.gz", gzip.compress(TEXT.encode())[:-20], "The compressed file is damaged or incomplete."),
        ("a.txt.gz", b"\x1f\x8b" + bytes(40), "The compressed file is damaged or incomplete."),
        ("a.txt.gz", gzip.compress(gzip.compress(TEXT.encode())),
         "It holds binary data, not text, whatever its name says."),
    ],
)  # fmt: skip
def test_bad_files_are_reported(name: str, data: bytes, reason: str) -> None:
    failure = failure_of(Document(f"/n/{name}", data))
    assert (failure.source, failure.reason) == (f"/n/{name}", reason)


def test_a_parser_that_fails_is_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object, **__: object) -> Article:
        raise RuntimeError("list index out of range")

    monkeypatch.setattr("qa.loaders.text.read_text", failing)
    assert failure_of(Document("/n/a.txt", TEXT.encode())).reason == "It is damaged, or not what its name says."


def test_a_compression_bomb_is_refused() -> None:
    failure = failure_of(Document("/n/a.txt.gz", gzip.compress(bytes(3_000_000))), Settings(max_expanded_mb=2))
    assert failure.reason == "It unpacks to more than 2 MB."


def test_an_article_beyond_the_limit_is_refused() -> None:
    failure = failure_of(Document("/n/a.txt", TEXT.encode() * 3), Settings(max_article_chars=100))
    assert failure.reason == f"Its text is {3 * len(TEXT)} characters long; the limit is 100."


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("news.txt", f"<!DOCTYPE html><html><body><article><p>{TEXT}</p><p>{TEXT} {TEXT}</p></article></body></html>"),
        ("news.csv", f"<!-- saved --><html><body><article><p>{TEXT}</p><p>{TEXT} {TEXT}</p></article></body></html>"),
        ("news.text", f"{TEXT}\n"),
        ("news", f"{TEXT}\n"),
        ("[news].txt", f"[London] {TEXT}"),
        ("news.txt.gz", f"{TEXT}\n"),
    ],
)
def test_content_decides_before_the_name(name: str, data: str) -> None:
    raw = gzip.compress(data.encode()) if name.endswith(".gz") else data.encode()
    (article,) = parse(Document(f"/n/{name}", raw), Settings())
    assert isinstance(article, Article)
    assert TEXT in article.text
    assert "<" not in article.text
    assert article.title == ("[news]" if "[" in name else "News")


def test_an_upload_is_named_by_its_file() -> None:
    (article,) = parse(Document("upload:ferry_returns.txt", TEXT.encode()), Settings())
    assert isinstance(article, Article)
    assert (article.source, article.title) == ("upload:ferry_returns.txt", "Ferry returns")


MAGIC = [
    b"",
    b"%PDF-1.7\n",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"<html>",
    b"<rss><channel>",
    b"{",
    b"[{",
    b"---\n",
    b"\xff\xfe",
]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([*sorted(SUFFIXES), ".gz", ""]), st.sampled_from(MAGIC), st.binary(max_size=400))
def test_no_bytes_break_the_reading(suffix: str, start: bytes, rest: bytes) -> None:
    for item in parse(Document(f"/n/a{suffix}", start + rest), replace(Settings(), url_timeout=0.1)):
        assert isinstance(item, Article | Failure)
        assert item.source.startswith("/n/a")
        if isinstance(item, Failure):
            assert_readable(item)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from([".txt", ".md", ".html", ".csv", ".jsonl", ".json"]), st.text(max_size=300))
def test_no_text_breaks_the_reading(suffix: str, text: str) -> None:
    for item in parse(Document(f"/n/a{suffix}", text.encode(errors="surrogatepass")), Settings(min_article_chars=1)):
        assert isinstance(item, Article | Failure)


def test_the_package_is_light_until_it_reads() -> None:
    heavy = "{'trafilatura', 'pypdf', 'docx', 'feedparser', 'httpx', 'dateparser', 'lxml', 'markdown_it'}"
    code = f"import sys, qa.loaders; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
