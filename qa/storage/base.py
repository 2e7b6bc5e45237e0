"""The seam of storage: what a backend is, for whoever asks, ingests, exports or checks.

`qa.storage.local` keeps a library in a folder, `qa.storage.milvus` on a Milvus. Both satisfy these protocols, as mypy
checks, and the tests of the contract run over both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from qa.datatypes import Article, Failure, Finding, Passage, ProgressCallback, Quotation, Where
from qa.loaders.document import Version
from qa.storage.edits import Edit
from qa.storage.listing import ArticlePage, ListQuery

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAGE = 200  # articles read at a time while iterating
VECTOR_DTYPE = "<f2"  # of numpy, float16: half the size; the loss is far below what tells passages apart
_T = TypeVar("_T")

Vector: TypeAlias = "NDArray[np.float32]"


@dataclass(frozen=True, slots=True)
class SourceRecord:
    """What a source was when it was last read."""

    origin: str
    article_id: str
    digest: str


@dataclass(frozen=True, slots=True)
class ArticleHeader:
    """Of a stored article, what decides whether it has to be written again."""

    title: str
    source: str
    digest: str


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What followed from sources that let go of their articles."""

    removed: tuple[str, ...]  # ids of articles that no source holds any more
    stale: tuple[str, ...]  # origins to read again: their article still has the metadata of a source that is gone


@dataclass(frozen=True, slots=True)
class Size:
    """The counts and the range of dates of what is stored."""

    articles: int
    passages: int
    first_published: date | None
    last_published: date | None


@dataclass(frozen=True, slots=True)
class Hits:
    """What either index found: passages with raw scores, best first. Those that have gone meanwhile are left out."""

    lexical: Sequence[tuple[Passage, float]] = ()
    dense: Sequence[tuple[Passage, float]] = ()


class Transaction(Protocol):
    """One batch of changes: all of it or nothing. Articles that lose a source are only looked at in `settle`."""

    def heading(self, article_id: str) -> ArticleHeader | None:
        """The header of an article as of this moment in the batch; None when there is none."""
        ...

    def held_by(self, source: str) -> tuple[str, str] | None:
        """The id and the digest of the article that this source held when it was last read."""
        ...

    def put(self, article: Article) -> None:
        """Write an article, new or with changed metadata; its passages stay."""
        ...

    def put_passages(self, article_id: str, spans: Sequence[tuple[int, int]], vectors: Vector) -> None:
        """Give an article that was put its passages, (n, d) vectors beside them; those it had go."""
        ...

    def put_quotations(self, article_id: str, found: Sequence[Quotation], version: int) -> None:
        """What is said in an article, as this version of the finder has it; what was stored of it before goes.

        No index follows from it, so it makes no revision. An article that is not there (any more) has none.
        """
        ...

    def put_copies(self, article_id: str, group: str, hashes: Sequence[int]) -> None:
        """The group of articles that are copies of this one, and its lowest hashes, in place of what was stored of it.

        No index follows from it, so it makes no revision. An article that is not there (any more) has none.
        """
        ...

    def regroup(self, groups: Mapping[str, str]) -> None:
        """By article id the group that it now belongs to."""
        ...

    def forget_copies(self) -> None:
        """What was found of copies goes, of all articles."""
        ...

    def hold(self, source: str, origin: str, article_id: str, digest: str) -> None:
        """From now on `source`, read from `origin`, holds this article."""
        ...

    def release(self, sources: Iterable[str]) -> None:
        """These sources are gone; their origins are no longer whole."""
        ...

    def release_article(self, article_id: str) -> None:
        """All sources of an article let go of it."""
        ...

    def set_origin(self, origin: str, digest: str) -> None:
        """All that is in this file or URL has gone in."""
        ...

    def forget_origin(self, origin: str) -> None:
        """Read this file or URL again next time, even if it has not changed."""
        ...

    def set_version(self, origin: str, version: Version | None) -> None:
        """What its server calls the content of this URL that has been dealt with; None: nothing."""
        ...

    def note_entries(self, digests: Iterable[str]) -> None:
        """Entries of feeds whose pages need no fetching as long as the feed says the same of them."""
        ...

    def set_failures(self, origin: str, digest: str, failures: Iterable[Failure]) -> None:
        """What of this file or URL could not be taken in, in place of what was remembered of it.

        With a digest, the same content is not tried again; with "", it is.
        """
        ...

    def set_edit(self, source: str, edit: Edit) -> None:
        """What was corrected by hand of the article that this source holds; it goes when the source does."""
        ...

    def set_meta(self, key: str, value: str) -> None:
        """A fact about the whole library, see `Store.meta`."""
        ...

    def settle(self) -> BatchOutcome:
        """Remove the articles that no source holds any more; others move to a source that they still have."""
        ...


