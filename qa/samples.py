"""The sample articles that travel with the package."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from qa.datatypes import ProgressCallback, Report, Where
from qa.loaders import Document

if TYPE_CHECKING:
    from qa.library import Library

PREFIX = "sample:"
# By path, not by import: a file called seeds.py beside somebody's notebook must not be taken for ours, let alone run.
SEEDS = Path(__file__).parent.parent / "seeds"
_MEDIA_TYPES = {".txt": "text/plain", ".md": "text/markdown"}


def is_sample(source: str) -> bool:
    """Whether an article with this source came with the package."""
    return source.startswith(PREFIX)


def holds_samples(library: Library) -> bool:
    """Whether any sample article is in the library."""
    return any(True for _ in library.articles(Where(sources=(PREFIX,)), limit=1))


def documents() -> Iterator[Document]:
    """The sample articles as they lie in `seeds`."""
    for entry in sorted(SEEDS.iterdir()):
        if media_type := _MEDIA_TYPES.get(entry.suffix):
            yield Document(origin=PREFIX + entry.name, data=entry.read_bytes(), media_type=media_type)


def add_samples(library: Library, progress: ProgressCallback | None = None) -> Report:
    """Put the sample articles into the library."""
    return library.add_documents(documents(), progress=progress)


def remove_samples(library: Library) -> Report:
    """Take the sample articles out again; one that the user added from elsewhere as well stays."""
    return library.remove_sources([document.origin for document in documents()])
