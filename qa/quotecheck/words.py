"""The words of a text in the form in which a quote is compared, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

_UNSPACED = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f"  # written without spaces: each character is a word
_MARKED = "\u0300-\u036f\u0780-\u07bf\u0900-\u0dff"  # accents and vowel signs are parts of words
_LETTERS = rf"(?:(?![{_UNSPACED}])[^\W_]|[{_MARKED}])+"
_WORD = re.compile(rf"[{_UNSPACED}]|{_LETTERS}(?:(?:['’ʼ]|(?<=\d)[.,:](?=\d)){_LETTERS})*|[%$€£¥°§&+=]")
_APOSTROPHES = str.maketrans("’ʼ", "''")


@dataclass(frozen=True, slots=True)
class Words:
    """A text with its words: `forms[i]` is how `text[starts[i]:ends[i]]` is compared, in any case."""

    text: str
    starts: list[int]
    ends: list[int]
    forms: list[str]
    at: dict[str, list[int]] = field(repr=False)  # where each form stands

    @classmethod
    def of(cls, text: str) -> Words:
        """The words of a text. Signs that mean something, as %, are words; other punctuation is none."""
        spans = [match.span() for match in _WORD.finditer(text)]
        forms = [text[start:end].translate(_APOSTROPHES).casefold() for start, end in spans]
        at: dict[str, list[int]] = {}
        for number, form in enumerate(forms):
            at.setdefault(form, []).append(number)
        return cls(text, [start for start, _ in spans], [end for _, end in spans], forms, at)

    def __len__(self) -> int:
        return len(self.forms)

    def find(self, forms: Sequence[str], first: int = 0, last: int | None = None) -> int | None:
        """The first word from `first` to `last` at which these forms follow one another; None where they do not."""
        if not forms:
            return None
        begins = self.at.get(forms[0], [])
        for number in begins[bisect_left(begins, first) :]:
            if last is not None and number > last:
                return None
            if self.forms[number : number + len(forms)] == forms:
                return number
        return None

    def slice(self, first: int, end: int) -> str:
        """The text from word `first` to word `end`, which is not part of it; "" where that is none."""
        return self.text[self.starts[first] : self.ends[end - 1]] if first < end else ""
