"""The words of a question that matter, and whether they stand in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.text import tokenization

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_KINDS = (
    ("time", re.compile(r"\b(?:when|(?:what|which) (?:year|day|date|month|time|decade|century))\b", re.IGNORECASE)),
    (
        "number",
        re.compile(
            # of 295 such questions of other people's 95% had a number for an answer
            r"\bhow (?:many|much|old|long|far|tall|high|big|large|often|fast)\b|"
            r"\bwhat(?:['’]s| is| was| are| were) (?:the |its |their |his |her )?(?:[\w'’-]{1,30} ){0,3}?"
            r"(?:rate|price|cost|temperature|population|turnout|percentage|proportion|number|amount|salary|speed|distance|"
            r"height|length|width|depth|weight|age|total|budget|score|fine|toll)"
            r"(?=\W*$|\s(?:of|in|for|at|on|during|per|from|to|among|today|now|last|this)\b)",
            re.IGNORECASE,
        ),
    ),
    ("person", re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)),
    ("place", re.compile(r"\b(?:where|(?:what|which) (?:city|country|state|town|continent|county))\b", re.IGNORECASE)),
)
_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|yesterday|today|tomorrow|centur(?:y|ies)|decades?|years?|months?|"
    r"weeks?|days?|hours?|mornings?|nights?|tonight|midnight|noon|spring|summer|autumn|winter)\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?|"
    r"millions?|billions?|dozens?|half|third|quarter|once|twice|several|few|none|no)\b",
    re.IGNORECASE,
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e")


def words(text: str) -> list[str]:
    """The words and numbers of a text as written; 1.13bn and O'Rourke are one."""
    return _WORD.findall(text)


def stems(text: str) -> frozenset[str]:
    """The stems of all terms of a text."""
    return frozenset(map(stem, tokenization.terms(text)))


@lru_cache(maxsize=50_000)  # the words of a language come again and again
def stem(term: str) -> str:
    """A term without the commonest English endings; only for asking whether two words agree."""
    for ending in _ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return term.removesuffix(ending)
    return term


def content_stems(text: str) -> frozenset[str]:
    """The stems of the terms of a question, or of words in one, without function words unless it has no others."""
    return frozenset(map(stem, tokenization.question_terms(text)))


def matches_answer_type(kind: str, quote: str) -> float:
    """Whether a quote has the look of an answer of this kind: 1 yes, -1 no, 0 when the kind tells nothing."""
    if kind == "time":
        return 1.0 if _TIME.search(quote) else -1.0
    if kind == "number":
        return 1.0 if _NUMBER.search(quote) else -1.0
    if kind in ("person", "place"):
        return 1.0 if any(word[0].isupper() for word in words(quote)) else -1.0
    return 0.0


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a question that must show in a passage, stemmed: all content words, and names and numbers alone."""

    content: frozenset[str]
    names: frozenset[str]
    kind: str  # what is asked for: "time", "number", "person", "place" or "other"
    text: str = ""  # as it was asked

    @classmethod
    def of(cls, text: str) -> Question:
        """What a question asks for and about, from its words."""
        content = tokenization.question_terms(text)
        named = {term for word in words(text) if not word[0].islower() for term in tokenization.terms(word)}
        kind = next((kind for kind, pattern in _KINDS if pattern.search(text)), "other")
        return cls(
            frozenset(map(stem, content)), frozenset(stem(term) for term in content if term in named), kind, text
        )
