"""What a sentence is about, for "X left the hall, saying": its first noun phrase, as a range of its tokens."""

from __future__ import annotations

from collections.abc import Sequence

from qa.news.cues import CUES
from qa.news.noun_phrases import (
    ADVERBS,
    CONJUNCTIONS,
    DETERMINERS,
    POSSESSIVE,
    PREPOSITIONS,
    PRONOUNS,
    SIGNS,
    TIMES,
    Range,
    can_speak,
    joins_names,
)
from qa.news.tokens import Token

_NAME_PARTS = frozenset("the de da di al el van von der bin".split())
_FINITE = frozenset("is are was were have has had do does did will would can could may might must".split())
_VERBS = frozenset(
    "took went came gave made got left stood sat spoke met won lost saw ran held told put kept hit cut sent fell rose "
    "seems appears wants needs goes comes makes takes gets gives keeps runs".split()
)


def first_subject(sentence: Sequence[Token], end: int) -> Range | None:
    """The first pronoun or noun phrase before token `end` that the sentence can be about, as in "X left, saying"."""
    at = _behind_dateline(sentence, end)
    while at < end and sentence[at].lower in ADVERBS | {"and", "but", "so", "yet", "still", "however", ","}:
        at += 1
    while at < end and _opens(sentence, at, end):
        at = _comma(sentence, at, end) + 1
    if at >= end or sentence[at].quoted is not None:
        return None
    if sentence[at].lower in PRONOUNS:
        return (at, at + 1)
    stop = at
    while stop < end and not _ends_subject(sentence, stop):
        stop += 1
    return (at, stop) if at < stop < at + 12 and can_speak(sentence, (at, stop)) else None


def _behind_dateline(sentence: Sequence[Token], end: int) -> int:
    """Where the sentence begins behind "WASHINGTON, June 24 (UPI) —"."""
    if not sentence or not sentence[0].text.isupper() or len(sentence[0].text) < 4:
        return 0
    return next((at + 1 for at in range(min(end, 12)) if sentence[at].text in ("—", "–", "--", "-")), 0)


def _comma(sentence: Sequence[Token], start: int, end: int) -> int:
    return next((at for at in range(start, end) if sentence[at].text == ","), end)


def _opens(sentence: Sequence[Token], at: int, end: int) -> bool:
    """Whether what follows up to a comma comes before the subject: "On Monday", "Two years ago"."""
    first = sentence[at].lower
    if first in PREPOSITIONS or first in CONJUNCTIONS or first.endswith("ing"):
        return True
    comma = _comma(sentence, at, end)
    if comma >= end or comma - at > 5:
        return False
    return first in ("last", "this", "next", "early", "inside") or any(
        token.lower in TIMES for token in sentence[at:comma]
    )


def _ends_subject(sentence: Sequence[Token], at: int) -> bool:
    token, word = sentence[at], sentence[at].lower
    if word == "and":
        return not joins_names(sentence, at)
    if word in SIGNS or word in CONJUNCTIONS or word in _FINITE or (word in CUES and not token.is_capital):
        return True
    if token.is_capital or at == 0:
        return False
    if word.endswith("ed") or (word.endswith("ly") and len(word) > 4) or word in ADVERBS or word in _VERBS:
        return True
    if not sentence[at - 1].is_capital or sentence[at - 1].lower in DETERMINERS:
        return False
    if word in PREPOSITIONS or word in POSSESSIVE or word in _NAME_PARTS:
        return False
    return at + 1 >= len(sentence) or not sentence[at + 1].is_capital
