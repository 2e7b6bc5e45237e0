"""From documents to stored articles: read ahead, encode what is new, and store batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Failure, Progress, ProgressCallback, Report
from qa.ingestion.copies import FoundCopies, find_copies
from qa.ingestion.prefetch import Pause, Prefetcher
from qa.ingestion.reader import DocumentReader, Finished, Item, Skipped
from qa.ingestion.sources import SourceContent, read_sources, with_progress
from qa.loaders.document import Version, is_url
from qa.loaders.isolation import LoaderProcess
from qa.news.quotations import FINDER_VERSION
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.base import ArticleHeader, Store, Transaction, batched
from qa.storage.local.database import is_storable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

READ_AHEAD_CHARS = 50_000_000  # read while others are encoded, so that the passages to come can be counted
PATIENCE_SECONDS = 5.0  # what has been read is stored, if the next article takes longer
TICK_SECONDS = 0.25  # between two chances to stop while nothing comes
BATCH_PASSAGES = 8192  # a batch of very long articles ends here, so that its vectors fit in memory
EXPECTED = 500  # files and URLs that are announced at once

Batch = list[PreparedArticle | Finished]


@dataclass(slots=True)
class ReportBuilder:
    """A report that is added to while articles are taken in."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def build(self) -> Report:
        """The report as it is by now."""
        return Report(tuple(self.added), tuple(self.updated), self.unchanged, tuple(self.removed), tuple(self.failed))

    def add_changes(self, again: ReportBuilder) -> None:
        """Add what reading the same files and URLs once more has done.

        What that found to be unchanged, or to fail as before, is in the report already.
        """
        self.added += again.added
        self.updated += again.updated
        self.removed += again.removed
        self.failed += [failure for failure in again.failed if failure not in self.failed]


