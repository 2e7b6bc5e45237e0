"""What one visitor has on the page: a conversation that is kept on disk, and what is not answered yet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Self

from qa.datatypes import Answer, RetrievedPassage, Where
from ui.state.queue import Ticket

_numbers = count(1)


@dataclass(eq=False, slots=True)
class Exchange:
    """A question on the page that is not in the kept conversation: waiting, being read for, stopped, or failed.

    `replaces` is the turn that it is another version of, `after` the turn behind which it stands once it has ended.
    An `answer` is here only when it could not be kept.
    """

    question: str
    where: Where
    conversation: str | None = None  # that it belongs to; None for one that is begun by it
    replaces: int | None = None
    after: int | None = None
    passages: Sequence[RetrievedPassage] | None = None
    before: int = 0
    answer: Answer | None = None
    error: str | None = None
    stopped: bool = False
    ended: bool = False
    taken: bool = False
    ticket: Ticket | None = None
    news: threading.Event = field(default_factory=threading.Event)
    key: str = field(default_factory=lambda: str(next(_numbers)))

    def end(self, error: str | None = None) -> None:
        self.error = error
        self.ended = True
        self.news.set()


class Visit:
    """One visitor's page, changed in place: what two events do at once must not undo each other."""

    def __init__(self) -> None:
        self.conversation: str | None = None  # the kept one; None until a first question is answered
        self.where = Where()
        self.exchanges: list[Exchange] = []
        self.asked = 0  # grows with each question: tells later work that it is no longer wanted
        self.called = 0  # how often the visitor was led to the chat from elsewhere
        self.lock = threading.RLock()

    def __deepcopy__(self, _: Any) -> Self:
        """Gradio copies what it was given for each visitor: each begins anew."""
        return type(self)()

    def open(self, conversation: str | None, where: Where) -> None:
        """Turn to another conversation; what is being read for this one goes on, and is kept there."""
        with self.lock:
            self.conversation, self.where, self.exchanges = conversation, where, []
            self.asked += 1

    def begin(self, exchange: Exchange) -> None:
        """A new question; a version that was stopped or has failed gives way to the one it was to replace."""
        with self.lock:
            self.exchanges = [each for each in self.exchanges if not (each.ended and each.replaces is not None)]
            self.exchanges.append(exchange)
            self.asked += 1

    def next_waiting(self) -> Exchange | None:
        """The question that has waited longest and that nobody has taken up; it counts as taken up from now on."""
        with self.lock:
            found = next((each for each in self.exchanges if not each.taken and not each.ended), None)
            if found is not None:
                found.taken = True
            return found

    def remove(self, exchange: Exchange) -> None:
        with self.lock:
            self.exchanges = [each for each in self.exchanges if each is not exchange]

    def find(self, key: str) -> Exchange | None:
        return next((each for each in self.exchanges if each.key == key), None)
