"""Whether a text was written for people: data, code, logs and encoded files are refused, not quoted."""

from __future__ import annotations

import re

from qa.errors import LoadError
from qa.loaders.markdown import Line

SAMPLE_CHARS = 5_000
FEWEST_CHARS = 200  # of a text that is judged
FEWEST_ENCODED = 60  # of a line of an encoded file
ENCODED_CHARS = 30  # between two spaces, on average
LEAST_WORDS = 0.45  # of the letters, or what stands in their place, that are words; prose has more than 0.9
LEAST_LETTERS = 0.15  # of all characters; a table of results has more

_WORD = re.compile(r"[(\"'“‘„«¿¡\[*_>#@…—–-]*[^\W\d_]+(?:[-'’–—/&.][^\W\d_]+){0,5}['’-]?[)\]\"'”’».,;:!?…*_%—–-]*")
_DOTTED = re.compile(r"\b[a-z]\w{2,}\.[a-zA-Z]\w+")
_NUMBER = re.compile(r"[(£$€¥+~#-]*\d[\d.,:/%–+-]*[)\].,;:!?%]*|\W+")


def lines_of_prose(lines: list[Line], origin: str) -> list[Line]:
    """The lines without those that are an encoded file; raises LoadError where the rest is data, code or a log."""
    kept: list[Line] = []
    encoded = False
    for line in lines:
        encoded = _is_encoded(line.text) or (encoded and not line.gap and " " not in line.text)
        kept += [] if encoded else [line]
    if (lines and not kept) or is_machine_text("\n".join(line.text for line in kept)):
        raise LoadError(
            origin,
            "It holds data or code, not a text to read.",
            "Export it as an article, or give the file the ending of what it is.",
        )
    return kept


def _is_encoded(text: str) -> bool:
    """Whether a line has so few spaces that it can be no prose."""
    is_dense = len(text) >= FEWEST_ENCODED and len(text) > ENCODED_CHARS * len(text.split())
    return is_dense and _is_mostly_unread(text)


def is_machine_text(text: str) -> bool:
    """Whether most of a text is neither words nor numbers between them. Any word of a script but Latin counts."""
    return len(text) >= FEWEST_CHARS and _is_mostly_unread(text[:SAMPLE_CHARS])


def _is_mostly_unread(sample: str) -> bool:
    words = others = 0
    for token in sample.split():
        if _is_word(token):
            words += len(token)
        elif not _NUMBER.fullmatch(token):
            others += len(token)
    return words < LEAST_WORDS * (words + others) or words < LEAST_LETTERS * len(sample)


def _is_word(token: str) -> bool:
    if not token.isascii() and any(character > "\u024f" and character.isalpha() for character in token):
        return True
    return len(token) <= 60 and _WORD.fullmatch(token) is not None and not _DOTTED.search(token)
