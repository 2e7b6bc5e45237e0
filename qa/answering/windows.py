"""Passages as a reader sees them: windows of tokens, each opening with the question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MAX_QUESTION_TOKENS = 64
MAX_TITLE_TOKENS = 24
WINDOW_TOKENS = 256  # question and passage together; longer passages are read in windows
STRIDE_TOKENS = 96  # what neighbouring windows share, so that no answer is cut
KEPT_PASSAGES = 2048  # tokenized passages that are kept for the next question: about 10 MB
_PHRASE_ENDS = frozenset('.,;:!?)]"”’')


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of one passage as the model sees it. Arrays run over its tokens.

    `words` numbers the word of each context token, -1 for tokens that are not of the context. `closes` tells of each
    context token whether punctuation or the end of the text comes right after it.
    """

    text: int  # which of the texts
    token_ids: NDArray[np.int64]
    type_ids: NDArray[np.int64]
    offsets: NDArray[np.int64]  # (tokens, 2) characters of the text; (0, 0) outside of the context
    words: NDArray[np.int64]
    closes: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Passage:
    """The tokens of a text, without a question; the arrays as in `Window`."""

    token_ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    words: NDArray[np.int64]
    closes: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Frame:
    """The tokens before and after the context, which are the same in every window of a question and a title."""

    head: NDArray[np.int64]  # (2, tokens): ids and types
    tail: NDArray[np.int64]
    context_type: int


class WindowEncoder:
    """Makes windows of texts. It keeps the tokens of passages it has seen. For one thread at a time."""

    def __init__(self, tokenizer: Tokenizer, separator: str) -> None:
        """`separator` is the token that stands between question and title; truncation and padding are turned off."""
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._separator = separator
        self._passage = lru_cache(KEPT_PASSAGES)(self._tokenized)

    @classmethod
    def of(cls, tokenizer: Any) -> Self:
        """Of a tokenizer of transformers, one that is made of a tokenizer.json."""
        return cls(tokenizer.backend_tokenizer, tokenizer.sep_token)

    def encode(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[Window]:
        """Every text as windows of at most `WINDOW_TOKENS` tokens, each opening with the question; no tail is cut.

        Where a text has a title, the title follows the question in every window of the text, after a separator.
        An empty text has no window.
        """
        asked = self._cut(question.strip(), MAX_QUESTION_TOKENS)
        frames = {title: self._frame(asked, title.strip()) for title in dict.fromkeys(titles)}
        passages = map(self._passage, texts)
        return [
            window
            for number, (passage, title) in enumerate(zip(passages, titles, strict=True))
            for window in _windows(number, passage, frames[title])
        ]

    def _frame(self, asked: str, title: str) -> _Frame:
        opening = f"{asked} {self._separator} {self._cut(title, MAX_TITLE_TOKENS)}" if title else asked
        pair = self._tokenizer.encode(opening, ".")
        tokens = np.array([pair.ids, pair.type_ids], dtype=np.int64)
        context = np.flatnonzero([number == 1 for number in pair.sequence_ids])
        first, last = context[0], context[-1] + 1
        return _Frame(tokens[:, :first], tokens[:, last:], int(tokens[1, first]))

    def _tokenized(self, text: str) -> _Passage:
        encoded = self._tokenizer.encode(text, add_special_tokens=False)
        return _Passage(
            token_ids=np.array(encoded.ids, dtype=np.int64),
            offsets=np.array(encoded.offsets, dtype=np.int64).reshape(-1, 2),
            words=np.array([-1 if word is None else word for word in encoded.word_ids], dtype=np.int64),
            closes=np.array([_closes(text, end) for _, end in encoded.offsets], dtype=bool),
        )

    def _cut(self, text: str, tokens: int) -> str:
        ids = self._tokenizer.encode(text, add_special_tokens=False).ids
        return text if len(ids) <= tokens else str(self._tokenizer.decode(ids[:tokens], skip_special_tokens=False))


def _closes(text: str, end: int) -> bool:
    return end >= len(text) or text[end] in _PHRASE_ENDS


def _windows(text: int, passage: _Passage, frame: _Frame) -> Iterator[Window]:
    before, after = frame.head.shape[1], frame.tail.shape[1]
    for first, last in _stretches(len(passage.token_ids), WINDOW_TOKENS - before - after):
        length = before + last - first + after
        context = slice(before, length - after)
        window = Window(
            text=text,
            token_ids=np.concatenate([frame.head[0], passage.token_ids[first:last], frame.tail[0]]),
            type_ids=np.concatenate([frame.head[1], np.full(last - first, frame.context_type), frame.tail[1]]),
            offsets=np.zeros((length, 2), dtype=np.int64),
            words=np.full(length, -1),
            closes=np.zeros(length, dtype=bool),
        )
        window.offsets[context] = passage.offsets[first:last]
        window.words[context] = passage.words[first:last]
        window.closes[context] = passage.closes[first:last]
        yield window


def _stretches(tokens: int, room: int) -> Iterator[tuple[int, int]]:
    """Where windows with so much room begin and end; each shares `STRIDE_TOKENS` with the one before."""
    for first in range(0, tokens, room - STRIDE_TOKENS):
        yield first, min(first + room, tokens)
        if first + room >= tokens:
            break
