"""Who came in and who changed what: JSON lines in a private file, rotated; never a question, an answer or a text.

{"time": "2026-03-01T09:30:00+00:00", "event": "sign-in", "who": "ida", "address": "192.0.2.7"}
"""

from __future__ import annotations

import json
import logging
import os
import threading
from collections.abc import Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path

from qa.accounts.database import now

FILE_BYTES, FILES_KEPT = 5_000_000, 10
LONGEST_DETAIL = 300  # characters
log = logging.getLogger(__name__)


class AuditLog:
    """Lines that are appended to the file `path`. Every method may be called from any thread.

    A line that cannot be written costs itself alone, and is told of in the server's log. Only a server rotates
    (`rotates`): the shell's commands append to the file that it writes to.
    """

    def __init__(self, path: Path, *, rotates: bool = False) -> None:
        self.path = path
        self._rotates = rotates
        self._handler: RotatingFileHandler | None = None
        self._lock = threading.Lock()

    def record(
        self, event: str, who: str, details: Mapping[str, str | int] | None = None, *, address: str = ""
    ) -> None:
        """Write one line."""
        line: dict[str, str | int] = {"time": now().isoformat(timespec="seconds"), "event": event, "who": who}
        if address:
            line["address"] = address
        for name, each in (details or {}).items():
            line[name] = each[:LONGEST_DETAIL] if isinstance(each, str) else each
        record = logging.LogRecord("audit", logging.INFO, "", 0, json.dumps(line), None, None)
        try:
            with self._lock:
                if self._handler is None:
                    self._handler = self._opened()
                self._handler.emit(record)
        except OSError:
            log.exception("a line of the audit log could not be written")

    def close(self) -> None:
        """Let go of the file; the next line opens it again."""
        with self._lock:
            if self._handler is not None:
                self._handler.close()
            self._handler = None

    def _opened(self) -> RotatingFileHandler:
        os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
        most = FILE_BYTES if self._rotates else 0
        handler = _PrivateFiles(self.path, maxBytes=most, backupCount=FILES_KEPT, encoding="utf-8")
        handler.setFormatter(logging.Formatter("%(message)s"))
        return handler


class _PrivateFiles(RotatingFileHandler):
    def doRollover(self) -> None:  # noqa: N802  # the name that `logging` calls
        super().doRollover()
        Path(self.baseFilename).chmod(0o600)