class Sources(Protocol):
    """Where articles came from: files and URLs (origins), and the sources in them."""

    def expect(self, origins: Sequence[str]) -> None:
        """These are about to be read: a store far away learns at once what is known of all of them."""
        ...

    def origin_digest(self, origin: str) -> str | None:
        """The digest of a file or URL all of which is in the library as it was read."""
        ...

    def origins(self) -> dict[str, str]:
        """Every such file or URL, with its digest."""
        ...

    def version(self, origin: str) -> Version | None:
        """What its server calls the content of a URL, if the loader of today has dealt with it and need not again."""
        ...

    def has_entry(self, digest: str) -> bool:
        """Whether the page of a feed's entry has been dealt with, see `Transaction.note_entries`."""
        ...

    def failures(self) -> dict[str, tuple[str, list[Failure]]]:
        """By file or URL: what could not be taken in of it, and the digest of its content then ("": try again)."""
        ...

    def edits(self) -> dict[str, Edit]:
        """By source what was corrected by hand of the article that it holds."""
        ...

    def count_in(self, origin: str) -> int:
        """How many sources one file or URL holds."""
        ...

    def records(self, sources: Collection[str]) -> dict[str, SourceRecord]:
        """What is known of these sources; unknown ones are left out."""
        ...

    def holders_of(self, ids: Collection[str]) -> dict[str, dict[str, SourceRecord]]:
        """By article id: every source that holds this text, in order."""
        ...

    def origins_under(self, folder: str) -> dict[str, list[str]]:
        """The sources of every file below `folder`, or of the file `folder` itself, by file."""
        ...


class Copies(Protocol):
    """Which articles are copies of one another, by groups; see `qa.ingestion.copies`."""

    def groups(self, ids: Collection[str]) -> dict[str, str]:
        """By article id its group; articles that were not looked through are left out."""
        ...

    def members(self, groups: Collection[str]) -> dict[str, list[str]]:
        """By group the articles in it."""
        ...

    def sharing(self, hashes: Collection[int]) -> dict[int, list[str]]:
        """By hash articles that have it among their lowest; of very many, some."""
        ...

    def missing(self) -> list[str]:
        """The articles that were not looked through, newest first."""
        ...


class Store(Protocol):
    """Articles, passages and vectors, the truth of a library. Every method may be called from any thread."""

    @property
    def sources(self) -> Sources:
        """Where the articles came from."""
        ...

    @property
    def copies(self) -> Copies:
        """Which articles are copies of one another."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """One batch of changes. Only who is in `Backend.changing` may open one."""
        ...

    def revision(self) -> int:
        """Grows with every batch that has changed the library."""
        ...

    def meta(self, key: str) -> str | None:
        """A fact about the whole library; None when it was never set."""
        ...

    def fingerprint(self) -> str | None:
        """What made the passages (see `qa.passages.fingerprint`); None while there are none, so that anything fits."""
        ...

    def count(self) -> int:
        """The number of articles."""
        ...

    def count_undated(self, where: Where | None = None) -> int:
        """The number of articles without a date that the filter lets through."""
        ...

    def count_by_day(self, where: Where | None = None) -> dict[date, int]:
        """How many articles the filter lets through of each day that has any; undated ones are left out."""
        ...

    def size(self) -> Size:
        """The counts and the range of dates."""
        ...

    def article(self, article_id: str) -> Article | None:
        """The article with this id; None when it is not there (any more)."""
        ...

    def articles_by_id(self, ids: Collection[str]) -> dict[str, Article]:
        """The articles with these ids; those that are not there (any more) are left out."""
        ...

    def article_ids(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> list[str]:
        """Newest first, undated ones last; equal dates by title."""
        ...

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        """Newest first, read page by page; an article that is removed meanwhile is left out."""
        ...

    def listing(self, query: ListQuery, *, offset: int, limit: int) -> ArticlePage:
        """One page of what is asked for; an offset behind its end gives the last page."""
        ...

    def publishers(self) -> list[tuple[str | None, str | None, int]]:
        """Every pair of a publisher and a host, and the number of articles that have it."""
        ...

    def headings(self, ids: Collection[str]) -> dict[str, ArticleHeader]:
        """What decides whether these articles have to be written again; unknown ones are left out."""
        ...

    def is_as_held(self, source: str, held: SourceRecord) -> bool:
        """Whether the article that a source holds has the title and date that this source gave it, or another's."""
        ...

    def passages(self, ids: Sequence[int]) -> list[Passage]:
        """The passages with these ids, in this order; those that are not there (any more) are left out."""
        ...

    def passages_of(self, article_id: str) -> list[Passage]:
        """An article's passages in the order of its text."""
        ...

    def passage_ids(self) -> tuple[int, NDArray[np.int64]]:
        """The revision and the ids of all its passages, ascending."""
        ...

    def quotations(self, ids: Collection[str]) -> dict[str, tuple[Quotation, ...]]:
        """By article id what is said in it, in the order of the text; those not looked through are left out."""
        ...

    def articles_quoting(self, name: Sequence[str], where: Where | None = None) -> list[str]:
        """The articles that quote a speaker whose name has all of these terms, newest first; without terms, anybody."""
        ...

    def without_quotations(self, version: int) -> list[str]:
        """The articles that this version of the finder has not looked through, newest first."""
        ...

    def vectors(self, ids: Sequence[int]) -> Vector:
        """(n, d) in the order of `ids`; KeyError for an id that is not there (any more)."""
        ...

    def stored_vectors(self, ids: Sequence[int] | NDArray[np.int64]) -> tuple[NDArray[np.int64], Vector]:
        """Those of `ids` that are there, ascending, and their vectors (n, d)."""
        ...


