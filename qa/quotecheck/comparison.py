"""A quote beside the words of an article: what an editor has changed, or where and how the words are others. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from qa.datatypes import Offsets
from qa.quotecheck.pattern import QuotePattern, is_bracketed
from qa.quotecheck.result import Difference, Gap, Piece
from qa.quotecheck.words import Words
from qa.text.tokenization import FUNCTION_WORDS

LEAST_ALIKE = 0.6  # share of words in common, of both sides, from which a quote counts as an altered one
LEAST_CONTENT = 0.3  # the same of the quote's words that are no function words
_AROUND = 6  # words looked at beyond both ends of the likeliest place, or a third of the quote's own number

_MARKS = str.maketrans(dict.fromkeys('“”„«»‘’ʼ"', "'") | dict.fromkeys("–—‐‑−", "-") | {"…": "..."})
_NORMALISED: Mapping[Difference, Callable[[str], str]] = {
    Difference.SPACING: lambda text: re.sub(r"\s+", " ", text),
    Difference.MARKS: lambda text: unicodedata.normalize("NFKC", text.translate(_MARKS)),
    Difference.CASE: str.casefold,
}
_Step = tuple[Literal["equal", "replace", "delete", "insert"], int, int, int, int]  # as difflib has them
_TAIL = re.compile(r"[^\w\s]*")


def differences(pattern: QuotePattern, words: Words, begins: tuple[int, ...]) -> tuple[Difference, ...]:
    """What the quote has otherwise than the article, where its parts begin at these words of it."""
    found = {each for part, begin in zip(pattern.parts, begins, strict=True) for each in _part(part, words, begin)}
    found |= {
        Difference.BRACKETS if is_bracketed(gap.written) else Difference.OMISSION
        for gap in gaps(pattern, words, begins)
    }
    return tuple(each for each in Difference if each in found)


def gaps(pattern: QuotePattern, words: Words, begins: tuple[int, ...]) -> tuple[Gap, ...]:
    """What stands in the article for each ellipsis and each pair of brackets; an ellipsis for nothing is left out."""
    ends = [begin + len(part) for begin, part in zip(begins, pattern.parts, strict=True)]
    found = (
        Gap(written, words.slice(end, begin))
        for written, end, begin in zip(pattern.gaps, ends[:-1], begins[1:], strict=True)
    )
    return tuple(gap for gap in found if gap.article or is_bracketed(gap.written))


def _part(part: Words, words: Words, begin: int) -> Iterator[Difference]:
    written, article = part.slice(0, len(part)), words.slice(begin, begin + len(part))
    if _normalised(written) == _normalised(article):
        yield from (each for each in _NORMALISED if _normalised(written, each) != _normalised(article, each))
    else:
        yield Difference.PUNCTUATION
        if _letters(written) != _letters(article):
            yield Difference.CASE
    asked = _TAIL.match(part.text, part.ends[-1])
    stated = _TAIL.match(words.text, words.ends[begin + len(part) - 1])
    if asked and stated and any(sign in asked[0] and sign not in stated[0] for sign in "?!"):
        yield Difference.PUNCTUATION


def _normalised(text: str, left_out: Difference | None = None) -> str:
    """A text without what an editor may change, but for one: where two texts differ only then, it is by that one."""
    for difference, normalised in _NORMALISED.items():
        if difference is not left_out:
            text = normalised(text)
    return text


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@dataclass(frozen=True, slots=True)
class Nearest:
    """The words of an article, `first` to `end`, that are most like a quote, and what differs. `score`: 0 to 1."""

    score: float
    first: int
    end: int
    pieces: tuple[Piece, ...]


def nearest(quote: Words, article: Words, within: Offsets) -> Nearest | None:
    """The place most like a quote near a passage; None where nothing is like enough to be called the same quote."""
    reach = len(quote)
    low = max(0, bisect_left(article.starts, within[0]) - reach)
    high = min(len(article), bisect_left(article.starts, within[1]) + reach)
    begin = _likeliest(quote, article, low, high)
    around = max(_AROUND, reach // 3)
    low, high = max(low, begin - around), min(high, begin + reach + around)
    steps = SequenceMatcher(None, quote.forms, article.forms[low:high], autojunk=False).get_opcodes()
    steps = _within_quote(steps)
    if not steps:
        return None
    first, end = low + steps[0][3], low + steps[-1][4]
    same = [form for tag, i, j, _, _ in steps if tag == "equal" for form in quote.forms[i:j]]
    score = 2 * len(same) / (len(quote) + end - first)
    if score < LEAST_ALIKE or not _shares_content(quote.forms, same):
        return None
    pieces = tuple(_piece(tag, quote.slice(i, j), article.slice(low + k, low + m)) for tag, i, j, k, m in steps)
    return Nearest(score, first, end, pieces)


def _likeliest(quote: Words, article: Words, low: int, high: int) -> int:
    """Where a window as long as the quote has most of its words, counted."""
    wanted, have = Counter(quote.forms), Counter[str]()
    best, best_count, count = low, -1, 0
    for at in range(low, high):
        form = article.forms[at]
        have[form] += 1
        count += have[form] <= wanted[form]
        if at - low >= len(quote):
            gone = article.forms[at - len(quote)]
            count -= have[gone] <= wanted[gone]
            have[gone] -= 1
        if count > best_count:
            best, best_count = max(low, at - len(quote) + 1), count
    return best


def _within_quote(steps: list[_Step]) -> list[_Step]:
    """The steps without words of the article before and behind the quote: they are no difference."""
    first = 1 if steps and steps[0][0] == "insert" else 0
    last = len(steps) - (1 if len(steps) > first and steps[-1][0] == "insert" else 0)
    inner = steps[first:last]
    if inner and inner[0][0] == "replace":
        tag, i, j, k, m = inner[0]
        inner[0] = tag, i, j, max(k, m - (j - i)), m
    if inner and inner[-1][0] == "replace":
        tag, i, j, k, m = inner[-1]
        inner[-1] = tag, i, j, k, min(m, k + j - i)
    return inner


def _shares_content(forms: list[str], same: list[str]) -> bool:
    content = [form for form in forms if form not in FUNCTION_WORDS]
    return len(same) > 1 and sum(form not in FUNCTION_WORDS for form in same) >= max(1, LEAST_CONTENT * len(content))


def _piece(tag: str, written: str, article: str) -> Piece:
    match tag:
        case "equal":
            return Piece("same", written, article)
        case "delete":
            return Piece("added", written, "")
        case "insert":
            return Piece("missing", "", article)
    return Piece("changed", written, article)
