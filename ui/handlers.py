"""What the page's events do, between the assistant and the markup: plain values in, HTML strings out."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.datatypes import Answer, Progress, Report, Turn
from qa.errors import QAError
from qa.loaders import Document
from qa.samples import holds_samples, remove_samples
from ui import render, render_library

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


class Handlers:
    """The events of the page. Every method may run in several threads at once."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    # the chat

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
        return render.welcome_html(articles, EXAMPLES if articles and self.has_samples() else ())

    def open_article(self, place: Any) -> str:
        """The article of a citation, from what the page's script sends: its id, the offsets, whether exact."""
        try:
            article_id, start, end = str(place["article"]), int(place["start"]), int(place["end"])
            article = self.assistant.library.article(article_id)
        except (KeyError, TypeError, ValueError):  # ArticleNotFound is a KeyError
            return render.gone_html()
        return render.article_html(article, start, end, exact=bool(place.get("exact", True)))

    # the library

    def has_samples(self) -> bool:
        return holds_samples(self.assistant.library)

    def listed(self, offset: int = 0) -> str:
        """One page of the list; an offset behind its end shows the last page."""
        library = self.assistant.library
        total = len(library)
        last_page = max(0, total - 1) // render_library.PAGE * render_library.PAGE
        offset = min(max(0, offset), last_page)
        articles = list(library.articles(offset=offset, limit=render_library.PAGE))
        return render_library.library_html(articles, offset=offset, total=total, samples=self.has_samples())

    def add(self, files: Iterable[str], address: str, progress: Callable[[Progress], None]) -> str:
        """Take in uploaded files and a web address; what happened, as HTML. The uploaded copies are deleted."""
        files, address, library = list(files), address.strip(), self.assistant.library
        if not files and not address:
            return _told("Choose files or give a web address first.")
        if address and render.web_address(address) is None:
            return _told(f"“{address}” is not a web address. Give one that begins with http:// or https://.")

        def work() -> Iterator[Report]:
            if files:
                yield library.add_documents(_documents(files), progress=progress)
            if address:
                yield library.add([address], progress=progress)

        try:
            return self._reported(work)
        finally:
            for name in files:
                Path(name).unlink(missing_ok=True)

    def remove(self, ids: Any) -> str:
        chosen = [str(each) for each in ids] if isinstance(ids, list) else []
        return self._reported(lambda: iter([self.assistant.library.remove(chosen)]))

    def remove_samples(self) -> str:
        return self._reported(lambda: iter([remove_samples(self.assistant.library)]))

    def _reported(self, work: Callable[[], Iterator[Report]]) -> str:
        """The reports of `work` as HTML, with the error that ended it, if one did."""
        parts: list[str] = []
        try:
            parts.extend(render_library.report_html(report) for report in work())
        except QAError as error:
            parts.append(render_library.notice_html(str(error)))
        except Exception:
            log.exception("the library could not be changed")
            parts.append(render_library.notice_html(UNEXPECTED))
        return render_library.outcome_html("".join(parts))


def _told(text: str) -> str:
    return render_library.outcome_html(render_library.notice_html(text))


def _documents(files: Iterable[str]) -> Iterator[Document]:
    for name in files:
        path = Path(name)
        yield Document(origin=f"upload:{path.name}", data=path.read_bytes())
