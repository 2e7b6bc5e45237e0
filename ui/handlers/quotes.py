"""What the page asks for about quotes: one with its source, and whether those of a pasted text are in the articles."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.conversations.store import Conversations
from qa.datatypes import all_citations
from qa.errors import ArticleNotFound, FormatError
from qa.serialization.filters import where_chips
from qa.serialization.quote_format import QuoteFormat
from qa.serialization.quote_formats import quotes_with_source
from ui.handlers.errors import errors_as_html
from ui.render.quotecheck import quote_check_html
from ui.state.inputs import number, text
from ui.state.page_address import parse_page_address

if TYPE_CHECKING:
    from qa.assistant import Assistant


class QuoteHandlers:
    """Quotes, copied and checked. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant, kept: Conversations) -> None:
        self.assistant = assistant
        self.kept = kept

    @errors_as_html
    def check_quotes(self, asked: Any) -> str:
        """What is true of each quote of a text, in the articles that the filter of the page's address lets through."""
        asked = asked if isinstance(asked, dict) else {}
        _, where = parse_page_address(text(asked.get("address")))
        checked = self.assistant.library.check_quotes(text(asked.get("text")), where or None)
        return quote_check_html(checked, where_chips(where))

    @errors_as_html
    def cite(self, asked: Any) -> str:
        """The quote at a place of a kept turn with its source, in one of the forms, as `{"text": ...}`."""
        asked = asked if isinstance(asked, dict) else {}
        form = text(asked.get("form"))
        if form not in set(QuoteFormat):
            raise FormatError(f"{form[:40]!r} is no form of a quote.")
        place = text(asked.get("article")), number(asked.get("start")), number(asked.get("end"))
        cited = all_citations(self.kept.turn(number(asked.get("turn"))).answer.shown)
        citation = next((each for each in cited if (each.article_id, each.start, each.end) == place), None)
        if citation is None:
            raise FormatError("This answer has no such quote (any more). Load the page again.")
        articles = {}
        with suppress(ArticleNotFound):
            articles[citation.article_id] = self.assistant.library.article(citation.article_id)
        return json.dumps({"text": quotes_with_source([citation], QuoteFormat(form), articles)})
