"""Which files of a folder have changed, and which of these are no longer being written. No file is touched here."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

SETTLE_SECONDS = 0.75  # a file has settled when it has stayed as it is for so long
PATIENCE_SECONDS = 60.0  # and at the latest then: some never stay as they are

Stamp = tuple[int, int, int]  # size in bytes, time of the last change in nanoseconds, number of the file
_NEVER: Stamp = (-1, -1, -1)  # of a file that is known, but was not looked at yet


@dataclass(slots=True)
class _Change:
    """A file that differs from what was last taken in of it, or that was named."""

    stamp: Stamp | None  # None: gone
    first: float  # when the change was noticed
    since: float  # when its stamp last changed
    named: bool = False  # to be taken in even if it is as it was


class ChangeTracker:
    """The files below one folder, by their stamps. Times are in seconds of a clock that never goes back."""

    def __init__(self, known: Iterable[str]) -> None:
        """`known`: files that were taken in before. Those that are not there any more count as changed."""
        self._taken: dict[str, Stamp] = dict.fromkeys(known, _NEVER)
        self._changed: dict[str, _Change] = {}

    def __len__(self) -> int:
        """The number of files that have changed and are not taken in yet."""
        return len(self._changed)

    def compare(
        self, found: Mapping[str, Stamp], now: float, *, named: Collection[str] = (), unseen: Collection[str] = ()
    ) -> None:
        """Note which of the files in `found`, that is all of them, differ from what was taken in, or are gone.

        Files in `named` count as changed. Of those in or below `unseen`, which cannot be read, nothing is noted.
        """
        below = tuple(path.rstrip(os.sep) + os.sep for path in unseen)
        for path in {**self._taken, **self._changed, **found}:
            if path in unseen or path.startswith(below):
                continue
            stamp, change = found.get(path), self._changed.get(path)
            if path in named or stamp != self._taken.get(path):
                self.note(path, stamp, now, named=path in named)
            elif change and not change.named:
                del self._changed[path]  # it is again as it was

    def note(self, path: str, stamp: Stamp | None, now: float, *, named: bool = False) -> None:
        """Note that a file has this stamp now, None if it is gone; a `named` one is taken in even if unchanged."""
        change = self._changed.setdefault(path, _Change(stamp, now, now))
        if named or change.stamp != stamp:
            change.stamp, change.since = stamp, now
        change.named |= named

    def recheck(self, stamp_of: Callable[[str], Stamp | None], now: float) -> None:
        """Note the stamps that the changed files have now."""
        for path in self._changed:
            self.note(path, stamp_of(path), now)

    def ready(self, now: float) -> list[str]:
        """The changed files to take in now, sorted. One that is gone waits for the others: it may be renamed."""
        late = {path for path, change in self._changed.items() if now - change.first >= PATIENCE_SECONDS}
        still = {path for path, change in self._changed.items() if now - change.since >= SETTLE_SECONDS}
        all_settled = len(still) == len(self._changed)
        there = {path for path in still if self._changed[path].stamp is not None}
        return sorted(late | (still if all_settled else there))

    def mark_ingested(self, paths: Iterable[str]) -> None:
        """Note that these files were taken in, as they were when they were last noted."""
        for path in paths:
            stamp = self._changed.pop(path).stamp
            if stamp is None:
                self._taken.pop(path, None)
            else:
                self._taken[path] = stamp
