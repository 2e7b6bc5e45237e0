"""The library tab without a browser: what its events do, what it shows, and what it refuses."""

import asyncio
import os
import re
import threading
import time
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from chat_fakes import FakeAssistant
from library_fakes import SETTINGS, LetterEncoder, write, write_rows

from qa import Library
from qa.datatypes import Article, Failure, Passage, Progress, Report
from qa.errors import Cancelled
from qa.loaders import Document
from qa.samples import add_samples
from qa.storage.listing import ArticlePage, ArticleSummary
from qa.storage.local.backend import LocalBackend
from qa.work.jobs import Job, JobQueue
from qa.work.uploads import Upload, Uploads, documents
from ui.app import launch
from ui.handlers.library import NOT_HERE, LibraryHandlers
from ui.render import jobs
from ui.render import library as render_library
from ui.render.article import article_view_html
from ui.render.library import Failed
from ui.state.list_query import LibraryQuery
from ui.state.removals import Removal, Removals

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"' onload=alert(1) \u202egnp.exe"
SOON = 20.0


class Page(HTMLParser):
    """The tags, attributes and text of a piece of HTML."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        write(tmp_path / "news", "1", "The ferry leaves the harbour in the evening.", "Ferries", "2024-05-01")
        write(tmp_path / "news", "2", "A storm closed two bridges.", "Storm", "2025-01-02")
        write(tmp_path / "news", "3", "Prices of tickets rise.", "Tickets")
        opened.add(tmp_path / "news")
        yield opened


@pytest.fixture
def tab(library):
    return LibraryHandlers(FakeAssistant(library))


def titles(html):
    return re.findall(r'class="title".*?<bdi>(.*?)</bdi>', html)


def done(tab):
    """What the page tells, once everything is done."""
    assert tab.works.wait(SOON)
    return Page(tab.jobs_now()).text


def wait_until(condition):
    end = time.monotonic() + SOON
    while not condition():
        assert time.monotonic() < end, "it has not come about"
        time.sleep(0.01)


def send(tab, **files):
    """The keys of files that a page has sent."""

    async def pieces(content):
        yield content

    return [asyncio.run(tab.uploads.receive(name, pieces(content))) for name, content in files.items()]


# the list


def test_the_list_is_sorted_searched_and_filtered(tab):
    assert titles(tab.article_list({})) == ["Storm", "Ferries", "Tickets"]
    assert titles(tab.article_list({"sort": "title", "desc": "0"})) == ["Ferries", "Storm", "Tickets"]
    assert titles(tab.article_list({"q": "harbour"})) == ["Ferries"]
    assert titles(tab.article_list({"from": "2024-05-02", "to": "2025-12-31"})) == ["Storm"]
    assert 'data-title="1 article found"' in tab.article_list({"q": "harbour"})
    assert "No article matches." in tab.article_list({"q": "nowhere"})
    assert "later than the last" in tab.article_list({"from": "2025-01-02", "to": "2024-01-01"})


def test_only_the_samples_are_listed_and_removed_together(tab, library, monkeypatch):
    add_samples(library)
    samples = titles(tab.article_list({"show": "samples"}))
    assert len(samples) == len(library) - 3
    assert "Remove the sample articles" in tab.article_list({"show": "samples"})
    assert "Remove the sample articles" in tab.article_list({})
    assert "Remove the sample articles" not in tab.article_list({"q": "storm"})
    tab.remove_samples()
    assert "Remove the sample articles" not in tab.article_list({})
    assert titles(tab.article_list({})) == ["Storm", "Ferries", "Tickets"]
    assert len(library) == 3 + len(samples)
    tab.settle()
    assert len(library) == 3


@pytest.mark.parametrize("given", [None, "x", 7, [], {"sort": 3, "offset": "x", "from": {}, "q": ["a"], "show": "?"}])
def test_a_damaged_view_is_the_whole_list(tab, given):
    assert titles(tab.article_list(given)) == ["Storm", "Ferries", "Tickets"]


def test_a_long_list_has_pages(monkeypatch):
    rows = tuple(ArticleSummary(f"{n:016x}", f"T{n}", "/a", None, None, None) for n in range(100))
    page = render_library.article_list_html(ArticlePage(450, 200, rows), LibraryQuery.of({}))
    assert "201 to 300 of 450" in page
    assert re.findall(r'data-does="page" data-value="(\d+)"', page) == ["0", "100", "300", "400"]
    assert "disabled" not in page
    last = render_library.article_list_html(ArticlePage(450, 400, rows[:50]), LibraryQuery.of({}))
    assert re.findall(r'data-value="(\d+)" disabled', last) == ["500", "400"]
    assert "<nav" not in render_library.article_list_html(ArticlePage(100, 0, rows), LibraryQuery.of({}))


def test_a_heading_sorts_and_turns_round(tab):
    html = tab.article_list({"sort": "date", "desc": "1"})
    assert '<th scope="col" aria-sort="descending"><button type="button" class="sorter" data-does="sort"' in html
    assert re.findall(r'data-does="sort" data-value="(.*?)"', html) == ["title 0", "date 0", "source 0"]


def test_an_empty_library_says_how_to_fill_it(tmp_path):
    with Library.open(tmp_path / "empty", SETTINGS, encoder=LetterEncoder()) as library:
        html = LibraryHandlers(FakeAssistant(library)).article_list({})
    assert 'data-title="No articles yet"' in html
    assert "Nothing you add leaves this computer." in html


def test_a_source_can_be_chosen(tab, library):
    library.add_documents([])
    assert tab.article_sources() == '<option value="">Any source</option>'
    html = render_library.sources_html({"news.example": 1200, '"><b': 1})
    assert '<option value="news.example">news.example (1,200)</option>' in html
    assert Page(html).tags == ["option"] * 3


# an article


def test_an_article_is_shown_as_it_is_cut():
    article = Article("a" * 16, "T", "one two three\n\nfour five", "/x", authors=("N. Aas",), language="en")
    html = article_view_html(article, [Passage(1, article.id, 0, 7), Passage(2, article.id, 4, 20)])
    assert html.split('<div class="cuts">')[1] == (
        '<p dir="auto"><span class="cut odd" data-number="1">one </span>'
        '<span class="cut even shared" data-number="2">two</span><span class="cut even"> three</span></p>'
        '<p dir="auto"><span class="cut even">four </span>five</p></div></article>'
    )
    assert '<article lang="en">' in html
    assert "5 words, 2 passages" in html
    assert "N. Aas" in html
    assert 'data-does="about" data-value="aaaaaaaaaaaaaaaa"' in html


def test_the_text_of_an_article_stays_whole(tab, library):
    for article in library.articles():
        page = Page(tab.read_article(article.id).split('<div class="cuts">')[1])
        assert page.text == article.text.replace("\n", "")


def test_an_article_that_has_gone_says_so(tab):
    assert "it may have been changed or removed" in tab.read_article("f" * 16)
    assert "it may have been changed or removed" in tab.read_article({"a": 1})


# adding


def test_files_go_in_under_their_names_and_the_copies_are_deleted(tab, library):
    keys = send(tab, **{"pool/code.txt": b"The code\n\nThe code word is PLUM.", "empty.txt": b""})
    assert tab.take_in({"files": keys}) == ""
    told = done(tab)
    assert "1 article added." in told
    assert "Could not be added: 1" in told
    assert "empty.txt (uploaded)" in told
    assert "upload:pool/code.txt" in [article.source for article in library.articles()]
    assert list(Path(tab.uploads._folder.name).iterdir()) == []
    assert "not here any more" in tab.take_in({"files": keys})


def test_a_folder_and_a_file_of_this_machine_are_added(tab, library, tmp_path):
    write(tmp_path / "more", "4", "Otters swim.", "Otters")
    assert tab.take_in({"address": f" {tmp_path / 'more'} "}) == ""
    assert "1 article added." in done(tab)
    assert "Otters" in titles(tab.article_list({}))


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("", "Give an address or the path of a folder first."),
        ("news.txt", "is not a web address"),
        ("file:///etc/passwd", "is not a web address"),
        ("javascript:alert(1)", "is not a web address"),
        ("/no/such/folder", "There is no file or folder /no/such/folder on this computer."),
        ("/a\0b", "There is no file or folder"),
        (None, "first."),
    ],
)
def test_what_cannot_be_added_is_told_at_once(tab, address, told):
    assert told in Page(tab.take_in({"address": address})).text
    assert tab.works.listed() == []


@pytest.mark.parametrize("address", ["{here}", "~", "/etc/passwd"])
def test_paths_are_refused_where_others_can_reach_the_page(library, tmp_path, address):
    tab = LibraryHandlers(FakeAssistant(library), local=False)
    assert NOT_HERE in Page(tab.take_in({"address": address.format(here=tmp_path)})).text
    assert tab.works.listed() == []


def test_a_web_address_is_taken_in_or_its_failure_told(tab):
    assert tab.take_in({"address": "http://127.0.0.1:9/a"}) == ""
    assert "Could not be added: 1" in done(tab)
    assert "127.0.0.1" in tab.article_list({"show": "failed"})


def test_what_failed_is_tried_again_or_forgotten(tab, library, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    for path in (one, other):
        path.write_text("{")
    library.add([one, other])
    assert re.findall(r"<strong><bdi>(.*?)</bdi>", tab.article_list({"show": "failed", "q": "OTHER json"})) == [
        "other.json"
    ]
    html = tab.article_list({"show": "failed"})
    assert 'data-title="2 items could not be added"' in html
    assert re.findall(r'data-does="(\w+)" data-value="(.*?)"', html) == [
        ("retry", ""), ("dismiss", ""), ("retry", str(one)), ("dismiss", str(one)),
        ("retry", str(other)), ("dismiss", str(other)),
    ]  # fmt: skip
    write(tmp_path, "one", "It is an article now.", "One")
    tab.retry(str(one))
    assert "1 article added." in done(tab)
    tab.dismiss(str(other))
    assert "Everything could be added." in tab.article_list({"show": "failed"})


def test_what_was_sent_cannot_be_tried_again_here(tab):
    keys = send(tab, **{"empty.txt": b""})
    tab.take_in({"files": keys})
    done(tab)
    html = tab.article_list({"show": "failed"})
    assert "empty.txt (uploaded)" in html
    assert 'data-does="retry"' not in html
    assert 'data-does="dismiss" data-value="upload:empty.txt"' in html


# long work


def test_works_are_done_one_after_the_other_and_told():
    begun, go = threading.Event(), threading.Event()

    def first(told):
        told(Progress("read", 3, 40, "/news/a.txt"))
        told(Progress("encode", 200, 1000))
        begun.set()
        go.wait(SOON)
        return Report(added=("1", "2"))

    works = JobQueue(lambda: 0, lambda: None)
    one = works.begin(Job("add", "news", first))
    other = works.begin(Job("add", "more", lambda _: Report()))
    begun.wait(SOON)
    html = jobs.jobs_html(works.listed(), [], has_removed_text=True, version=1)
    assert "Reading 4 of 40: a.txt · 200 of 1,000 passages encoded" in Page(html).text
    assert '<progress aria-label="Adding news" max="1000" value="200">' in html
    assert "Waiting for what is before it" in html
    assert 'data-busy="1"' in html
    assert "every trace" not in html
    go.set()
    assert works.wait(SOON)
    assert (one.state, other.state) == ("done", "done")
    html = jobs.jobs_html(works.listed(), [], has_removed_text=True, version=1)
    assert 'data-busy="0"' in html
    assert "2 articles added." in html
    assert "Nothing to add." in html
    assert "Remove every trace now" in html
    works.close(one.key)
    assert works.listed() == [other]


def test_a_stopped_addition_keeps_what_is_in(tab, library, tmp_path, monkeypatch):
    write_rows(tmp_path / "rows.jsonl", {f"r{n}": f"Row number {n} tells of otters." for n in range(12)})
    tell, seen = Job.tell, []

    def stop_late(work, progress):
        seen.append(progress)
        if progress.stage == "encode" and progress.done > 4:
            tab.stop_job(work.key)
        tell(work, progress)

    monkeypatch.setattr(Job, "tell", stop_late)
    tab.take_in({"address": str(tmp_path / "rows.jsonl")})
    told = done(tab)
    kept = len(library) - 3
    assert 0 < kept < 12
    assert kept % SETTINGS.batch_articles == 0
    assert f"Stopped. {kept} articles of it are in the library." in told
    tab.works.close(tab.works.listed()[0].key)
    monkeypatch.setattr(Job, "tell", tell)
    tab.take_in({"address": str(tmp_path / "rows.jsonl")})
    assert f"{12 - kept} articles added" in done(tab)


def test_work_that_has_not_begun_is_only_taken_off():
    go, ran = threading.Event(), []
    works = JobQueue(lambda: 0, lambda: None)
    works.begin(Job("add", "a", lambda _: go.wait(SOON) and Report()))
    other = works.begin(Job("add", "b", lambda _: ran.append(1)))
    works.stop(other.key)
    works.stop("nope")
    go.set()
    assert works.wait(SOON)
    assert other.state == "stopped"
    assert ran == []


def test_a_stop_is_raised_where_progress_is_told():
    work = Job("add", "a", lambda _: Report())
    work.tell(Progress("read", 0, 1))
    work.state = "stopping"
    with pytest.raises(Cancelled):
        work.tell(Progress("read", 1, 1))


def test_an_error_is_a_sentence_and_never_a_trace(tab, library, monkeypatch, tmp_path):
    def broken(*_, **__):
        raise OSError("disk full at sector 9")

    monkeypatch.setattr(library, "add", broken)
    tab.take_in({"address": str(tmp_path)})
    told = done(tab)
    assert "Something went wrong here." in told
    assert "sector" not in told
    monkeypatch.setattr(library, "listing", broken)
    assert "Something went wrong here." in tab.article_list({})


# removal


def test_removed_articles_are_gone_from_the_list_at_once_and_can_be_brought_back(tab, library):
    (storm,) = library.listing(words="storm").articles
    assert tab.remove([storm.id, "f" * 16]) == ""
    assert titles(tab.article_list({})) == ["Ferries", "Tickets"]
    assert len(library) == 3
    html = tab.jobs_now()
    assert "1 article removed." in Page(html).text
    (key,) = re.findall(r'data-does="undo" data-value="(\d+)"', html)
    assert tab.undo(key) == ""
    assert titles(tab.article_list({})) == ["Storm", "Ferries", "Tickets"]
    assert "It was too late" in tab.undo(key)
    tab.settle()
    assert len(library) == 3


def test_removal_is_done_when_the_tab_is_left(tab, library):
    ids = [article.id for article in library.articles()]
    tab.remove(ids[:1])
    tab.remove(ids[1:2])
    tab.settle()
    assert [article.id for article in library.articles()] == ids[2:]
    assert "data-removal" not in tab.jobs_now()


def test_removal_is_done_when_the_time_is_over():
    gone = []
    ended = threading.Event()
    removals = Removals(ended.set, grace=0.01)
    removals.begin(Removal(frozenset("a"), lambda: gone.append(1)))
    assert ended.wait(SOON)
    assert gone == [1]
    assert removals.hidden() == frozenset()


def test_the_time_does_not_run_while_somebody_is_about_to_undo_it():
    removals = Removals(lambda: None, grace=30)
    removal = removals.begin(Removal(frozenset("a"), lambda: None))
    removals.hold(removal.key, True)
    assert removal.timer.interval == 60
    removals.hold(removal.key, False)
    assert removal.timer.interval == 30
    assert removals.undo(removal.key)
    assert removal.timer.finished.is_set()


def test_a_removal_that_fails_is_told_and_the_articles_are_listed_again(tab, library, monkeypatch):
    def broken(_):
        raise OSError("sector 9")

    monkeypatch.setattr(library, "remove", broken)
    tab.remove([next(library.articles()).id])
    tab.settle()
    assert len(titles(tab.article_list({}))) == 3
    assert "1 article could not be removed: Something went wrong here." in Page(tab.jobs_now()).text
    (key,) = re.findall(r'data-does="close-work" data-value="(\d+)"', tab.jobs_now())
    tab.close_job(key)
    assert "could not be removed" not in tab.jobs_now()


@pytest.mark.parametrize("ids", [None, "f" * 16, {"a": 1}, 7, [], [7, None], ["f" * 16]])
def test_a_malformed_removal_removes_nothing(tab, library, ids):
    assert "None of these articles" in tab.remove(ids)
    assert tab.removals.listed() == []


def test_every_trace_is_removed_on_demand(tab, library, monkeypatch):
    assert "every trace" not in tab.jobs_now()
    monkeypatch.setattr(LocalBackend, "_compact_if_possible", lambda self: None)
    tab.remove([next(library.articles()).id])
    tab.settle()
    assert library.has_removed_text()
    assert "Remove every trace now" in tab.jobs_now()
    tab.compact()
    assert "Every trace of removed articles is gone" in done(tab)
    assert not library.has_removed_text()
    assert "Remove every trace now" not in tab.jobs_now()


# what comes from elsewhere


def test_hostile_text_stays_text_everywhere():
    article = Article("a" * 16, HOSTILE, HOSTILE, HOSTILE, "javascript:alert(1)", None, (HOSTILE,), HOSTILE, '"><b')
    row = ArticleSummary(article.id, HOSTILE, HOSTILE, "javascript:alert(1)", HOSTILE, None)
    failure = Failure(HOSTILE, HOSTILE, HOSTILE)
    work = Job("add", HOSTILE, lambda _: Report(), state="working", read=Progress("read", 1, 2, HOSTILE))
    ended = Job("add", HOSTILE, lambda _: Report(), state="done", report=Report(failed=(failure,)))
    failed = Job("retry", HOSTILE, lambda _: Report(), state="failed", error=HOSTILE)
    removal = Removal(frozenset("a"), lambda: Report(), state="failed", error=HOSTILE)
    html = "".join(
        [
            render_library.article_list_html(ArticlePage(1, 0, (row,)), LibraryQuery.of({"q": HOSTILE}), failed=2),
            render_library.failed_html([Failed(HOSTILE, failure, again=True)]),
            render_library.sources_html({HOSTILE: 1}),
            render_library.empty_html(HOSTILE),
            jobs.jobs_html([work, ended, failed], [removal], has_removed_text=True, version=1),
            article_view_html(article, [Passage(1, article.id, 3, 9)]),
        ]
    )
    page = Page(html)
    assert not {"script", "img"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name.startswith("on")]
    assert not [value for name, value in page.attributes if name == "href" and not value.startswith("article/")]
    assert 'lang="' not in html
    assert page.text.count("<script>alert(1)</script>") >= 12


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Library.open(tmp_path_factory.mktemp("served") / "library", SETTINGS, encoder=LetterEncoder()) as library:
        served = launch(FakeAssistant(library), port=0)
        with httpx.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}, timeout=30) as client:
            yield client
        served.close()


def test_a_file_is_sent_as_it_is(server):
    answer = server.post("/library/files", params={"name": "ä/b.txt"}, content=b"Some text")
    assert answer.status_code == 200
    assert re.fullmatch(r"[0-9a-f]{32}", answer.text)


def test_another_sites_page_cannot_send_files(server):
    answer = server.post("/library/files", content=b"x", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403


def test_too_large_a_file_is_refused_and_nothing_of_it_stays():
    async def pieces():
        for _ in range(3):
            yield b"12345"

    uploads = Uploads(most_bytes=14)
    assert asyncio.run(uploads.receive("a", pieces())) is None
    assert list(Path(uploads._folder.name).iterdir()) == []
    assert asyncio.run(Uploads(most_bytes=15).receive("a", pieces())) is not None


def test_what_was_sent_and_never_added_is_deleted(monkeypatch):
    async def pieces():
        yield b"1"

    uploads = Uploads(most_bytes=10)
    first = asyncio.run(uploads.receive("a", pieces()))
    monkeypatch.setattr("qa.work.uploads.KEPT_SECONDS", -1.0)
    second = asyncio.run(uploads.receive("b", pieces()))
    assert uploads.take([first]) == []
    assert [upload.name for upload in uploads.take([second])] == ["b"]
    assert [path.name for path in Path(uploads._folder.name).iterdir()] == [second]


def sent(folder: Path, *files: tuple[str, bytes]) -> list[Upload]:
    uploads = []
    for number, (name, data) in enumerate(files):
        path = folder / str(number)
        path.write_bytes(data)
        uploads.append(Upload(name, path, 0.0))
    return uploads


def test_two_files_of_one_name_are_both_kept(tmp_path):
    files = sent(tmp_path, ("notes/report.txt", b"One"), ("notes/report.txt", b"Two"), ("notes/report.txt", b"One"))
    stored = {"upload:notes/report.txt": Document("upload:notes/report.txt", b"Three").digest}
    found = [(each.origin, each.data) for each in documents(files, stored.get)]
    assert found == [
        ("upload:notes/report (2).txt", b"One"),
        ("upload:notes/report (3).txt", b"Two"),
        ("upload:notes/report (2).txt", b"One"),
    ]
    assert [each.origin for each in documents(files[:1], {}.get)] == ["upload:notes/report.txt"]


def test_what_a_killed_server_has_left_is_swept_and_what_a_running_one_has_is_not(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, running, older = (tmp_path / f"article-qa-uploads-{name}" for name in ("99999999-a", f"{os.getpid()}-b", "c"))
    for folder in (left, running, older):
        folder.mkdir()
        (folder / "file").write_text("words")
    Uploads(1)
    assert (left.exists(), running.exists(), older.exists()) == (False, True, False)


def test_what_waits_to_be_added_has_a_limit():
    async def pieces():
        yield b"x" * 10

    uploads = Uploads(most_bytes=10)
    keys = [asyncio.run(uploads.receive(str(number), pieces())) for number in range(25)]
    assert [key is not None for key in keys] == [True] * 21 + [False] * 4


def test_an_article_is_corrected_by_its_form(tab, library):
    (storm,) = (article for article in library.articles() if article.title == "Storm")
    form = {
        "article": storm.id,
        "title": "Storms",
        "published": "2025-01-03",
        "authors": "A Bo; C Du",
        "source": "Mail",
    }
    assert "Storms" in Page(tab.edit(form)).text
    changed = library.article(storm.id)
    assert (changed.title, changed.published.isoformat(), changed.authors, changed.site, changed.text) == (
        "Storms", "2025-01-03", ("A Bo", "C Du"), "Mail", storm.text,
    )  # fmt: skip
    assert "is no date" in tab.edit({**form, "published": "soon"})
    assert "may have been changed or removed" in tab.edit(None)
