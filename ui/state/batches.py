"""Tables of questions that are answered behind the page: one after the other, watched and stopped from any page."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Literal

from qa.batch import BatchAnswer, BatchQuestion
from qa.errors import Cancelled, QAError
from qa.work.jobs import UNEXPECTED

log = logging.getLogger(__name__)

KEPT = 10  # tables whose answers can still be saved
State = Literal["waiting", "asking", "stopping", "stopped", "done", "failed"]
_numbers = count(1)


@dataclass(eq=False, slots=True)
class Batch:
    """A table of questions, and the answers so far, in the order of the questions."""

    name: str
    questions: Sequence[BatchQuestion]
    answers: list[BatchAnswer] = field(default_factory=list)
    state: State = "waiting"
    error: str = ""
    key: str = field(default_factory=lambda: str(next(_numbers)))

    @property
    def ended(self) -> bool:
        """Whether no further answer will come."""
        return self.state in ("stopped", "done", "failed")


class Batches:
    """`answer` gives the answers to a batch's questions, and raises Cancelled when it is stopping. For any thread."""

    def __init__(self, answer: Callable[[Batch, Iterable[BatchQuestion]], Iterator[BatchAnswer]]) -> None:
        self._answer = answer
        self._batches: list[Batch] = []
        self._lock = threading.Lock()
        self._running = threading.Lock()

    def begin(self, batch: Batch) -> None:
        """Answer it when those before it are done."""
        with self._lock:
            done = [each for each in self._batches if each.ended]
            self._batches = [each for each in self._batches if each not in done[: -KEPT + 1]]
            self._batches.append(batch)
        threading.Thread(target=self._run, args=[batch], name="batch", daemon=True).start()

    def listed(self) -> list[Batch]:
        """All of them, the oldest first."""
        with self._lock:
            return list(self._batches)

    def find(self, key: str) -> Batch | None:
        """The one with this key; None when it is gone."""
        return next((each for each in self.listed() if each.key == key), None)

    def stop(self, key: str) -> None:
        """Ask no more of it; the answers that are there stay."""
        batch = self.find(key)
        with self._lock:
            if batch is not None and not batch.ended:
                batch.state = "stopped" if batch.state == "waiting" else "stopping"

    def close(self, key: str) -> None:
        """It has ended, and its answers are not wanted any more."""
        with self._lock:
            self._batches = [each for each in self._batches if not (each.ended and each.key == key)]

    def _run(self, batch: Batch) -> None:
        with self._running:
            with self._lock:
                if batch.ended:
                    return
                batch.state = "asking"
            try:
                for answer in self._answer(batch, batch.questions):
                    batch.answers.append(answer)
                batch.state = "done"
            except Cancelled:
                batch.state = "stopped"
            except QAError as error:
                batch.error, batch.state = str(error), "failed"
            except Exception:
                log.exception("a table of questions could not be answered")
                batch.error, batch.state = UNEXPECTED, "failed"
