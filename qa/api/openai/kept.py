"""The questions behind the last responses, so that another one can go on from them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence

from qa.api.problems import Problem

MOST_RESPONSES = 2000
MOST_QUESTIONS = 20  # of one conversation, the last ones


class KeptResponses:
    """In memory alone; a client that needs more sends its messages itself. Called from any thread."""

    def __init__(self) -> None:
        self._questions: OrderedDict[tuple[str, str], list[str]] = OrderedDict()
        self._lock = threading.Lock()

    def questions(self, who: str, response_id: str | None) -> list[str]:
        """Those that led to a response, oldest first. Raises Problem for one that was not given to this person."""
        if response_id is None:
            return []
        with self._lock:
            found = self._questions.get((who, response_id))
        if found is None:
            raise Problem(404, "response-not-found", "No response has this id any more: send the messages again.")
        return found

    def keep(self, who: str, response_id: str, questions: Sequence[str]) -> None:
        """Remember the questions of a response that is given."""
        with self._lock:
            self._questions[who, response_id] = list(questions)[-MOST_QUESTIONS:]
            while len(self._questions) > MOST_RESPONSES:
                self._questions.popitem(last=False)
