"""The words of a question that matter, and whether they stand in a text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from qa import tokenization

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e")


def words(text: str) -> list[str]:
    """The words and numbers of a text as written; 1.13bn and O'Rourke are one."""
    return _WORD.findall(text)


def stems(text: str) -> frozenset[str]:
    """The stems of all terms of a text."""
    return frozenset(map(stem, tokenization.terms(text)))


def stem(term: str) -> str:
    """A term without the commonest English endings; only for asking whether two words agree."""
    for ending in _ENDINGS:
        if term.endswith(ending) and len(term) - len(ending) >= 3:
            return term.removesuffix(ending)
    return term


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a question that must show in a passage, stemmed: all content words, and names and numbers alone."""

    content: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Question:
        content = tokenization.question_terms(text)
        named = {term for word in words(text) if not word[0].islower() for term in tokenization.terms(word)}
        return cls(frozenset(map(stem, content)), frozenset(stem(term) for term in content if term in named))
