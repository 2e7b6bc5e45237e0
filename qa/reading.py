"""From what a user names to documents; what cannot be read is noted, and the rest goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from qa.config import Settings
from qa.datatypes import Failure, Progress, ProgressCallback
from qa.errors import LoadError
from qa.loaders import Document, discover, fetch


def discovered(sources: Iterable[str | Path], settings: Settings, failed: list[Failure]) -> list[str]:
    """The files and URLs that `sources` name; what names nothing is put into `failed`."""
    origins = []
    for found in discover(sources, settings):
        if isinstance(found, Failure):
            failed.append(found)
        else:
            origins.append(found)
    return origins


def fetched(origins: Iterable[str], settings: Settings, failed: list[Failure]) -> Iterator[Document]:
    """What is in the files and URLs, one at a time; what cannot be read is put into `failed`."""
    for origin in origins:
        try:
            yield fetch(origin, settings)
        except LoadError as error:
            failed.append(Failure(error.source, error.reason, error.remedy))


def told(
    documents: Iterable[Document], progress: ProgressCallback | None, total: int | None = None
) -> Iterator[Document]:
    """The documents, with progress told of each."""
    done = 0
    for done, document in enumerate(documents):
        if progress:
            progress(Progress("read", done, total, document.origin))
        yield document
    if progress and total:
        progress(Progress("read", total, total))
