"""Sentences and words with their place in the text; nothing is stripped, copied or searched for again."""

from __future__ import annotations

import re

# Scripts written without spaces: each character counts as a word, as it does for the models' tokenizers.
_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"
_WORD = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]{{1,40}}")
_LINE = re.compile(r"[^\n]+")


def words(text: str, start: int = 0, end: int | None = None) -> list[tuple[int, int]]:
    """The spans of the words of `text[start:end]`: runs of non-space, at most 40 characters each."""
    return [match.span() for match in _WORD.finditer(text, start, len(text) if end is None else end)]


def sentences(text: str, language: str | None = None) -> list[tuple[int, int]]:
    """The spans of the sentences, without the space around them; together they hold all non-space text.

    A line break always ends a sentence: headings and list items have no full stop.
    """
    from sentencex import get_sentence_boundaries

    found = []
    for boundary in get_sentence_boundaries(language or "en", text):
        lines = _LINE.finditer(text, boundary["start_index"], boundary["end_index"])
        found += [span for line in lines if (span := _trimmed(text, *line.span()))]
    return found


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """`start, end` without the space at both ends; None when nothing is left."""
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = left + len(piece.strip())
    return (left, right) if right > left else None
