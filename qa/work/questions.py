"""The line in which questions wait to be read: bounded, and fair to every visitor."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from qa.errors import QueueFull

GONE_SECONDS = 30.0  # after which a place that nobody looks after is given up: its visitor has left


@dataclass(eq=False, slots=True)
class Ticket:
    """A question's place in the line; `visitor` is whatever tells one visitor from another."""

    visitor: object
    given_up: bool = False
    seen: float = field(default_factory=time.monotonic)


class FairQueue:
    """At most `at_once` questions are read, one of each visitor; `longest` more may wait.

    The second question of a visitor comes after the first of everybody else.
    """

    def __init__(self, at_once: int, longest: int) -> None:
        self.at_once = at_once
        self.longest = longest
        self._waiting: list[Ticket] = []
        self._reading: list[Ticket] = []
        self._moved = threading.Condition()

    def join(self, visitor: object) -> Ticket:
        """The last place for this visitor. Raises QueueFull."""
        with self._moved:
            self._forget_gone()
            if len(self._waiting) >= self.longest:
                raise QueueFull(f"{self.longest} questions are waiting already: ask again in a minute.")
            ticket = Ticket(visitor)
            self._waiting.append(ticket)
            return ticket

    def places(self, ticket: Ticket) -> Iterator[int]:
        """How many questions are before this one, whenever that changes; ends when it is its turn or given up."""
        told = None
        while True:
            with self._moved:
                ticket.seen = time.monotonic()
                self._forget_gone()
                if ticket.given_up or ticket not in self._waiting or self._begins(ticket):
                    return
                before = len(self._reading) + self._order().index(ticket)
                if before == told:
                    self._moved.wait(GONE_SECONDS / 3)
            if before != told:
                told = before
                yield before

    def leave(self, ticket: Ticket) -> None:
        """Make room: the question was read, or is not to be."""
        with self._moved:
            ticket.given_up = True
            for tickets in (self._waiting, self._reading):
                if ticket in tickets:
                    tickets.remove(ticket)
            self._moved.notify_all()

    def give_up(self, ticket: Ticket) -> None:
        """Not wanted any more; one that is being read keeps its place until `leave`."""
        with self._moved:
            ticket.given_up = True
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            self._moved.notify_all()

    @contextmanager
    def held(self, visitor: object) -> Iterator[None]:
        """Wait for one's turn, and make room at the end. Raises QueueFull."""
        ticket = self.join(visitor)
        try:
            for _ in self.places(ticket):
                pass
            yield
        finally:
            self.leave(ticket)

    def __len__(self) -> int:
        """How many questions wait or are being read."""
        with self._moved:
            return len(self._waiting) + len(self._reading)

    def _begins(self, ticket: Ticket) -> bool:
        """Whether it is this one's turn; then it is being read from now on."""
        busy = {id(each.visitor) for each in self._reading}
        free = []
        for each in self._order():
            if id(each.visitor) not in busy:  # of each visitor the first, or a later one could begin before it
                free.append(each)
                busy.add(id(each.visitor))
        if ticket not in free[: self.at_once - len(self._reading)]:
            return False
        self._waiting.remove(ticket)
        self._reading.append(ticket)
        return True

    def _order(self) -> list[Ticket]:
        """Those who wait, in the order in which they will be read."""
        earlier = Counter(id(each.visitor) for each in self._reading)
        rounds = []
        for ticket in self._waiting:
            rounds.append((earlier[id(ticket.visitor)], ticket))
            earlier[id(ticket.visitor)] += 1
        return [ticket for _, ticket in sorted(rounds, key=lambda pair: pair[0])]

    def _forget_gone(self) -> None:
        oldest = time.monotonic() - GONE_SECONDS
        self._waiting = [each for each in self._waiting if each.seen >= oldest]
