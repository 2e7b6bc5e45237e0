"""A question of a conversation, made to stand alone by rules: no model, nothing invented.

Only words of the conversation are added, behind the question, and only when it cannot stand alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Turn
from qa.terms import Question, stems, words
from qa.tokenization import FUNCTION_WORDS, terms

_POINTING = frozenset(
    "he she it they him her them his hers its their theirs this that these those there then one ones".split()
)
_ALONE = 2  # content words that a question needs to stand alone


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it can be asked without the conversation; unchanged when it already can."""
    if not history or not _depends(question):
        return question
    last = history[-1].answer
    before = f"{last.question} {_short(last.text)}"
    missing = Question.of(before).content - stems(question)
    added = []
    for word in words(before):
        if new := stems(word) & missing:
            missing -= new
            added.append(word)
    return f"{question.rstrip('?').rstrip()} ({' '.join(added)})?" if added else question


def _depends(question: str) -> bool:
    asked = set(terms(question))
    return len(asked - FUNCTION_WORDS) < _ALONE or bool(asked & _POINTING)


def _short(text: str) -> str:
    """An answer that may be what a pronoun points to; a whole clause is not."""
    return text if len(text.split()) <= 6 else ""
