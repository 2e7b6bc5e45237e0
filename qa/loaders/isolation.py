"""Documents of costly forms are read in a process of their own, under limits of time and memory.

A parser that hangs, takes all memory or dies costs the source that it reads, and nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import Cancelled, LoadError
from qa.loaders.document import Document
from qa.loaders.messages import FEED, Message, found_of, line_of, settings_message, task_message

START_SECONDS = 60.0  # of the process, on a machine that has much else to do
_ROOT = str(Path(__file__).parents[2])


class LoaderProcess:
    """Reads documents in a process that is started at the first one and kept; `close` ends it from any thread.

    Settings: `read_seconds` for each article, `read_memory_mb` for the process.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, whatever it is at; who waits for an answer gets Cancelled."""
        with self._lock:
            self._closed = True
            process, self._process = self._process, None
        _end(process)

    def articles(self, family: str, document: Document) -> Iterator[Article | Failure]:
        """The articles of a document of this family. Raises LoadError beyond a limit, Cancelled when closed."""
        yield from map(found_of, self._answers(family, document))

    def feed(self, document: Document) -> Message:
        """What `qa.loaders.feeds.parsed_feed` finds in a feed. Raises LoadError, and Cancelled when closed."""
        answers = list(self._answers(FEED, document))
        if not answers or "feed" not in answers[0]:
            raise LoadError(*answers[0]["failure"])
        feed: Message = answers[0]["feed"]
        return feed

    def _answers(self, task: str, document: Document) -> Iterator[Message]:
        """The answers of the process. It is ended if they are not taken to their end, or it asks for that."""
        process = self._running(document)
        is_ready = False
        try:
            _send(process, line_of(task_message(task, document)) + document.data)
            while "end" not in (message := self._answer(process, document, self._settings.read_seconds)):
                yield message
            is_ready = not message["end"]
        finally:
            if not is_ready:
                self._forget(process)

    def _running(self, document: Document) -> subprocess.Popen[bytes]:
        with self._lock:
            if self._closed:
                raise Cancelled("Reading was stopped.")
            if self._process is not None:
                return self._process
            self._process = process = _start()
        _send(process, line_of(settings_message(self._settings)))
        self._answer(process, document, START_SECONDS)
        return process

    def _answer(self, process: subprocess.Popen[bytes], document: Document, seconds: float) -> Message:
        """The next message of the process, which is killed if that takes too long."""
        deadline = threading.Timer(seconds, process.kill)
        deadline.daemon = True
        begun = time.monotonic()
        deadline.start()
        line = process.stdout.readline() if process.stdout else b""
        deadline.cancel()
        if line.endswith(b"\n"):
            message: Message = json.loads(line)
            return message
        if self._closed:
            raise Cancelled("Reading was stopped.")
        self._forget(process)
        if time.monotonic() - begun >= seconds:
            raise LoadError(
                document.origin,
                f"Reading it took more than {seconds:g} seconds.",
                "If it can be trusted, split it, or raise the setting read_seconds.",
            )
        raise LoadError(
            document.origin,
            "Reading it ended the process that reads: it is damaged, or takes too much memory.",
            "Open it in the program it comes from and save it again, or raise the setting read_memory_mb.",
        )

    def _forget(self, process: subprocess.Popen[bytes]) -> None:
        with self._lock:
            if self._process is process:
                self._process = None
        _end(process)


def _start() -> subprocess.Popen[bytes]:
    """A process that finds the modules that this one finds, and nothing that lies in the folder where it runs."""
    found = [path for path in sys.path if path]
    places = os.pathsep.join(found if _ROOT in found else [_ROOT, *found])
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "qa.loaders.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": places},
    )


def _send(process: subprocess.Popen[bytes], data: bytes) -> None:
    """Hand over; a process that is gone is noticed when its answer is read."""
    with suppress(OSError):
        if process.stdin:
            process.stdin.write(data)
            process.stdin.flush()


def _end(process: subprocess.Popen[bytes] | None) -> None:
    if process is not None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with suppress(OSError):
                if stream:
                    stream.close()
