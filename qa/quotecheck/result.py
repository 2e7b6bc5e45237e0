"""What a check of quotes finds, and its JSON form, `article-qa/quote-check/1`, under the promise of `qa.serialization`:

check  counts (verbatim, altered, absent), quotes
quote  start, end (in the checked text), quote, verdict, differences, gaps (written, article), pieces (kind, written,
article), places (article_id, title, source, url, published, start, end, quote, context, context_start)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Literal

from qa.datatypes import Citation
from qa.serialization.answers import place_to_dict
from qa.serialization.fields import JsonObject

QUOTE_CHECK_FORMAT = "article-qa/quote-check/1"


class Verdict(StrEnum):
    """What is said of a quote."""

    VERBATIM = "verbatim"  # an article has these words in this order
    ALTERED = "altered"  # an article has nearly these words
    ABSENT = "absent"  # no article has anything like it


class Difference(StrEnum):
    """What an editor may change in a quote without changing its words."""

    SPACING = "spacing"
    MARKS = "marks"
    CASE = "case"
    PUNCTUATION = "punctuation"
    OMISSION = "omission"
    BRACKETS = "brackets"


@dataclass(frozen=True, slots=True)
class Gap:
    """An ellipsis or words in brackets as `written` in a quote, and the words of the `article` that stand there."""

    written: str
    article: str


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a quote beside those of the article: "added" are only in the quote, "missing" only there."""

    kind: Literal["same", "changed", "added", "missing"]
    written: str
    article: str


@dataclass(frozen=True, slots=True)
class CheckedQuote:
    """A quote, `text[start:end]` of the checked text without its marks, and where it stands.

    `places`: each article that has it, first where it is most exact, then newest; the nearest place of an altered one;
    none of an absent one. `pieces` are what an altered one has otherwise, word by word.
    """

    start: int
    end: int
    quote: str
    verdict: Verdict
    places: tuple[Citation, ...] = ()
    differences: tuple[Difference, ...] = ()
    gaps: tuple[Gap, ...] = ()
    pieces: tuple[Piece, ...] = ()


_ALLOWED = {
    Difference.SPACING: "spaces",
    Difference.MARKS: "the form of quotation marks and dashes",
    Difference.CASE: "capital letters",
    Difference.PUNCTUATION: "punctuation",
    Difference.OMISSION: "words left out, as marked",
    Difference.BRACKETS: "words in brackets",
}
_SAID = {
    Verdict.VERBATIM: "Word for word.",
    Verdict.ALTERED: "The nearest place has other words.",
    Verdict.ABSENT: "In none of these articles.",
}


def verdict_in_words(checked: CheckedQuote) -> str:
    """What is said of a quote, as "Word for word, but for capital letters"."""
    if not checked.differences:
        return _SAID[checked.verdict]
    *first, last = (_ALLOWED[each] for each in checked.differences)
    return f"Word for word, but for {', '.join(first)}{' and ' if first else ''}{last}."


def counts_in_words(checked: Sequence[CheckedQuote]) -> str:
    """As "3 quotes: 1 verbatim, 2 in no article"."""
    if not checked:
        return "There is nothing in quotation marks."
    names = {Verdict.VERBATIM: "verbatim", Verdict.ALTERED: "altered", Verdict.ABSENT: "in no article"}
    counts = {name: sum(each.verdict is verdict for each in checked) for verdict, name in names.items()}
    return f"{len(checked):,} quote{'s' * (len(checked) > 1)}: " + ", ".join(
        f"{count:,} {name}" for name, count in counts.items() if count
    )


def quote_check_to_dict(checked: Sequence[CheckedQuote]) -> JsonObject:
    """`check`: all quotes of a text, in its order."""
    counts = {verdict.value: sum(each.verdict is verdict for each in checked) for verdict in Verdict}
    return {"format": QUOTE_CHECK_FORMAT, "counts": counts, "quotes": [_quote_to_dict(each) for each in checked]}


def _quote_to_dict(checked: CheckedQuote) -> JsonObject:
    return {
        "start": checked.start,
        "end": checked.end,
        "quote": checked.quote,
        "verdict": checked.verdict.value,
        "differences": [each.value for each in checked.differences],
        "gaps": [asdict(each) for each in checked.gaps],
        "pieces": [asdict(each) for each in checked.pieces],
        "places": [place_to_dict(each) for each in checked.places],
    }
