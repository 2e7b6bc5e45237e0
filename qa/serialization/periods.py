"""Days that are asked for, and what a filter by date leaves out, in words: the same everywhere."""

from __future__ import annotations

from qa.datatypes import AskedPeriod
from qa.text.display import day

ANY_TIME = "articles of these days first"


def period_words(period: AskedPeriod) -> str:
    """The words and their days, `“last week”: 9 June 2025 to 15 June 2025`; "since" or "until" where one is open."""
    if period.first and period.last:
        days = day(period.first) if period.first == period.last else f"{day(period.first)} to {day(period.last)}"
    else:
        days = f"since {day(period.first)}" if period.first else f"until {day(period.last)}"
    return f"“{period.words}”: {days}"


def undated_words(count: int) -> str:
    """That a filter by date leaves out articles without one; "" where there are none."""
    if not count:
        return ""
    return f"{count:,} undated article{' is' if count == 1 else 's are'} left out."