class Backend(Protocol):
    """Where a library lies: its store, the search over it, and the work on the whole."""

    @property
    def location(self) -> str:
        """A folder, or an address without password, as it is shown."""
        ...

    @property
    def folder(self) -> Path | None:
        """The folder of the library on this machine; None when it is in none."""
        ...

    @property
    def store(self) -> Store:
        """What is in force now. Raises LibraryError when the backend is closed."""
        ...

    def refresh(self) -> int:
        """Bring what is derived to the newest revision, also one that another process made; the revision.

        Raises FingerprintMismatch when the vectors were made with other settings than those in force.
        """
        ...

    def check_fingerprint(self) -> None:
        """Raise FingerprintMismatch unless the settings in force make the same passages and vectors as are stored."""
        ...

    def search(self, question: str, encode: Callable[[], Vector], k: int, where: Where | None) -> Hits:
        """The `k` best passages by words and by meaning, the filter applied inside both indexes.

        `encode` gives the question's vector, (d,); it is not called where nothing can be found.
        """
        ...

    def search_words(self, words: str, k: int, where: Where | None) -> Sequence[tuple[Passage, float]]:
        """The `k` best passages by words alone, with their scores, best first; the filter applied inside the index."""
        ...

    def passages_with(self, word: str) -> tuple[int, ...]:
        """The ids of the passages that hold these words in any of their forms; none where that cannot be told."""
        ...

    def words_like(self, word: str) -> tuple[str, ...]:
        """Words of the articles that are one slip from this one, which they lack; commonest first, as written there.

        None for a word that the articles have in any form, and where it cannot be told.
        """
        ...

    def locked(self, doing: str) -> AbstractContextManager[object]:
        """Keep others from changing the library meanwhile. `doing` tells them what they wait for: "exporting".

        Raises LibraryBusy when another process does not let go of it.
        """
        ...

    def changing(self, doing: str) -> AbstractContextManager[object]:
        """The same, made ready for a change: what an interrupted one has left does no harm."""
        ...

    def after_batch(self) -> None:
        """A transaction has ended: let what is derived follow."""
        ...

    def after_change(self, *, encoded: int, removed: bool) -> None:
        """All batches of a change have ended, with so many passages encoded: put everything in good order."""
        ...

    def rebuild(self, progress: ProgressCallback) -> list[Failure]:
        """Make passages, vectors and indexes anew with the settings in force; the old ones serve until then."""
        ...

    def examine(self, progress: ProgressCallback, *, repair: bool) -> Iterator[Finding]:
        """Check everything, and with `repair` make what is derived anew where it is wrong."""
        ...

    def compact(self, progress: ProgressCallback) -> int:
        """Write the library anew without a trace of what was removed or replaced; the bytes that this freed."""
        ...

    def has_removed_text(self) -> bool:
        """Whether words of removed or replaced articles may still be in the files."""
        ...

    def bytes_on_disk(self) -> int:
        """What the library takes; 0 where that cannot be told."""
        ...

    def close(self) -> None:
        """Close files and connections. Nothing is lost without it, but the next opening may take longer."""
        ...


def batched(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """Lists of `size`, the last one shorter."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
