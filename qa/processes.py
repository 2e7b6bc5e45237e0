"""Other processes of this machine."""

from __future__ import annotations

import os
import signal


def is_alive(process: int) -> bool:
    """Whether there is such a process; not asked on Windows, where the question would end it."""
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def end_by_signals() -> None:
    """Let a server that is told to end, or whose terminal is closed, end as by Ctrl-C: what was uploaded goes."""
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupted)


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt
