"""From documents to articles that are cut into passages, and to what is reported of the rest.

A document whose content has been dealt with before is not parsed again, and an article that is stored as it was read is
only counted.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import Cancelled
from qa.ingestion.sources import Fetched, NotModified, SourceContent, entries_of
from qa.loaders import Document, parse
from qa.loaders.document import Version
from qa.loaders.isolation import LoaderProcess
from qa.news.article_quotations import quotations_of
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.base import Store
from qa.storage.edits import corrected
from qa.storage.local.database import is_storable

if TYPE_CHECKING:
    from qa.loaders.feeds import Entries

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a file or URL, behind its articles, and what of it could not be taken in.

    `digest` is "" when the failures may be bugs of this program: then the same content is tried again next time.
    `sources` are those that were found in it; None when it was not parsed, because all of it was known.
    """

    origin: str
    digest: str
    failures: tuple[Failure, ...] = ()
    version: Version | None = None
    entries: tuple[str, ...] = ()  # of a feed, whose pages have been dealt with
    sources: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What is only reported: the number of articles that are stored as they were read, and failures."""

    unchanged: int = 0
    failures: tuple[Failure, ...] = ()


Item = PreparedArticle | Finished | Skipped | Failure  # the last of a file or URL that could not even be read


@dataclass(slots=True)
class _Findings:
    """What was found in the document that is being read."""

    sources: set[str] = field(default_factory=set)
    failures: list[Failure] = field(default_factory=list)
    own_fault: bool = False

    def fail(self, source: str, error: Exception) -> None:
        """Note an error that may be a bug of this program."""
        logger.warning("%s cannot be taken in", source, exc_info=error)
        self.own_fault = True
        self.failures.append(
            Failure(source, f"It could not be processed ({error}).", "Save it in another format and add that.")
        )

    def finished(self, document: Document, entries: Entries) -> Finished:
        """What is stored of this document behind its articles."""
        failures, sources = tuple(self.failures), frozenset(self.sources)
        if self.own_fault:
            return Finished(document.origin, "", failures, sources=sources)
        dealt_with = tuple(entries.dealt_with)
        if entries.later:
            return Finished(document.origin, "", failures, None, dealt_with, sources)
        return Finished(document.origin, document.digest, failures, document.version, dealt_with, sources)


class DocumentReader:
    """Reads documents for a store. All that it finds out is in the items, so another thread may ask for them."""

    def __init__(
        self,
        store: Store,
        passages: PassageEncoder,
        settings: Settings,
        failed_before: Mapping[str, tuple[str, list[Failure]]],
        process: LoaderProcess,
    ) -> None:
        """`failed_before`: of each file or URL, the digest of what failed and why; it is not tried again.

        `process` reads what is costly to read.
        """
        self._store = store
        self._passages = passages
        self._settings = settings
        self._failed_before = failed_before
        self._process = process
        self._edits = store.sources.edits()

    def items(self, contents: Iterable[SourceContent], reread: Collection[str] = ()) -> Iterator[Item]:
        """The articles to store, document by document, and what is reported of the rest; a Finished behind each.

        The files and URLs in `reread` are parsed even if all of their content has been dealt with before.
        """
        waiting: set[str] = set()  # sources on their way in: what the store says of them is about to change
        for content in contents:
            if isinstance(content, Failure):
                yield content
            elif isinstance(content, NotModified):
                yield from self._as_before(content.origin)
            else:
                yield from self._items_of(content, waiting, reread)

    def _items_of(self, content: Document | Fetched, waiting: set[str], reread: Collection[str]) -> Iterator[Item]:
        document = content.document if isinstance(content, Fetched) else content
        if not is_storable(document.origin):
            name = document.origin.encode(errors="backslashreplace").decode()
            yield Skipped(failures=(Failure(name, "Its name is not valid Unicode.", "Rename it and add it again."),))
        elif document.origin not in reread and self._is_known(document):
            yield from self._as_before(document.origin, document)
        else:
            entries, findings = self._entries(content), _Findings()
            for article in self._articles(content, entries, findings):
                yield from self._item_of(article, document.origin, waiting, findings)
            yield Skipped(len(entries.kept))
            yield findings.finished(document, entries)

    def _item_of(self, article: Article, origin: str, waiting: set[str], findings: _Findings) -> Iterator[Item]:
        """The article if it has to go in, Skipped if it is stored; nothing if it cannot be cut."""
        article = corrected(article, self._edits.get(article.source))
        if article.source not in waiting and self._is_stored(article, origin):
            yield Skipped(1)
        elif spans := self._spans(article, findings):
            waiting.add(article.source)
            yield PreparedArticle(article, origin, spans, quotations_of(article))

    def _is_known(self, document: Document) -> bool:
        """Whether all of this content has been dealt with before."""
        failed_with, _ = self._failed_before.get(document.origin, ("", []))
        return document.digest in (self._store.sources.origin_digest(document.origin), failed_with)

    def _as_before(self, origin: str, document: Document | None = None) -> Iterator[Item]:
        """The items of a document whose content is known: its articles are counted, its failures reported again.

        `document` is None when the server did not send the content again.
        """
        failed_with, before = self._failed_before.get(origin, ("", []))
        failures = tuple(before) if failed_with else ()
        could_not_be_read = before and not failed_with
        renamed = document and document.version and document.version != self._store.sources.version(origin)
        unchanged = self._store.sources.count_in(origin)
        if document and (could_not_be_read or renamed):
            yield Skipped(unchanged)
            yield Finished(origin, document.digest, failures, document.version)
        else:
            yield Skipped(unchanged, failures)

    def _entries(self, content: Document | Fetched) -> Entries:
        if isinstance(content, Fetched):
            return content.entries
        _, failures = self._failed_before.get(content.origin, ("", []))
        return entries_of(content.origin, self._store, failures)

    def _articles(self, content: Document | Fetched, entries: Entries, findings: _Findings) -> Iterator[Article]:
        """The articles of a document. Their sources, and the failures, are noted in `findings`."""
        origin = content.document.origin if isinstance(content, Fetched) else content.origin
        try:
            for found in self._found(content, entries):
                if isinstance(found, Failure):
                    findings.failures.append(found)
                elif not is_storable(found.source + found.title + found.text):
                    findings.fail(origin, ValueError("half a surrogate pair in it"))
                else:
                    findings.sources.add(found.source)
                    yield found
            findings.sources |= entries.kept
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one article must never stop the others
            findings.fail(origin, error)

    def _found(self, content: Document | Fetched, entries: Entries) -> Iterable[Article | Failure]:
        if isinstance(content, Fetched):
            return content.found
        return parse(content, self._settings, entries, self._process)

    def _is_stored(self, article: Article, origin: str) -> bool:
        """Whether the store has exactly this article, from this origin, of the source."""
        held = self._store.sources.records([article.source]).get(article.source)
        if held is None or (held.origin, held.article_id, held.digest) != (origin, article.id, article.digest):
            return False
        return self._store.is_as_held(article.source, held)

    def _spans(self, article: Article, findings: _Findings) -> list[tuple[int, int]]:
        """The article's passages; none when it cannot be cut or holds no words, which is noted in `findings`."""
        try:
            spans = self._passages.chunk(article)
        except Exception as error:  # noqa: BLE001 - one article must never stop the others
            findings.fail(article.source, error)
            return []
        if not spans:
            reason, remedy = "There are no words in it.", "Check that it is the file you meant."
            findings.failures.append(Failure(article.source, reason, remedy))
        return spans
