"""What the page asks for about questions that stay: to follow one, to let it go, and to look for new answers."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from qa.conversations.store import Conversations
from qa.watchlist import Watchlist, look_again
from qa.work.questions import FairQueue
from ui.handlers.errors import errors_as_html
from ui.render.watchlist import followed_html
from ui.state.inputs import number, text

if TYPE_CHECKING:
    from qa.assistant import Assistant


class WatchHandlers:
    """Saved questions. Every method may run in several threads at once, and takes whatever is sent."""

    def __init__(self, assistant: Assistant, kept: Conversations, line: FairQueue) -> None:
        self.assistant = assistant
        self.kept = kept
        self.line = line
        self.watchlist = Watchlist.of(kept)
        self._looking = threading.Lock()

    @errors_as_html
    def follow(self, turn: Any) -> str:
        """Save the question of a kept turn with its filter; what its answer says is no news."""
        stored = self.kept.turn(number(turn))
        self.watchlist.add(stored.answer, self.assistant.library, stored.where, stored.question)
        return ""

    @errors_as_html
    def unfollow(self, question_id: Any) -> str:
        """Forget a saved question and its news."""
        self.watchlist.remove(text(question_id))
        return ""

    @errors_as_html
    def followed(self, _: Any = None) -> str:
        """The saved questions, with what was new last."""
        return followed_html(self.watchlist.read())

    @errors_as_html
    def look_again(self, _: Any = None) -> str:
        """The same, after they were asked again of the articles that have come in; one visitor's look serves all."""
        with self._looking, self.line.held(object()):
            look_again(self.watchlist, self.assistant.ask, self.assistant.library)
        return followed_html(self.watchlist.read())
