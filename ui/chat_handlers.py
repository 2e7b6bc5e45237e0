"""What the events of the chat do, between the assistant and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from qa.datatypes import Answer, Turn
from qa.errors import QAError
from qa.samples import holds_samples
from ui import render

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

EXAMPLES = (  # the sample articles answer these
    "Who proposed direct negotiations in Istanbul?",
    "When did Putin and Zelensky last meet?",
    "Who is the Kremlin spokesman?",
    "What did Peskov say about the language of ultimatums?",
)
UNEXPECTED = "Something went wrong here. The details are in the window where the chat was started; please try again."


@dataclass(slots=True)
class Exchange:
    """A question on the page; neither answered nor failed while it is still being read for."""

    question: str
    answer: Answer | None = None
    error: str | None = None


@dataclass(slots=True)
class Conversation:
    """One visitor's questions, changed in place: two may be read for at once, and neither may undo the other."""

    exchanges: list[Exchange] = field(default_factory=list)
    waiting: deque[Exchange] = field(default_factory=deque)

    def history(self) -> list[Turn]:
        return [Turn(done.question, done.answer) for done in self.exchanges if done.answer is not None]


class ChatHandlers:
    """The events of the chat. Every method may run in several threads at once."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    def begin(self, question: str | None, conversation: Conversation) -> str:
        """Put a question on the page, before any reading is done for it."""
        question = (question or "").strip()
        if question:
            exchange = Exchange(question)
            conversation.exchanges.append(exchange)
            conversation.waiting.append(exchange)
        return self.transcript(conversation)

    def read(self, conversation: Conversation) -> str:
        """Answer the question that has waited longest, if there is one."""
        try:
            exchange = conversation.waiting.popleft()
        except IndexError:
            return self.transcript(conversation)
        try:
            exchange.answer = self.assistant.ask(exchange.question, history=conversation.history())
        except QAError as error:
            exchange.error = str(error)
        except Exception:  # a visitor gets a sentence, never a stack trace
            log.exception("a question could not be answered")
            exchange.error = UNEXPECTED
        return self.transcript(conversation)

    def transcript(self, conversation: Conversation) -> str:
        if not conversation.exchanges:
            return self.welcome()
        last = conversation.exchanges[-1]
        status = render.spoken(last.answer) if last.answer else last.error or "Reading your articles"
        turns = (render.turn_html(e.question, e.answer, e.error) for e in conversation.exchanges)
        return render.transcript_html(turns, status)

    def welcome(self) -> str:
        articles = len(self.assistant.library)
        return render.welcome_html(articles, EXAMPLES if articles and holds_samples(self.assistant.library) else ())

    def open_article(self, place: Any) -> str:
        """The article of a citation, from what the page's script sends: its id, the offsets, whether exact."""
        try:
            article_id, start, end = str(place["article"]), int(place["start"]), int(place["end"])
            article = self.assistant.library.article(article_id)
        except (KeyError, TypeError, ValueError):  # ArticleNotFound is a KeyError
            return render.gone_html()
        return render.article_html(article, start, end, exact=bool(place.get("exact", True)))
