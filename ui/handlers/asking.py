"""One question, from the queue to the kept turn: waiting, reading in a thread of its own, keeping what comes of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from qa.conversations.store import Conversations
from qa.datatypes import Answer, RetrievedPassage, Turn
from qa.errors import Cancelled, QAError, QueueFull
from qa.work.jobs import UNEXPECTED
from qa.work.questions import FairQueue, Ticket
from ui.events import READ_AT_ONCE
from ui.state.session import PendingQuestion, Session

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

FOLLOWED = 0.4  # seconds between two looks at what was begun for a page before it was loaded again


class Asking:
    """Answers the questions of all sessions, in the order of one queue. Every method may run in several threads."""

    def __init__(
        self, assistant: Assistant, kept: Conversations, line: FairQueue, readers: Executor | None = None
    ) -> None:
        self.assistant = assistant
        self.kept = kept
        self.line = line
        self._readers = readers or ThreadPoolExecutor(READ_AT_ONCE, "reading")

    def read(self, session: Session) -> Iterator[None]:
        """Answer the questions that wait, the longest first; a step whenever there is something to show."""
        while (pending := self._taken_up(session)) is not None:
            if pending.ticket is not None:
                yield from self._read_in_turn(session, pending, pending.ticket)

    def _taken_up(self, session: Session) -> PendingQuestion | None:
        """The question that has waited longest, with its place in the line; without one where the line is too long."""
        with session.lock:  # two that are taken up at once come into the line in the order in which they were asked
            pending = session.next_waiting()
            if pending is None:
                return None
            pending.ticket = None
            try:
                pending.ticket = self.line.join(session)
            except QueueFull as error:
                self.end(session, pending, str(error))
            return pending

    def follow(self, session: Session) -> Iterator[None]:
        """The same for a page that was loaded again: what is still being read for it goes on."""
        yield from self.read(session)
        while session.is_reading():
            yield
            time.sleep(FOLLOWED)
            yield from self.read(session)

    def _read_in_turn(self, session: Session, pending: PendingQuestion, ticket: Ticket) -> Iterator[None]:
        is_read = False
        try:
            for before in self.line.places(ticket):
                pending.before = before
                yield
            pending.before = 0
            if not pending.ended:
                self._readers.submit(self._answer, session, pending, ticket)
                is_read = True
            while not pending.ended:
                yield
                pending.news.wait()
                pending.news.clear()
        finally:
            if not is_read:
                self.line.leave(ticket)
                session.give_back(pending)  # the page has gone; perhaps it comes back

    def _answer(self, session: Session, pending: PendingQuestion, ticket: Ticket) -> None:
        """In a thread of its own, so that the page can be told of what is found, and can be left."""
        try:
            answer = self.assistant.ask(
                pending.question,
                history=self._history(pending),
                where=pending.where or None,
                on_passages=partial(self._found, pending),
                any_time=pending.any_time,
            )
            self._keep(session, pending, answer)
        except Cancelled:
            pass
        except QAError as error:
            self.end(session, pending, str(error))
        except Exception:  # a visitor gets a sentence, never a stack trace
            log.exception("a question could not be answered")
            self.end(session, pending, UNEXPECTED)
        finally:
            self.line.leave(ticket)

    def _found(self, pending: PendingQuestion, passages: Sequence[RetrievedPassage]) -> None:
        if pending.stopped:
            raise Cancelled
        pending.passages = passages[: self.assistant.library.settings.read_passages]  # what is read, of what was found
        pending.news.set()

    def _history(self, pending: PendingQuestion) -> list[Turn]:
        """The turns before a question, those that could not be kept left out."""
        if pending.conversation is None:
            return []
        turns: list[Turn] = []
        for stored in self.kept.turns(pending.conversation):
            if stored.id == pending.replaces:
                break
            turns.append(stored.turn)
        return turns

    def _keep(self, session: Session, pending: PendingQuestion, answer: Answer) -> None:
        """Keep an answer, and take its question off those that wait; one that cannot be kept is shown all the same."""
        with session.lock:
            if pending.stopped:
                return
            try:
                self._store(session, pending, Turn(pending.question, answer))
            except QAError as error:
                pending.answer = answer
                self.end(session, pending, f"This answer could not be kept. {error}")
            else:
                session.remove(pending)
                pending.end()

    def _store(self, session: Session, pending: PendingQuestion, turn: Turn) -> None:
        threshold = self.assistant.library.settings.threshold
        if pending.replaces is not None:
            self.kept.replace(pending.replaces, turn, where=pending.where, threshold=threshold)
            return
        is_shown = pending in session.pending_questions
        conversation = pending.conversation or (session.conversation if is_shown else None) or self.kept.create().id
        self.kept.append(conversation, turn, where=pending.where, threshold=threshold)
        if is_shown:
            session.conversation = conversation
            for waiting in session.pending_questions:  # asked before the conversation had begun
                waiting.conversation = conversation

    def end(self, session: Session, pending: PendingQuestion, error: str | None = None) -> None:
        """Let a question stand as it is, behind the last turn that is kept."""
        with suppress(QAError):
            turns = self.kept.turns(pending.conversation) if pending.conversation else []
            pending.after = turns[-1].id if turns else None
        with session.lock:
            pending.end(error)
