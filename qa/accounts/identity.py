"""Who a request is from, and what that person may do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What somebody may do; each role may do what those below it may."""

    READER = 1
    EDITOR = 2
    ADMIN = 3


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a request is from; the name "" is the local person, who needs no sign-in."""

    name: str
    role: Role


LOCAL = Identity("", Role.ADMIN)
