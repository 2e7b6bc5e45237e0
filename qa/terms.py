"""The words of a question that matter, and whether they stand in a text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_STOP = frozenset(
    "a about an and any are as at be been being by can could did do does for from had has have he her him his how i "
    "if in into is it its many me much my named of on or our she should so some such than that the their them there "
    "these they this those to us was we were what when where which who whom whose why will with would you your "
    "happen happened name say said says tell called".split()
)


def words(text: str) -> list[str]:
    """The words and numbers of a text as written; 1.13bn and O'Rourke are one."""
    return _WORD.findall(text)


def terms(text: str) -> frozenset[str]:
    """The stems of all words of a text."""
    return frozenset(map(stem, words(text)))


@dataclass(frozen=True, slots=True)
class Question:
    """The words of a question that must show in a passage: all content words, and the names and numbers alone."""

    terms: frozenset[str]
    names: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Question:
        content = [word for word in words(text) if word.lower() not in _STOP]
        names = [word for word in content if word[0].isupper() or word[0].isdigit()]
        return cls(frozenset(map(stem, content)), frozenset(map(stem, names)))


def stem(word: str) -> str:
    """A word without case, accents and the commonest English endings; only for asking whether two words agree."""
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(char for char in plain if not unicodedata.combining(char)).removesuffix("'s").removesuffix("’s")
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e"):
        if plain.endswith(ending) and len(plain) - len(ending) >= 3:
            return plain.removesuffix(ending)
    return plain
