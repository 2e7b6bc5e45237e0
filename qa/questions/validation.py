"""What a question must be to be looked up."""

from __future__ import annotations

from qa.errors import QuestionError


def validate_question(question: str, limit: int) -> str:
    """The question on one line. Raises QuestionError when it is empty or has more than `limit` characters."""
    question = " ".join(question.encode("utf-8", "replace").decode().split())  # half a character is none
    if not question:
        raise QuestionError("The question is empty: type what you want to know.")
    if len(question) > limit:
        raise QuestionError(f"The question has {len(question):,} characters: ask in at most {limit:,}.")
    return question
