"""What a question must be to be looked up."""

from __future__ import annotations

from qa.errors import QuestionError
from qa.questions.kinds import GIVEN, Kind


def validate_question(question: str, limit: int) -> str:
    """The question on one line. Raises QuestionError when it is empty or has more than `limit` characters."""
    question = " ".join(question.encode("utf-8", "replace").decode().split())  # half a character is none
    if not question:
        raise QuestionError("The question is empty: type what you want to know.")
    if len(question) > limit:
        raise QuestionError(f"The question has {len(question):,} characters: ask in at most {limit:,}.")
    return question


def validate_kind(kind: str | None) -> Kind | None:
    """The kind of answer that was chosen, if any was. Raises QuestionError for one that cannot be chosen."""
    if kind is None:
        return None
    if kind not in GIVEN:
        raise QuestionError(f"{kind!r} is no kind of answer to choose: give {', '.join(GIVEN[:-1])} or {GIVEN[-1]}.")
    return Kind(kind)
