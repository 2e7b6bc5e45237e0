"""Reading ahead of other work: an iterator runs in a thread of its own, as far ahead as there is room."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final, Generic, Self, TypeVar

Item = TypeVar("Item")


class Pause(Enum):
    """What `peek` gives in place of an item."""

    NOT_READY = "not ready"  # the next item is not there yet
    EXHAUSTED = "exhausted"  # there is no further item


class Prefetcher(Generic[Item]):
    """Takes from `items` in a thread until those that wait have a size of `room`; `size` gives that of one item.

    What `items` raises is raised by `peek`, behind the items before it. Leaving the context ends the thread after
    the item that it is at; it is not waited for.
    """

    def __init__(self, items: Iterator[Item], size: Callable[[Item], int], room: int) -> None:
        self._items = items
        self._size = size
        self._room: Final = room
        self._filled = 0
        self._ready: deque[Item] = deque()
        self._changed = threading.Condition()
        self._finished = self._closed = False
        self._error: BaseException | None = None
        threading.Thread(target=self._fill, name="prefetch", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """Whether all items have been read, without an error; some may still wait to be taken."""
        return self._finished and self._error is None

    def waiting(self) -> list[Item]:
        """The items that have been read and not been taken, in order."""
        with self._changed:
            return list(self._ready)

    def peek(self, patience: float | None = None) -> Item | Pause:
        """The next item, without taking it; NOT_READY after `patience` seconds (None: wait), EXHAUSTED at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._ready or self._finished, patience)
            if self._ready:
                return self._ready[0]
            if not self._finished:
                return Pause.NOT_READY
            if self._error is not None:
                raise self._error
            return Pause.EXHAUSTED

    def take(self) -> None:
        """Take the item that `peek` gave."""
        with self._changed:
            self._filled -= self._size(self._ready.popleft())
            self._changed.notify_all()

    def _fill(self) -> None:
        try:
            for item in self._items:
                if not self._put(item):
                    return
        except BaseException as error:  # noqa: BLE001 - raised again where the items are taken
            self._error = error
        finally:
            with self._changed:
                self._finished = True
                self._changed.notify_all()

    def _put(self, item: Item) -> bool:
        """Wait for room and add an item, of whatever size if none is waiting; false when the context was left."""
        size = self._size(item)
        with self._changed:
            self._changed.wait_for(lambda: self._closed or not self._filled or self._filled + size <= self._room)
            if self._closed:
                return False
            self._ready.append(item)
            self._filled += size
            self._changed.notify_all()
            return True
