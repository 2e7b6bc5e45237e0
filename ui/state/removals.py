"""Articles that are on their way out: gone from the list at once, from the library a little later, unless undone.

They answer questions until then. Nothing of this is on disk: when the chat ends before the time is over, they stay.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from qa.datatypes import Report
from qa.errors import QAError
from qa.work.jobs import UNEXPECTED

log = logging.getLogger(__name__)

GRACE_SECONDS = 10.0
HELD_SECONDS = 60.0  # while the mouse or the keyboard is on the button that undoes it
_numbers = count(1)


@dataclass(eq=False, slots=True)
class Removal:
    """Articles that `remove` takes out when the time is over."""

    ids: frozenset[str]
    remove: Callable[[], Report]
    state: Literal["waiting", "removing", "done", "failed"] = "waiting"
    error: str = ""
    timer: threading.Timer | None = None
    key: str = field(default_factory=lambda: str(next(_numbers)))


class Removals:
    """Every method may be called from any thread."""

    def __init__(self, ended: Callable[[], None], grace: float = GRACE_SECONDS) -> None:
        self._ended = ended
        self._grace = grace
        self._removals: list[Removal] = []
        self._lock = threading.RLock()

    def begin(self, removal: Removal) -> Removal:
        """Begin the time in which it can be undone."""
        with self._lock:
            self._removals = [each for each in self._removals if each.state in ("waiting", "removing")]
            self._removals.append(removal)
            self._start(removal, self._grace)
        return removal

    def hold(self, key: str, held: bool) -> None:
        """Somebody is about to undo it, or not any more: the time begins anew."""
        with self._lock:
            removal = self._waiting(key)
            if removal is not None:
                self._start(removal, max(self._grace, HELD_SECONDS) if held else self._grace)

    def undo(self, key: str) -> bool:
        """Whether it was in time; then nothing has happened."""
        with self._lock:
            removal = self._waiting(key)
            if removal is None:
                return False
            _cancel(removal)
            self._removals.remove(removal)
            return True

    def settle(self) -> None:
        """Remove all of it now; returns when that is done."""
        for removal in self.listed():
            self._carry_out(removal)

    def close(self, key: str) -> None:
        """It could not be done, and that was seen."""
        with self._lock:
            self._removals = [each for each in self._removals if each.key != key or each.state != "failed"]

    def listed(self) -> list[Removal]:
        """All removals, oldest first."""
        with self._lock:
            return list(self._removals)

    def hidden(self) -> frozenset[str]:
        """The articles that are not to be listed any more."""
        with self._lock:
            ids = [each.ids for each in self._removals if each.state in ("waiting", "removing")]
        return frozenset().union(*ids)

    def _waiting(self, key: str) -> Removal | None:
        return next((each for each in self._removals if each.key == key and each.state == "waiting"), None)

    def _start(self, removal: Removal, seconds: float) -> None:
        _cancel(removal)
        removal.timer = threading.Timer(seconds, self._carry_out, [removal])
        removal.timer.daemon = True
        removal.timer.start()

    def _carry_out(self, removal: Removal) -> None:
        with self._lock:
            if removal.state != "waiting" or removal not in self._removals:
                return
            removal.state = "removing"
            _cancel(removal)
        try:
            removal.remove()
            removal.state = "done"
        except QAError as error:
            removal.error, removal.state = str(error), "failed"
        except Exception:
            log.exception("articles could not be removed")
            removal.error, removal.state = UNEXPECTED, "failed"
        self._ended()


def _cancel(removal: Removal) -> None:
    if removal.timer is not None:
        removal.timer.cancel()
