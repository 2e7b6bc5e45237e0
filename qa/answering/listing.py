"""A list that is asked for: the whole coordination that a span stands in, and its items. Pure."""

from __future__ import annotations

import re

from qa.datatypes import Offsets

_NUMBER_WORD = (
    r"(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|dozens?|\d+)"
)
_PLURAL = (
    r"(?:people|men|women|children|(?!(?:is|was|has|does|this|his|its|us|news|as|always|politics)\b)[a-z-]*[a-rt-z]s)"
)
_NOT_A_NOUN = (
    r"(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|made|caused|happened|led|brought|"
    r"said|gave|took|drove|kept|[a-z]+ed|who|that|of|in|on|at|to|for|from|by|with)\b"
)
_LIST = re.compile(
    rf"\W*(?:(?:please )?(?:name|list|give me|tell me) (?:all |the |me )*|"
    rf"(?:what|which) (?:are|were) (?:all )?(?:the|their|its|his|her) |(?:what|which) (?:other |kinds? of )?)"
    rf"(?:{_NUMBER_WORD} )?(?-i:(?:(?!{_NOT_A_NOUN})[a-z-]+ ){{0,2}}?(?!{_NOT_A_NOUN}){_PLURAL}\b)",
    re.IGNORECASE,
)
# Things that a number names: "Which years", "Which routes".
_NUMBERED = re.compile(
    r"\b(?:years|dates|days|numbers|figures|amounts|sums|prices|times|routes|roads|flights|floors|scores|results|ages|"
    r"shares|rates|percentages|models|sizes|terms|lanes|channels)\b",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"\W*(?:(?:only|some|about|around|more than|at least|all) )*{_NUMBER_WORD}\W*", re.IGNORECASE)
_SEPARATOR = re.compile(r",\s{1,5}(?:and\s{1,5}|or\s{1,5})?|\s{1,5}(?:and|or)\s{1,5}")
_WORD = r"[^\W\d_a-z][\w’'-]{0,40}"
_NAME = rf"(?:[Tt]he\s)?{_WORD}(?:\s(?:of\s(?:the\s)?|and\s(?=\w{{1,20}}\sIslands))?{_WORD}){{0,6}}"
_NEXT = re.compile(rf"(?:,\s{{1,5}}(?:and\s|or\s)?|\s(?:and|or)\s)(?:{_NAME})")
_BEFORE = re.compile(rf"(?<![\w’'-]){_NAME}(?:,\s{{1,5}}(?:and\s|or\s)?|\s(?:and|or)\s)$")
LONGEST_ITEM = 120  # characters of one thing that is listed, with what parts it from the next


def wants_list(question: str) -> bool:
    """Whether a question asks for several things by their names: "Which countries signed?", "Name the towns"."""
    return _LIST.match(question) is not None


def is_mere_count(question: str, quote: str) -> bool:
    """Whether a quote only counts what a question wants to hear named; years and routes are named by numbers."""
    return _COUNT.fullmatch(quote) is not None and not _NUMBERED.search(question)


def coordination(text: str, start: int, end: int, sentence: Offsets) -> Offsets:
    """The whole enumeration of names that `text[start:end]` is a part of, within its sentence; else the same place."""
    if not re.match(_NAME, text[start:end]):
        return start, end
    left, right = start, end
    while found := _NEXT.match(text, right, sentence[1]):
        right = found.end()
    while found := _BEFORE.search(text, max(sentence[0], left - LONGEST_ITEM), left):
        left = found.start()
    return (left, right) if re.search(r"\b(?:and|or)\b", text[left:right]) else (start, end)


def items(text: str, start: int, end: int) -> tuple[Offsets, ...]:
    """The places of what an enumeration lists, without the commas and the "and"; none where there is but one."""
    places, last = [], start
    for found in _SEPARATOR.finditer(text, start, end):
        places.append((last, found.start()))
        last = found.end()
    places.append((last, end))
    return tuple(places) if len(places) > 1 and all(left < right for left, right in places) else ()
