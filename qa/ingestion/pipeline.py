"""From documents to stored articles: read ahead, cut into passages, encode, and store batch by batch."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback, Report
from qa.ingestion.prefetch import Pause, ReadAhead
from qa.ingestion.sources import Fetched, NotModified, entries_of
from qa.loaders import Document, parse
from qa.loaders.document import Version, is_url
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.local.database import is_storable
from qa.storage.local.store import Store
from qa.storage.local.transaction import Heading, Transaction

if TYPE_CHECKING:
    from qa.loaders.feeds import Entries

logger = logging.getLogger(__name__)

READ_AHEAD_CHARS = 50_000_000  # read while others are encoded, so that the passages to come can be counted
PATIENCE_SECONDS = 5.0  # what has been read is stored, if the next article takes longer
BATCH_PASSAGES = 8192  # a batch of very long articles ends here, so that its vectors fit in memory


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a file or URL, and what of it could not be taken in.

    `digest` is "" when the failures may be our own: then the same content is tried again next time.
    """

    origin: str
    digest: str
    failures: tuple[Failure, ...] = ()
    version: Version | None = None
    entries: tuple[str, ...] = ()  # of a feed, whose pages have been dealt with


@dataclass(frozen=True, slots=True)
class Unchanged:
    """Articles that are stored as they were read."""

    count: int


Item = PreparedArticle | Finished | Unchanged


@dataclass(slots=True)
class Tally:
    """A report in the making."""

    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    removed: list[str] = field(default_factory=list)
    failed: list[Failure] = field(default_factory=list)

    def report(self) -> Report:
        return Report(tuple(self.added), tuple(self.updated), self.unchanged, tuple(self.removed), tuple(self.failed))


