"""What one visitor has on the page: a conversation that is kept on disk, and what is not answered yet."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, Self

from qa.datatypes import Answer, RetrievedPassage, Where
from qa.work.questions import Ticket

State = Literal["waiting", "reading", "stopping", "stopped", "ended"]
_numbers = count(1)


@dataclass(eq=False, slots=True)
class PendingQuestion:
    """A question on the page that is not in the kept conversation: waiting, being read for, stopped, or failed.

    `replaces` is the turn that it is another version of, `after` the turn behind which it stands once it has ended.
    An `answer` is here only when it could not be kept.
    """

    question: str
    where: Where
    conversation: str | None = None  # that it belongs to; None for one that is begun by it
    replaces: int | None = None
    any_time: bool = False  # what the question says of time chooses no days
    after: int | None = None
    passages: Sequence[RetrievedPassage] | None = None
    before: int = 0
    answer: Answer | None = None
    error: str | None = None
    state: State = "waiting"
    ticket: Ticket | None = None
    news: threading.Event = field(default_factory=threading.Event)
    key: str = field(default_factory=lambda: str(next(_numbers)))

    @property
    def stopped(self) -> bool:
        """Whether the visitor does without an answer."""
        return self.state in ("stopping", "stopped")

    @property
    def ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("stopped", "ended")

    def end(self, error: str | None = None) -> None:
        """It will not be answered any more, or is kept; `error` says what went wrong."""
        self.error = error
        self.state = "stopped" if self.stopped else "ended"
        self.news.set()


class Session:
    """One visitor's page, changed in place: what two events do at once must not undo each other."""

    def __init__(self) -> None:
        self.owner: str | None = None  # the name of whose page it is; None until they do something
        self.conversation: str | None = None  # the kept one; None until a first question is answered
        self.where = Where()
        self.pending_questions: list[PendingQuestion] = []
        self.asked = 0  # grows with each question: tells later work that it is no longer wanted
        self.called = 0  # how often the visitor was led to the chat from elsewhere
        self.lock = threading.RLock()

    def __deepcopy__(self, _: Any) -> Self:
        """Gradio copies what it was given for each visitor: each begins anew."""
        return type(self)()

    def open(self, conversation: str | None, where: Where) -> None:
        """Turn to another conversation; what is being read for this one goes on, and is kept there."""
        with self.lock:
            self.conversation, self.where, self.pending_questions = conversation, where, []
            self.asked += 1

    def begin(self, pending: PendingQuestion) -> None:
        """A new question; a version that was stopped or has failed gives way to the one it was to replace."""
        with self.lock:
            self.pending_questions = [
                each for each in self.pending_questions if not (each.ended and each.replaces is not None)
            ]
            self.pending_questions.append(pending)
            self.asked += 1

    def next_waiting(self) -> PendingQuestion | None:
        """The question that has waited longest and that nobody has taken up; it counts as taken up from now on."""
        with self.lock:
            found = next((each for each in self.pending_questions if each.state == "waiting"), None)
            if found is not None:
                found.state = "reading"
            return found

    def is_reading(self) -> bool:
        """Whether anything on the page waits or is being read for."""
        with self.lock:
            return any(not each.ended for each in self.pending_questions)

    def give_back(self, pending: PendingQuestion) -> None:
        """It was taken up, and is not read after all: let another take it up."""
        with self.lock:
            if pending.state == "reading":
                pending.state = "waiting"

    def remove(self, pending: PendingQuestion) -> None:
        """Take a question off the page."""
        with self.lock:
            self.pending_questions = [each for each in self.pending_questions if each is not pending]

    def find(self, key: str) -> PendingQuestion | None:
        """The question with this key; None when it is gone."""
        return next((each for each in self.pending_questions if each.key == key), None)
