"""Every quote of a text held against all articles of a library."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Protocol

from qa.answering.citing import citation_of
from qa.datatypes import Article, Citation, Offsets, Passage
from qa.errors import FormatError
from qa.quotecheck.comparison import Nearest, differences, gaps, nearest
from qa.quotecheck.extraction import quotes_of
from qa.quotecheck.pattern import QuotePattern
from qa.quotecheck.result import CheckedQuote, Verdict
from qa.quotecheck.words import Words
from qa.text.segmentation import sentences

MOST_CHARACTERS = 500_000
MOST_PLACES = 20  # articles named for one quote
_PROBE = 12  # words that a passage surely holds together, the overlap of two being longer
_KEPT = 256  # articles whose words are kept in memory during a check


class QuoteSearch(Protocol):
    """Where articles are found that may hold a quote."""

    def holding(self, words: str) -> Sequence[Article]:
        """The articles that have all these words close together, in any form."""
        ...

    def near(self, words: str) -> Sequence[tuple[Article, Passage]]:
        """The passages with most of these words, best first."""
        ...


def check_quotes(text: str, search: QuoteSearch) -> list[CheckedQuote]:
    """What is true of each quote of a text, in order. Raises FormatError for a text that is too long."""
    if len(text) > MOST_CHARACTERS:
        raise FormatError(f"The text has {len(text):,} characters: check at most {MOST_CHARACTERS:,} at once.")
    checker = QuoteChecker(search)
    return [checker.check(text[start:end], (start, end)) for start, end in quotes_of(text)]


class QuoteChecker:
    """Checks one quote after the other; what it has read of an article serves the next quote as well."""

    def __init__(self, search: QuoteSearch) -> None:
        self._search = search
        self._words = lru_cache(_KEPT)(Words.of)

    def check(self, quote: str, place: Offsets) -> CheckedQuote:
        """A quote that stands at `place` in the text that is checked."""
        pattern = QuotePattern.of(quote)
        if not pattern.parts:
            return CheckedQuote(*place, quote, Verdict.ABSENT)
        near = self._search.near(" ".join(pattern.forms))
        found = list(self._verbatim(pattern, near))
        if found:
            return self._as_verbatim(CheckedQuote(*place, quote, Verdict.VERBATIM), pattern, found)
        best = self._nearest(pattern, near)
        if best is None:
            return CheckedQuote(*place, quote, Verdict.ABSENT)
        article, like = best
        cited = self._cite(article, like.first, like.end)
        return CheckedQuote(*place, quote, Verdict.ALTERED, (cited,), pieces=like.pieces)

    def _verbatim(
        self, pattern: QuotePattern, near: Sequence[tuple[Article, Passage]]
    ) -> Iterator[tuple[Article, tuple[int, ...]]]:
        longest = max(pattern.parts, key=len)
        articles = {each.id: each for each in self._search.holding(longest.slice(0, min(_PROBE, len(longest))))}
        articles |= {each.id: each for each, _ in near}
        for article in articles.values():
            if (begins := pattern.find(self._words(article.text))) is not None:
                yield article, begins

    def _as_verbatim(
        self, checked: CheckedQuote, pattern: QuotePattern, found: list[tuple[Article, tuple[int, ...]]]
    ) -> CheckedQuote:
        """Where it is most exact comes first, then newest, undated last."""
        compared = [
            (differences(pattern, self._words(article.text), begins), article, begins) for article, begins in found
        ]
        compared.sort(key=lambda one: (len(one[0]), -(one[1].published or date.min).toordinal(), one[1].id))
        least, best, begins = compared[0]
        length = len(pattern.parts[-1])
        places = (self._cite(article, at[0], at[-1] + length) for _, article, at in compared[:MOST_PLACES])
        return CheckedQuote(
            checked.start, checked.end, checked.quote, Verdict.VERBATIM, tuple(places), least,
            gaps(pattern, self._words(best.text), begins),
        )  # fmt: skip

    def _nearest(
        self, pattern: QuotePattern, near: Sequence[tuple[Article, Passage]]
    ) -> tuple[Article, Nearest] | None:
        quote = Words.of(" ".join(part.slice(0, len(part)) for part in pattern.parts))
        best: tuple[Article, Nearest] | None = None
        for article, passage in near:
            like = nearest(quote, self._words(article.text), (passage.start, passage.end))
            if like is not None and (best is None or like.score > best[1].score):
                best = article, like
        return best

    def _cite(self, article: Article, first: int, end: int) -> Citation:
        """The words from `first` to `end`, within the sentences around them."""
        words = self._words(article.text)
        place = words.starts[first], words.ends[end - 1]
        return citation_of(article, place, _sentences_around(article.text, place))


def _sentences_around(text: str, place: Offsets) -> Offsets:
    """The whole sentences in which a place stands; they are looked for in its paragraphs only."""
    left = text.rfind("\n", 0, place[0]) + 1
    right = text.find("\n", place[1])
    right = len(text) if right < 0 else right
    found = ((left + start, left + end) for start, end in sentences(text[left:right]))
    around = [each for each in found if each[1] > place[0] and each[0] < place[1]] or [place]
    return min(place[0], around[0][0]), max(place[1], around[-1][1])
