"""What articles of different days say to one question, newest first: "4.9 per cent" in May, "4.6" in March. Pure.

Readers and their calibration know nothing of time: they halve the confidence between two answers of which both were
right on their day. Where such answers compete, the newest comes first, and each has the confidence that one of them is
right, as of independent witnesses.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from qa.datatypes import Citation
from qa.text.display import day, shortened
from qa.text.number_words import NUMBER_WORDS
from qa.text.question_terms import Question, matches_answer_type, stems

NEARLY = 0.4  # of the confidence of the first answer, from which another one competes with it
SPOKEN_OF = 0.6  # of the question's words that the sentence and title of each have to have
SHOWN = 60  # characters of each answer in the note
_COUNTED = frozenset({"number", "other"})  # "what is the unemployment rate": of what is no name, amounts are compared
_NUMBER = re.compile(rf"\d+(?:[.,]\d+)*|\b(?:{'|'.join(NUMBER_WORDS[1:13])})\b", re.IGNORECASE)
_WORD = re.compile(r"[\s-]?([^\W\d_]{1,30}|[%°])")
_SIGNS = tuple("£$€¥")


def newest_first(question: str, cited: Sequence[Citation]) -> tuple[list[Citation], str]:
    """The citations in the order in which they are to be shown, and a note that lists those that differ by date.

    `cited` are best first. Nothing changes, and the note is "", unless answers of one kind from articles of different
    days compete: none of them lacks a name or number of the question, and each speaks of the same words of it.
    """
    asked = Question.of(question)
    rivals = [each for each in cited[:1] if _may_compete(asked, each)]
    rivals += [each for each in cited[1:] if rivals and _competes(asked, rivals, each)]
    if len(rivals) < 2:
        return list(cited), ""
    together = 1.0 - math.prod(1.0 - each.confidence for each in rivals)
    ordered = sorted(rivals, key=_published, reverse=True)
    told = "; ".join(f"{day(each.published)}: “{shortened(each.quote, SHOWN)}”" for each in ordered)
    others = [each for each in cited if each not in rivals]
    shown = [*(replace(each, confidence=together) for each in ordered), *others]
    return shown, f"Told differently by date, newest first. {told}."


def _competes(asked: Question, rivals: Sequence[Citation], other: Citation) -> bool:
    first = rivals[0]
    return (
        _may_compete(asked, other)
        and other.confidence >= NEARLY * first.confidence
        and all(_differs(each, other) for each in rivals)
        and _spoken_of(asked, first) == _spoken_of(asked, other)
        and (asked.kind not in _COUNTED or _unit(first) == _unit(other))
    )


def _may_compete(asked: Question, cited: Citation) -> bool:
    kind = "number" if asked.kind in _COUNTED else asked.kind
    if cited.published is None or cited.missing or matches_answer_type(kind, cited.quote) <= 0:
        return False
    return len(_spoken_of(asked, cited)) >= SPOKEN_OF * len(asked.content)


def _spoken_of(asked: Question, cited: Citation) -> frozenset[str]:
    """The question's words that stand in the sentence or the title."""
    return asked.content & stems(f"{cited.title} {cited.context}")


def _differs(one: Citation, other: Citation) -> bool:
    """Whether two places are of different days and neither has the other's words."""
    ours, theirs = stems(one.quote), stems(other.quote)
    return _published(one) != _published(other) and not (ours <= theirs or theirs <= ours)


def _published(cited: Citation) -> int:
    """The newest day on which an article says these words, as an ordinal."""
    return max(each.published.toordinal() for each in (cited, *cited.repeats) if each.published)


def _unit(cited: Citation) -> tuple[str, str] | None:
    """What the first number of a quote counts: the sign before it and the word behind it, "£" and "million"."""
    at = cited.start - cited.context_start
    number = _NUMBER.search(cited.context, at, at + len(cited.quote))
    if number is None:
        return None
    before, behind = cited.context[: number.start()].rstrip()[-1:], _WORD.match(cited.context, number.end())
    return (before if before in _SIGNS else ""), behind[1].casefold() if behind else ""
