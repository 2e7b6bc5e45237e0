"""The page before the first question: the newest articles, and what was found out beforehand that they answer."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from qa.conversations.store import Conversations
from qa.datatypes import Answer, Turn, Where
from qa.errors import Cancelled, QAError
from qa.guide import Guide, keep_guide, kept_guide, make_guide, newest_articles
from qa.samples import PREFIX
from qa.work.questions import FairQueue
from ui.handlers.errors import errors_as_html
from ui.render.welcome import guide_html, welcome_html

if TYPE_CHECKING:
    from qa.assistant import Assistant

log = logging.getLogger(__name__)

NEWEST = 3
PAUSE = 1.0  # seconds between two looks at whether nobody waits
SAMPLES = (  # the sample articles answer these
    "At which hospital did Robert Mugabe die?",
    "When did Putin and Zelensky last meet?",
    "Who is the Kremlin spokesman?",
    "How many firefighters battled the Notre Dame blaze?",
)


class WelcomeHandlers:
    """Makes the guide to a library in the background, once for each state of it; no visitor waits for it."""

    def __init__(self, assistant: Assistant, kept: Conversations, line: FairQueue) -> None:
        self.assistant = assistant
        self.line = line
        self._path = kept.path.with_name(f"{kept.path.stem}.guide.json")
        self._guide = kept_guide(self._path)
        self._making = threading.Lock()

    def html(self) -> str:
        """The page as far as it is known now; what is missing is asked for by the page later, see `guide`."""
        library = self.assistant.library
        articles = len(library)
        if not articles:
            return welcome_html(0, (), "")
        return welcome_html(articles, newest_articles(library, NEWEST), self._guide_html())

    @errors_as_html
    def welcome_guide(self, _: Any = None) -> str:
        """The questions and names; where they are not there yet, they are looked for from now on."""
        if self._current() is None and not self._holds_only_samples():
            self._begin()
        return self._guide_html()

    def _guide_html(self) -> str:
        if self._holds_only_samples():
            return guide_html(Guide(0, SAMPLES, ()), "The sample articles answer, for example")
        return guide_html(self._current(), "Your articles answer, for example")

    def _holds_only_samples(self) -> bool:
        library = self.assistant.library
        return library.listing(Where(sources=(PREFIX,)), limit=1).total == len(library)

    def _current(self) -> Guide | None:
        """The guide, unless the library has changed since."""
        guide = self._guide
        return guide if guide and guide.revision == self.assistant.library.refresh() else None

    def _begin(self) -> None:
        if self._making.acquire(blocking=False):
            threading.Thread(target=self._make, name="guide", daemon=True).start()

    def _make(self) -> None:
        try:
            if self._current() is None:
                self._guide = make_guide(self._ask, self.assistant.library)
                keep_guide(self._path, self._guide)
        except QAError:
            pass  # it is a courtesy
        except Exception:
            log.exception("no guide to the library could be made")
        finally:
            self._making.release()

    def _ask(self, question: str, *, history: Sequence[Turn], where: Where | None) -> Answer:
        """The answer, when no visitor waits for one; what is read for us is broken off for the first who comes."""

        def give_way(*_: object) -> None:
            if len(self.line):
                raise Cancelled

        while True:
            while len(self.line):
                time.sleep(PAUSE)
            with suppress(Cancelled):
                return self.assistant.ask(question, history=history, where=where, on_passages=give_way)
