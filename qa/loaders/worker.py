"""The process that reads documents: `python -m qa.loaders.worker`, started and spoken to by `qa.loaders.isolation`."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from qa.config import Settings
from qa.datatypes import Failure
from qa.loaders.dispatch import parse_family
from qa.loaders.document import Document
from qa.loaders.failures import as_failures
from qa.loaders.feeds import parsed_feed
from qa.loaders.limits import MEGABYTE
from qa.loaders.messages import FEED, Message, document_of, found_message, line_of

_PEAK = re.compile(r"^VmHWM:\s{0,20}(\d{1,15}) kB", re.MULTILINE)


def main() -> None:
    """Answer one task after the other, until there is no other."""
    tasks = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    settings = Settings(**json.loads(tasks.readline()))
    limit_memory(settings)
    _answer(answers, {"ready": True})
    is_used_up = False
    while not is_used_up and (line := tasks.readline()):
        task = json.loads(line)
        document = document_of(task, tasks.read(task["size"]))
        limit_time(settings)
        for message in _answers(task["task"], document, settings):
            _answer(answers, message)
            limit_time(settings)
        is_used_up = uses_much(settings)
        _answer(answers, {"end": is_used_up})


def _answers(task: str, document: Document, settings: Settings) -> Iterator[Message]:
    if task != FEED:
        yield from map(found_message, parse_family(task, document, settings))
        return
    try:
        yield {"feed": parsed_feed(document)}
    except Exception as error:  # noqa: BLE001 - told as the boundary of all loaders tells it
        yield from map(found_message, as_failures(_raising(error), document.origin))


def _raising(error: Exception) -> Iterator[Failure]:
    raise error
    yield


def _answer(answers: BinaryIO, message: Message) -> None:
    answers.write(line_of(message))
    answers.flush()


def limit_memory(settings: Settings) -> None:
    """No more than `read_memory_mb` for this process, where the system can be told so."""
    if sys.platform != "win32":
        import resource

        limit = settings.read_memory_mb * MEGABYTE
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def limit_time(settings: Settings) -> None:
    """End this process after `read_seconds` of computing, so that it outlives nobody who would have ended it."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, settings.read_seconds)


def uses_much(settings: Settings) -> bool:
    """Whether this process has taken so much memory that the next document might pay for it."""
    if sys.platform == "win32":
        return False
    return peak_memory() > settings.read_memory_mb * MEGABYTE / 2


def peak_memory() -> int:
    """The most memory that this process has held, in bytes.

    On Linux the system's own figure begins with what the parent held when it started this process, so that every one
    whose parent has loaded models would be used up at once; what the kernel tells of the program itself does not.
    """
    status = Path("/proc/self/status")
    if status.exists() and (told := _PEAK.search(status.read_text("utf-8", "replace"))):
        return 1024 * int(told[1])
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
