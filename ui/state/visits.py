"""The pages that visitors have open, so that one that is loaded again finds what is still being read for it."""

from __future__ import annotations

import threading

from ui.state.session import Session

MOST = 500  # remembered; the oldest are forgotten


class Visits:
    """Sessions by the name that a page gives itself, and keeps while it is only reloaded. For any thread."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def session(self, name: str, new: Session) -> Session:
        """The session of this page; `new`, from now on, where there is none."""
        if not name:
            return new
        with self._lock:
            found = self._sessions.pop(name, new)
            self._sessions[name] = found
            while len(self._sessions) > MOST:
                del self._sessions[next(iter(self._sessions))]
            return found
