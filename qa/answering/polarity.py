"""Whether the clause of an answer says the contrary of what is asked, as "took on" for "laid off". Pure.

A list of contrary words, not a model: it is short and knows only what is said often in news. It may miss; where it
speaks, both words stand there to be compared.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from qa.text.question_terms import stem

# Two sides, each of words that say about the same; a phrase is one word with "_".
_SIDES = (
    ("hire employ recruit appoint take_on", "fire dismiss sack lay_off"),
    ("win", "lose"),
    ("buy acquire purchase", "sell"),
    ("rise increase grow climb", "fall drop decrease decline shrink"),
    ("raise increase", "cut lower reduce"),
    ("open reopen", "close shut"),
    ("begin start", "end finish"),
    ("support back", "oppose"),
    ("accept approve", "reject refuse"),
    ("allow permit legalise", "ban prohibit forbid outlaw"),
    ("arrest jail detain", "release free"),
    ("join", "leave quit"),
    ("convict", "acquit"),
    ("guilty", "innocent"),
    ("confirm admit", "deny"),
    ("build", "demolish"),
    ("senior", "junior"),
    ("north northern", "south southern"),
    ("east eastern", "west western"),
    ("old", "young new"),
    ("large big high most", "small low least few"),
    ("male", "female"),
    ("import", "export"),
    ("succeed", "fail"),
    ("victory", "defeat"),
    ("vote_for", "vote_against"),
    ("maximum", "minimum"),
    ("spend", "save put_aside set_aside"),
)
_BASES = {
    "won": "win", "lost": "lose", "bought": "buy", "sold": "sell", "rose": "rise", "risen": "rise", "fell": "fall",
    "fallen": "fall", "grew": "grow", "grown": "grow", "shrank": "shrink", "began": "begin", "begun": "begin",
    "left": "leave", "built": "build", "took": "take", "taken": "take", "laid": "lay", "forbade": "forbid",
    "forbidden": "forbid", "spent": "spend", "shut": "shut", "older": "old", "oldest": "old",
    "younger": "young", "youngest": "young",
    "newest": "new", "larger": "large", "largest": "large", "bigger": "big", "biggest": "big", "highest": "high",
    "smallest": "small", "lowest": "low", "fewest": "few", "men": "male", "women": "female",
}  # fmt: skip
_PARTICLES = frozenset("on off for against aside".split())
_WORD = re.compile(r"[^\W\d_]+")
_AT_LEAST = re.compile(r"\bat (?:least|most)\b", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,;:—–]\s|\b(?:and|but|while|whereas|although|after|before)\b", re.IGNORECASE)


def contrary(question: str, text: str, start: int, end: int) -> str:
    """The word of a question whose contrary stands in the clause of `text[start:end]` instead; "" if there is none.

    `text` is the sentence of the answer. Where the clause has the word itself, or the question both, nothing is.
    """
    asked = _asked(question)
    if not asked:
        return ""
    told = _words(_AT_LEAST.sub("", _clause(text, start, end))).keys()
    return next((said for said, one, other in asked if other & told and not one & told), "")


@lru_cache(maxsize=64)
def _asked(question: str) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """The words of a question that have a contrary which it does not name too, each with its side and the other."""
    words = _words(_AT_LEAST.sub("", question))
    return tuple(
        (next(words[key] for key in words if key in one), one, other)
        for one, other in _contraries()
        if one & words.keys() and not other & words.keys()
    )


def _clause(text: str, start: int, end: int) -> str:
    """What stands around an answer up to the next comma or joining word on each side."""
    left = max((match.end() for match in _CLAUSE_ENDS.finditer(text, 0, start)), default=0)
    right = _CLAUSE_ENDS.search(text, end)
    return text[left : right.start() if right else len(text)]


def _words(text: str) -> dict[str, str]:
    """The words of a text as typed, by their bases, and each verb with its particle too: "lay_off"."""
    found: dict[str, str] = {}
    last = ""
    for match in _WORD.finditer(text):
        low = match[0].casefold()
        key = stem(_BASES.get(low, low))
        found.setdefault(key, match[0])
        if low in _PARTICLES and last:
            found.setdefault(f"{last}_{low}", f"{found[last]} {match[0]}")
        last = key
    return found


@cache
def _contraries() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """Each side with its contrary, both ways; a phrase by the base of its verb."""
    sides = [(_keys(one), _keys(other)) for one, other in _SIDES]
    return (*sides, *((other, one) for one, other in sides))


def _keys(words: str) -> frozenset[str]:
    return frozenset("_".join([stem(word.split("_")[0]), *word.split("_")[1:]]) for word in words.split())
