"""A span made fit to be quoted: both of its quotation marks or none, never torn from the "not" before it. Pure."""

from __future__ import annotations

import re

_PAIRS = {"“": "”", "‘": "’", "«": "»", "„": "“", "(": ")", "[": "]", '"': '"'}
_OPENS = {closing: opening for opening, closing in _PAIRS.items()}
_NEGATED = re.compile(
    r"(?:\b(?:is|are|was|were|am|be|been|do|does|did|has|have|had|will|would|can|could|should|may|might|must|shall)\s+)?"
    r"(?:\bnot|\bnever|\bno longer|\bcannot|\b\w+n['’]t)\s+$",
    re.IGNORECASE,
)
_NOTHING_BUT = re.compile(r"\W*(?:not|no|never|n['’]t|yes)\W*", re.IGNORECASE)
_YES_OR_NO = re.compile(
    r"\W*(?:is|are|was|were|am|do|does|did|has|have|had|will|would|can|could|should)(?:n['’]t)?\s+(?!you\b)",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b", re.IGNORECASE)


def is_yes_or_no(question: str) -> bool:
    """Whether a question wants a yes or a no, as it begins with its verb and offers no choice."""
    return _YES_OR_NO.match(question) is not None and not _OR.search(question)


def quotable(text: str, start: int, end: int, sentence: tuple[int, int], *, whole: bool = False) -> tuple[int, int]:
    """`text[start:end]` so that it can stand alone; `sentence` are the offsets of the whole sentences around it.

    `whole`, and a mere "not", give all of the sentences. Else a negation right before the words is taken in, and a
    quotation mark or bracket that has no partner among the words gets it if it is the next character, or goes.
    """
    if whole or _NOTHING_BUT.fullmatch(text, start, end):
        return sentence
    negated = _NEGATED.search(text, sentence[0], start)
    return _paired(text, negated.start() if negated else start, end)


def _paired(text: str, start: int, end: int) -> tuple[int, int]:
    """Marks at the ends of the words, in pairs."""
    if end - start < 2 or end > len(text):  # the latter is refused by verification
        return start, end
    first, last = text[start], text[end - 1]
    if first in _PAIRS and _PAIRS[first] not in text[start + 1 : end]:
        if text[end : end + 1] == _PAIRS[first]:
            return start, end + 1
        return start + 1, end
    if last in _OPENS and _is_unopened(text, start, end, last):
        if start and text[start - 1] == _OPENS[last]:
            return start - 1, end
        return start, end - 1
    return start, end


def _is_unopened(text: str, start: int, end: int, mark: str) -> bool:
    """Whether a closing mark at the end has no opening one; an apostrophe closes nothing ("the miners’")."""
    inside = text[start : end - 1]
    return _OPENS[mark] not in inside and mark != "’"
