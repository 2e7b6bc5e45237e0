"""Costly forms are read in a process of their own: it changes nothing of what is read, and keeps to its limits."""

import io
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest
from library_fakes import SETTINGS, LetterEncoder

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import Cancelled, SettingError
from qa.library import Library
from qa.loaders import Document, parse
from qa.loaders.isolation import LoaderProcess, _send
from qa.loaders.messages import found_message, found_of, line_of, task_message

TEXT = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."
LONGER = "Tickets stay at the price of last year, and dogs travel free of charge. "
LONGER += "Those who live on the islands will be told by letter before the summer begins."
PAGE = "<html><head><title>The ferry runs</title></head><body>"
PAGE += f"<article><p>{TEXT}</p><p>{LONGER}</p><p>{LONGER}</p><p>{LONGER}</p></article></body></html>"
FEED = f"""<rss version="2.0"><channel><title>Courier</title><link>https://courier.example/</link>
<item><guid>1</guid><title>The ferry</title><author>ada@courier.example (Ada Berg)</author>
<pubDate>Mon, 12 May 2025 08:30:00 GMT</pubDate><description>{TEXT * 8}</description></item>
<item><guid>2</guid><title>Without words</title></item></channel></rss>"""
MAIL = f"From: Ada Berg <ada@courier.example>\nSubject: The ferry\nDate: Mon, 12 May 2025 08:30:00 +0000\n\n{TEXT}\n"
HANGS = "while True: pass"
EATS = "hoard = []\nwhile True: hoard.append(bytearray(10_000_000))"
DIES = "import os\nos._exit(3)"
FAST = replace(SETTINGS, read_seconds=4, read_memory_mb=600)


def word_file() -> bytes:
    document, file = docx.Document(), io.BytesIO()
    document.add_paragraph(TEXT)
    document.save(file)
    return file.getvalue()


DOCUMENTS = [
    Document("/n/ferry.html", PAGE.encode(), "text/html", "https://courier.example/ferry"),
    Document("/n/ferry.docx", word_file()),
    Document("/n/f\udce9rry.eml", MAIL.encode()),
    Document("/n/news.xml", FEED.encode()),
    Document("/n/broken.pdf", b"%PDF-1.7 and no more"),
    Document("/n/empty.rtf", b"{\\rtf1 }"),
]


