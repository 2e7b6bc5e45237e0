"""From files, folders and URLs that a user names to documents, or to the reason why one cannot be read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback
from qa.errors import LoadError
from qa.loaders import Document, discover, fetch, parse
from qa.loaders.document import Version, is_url
from qa.loaders.isolation import LoaderProcess
from qa.storage.base import Store

if TYPE_CHECKING:
    from qa.loaders.feeds import Entries


@dataclass(frozen=True, slots=True)
class NotModified:
    """A URL whose server says that its content is what was taken in before."""

    origin: str


@dataclass(frozen=True, slots=True)
class Fetched:
    """A document and what `poll` found in it and on the pages that it links to, parsed without a lock."""

    document: Document
    found: tuple[Article | Failure, ...]
    entries: Entries


SourceContent = Document | Fetched | NotModified | Failure  # the last of a file or URL that cannot be read


def expand_sources(sources: Iterable[str | Path], library: Path | None) -> tuple[list[str], list[Failure]]:
    """All files and URLs that `sources` name, folders by their files; and a failure for each that names nothing.

    The files of the library itself, if it lies in one of the folders, are left out.
    """
    origins, failed = list[str](), list[Failure]()
    own = None if library is None else os.path.abspath(library) + os.sep  # noqa: PTH100 - as `discover` names it
    for found in discover(sources):
        if isinstance(found, Failure):
            if own is None or not found.source.startswith(own):
                failed.append(found)
        elif own is None or not found.startswith(f"{own}generations{os.sep}"):
            origins.append(found)
    return origins, failed


def read_sources(
    origins: Iterable[str], settings: Settings, version_of: Callable[[str], Version | None]
) -> Iterator[Document | NotModified | Failure]:
    """The document of each file and URL, or a failure if it cannot be read; one at a time, as they are asked for.

    `version_of` gives the version of a URL whose content need not be sent again, or None.
    """
    for origin in origins:
        try:
            yield _document(origin, settings, version_of(origin) if is_url(origin) else None)
        except LoadError as error:
            yield Failure(error.source, error.reason, error.remedy)


def _document(origin: str, settings: Settings, version: Version | None) -> Document | NotModified:
    if version is None:
        return fetch(origin, settings)
    from qa.loaders.web import download_if_changed

    return download_if_changed(origin, settings, version) or NotModified(origin)


def poll(url: str, store: Store, settings: Settings) -> Fetched | None:
    """What is at a URL and on the pages that it links to; None when its server says that nothing has changed.

    Raises LoadError. Entries of a feed that were dealt with are left out, also those that have since been removed.
    """
    document = _document(url, settings, store.sources.version(url))
    if isinstance(document, NotModified):
        return None
    failed_with, failures = store.sources.failures().get(url, ("", []))
    entries = entries_of(url, store, failures, polled=True)
    is_known = document.digest in (store.sources.origin_digest(url), failed_with)
    if is_known:
        return Fetched(document, (), entries)
    with LoaderProcess(settings) as process:
        return Fetched(document, tuple(parse(document, settings, entries, process)), entries)


def entries_of(origin: str, store: Store, failures: Iterable[Failure], *, polled: bool = False) -> Entries:
    """Which entries of a feed need no fetching. Those in `failures` are not tried again.

    If `polled`, an entry whose article was removed since counts as known, as long as the entry does not change.
    """
    from qa.loaders.feeds import Entries

    failed = {failure.source: failure for failure in failures}

    def known(source: str, digest: str) -> bool | Failure:
        if not store.sources.has_entry(digest):
            return False
        if source in failed:
            return failed[source]
        held = store.sources.records([source]).get(source)
        if held is None or held.origin != origin:
            return polled
        return store.is_as_held(source, held)

    return Entries(known)


def with_progress(
    contents: Iterable[SourceContent], progress: ProgressCallback, total: int | None = None
) -> Iterator[SourceContent]:
    """The same contents; `progress` is called before each but failures, and at the end if `total` is given."""
    done = 0
    for content in contents:
        if not isinstance(content, Failure):
            progress(Progress("read", done, total, _origin_of(content)))
            done += 1
        yield content
    if total:
        progress(Progress("read", total, total))


def _origin_of(content: Document | Fetched | NotModified) -> str:
    return content.document.origin if isinstance(content, Fetched) else content.origin
