"""How the page's events are queued."""

from __future__ import annotations

from typing import Any

READ_AT_ONCE = 2  # questions; more would only share the same cores
WAITING = 64  # events in line before a visitor is told to come back
QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
READING: dict[str, Any] = {"concurrency_id": "read", "concurrency_limit": READ_AT_ONCE}
WRITING: dict[str, Any] = {"concurrency_id": "write", "concurrency_limit": 1}