class Ingest:
    """One addition to a store. After `run`, the attributes tell what was seen."""

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
        """`stored` is called after each batch. `retry`: also what failed before and has not changed since."""
        self.tally = Tally()
        self.seen: dict[str, set[str]] = {}  # the sources found in each origin that was parsed
        self.whole: set[str] = set()  # origins that were parsed without a failure
        self.stale: set[str] = set()  # origins to read again, see `Settled`
        self.encoded = 0  # passages
        self._store = store
        self._passages = passages
        self._settings = settings
        self._progress = progress
        self._stored = stored
        self._retry = retry
        self._failed_before = {} if retry else store.failures()
        self._failed_here: list[Failure] = []  # of the document that is being read
        self._own_fault = False

    def run(self, documents: Iterable[Document | NotModified | Fetched]) -> None:
        """Take in all documents. What was stored before an exception, KeyboardInterrupt included, stays."""
        with ReadAhead(self._read(documents), _chars, READ_AHEAD_CHARS) as ahead:
            total: int | None = None
            for batch in self._batches(ahead):
                if total is None and ahead.finished:
                    total = self.encoded + self._passages_to_encode([*batch, *ahead.waiting()])
                self._store_batch(batch, total)

    def version_of(self, url: str) -> Version | None:
        """The version of this URL that need not be sent again."""
        return None if self._retry else self._store.version(url)

    def release(self, sources: list[str]) -> None:
        """Take out sources that are no more, and the articles that no other source holds."""
        with self._store.transaction() as transaction:
            transaction.release(sources)
            settled = transaction.settle()
        self.tally.removed.extend(settled.removed)
        self.stale.update(settled.stale)
        self._stored()

    def remember(self, unread: list[Failure]) -> None:
        """Files and URLs that could not even be read: they are listed, and tried again each time."""
        self.tally.failed.extend(unread)
        with self._store.transaction() as transaction:
            for failure in unread:
                if is_storable(failure.source):
                    transaction.set_failures(failure.source, "", [failure])

    def forget(self, origins: Iterable[str]) -> None:
        """These files are no more; nobody wants to hear of them."""
        with self._store.transaction() as transaction:
            for origin in origins:
                transaction.set_failures(origin, "", ())

    # reading

    def _read(self, documents: Iterable[Document | NotModified | Fetched]) -> Iterator[Item]:
        """What has to go in or is in already, file by file, and the end of each file. Runs in a thread of its own."""
        waiting: set[str] = set()  # sources on their way in: what the store says of them is about to change
        for item in documents:
            if isinstance(item, NotModified):
                yield from self._as_before(item.origin)
                continue
            document = item.document if isinstance(item, Fetched) else item
            if not is_storable(document.origin):
                name = document.origin.encode(errors="backslashreplace").decode()
                self.tally.failed.append(Failure(name, "Its name is not valid Unicode.", "Rename it and add it again."))
                continue
            if self._is_known(document.origin, document.digest):
                yield from self._as_before(document.origin, document)
                continue
            entries = self._entries(item)
            yield from self._read_articles(item, document.origin, entries, waiting)
            yield self._finished(document, entries)

    def _read_articles(
        self, item: Document | Fetched, origin: str, entries: Entries, waiting: set[str]
    ) -> Iterator[Item]:
        self._failed_here, self._own_fault = [], False
        for found in self._articles(item, entries):
            if found.source in waiting or not self._is_stored(found, origin):
                read = self._cut(found, origin)
                if read is not None:
                    waiting.add(found.source)
                    yield read
            else:
                yield Unchanged(1)
        yield Unchanged(len(entries.kept))

    def _finished(self, document: Document, entries: Entries) -> Finished:
        failures = tuple(self._failed_here)
        self.tally.failed.extend(failures)
        if not failures:
            self.whole.add(document.origin)
        if self._own_fault:
            return Finished(document.origin, "", failures)
        dealt_with = tuple(entries.dealt_with)
        if entries.later:
            return Finished(document.origin, "", failures, None, dealt_with)
        return Finished(document.origin, document.digest, failures, document.version, dealt_with)

    def _is_known(self, origin: str, digest: str) -> bool:
        """Whether all of this content has been dealt with before."""
        if origin in self.stale:
            self.stale.discard(origin)
            return False
        failed_with, _ = self._failed_before.get(origin, ("", []))
        return digest in (self._store.origin_digest(origin), failed_with)

    def _as_before(self, origin: str, document: Document | None = None) -> Iterator[Item]:
        """What has been dealt with and is the same: it counts, and is told again if it failed; None: not even sent."""
        failed_with, before = self._failed_before.get(origin, ("", []))
        failures = tuple(before) if failed_with else ()
        self.tally.failed.extend(failures)
        yield Unchanged(self._store.sources_in(origin))
        could_not_be_read = before and not failed_with
        renamed = document and document.version and document.version != self._store.version(origin)
        if document and (could_not_be_read or renamed):
            yield Finished(origin, document.digest, failures, document.version)

    def _entries(self, item: Document | Fetched) -> Entries:
        if isinstance(item, Fetched):
            return item.entries
        _, failures = self._failed_before.get(item.origin, ("", []))
        return entries_of(item.origin, self._store, failures)

    def _articles(self, item: Document | Fetched, entries: Entries) -> Iterator[Article]:
        """The articles of a document; what is none is noted, and what need not be read again counts."""
        document = item.document if isinstance(item, Fetched) else item
        seen = self.seen.setdefault(document.origin, set())
        try:
            for found in item.found if isinstance(item, Fetched) else parse(item, self._settings, entries):
                if isinstance(found, Failure):
                    self._failed_here.append(found)
                elif not is_storable(found.source + found.title + found.text):
                    self._fail(document.origin, ValueError("half a surrogate pair in it"))
                else:
                    seen.add(found.source)
                    yield found
            seen |= entries.kept
        except Exception as error:  # noqa: BLE001 - one article must never stop the others
            self._fail(document.origin, error)

    def _is_stored(self, article: Article, origin: str) -> bool:
        """Whether exactly this is what the store has of the source."""
        held = self._store.holdings([article.source]).get(article.source)
        if held is None or (held.origin, held.article_id, held.digest) != (origin, article.id, article.digest):
            return False
        return self._store.is_as_held(article.source, held)

    def _cut(self, article: Article, origin: str) -> PreparedArticle | None:
        try:
            spans = self._passages.chunk(article)
        except Exception as error:  # noqa: BLE001 - one article must never stop the others
            self._fail(article.source, error)
            return None
        if not spans:
            self._failed_here.append(
                Failure(article.source, "There are no words in it.", "Check that it is the file you meant.")
            )
            return None
        return PreparedArticle(article, origin, spans)

    def _fail(self, source: str, error: Exception) -> None:
        logger.warning("%s cannot be taken in", source, exc_info=error)
        self._own_fault = True
        self._failed_here.append(
            Failure(source, f"It could not be processed ({error}).", "Save it in another format and add that.")
        )

    # storing

    def _batches(self, ahead: ReadAhead[Item]) -> Iterator[list[Item]]:
        """So many articles each, or what there is when the next is late; the end of a file is with its last article."""
        batch: list[Item] = []
        articles = passages = 0
        while (item := ahead.peek(PATIENCE_SECONDS if batch else None)) is not Pause.OVER:
            full = articles >= self._settings.batch_articles or passages >= BATCH_PASSAGES
            if item is Pause.LATE or (full and isinstance(item, PreparedArticle)):
                yield batch
                batch, articles, passages = [], 0, 0
                continue
            ahead.take()
            if isinstance(item, Unchanged):
                self.tally.unchanged += item.count
                continue
            batch.append(item)
            if isinstance(item, PreparedArticle):
                articles, passages = articles + 1, passages + len(item.spans)
        if batch:
            yield batch

    def _passages_to_encode(self, items: list[Item]) -> int:
        reads = {item.article.id: item for item in items if isinstance(item, PreparedArticle)}
        known = self._store.headings(reads)
        return sum(len(read.spans) for read in reads.values() if _needs_vectors(read, known.get(read.article.id)))

    def _store_batch(self, batch: list[Item], total: int | None) -> None:
        """Encode what is new in a batch, then store all of it at once."""
        reads = list({item.article.source: item for item in batch if isinstance(item, PreparedArticle)}.values())
        vectors = self._encode(reads, total)
        with self._store.transaction() as transaction:
            outcomes = [(_put(transaction, read, vectors), read.article.id) for read in reads]
            for origin in {read.origin for read in reads}:  # part of it is new now: it is no longer as it was known
                transaction.forget_origin(origin)
            for item in batch:
                if isinstance(item, Finished):
                    self._finish(transaction, item)
            if vectors:
                transaction.set_meta("fingerprint", self._passages.fingerprint)
            settled = transaction.settle()
        self._count(outcomes)
        self.stale.update(settled.stale)
        self._stored()

    def _finish(self, transaction: Transaction, item: Finished) -> None:
        if item.failures:
            transaction.forget_origin(item.origin)
        else:
            transaction.set_origin(item.origin, item.digest)
        if is_url(item.origin):
            transaction.set_version(item.origin, item.version)
        if item.entries:
            transaction.note_entries(item.entries)
        if item.failures or item.origin in self._failed_before or self._retry:
            transaction.set_failures(item.origin, item.digest, item.failures)

    def _encode(self, reads: list[PreparedArticle], total: int | None) -> dict[str, NDArray[np.float32]]:
        """The vectors of the articles that need them, by article id."""
        known = self._store.headings([read.article.id for read in reads])
        new: dict[str, PreparedArticle] = {}
        for read in reads:
            if read.article.id not in new and _needs_vectors(read, known.get(read.article.id)):
                new[read.article.id] = read
        done = self.encoded

        def progress(count: int) -> None:
            self._progress(Progress("encode", done + count, total))

        vectors = self._passages.encode(list(new.values()), progress)
        self.encoded += sum(len(each) for each in vectors.values())
        return vectors

    def _count(self, outcomes: list[tuple[str, str]]) -> None:
        for outcome, article_id in outcomes:
            if outcome == "added":
                self.tally.added.append(article_id)
            elif outcome == "updated":
                self.tally.updated.append(article_id)
            else:
                self.tally.unchanged += 1


def _chars(item: Item) -> int:
    return len(item.article.text) if isinstance(item, PreparedArticle) else 0


def _needs_vectors(read: PreparedArticle, stored: Heading | None) -> bool:
    """Whether the text is new here, or its own source gives it another title: the encoder sees the title."""
    if stored is None:
        return True
    return stored.source == read.article.source and stored.title != read.article.title


def _put(transaction: Transaction, read: PreparedArticle, vectors: dict[str, NDArray[np.float32]]) -> str:
    """Store one article and say what that was: added, updated or unchanged."""
    article = read.article
    before = transaction.held_by(article.source)
    stored = transaction.heading(article.id)
    written = stored is None or (stored.source == article.source and stored.digest != article.digest)
    if written:
        transaction.put(article)
        if _needs_vectors(read, stored):
            transaction.put_passages(article.id, read.spans, vectors[article.id])
    transaction.hold(article.source, read.origin, article.id, article.digest)
    if before is None:
        return "added" if stored is None else "unchanged"
    return "updated" if written or before[0] != article.id else "unchanged"


def silent(progress: Progress) -> None:
    """Nobody wants to know."""
