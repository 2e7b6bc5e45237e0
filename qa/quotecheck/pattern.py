"""A quote as it is looked for: words, and the gaps that an editor marks with an ellipsis or with brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from qa.quotecheck.words import Words

MOST_OMITTED = 400  # words that an ellipsis may stand for
MOST_BRACKETED = 8  # words that brackets may stand for
_ELLIPSIS = r"(?:\.\s?){3,4}|…"
_GAP = re.compile(rf"[\[(]\s{{0,4}}(?:{_ELLIPSIS})\s{{0,4}}[\])]|{_ELLIPSIS}|\w{{0,40}}\[[^\]\n]{{0,200}}\]\w*")
_LETTER = re.compile(r"\[(\w)\](?=\w)")  # "[T]he" for "the"
_SIC = re.compile(r"\s?\[sic[.!]?\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class QuotePattern:
    """The words of each part of a quote, and how the gap behind each part but the last is written."""

    parts: tuple[Words, ...]
    gaps: tuple[str, ...]

    @classmethod
    def of(cls, quote: str) -> QuotePattern:
        """A quote without its outer gaps; no part for one without a word."""
        text = _LETTER.sub(r"\1", _SIC.sub("", unicodedata.normalize("NFC", quote)))
        parts: list[Words] = []
        gaps: list[str] = []
        pending = ""
        for piece, gap in _pieces(text):
            words = Words.of(piece)
            if len(words):
                gaps += [pending] if parts else []
                parts.append(words)
                pending = ""
            pending = f"{pending} {gap}".strip()
        return cls(tuple(parts), tuple(gaps))

    @property
    def forms(self) -> list[str]:
        """The forms of all its words."""
        return [form for part in self.parts for form in part.forms]

    def find(self, words: Words) -> tuple[int, ...] | None:
        """The word at which each part begins, where all of them follow in order; None where they do not."""
        begin = words.find(self.parts[0].forms)
        while begin is not None:
            if (found := self._follow(words, begin)) is not None:
                return found
            begin = words.find(self.parts[0].forms, begin + 1)
        return None

    def _follow(self, words: Words, begin: int) -> tuple[int, ...] | None:
        found = [begin]
        for (before, part), gap in zip(pairwise(self.parts), self.gaps, strict=True):
            at = found[-1] + len(before)
            following = words.find(part.forms, at, at + (MOST_BRACKETED if is_bracketed(gap) else MOST_OMITTED))
            if following is None:
                return None
            found.append(following)
        return tuple(found)


def is_bracketed(gap: str) -> bool:
    """Whether a gap is written as words in brackets, and not as an ellipsis."""
    return re.search(_ELLIPSIS, gap) is None


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """Each stretch of words with the gap behind it; the last has none."""
    at = 0
    for match in _GAP.finditer(text):
        yield text[at : match.start()], match[0].strip()
        at = match.end()
    yield text[at:], ""
