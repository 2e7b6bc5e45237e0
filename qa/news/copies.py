"""Whether two articles are copies of one text: by what their runs of words share, not by what they are about. Pure.

A wire story comes back trimmed, under another title, with another dateline and byline, or with its paragraphs in
another order; two reports of one event do not share their words. So it is not resemblance that decides, which a text
cut in half would fail, but how much of the shorter text is in the longer (Broder 1997, "On the Resemblance and
Containment of Documents"). The thresholds were fitted on reports of same events and on copies made of others, see
`benchmarks/copies.py`.
"""

from __future__ import annotations

import re
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

VERSION = 1  # of all that follows: copies that another one has found are found anew
RUN = 5  # words in a shingle
LOWEST = 16  # hashes of an article by which its copies are looked up
CONTAINED = 0.6  # of the shorter text's shingles that are in the longer one
DAYS = 7  # within which copies appear, mostly
REPRINTED = 0.9  # of the shorter one's, if more days lie between: what is told anew each month keeps many phrases
BEGINS = 0.4  # of those of its first half: what two texts share only at their ends is what a site puts below each
SHARE = 0.25  # of the longer text's shingles that the shorter one has at least: a roundup is no copy of its parts
SHORTEST = 20  # shingles; of shorter texts nothing can be told

Shingles = NDArray[np.uint64]

_WORD = re.compile(r"\w+")
_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64
)


def shingles(text: str) -> Shingles:
    """A hash of 63 bits for every run of five words, (n,) in the order of the text, without regard to case."""
    words = np.fromiter((crc32(word.encode(errors="replace")) for word in _WORD.findall(text.casefold())), np.uint64)
    runs = max(0, len(words) - RUN + 1)
    hashes = np.zeros(runs, np.uint64)
    for place, factor in enumerate(_FACTORS):
        hashes += (words[place : place + runs] + np.uint64(1)) * factor
    hashes ^= hashes >> np.uint64(31)  # so that the low words are no likelier among the lowest hashes
    hashes *= _FACTORS[1]
    return hashes >> np.uint64(1)


def lowest(found: Shingles) -> tuple[int, ...]:
    """The smallest distinct hashes: of a text and a part of it some are the same, in proportion to the part's length.

    None for what is too short.
    """
    distinct = np.unique(found)
    return tuple(distinct[:LOWEST].tolist()) if len(distinct) >= SHORTEST else ()


def are_copies(one: Shingles, other: Shingles, days: int = 0) -> bool:
    """Whether one of two texts is a copy of the other, whole or trimmed; `days` between them, if known."""
    first, second = np.unique(one), np.unique(other)
    shorter, longer, ordered = (first, second, one) if len(first) <= len(second) else (second, first, other)
    if len(shorter) < SHORTEST or len(shorter) < SHARE * len(longer):
        return False
    contained = np.isin(shorter, longer, assume_unique=True).mean()
    wanted = CONTAINED if days <= DAYS else REPRINTED
    return bool(contained >= wanted and np.isin(ordered[: len(ordered) // 2], longer).mean() >= BEGINS)
