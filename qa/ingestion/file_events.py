"""When something below a folder may have changed, by the events of the system; and what identifies a file or folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

from qa.ingestion.debounce import Stamp

TICK_SECONDS = 0.25
AGAIN_SECONDS = 60.0  # until the system is asked again to watch what it could not


def ticks(roots: list[str], stop: Event, complain: Callable[[str], None]) -> Iterator[set[str]]:
    """Paths that may have changed, or none, several times a second until `stop` is set.

    A root itself is among them when anything below it may have changed. `complain` is called with
    the error that keeps the system from watching; ticks go on then, without paths.
    """
    complaint = ""
    while not stop.is_set():
        identities = {root: identity(root) for root in roots}
        try:
            for changed in _changes([root for root, found in identities.items() if found], stop):
                yield changed
                if {root: identity(root) for root in roots} != identities:
                    break
        except FileNotFoundError:  # it has just gone
            stop.wait(TICK_SECONDS)
        except (OSError, RuntimeError) as error:  # the latter from inside watchfiles
            if str(error) != complaint:
                complain(str(error))
            complaint = str(error)
            for _ in range(round(AGAIN_SECONDS / TICK_SECONDS)):  # each attempt goes through all folders
                if not stop.wait(TICK_SECONDS):
                    yield set()


def _changes(roots: list[str], stop: Event) -> Iterator[set[str]]:
    """Sets of paths that have changed below these folders; at first the folders, for what changed before."""
    if not roots:
        stop.wait(TICK_SECONDS)
        yield set()
        return
    from watchfiles import watch

    tick = round(1000 * TICK_SECONDS)
    missed = set(roots)
    for changes in watch(
        *roots,
        watch_filter=None,
        debounce=4 * tick,
        step=tick // 2,
        stop_event=stop,
        rust_timeout=tick,
        yield_on_timeout=True,
        ignore_permission_denied=True,
    ):
        yield missed | {path for _, path in changes}
        missed = set()


def stamp(path: str) -> Stamp | None:
    """Size, time of change and number of a file: one of them differs after a write. None where there is no file."""
    try:
        status = os.stat(path)  # noqa: PTH116 - of very many files
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino


def identity(folder: str) -> tuple[int, int] | None:
    """Device and number of a folder, which differ after a mount at its path. None where there is no folder."""
    try:
        status = Path(folder).stat()
        return (status.st_dev, status.st_ino) if Path(folder).is_dir() else None
    except OSError:
        return None


def is_empty(folder: str) -> bool:
    """Whether a folder has no entries, or cannot be read."""
    try:
        return next(os.scandir(folder), None) is None
    except OSError:
        return True