@pytest.fixture
def pdf_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Gives the program, in Python, that stands in the place of the library that reads PDF files."""

    def program(text: str) -> None:
        (tmp_path / "stand-in" / "pypdf").mkdir(parents=True)
        (tmp_path / "stand-in" / "pypdf" / "__init__.py").write_text(text)
        monkeypatch.syspath_prepend(tmp_path / "stand-in")

    return program


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    news = tmp_path / "news"
    news.mkdir()
    (news / "a.html").write_text(PAGE)
    (news / "b.pdf").write_bytes(b"%PDF-1.7 and no more")
    (news / "c.html").write_text(PAGE.replace("ferry", "tram"))
    (news / "d.txt").write_text(TEXT.replace("ferry", "bus"))
    return news


def test_what_is_read_is_the_same_in_either_process() -> None:
    with LoaderProcess(Settings()) as process:
        for document in DOCUMENTS:
            here, there = list(parse(document, Settings())), list(parse(document, Settings(), None, process))
            assert (document.origin, there) == (document.origin, here)
            assert here


def test_a_message_brings_back_what_it_was_made_of() -> None:
    article = Article("a", "b", "c\n\udce9", "/n/f", None, date(2025, 5, 12), ("Ada", "Bo"), "The Courier", "en", "d")
    for found in (article, replace(article, published=None, authors=()), Failure("a", "b", "c")):
        assert found_of(found_message(found)) == found


def test_the_process_is_kept() -> None:
    with LoaderProcess(Settings()) as process:
        list(parse(DOCUMENTS[0], Settings(), None, process))
        first = process._process
        list(parse(DOCUMENTS[1], Settings(), None, process))
        assert first is not None
        assert process._process is first
    assert first.poll() is not None


@pytest.mark.skipif(sys.platform == "win32", reason="memory is not looked at there")
def test_the_process_of_a_large_program_is_kept_as_well() -> None:
    """As of one that has loaded models: what it holds itself is no fault of the process that reads."""
    program = (
        "from qa.config import Settings; from qa.loaders import Document, parse\n"
        "from qa.loaders.isolation import LoaderProcess\n"
        "settings, hoard = Settings(read_memory_mb=700), b'x' * 420_000_000\n"
        f"page = Document('/n/ferry.html', {PAGE!r}.encode(), 'text/html')\n"
        "with LoaderProcess(settings) as process:\n"
        "    print(len(list(parse(page, settings, None, process))), process._process is not None)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "True"]


def test_no_process_is_started_for_plain_text_or_without_a_limit() -> None:
    unlimited = Settings(read_seconds=0)
    with LoaderProcess(unlimited) as process:
        assert list(parse(Document("/n/ferry.txt", TEXT.encode()), Settings(), None, process))
        assert list(parse(DOCUMENTS[0], unlimited, None, process))
        assert process._process is None


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (HANGS, "Reading it took more than 4 seconds."),
        (EATS, "Reading it takes more memory than there is for one file."),
        (DIES, "Reading it ended the process that reads: it is damaged, or takes too much memory."),
    ],
)
def test_a_parser_that_fails_costs_its_own_source_alone(pdf_reader, folder, tmp_path, program, reason) -> None:
    pdf_reader(program)
    with Library.open(tmp_path / "library", FAST, encoder=LetterEncoder()) as library:
        report = library.add(folder)
        assert len(report.added) == 3
        assert [(failure.source, failure.reason) for failure in report.failed] == [(str(folder / "b.pdf"), reason)]
        again = library.add(folder)  # not tried again, so it costs nothing
        assert (again.unchanged, [failure.reason for failure in again.failed]) == (3, [reason])


@pytest.mark.parametrize("error", [Cancelled, KeyboardInterrupt])
def test_whoever_stops_is_heard_while_a_parser_hangs(pdf_reader, folder, tmp_path, error) -> None:
    pdf_reader(HANGS)
    begun = None

    def progress(each) -> None:
        nonlocal begun
        if each.item.endswith("b.pdf"):
            begun = begun or time.monotonic()
            if time.monotonic() > begun + 1:
                raise error

    with Library.open(tmp_path / "library", replace(FAST, read_seconds=60), encoder=LetterEncoder()) as library:
        with pytest.raises(error):
            library.add(folder, progress=progress)
        assert begun is not None
        assert time.monotonic() < begun + 20
        (folder / "b.pdf").unlink()
        assert len(library.add(folder).failed) == 0  # nobody holds the library any more


def test_a_process_that_nobody_ends_ends_itself(pdf_reader) -> None:
    pdf_reader(HANGS)
    with LoaderProcess(replace(FAST, read_seconds=1)) as process:
        alone, document = process._running(DOCUMENTS[4]), DOCUMENTS[4]
        _send(alone, line_of(task_message("pdf", document)) + document.data)
        assert alone.wait(20) == -signal.SIGPROF


def test_a_feed_that_hangs_is_a_failure(tmp_path, monkeypatch) -> None:
    (tmp_path / "feedparser.py").write_text(HANGS)
    monkeypatch.syspath_prepend(tmp_path)
    with LoaderProcess(FAST) as process:
        [found] = parse(DOCUMENTS[3], FAST, None, process)
    assert isinstance(found, Failure)
    assert found.reason == "Reading it took more than 4 seconds."


@pytest.mark.parametrize("given", [{"read_seconds": -1}, {"read_seconds": float("nan")}, {"read_memory_mb": 10}])
def test_limits_that_are_none_are_refused(given) -> None:
    with pytest.raises(SettingError):
        Settings(**given)
