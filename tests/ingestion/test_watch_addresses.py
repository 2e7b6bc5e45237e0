"""Feeds and pages that are followed: asked for what has changed, politely. Against a server on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock
from library_fakes import SETTINGS, LetterEncoder, write_rows
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Report, WatchEvent
from qa.ingestion import watch
from qa.ingestion.watch import WatchedAddress
from qa.library import Library
from qa.loaders import politeness

LOCAL = Settings(**{name: getattr(SETTINGS, name) for name in ("passage_words", "overlap_words", "batch_articles")}
                 | {"min_article_chars": 1, "url_private": True, "url_timeout": 20.0})  # fmt: skip
EVERY = 900.0


@dataclass
class Page:
    body: str = ""
    code: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Site(ThreadingHTTPServer):
    """Serves `pages`, each with its ETag and date where it has them; `asked` is what came in, path and headers."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}{path}"

    def paths(self) -> list[str]:
        """What was asked for since this was last called."""
        paths = [path for path, _ in self.asked]
        self.asked.clear()
        return paths


class Answering(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        given = dict(self.headers)
        self.server.asked.append((self.path, given))
        page = self.server.pages.get(self.path, Page(code=404))
        etag, modified = page.headers.get("ETag"), page.headers.get("Last-Modified")
        known = (etag and given.get("If-None-Match") == etag) or (
            modified and "If-None-Match" not in given and given.get("If-Modified-Since") == modified
        )
        body = b"" if known else page.body.encode()
        self.send_response(304 if known else page.code)
        for name, value in page.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setattr(politeness, "_resting", {})
    server = Site()
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", LOCAL, encoder=LetterEncoder()) as opened:
        yield opened


def article(text: str) -> Page:
    """A page that begins with this sentence, and goes on as it takes to be an article."""
    html = (
        "<html><head><meta property='og:type' content='article'><title>Page</title></head><body><article>"
        f"<p>{text} The harbour office said that the boats would run twice a day from Monday, weather permitting.</p>"
        "<p>They had been away since the spring of that year.</p></article></body></html>"
    )
    return Page(html, headers={"Content-Type": "text/html"})


def feed(*entries: str, etag: str | None = None, **headers: str) -> Page:
    body = f'<rss version="2.0"><channel><title>Courier</title>{"".join(entries)}</channel></rss>'
    given = {"Content-Type": "application/rss+xml"} | headers
    return Page(body, headers=given | ({"ETag": etag} if etag else {}))


def entry(key: str, link: str, title: str = "Ferry", more: str = "") -> str:
    return (
        f"<item><guid isPermaLink='false'>{key}</guid><title>{title}</title><link>{link}</link>"
        f"<description>A teaser.</description>{more}</item>"
    )


def texts(library: Library) -> list[str]:
    """The first sentences."""
    return sorted(first_sentence(each.text) for each in library.articles())


def first_sentence(text: str) -> str:
    return text.partition(".")[0] + "."


class Followed:
    """A followed address with a clock that a test sets; each look is over at once."""

    def __init__(self, url: str, library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(watch, "run_in_thread", at_once)
        self.told: list[WatchEvent] = []
        self.now = 1000.0
        self.watched = WatchedAddress(url, library, self.told.append, None, EVERY)

    def tick(self, later: float = 0.0) -> list[WatchEvent]:
        self.now += later
        self.told.clear()
        self.watched.tick(self.now)
        return list(self.told)


def at_once(work: Callable[[], object]) -> Future[object]:
    future: Future[object] = Future()
    try:
        future.set_result(work())
    except Exception as error:  # noqa: BLE001
        future.set_exception(error)
    return future


Follow = Callable[[str], Followed]


@pytest.fixture
def follow(library: Library, monkeypatch: pytest.MonkeyPatch) -> Follow:
    return lambda url: Followed(url, library, monkeypatch)


def report_of(told: list[WatchEvent]) -> Report:
    (happening,) = told
    assert happening.report
    return happening.report


# what has not changed is not sent


@pytest.mark.parametrize(
    ("header", "value", "asked"),
    [
        ("ETag", '"one"', "If-None-Match"),
        ("ETag", 'W/"weak"', "If-None-Match"),
        ("Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT", "If-Modified-Since"),
    ],
)
def test_adding_again_asks_whether_it_has_changed(
    library: Library, site: Site, header: str, value: str, asked: str
) -> None:
    site.pages["/feed"] = feed(entry("a", site.at("/a")), **{header: value})
    site.pages["/a"] = article("Snow fell.")
    assert len(library.add(site.at("/feed")).added) == 1
    assert asked not in site.asked[0][1]
    assert site.paths() == ["/feed", "/a"]
    again = library.add(site.at("/feed"))
    assert (again, site.asked[0][1][asked]) == (Report(unchanged=1), value)
    assert site.paths() == ["/feed"]


def test_what_has_changed_is_taken_in_and_the_new_version_is_asked_for(library: Library, site: Site) -> None:
    site.pages["/a"] = article("Snow fell.")
    site.pages["/a"].headers["ETag"] = '"one"'
    library.add(site.at("/a"))
    site.pages["/a"] = article("Rain fell.")
    site.pages["/a"].headers["ETag"] = '"two"'
    assert len(library.add(site.at("/a")).updated) == 1
    assert library.add(site.at("/a")) == Report(unchanged=1)
    assert [given.get("If-None-Match") for _, given in site.asked] == [None, '"one"', '"two"']
    assert texts(library) == ["Rain fell."]


def test_a_server_that_stops_to_name_versions_is_asked_for_all(library: Library, site: Site) -> None:
    """Else it would say that the one named long ago is still, or again, there."""
    for etag in ('"one"', None, None):
        site.pages["/a"] = article("Snow fell." if etag else "Rain fell.")
        site.pages["/a"].headers |= {"ETag": etag} if etag else {}
        library.add(site.at("/a"))
    assert [given.get("If-None-Match") for _, given in site.asked] == [None, '"one"', None]


def test_a_new_name_for_the_same_content_is_remembered(library: Library, site: Site) -> None:
    for etag in ('"one"', '"two"', '"two"'):
        site.pages["/a"] = article("Snow fell.")
        site.pages["/a"].headers["ETag"] = etag
        assert library.add(site.at("/a")).failed == ()
    assert [given.get("If-None-Match") for _, given in site.asked] == [None, '"one"', '"two"']


def test_a_removed_article_comes_back_when_its_page_is_added_again(library: Library, site: Site) -> None:
    site.pages["/a"] = article("Snow fell.")
    site.pages["/a"].headers["ETag"] = '"one"'
    library.remove(library.add(site.at("/a")).added)
    assert len(library.add(site.at("/a")).added) == 1
    assert "If-None-Match" not in site.asked[1][1]


def test_an_article_that_moves_to_an_address_read_before_gets_the_title_it_has_there(
    library: Library, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The address is in a later batch than the file that lets go of the article: it is sent again, changed or not."""
    snow, rows = "Snow fell in Ulm.", {"Content-Type": "application/x-ndjson"}
    file = write_rows(tmp_path / "a.jsonl", {"in the file": snow})
    site.pages["/b.jsonl"] = Page(json.dumps({"title": "on the web", "text": snow}), headers=rows | {"ETag": '"one"'})
    library.add([file, site.at("/b.jsonl")])
    write_rows(file, {"in the file": "Hail fell.", "two": "Two fell.", "three": "Three fell."})
    more = json.dumps({"title": "more", "text": "Rain fell in Bonn."})
    site.pages["/b.jsonl"] = Page(f"{site.pages['/b.jsonl'].body}\n{more}", headers=rows | {"ETag": '"two"'})
    encode = library.encoder.encode_passages

    def encode_when_all_is_read(*arguments: Any) -> NDArray[np.float32]:
        for thread in threading.enumerate():
            if thread.name == "prefetch":
                thread.join(20)
        return encode(*arguments)

    monkeypatch.setattr(library.encoder, "encode_passages", encode_when_all_is_read)
    report = library.add([file, site.at("/b.jsonl")])
    assert report.failed == ()
    assert {each.text: each.title for each in library.articles()}[snow] == "on the web"


def test_what_failed_is_told_again_without_being_sent_and_retried_on_demand(library: Library, site: Site) -> None:
    site.pages["/feed"] = feed(entry("a", site.at("/gone")), entry("b", site.at("/b")), etag='"one"')
    site.pages["/b"] = article("Snow fell.")
    first = library.add(site.at("/feed"))
    assert (len(first.added), [each.source for each in first.failed]) == (1, [site.at("/feed#a")])
    assert site.paths() == ["/feed", "/gone", "/b"]
    assert library.add(site.at("/feed")) == Report(unchanged=1, failed=first.failed)
    assert site.paths() == ["/feed"]
    site.pages["/gone"] = article("Rain fell.")
    assert len(library.retry().added) == 1
    assert site.paths() == ["/feed", "/gone"]
    assert (texts(library), library.failures()) == (["Rain fell.", "Snow fell."], [])


def test_a_page_that_could_not_be_had_once_has_not_failed_any_more(library: Library, site: Site) -> None:
    site.pages["/a"] = article("Snow fell.")
    site.pages["/a"].headers["ETag"] = '"one"'
    library.add(site.at("/a"))
    site.pages["/a"].code = 500
    site.pages["/a"].headers["ETag"] = '"error"'
    assert len(library.add(site.at("/a")).failed) == 1
    site.pages["/a"].code = 200
    site.pages["/a"].headers["ETag"] = '"one"'
    assert (library.add(site.at("/a")), library.failures()) == (Report(unchanged=1), [])


def test_a_rebuilt_library_still_asks_only_for_what_has_changed(library: Library, site: Site) -> None:
    site.pages["/feed"] = feed(entry("a", site.at("/a")), etag='"one"')
    site.pages["/a"] = article("Snow fell.")
    library.add(site.at("/feed"))
    library.rebuild()
    site.paths()
    site.pages["/feed"] = feed(entry("a", site.at("/a")), "<item></item>", etag='"two"')
    report = library.add(site.at("/feed"))
    assert (report.unchanged, site.asked[0][1]["If-None-Match"]) == (1, '"one"')
    assert site.paths() == ["/feed"]


def test_a_better_loader_reads_everything_again(library: Library, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages["/a"] = article("Snow fell.")
    site.pages["/a"].headers["ETag"] = '"one"'
    library.add(site.at("/a"))
    monkeypatch.setattr("qa.storage.local.sources.LOADER_VERSION", 99)
    library.add(site.at("/a"))
    assert "If-None-Match" not in site.asked[1][1]


# the pages of a feed's entries


def test_the_page_of_an_entry_is_fetched_once(library: Library, site: Site) -> None:
    site.pages |= {f"/{key}": article(f"{text} fell.") for key, text in (("a", "Snow"), ("b", "Rain"), ("c", "Hail"))}
    site.pages["/feed"] = feed(entry("a", site.at("/a")), entry("b", site.at("/b")))
    library.add(site.at("/feed"))
    site.paths()
    site.pages["/feed"] = feed(entry("c", site.at("/c")), entry("a", site.at("/a")), entry("b", site.at("/b"), "New"))
    report = library.add(site.at("/feed"))
    assert (len(report.added), len(report.updated), report.unchanged) == (1, 1, 1)
    assert site.paths() == ["/feed", "/c", "/b"]
    titles = {first_sentence(each.text): each.title for each in library.articles()}
    assert titles == {"Snow fell.": "Ferry", "Rain fell.": "New", "Hail fell.": "Ferry"}


def test_entries_that_fell_out_of_a_feed_stay(library: Library, site: Site, follow: Follow) -> None:
    site.pages |= {"/a": article("Snow fell."), "/b": article("Rain fell.")}
    site.pages["/feed"] = feed(entry("a", site.at("/a")))
    library.add(site.at("/feed"))
    site.pages["/feed"] = feed(entry("b", site.at("/b")))
    report_of(follow(site.at("/feed")).tick())
    assert texts(library) == ["Rain fell.", "Snow fell."]


def test_an_article_that_another_source_held_gets_what_the_entry_says(library: Library, site: Site) -> None:
    """The page is fetched again, although the entry is known: its title and date are not stored yet."""
    site.pages |= {"/a": article("Snow fell."), "/feed": feed(entry("a", site.at("/a"), "From the feed"))}
    library.add(site.at("/a"))
    library.add(site.at("/feed"))
    assert [each.title for each in library.articles()] == ["Page"]
    library.remove_sources([site.at("/a")])
    library.add(site.at("/feed"))
    assert [each.title for each in library.articles()] == ["From the feed"]


def test_a_page_that_may_be_there_later_is_asked_for_again_and_one_that_may_not_is_not(
    library: Library, site: Site
) -> None:
    links = [entry(key, site.at(f"/{key}")) for key in ("busy", "gone", "good")]
    site.pages |= {"/feed": feed(*links, etag='"one"'), "/busy": Page(code=500), "/good": article("Snow fell.")}
    assert len(library.add(site.at("/feed")).failed) == 2
    assert site.paths() == ["/feed", "/busy", "/gone", "/good"]
    assert len(library.add(site.at("/feed")).failed) == 2
    assert site.paths() == ["/feed", "/busy"]
    site.pages["/busy"] = article("Rain fell.")
    report = library.add(site.at("/feed"))
    assert (len(report.added), len(report.failed), report.unchanged) == (1, 1, 1)
    assert [each.source for each in library.failures()] == [site.at("/feed#gone")]


def test_a_server_that_wants_a_rest_gets_it_from_all_of_a_feed(library: Library, site: Site) -> None:
    links = [entry(key, site.at(f"/{key}")) for key in ("a", "b", "c")]
    site.pages["/a"] = article("Snow fell.")
    site.pages["/b"] = Page(code=429, headers={"Retry-After": "120"})
    site.pages["/feed"] = feed(*links)
    report = library.add(site.at("/feed"))
    assert (len(report.added), len(report.failed)) == (1, 2)
    assert site.paths() == ["/feed", "/a", "/b"]
    assert report.failed[1].reason.endswith("127.0.0.1 has asked to be left alone; 2 minutes of that are left.")
    assert library.add(site.at("/feed")).failed[0].remedy == "Add it again then."
    assert site.paths() == []
    politeness._resting.clear()
    site.pages |= {"/b": article("Rain fell."), "/c": article("Hail fell.")}
    assert len(library.add(site.at("/feed")).added) == 2
    assert site.paths() == ["/feed", "/b", "/c"]


# at an interval


def test_a_feed_is_looked_at_at_its_interval(library: Library, site: Site, follow: Follow) -> None:
    site.pages |= {"/a": article("Snow fell."), "/b": article("Rain fell.")}
    site.pages["/feed"] = feed(entry("a", site.at("/a")), etag='"one"')
    followed = follow(site.at("/feed"))
    assert len(report_of(followed.tick()).added) == 1
    assert site.paths() == ["/feed", "/a"]
    assert followed.tick(EVERY - 1) == []
    assert site.paths() == []
    assert followed.tick(1) == []
    assert (site.asked[0][1]["If-None-Match"], site.paths()) == ('"one"', ["/feed"])
    site.pages["/feed"] = feed(entry("b", site.at("/b")), entry("a", site.at("/a")), etag='"two"')
    report = report_of(followed.tick(EVERY))
    assert (len(report.added), report.unchanged, site.paths()) == (1, 1, ["/feed", "/b"])


def test_a_known_feed_is_told_of_at_the_beginning_and_costs_no_lock(
    library: Library, site: Site, follow: Follow
) -> None:
    site.pages |= {"/a": article("Snow fell."), "/feed": feed(entry("a", site.at("/a")), etag='"one"')}
    library.add(site.at("/feed"))
    with FileLock(library.path / "write.lock"):
        assert report_of(follow(site.at("/feed")).tick()) == Report(unchanged=1)


def test_what_was_fetched_while_another_process_writes_is_stored_then(
    library: Library, site: Site, follow: Follow
) -> None:
    site.pages |= {"/a": article("Snow fell."), "/feed": feed(entry("a", site.at("/a")))}
    followed = follow(site.at("/feed"))
    with FileLock(library.path / "write.lock"):
        (busy,) = followed.tick()
        assert busy.report is None
        assert followed.tick(watch.RETRY_SECONDS) == []
    assert len(report_of(followed.tick(watch.RETRY_SECONDS)).added) == 1
    assert site.paths() == ["/feed", "/a"]


def test_a_removed_article_stays_out_of_a_followed_feed_until_its_entry_changes(
    library: Library, site: Site, follow: Follow
) -> None:
    site.pages |= {"/a": article("Snow fell."), "/b": article("Rain fell.")}
    site.pages["/feed"] = feed(entry("a", site.at("/a")), etag='"one"')
    followed = follow(site.at("/feed"))
    library.remove(report_of(followed.tick()).added)
    assert followed.tick(EVERY) == []
    site.pages["/feed"] = feed(entry("a", site.at("/a")), entry("b", site.at("/b")), etag='"two"')
    assert len(report_of(followed.tick(EVERY)).added) == 1
    assert texts(library) == ["Rain fell."]
    site.pages["/feed"] = feed(entry("a", site.at("/a"), "Corrected"), etag='"three"')
    followed.tick(EVERY)
    assert texts(library) == ["Rain fell.", "Snow fell."]


def test_who_adds_a_feed_by_hand_gets_removed_articles_back(library: Library, site: Site, follow: Follow) -> None:
    site.pages |= {"/a": article("Snow fell."), "/feed": feed(entry("a", site.at("/a")), etag='"one"')}
    library.remove(report_of(follow(site.at("/feed")).tick()).added)
    assert len(library.add(site.at("/feed")).added) == 1


def test_a_feed_that_fails_is_asked_less_and_less_and_told_of_once(
    library: Library, site: Site, follow: Follow
) -> None:
    site.pages["/feed"] = Page(code=500)
    followed = follow(site.at("/feed"))
    (first,) = followed.tick()
    assert first.report
    assert first.report.failed[0].reason == "The site answered with the code 500 (Internal Server Error)."
    assert first.note == "It is looked at again in 15 minutes, and less often while it fails."
    waits = [EVERY, 2 * EVERY, 4 * EVERY, 4 * EVERY]
    assert 4 * EVERY == watch.BACK_OFF_SECONDS
    site.paths()
    for wait in waits:
        assert followed.tick(wait - 1) == []
        assert site.paths() == []
        assert followed.tick(1) == []
        assert site.paths() == ["/feed"]
    site.pages |= {"/a": article("Snow fell."), "/feed": feed(entry("a", site.at("/a")))}
    assert len(report_of(followed.tick(4 * EVERY)).added) == 1
    site.pages["/feed"] = Page(code=500)
    assert len(followed.tick(EVERY)) == 1  # news again, after it went well
    assert library.failures() == []
    assert texts(library) == ["Snow fell."]


@pytest.mark.parametrize("code", [429, 503])
def test_retry_after_is_kept_to(site: Site, follow: Follow, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    site.pages["/feed"] = Page(code=code, headers={"Retry-After": "7200"})
    followed = follow(site.at("/feed"))
    assert followed.tick()[0].note.startswith("It is looked at again in 120 minutes")
    monkeypatch.setattr(politeness, "_resting", {})
    site.paths()
    assert followed.tick(7199) == []
    assert site.paths() == []
    followed.tick(1)
    assert site.paths() == ["/feed"]


def test_the_same_failures_of_entries_are_told_once(library: Library, site: Site, follow: Follow) -> None:
    site.pages["/feed"] = feed(entry("a", site.at("/gone")), etag='"one"')
    followed = follow(site.at("/feed"))
    assert len(report_of(followed.tick()).failed) == 1
    site.pages["/feed"] = feed(entry("a", site.at("/gone")), "<item></item>", etag='"two"')
    assert len(report_of(followed.tick(EVERY)).failed) == 2
    site.pages["/feed"] = feed(entry("a", site.at("/gone")), "<item></item>", "<!-- later -->", etag='"three"')
    assert followed.tick(EVERY) == []
    assert site.paths() == ["/feed", "/gone", "/feed", "/feed"]


def test_a_page_is_followed_like_a_feed(library: Library, site: Site, follow: Follow) -> None:
    site.pages["/a"] = article("Snow fell.")
    followed = follow(site.at("/a"))
    followed.tick()
    site.pages["/a"] = article("Rain fell.")
    assert len(report_of(followed.tick(EVERY)).updated) == 1
    assert texts(library) == ["Rain fell."]


def test_a_slow_feed_keeps_no_folder_waiting(library: Library, site: Site, tmp_path: Path) -> None:
    """And what is still being looked at does not keep the watching from ending."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("Snow fell in Ulm, and the trams stood still for three days.")
    stop, released, told = threading.Event(), threading.Event(), list[WatchEvent]()
    poll = library.poll
    library.poll = lambda url: released.wait(60) and poll(url)  # type: ignore[method-assign]

    def tell(event: WatchEvent) -> None:
        told.append(event)
        stop.set()

    library.watch([tmp_path / "in", site.at("/feed")], stop=stop, on_event=tell)
    released.set()
    assert [each.source for each in told] == [str(tmp_path / "in")]
    assert len(library) == 1
