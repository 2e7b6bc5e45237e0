"""Whether two words are one slip of the pen apart. Pure."""

from __future__ import annotations

LEAST = 4  # letters of the shorter word; the longer must have one more


def is_slip(one: str, other: str) -> bool:
    """Whether two words differ by one letter: one more, one less, another, or two changed over; never the first.

    Short words are left alone, for too many real ones are one letter apart.
    """
    if one == other or one[:1] != other[:1] or abs(len(one) - len(other)) > 1:
        return False
    if min(len(one), len(other)) < LEAST or max(len(one), len(other)) <= LEAST:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    rest, left = one[at:], other[at:]
    is_swapped = rest[:2] == left[1::-1] and rest[2:] == left[2:]
    return rest[1:] == left[1:] or rest[1:] == left or rest == left[1:] or is_swapped
