"""A text to the terms that are matched by BM25, the same for articles and questions.

Case, accents, possessives and thousands separators go; a compound gives its parts and itself in one, so that
"cease-fire" meets "ceasefire", "F16" meets "F-16", "U.S." meets "US" and "$1.13bn" meets "1.13 billion". Scripts
written without spaces give their characters and pairs of neighbours. Stemming is the index's work.
"""

from __future__ import annotations

import re
import unicodedata

MAX_TERM = 60  # characters; longer runs are no words
MAX_JOINED = 20

# Vowel signs of these scripts are no word characters to `re`: Thaana and the Indic blocks.
_SIGNS = "\u0780-\u07bf\u0900-\u0963\u0966-\u0dff"
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = rf"(?:[^\W_]|[{_SIGNS}])+"
_COMPOUND = re.compile(rf"{_WORD}(?:[-'.,&]{_WORD})*")
_ASCII_COMPOUND = re.compile(r"[a-z0-9]+(?:[-'.,&][a-z0-9]+)*")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_DECIMAL = r"(?<![\d.,])\d+[.,]\d+(?![.,]?\d)"  # one joint only: 12.05.2025 is three numbers
_PART = re.compile(rf"{_DECIMAL}|\d+|(?:[^\W\d_]|[{_SIGNS}])+")
_RUN = re.compile(rf"(?P<unspaced>[{_UNSPACED}]+)|[^{_UNSPACED}]+")

# Accents and vowel points that are left out in writing: combining diacritics, Hebrew points, Arabic harakat.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u200b-\u200d\u00ad\u0640]")
_APOSTROPHES = str.maketrans("’‘ʼ＇‐‑", "''''--")

_ABBREVIATION = re.compile(r"\b[A-Z]{2,5}\b")
FUNCTION_WORDS = frozenset(
    "a about am an and any are as at be been being but by can could did do does for from had has have he her him his "
    "how i if in into is it its many me much my of on or our she should so some such than that the their them then "
    "there these they this those to us was we were what whats when where which who whom whos whose why will with "
    "would you your".split()
)


def terms(text: str) -> list[str]:
    """The terms of `text` in order, unstemmed."""
    folded = _folded(text)
    compounds = (_ASCII_COMPOUND if folded.isascii() else _COMPOUND).findall(folded)
    found: list[str] = []
    for compound in compounds:
        if compound.isalpha() and compound.isascii():
            found.append(compound)
        else:
            found += _terms_of(compound)
    return [term for term in found if len(term) <= MAX_TERM]


def question_terms(question: str) -> list[str]:
    """The distinct terms of a question without its function words, unless it has no others.

    A function word in capitals is a name ("What did the WHO say?"), if the question is not all in capitals.
    """
    found = list(dict.fromkeys(terms(question)))
    names = set() if question.isupper() else {word.lower() for word in _ABBREVIATION.findall(question)}
    return [term for term in found if term not in FUNCTION_WORDS or term in names] or found


def _folded(text: str) -> str:
    """Lower case, one form for each character, no accents, no thousands separators."""
    folded = text.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(_APOSTROPHES))
        folded = unicodedata.normalize("NFC", _MARKS.sub("", decomposed).casefold())
    return _THOUSANDS.sub(lambda match: match[0].replace(",", ""), folded)


def _terms_of(compound: str) -> list[str]:
    """The terms of a run of word characters that may be of several scripts."""
    return [
        term
        for run in _RUN.finditer(compound)
        for term in (_neighbours(run[0]) if run["unspaced"] else _parts_and_whole(run[0]))
    ]


def _parts_and_whole(compound: str) -> list[str]:
    """The parts of a compound, and the whole without its joints; single letters only within the whole."""
    parts = [part.replace(",", ".") for part in _PART.findall(compound.removesuffix("'s"))]
    joined = "".join(parts)
    if len(parts) < 2 or len(joined) > MAX_JOINED:
        return parts
    return [part for part in parts if len(part) > 1 or part.isdigit()] + [joined]


def _neighbours(run: str) -> list[str]:
    """Its characters and its pairs of neighbours."""
    return [*run, *(run[i : i + 2] for i in range(len(run) - 1))]
