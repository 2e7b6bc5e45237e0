"""Whether the words around a time speak of what has been or of what is to come, by the nearest sign of tense."""

from __future__ import annotations

import re
from typing import Literal

Tense = Literal["past", "future"]

_REACH = 240  # characters on either side: longer sentences than this say nothing about each other's ends
# a full stop after one letter, as in "a.m." and "John P. Smith", or after a title ends nothing
_END = re.compile(r"(?:(?<!\b\w)(?<!Mr|Ms|Dr|St)(?<!Mrs|Gen|Sen|Rep|Gov)\.|[!?])['\"”’]*\s+(?=[\"“‘'`]*[A-Z])|\n")
_TO_COME = (
    r"(?:will|shall|won't|would|may|could|should|must|can)(?! have)(?: (?:not|also|still|be|[a-z]+ly)){0,3}"
    r"(?: [a-z]+)?|(?:decid|agre|vow|promis|order|ask|urg|invit|want|expect|schedul|slat|suppos|plann|intend)ed to|"
    r"(?:is|are|was|were|be) (?:to|due|going)|(?:set|ready|due|likely|plans?|planning|intends?|hopes?|wants?) "
    r"(?:to|for)|"
    r"plann(?:ed|ing) (?:for|to)|expected|scheduled|slated|due|upcoming|ahead of|until|as (?:soon|early|late) as|"
    r"to be(?: [a-z]+ly)?(?: [a-z]+)?|expires?|begins|opens|starts|meets?|faces|hosts|takes place|kicks off|votes|airs|"
    r"effective|payable|through"
)
_FUTURE = re.compile(rf"\b(?:{_TO_COME})\b|['’]ll\b", re.IGNORECASE)
_PAST = re.compile(
    r"\b(?:was|were|had|has|have|did|said|told|met|won|lost|fell|rose|made|took|came|went|began|left|found|"
    r"held|gave|got|saw|sent|set|sold|bought|brought|became|broke|built|chose|cut|drew|drove|fled|flew|fought|grew|"
    r"hit|kept|knew|led|paid|put|ran|read|sat|shot|shut|spoke|spent|stood|struck|thought|threw|wrote|since|"
    r"(?!un|need|speed|feed|seed|indeed|red\b|bed\b|fed\b)[a-z]+ed)\b"
)


def tense(text: str, start: int, end: int) -> Tense | None:
    """The tense of the sign nearest to `text[start:end]` in its sentence; None without one."""
    left, right = sentence(text, start, end)
    before, after = text[left:start], text[end:right]
    found = [*_signs(before, from_the_right=True), *_signs(after, from_the_right=False)]
    return min(found)[1] if found else None


def sentence(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around `text[start:end]` lies, within reach."""
    left = max(0, start - _REACH)
    for match in _END.finditer(text, left, start):
        left = match.end()
    following = _END.search(text, end, end + _REACH)
    return left, following.start() if following else min(len(text), end + _REACH)


def _signs(part: str, *, from_the_right: bool) -> list[tuple[int, Tense]]:
    """Distance and tense of each sign; commas and quotation marks between count as many characters.

    After the expression they count more: ", an official said" ends many a sentence.
    """
    coming = [match.span() for match in _FUTURE.finditer(part)]
    been = [match.span() for match in _PAST.finditer(part)]
    been = [(start, end) for start, end in been if not any(low <= start < high for low, high in coming)]
    kinds: tuple[tuple[list[tuple[int, int]], Tense], ...] = ((coming, "future"), (been, "past"))
    found: list[tuple[int, Tense]] = []
    for spans, kind in kinds:
        for start, end in spans:
            between = part[end:] if from_the_right else part[:start]
            marks = sum(between.count(mark) for mark in ',;"“”')
            found.append((len(between) + (30 * marks if from_the_right else 10 + 80 * marks), kind))
    return found
