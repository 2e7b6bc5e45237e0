"""How the page's events are queued."""

from __future__ import annotations

from typing import Any

READ_AT_ONCE = 2  # questions; more would only share the same cores
LONGEST_LINE = 50  # questions that wait before a visitor is told to come back
WAITING = 200  # events in line before Gradio turns one away
THREADS = LONGEST_LINE + 30  # a question that waits holds one
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
# By itself Gradio drops an event while one of its kind is under way: a second question would never be read for.
EVERY: dict[str, Any] = {"trigger_mode": "multiple"}
READING: dict[str, Any] = {"concurrency_id": "read", "concurrency_limit": None}  # `qa.work.questions` is their line
AT_ONCE: dict[str, Any] = {"queue": False, **EVERY, **QUIET}
SUGGESTING: dict[str, Any] = {"concurrency_id": "suggest", "concurrency_limit": 1, **QUIET}
