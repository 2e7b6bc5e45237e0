"""Questions that come by way of the API: bounded, in one line with those of the page, and streamed where wanted."""

from __future__ import annotations

import json
import queue
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from qa.accounts.identity import Identity
from qa.api.metrics import Metrics
from qa.datatypes import Answer, RetrievedPassage, Turn, Where
from qa.errors import Cancelled, QueueFull
from qa.work.questions import FairQueue

if TYPE_CHECKING:
    from qa.assistant import Assistant, PassagesCallback

MOST_AT_ONCE = 24  # questions that wait or are read; each holds a thread, and the server has 40
KEPT_TURNS = 512  # of conversations that clients send again and again
NOTHING_SECONDS = 5.0  # after which a stream says that there is nothing yet, and finds out whether anybody listens
MOST_EARLIER = 4  # questions of a conversation that are looked at

Event = Sequence[RetrievedPassage] | Answer | Exception | None  # None: nothing yet


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with all that it is asked with; `settings` are those that it has otherwise."""

    question: str
    earlier: tuple[str, ...] = ()  # questions of the same conversation, oldest first
    where: Where = field(default_factory=Where)
    asked_on: date | None = None
    kind: str | None = None
    settings: tuple[tuple[str, Any], ...] = ()


class Questions:
    """Asks an assistant. Every method may be called from any thread."""

    def __init__(self, assistant: Assistant, line: FairQueue, metrics: Metrics) -> None:
        self.assistant = assistant
        self.line = line
        self.metrics = metrics
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)
        self._visitors: dict[str, object] = {}
        self._turns = _KeptTurns(KEPT_TURNS)

    def ask(self, asked: Asked, identity: Identity) -> Answer:
        """The answer, when its turn has come. Raises QueueFull, and what `Assistant.ask` raises."""
        self._take_place()
        return self._asked_in_line(asked, identity, None)

    def stream(self, asked: Asked, identity: Identity) -> Iterator[Event]:
        """The passages when they are found, then the answer, or what went wrong; None while there is nothing.

        Raises QueueFull at once. A question is not read where nobody listens any more when its turn comes.
        """
        self._take_place()
        told: queue.SimpleQueue[Event] = queue.SimpleQueue()
        gone = threading.Event()

        def on_passages(passages: Sequence[RetrievedPassage]) -> None:
            if gone.is_set():
                raise Cancelled
            told.put(passages)

        def work() -> None:
            try:
                told.put(self._asked_in_line(asked, identity, on_passages))
            except Exception as error:  # noqa: BLE001  # told to the client, logged where it is made a problem
                told.put(error)

        threading.Thread(target=work, name="question", daemon=True).start()
        return _until_answered(told, gone)

    def _take_place(self) -> None:
        if not self._places.acquire(blocking=False):
            raise QueueFull(f"{MOST_AT_ONCE} questions are waiting already: ask again in a moment.")

    def _asked_in_line(self, asked: Asked, identity: Identity, on_passages: PassagesCallback | None) -> Answer:
        """The answer; makes room for another question at the end."""
        try:
            with self.metrics.timed_question() as answered, self.line.held(self._visitor(identity)):
                answer = self._ask(asked, on_passages)
                answered(answer)
                return answer
        finally:
            self._places.release()

    def _ask(self, asked: Asked, on_passages: PassagesCallback | None) -> Answer:
        assistant = self.assistant.with_settings(**dict(asked.settings))
        ask = partial(assistant.ask, where=asked.where, asked_on=asked.asked_on)
        same = assistant.library.store.revision(), asked.where, asked.asked_on, asked.settings
        history: list[Turn] = []
        for count in range(max(0, len(asked.earlier) - MOST_EARLIER), len(asked.earlier)):
            question, key = asked.earlier[count], (same, _digest(asked.earlier[: count + 1]))
            turn = self._turns.get(key) or self._turns.keep(key, Turn(question, ask(question, history=history)))
            history.append(turn)
        answer = ask(asked.question, history=history, on_passages=on_passages, kind=asked.kind)
        self._turns.keep((same, _digest((*asked.earlier, asked.question))), Turn(asked.question, answer))
        return answer

    def _visitor(self, identity: Identity) -> object:
        """One for each person; the local person's programs do not wait for one another."""
        return self._visitors.setdefault(identity.name, object()) if identity.name else object()


def _digest(questions: Sequence[str]) -> str:
    """What stands for the questions of a conversation so far."""
    return sha256(json.dumps(questions).encode()).hexdigest()


def _until_answered(told: queue.SimpleQueue[Event], gone: threading.Event) -> Iterator[Event]:
    try:
        while True:
            try:
                event = told.get(timeout=NOTHING_SECONDS)
            except queue.Empty:
                event = None
            yield event
            if isinstance(event, Answer | Exception):
                return
    finally:
        gone.set()


class _KeptTurns:
    """The last turns that were answered, so that a conversation that is sent again is not asked again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._turns: OrderedDict[object, Turn] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: object) -> Turn | None:
        with self._lock:
            if key in self._turns:
                self._turns.move_to_end(key)
            return self._turns.get(key)

    def keep(self, key: object, turn: Turn) -> Turn:
        with self._lock:
            self._turns[key] = turn
            while len(self._turns) > self._most:
                self._turns.popitem(last=False)
        return turn
