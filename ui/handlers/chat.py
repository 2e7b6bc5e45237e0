"""What the events of the chat do, between the assistant and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from qa.conversations.feedback import Feedback
from qa.conversations.store import Conversations
from qa.datatypes import Answer, RetrievedPassage, Turn, Where
from qa.errors import Cancelled, QAError, QueueFull
from qa.questions.suggestions import Suggestion, suggestions
from qa.samples import holds_samples
from qa.serialization.conversations import StoredTurn, Verdict
from qa.serialization.filters import without_chip
from ui.events import LONGEST_LINE, READ_AT_ONCE
from ui.handlers.transcript import Transcript
from ui.render import sidebar
from ui.render import turns as render_turns
from ui.state.inputs import UNEXPECTED as UNEXPECTED
from ui.state.inputs import filter_of, number, text
from ui.state.page_address import page_address, parse_page_address
from ui.state.queue import Line, Ticket
from ui.state.session import Exchange, Visit

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

EXAMPLES = (  # the sample articles answer these
    "Who proposed direct negotiations in Istanbul?",
    "When did Putin and Zelensky last meet?",
    "Who is the Kremlin spokesman?",
    "What did Peskov say about the language of ultimatums?",
)


class ChatHandlers:
    """The events of the chat. Every method may run in several threads at once."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.kept = Conversations.beside(assistant.library)
        self.feedback = Feedback(self.kept, assistant.library.settings)
        self.line = Line(READ_AT_ONCE, LONGEST_LINE)
        self._transcript = Transcript(assistant, self.kept, self.feedback)
        self._readers = ThreadPoolExecutor(READ_AT_ONCE, "reading")

    # what the page shows

    def transcript(self, visit: Visit) -> str:
        return self._transcript.html(visit) or self.welcome()

    def welcome(self) -> str:
        articles = len(self.assistant.library)
        has_samples = articles and holds_samples(self.assistant.library)
        return render_turns.welcome_html(articles, EXAMPLES if has_samples else ())

    def chips(self, visit: Visit, told: str = "", called: bool = False) -> str:
        address = page_address(visit.conversation, visit.where)
        return sidebar.chips_html(visit.where, address, called=visit.called if called else 0, told=told)

    def shown(self, visit: Visit, told: str = "") -> tuple[str, str]:
        return self.transcript(visit), self.chips(visit, told)

    # which conversation

    def open(self, address: object, visit: Visit) -> tuple[str, str]:
        """Show the conversation and the filter that an address names; without one, a new conversation."""
        conversation, where = parse_page_address(text(address))
        told = ""
        if conversation is not None:
            try:
                self.kept.get(conversation)
            except QAError as error:
                conversation, told = None, str(error)
        visit.open(conversation, where)
        return self.shown(visit, told)

    def come_to(self, address: object, visit: Visit) -> None:
        """Go on where the page stands: after a restart the page is still there, and the visit is new."""
        conversation, _ = parse_page_address(text(address))
        if conversation is not None and conversation != visit.conversation:
            self.open(address, visit)

    # questions

    def begin(self, question: object, visit: Visit, replaces: int | None = None) -> tuple[str, str]:
        """Put a question on the page, before any reading is done for it; `replaces` makes it a version of a turn."""
        asked = text(question).strip()
        if asked:
            visit.begin(Exchange(asked, visit.where, visit.conversation, replaces))
        return self.shown(visit)

    def read(self, visit: Visit) -> Iterator[tuple[str, str]]:
        """Answer the question that has waited longest, if there is one; what is done for it meanwhile."""
        exchange = visit.next_waiting()
        if exchange is not None:
            try:
                exchange.ticket = self.line.join(visit)
            except QueueFull as error:
                self._end(visit, exchange, str(error))
            else:
                yield from self._read_in_turn(visit, exchange, exchange.ticket)
        yield self.shown(visit)

    def _read_in_turn(self, visit: Visit, exchange: Exchange, ticket: Ticket) -> Iterator[tuple[str, str]]:
        is_read = False
        try:
            for before in self.line.places(ticket):
                exchange.before = before
                yield self.shown(visit)
            exchange.before = 0
            if not exchange.ended:
                self._readers.submit(self._answer, visit, exchange, ticket)
                is_read = True
            while not exchange.ended:
                yield self.shown(visit)
                exchange.news.wait()
                exchange.news.clear()
        finally:
            if not is_read:
                self.line.leave(ticket)

    def _answer(self, visit: Visit, exchange: Exchange, ticket: Ticket) -> None:
        """In a thread of its own, so that the page can be told of what is found, and can be left."""
        try:
            answer = self.assistant.ask(
                exchange.question,
                history=self._history(exchange),
                where=exchange.where or None,
                found=partial(self._found, exchange),
            )
            self._keep(visit, exchange, answer)
        except Cancelled:
            pass
        except QAError as error:
            self._end(visit, exchange, str(error))
        except Exception:  # a visitor gets a sentence, never a stack trace
            log.exception("a question could not be answered")
            self._end(visit, exchange, UNEXPECTED)
        finally:
            self.line.leave(ticket)

    def _found(self, exchange: Exchange, passages: Sequence[RetrievedPassage]) -> None:
        if exchange.stopped:
            raise Cancelled
        exchange.passages = passages
        exchange.news.set()

    def _history(self, exchange: Exchange) -> list[Turn]:
        """The turns before a question, those that could not be kept left out."""
        if exchange.conversation is None:
            return []
        turns: list[Turn] = []
        for stored in self.kept.turns(exchange.conversation):
            if stored.id == exchange.replaces:
                break
            turns.append(stored.turn)
        return turns

    def _keep(self, visit: Visit, exchange: Exchange, answer: Answer) -> None:
        """Keep an answer, and take its question off those that wait; one that cannot be kept is shown all the same."""
        with visit.lock:
            if exchange.stopped:
                return
            try:
                self._store(visit, exchange, Turn(exchange.question, answer))
            except QAError as error:
                exchange.answer = answer
                self._end(visit, exchange, f"This answer could not be kept. {error}")
            else:
                visit.remove(exchange)
                exchange.end()

    def _store(self, visit: Visit, exchange: Exchange, turn: Turn) -> None:
        threshold = self.assistant.library.settings.threshold
        if exchange.replaces is not None:
            self.kept.replace(exchange.replaces, turn, where=exchange.where, threshold=threshold)
            return
        is_shown = exchange in visit.exchanges
        conversation = exchange.conversation or (visit.conversation if is_shown else None) or self.kept.create().id
        self.kept.append(conversation, turn, where=exchange.where, threshold=threshold)
        if is_shown:
            visit.conversation = conversation
            for waiting in visit.exchanges:  # asked before the conversation had begun
                waiting.conversation = conversation

    def _end(self, visit: Visit, exchange: Exchange, error: str | None = None) -> None:
        """Let a question stand as it is, behind the last turn that is kept."""
        with suppress(QAError):
            turns = self.kept.turns(exchange.conversation) if exchange.conversation else []
            exchange.after = turns[-1].id if turns else None
        with visit.lock:
            exchange.end(error)

    def stop(self, key: object, visit: Visit) -> str:
        """Do without an answer; what is being read for it is not kept."""
        exchange = visit.find(text(key))
        if exchange is not None:
            with visit.lock:
                exchange.stopped = exchange.stopped or not exchange.ended
            self._end(visit, exchange, exchange.error)
            if exchange.ticket is not None:
                self.line.give_up(exchange.ticket)
        return self.transcript(visit)

    def retry(self, key: object, visit: Visit) -> tuple[str, str]:
        """Ask once more what was stopped or has failed."""
        exchange = visit.find(text(key))
        if exchange is None or not exchange.ended:
            return self.shown(visit)
        visit.remove(exchange)
        return self.begin(exchange.question, visit, exchange.replaces)

    def drop(self, key: object, visit: Visit) -> str:
        """Take a question off the page that was stopped or has failed."""
        exchange = visit.find(text(key))
        if exchange is not None and exchange.ended:
            visit.remove(exchange)
        return self.transcript(visit)

    # turns that are kept

    def again(self, data: Mapping[str, object], visit: Visit) -> tuple[str, str]:
        """Ask a `turn`'s question once more, or another `question` in its place."""
        try:
            stored = self.kept.turn(number(data.get("turn")))
        except QAError as error:
            return self.shown(visit, str(error))
        return self.begin(text(data.get("question")) or stored.question, visit, stored.id)

    def version(self, turn: object, by: object, visit: Visit) -> tuple[str, str]:
        """Show an earlier or later version of a turn, and what followed it."""
        try:
            versions = self.kept.versions(number(turn))
            at = next(place for place, each in enumerate(versions) if each.id == number(turn)) + number(by)
            if 0 <= at < len(versions):
                self.kept.choose(versions[at].id)
        except QAError as error:
            return self.shown(visit, str(error))
        return self.shown(visit)

    def judge(self, turn: object, verdict: object, visit: Visit) -> tuple[str, str]:
        """Keep what the visitor says about an answer; saying it again takes it back."""
        try:
            said = Verdict(text(verdict))
            stored = self.kept.turn(number(turn))
            self.feedback.judge(stored.id, None if stored.verdict is said else said)
        except (QAError, ValueError) as error:
            return self.shown(visit, str(error))
        return self.shown(visit)

    # the filter

    def choose_filter(self, chosen: Any, visit: Visit) -> str:
        """Ask only the articles that the form lets through, from now on."""
        where, told = filter_of(chosen)
        if not told:
            visit.where = where
        return self.chips(visit, told)

    def unchip(self, position: object, visit: Visit) -> str:
        with suppress(IndexError):
            visit.where = without_chip(visit.where, number(position))
        return self.chips(visit)

    def about(self, article: object, visit: Visit) -> str:
        """Ask one article only; the visitor is led to the chat."""
        visit.where = Where(article_ids=(text(article),))
        visit.called += 1
        return self.chips(visit, called=True)

    # what to ask next

    def suggest(self, visit: Visit) -> Iterator[str]:
        """Next questions, as they are found; no more of them once something else is asked."""
        asked, questions = visit.asked, list[str]()
        yield ""
        try:
            found = self._suggested(visit)
            while visit.asked == asked and not len(self.line) and (question := next(found, None)):
                questions.append(question)
                if visit.asked == asked:
                    yield render_turns.suggestions_html(questions)
        except QAError:
            pass  # they are a courtesy
        except Exception:
            log.exception("no next question could be suggested")

    def _next_questions(self, answer: Answer, asked: list[str], where: Where | None) -> Iterator[Suggestion]:
        return suggestions(self.assistant.ask, self.assistant.library.article, answer, asked, where=where)

    def _suggested(self, visit: Visit) -> Iterator[str]:
        turns: list[StoredTurn] = self.kept.turns(visit.conversation) if visit.conversation else []
        if turns and turns[-1].answer.found:
            asked = [turn.question for turn in turns]
            for each in self._next_questions(turns[-1].answer, asked, visit.where or None):
                yield each.question
