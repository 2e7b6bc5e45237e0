"""Long work on the library: one after the other, in a thread of its own, watched and stopped from any page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from qa.datatypes import Progress, ProgressCallback, Report
from qa.errors import Cancelled, QAError

log = logging.getLogger(__name__)

UNEXPECTED = "Something went wrong here. The details are in the window where the chat was started; please try again."

KEPT = 20  # ended works that nobody has closed
State = Literal["waiting", "working", "stopping", "stopped", "done", "failed"]
_numbers = count(1)


@dataclass(eq=False, slots=True)
class Job:
    """A piece of work and how far it is. `kept` is how many articles a stopped one has brought."""

    kind: Literal["add", "retry", "compact"]
    what: str
    run: Callable[[ProgressCallback], Report]
    state: State = "waiting"
    read: Progress | None = None
    encoded: Progress | None = None
    report: Report = field(default_factory=Report)
    error: str = ""
    cause: QAError | None = None
    kept: int = 0
    key: str = field(default_factory=lambda: str(next(_numbers)))

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("stopped", "done", "failed")

    def tell(self, progress: Progress) -> None:
        """How far it is; raises Cancelled when nobody wants it any more."""
        if self.state == "stopping":
            raise Cancelled
        if progress.stage == "read":
            self.read = progress
        else:
            self.encoded = progress


class JobQueue:
    """`size` tells how many articles there are, `ended` is called after each work."""

    def __init__(self, size: Callable[[], int], ended: Callable[[], None]) -> None:
        self._size = size
        self._ended = ended
        self._works: list[Job] = []
        self._changed = threading.Condition()
        self._running = False

    def begin(self, work: Job) -> Job:
        """Do it when its turn comes."""
        with self._changed:
            done = [each for each in self._works if each.ended]
            self._works = [each for each in self._works if each not in done[:-KEPT]]
            self._works.append(work)
            if not self._running:
                self._running = True
                threading.Thread(target=self._go_through, name="library work", daemon=True).start()
        return work

    def listed(self) -> list[Job]:
        """All jobs, oldest first."""
        with self._changed:
            return list(self._works)

    def open(self) -> int:
        """How many jobs wait or are being done."""
        return sum(not each.ended for each in self.listed())

    def stop(self, key: str) -> None:
        """What has been stored of it stays."""
        with self._changed:
            work = self._find(key)
            if work and work.state == "waiting":
                work.state = "stopped"
            elif work and work.state == "working":
                work.state = "stopping"

    def end(self, seconds: float) -> bool:
        """Stop every job, as a server does that ends; whether they have stopped in time."""
        for each in self.listed():
            self.stop(each.key)
        return self.wait(seconds)

    def close(self, key: str) -> None:
        """It has ended, and was seen."""
        with self._changed:
            self._works = [work for work in self._works if not (work.ended and work.key == key)]

    def _find(self, key: str) -> Job | None:
        return next((work for work in self._works if work.key == key), None)

    def wait(self, seconds: float) -> bool:
        """Until nothing is left to do; whether that came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _go_through(self) -> None:
        while True:
            with self._changed:
                work = next((each for each in self._works if each.state == "waiting"), None)
                if work is None:
                    self._running = False
                    self._changed.notify_all()
                    return
                work.state = "working"
            self._do(work)
            self._ended()

    def _do(self, work: Job) -> None:
        before = 0
        try:
            before = self._size()
            work.report = work.run(work.tell)
            work.state = "done"
        except Cancelled:
            work.kept = max(0, self._size() - before)
            work.state = "stopped"
        except QAError as error:
            work.error, work.cause, work.state = str(error), error, "failed"
        except Exception:
            log.exception("the library could not be changed")
            work.error, work.state = UNEXPECTED, "failed"
