"""The sentences for what is not found or not sure, the same everywhere; who shows it adds what to do there."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Answer, Citation, Reason
from qa.text.display import day, shortened

HEADLINE = "Your articles don't say."
POSSIBLE = "This may answer it. Check it before you rely on it."
FILTERED_OUT = "The filter leaves no articles."
LESS_SURE = "Less sure, to be checked"
MISSING = "Not mentioned there:"
SHOWN = 80  # characters of other words that are repeated
DETAILS = {
    Reason.NO_ARTICLES: "There are no articles to look in.",
    Reason.NOTHING_RELEVANT: "Nothing in them is about this.",
    Reason.NOT_SURE: "Some of them are about this, but no words in them surely answer it.",
}


def missing_words(citation: Citation) -> str:
    """What of the question is not mentioned where an answer stands, in one sentence; "" if nothing is missing."""
    return f"{MISSING} {', '.join(citation.missing)}" if citation.missing else ""


def copies_words(citation: Citation) -> str:
    """How many articles say it of their own and how many copy them: "3 independent, 9 copies"; "" without copies."""
    if not citation.copied:
        return ""
    copies = "1 copy" if citation.copied == 1 else f"{citation.copied:,} copies"
    return f"{citation.independent:,} independent, {copies}"


def later_words(answer: Answer) -> str:
    """That a later article says otherwise than the one whose words come first; "" where none of those shown does."""
    best = answer.best
    if best is None or best.published is None or answer.is_told or best.asked:
        return ""
    day_of = best.published
    later = [each for each in answer.shown[1:] if each.published and each.published > day_of]
    if not later:
        return ""
    newest = max(later, key=lambda each: each.published or day_of)
    return f"A later article, {day(newest.published)}, says “{shortened(newest.quote, SHOWN)}”"


def lacking_words(words: Sequence[str]) -> str:
    """That none of the articles that come nearest has these words of the question; "" without any."""
    return (
        f"None of the articles that come nearest mentions {' or '.join(f'“{each}”' for each in words)}."
        if words
        else ""
    )


def not_found_detail(reason: Reason | None, *, filtered: bool) -> str:
    """Why there is no answer, in one sentence; "" without a reason. `filtered`: only a part of all was asked."""
    if reason is None:
        return ""
    return FILTERED_OUT if filtered and reason is Reason.NO_ARTICLES else DETAILS[reason]
