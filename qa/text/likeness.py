"""How alike two texts are, by the words that they share. Pure."""

from __future__ import annotations

from collections.abc import Set


def is_alike(one: Set[str], other: Set[str], share: float) -> bool:
    """Whether so much of the words of either are words of both; 1.0 is all of them. Two without words are alike."""
    return len(one & other) >= share * len(one | other)
