"""What a server writes about itself: JSON lines where no person reads along, without questions or words of articles.

    {"time": "2026-03-01T09:30:00+00:00", "level": "ERROR", "logger": "ui.handlers.asking",
     "message": "a question could not be answered", "error": "RuntimeError", "at": ["qa/assistant.py:120 ask", ...]}

An error's own words may hold what was asked or read: its kind and its places are told instead. So are the values that
a message was made with.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

MOST_PLACES = 12  # the innermost


class JsonLines(logging.Formatter):
    """One object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="seconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": str(record.msg),  # as it is in the source, without values
        }
        if record.exc_info and record.exc_info[0]:
            places = traceback.extract_tb(record.exc_info[2])[-MOST_PLACES:]
            line["error"] = record.exc_info[0].__name__
            line["at"] = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
        return json.dumps(line)


def log_as_json_unless_read_along() -> None:
    """Write warnings and errors of all there is to stderr as JSON lines; a terminal gets them as Python writes them."""
    if sys.stderr.isatty():
        return
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
