"""A paragraph as sentences of tokens, in which what stands in quotation marks is one token."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from qa.news.cues import BESIDE_QUOTES
from qa.news.quoted import Quoted

# Words with a full stop that ends no sentence.
_SHORT = (
    "Mr|Mrs|Ms|Dr|Gov|Sens?|Reps?|Gen|Lt|Col|Sgt|Capt|Jr|Sr|St|Prof|Rev|Hon|Pres|Cpl|Maj|Adm|Messrs|vs|Jan|Feb|Mar|"
    "Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Inc|Corp|Co|Ltd|Calif|Fla|Conn|Mass|Mich|Minn|Okla|Tenn|Tex|Va|Wash|Wis|Ariz|"
    r"Ark|Colo|Ill|Ind|Kan|Ky|Md|Mo|Neb|Nev|Pa|a\.m|p\.m|[A-Z]"
)
_DENIED = (
    "did|does|do|would|could|has|have|had|was|were|is|are|should|ca|wo"  # before "n't", which is a word of its own
)
_TOKEN = re.compile(
    rf"(?=[A-Zvap])(?:[A-Z]-)?(?:(?:[A-Z]\.){{2,}}|(?:{_SHORT})\.(?!\w))|"
    rf"['’](?:s|ve|d|ll|re|m)\b|n['’]t\b|[$£€]?\d[\d,.]*\d(?![\w-])|(?:{_DENIED})(?=n['’]t\b)|"
    r"[$£€]?\w+(?:[-&]\w+)*|--|\.\.\.|[^\w\s]"
)
_LONGEST = 300  # tokens of a sentence; longer ones are cut, so that the time is by the length of the text
_ENDS = frozenset(".!?")
_ENDING_INSIDE = (".", "!", "?", "…", "--", "—", "-")


class Token(NamedTuple):
    """A word, a sign, or all of a quotation; `lower` is the word in small letters, "“" for a quotation.

    A tuple, for there are hundreds in every article.
    """

    start: int
    end: int
    text: str
    lower: str
    quoted: Quoted | None = None

    @property
    def is_word(self) -> bool:
        """Whether it is a word or a number."""
        return self.quoted is None and (self.text[0].isalnum() or self.text[0] in "$£€")

    @property
    def is_capital(self) -> bool:
        """Whether it is a word with a capital."""
        return self.quoted is None and self.text[0].isupper()


def tokens(text: str, start: int, end: int, quotes: Sequence[Quoted]) -> list[Token]:
    """The tokens of `text[start:end]`, a paragraph with these quotations."""
    found: list[Token] = []
    for each in quotes:
        found += _plain(text, start, each.start)
        found.append(Token(each.start, each.end, text[each.start : each.end], "“", each))
        start = each.end
    found += _plain(text, start, end)
    return found


def _plain(text: str, start: int, end: int) -> Iterator[Token]:
    for match in _TOKEN.finditer(text, start, end):
        word = match.group()
        yield Token(match.start(), match.end(), word, word.lower())


def sentences(text: str, found: Sequence[Token]) -> list[list[Token]]:
    """The tokens by sentence. A quotation that is not followed by its speaker is one, or the end of one."""
    whole: list[list[Token]] = []
    current: list[Token] = []
    last = len(found) - 1
    for at, token in enumerate(found):
        current.append(token)
        may_end = token.quoted is not None or token.text[-1] in _ENDS
        if at == last or len(current) >= _LONGEST or (may_end and _ends(text, found, at)):
            whole.append(current)
            current = []
    return whole


def _ends(text: str, found: Sequence[Token], at: int) -> bool:
    token, following = found[at], found[at + 1]
    if token.quoted is None and len(token.text) > 1:  # "Naples, Fla."
        return following.quoted is not None
    if token.quoted is None:
        return following.quoted is not None or not following.text[0].islower()
    inside = text[token.quoted.inner_start : token.quoted.inner_end].rstrip()
    if not inside.endswith(_ENDING_INSIDE) or following.text[0].islower() or not _is_start(following):
        return False
    return not (_is_short_attribution if inside.endswith(".") else _is_attribution)(found, at + 1)


def _is_start(token: Token) -> bool:
    return token.quoted is not None or token.is_word


def _is_short_attribution(found: Sequence[Token], at: int) -> bool:
    """Whether these are "Trump said" and no more: careless texts have a full stop inside of the marks before it."""
    end = at
    while end < min(len(found), at + 4) and found[end].is_capital:
        end += 1
    if end == at or end >= len(found) or found[end].lower not in ("said", "says", "wrote", "added"):
        return False
    return end + 1 == len(found) or found[end + 1].text in (".", "to", "in", "on")


def _is_attribution(found: Sequence[Token], at: int) -> bool:
    """Whether these words, up to the next sign, can be "Mr. Obama said"."""
    for token in found[at : at + 9]:
        if token.lower in BESIDE_QUOTES:
            return True
        if token.text in _ENDS or token.quoted is not None:
            return False
    return False
