"""What the page asks for about quotes: whether those of a pasted text are in the articles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qa.serialization.filters import where_chips
from ui.handlers.errors import errors_as_html
from ui.render.quotecheck import quote_check_html
from ui.state.inputs import text
from ui.state.page_address import parse_page_address

if TYPE_CHECKING:
    from qa.assistant import Assistant


class QuoteHandlers:
    """Quotes, checked. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant

    @errors_as_html
    def check_quotes(self, asked: Any) -> str:
        """What is true of each quote of a text, in the articles that the filter of the page's address lets through."""
        asked = asked if isinstance(asked, dict) else {}
        _, where = parse_page_address(text(asked.get("address")))
        checked = self.assistant.library.check_quotes(text(asked.get("text")), where or None)
        return quote_check_html(checked, where_chips(where))
