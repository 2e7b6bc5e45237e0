"""Folders that are watched: what goes in and out, and what is waited for. Times are given, or events waited on."""

from __future__ import annotations

import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result
from filelock import FileLock
from library_fakes import SETTINGS, LetterEncoder, shell_with_letters, write, write_rows

from qa.datatypes import Failure, Progress, Report, WatchCallback, WatchEvent
from qa.errors import Cancelled, FingerprintMismatch, LibraryError, LoadError, SettingError
from qa.ingestion import file_events
from qa.ingestion import sources as reading
from qa.ingestion import watch as watching
from qa.ingestion.debounce import SETTLE_SECONDS
from qa.ingestion.watch import WatchedFolder
from qa.library import Library

Follow = Callable[[], "Watched"]
PATIENT = 60  # seconds until a test gives up on an event


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read."""
    names: list[str] = []
    fetch = reading.fetch

    def counting(origin: str, settings: object) -> object:
        names.append(Path(origin).name)
        return fetch(origin, settings)  # type: ignore[arg-type]

    monkeypatch.setattr(reading, "fetch", counting)
    return names


class Watched:
    """A watched folder with a clock that a test sets."""

    def __init__(self, folder: Path, library: Library) -> None:
        self.told: list[WatchEvent] = []
        self.now = 1000.0
        self.folder = folder
        self.watched = WatchedFolder(str(folder), library, self.told.append, None)

    def tick(self, later: float = SETTLE_SECONDS, *hints: Path) -> list[WatchEvent]:
        """What is told when so many seconds have passed; without hints, after a look at the whole folder."""
        self.now += later
        self.told.clear()
        self.watched.tick(self.now, {str(hint) for hint in hints or (self.folder,)})
        return list(self.told)

    def settle(self) -> list[WatchEvent]:
        """What is told until everything has been taken in."""
        return self.tick(0.0) + self.tick()


@pytest.fixture
def follow(library: Library, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Follow:
    """Begin to watch the folder; looking through it takes no time."""
    monkeypatch.setattr(watching, "monotonic", lambda: 0.0)
    return lambda: Watched(folder, library)


def texts(library: Library) -> list[str]:
    return sorted(article.text for article in library.articles())


def encoded(library: Library) -> list[str]:
    assert isinstance(library.encoder, LetterEncoder)
    return library.encoder.encoded


# a part of a folder


def test_of_many_files_only_the_named_one_is_read(library: Library, folder: Path, read: list[str]) -> None:
    for number in range(30):
        write(folder, f"a{number}", f"Snow fell {number} times.")
    library.sync(folder)
    read.clear()
    write(folder, "a7", "Rain fell.")
    report = library.sync(folder, only=[folder / "a7.json"])
    assert (len(report.updated), report.added, report.removed, report.unchanged) == (1, (), (), 0)
    assert read == ["a7.json"]
    assert "Rain fell." in texts(library)


def test_outside_of_the_part_nothing_goes_in_or_out(library: Library, folder: Path) -> None:
    write(folder, "a", "Snow fell.")
    write(folder / "sub", "b", "Rain fell.")
    library.sync(folder)
    shutil.rmtree(folder / "sub")
    (folder / "a.json").unlink()
    write(folder, "c", "Hail fell.")
    assert len(library.sync(folder, only=[folder / "sub"]).removed) == 1
    assert texts(library) == ["Snow fell."]
    assert len(library.sync(folder, only=[]).removed) == 0
    library.sync(folder)
    assert texts(library) == ["Hail fell."]


def test_a_part_is_only_what_the_whole_would_read(library: Library, folder: Path) -> None:
    write(folder / ".hidden", "a", "Snow fell.")
    (folder / "picture.png").write_bytes(b"")
    (folder / "~$report.docx").write_bytes(b"locked")
    write(folder.parent / "elsewhere", "b", "Rain fell.")
    only = [*folder.rglob("*"), folder.parent / "elsewhere"]
    assert library.sync(folder, only=only) == Report()


def test_a_renamed_folder_is_not_encoded_again(library: Library, folder: Path) -> None:
    write(folder / "old", "a", "Snow fell.", "Snow", "2024-01-02")
    library.sync(folder)
    (article,) = library.articles()
    encoded(library).clear()
    (folder / "old").rename(folder / "new")
    report = library.sync(folder, only=[folder / "old", folder / "new"])
    assert (report.removed, report.added, encoded(library)) == ((), (), [])
    assert library.article(article.id).source == str(folder / "new" / "a.json")
    assert library.article(article.id).title == "Snow"


def test_an_article_that_moves_to_a_copy_outside_of_the_part_gets_its_title(library: Library, folder: Path) -> None:
    write(folder, "a", "Snow fell.", "From a")
    library.sync(folder)
    write(folder, "b", "Snow fell.", "From b")
    library.sync(folder)
    (folder / "a.json").unlink()
    library.sync(folder, only=[folder / "a.json"])
    assert [article.title for article in library.articles()] == ["From b"]


def test_a_failed_file_that_is_gone_is_forgotten_only_in_the_part(library: Library, folder: Path) -> None:
    for name in ("one.pdf", "two.pdf"):
        (folder / name).write_bytes(b"%PDF-1.4 nonsense")
    library.sync(folder)
    for name in ("one.pdf", "two.pdf"):
        (folder / name).unlink()
    library.sync(folder, only=[folder / "one.pdf"])
    assert [failure.source for failure in library.failures()] == [str(folder / "two.pdf")]


# a watched folder, with a clock of the test's own


def test_first_everything_then_what_changes(library: Library, folder: Path, follow: Follow, read: list[str]) -> None:
    write(folder, "a", "Snow fell.")
    watched = follow()
    (first,) = watched.settle()
    assert (first.source, first.report and len(first.report.added), first.note) == (str(folder), 1, "")
    assert watched.settle() == []
    write(folder, "b", "Rain fell.")
    read.clear()
    (second,) = watched.settle()
    assert second.report
    assert (len(second.report.added), second.report.unchanged, read) == (1, 0, ["b.json"])
    (folder / "a.json").unlink()
    (third,) = watched.settle()
    assert third.report == Report(removed=third.report.removed if third.report else ())
    assert texts(library) == ["Rain fell."]


def test_what_went_while_nobody_watched_goes_at_the_beginning(library: Library, folder: Path, follow: Follow) -> None:
    library.sync(write(folder, "a", "Snow fell.").parent)
    library.add(write(folder.parent / "elsewhere", "b", "Rain fell."))
    (folder / "a.json").unlink()
    (first,) = follow().settle()
    assert first.report
    assert (len(first.report.removed), texts(library)) == (1, ["Rain fell."])


def test_an_empty_folder_is_told_of_once(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    assert watched.settle() == [WatchEvent(str(folder), Report())]
    assert watched.settle() == []


def test_half_of_a_file_is_never_stored(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    watched.settle()
    path = folder / "a.json"
    whole = json.dumps({"title": "Snow", "text": "Snow fell. Then it melted."})
    for end in (12, 30, len(whole)):
        path.write_text(whole[:end])
        assert watched.tick(SETTLE_SECONDS / 2) == []
    assert watched.tick(SETTLE_SECONDS / 2) == []
    assert len(watched.tick(SETTLE_SECONDS / 2)) == 1
    assert texts(library) == ["Snow fell. Then it melted."]
    assert encoded(library) == ["Snow\nSnow fell. Then it melted."]
    assert library.failures() == []


def test_what_was_half_when_it_was_read_is_put_right_later(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    watched.settle()
    (folder / "a.txt").write_text("Snow fell in Ulm for three days, and the trams")
    watched.settle()
    (folder / "a.txt").write_text("Snow fell in Ulm for three days, and the trams stood still.")
    (happening,) = watched.settle()
    assert happening.report
    assert len(happening.report.updated) == 1
    assert texts(library) == ["Snow fell in Ulm for three days, and the trams stood still."]


def test_a_change_of_the_same_size_and_time_is_seen_by_its_event(
    library: Library, folder: Path, follow: Follow
) -> None:
    path = write(folder, "a", "Snow fell.")
    watched = follow()
    watched.settle()
    status = path.stat()
    path.write_text(path.read_text().replace("Snow", "Rain"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert watched.settle() == []
    assert watched.tick(0, path) == []
    assert len(watched.tick(SETTLE_SECONDS, path.with_name("other.json"))) == 1
    assert texts(library) == ["Rain fell."]


def test_an_editor_that_saves_by_renaming_is_one_change(library: Library, folder: Path, follow: Follow) -> None:
    path = write(folder, "a", "Snow fell.", "Snow")
    watched = follow()
    watched.settle()
    encoded(library).clear()
    path.rename(folder / "a.json~")
    assert watched.tick(0, path, folder / "a.json~") == []
    new = folder / ".a.json.swp"
    new.write_text(json.dumps({"title": "Snow", "text": "Rain fell."}))
    assert watched.tick(SETTLE_SECONDS / 2, new) == []
    new.rename(path)
    assert watched.tick(SETTLE_SECONDS / 2, path) == []
    (happening,) = watched.tick(SETTLE_SECONDS)
    assert happening.report
    assert (len(happening.report.updated), happening.report.removed) == (1, ())
    assert (texts(library), encoded(library)) == (["Rain fell."], ["Snow\nRain fell."])


def test_hidden_and_foreign_files_do_not_even_cause_a_look(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    watched.settle()
    write(folder, "a", "Snow fell.")
    for name in (".a.json.swp", "picture.png", ".git/a.json", "~$a.docx", "../elsewhere.json"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"")
        assert watched.tick(SETTLE_SECONDS, folder / name) == []
        assert watched.tick(SETTLE_SECONDS, folder / name) == []
    assert len(library) == 0  # nobody has told of a.json yet
    watched.settle()
    assert len(library) == 1


def test_without_any_event_it_is_looked_at_now_and_then(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    watched.settle()
    write(folder, "a", "Snow fell.")
    assert watched.tick(1, folder / ".x") == []
    assert watched.tick(watching.SCAN_SECONDS, folder / ".x") == []
    assert len(watched.tick(SETTLE_SECONDS, folder / ".x")) == 1


def test_moved_files_and_folders_keep_their_articles(library: Library, folder: Path, follow: Follow) -> None:
    write(folder / "old", "a", "Snow fell.")
    write(folder, "b", "Rain fell.")
    watched = follow()
    watched.settle()
    ids = sorted(article.id for article in library.articles())
    encoded(library).clear()
    (folder / "old").rename(folder / "new")
    (folder / "b.json").rename(folder / "c.json")
    assert watched.settle() == []  # no article is other than before
    assert sorted(article.id for article in library.articles()) == ids
    assert {Path(article.source).name for article in library.articles()} == {"a.json", "c.json"}
    assert encoded(library) == []


def test_a_removed_folder_takes_its_articles_with_it(library: Library, folder: Path, follow: Follow) -> None:
    write(folder / "sub", "a", "Snow fell.")
    write(folder, "b", "Rain fell.")
    watched = follow()
    watched.settle()
    shutil.rmtree(folder / "sub")
    (happening,) = watched.settle()
    assert happening.report
    assert (len(happening.report.removed), texts(library)) == (1, ["Rain fell."])


def test_many_articles_of_one_file_follow_it(library: Library, folder: Path, follow: Follow) -> None:
    path = write_rows(folder / "rows.jsonl", {"one": "Snow fell.", "two": "Rain fell."})
    watched = follow()
    watched.settle()
    write_rows(path, {"two": "Rain fell.", "three": "Hail fell."})
    (happening,) = watched.settle()
    assert happening.report
    assert (len(happening.report.added), len(happening.report.removed)) == (1, 1)
    assert texts(library) == ["Hail fell.", "Rain fell."]


def test_a_file_that_cannot_be_read_is_tried_again(
    library: Library, folder: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, tried = write(folder, "a", "Snow fell."), []

    def closed(origin: str, settings: object) -> object:
        tried.append(origin)
        raise LoadError(origin, "It is locked.", "Close it.")

    watched = follow()
    with monkeypatch.context() as patch:
        patch.setattr(reading, "fetch", closed)
        (first,) = watched.settle()
        assert first.report
        assert first.report.failed == (Failure(str(path), "It is locked.", "Close it."),)
        assert watched.settle() == []
        assert len(tried) == 1
        assert watched.tick(watching.UNREAD_SECONDS) + watched.tick() == []  # the same again is no news
        assert len(tried) == 2
        assert watched.tick(watching.UNREAD_SECONDS) + watched.tick() == []  # now it waits for twice as long
        assert len(tried) == 2
    (second,) = watched.tick(watching.UNREAD_SECONDS) + watched.tick()
    assert second.report
    assert (len(second.report.added), library.failures()) == (1, [])
    assert watched.tick(10 * watching.UNREAD_SECONDS) + watched.tick() == []


def test_a_broken_file_is_told_of_each_time_it_is_saved(library: Library, folder: Path, follow: Follow) -> None:
    watched = follow()
    watched.settle()
    for content in (b"%PDF-1.4 nonsense", b"%PDF-1.4 more of it"):
        (folder / "a.pdf").write_bytes(content)
        (happening,) = watched.settle()
        assert happening.report
        assert [failure.source for failure in happening.report.failed] == [str(folder / "a.pdf")]
    assert watched.tick(10 * watching.UNREAD_SECONDS) + watched.tick() == []


# what is waited for


def test_while_another_process_writes_nothing_is_lost(library: Library, folder: Path, follow: Follow) -> None:
    write(folder, "a", "Snow fell.")
    watched = follow()
    with FileLock(library.path / "write.lock"):
        (busy,) = watched.settle()
        assert busy.report is None
        assert "the library" in busy.note
        assert busy.note.endswith("What has changed is waiting, and tried again.")
        write(folder, "b", "Rain fell.")
        assert watched.tick(watching.RETRY_SECONDS) == []  # told once
    (done,) = watched.tick(watching.RETRY_SECONDS)
    assert done.report
    assert (len(done.report.added), texts(library)) == (2, ["Rain fell.", "Snow fell."])


def test_a_full_disk_is_waited_for_and_a_wrong_encoder_is_not(
    library: Library, folder: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors: list[Exception] = [LibraryError("The disk is full."), FingerprintMismatch("Rebuild it.")]

    def failing(*_: object, **__: object) -> Report:
        raise errors.pop(0)

    monkeypatch.setattr(library, "sync", failing)
    write(folder, "a", "Snow fell.")
    watched = follow()
    assert [each.note for each in watched.settle()] == [
        "The disk is full. What has changed is waiting, and tried again."
    ]
    with pytest.raises(FingerprintMismatch):
        watched.tick(watching.RETRY_SECONDS)


def test_a_folder_that_vanishes_keeps_its_articles_until_it_is_back(
    library: Library, folder: Path, follow: Follow
) -> None:
    write(folder, "a", "Snow fell.")
    write(folder, "b", "Rain fell.")
    watched = follow()
    watched.settle()
    revision = library.store.revision()
    away = folder.with_name("away")
    folder.rename(away)
    (gone,) = watched.settle()
    assert (gone.report, gone.note) == (None, watching._AWAY)
    folder.mkdir()  # what it was mounted on
    assert watched.tick(1000) + watched.settle() == []
    assert library.store.revision() == revision
    folder.rmdir()
    (away / "a.json").unlink()
    write(away, "c", "Hail fell.")
    away.rename(folder)
    back, done = watched.settle()
    assert (back.note, texts(library)) == ("The folder is back.", ["Hail fell.", "Rain fell."])
    assert done.report
    assert (len(done.report.added), len(done.report.removed)) == (1, 1)


def test_a_folder_that_was_emptied_is_mirrored_and_one_put_in_its_place_too(
    library: Library, folder: Path, follow: Follow
) -> None:
    write(folder, "a", "Snow fell.")
    watched = follow()
    watched.settle()
    (folder / "a.json").unlink()
    watched.settle()
    assert texts(library) == []
    write(folder, "a", "Snow fell.")
    watched.settle()
    shutil.move(folder, folder.with_name("old"))
    write(folder, "b", "Rain fell.")
    watched.settle()
    assert texts(library) == ["Rain fell."]


def test_a_folder_that_vanishes_while_it_is_read_takes_nothing_with_it(
    library: Library, folder: Path, follow: Follow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was going on then is looked at again, and not taken for done."""
    write(folder, "a", "Snow fell.")
    watched = follow()
    watched.settle()
    write(folder, "a", "Rain fell.")
    sync = library.sync

    def unmounted(*given: object, **options: object) -> Report:
        folder.rename(folder.with_name("away"))
        folder.mkdir()
        return sync(*given, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(library, "sync", unmounted)
        assert [each.note for each in watched.settle()] == [watching._AWAY]
    folder.rmdir()
    folder.with_name("away").rename(folder)
    watched.settle()
    assert texts(library) == ["Rain fell."]


def test_what_cannot_be_watched_is_no_folder_or_too_often(library: Library, folder: Path) -> None:
    with pytest.raises(LoadError, match=r"There is no such folder\. Name a folder"):
        library.watch(folder / "nowhere")
    with pytest.raises(LoadError, match="There is no such folder"):
        library.watch(write(folder, "a", "Snow fell."))
    with pytest.raises(SettingError, match="every=59: give at least 60 seconds"):
        library.watch("https://news.example/", every=59)


# with the system's own events


@pytest.fixture
def happenings(library: Library, folder: Path) -> Iterator[queue.Queue[WatchEvent]]:
    """What is told of a folder that is watched in a thread."""
    told: queue.Queue[WatchEvent] = queue.Queue()
    stop = threading.Event()
    thread = threading.Thread(target=library.watch, args=(folder,), kwargs={"stop": stop, "on_event": told.put})
    thread.start()
    yield told
    stop.set()
    thread.join(PATIENT)
    assert not thread.is_alive()


def happened(told: queue.Queue[WatchEvent]) -> Report:
    happening = told.get(timeout=PATIENT)
    assert happening.report, happening
    return happening.report


def test_events_come_from_the_system(library: Library, folder: Path, happenings: queue.Queue[WatchEvent]) -> None:
    assert happened(happenings) == Report()
    write(folder / "new" / "deep", "a", "Snow fell.")
    assert len(happened(happenings).added) == 1
    write(folder / "new" / "deep", "a", "Rain fell.")
    assert len(happened(happenings).updated) == 1
    (folder / "new").rename(folder.parent / "elsewhere")
    assert len(happened(happenings).removed) == 1
    (folder.parent / "elsewhere").rename(folder / "back")
    assert len(happened(happenings).added) == 1
    assert texts(library) == ["Rain fell."]


def test_a_folder_that_comes_back_is_watched_again(
    library: Library, folder: Path, happenings: queue.Queue[WatchEvent]
) -> None:
    write(folder, "a", "Snow fell.")
    while not len(library):
        happened(happenings)
    folder.rename(folder.with_name("away"))
    assert happenings.get(timeout=PATIENT).note == watching._AWAY
    folder.with_name("away").rename(folder)
    assert happenings.get(timeout=PATIENT).note == "The folder is back."
    write(folder, "b", "Rain fell.")
    assert len(happened(happenings).added) == 1
    assert texts(library) == ["Rain fell.", "Snow fell."]


def test_stopped_while_much_is_taken_in_what_is_stored_stays(library: Library, folder: Path) -> None:
    for number in range(10):
        write(folder, f"a{number}", f"Snow fell {number} times.")
    stop, told = threading.Event(), list[WatchEvent]()

    def stopping(progress: Progress) -> None:
        if progress.stage == "encode" and len(library) == 2 * SETTINGS.batch_articles:
            stop.set()

    library.watch(folder, stop=stop, on_event=told.append, progress=stopping)
    assert (len(library), told) == (3 * SETTINGS.batch_articles, [])  # with the batch that was being encoded
    assert len(library.sync(folder).added) == 1


def test_a_callback_that_cancels_ends_it_and_any_other_error_gets_out(library: Library, folder: Path) -> None:
    def ends(error: Exception) -> WatchCallback:
        def on_event(_: WatchEvent) -> None:
            raise error

        return on_event

    write(folder, "a", "Snow fell.")
    library.watch(folder, on_event=ends(Cancelled("enough")))
    assert len(library) == 1
    with pytest.raises(ValueError, match="a bug"):
        library.watch(folder, on_event=ends(ValueError("a bug")))


def test_a_library_in_a_watched_folder_is_not_taken_for_articles(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change would bring about the next."""
    monkeypatch.setattr(watching, "monotonic", lambda: 0.0)
    write(folder, "a", "Snow fell.")
    with Library.open(folder, SETTINGS, encoder=LetterEncoder()) as library:
        watched = Watched(folder, library)
        watched.settle()
        library.refresh()
        assert list((folder / "generations").rglob("*.json"))
        assert watched.settle() + watched.settle() == []
        assert library.sync(folder) == library.add(folder) == Report(unchanged=1)
    assert set(read) == {"a.json"}


def test_a_folder_in_the_place_of_another_is_watched_from_its_beginning(folder: Path) -> None:
    stop, complaints = threading.Event(), list[str]()
    ticks = file_events.ticks([str(folder)], stop, complaints.append)
    assert str(folder) in next(ticks)  # what came before it is watched is not known
    assert next(ticks) == set()
    folder.rename(folder.with_name("old"))
    folder.mkdir()
    for number in range(int(PATIENT / file_events.TICK_SECONDS)):
        if str(write(folder, "a", f"Snow fell {number} times.")) in next(ticks):
            break
    else:
        pytest.fail("nobody watches the new folder")
    stop.set()
    assert (list(ticks), complaints) == ([], [])


def test_ticks_go_on_where_the_system_cannot_watch(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def limited(*_: object, **__: object) -> Iterator[object]:
        raise OSError("no space left for watches")

    asked = []
    monkeypatch.setattr("watchfiles.watch", lambda *given, **_: asked.append(given) or limited())
    monkeypatch.setattr(file_events, "AGAIN_SECONDS", 2 * file_events.TICK_SECONDS)
    stop, complaints = threading.Event(), list[str]()
    ticks = file_events.ticks([str(folder)], stop, complaints.append)
    assert [next(ticks), next(ticks), next(ticks)] == [set(), set(), set()]
    assert asked == [(str(folder),), (str(folder),)]  # not each time: it goes through all folders
    stop.set()
    assert list(ticks) == []
    assert complaints == ["no space left for watches"]


# in the shell


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    return shell_with_letters(monkeypatch)


@pytest.fixture
def watched_with(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What `Library.watch` is called with; it tells of two things and is stopped by Ctrl-C."""
    calls: list[dict[str, object]] = []

    def watch(self: Library, sources: list[str], *, every: float, on_event: WatchCallback, progress: object) -> None:
        calls.append({"sources": sources, "every": every})
        on_event(WatchEvent("/in", Report(added=("a",), failed=(Failure("/in/b", "It is empty.", "Fill it."),))))
        on_event(WatchEvent("/in", note="The folder\x1b[2J is back."))
        raise KeyboardInterrupt

    monkeypatch.setattr(Library, "watch", watch)
    return calls


def test_the_shell_tells_each_happening_in_a_line(
    shell: Callable[..., Result], watched_with: list[dict[str, object]]
) -> None:
    ran = shell("sync", "in", "https://news.example/feed", "--watch")
    assert (ran.exit_code, ran.stdout) == (130, "")
    assert ran.stderr.splitlines() == [
        "failed: /in/b: It is empty. Fill it.",
        "/in: 1 added, 1 failed.",
        "/in: The folder is back.",
        "Stopped. Articles in the library: 0. To go on, run the same command again: what is in costs nothing.",
    ]
    assert watched_with == [{"sources": ["in", "https://news.example/feed"], "every": 900.0}]


def test_for_programs_each_happening_is_a_json_line(
    shell: Callable[..., Result], watched_with: list[dict[str, object]]
) -> None:
    ran = shell("sync", "in", "--watch", "--json", "--every", "2h")
    assert [json.loads(line) for line in ran.stdout.splitlines()] == [
        {
            "format": "article-qa/happening/1",
            "source": "/in",
            "report": {
                "format": "article-qa/report/1",
                "added": ["a"],
                "updated": [],
                "unchanged": 0,
                "removed": [],
                "failed": [{"source": "/in/b", "reason": "It is empty.", "remedy": "Fill it."}],
            },
            "note": "",
        },
        {
            "format": "article-qa/happening/1",
            "source": "/in",
            "report": None,
            "note": "The folder\x1b[2J is back.",
        },
    ]
    assert watched_with[0]["every"] == 7200.0


@pytest.mark.parametrize("every", ["15", "59s", "0m", "m", "-1h", "1w", "1.5h", ""])
def test_times_that_are_none(shell: Callable[..., Result], every: str) -> None:
    ran = shell("sync", "in", "--watch", "--every", every)
    assert ran.exit_code == 2


def test_every_goes_with_watch(shell: Callable[..., Result], folder: Path) -> None:
    assert shell("sync", folder, "--every", "1h").exit_code == 2


def test_several_folders_are_mirrored_one_after_the_other(shell: Callable[..., Result], folder: Path) -> None:
    write(folder, "a", "Snow fell.")
    other = write(folder.parent / "other", "b", "Rain fell.").parent
    assert shell("sync", folder, other).stdout == "2 added.\n"
    (folder / "a.json").unlink()
    assert shell("sync", folder, other, "--allow-empty").stdout == "1 removed, 1 unchanged.\n"


@pytest.mark.slow
def test_ctrl_c_stops_a_real_process_and_what_is_in_stays(folder: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from library_fakes import LetterEncoder; import qa.library; from qa.cli.commands import main\n"
        "qa.library.SentenceTransformerEncoder = lambda *_: LetterEncoder()\n"
        "main(sys.argv[1:])\n"
    )
    write(folder, "a", "Snow fell in Ulm, and the trams stood still for three days.")
    command = [sys.executable, "-c", code, "sync", str(folder), "--watch", "--json", "--library", str(tmp_path / "l")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]
    ) as process:
        assert process.stdout
        assert len(json.loads(process.stdout.readline())["report"]["added"]) == 1
        write(folder, "b", "Rain fell in Ulm, and the trams went on as if nothing was.")
        assert len(json.loads(process.stdout.readline())["report"]["added"]) == 1
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENT)
    assert (process.returncode, out) == (130, "")
    assert err.startswith("Stopped. Articles in the library: 2, 2 of them new.")
