"""What the page asks for by itself: articles, the list of conversations, the filter's form, how answers came about."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

from qa.answering.explanation import explain_answer, explain_retrieval
from qa.conversations.feedback import Feedback
from qa.conversations.store import Conversations
from qa.datatypes import Citation, all_citations
from qa.errors import ArticleNotFound, QAError
from ui.handlers.errors import errors_as_html
from ui.render import sidebar
from ui.render.evidence import Mark, article_html, gone_html
from ui.render.explanation import how_html
from ui.render.versions import versions_html
from ui.state.inputs import number, text
from ui.state.page_address import parse_page_address

if TYPE_CHECKING:
    from qa.assistant import Assistant


LISTED = 50  # conversations at once
MOST_LISTED = 5000
MOST_MARKS = 200


class SideHandlers:
    """What is shown beside the chat. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant, kept: Conversations, feedback: Feedback) -> None:
        self.assistant = assistant
        self.kept = kept
        self.feedback = feedback

    @errors_as_html
    def open_article(self, place: Any) -> str:
        """The article at a place: its id, the offsets, whether exact, and what else of it is cited there."""
        place = place if isinstance(place, dict) else {}
        article_id, start, end = text(place.get("article")), number(place.get("start")), number(place.get("end"))
        try:
            article = self.assistant.library.article(article_id)
        except ArticleNotFound:
            return self._gone(number(place.get("turn")), article_id, start)
        current = Mark(start, end, _counted(place.get("number")), bool(place.get("exact", True)))
        return article_html(article, current, _marks(place.get("marks")))

    def _gone(self, turn: int, article_id: str, start: int) -> str:
        try:
            cited = all_citations(self.kept.turn(turn).answer.shown)
            citation: Citation | None = next(
                (each for each in cited if (each.article_id, each.start) == (article_id, start)), None
            )
        except QAError:
            citation = None
        changed = citation is not None and self.assistant.library.standing(citation) == "changed"
        return gone_html(citation, changed)

    @errors_as_html
    def conversations(self, asked: Any) -> str:
        """The list, newest first, of those that have all the `words`; `shown` is how many are there already."""
        asked = asked if isinstance(asked, dict) else {}
        words = text(asked.get("words"))[:200]
        limit = LISTED + min(max(0, number(asked.get("shown", 0))), MOST_LISTED)
        return sidebar.conversations_html(self.kept.listed(words, limit=limit), self.kept.count(words), words)

    @errors_as_html
    def rename(self, asked: Any) -> str:
        """Give a conversation another name."""
        self.kept.rename(text(asked.get("id")), text(asked.get("name")))
        return ""

    @errors_as_html
    def pin(self, asked: Any) -> str:
        """Let a conversation stay at the head of the list, or not any more."""
        asked = asked if isinstance(asked, dict) else {}
        self.kept.pin(text(asked.get("id")), bool(asked.get("pinned")))
        return ""

    @errors_as_html
    def delete(self, asked: Any) -> str:
        """Delete a conversation."""
        self.kept.delete(text(asked.get("id")))
        return ""

    @errors_as_html
    def filter_form(self, address: Any) -> str:
        """The form with what the page's address chooses."""
        _, where = parse_page_address(text(address))
        library = self.assistant.library
        over_time = library.over_time(replace(where, published_from=None, published_to=None))
        titles = library.titles(where.article_ids)
        return sidebar.filter_html(where, library.sources(), titles, library.tags(), over_time)

    @errors_as_html
    def unanswered(self, _: Any = None) -> str:
        """The questions that the articles do not cover."""
        return sidebar.unanswered_html(self.feedback.unanswered())

    @errors_as_html
    def question_of(self, asked: Any) -> str:
        """The question of a turn, as plain text: as it was typed, or as it was `read`."""
        turn = self.kept.turn(number(asked.get("turn")))
        return turn.answer.question if asked.get("read") else turn.question

    @errors_as_html
    def how(self, turn: Any) -> str:
        """How the answer of a turn came about."""
        stored = self.kept.turn(number(turn), cache(self.assistant.library.article))
        return how_html(explain_answer(stored.answer, self.assistant.library.settings, stored.where))

    @errors_as_html
    def compare(self, turn: Any) -> str:
        """All versions of a turn."""
        return versions_html(self.kept.versions(number(turn), cache(self.assistant.library.article)), number(turn))

    @errors_as_html
    def retrieve(self, asked: Any) -> str:
        """What the searches find for a question, with the filter of the page's address."""
        asked = asked if isinstance(asked, dict) else {}
        _, where = parse_page_address(text(asked.get("address")))
        return how_html(
            explain_retrieval(
                text(asked.get("question")),
                self.assistant.retriever,
                self.assistant.library.settings,
                self.assistant.library.resolved(where or None),
            )
        )


def _counted(value: object) -> int | None:
    found = number(value)
    return found if found > 0 else None


def _marks(given: Any) -> list[Mark]:
    """Marks from what the page sends: [start, end, number] each."""
    rows = given[:MOST_MARKS] if isinstance(given, list) else []
    return [
        Mark(number(row[0]), number(row[1]), _counted(row[2]))
        for row in rows
        if isinstance(row, list) and len(row) == 3
    ]
