"""Mirroring without end: folders whenever they change, feeds and pages at an interval.

The system's events only say when to look; comparing stamps says what has changed (`qa.ingestion.debounce`). So an event
that gets lost does no harm, and a file system that sends none is followed as well, only later.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from qa.config import Settings
from qa.datatypes import Failure, Progress, ProgressCallback, Report, WatchCallback, WatchEvent
from qa.errors import Cancelled, FingerprintMismatch, LibraryBusy, LibraryDamaged, LibraryError, LoadError, SettingError
from qa.ingestion.debounce import ChangeTracker
from qa.ingestion.file_events import identity, is_empty, stamp, ticks
from qa.ingestion.sources import Fetched, expand_sources
from qa.ingestion.sync import absolute
from qa.loaders.document import holds_articles, is_hidden, is_url
from qa.storage.base import Store

SCAN_SECONDS = 60.0  # a folder is looked through so often without any event, and less often if that takes long
RETRY_SECONDS = 2.0  # between attempts while another process changes the library, or its disk is full
UNREAD_SECONDS, UNREAD_MOST_SECONDS = 60.0, 3600.0  # until what could not be read is tried again; doubled each time
LEAST_SECONDS = 60.0  # between two polls of a URL
BACK_OFF_SECONDS = 3600.0  # the longest between two polls of a URL that fails, unless its server wants more
_AWAY = "The folder is not there, or there is an empty one in its place. Its articles stay, and it is waited for."


class MirrorLibrary(Protocol):
    """What watching needs of the library that it changes."""

    @property
    def folder(self) -> Path | None:
        """Where the library lies, if it is in a folder: files below are not taken in."""

    @property
    def settings(self) -> Settings:
        """The settings for reading files."""

    @property
    def store(self) -> Store:
        """What is stored of files and URLs."""

    def sync(self, folder: str | Path, *, only: Iterable[str | Path], progress: ProgressCallback | None) -> Report:
        """Bring these files of a folder up to date. Raises LibraryBusy and other kinds of LibraryError."""

    def poll(self, url: str) -> Fetched | None:
        """What has changed at a URL, None if nothing has. Raises LoadError, LibraryBusy."""

    def ingest_fetched(self, fetched: Fetched, *, progress: ProgressCallback | None) -> Report:
        """Take in what `poll` gave. Raises LibraryBusy and other kinds of LibraryError."""


def watch(
    library: MirrorLibrary,
    sources: Iterable[str | Path],
    *,
    every: float,
    stop: Event,
    on_event: WatchCallback,
    progress: ProgressCallback,
) -> None:
    """Mirror folders, and take in feeds and pages every so many seconds, until `stop` is set.

    Returns when `stop` is set or a callback raises Cancelled. Raises SettingError when `every` is too small, LoadError
    for a folder that is not there at the beginning, FingerprintMismatch, LibraryDamaged, ModelError.
    """
    if not every >= LEAST_SECONDS:
        raise SettingError(f"every={every:g}: give at least {LEAST_SECONDS:g} seconds.")

    def step(done: Progress) -> None:
        if stop.is_set():
            raise Cancelled("Watching was stopped.")
        progress(done)

    given = list(dict.fromkeys(str(source) for source in sources))
    folders = [WatchedFolder(each, library, on_event, step) for each in given if not is_url(each)]
    addresses = [WatchedAddress(each, library, on_event, step, every) for each in given if is_url(each)]

    def complain(error: str) -> None:
        note = f"The system cannot watch it ({error}); it is looked through every {SCAN_SECONDS:g} seconds."
        for folder in folders:
            on_event(WatchEvent(folder.root, note=note))

    with suppress(Cancelled):
        for hints in ticks([folder.root for folder in folders], stop, complain):
            for folder in folders:
                folder.tick(monotonic(), hints)
            for address in addresses:
                address.tick(monotonic())


class _RetryingWriter:
    """Makes a change to the library, again and again until the library can be changed."""

    def __init__(self, source: str, on_event: WatchCallback) -> None:
        self._source, self._on_event = source, on_event
        self._next = 0.0
        self._waits_for = ""

    def attempt(self, work: Callable[[], Report], now: float) -> Report | None:
        """The report of `work`; None while the library is busy or its disk full, then call again.

        Raises FingerprintMismatch and LibraryDamaged, which waiting does not mend.
        """
        if now < self._next:
            return None
        try:
            report = work()
        except (FingerprintMismatch, LibraryDamaged):
            raise
        except LibraryError as error:
            if not self._waits_for:
                self._on_event(WatchEvent(self._source, note=f"{error} What has changed is waiting, and tried again."))
            self._waits_for, self._next = str(error), now + RETRY_SECONDS
            return None
        self._waits_for = ""
        return report


class WatchedFolder:
    """A mirrored folder. Call `tick` several times a second."""

    def __init__(
        self, folder: str, library: MirrorLibrary, on_event: WatchCallback, progress: ProgressCallback | None
    ) -> None:
        """Raises LoadError when there is no such folder."""
        self.root = absolute(folder)
        self._identity = identity(self.root)
        if self._identity is None:
            raise LoadError(self.root, "There is no such folder.", "Name a folder, or the address of a feed or page.")
        self._library, self._on_event, self._progress = library, on_event, progress
        self._below = self.root.rstrip(os.sep) + os.sep
        known = (*library.store.sources.origins_under(self.root), *library.store.sources.failures())
        self._files = ChangeTracker(path for path in known if path.startswith(self._below))
        self._writer = _RetryingWriter(self.root, on_event)
        self._hints = {self.root}
        self._is_away = self._has_begun = False
        self._scan_from = self._scan_at = 0.0
        self._unread: set[str] = set()  # what is tried again
        self._unread_at, self._unread_after = 0.0, UNREAD_SECONDS
        self._reported: tuple[Failure, ...] = ()

    def tick(self, now: float, hints: set[str]) -> None:
        """Note what has changed, and take in what has settled. `hints`: paths that may have changed; `now`: seconds."""
        self._hints |= {path for path in hints if self._matters(path)}
        if not self._is_there():
            return
        if (self._hints and now >= self._scan_from) or now >= self._scan_at:
            self._scan(now)
        else:
            self._files.recheck(stamp, now)
        ready = self._files.ready(now)
        if ready or not (self._has_begun or self._files):
            self._ingest(ready, now)

    def _matters(self, path: str) -> bool:
        """Whether a change of this path can concern articles: it may hold some, or be a folder, even a deleted one."""
        if not path.startswith(self._below):
            return path == self.root
        names = Path(path.removeprefix(self._below)).parts
        return not any(map(is_hidden, names)) and (holds_articles(names[-1]) or not Path(path).is_file())

    def _is_there(self) -> bool:
        """Whether the folder is there; an empty one in its place is only what it was mounted on."""
        found = identity(self.root)
        if found is None or (found != self._identity and is_empty(self.root)):
            if not self._is_away:
                self._on_event(WatchEvent(self.root, note=_AWAY))
            self._is_away = True
            return False
        if self._is_away:
            self._on_event(WatchEvent(self.root, note="The folder is back."))
        if self._is_away or found != self._identity:
            self._hints.add(self.root)
        self._is_away, self._identity = False, found
        return True

    def _scan(self, now: float) -> None:
        """Compare all files with what was taken in, those that could not be read from time to time as well."""
        began = monotonic()
        paths, unseen = expand_sources([self.root], self._library.folder)
        stamps = {path: stamp(path) for path in paths}
        found = {path: each for path, each in stamps.items() if each is not None}
        if now >= self._unread_at:
            self._unread = self._unreadable() & found.keys()
            self._unread_at = now + self._unread_after
            self._unread_after = min(2 * self._unread_after, UNREAD_MOST_SECONDS)
            self._hints |= self._unread
        named = self._hints & found.keys()
        self._files.compare(found, now, named=named, unseen={failure.source for failure in unseen})
        self._hints.clear()
        took = monotonic() - began
        self._scan_from, self._scan_at = now + 4 * took, now + max(SCAN_SECONDS, 100 * took)

    def _unreadable(self) -> set[str]:
        """The files that could not be read for a reason outside their content, such as their permissions."""
        return {origin for origin, (digest, _) in self._library.store.sources.failures().items() if not digest}

    def _ingest(self, ready: list[str], now: float) -> None:
        report = self._writer.attempt(lambda: self._library.sync(self.root, only=ready, progress=self._progress), now)
        if report is None or not self._is_there():  # what was read may have been of a folder that had just gone
            return
        self._files.mark_ingested(ready)
        known = self._reported if self._unread.issuperset(ready) else ()  # tried again, the same failures are no news
        if report.added or report.updated or report.removed or set(report.failed) - set(known) or not self._has_begun:
            self._on_event(WatchEvent(self.root, report))
            self._reported = report.failed
            self._unread_at, self._unread_after = min(self._unread_at, now + UNREAD_SECONDS), 2 * UNREAD_SECONDS
        self._has_begun = True


class WatchedAddress:
    """A feed or page that is polled. Call `tick` several times a second."""

    def __init__(
        self, url: str, library: MirrorLibrary, on_event: WatchCallback, progress: ProgressCallback | None, every: float
    ) -> None:
        self._url, self._library, self._on_event, self._progress, self._every = url, library, on_event, progress, every
        self._writer = _RetryingWriter(url, on_event)
        self._polling: Future[Fetched | None] | None = None
        self._found: Fetched | None = None
        self._due = 0.0
        self._failed = 0  # times in a row
        self._reported: set[Failure] = set()
        self._has_begun = False

    def tick(self, now: float) -> None:
        """Start a poll in another thread when one is due; take in what the last one found. `now` is in seconds."""
        if self._polling is None and self._found is None and now >= self._due:
            self._polling = run_in_thread(lambda: self._library.poll(self._url))
        if self._polling is not None and self._polling.done():
            polling, self._polling = self._polling, None
            self._see(polling, now)
        if self._found is not None:
            self._ingest(self._found, now)

    def _see(self, polling: Future[Fetched | None], now: float) -> None:
        try:
            self._found = polling.result()
        except LoadError as error:
            self._back_off(error, now)
            return
        except LibraryBusy:
            self._due = now + RETRY_SECONDS
            return
        self._due, self._failed = now + self._every, 0
        if self._found is None:
            self._report(Report(unchanged=self._library.store.sources.count_in(self._url)))

    def _back_off(self, error: LoadError, now: float) -> None:
        own = max(self._every, min(self._every * 2**self._failed, BACK_OFF_SECONDS))
        wait = max(own, error.retry_after or 0.0)
        self._due = now + wait
        if not self._failed:
            note = f"It is looked at again in {wait / 60:.0f} minutes, and less often while it fails."
            failure = Failure(error.source, error.reason, error.remedy)
            self._on_event(WatchEvent(self._url, Report(failed=(failure,)), note))
        self._failed += 1

    def _ingest(self, found: Fetched, now: float) -> None:
        report = self._writer.attempt(lambda: self._library.ingest_fetched(found, progress=self._progress), now)
        if report is not None:
            self._found = None
            self._report(report)

    def _report(self, report: Report) -> None:
        """Report what is new, and at the beginning also that nothing is. What fails each time is reported once."""
        news = report.added or report.updated or report.removed or set(report.failed) - self._reported
        if news or not self._has_begun:
            self._on_event(WatchEvent(self._url, report))
        self._reported, self._has_begun = set(report.failed), True


def run_in_thread(work: Callable[[], Fetched | None]) -> Future[Fetched | None]:
    """The result of `work`, to come from a thread that does not keep the process from ending."""
    future: Future[Fetched | None] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - raised where the result is asked for
            future.set_exception(error)

    Thread(target=run, daemon=True, name="poll").start()
    return future
