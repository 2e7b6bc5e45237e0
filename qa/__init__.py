"""Ask questions of your own articles and get the exact words that answer.

    from qa import ask
    answer = ask("Who proposed direct talks in Istanbul?")
    print(answer.text, answer.citations[0].title, answer.citations[0].published)

Importing this package loads no model and no index; that happens at the first question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Answer, Article, Citation, Passage, Reason, Report, Turn, Where
from qa.errors import QAError

if TYPE_CHECKING:
    from qa.assistant import Assistant, ask
    from qa.library import Library

__version__ = "0.1.0"
__all__ = [
    "Answer",
    "Article",
    "Assistant",
    "Citation",
    "Library",
    "Passage",
    "QAError",
    "Reason",
    "Report",
    "Settings",
    "Turn",
    "Where",
    "ask",
]
_LAZY = {"ask": "qa.assistant", "Assistant": "qa.assistant", "Library": "qa.library"}


def __getattr__(name: str) -> object:
    if name in _LAZY:
        from importlib import import_module

        return getattr(import_module(_LAZY[name]), name)
    raise AttributeError(f"module 'qa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
