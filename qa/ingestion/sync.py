"""A folder that the library mirrors: which files to read, and which stored sources and failures to remove."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from qa.errors import FolderEmpty, SettingError
from qa.ingestion.sources import expand_sources
from qa.storage.base import Sources


@dataclass(frozen=True, slots=True)
class Shard:
    """One of `of` shares of a folder, counted from 1, so that several processes can take in one share each.

    The path of a file within the folder decides, so every process finds the same shares.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """The share that `1/2` names: the first of two. Raises SettingError for what is no such text."""
        given = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip(), re.ASCII)
        if not given or not 1 <= int(given[1]) <= int(given[2]):
            raise SettingError(f"{text!r} is no share of a folder: write 1/2 for the first of two.")
        return cls(int(given[1]), int(given[2]))

    def __contains__(self, path: str) -> bool:
        digest = hashlib.sha256(path.replace(os.sep, "/").encode(errors="surrogatepass")).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.number - 1


class FolderState:
    """The files of a folder, or of the part of it that holds the named paths and all that is below them."""

    def __init__(
        self,
        folder: str | Path,
        only: Iterable[str | Path] | None,
        library: Path | None,
        shard: Shard | None = None,
    ) -> None:
        """None of `only` is the whole folder; with a `shard`, only its files. A `library` in it is left out."""
        self.root = absolute(folder)
        self._shard = shard
        self._only = None if only is None else {absolute(path) for path in only}
        self._folders: dict[str, bool] = {}  # whether they are in the part
        self.there, failed = expand_sources([self.root], library)
        self.files = [path for path in self.there if path in self]
        self.failed = [failure for failure in failed if self._concerns(failure.source)]
        self._there = set(self.there)
        self._unseen = [failure.source for failure in failed]  # nothing can be said of what is below these

    def __contains__(self, path: str) -> bool:
        if self._shard is not None and os.path.relpath(path, self.root) not in self._shard:
            return False
        return self._only is None or path in self._only or self._is_below(os.path.dirname(path))  # noqa: PTH120

    def _is_below(self, folder: str) -> bool:
        """Whether a folder, or one above it, was named. The result is kept, as there may be very many files in it."""
        if folder not in self._folders:
            self._folders[folder] = not (self._only or set()).isdisjoint(_and_above(folder))
        return self._folders[folder]

    def _concerns(self, unseen: str) -> bool:
        """Whether a path that cannot be read is in the part, or above some of it."""
        return unseen in self or any(unseen in _and_above(path) for path in self._only or ())

    def require_files(self, sources: Sources) -> None:
        """Raise FolderEmpty when there is no file at all in a folder of which some are stored."""
        if self.there or self._unseen or self._only is not None:
            return
        if stored := len(sources.origins_under(self.root)):
            raise FolderEmpty(
                f"{self.root} is empty, and {stored:,} of its files are in the library. If a disk is not mounted, "
                "mount it. To take their articles out: article-qa sync --allow-empty"
            )

    def removed_sources(self, sources: Sources, whole: Mapping[str, frozenset[str]]) -> list[str]:
        """The stored sources whose file is gone, or was read in full and does not hold them.

        `whole` gives the sources in each file that was read in full.
        """
        gone = []
        for origin, held in sources.origins_under(self.root).items():
            if origin in self._there:
                if origin in whole:
                    gone += [source for source in held if source not in whole[origin]]
            elif self._is_gone(origin):
                gone += held
        return gone

    def removed_failures(self, sources: Sources) -> list[str]:
        """The files with a stored failure that are gone."""
        failed = [origin for origin in sources.failures() if self.root in _and_above(origin)]
        return [origin for origin in failed if origin not in self._there and self._is_gone(origin)]

    def _is_gone(self, origin: str) -> bool:
        return origin in self and not any(unseen in _and_above(origin) for unseen in self._unseen)


def absolute(path: str | Path) -> str:
    """The absolute path, as `discover` gives it: symbolic links are not resolved."""
    return os.path.abspath(Path(path).expanduser())  # noqa: PTH100


def _and_above(path: str) -> set[str]:
    """A path and every folder above it."""
    found: set[str] = set()
    while path not in found:
        found.add(path)
        path = os.path.dirname(path)  # noqa: PTH120 - ten times as fast, and there may be very many files
    return found
