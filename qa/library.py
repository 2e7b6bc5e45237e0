"""A library of articles: what goes in and out, with the store and both indexes kept in step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from embeddings.encoder import Encoder, SentenceTransformerEncoder
from qa.config import Settings, library_address, library_path
from qa.datatypes import Article, Failure, ProgressCallback, Report, Stats, WatchCallback, Where, silent
from qa.errors import ArticleNotFound, LibraryDamaged, LibraryError, QAError
from qa.ingestion.pipeline import Ingestion
from qa.ingestion.sources import Fetched, expand_sources, poll, with_progress
from qa.ingestion.sync import FolderState, Shard
from qa.loaders import Document
from qa.loaders import article_id as id_of
from qa.passages.fingerprint import check, encoder_name
from qa.storage import filters
from qa.storage.listing import Listing, Sort, Wanted, Word, words_of
from qa.storage.local import generation as generations
from qa.storage.local.backend import Keeper
from qa.storage.local.lock import writer_lock
from qa.storage.local.transaction import Transaction

if TYPE_CHECKING:
    from qa.answering.retrieval import Retriever
    from qa.storage.local.doctor import Finding


logger = logging.getLogger(__name__)

_IN_MEMORY = ("upload:", "sample:")  # origins that nobody can read again


class Library(Keeper):
    """An open library. Every method may be called from any thread; changes queue, and reading goes on meanwhile."""

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        settings: Settings | None = None,
        *,
        encoder: Encoder | None = None,
    ) -> Library:
        """Open the library in a folder, made when it is not there; without a folder, the default library.

        At an address, `milvus://...`, it is a `qa.storage.milvus.backend.MilvusLibrary`. Raises LibraryDamaged when it
        cannot be read, LibraryBusy when another process is just making it.
        """
        if address := library_address(path):
            from qa.storage.milvus.backend import MilvusLibrary

            return MilvusLibrary.open_at(address, settings, encoder=encoder)
        path = library_path(path)
        settings = settings or Settings.resolve()
        try:
            if generations.current_name(path) is None:
                generations.make_private(path)
                with writer_lock(path / "write.lock").held("making"):
                    if generations.current_name(path) is None:
                        generations.create(path)
        except OSError as error:
            raise LibraryError(f"The library at {path} cannot be made: {error}. Choose a folder of yours.") from error
        encoder = encoder or SentenceTransformerEncoder(settings.encoder, settings.precision, settings.threads)
        return cls(path, settings, encoder, generations.open_current(path))

    # what is in it

    def __len__(self) -> int:
        """The number of articles."""
        return self._current().store.count()

    def __bool__(self) -> bool:
        """Always true: an empty library is a library."""
        return True

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        """The articles that the filter lets through, newest first, undated ones last."""
        return self._current().store.articles(where, offset=offset, limit=limit)

    def listing(
        self,
        where: Where | None = None,
        *,
        words: str = "",
        sort: Sort = "date",
        descending: bool = True,
        without: Iterable[str] = (),
        offset: int = 0,
        limit: int = 100,
    ) -> Listing:
        """A page of the articles that have each of the `words` in title, publisher, source or text.

        Titles and sources may have a word as a part of another, texts in any of its forms; those of articles that were
        just added may not be looked through yet. `without` these ids.
        """
        searched = tuple(Word(word, self._passages_with(word)) for word in words_of(words))
        wanted = Wanted(where, searched, sort, descending, frozenset(without))
        return self._current().store.listing(wanted, offset=offset, limit=limit)

    def _passages_with(self, word: str) -> tuple[int, ...]:
        lexical = self._current().lexical
        lexical.follow()
        return tuple(lexical.containing(word))

    def article(self, article_id: str) -> Article:
        """The article with this id; raises ArticleNotFound, or LibraryDamaged when its text is not what was stored."""
        found = self._current().store.article(article_id)
        if found is None:
            raise ArticleNotFound(
                f"No article {article_id!r} is in the library at {self.path}; it may have been changed or removed. "
                "List what is there with: article-qa list"
            )
        if id_of(found.text) != article_id:
            raise LibraryDamaged(
                f"The text of article {article_id} ({found.title!r}) in the library at {self.path} is not what was "
                "stored: the file is damaged. Put back a copy from a backup, or take the article out and add it again: "
                f"article-qa remove {article_id}"
            )
        return found

    def sources(self) -> dict[str, int]:
        """Publishers, else websites, that a filter can choose, with the number of their articles, most first."""
        return filters.source_counts(self._current().store.publishers())

    def stats(self) -> Stats:
        """The size of the library, and what made its vectors."""
        store = self._current().store
        size = store.size()
        return Stats(
            articles=size.articles,
            passages=size.passages,
            revision=store.revision(),
            bytes_on_disk=generations.bytes_below(self.path),
            encoder=encoder_name(store.fingerprint()) or self.settings.encoder,
            first_published=size.first_published,
            last_published=size.last_published,
        )

    # for the retriever

    def retriever(self) -> Retriever:
        """What finds passages in this library."""
        from qa.answering.retrieval import Retriever

        return Retriever(self)

    # changes

    def add(self, sources: str | Path | Iterable[str | Path], *, progress: ProgressCallback | None = None) -> Report:
        """Take in files, folders, URLs and feeds. What has not changed costs nothing; what fails is reported.

        A source that was read before is brought up to date. Each finished batch stays, whatever happens then.
        Raises LibraryBusy, FingerprintMismatch, ModelError.
        """
        given = [sources] if isinstance(sources, str | Path) else sources
        with self._changing("adding articles to", progress) as ingestion:
            origins, unknown = expand_sources(given, self.settings, self.path)
            ingestion.report.failed += unknown
            ingestion.read(origins)
            ingestion.read_again(origins)
        return ingestion.report.build()

    def add_documents(self, documents: Iterable[Document], *, progress: ProgressCallback | None = None) -> Report:
        """Take in documents that are in memory already: uploads, samples."""
        with self._changing("adding articles to", progress) as ingestion:
            ingestion.run(with_progress(documents, progress or silent))
        return ingestion.report.build()

    def failures(self) -> list[Failure]:
        """What could not be taken in and has not gone in since, by file or URL."""
        return [failure for _, failures in self._current().store.failures().values() for failure in failures]

    def retry(self, *, only: Iterable[str] | None = None, progress: ProgressCallback | None = None) -> Report:
        """Try again what failed, changed or not, or `only` these files and URLs of it.

        What came as an upload has to be uploaded again.
        """
        chosen = None if only is None else set(only)
        with self._changing("adding articles to", progress, retry=True) as ingestion:
            failed = [each for each in self._generation.store.failures() if not each.startswith(_IN_MEMORY)]
            origins = [origin for origin in failed if chosen is None or origin in chosen]
            ingestion.read(origins)
            ingestion.read_again(origins)
        return ingestion.report.build()

    def dismiss(self, origins: Iterable[str]) -> None:
        """Forget what failed of these files and URLs; adding one again tries it again."""
        with self._changing("changing", None) as ingestion:
            ingestion.forget(origins)

    def sync(
        self,
        folder: str | Path,
        *,
        only: Iterable[str | Path] | None = None,
        shard: Shard | None = None,
        progress: ProgressCallback | None = None,
    ) -> Report:
        """Mirror a folder: what is new or changed goes in, what has gone from it goes out.

        A file that cannot be read this time keeps what is stored of it; articles from elsewhere stay. `only` these
        files, and what is below these folders, is read and let go, also where it has gone: the rest stays as it is.
        Several processes can share a folder, each with a `shard` of its own.
        """
        with self._changing("syncing a folder with", progress) as ingestion:
            state, store = FolderState(folder, only, self.settings, self.path, shard), self._generation.store
            ingestion.report.failed += state.failed
            ingestion.read(state.files)
            ingestion.release(state.removed_sources(store, ingestion.whole))
            ingestion.forget(state.removed_failures(store))
            ingestion.read_again(state.there)
        return ingestion.report.build()

    def watch(
        self,
        sources: str | Path | Iterable[str | Path],
        *,
        every: float = 900.0,
        stop: Event | None = None,
        on_event: WatchCallback | None = None,
        progress: ProgressCallback | None = None,
    ) -> None:
        """Mirror folders and take in feeds and pages, now and whenever they change, until `stop` is set.

        URLs are polled `every` so many seconds, at least 60. `on_event` is given each thing done or waited for. Raises
        LoadError for a folder that is not there at the beginning, FingerprintMismatch, LibraryDamaged, ModelError.
        What is being taken in when `stop` is set is not finished; each batch that is stays.
        """
        from qa.ingestion.watch import watch

        given = [sources] if isinstance(sources, str | Path) else sources
        watch(
            self,
            given,
            every=every,
            stop=stop or Event(),
            on_event=on_event or (lambda _: None),
            progress=progress or silent,
        )

    def poll(self, url: str) -> Fetched | None:
        """What has changed at a URL and on the pages of a feed's new entries; None if nothing has.

        `ingest_fetched` takes it in. Holds no lock, however slow the servers are. Raises LoadError.
        """
        return poll(url, self._current().store, self.settings)

    def ingest_fetched(self, fetched: Fetched, *, progress: ProgressCallback | None = None) -> Report:
        """Take in what `poll` gave. What is no longer there stays: a feed only holds its latest entries."""
        origin = fetched.document.origin
        with self._changing("taking in a feed to", progress) as ingestion:
            ingestion.run([fetched])
            ingestion.read_again([origin])
        return ingestion.report.build()

    def remove(self, ids: Iterable[str]) -> Report:
        """Take articles out, whatever sources they came from; adding one of those again brings it back."""
        given = list(dict.fromkeys(ids))
        with self._releasing() as (transaction, removed):
            known = self._generation.store.headings(given)
            for article_id in known:
                transaction.release_article(article_id)
        unknown = [each for each in given if each not in known]
        failed = (Failure(each, "No article has this id.", "Look it up: article-qa list") for each in unknown)
        return Report(removed=tuple(removed), failed=tuple(failed))

    def remove_sources(self, sources: Iterable[str]) -> Report:
        """Let sources go; an article that another source holds as well stays, under that one."""
        with self._releasing() as (transaction, removed):
            transaction.release(sources)
        return Report(removed=tuple(removed))

    @contextmanager
    def _releasing(self) -> Iterator[tuple[Transaction, list[str]]]:
        """A transaction that lets go of articles, and the ids of those that went with it, known at its end."""
        removed: list[str] = []
        with self._lock.held("removing articles from"):
            generation = self._current()
            generation.forget_future()
            with generation.store.transaction() as transaction:
                yield transaction, removed
                removed += transaction.settle().removed
            generation.follow()
            self._compact_if_due(removed=bool(removed))

    def examine(self, *, repair: bool = True, progress: ProgressCallback | None = None) -> list[Finding]:
        """Check everything, and make derived files anew that are wrong (`qa.storage.local.doctor`)."""
        from qa.storage.local import doctor

        with self._lock.held("checking"):
            self._current()
            return list(doctor.examine(self, progress or silent, repair=repair))

    def export(self, file: str | Path, *, vectors: bool = True, progress: ProgressCallback | None = None) -> int:
        """Write the whole library as one ZIP of plain files (`qa.storage.archive`); the number of articles in it."""
        from qa.storage import archive

        with self._lock.held("exporting"):
            return archive.export(self._current().store, Path(file).expanduser(), progress or silent, vectors=vectors)

    def import_archive(self, file: str | Path, *, progress: ProgressCallback | None = None) -> Report:
        """Take in what `export` wrote; what is here stays, and the same text is kept once.

        Each finished batch stays, whatever happens then. Raises LibraryError for a file that is no whole archive.
        """
        from qa.storage import archive

        told = progress or silent
        with self._changing("importing into", progress):
            store = self._generation.store
            return archive.restore(Path(file).expanduser(), store, self._passage_encoder, self.settings, told)

    def rebuild(self, *, progress: ProgressCallback | None = None) -> Report:
        """Make passages, vectors and indexes anew with the settings in force; the old ones serve until then.

        Interrupted, the next rebuild goes on where it stopped, unless the articles or settings have changed since.
        Raises LibraryError when the disk has no room for both.
        """
        from qa.storage.local.rebuild import rebuilt

        with self._lock.held("rebuilding"):
            old = self._current()
            new, failures = rebuilt(self.path, old, self._passage_encoder, self.settings, progress or silent)
            self._put_in_force(new)
        return Report(unchanged=new.store.count(), failed=tuple(failures))

    def compact(self, *, progress: ProgressCallback | None = None) -> int:
        """Write the library anew without a trace of what was removed or replaced; the bytes that this freed.

        Asking goes on meanwhile. `remove` and `sync` do it by themselves where it takes a moment, and every change does
        when much has gone; a rebuild does it as well, and one that was interrupted begins anew after it. Raises
        LibraryError when the disk has no room for both.
        """
        from qa.storage.local import compaction

        with self._lock.held("compacting"):
            before = generations.bytes_below(self.path)
            self._put_in_force(compaction.compacted(self.path, self._current(), progress or silent))
            compaction.delete(compaction.leftovers(self.path))
            return max(0, before - generations.bytes_below(self.path))

    def lingers(self) -> bool:
        """Whether words of removed or replaced articles may still be in the files; `compact` takes them out."""
        from qa.storage.local import compaction

        return compaction.lingers(self.path, self._current())

    def _compact_if_due(self, *, removed: bool) -> None:
        """At the end of a change, which stands whatever becomes of this. The caller holds the writer lock."""
        from qa.storage.local import compaction

        if compaction.is_due(self._generation.store, removed=removed):
            try:
                self.compact()
            except (QAError, OSError) as error:
                logger.warning("The library at %s still holds words of removed articles: %s", self.path, error)

    @contextmanager
    def _changing(self, doing: str, progress: ProgressCallback | None, *, retry: bool = False) -> Iterator[Ingestion]:
        """Hold the writer lock, and at the end bring this process's part of the indexes in step."""
        with self._lock.held(doing):
            generation = self._current()
            check(generation.store.fingerprint(), self._passage_encoder.fingerprint, self.path)
            generation.forget_future()
            generations.delete_others(self.path, keep=generations.unfinished_name(self.path))
            ingestion = Ingestion(
                generation.store,
                self._passage_encoder,
                self.settings,
                progress=progress or silent,
                stored=generation.follow,
                retry=retry,
            )
            yield ingestion
            generation.catch_up_lexical()
            if generation.wants_snapshot(ingestion.encoded):
                generation.finish_vectors()
            self._compact_if_due(removed=bool(ingestion.report.removed))
