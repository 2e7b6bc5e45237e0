"""A thread for what takes long, beside the questions that are asked meanwhile."""

from __future__ import annotations

import logging
import threading
import time
import weakref
from collections.abc import Callable

from qa.errors import Cancelled

logger = logging.getLogger(__name__)

PATIENCE = 3.0  # seconds before something is begun in the background: a process for one question has gone by then
RETRY_SECONDS = 600.0  # after something in the background has failed


class BackgroundWorker:
    """A thread for what takes long, one thing at a time. It ends, at the next `check`, with the process."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._hurry, self._stopped = threading.Event(), threading.Event()
        self._threads: list[threading.Thread] = []  # at most one
        self._not_before = 0.0
        weakref.finalize(self, _end, self._threads, self._hurry, self._stopped)

    def start(self, work: Callable[[], None]) -> None:
        """Begin in a moment, unless something is going on already, or something has failed a short while ago."""
        with self._starting:
            if self.busy or self._stopped.is_set() or time.monotonic() < self._not_before:
                return
            self._hurry.clear()
            thread = threading.Thread(target=self._run, args=(work,), name="article-qa vectors", daemon=True)
            self._threads[:] = [thread]
            thread.start()

    @property
    def busy(self) -> bool:
        """Whether something is going on."""
        return any(thread.is_alive() for thread in self._threads)

    def check(self) -> None:
        """Raise Cancelled if the work is to end."""
        if self._stopped.is_set():
            raise Cancelled

    def join(self) -> None:
        """Wait for the end of what is going on."""
        self._hurry.set()
        for thread in list(self._threads):
            thread.join()

    def stop(self) -> None:
        """End what is going on, and begin nothing more."""
        _end(self._threads, self._hurry, self._stopped)

    def _run(self, work: Callable[[], None]) -> None:
        self._hurry.wait(PATIENCE)
        try:
            self.check()
            work()
        except Cancelled:
            pass
        except Exception as error:
            self._not_before = time.monotonic() + RETRY_SECONDS
            logger.warning("the vector index stays as it is for now: %s", error, exc_info=error)


def _end(threads: list[threading.Thread], hurry: threading.Event, stopped: threading.Event) -> None:
    stopped.set()
    hurry.set()
    for thread in list(threads):
        if thread is not threading.current_thread():  # which lets go of the last that holds the vectors
            thread.join()
