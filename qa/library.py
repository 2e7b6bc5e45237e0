"""A library of articles: what goes in and out, over a backend that keeps the store and both indexes in step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Literal, Self

from platformdirs import user_data_path

from embeddings.encoder import Encoder, SentenceTransformerEncoder
from qa.config import Settings, library_address, library_path
from qa.datatypes import (
    Article,
    Citation,
    CitedQuotation,
    Failure,
    Finding,
    Passage,
    ProgressCallback,
    Report,
    Standing,
    Stats,
    TimelineRow,
    WatchCallback,
    Where,
    silent,
)
from qa.errors import ArticleNotFound, LibraryDamaged, LibraryError
from qa.files import make_private
from qa.ingestion.copies import are_copies_known, find_missing_copies
from qa.ingestion.edits import store_edit
from qa.ingestion.quotations import find_missing
from qa.ingestion.sources import Fetched, expand_sources, poll, with_progress
from qa.ingestion.sync import FolderState, Shard
from qa.loaders import Document
from qa.loaders import article_id as id_of
from qa.passages.encoding import PassageEncoder
from qa.passages.fingerprint import encoder_name
from qa.storage.copies import copies_by_id
from qa.storage.edits import Edit
from qa.storage.listing import ArticlePage, ArticleSummary, ListQuery, Sort, Word, words_of
from qa.storage.over_time import Bar, bars
from qa.storage.publishers import UPLOADS, Publishers
from qa.storage.tags import TagFile, tag_counts, tags_of_articles, without_tags

if TYPE_CHECKING:
    from qa.ingestion.pipeline import Ingestion
    from qa.quotecheck.result import CheckedQuote
    from qa.storage.base import Backend, Store, Transaction

TIMELINE_PASSAGES = 400  # that are looked through for one timeline
_IN_MEMORY = ("upload:", "sample:")  # origins that nobody can read again


class Library:
    """An open library. Every method may be called from any thread; changes queue, and reading goes on meanwhile."""

    def __init__(self, backend: Backend, encoder: Encoder, passages: PassageEncoder, settings: Settings) -> None:
        """Use `open`."""
        self.backend = backend
        self.encoder = encoder
        self.settings = settings
        self._passages = passages
        self._known_publishers = -1, Publishers(())

    @classmethod
    def open(
        cls,
        path: str | Path | None = None,
        settings: Settings | None = None,
        *,
        encoder: Encoder | None = None,
    ) -> Library:
        """Open the library in a folder or at an address, made when it is not there; without one, the default library.

        An address is `milvus://host:19530/name`. Raises LibraryDamaged when it cannot be read, LibraryBusy when another
        process is just making it, LibraryError when nothing answers at the address or the folder cannot be made.
        """
        settings = settings or Settings.resolve()
        encoder = encoder or SentenceTransformerEncoder(settings.encoder, settings.precision, settings.threads)
        passages = PassageEncoder(encoder, settings)
        return cls(_backend(path, passages, settings), encoder, passages, settings)

    def close(self) -> None:
        """Close files and connections. Nothing is lost without it, but the next opening may take longer."""
        self.backend.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def location(self) -> str:
        """The folder or the address where it lies, as it is shown."""
        return self.backend.location

    @property
    def folder(self) -> Path | None:
        """The folder where it lies; None for one that is in no folder of this machine."""
        return self.backend.folder

    @property
    def path(self) -> Path:
        """The same. Raises LibraryError where there is none."""
        if self.folder is None:
            raise LibraryError(f"The library at {self.location} is in no folder of this machine.")
        return self.folder

    @property
    def store(self) -> Store:
        """Articles, passages and vectors as they are stored. Raises LibraryError when the library is closed."""
        return self.backend.store

    def refresh(self) -> int:
        """Bring the indexes to the newest revision, also one that another process made; the revision.

        Raises FingerprintMismatch when the vectors were made with other settings than this library was opened with.
        """
        return self.backend.refresh()

    # what is in it

    def __len__(self) -> int:
        """The number of articles."""
        return self.store.count()

    def __bool__(self) -> bool:
        """Always true: an empty library is a library."""
        return True

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        """The articles that the filter lets through, newest first, undated ones last."""
        return self.store.articles(self.resolved(where), offset=offset, limit=limit)

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
    ) -> ArticlePage:
        """A page of the articles that have each of the `words` in title, publisher, source or text.

        Titles and sources may have a word as a part of another, texts in any of its forms; those of articles that were
        just added may not be looked through yet. `without` these ids.
        """
        searched = tuple(Word(word, self.backend.passages_with(word)) for word in words_of(words))
        query = ListQuery(self.resolved(where), searched, sort, descending, frozenset(without))
        return self.store.listing(query, offset=offset, limit=limit)

    def article(self, article_id: str) -> Article:
        """The article with this id; raises ArticleNotFound, or LibraryDamaged when its text is not what was stored."""
        found = self.store.article(article_id)
        if found is None:
            raise ArticleNotFound(
                f"No article {article_id!r} is in the library at {self.location}; it may have been changed or removed. "
                "List what is there with: article-qa list"
            )
        if id_of(found.text) != article_id:
            raise LibraryDamaged(
                f"The text of article {article_id} ({found.title!r}) in the library at {self.location} is not what was "
                "stored: the file is damaged. Put back a copy from a backup, or take the article out and add it again: "
                f"article-qa remove {article_id}"
            )
        return found

    def sources(self) -> dict[str, int]:
        """Publishers, else websites, that a filter can choose, with the number of their articles, most first.

        A publisher's name and its address are one. What was uploaded to the page can be chosen as "Uploads".
        """
        uploaded = len(self.store.article_ids(Where(sources=("upload:",))))
        counts = self._publishers().counts() | ({UPLOADS: uploaded} if uploaded else {})
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def _publishers(self) -> Publishers:
        """As of the newest revision; put together once for each."""
        revision = self.store.revision()
        known, publishers = self._known_publishers
        if known != revision:
            publishers = Publishers(self.store.publishers())
            self._known_publishers = revision, publishers
        return publishers

    def passages(self, article_id: str) -> list[Passage]:
        """An article's passages in the order of its text; none when there is no such article (any more)."""
        return self.store.passages_of(article_id)

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        """The titles of these articles, by id; those that are not there (any more) are left out."""
        return {each: header.title for each, header in self.store.headings(list(ids)).items()}

    def standing(self, citation: Citation) -> Standing:
        """What has become of a cited text: still stored, replaced at its source by another one, or gone."""
        if self.store.headings([citation.article_id]):
            return "unchanged"
        return "changed" if self.store.sources.records([citation.source]) else "gone"

    def stats(self) -> Stats:
        """The size of the library, and what made its vectors."""
        store = self.store
        size = store.size()
        return Stats(
            articles=size.articles,
            passages=size.passages,
            revision=store.revision(),
            bytes_on_disk=self.backend.bytes_on_disk(),
            encoder=encoder_name(store.fingerprint()) or self.settings.encoder,
            first_published=size.first_published,
            last_published=size.last_published,
        )

    def quotations(
        self, *, speaker: str = "", about: str = "", where: Where | None = None, limit: int | None = None
    ) -> list[CitedQuotation]:
        """Who says what: direct and indirect quotations, the newest article first, in the order of the text.

        `speaker`: words of the name, in any case; "" is anybody. `about`: words that all have to stand, in any of their
        forms, in what is said, in its paragraph or in the title. A library of an earlier version is looked through
        at the first call.
        """
        from qa.answering.quotations import cited_quotations
        from qa.news.quotations import FINDER_VERSION

        if self.store.without_quotations(FINDER_VERSION):
            with suppress(LibraryError), self.backend.changing("finding who says what in"):
                find_missing(self.store, silent)
        return list(islice(cited_quotations(self.store, speaker, about, self.resolved(where)), limit))

    def timeline(self, topic: str, where: Where | None = None) -> list[TimelineRow]:
        """A topic over time in sentences of the articles, the oldest first; what copies say is told once.

        The day is that which the sentence says, else that of publication. Of very many articles those that are most
        about the topic are looked at.
        """
        from qa.answering.timelines import timeline

        found = self.backend.search_words(topic, TIMELINE_PASSAGES, self.resolved(where))
        articles = self.store.articles_by_id({passage.article_id for passage, _ in found})
        return timeline(topic, list(articles.values()), self.store.copies.groups(articles))

    def over_time(self, where: Where | None = None) -> list[Bar]:
        """How many articles the filter lets through of each week, month or year, from the first to the last."""
        return bars(self.store.count_by_day(self.resolved(where)))

    def undated(self, where: Where | None) -> int:
        """How many articles a filter by date leaves out because they have none, 0 for other filters."""
        where = self.resolved(where)
        if where is None or not (where.published_from or where.published_to):
            return 0
        return self.store.count_undated(replace(where, published_from=None, published_to=None))

    def copy_of(self, ids: Iterable[str]) -> dict[str, ArticleSummary]:
        """By article id what it is a copy of, whole or trimmed: the earliest article that shares its text.

        Those that are no copies are left out. Articles of a library of an earlier version are compared when it is next
        changed.
        """
        return copies_by_id(self.store, list(ids))

    def check_quotes(self, text: str, where: Where | None = None) -> list[CheckedQuote]:
        """What is true of each quote in a text: verbatim and where, altered and how, or absent from these articles.

        Raises FormatError for a text of more than half a million characters.
        """
        from qa.quotecheck.checker import check_quotes
        from qa.quotecheck.library_search import LibrarySearch

        return check_quotes(text, LibrarySearch(self.backend, self.resolved(where)))

    # tags

    @property
    def _tags(self) -> TagFile:
        if self.folder is not None:
            return TagFile(self.folder / "tags.json")
        folder = user_data_path("article-qa", appauthor=False) / "tags"
        make_private(folder)
        return TagFile(folder / f"{sha256(self.location.encode()).hexdigest()[:16]}.json")

    def tags(self) -> dict[str, int]:
        """Every tag that an article has, and how many have it, most first."""
        return tag_counts(self._tags.read(), self.store.sources)

    def tags_of(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The tags of these articles, by id; those without any are left out."""
        return tags_of_articles(self._tags.read(), self.store.sources, list(ids))

    def tag(self, ids: Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
        """Put tags on articles and take tags off them; how many of the articles there are.

        A tag stays with an article's source: its next text has it as well. Raises FormatError for what is no tag.
        """
        holders, given, taken = self.store.sources.holders_of(list(ids)), list(add), list(remove)
        sources = [source for held in holders.values() for source in held]
        self._tags.change(dict.fromkeys(sources, given), dict.fromkeys(sources, taken))
        return len(holders)

    def resolved(self, where: Where | None) -> Where | None:
        """A filter as the backend takes it: every spelling of its sources, and the articles that have its tags."""
        if where is None:
            return None
        if sources := [each for each in where.sources if each]:
            known = self._publishers()
            spellings = dict.fromkeys(spelling for source in sources for spelling in known.spellings(source))
            where = replace(where, sources=tuple(spellings))
        return without_tags(where, self._tags.read(), self.store.sources) if where.tags else where

    # changes

    def add(self, sources: str | Path | Iterable[str | Path], *, progress: ProgressCallback | None = None) -> Report:
        """Take in files, folders, URLs and feeds. What has not changed costs nothing; what fails is reported.

        A source that was read before is brought up to date. Each finished batch stays, whatever happens then.
        Raises LibraryBusy, FingerprintMismatch, ModelError.
        """
        given = [sources] if isinstance(sources, str | Path) else sources
        with self._changing("adding articles to", progress) as ingestion:
            origins, unknown = expand_sources(given, self.folder)
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
        return [failure for failures in self.failures_by_origin().values() for failure in failures]

    def failures_by_origin(self) -> dict[str, list[Failure]]:
        """The same, by the file or URL that was read."""
        return {origin: failures for origin, (_, failures) in self.store.sources.failures().items()}

    def retry(self, *, only: Iterable[str] | None = None, progress: ProgressCallback | None = None) -> Report:
        """Try again what failed, changed or not, or `only` these files and URLs of it.

        What came as an upload has to be uploaded again.
        """
        chosen = None if only is None else set(only)
        with self._changing("adding articles to", progress, retry=True) as ingestion:
            failed = [each for each in self.failures_by_origin() if not each.startswith(_IN_MEMORY)]
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
        allow_empty: bool = False,
        progress: ProgressCallback | None = None,
    ) -> Report:
        """Mirror a folder: what is new or changed goes in, what has gone from it goes out.

        A file that cannot be read this time keeps what is stored of it; articles from elsewhere stay. `only` these
        files, and what is below these folders, is read and let go, also where it has gone: the rest stays as it is.
        Several processes can share a folder, each with a `shard` of its own. Raises FolderEmpty, and changes nothing,
        for a folder that is empty where it was not, as of a disk that is not mounted, unless `allow_empty`.
        """
        with self._changing("syncing a folder with", progress) as ingestion:
            state = FolderState(folder, only, self.folder, shard)
            if not allow_empty:
                state.require_files(self.store.sources)
            ingestion.report.failed += state.failed
            ingestion.read(state.files)
            ingestion.release(state.removed_sources(self.store.sources, ingestion.whole))
            ingestion.forget(state.removed_failures(self.store.sources))
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
        return poll(url, self.store, self.settings)

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
            known = self.store.headings(given)
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

    def edit(
        self,
        article_id: str,
        *,
        title: str | None = None,
        published: date | Literal[""] | None = None,
        authors: Sequence[str] | None = None,
        source: str | None = None,
    ) -> Article:
        """Correct by hand what an article's source says wrongly of it; the article as it is now.

        None leaves a field as it is, "" takes it out; an article without title is called by its first words. `source`
        is the publisher. The text stays, and with it every citation. The correction stays too when the source changes,
        through a rebuild and an export; it goes when the article is removed. Raises ArticleNotFound, LibraryBusy,
        FingerprintMismatch, ModelError.
        """
        with self.backend.changing("editing an article of"):
            self.backend.check_fingerprint()
            article = self.article(article_id)
            before = self.store.sources.edits().get(article.source) or Edit(article.id, article.title)
            names = before.authors if authors is None else tuple(authors)
            edit = replace(
                before,
                title=before.title if title is None else title,
                published=before.published if published is None else published,
                authors=names,
                site=before.site if source is None else source,
            )
            changed = store_edit(self.store, self._passages, article, edit)
            self.backend.after_batch()
            self.backend.after_change(encoded=0, removed=False)
        return changed

    @contextmanager
    def _releasing(self) -> Iterator[tuple[Transaction, list[str]]]:
        """A transaction that lets go of articles, and the ids of those that went with it, known at its end."""
        removed: list[str] = []
        with self.backend.changing("removing articles from"):
            with self.store.transaction() as transaction:
                yield transaction, removed
                removed += transaction.settle().removed
            self.backend.after_batch()
            self.backend.after_change(encoded=0, removed=bool(removed))

    @contextmanager
    def _changing(self, doing: str, progress: ProgressCallback | None, *, retry: bool = False) -> Iterator[Ingestion]:
        """Keep others from changing the library, and at the end bring this process's part of the indexes in step."""
        from qa.ingestion.pipeline import Ingestion

        with self.backend.changing(doing):
            self.backend.check_fingerprint()
            ingestion = Ingestion(
                self.store,
                self._passages,
                self.settings,
                progress=progress or silent,
                stored=self.backend.after_batch,
                retry=retry,
            )
            if not are_copies_known(self.store):
                find_missing_copies(self.store, silent)
            yield ingestion
            self.backend.after_change(encoded=ingestion.encoded, removed=bool(ingestion.report.removed))

    # the whole

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the settings in force make the same passages and vectors as are stored."""
        self.backend.check_fingerprint()

    def examine(self, *, repair: bool = True, progress: ProgressCallback | None = None) -> list[Finding]:
        """Check texts, passages, vectors and indexes, and with `repair` make derived files anew that are wrong."""
        return list(self.backend.examine(progress or silent, repair=repair))

    def export(self, file: str | Path, *, vectors: bool = True, progress: ProgressCallback | None = None) -> int:
        """Write the whole library as one ZIP of plain files (`qa.storage.archive`); the number of articles in it."""
        from qa.storage import archive

        with self.backend.locked("exporting"):
            path = Path(file).expanduser()
            return archive.export(
                self.store, path, self.location, progress or silent, vectors=vectors, tags=self._tags.read()
            )

    def import_archive(self, file: str | Path, *, progress: ProgressCallback | None = None) -> Report:
        """Take in what `export` wrote; what is here stays, and the same text is kept once.

        Each finished batch stays, whatever happens then. Raises LibraryError for a file that is no whole archive.
        """
        from qa.storage import archive

        with self._changing("importing into", progress):
            path = Path(file).expanduser()
            report = archive.restore(path, self.store, self._passages, self.settings, progress or silent)
            find_missing(self.store, silent)
            find_missing_copies(self.store, silent)
            self._tags.change(archive.tags(path))
            return report

    def rebuild(self, *, progress: ProgressCallback | None = None) -> Report:
        """Make passages, vectors and indexes anew with the settings in force; the old ones serve until then.

        Interrupted, the next rebuild goes on where it stopped, unless the articles or settings have changed since.
        Raises LibraryError when the disk has no room for both.
        """
        failures = self.backend.rebuild(progress or silent)
        with self.backend.changing("finding who says what in"):
            find_missing(self.store, silent)
            find_missing_copies(self.store, silent, anew=True)
        return Report(unchanged=len(self), failed=tuple(failures))

    def compact(self, *, progress: ProgressCallback | None = None) -> int:
        """Write the library anew without a trace of what was removed or replaced; the bytes that this freed.

        Asking goes on meanwhile. `remove` and `sync` do it by themselves where it takes a moment, and every change does
        when much has gone; a rebuild does it as well, and one that was interrupted begins anew after it. Raises
        LibraryError when the disk has no room for both, or where the backend does it by itself.
        """
        return self.backend.compact(progress or silent)

    def has_removed_text(self) -> bool:
        """Whether words of removed or replaced articles may still be in the files; `compact` takes them out."""
        return self.backend.has_removed_text()


def _backend(path: str | Path | None, passages: PassageEncoder, settings: Settings) -> Backend:
    """Chosen by address. Each brings libraries of its own, which the other does not need."""
    if address := library_address(path):
        from qa.storage.milvus.backend import MilvusBackend

        return MilvusBackend.open(address, passages, settings)
    from qa.storage.local.backend import LocalBackend

    return LocalBackend.open(library_path(path), passages, settings)
