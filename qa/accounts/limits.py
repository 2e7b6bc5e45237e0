"""How often somebody may fail to sign in: by name and by address, so that passwords cannot be tried out."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

FAILURES_PER_NAME, FAILURES_PER_ADDRESS = 5, 20
WINDOW_SECONDS = 300.0
MOST_REMEMBERED = 10_000


class SignInLimits:
    """Failures of the last `WINDOW_SECONDS`. Every method may be called from any thread."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, name: str, address: str) -> int:
        """How long this name, from this address, has to wait until another try counts; 0 for not at all."""
        with self._lock:
            return max(
                self._wait(f"name {name.strip().lower()[:100]}", FAILURES_PER_NAME),
                self._wait(f"address {address}", FAILURES_PER_ADDRESS),
            )

    def failed(self, name: str, address: str) -> None:
        """Name and password did not belong together."""
        with self._lock:
            for key in (f"name {name.strip().lower()[:100]}", f"address {address}"):
                self._failures[key] = [*self._recent(key), self._clock()]
                self._failures.move_to_end(key)
            while len(self._failures) > MOST_REMEMBERED:
                self._failures.popitem(last=False)

    def succeeded(self, name: str, address: str) -> None:
        """What failed for this name before no longer counts, nor the last failure of the address, which was none."""
        with self._lock:
            self._failures.pop(f"name {name.strip().lower()[:100]}", None)
            self._failures[f"address {address}"] = self._recent(f"address {address}")[:-1]

    def _wait(self, key: str, most: int) -> int:
        recent = self._recent(key)
        return 0 if len(recent) < most else max(1, int(recent[-most] + WINDOW_SECONDS - self._clock()) + 1)

    def _recent(self, key: str) -> list[float]:
        oldest = self._clock() - WINDOW_SECONDS
        return [each for each in self._failures.get(key, ()) if each > oldest]
