"""What the events of the chat do, between the assistant and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.conversations.feedback import Feedback
from qa.conversations.store import Conversations
from qa.datatypes import Answer, Where
from qa.errors import QAError
from qa.questions.suggestions import Suggestion, suggestions
from qa.serialization.conversations import StoredTurn, Verdict
from qa.serialization.filters import without_chip
from qa.work.jobs import UNEXPECTED as UNEXPECTED
from qa.work.questions import FairQueue
from ui.events import LONGEST_LINE, READ_AT_ONCE
from ui.handlers.asking import Asking
from ui.handlers.transcript import Transcript, chosen_titles
from ui.handlers.welcome import WelcomeHandlers
from ui.render import sidebar
from ui.render import turns as render_turns
from ui.state.inputs import filter_of, number, text
from ui.state.page_address import page_address, parse_page_address
from ui.state.session import PendingQuestion, Session
from ui.state.visits import Visits

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)


class ChatHandlers:
    """The events of the chat. Every method may run in several threads at once."""

    def __init__(
        self,
        assistant: Assistant,
        kept: Conversations | None = None,
        line: FairQueue | None = None,
        readers: Executor | None = None,
        welcoming: WelcomeHandlers | None = None,
    ) -> None:
        """Over the conversations beside the library, and with a line of its own, unless others are given."""
        self.assistant = assistant
        self.kept = kept or Conversations.beside(assistant.library)
        self.feedback = Feedback(self.kept, assistant.library.settings)
        self.line = line or FairQueue(READ_AT_ONCE, LONGEST_LINE)
        self._visits = Visits()
        self.welcoming = welcoming or WelcomeHandlers(assistant, self.kept, self.line)
        self._asking = Asking(assistant, self.kept, self.line, readers)
        self._transcript = Transcript(assistant, self.kept, self.feedback)

    # what the page shows

    def transcript(self, session: Session) -> str:
        """The conversation as HTML, or the welcome page where there is none."""
        return self._transcript.html(session) or self.welcome()

    def welcome(self) -> str:
        """The page before the first question."""
        return self.welcoming.html()

    def chips(self, session: Session, told: str = "", called: bool = False) -> str:
        """The filter in force as HTML, one chip a part."""
        address = page_address(session.conversation, session.where)
        titles = chosen_titles(self.assistant.library, session.where)
        called_to = session.called if called else 0
        return sidebar.chips_html(session.where, address, titles=titles, called=called_to, told=told)

    def shown(self, session: Session, told: str = "") -> tuple[str, str]:
        """The transcript and the chips."""
        return self.transcript(session), self.chips(session, told)

    # which conversation

    def open(self, address: object, session: Session) -> tuple[str, str]:
        """Show the conversation and the filter that an address names; without one, a new conversation."""
        conversation, where = parse_page_address(text(address))
        told = ""
        if conversation is not None:
            try:
                self.kept.get(conversation)
            except QAError as error:
                conversation, told = None, str(error)
        session.open(conversation, where)
        return self.shown(session, told)

    def load(self, address: object, visit: object, session: Session) -> tuple[str, str, Session]:
        """The page that a browser loads. One that is loaded again goes on where it was, also in mid-question."""
        found = self._visits.session(text(visit)[:100], session)
        conversation, _ = parse_page_address(text(address))
        if found is session or conversation not in (None, found.conversation):
            return *self.open(address, found), found
        return *self.shown(found), found

    def follow(self, session: Session) -> Iterator[tuple[str, str]]:
        """What is still being read for a page that was loaded again."""
        for _ in self._asking.follow(session):
            yield self.shown(session)
        yield self.shown(session)

    def come_to(self, address: object, session: Session) -> None:
        """Go on where the page stands: after a restart the page is still there, and the session is new."""
        conversation, _ = parse_page_address(text(address))
        if conversation is not None and conversation != session.conversation:
            self.open(address, session)

    # questions

    def begin(
        self, question: object, session: Session, replaces: int | None = None, *, any_time: bool = False
    ) -> tuple[str, str]:
        """Put a question on the page, before any reading is done for it; `replaces` makes it a version of a turn.

        With `any_time` what it says of time chooses no days.
        """
        asked = text(question).strip()
        if asked:
            session.begin(PendingQuestion(asked, session.where, session.conversation, replaces, any_time))
        return self.shown(session)

    def read(self, session: Session) -> Iterator[tuple[str, str]]:
        """Answer the question that has waited longest, if there is one; what is done for it meanwhile."""
        for _ in self._asking.read(session):
            yield self.shown(session)
        yield self.shown(session)

    def stop(self, key: object, session: Session) -> str:
        """Do without an answer; what is being read for it is not kept."""
        pending = session.find(text(key))
        if pending is not None:
            with session.lock:
                if not pending.ended:
                    pending.state = "stopping"
            self._asking.end(session, pending, pending.error)
            if pending.ticket is not None:
                self.line.give_up(pending.ticket)
        return self.transcript(session)

    def retry(self, key: object, session: Session) -> tuple[str, str]:
        """Ask once more what was stopped or has failed."""
        pending = session.find(text(key))
        if pending is None or not pending.ended:
            return self.shown(session)
        session.remove(pending)
        return self.begin(pending.question, session, pending.replaces, any_time=pending.any_time)

    def drop(self, key: object, session: Session) -> str:
        """Take a question off the page that was stopped or has failed."""
        pending = session.find(text(key))
        if pending is not None and pending.ended:
            session.remove(pending)
        return self.transcript(session)

    # turns that are kept

    def again(self, data: Mapping[str, object], session: Session) -> tuple[str, str]:
        """Ask a `turn`'s question once more, or another `question` in its place; with `any_time` of all days."""
        try:
            stored = self.kept.turn(number(data.get("turn")))
        except QAError as error:
            return self.shown(session, str(error))
        asked = text(data.get("question")) or stored.question
        return self.begin(asked, session, stored.id, any_time=data.get("any_time") is True)

    def version(self, turn: object, by: object, session: Session) -> tuple[str, str]:
        """Show an earlier or later version of a turn, and what followed it."""
        try:
            versions = self.kept.versions(number(turn))
            at = next(place for place, each in enumerate(versions) if each.id == number(turn)) + number(by)
            if 0 <= at < len(versions):
                self.kept.choose(versions[at].id)
        except QAError as error:
            return self.shown(session, str(error))
        return self.shown(session)

    def judge(self, turn: object, verdict: object, session: Session) -> tuple[str, str]:
        """Keep what the visitor says about an answer; saying it again takes it back."""
        try:
            said = Verdict(text(verdict))
            stored = self.kept.turn(number(turn))
            self.feedback.judge(stored.id, None if stored.verdict is said else said)
        except (QAError, ValueError) as error:
            return self.shown(session, str(error))
        return self.shown(session)

    # the filter

    def choose_filter(self, chosen: Any, session: Session) -> str:
        """Ask only the articles that the form lets through, from now on."""
        where, told = filter_of(chosen)
        if not told:
            session.where = where
        return self.chips(session, told)

    def unchip(self, position: object, session: Session) -> str:
        """Take one part of the filter off."""
        with suppress(IndexError):
            session.where = without_chip(session.where, number(position))
        return self.chips(session)

    def about(self, article: object, session: Session) -> str:
        """Ask one article only; the visitor is led to the chat."""
        session.where = Where(article_ids=(text(article),))
        session.called += 1
        return self.chips(session, called=True)

    # what to ask next

    def suggest(self, session: Session) -> Iterator[str]:
        """Next questions, as they are found; no more of them once something else is asked."""
        asked, questions = session.asked, list[str]()
        yield ""
        try:
            found = self._suggested(session)
            while session.asked == asked and not len(self.line) and (question := next(found, None)):
                questions.append(question)
                if session.asked == asked:
                    yield render_turns.suggestions_html(questions)
        except QAError:
            pass  # they are a courtesy
        except Exception:
            log.exception("no next question could be suggested")

    def _next_questions(self, answer: Answer, asked: list[str], where: Where | None) -> Iterator[Suggestion]:
        return suggestions(self.assistant.ask, self.assistant.library.article, answer, asked, where=where)

    def _suggested(self, session: Session) -> Iterator[str]:
        turns: list[StoredTurn] = self.kept.turns(session.conversation) if session.conversation else []
        if turns and turns[-1].answer.best:
            asked = [turn.question for turn in turns]
            for each in self._next_questions(turns[-1].answer, asked, session.where or None):
                yield each.question