class Ingestion:
    """One addition to a store. A `DocumentReader` reads ahead in a thread; all else is done in the caller's.

    `report` says what was done so far; each batch that was stored stays, whatever is raised then. Every method that
    takes something in raises ModelError when the encoder cannot be used, and LibraryError when the store cannot.
    """

    def __init__(
        self,
        store: Store,
        passages: PassageEncoder,
        settings: Settings,
        *,
        progress: ProgressCallback,
        stored: Callable[[], None],
        retry: bool = False,
    ) -> None:
        """`stored` is called after each batch.

        `retry`: also what failed before and has not changed since.
        """
        self.report = ReportBuilder()
        self.whole: dict[str, frozenset[str]] = {}  # the sources in each file or URL that was read without a failure
        self.encoded = 0  # passages
        self._stale: set[str] = set()  # files and URLs to read again, see `BatchOutcome`
        self._unread: list[Failure] = []
        self._store = store
        self._passages = passages
        self._settings = settings
        self._given_progress = progress
        self._latest: Progress | None = None
        self._stored = stored
        self._retry = retry
        self._failed_before = {} if retry else store.sources.failures()

    def read(self, origins: Sequence[str]) -> None:
        """Read these files and URLs and take in what is new in them; what cannot be read is reported."""
        contents = read_sources(self._announced(origins), self._settings, self._version_of)
        self.run(with_progress(contents, self._progress, len(origins)))

    def read_again(self, origins: Iterable[str]) -> None:
        """Give articles that moved to another of their sources, in one of these files and URLs, its title and date."""
        again = [origin for origin in origins if origin in self._stale]
        if again:
            self._stale.difference_update(again)
            first, self.report = self.report, ReportBuilder()
            contents = read_sources(self._announced(again), self._settings, lambda _: None)  # all has to be sent again
            self.run(contents, reread=frozenset(again))
            first.add_changes(self.report)
            self.report = first

    def run(self, contents: Iterable[SourceContent], reread: Collection[str] = ()) -> None:
        """Take in contents that were read; those of files and URLs in `reread` even if they are known."""
        with LoaderProcess(self._settings) as process:
            reader = DocumentReader(self._store, self._passages, self._settings, self._failed_before, process)
            with Prefetcher(reader.items(contents, reread), _chars, READ_AHEAD_CHARS) as ahead:
                total: int | None = None
                for batch in self._batches(ahead):
                    if total is None and ahead.finished:
                        total = self.encoded + self._passages_to_encode([*batch, *ahead.waiting()])
                    self._store_batch(batch, total)
        self._remember_unread()

    def release(self, sources: list[str]) -> None:
        """Take sources out of the store, and with them the articles that no other source holds."""
        with self._store.transaction() as transaction:
            transaction.release(sources)
            settled = transaction.settle()
        self.report.removed.extend(settled.removed)
        self._stale.update(settled.stale)
        self._stored()

    def forget(self, origins: Iterable[str]) -> None:
        """Delete the stored failures of these files and URLs."""
        with self._store.transaction() as transaction:
            for origin in origins:
                transaction.set_failures(origin, "", ())

    def _progress(self, progress: Progress) -> None:
        self._latest = progress
        self._given_progress(progress)

    # reading

    def _announced(self, origins: Sequence[str]) -> Iterator[str]:
        for page in batched(origins, EXPECTED):
            self._store.sources.expect(page)
            yield from page

    def _version_of(self, url: str) -> Version | None:
        """The version of a URL that need not be sent again; None if it must be."""
        return None if self._retry else self._store.sources.version(url)

    def _remember_unread(self) -> None:
        """Report and store which files and URLs could not be read; they are tried again each time."""
        unread, self._unread = self._unread, []
        self.report.failed.extend(unread)
        if unread:
            with self._store.transaction() as transaction:
                for failure in unread:
                    if is_storable(failure.source):
                        transaction.set_failures(failure.source, "", [failure])

    # storing

    def _batches(self, ahead: Prefetcher[Item]) -> Iterator[Batch]:
        """Up to `batch_articles` articles each, fewer if the next is late; a file ends in the batch of its last."""
        batch: Batch = []
        articles = passages = 0
        while (item := self._next(ahead, PATIENCE_SECONDS if batch else None)) is not Pause.EXHAUSTED:
            full = articles >= self._settings.batch_articles or passages >= BATCH_PASSAGES
            if item is Pause.NOT_READY or (full and isinstance(item, PreparedArticle)):
                yield batch
                batch, articles, passages = [], 0, 0
                continue
            ahead.take()
            self._note(item)
            if isinstance(item, PreparedArticle | Finished):
                batch.append(item)
            if isinstance(item, PreparedArticle):
                articles, passages = articles + 1, passages + len(item.spans)
        if batch:
            yield batch

    def _next(self, ahead: Prefetcher[Item], patience: float | None) -> Item | Pause:
        """What `ahead.peek` gives; meanwhile the progress is told again and again, for whoever wants to end it."""
        end = None if patience is None else time.monotonic() + patience
        while True:
            tick = TICK_SECONDS if end is None else max(0.0, min(TICK_SECONDS, end - time.monotonic()))
            item = ahead.peek(tick)
            if item is not Pause.NOT_READY or (end is not None and time.monotonic() >= end):
                return item
            if self._latest:
                self._given_progress(self._latest)

    def _note(self, item: Item) -> None:
        """Put into the report, and into `whole`, what an item says."""
        if isinstance(item, Failure):
            self._unread.append(item)
        elif isinstance(item, Skipped):
            self.report.unchanged += item.unchanged
            self.report.failed.extend(item.failures)
        elif isinstance(item, Finished):
            self.report.failed.extend(item.failures)
            if item.sources is not None and not item.failures:
                self.whole[item.origin] = item.sources

    def _passages_to_encode(self, items: Iterable[Item]) -> int:
        prepared = {item.article.id: item for item in items if isinstance(item, PreparedArticle)}
        known = self._store.headings(prepared)
        return sum(len(each.spans) for each in prepared.values() if _needs_vectors(each, known.get(each.article.id)))

    def _store_batch(self, batch: Batch, total: int | None) -> None:
        """Encode what is new in a batch, then store all of it in one transaction. `total`: passages to encode."""
        prepared = list({item.article.source: item for item in batch if isinstance(item, PreparedArticle)}.values())
        vectors = self._encode(prepared, total)
        copies = self._copies(prepared)
        with self._store.transaction() as transaction:
            outcomes = [(_put(transaction, each, vectors), each.article.id) for each in prepared]
            for origin in {each.origin for each in prepared}:  # part of it is new: it is no longer as it was known
                transaction.forget_origin(origin)
            for item in batch:
                if isinstance(item, Finished):
                    self._finish(transaction, item)
            copies.store(transaction)
            if vectors:
                transaction.set_meta("fingerprint", self._passages.fingerprint)
            settled = transaction.settle()
        self._count(outcomes)
        self._stale.update(settled.stale)
        self._stored()

    def _finish(self, transaction: Transaction, item: Finished) -> None:
        if item.failures or self._held_more(item):
            transaction.forget_origin(item.origin)
        else:
            transaction.set_origin(item.origin, item.digest)
        if is_url(item.origin):
            transaction.set_version(item.origin, item.version)
        if item.entries:
            transaction.note_entries(item.entries)
        if item.failures or item.origin in self._failed_before or self._retry:
            transaction.set_failures(item.origin, item.digest, item.failures)

    def _held_more(self, item: Finished) -> bool:
        """Whether sources of an earlier content of this document are still stored: a sync has to look at it again."""
        sources = self._store.sources
        if item.sources is None or not (stored := sources.count_in(item.origin)):
            return False
        return stored > sum(each.origin == item.origin for each in sources.records(item.sources).values())

    def _encode(self, prepared: list[PreparedArticle], total: int | None) -> dict[str, NDArray[np.float32]]:
        """The vectors of the articles that need them, (passages, dimension) by article id."""
        known = self._store.headings([each.article.id for each in prepared])
        new: dict[str, PreparedArticle] = {}
        for each in prepared:
            if each.article.id not in new and _needs_vectors(each, known.get(each.article.id)):
                new[each.article.id] = each
        done = self.encoded

        def progress(count: int) -> None:
            self._progress(Progress("encode", done + count, total))

        vectors = self._passages.encode(list(new.values()), progress)
        self.encoded += sum(len(each) for each in vectors.values())
        return vectors

    def _copies(self, prepared: list[PreparedArticle]) -> FoundCopies:
        """The copies that the new articles are, or have."""
        known = self._store.headings([each.article.id for each in prepared])
        new = {each.article.id: each.article for each in prepared if each.article.id not in known}
        return find_copies(self._store, new)

    def _count(self, outcomes: list[tuple[str, str]]) -> None:
        for outcome, article_id in outcomes:
            if outcome == "added":
                self.report.added.append(article_id)
            elif outcome == "updated":
                self.report.updated.append(article_id)
            else:
                self.report.unchanged += 1


def _chars(item: Item) -> int:
    return len(item.article.text) if isinstance(item, PreparedArticle) else 0


def _needs_vectors(prepared: PreparedArticle, stored: ArticleHeader | None) -> bool:
    """Whether the text is new here, or its own source gives it another title: the encoder sees the title."""
    if stored is None:
        return True
    return stored.source == prepared.article.source and stored.title != prepared.article.title


def _put(transaction: Transaction, prepared: PreparedArticle, vectors: dict[str, NDArray[np.float32]]) -> str:
    """Store one article; "added", "updated" or "unchanged"."""
    article = prepared.article
    before = transaction.held_by(article.source)
    stored = transaction.heading(article.id)
    written = stored is None or (stored.source == article.source and stored.digest != article.digest)
    if written:
        transaction.put(article)
        if _needs_vectors(prepared, stored):
            transaction.put_passages(article.id, prepared.spans, vectors[article.id])
    if stored is None and prepared.quotations is not None:
        transaction.put_quotations(article.id, prepared.quotations, FINDER_VERSION)
    transaction.hold(article.source, prepared.origin, article.id, article.digest)
    if before is None:
        return "added" if stored is None else "unchanged"
    return "updated" if written or before[0] != article.id else "unchanged"
