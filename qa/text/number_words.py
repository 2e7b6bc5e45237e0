"""The words for small numbers."""

from __future__ import annotations

# at the place of its number each: NUMBER_WORDS[3] is "three"
NUMBER_WORDS = tuple(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty".split()
)
