"""Words for times in a passage ("on Tuesday", "last year", "two days ago"), resolved against the publication date.

Wrong is worse than silent: what is not surely one day, week, month, quarter, season or year is left alone, and so are
durations ("for two years"), sets ("every Friday") and dates that need nothing ("10 January 2020").
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from qa.news.forms import FORMS, Form
from qa.news.nearby import Place
from qa.news.periods import Period, Precision

__all__ = ["Resolved", "is_relative", "resolve"]


@dataclass(frozen=True, slots=True)
class Resolved:
    """What `text[start:end]` means: the period's days, precision, EDTF value and words for people."""

    start: int
    end: int
    period: Period

    @property
    def value(self) -> str:
        """EDTF, with the precision of the words: 2020-01-10, 2020-01, 2020, 2020-W02, 2020-21 for spring 2020."""
        return self.period.value

    @property
    def words(self) -> str:
        """The date for people: Friday, 10 January 2020."""
        return self.period.words

    @property
    def precision(self) -> Precision:
        """How exact the words are."""
        return self.period.precision


def resolve(text: str, start: int, end: int, published: date) -> tuple[Resolved, ...]:
    """Every relative expression of time that touches `text[start:end]` and is sure, in its order, as dates.

    An expression is never cut: of "late Tuesday" the place is all of it, where the span holds "Tuesday" only. The words
    around, outside the span too, tell past from future. Raises ValueError where the offsets
    do not lie in the text.
    """
    if not 0 <= start <= end <= len(text):
        raise ValueError(f"no span of a text of {len(text)} characters: {start} to {end}")
    found = []
    for match, form in _expressions(text, start, end):
        period = _period(match, form, published)
        if period is not None:
            found.append(Resolved(match.start(), match.end(), period))
    return tuple(found)


def is_relative(text: str) -> bool:
    """Whether a bare answer ("Friday", "on Friday", "yesterday", "last year") says a time only relatively."""
    words = text.strip(" \t\n.,;:\"'“”‘’()")
    words = re.sub(r"^(?:on|in|since|until|by|of|from|the day)\s", "", words, flags=re.IGNORECASE)
    return any(form.resolver is not None and form.pattern.fullmatch(words) is not None for form in FORMS)


def _expressions(text: str, start: int, end: int) -> Iterator[tuple[re.Match[str], Form]]:
    """The longest expression at each place, none overlapping another."""
    low, high = max(0, start - 60), min(len(text), end + 60)  # longer than any expression
    found = [
        (match.start(), -match.end(), order)
        for order, form in enumerate(FORMS)
        for match in form.pattern.finditer(text, low, high)
    ]
    reached = 0
    for at, minus_end, order in sorted(found):
        if at < reached:
            continue
        reached = -minus_end
        match = FORMS[order].pattern.match(text, at, high)
        if at < end and start < reached and match is not None and match.end() == reached:
            yield match, FORMS[order]


def _period(match: re.Match[str], form: Form, published: date) -> Period | None:
    if form.resolver is None:
        return None
    try:
        return form.resolver(match, Place(match.string, match.start(), match.end(), published))
    except (ValueError, OverflowError):  # 30 February, the year 0
        return None
