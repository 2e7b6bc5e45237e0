"""A slip of the pen in a question, or another spelling of a name, read as the word that the articles have for it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from functools import cache

from qa.text.question_terms import stem
from qa.text.slips import is_slip
from qa.text.tokenization import terms
from qa.weights import WEIGHTS

VOCABULARY = WEIGHTS / "reader" / "tokenizer.json"
_QUOTED = re.compile(r"[\"“”„«»].*?[\"“”«»]")
_WORD = re.compile(r"[^\W\d_]{4,}")

WordsLike = Callable[[str], Iterable[str]]  # words of the articles that begin like one which they lack, commonest first


@cache
def common_words() -> frozenset[str]:
    """The English words that the packaged reader knows as a whole, in lower case: none of them is a slip."""
    vocabulary: dict[str, int] = json.loads(VOCABULARY.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha())


def respelled(question: str, words_like: WordsLike) -> str:
    """The question with each word that is neither English nor in the articles as the articles spell it.

    Only one letter may differ, and what stands in quotation marks stays. `words_like` is asked about a word that is
    not English; it gives nothing for one that the articles have.
    """
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    pieces, last = [], 0
    for match in _WORD.finditer(question):
        if any(start <= match.start() < end for start, end in quoted):
            continue
        pieces += [question[last : match.start()], _respelled(match[0], words_like)]
        last = match.end()
    return "".join([*pieces, question[last:]])


def _respelled(word: str, words_like: WordsLike) -> str:
    key = "".join(terms(word)[-1:])
    if not word.isascii() or key in common_words():
        return word
    return next(filter(None, (_as_spelled(key, other) for other in words_like(word))), word)


def _as_spelled(key: str, other: str) -> str | None:
    """A word of the articles, if it is one slip away; with the ending of `key` where only the stems are that near."""
    low = "".join(terms(other)[-1:])
    if is_slip(key, low):
        return other
    root = stem(key)
    return other + key.removeprefix(root) if stem(low) == low and is_slip(root, low) else None
