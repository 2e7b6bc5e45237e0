"""An article's text as passages: windows of whole sentences that overlap and together hold the whole text."""

from __future__ import annotations

from itertools import pairwise

from qa.text.segmentation import sentences, words

VERSION = 1  # part of a library's fingerprint: raise it when the same text would give other passages


def chunk(text: str, *, words: int, overlap: int, language: str | None = None) -> list[tuple[int, int]]:
    """The spans of the passages of `text`, in order, each at most `words` words of whole sentences.

    Neighbours share up to `overlap` words of whole sentences. The last passage reaches back to be as long as
    the others, so no passage is a stub. A sentence longer than a passage is cut between words.
    """
    units = _units(text, words, language)
    if not units:
        return []
    spans = []
    first = 0
    while True:
        stop = _forward(units, first, words)
        if stop == len(units):
            first = min(first, _backward(units, stop, words, 0))
            spans.append((units[first][0], units[-1][1]))
            return spans
        spans.append((units[first][0], units[stop - 1][1]))
        room = words - units[stop][2]  # the next passage has to bring something new
        first = _backward(units, stop, min(overlap, room), first + 1)


def encoder_text(title: str, text: str) -> str:
    """The text that is encoded for a passage: the article's title, which says what it is about, and its words."""
    return f"{title}\n{text}" if title else text


def _units(text: str, limit: int, language: str | None) -> list[tuple[int, int, int]]:
    """Sentences as (start, end, number of words); those of more than `limit` words in equal pieces."""
    units = []
    for start, end in sentences(text, language):
        spans = words(text, start, end)
        count = -(-len(spans) // limit)
        cuts = [len(spans) * i // count for i in range(count + 1)]
        units += [(spans[a][0], spans[b - 1][1], b - a) for a, b in pairwise(cuts)]
    return units


def _forward(units: list[tuple[int, int, int]], first: int, limit: int) -> int:
    """The end of the longest run of units from `first` that keeps to `limit` words; at least one unit."""
    stop, total = first + 1, units[first][2]
    while stop < len(units) and total + units[stop][2] <= limit:
        total += units[stop][2]
        stop += 1
    return stop


def _backward(units: list[tuple[int, int, int]], stop: int, limit: int, least: int) -> int:
    """The start, not below `least`, of the longest run of units before `stop` that keeps to `limit` words."""
    first, total = stop, 0
    while first > least and total + units[first - 1][2] <= limit:
        first -= 1
        total += units[first][2]
    return first
