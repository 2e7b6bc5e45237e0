"""One answer made of several: of those to its parts, or of what was read and what was found otherwise. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qa.datatypes import Answer, Citation, Reason, Turn
from qa.questions.kinds import Kind


def combined_answer(question: str, turns: Sequence[Turn]) -> Answer:
    """The answers to the parts of a question, one after the other, each citation with the part that it answers.

    The best sure place of each part comes first, in the order of the question; the others follow. What has no sure
    answer is said in the note. The confidence is the lowest of the first places: all of them have to be right.
    """
    answers = [each.answer for each in turns]
    first = [replace(each.answer.citations[0], asked=each.question) for each in turns if each.answer.citations]
    further = [replace(one, asked=each.question) for each in turns for one in each.answer.citations[1:]]
    possible = tuple(replace(one, asked=each.question) for each in turns for one in each.answer.possible)
    silent = [each for each in turns if not each.answer.citations]
    passages = {found.passage.id: found for each in answers for found in each.passages}
    return Answer(
        question,
        "\n".join(each.text for each in answers if each.citations),
        min((each.confidence for each in answers if each.citations), default=max(each.confidence for each in answers)),
        (*first, *further),
        tuple(passages.values()),
        None if first else _reason(silent),
        possible,
        Kind.SEVERAL,
        _unanswered(silent) if first else "",
    )


def _reason(silent: Sequence[Turn]) -> Reason | None:
    reasons = [each.answer.reason for each in silent]
    return Reason.NOT_SURE if Reason.NOT_SURE in reasons else reasons[0]


def _unanswered(silent: Sequence[Turn]) -> str:
    if not silent:
        return ""
    return "Not surely said in your articles: " + "; ".join(f"“{each.question}”" for each in silent) + "."


def led_by(answer: Answer, found: Citation, threshold: float) -> Answer:
    """The answer with a place that was `found` otherwise before all that was read, sure from `threshold` up.

    A place with something missing is possible at most; the same words of the article are shown once. A sure one leaves
    only the rest of the whole for other answers.
    """
    others = [each for each in answer.shown if not _overlap(each, found)]
    if found.missing or found.confidence < threshold:
        return replace(
            answer,
            text="",
            confidence=found.confidence,
            citations=(),
            possible=(found, *others),
            reason=Reason.NOT_SURE,
            note="",
        )
    left = tuple(replace(each, confidence=each.confidence * (1.0 - found.confidence)) for each in others)
    return replace(
        answer,
        text=found.quote,
        confidence=found.confidence,
        citations=(found,),
        possible=left,
        reason=None,
        note="",
    )


def _overlap(one: Citation, other: Citation) -> bool:
    return one.article_id == other.article_id and one.start < other.end and other.start < one.end
