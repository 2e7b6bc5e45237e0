"""The sentences for "not found", the same wherever an answer is shown; who shows it adds what to do there."""

from __future__ import annotations

from qa.datatypes import Reason

HEADLINE = "Your articles don't say."
FILTERED_OUT = "The filter leaves no articles."
DETAILS = {
    Reason.NO_ARTICLES: "There are no articles to look in.",
    Reason.NOTHING_RELEVANT: "Nothing in them is about this.",
    Reason.NOT_SURE: "Something may be about this, but no words answer it with enough confidence.",
}


def not_found_detail(reason: Reason | None, *, filtered: bool) -> str:
    """Why there is no answer, in one sentence; "" without a reason. `filtered`: only a part of all was asked."""
    if reason is None:
        return ""
    return FILTERED_OUT if filtered and reason is Reason.NO_ARTICLES else DETAILS[reason]
