"""From a reader's logits to spans: start and end of an answer chosen jointly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from qa.answering.windows import Window
from qa.datatypes import Span

# What a span gains by ending where its phrase ends: of two that are about equally good, people want the whole one.
WHOLE_PHRASE = 0.3


def decode(
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    window: Window,
    max_tokens: int,
    count: int,
) -> list[Span]:
    """The `count` best spans of one window, best first: start and end chosen jointly, `start <= end`.

    `starts` and `ends` are raw logits, (tokens,). "No answer" is the span on the first token. A span that begins or
    ends inside a word is widened to the whole word; one that ends where a phrase ends scores `WHOLE_PHRASE` more.
    """
    context = np.flatnonzero(window.words >= 0)
    if not len(context):
        return []
    first, last = context[0], context[-1] + 1
    closing = ends[first:last].astype(np.float64) + WHOLE_PHRASE * window.closes[first:last]
    sums = _sums(starts[first:last], closing, max_tokens)
    best = _largest(sums.ravel(), count * 10)
    null = float(starts[0] + ends[0])
    places = _whole_words(window, first + best // max_tokens, first + best // max_tokens + best % max_tokens)
    scores = sums.ravel()[best].tolist()
    return _apart((Span(*place, score, null) for place, score in zip(places, scores, strict=True)), count)


def distinct(spans: Iterable[Span], count: int) -> list[Span]:
    """The `count` best spans, best first, leaving out each that overlaps a better one."""
    return _apart(sorted(spans, key=lambda span: -span.score), count)


def _apart(spans: Iterable[Span], count: int) -> list[Span]:
    """The first `count` spans, leaving out each that is empty or overlaps one before it."""
    kept: list[Span] = []
    for span in spans:
        if span.end > span.start and all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
            if len(kept) == count:
                break
    return kept


def _sums(starts: NDArray[np.float32], closing: NDArray[np.float64], max_tokens: int) -> NDArray[np.float64]:
    """What every span scores, (tokens, max_tokens): by its first token and its length less one; -inf where none is."""
    beyond = np.full(max_tokens - 1, -np.inf)
    following = np.lib.stride_tricks.sliding_window_view(np.concatenate([closing, beyond]), max_tokens)
    sums: NDArray[np.float64] = starts[:, None] + following
    return sums


def _largest(values: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The places of the `count` largest finite values, largest first; of equal ones the last place first."""
    if count < len(values):
        least = np.partition(values, -count)[-count]
        places = np.flatnonzero(values >= least)
    else:
        places = np.arange(len(values))
    places = places[np.isfinite(values[places])]
    return places[np.lexsort((places, values[places]))][::-1][:count]


def _whole_words(window: Window, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Of each span of tokens the characters, from where its first word begins to where its last one ends."""
    edges = np.flatnonzero(window.words[1:] != window.words[:-1]) + 1  # tokens that open a word
    first = np.concatenate([[0], edges])[np.searchsorted(edges, starts, side="right")]
    last = np.concatenate([edges, [len(window.words)]])[np.searchsorted(edges, ends, side="right")] - 1
    return zip(window.offsets[first, 0].tolist(), window.offsets[last, 1].tolist(), strict=True)
