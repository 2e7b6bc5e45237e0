"""Several questions in one: "When was she born and where did she die?" as two that are asked one after the other."""

from __future__ import annotations

import re

from qa.datatypes import Turn
from qa.questions.completeness import is_complete
from qa.text.question_terms import words
from qa.text.tokenization import question_terms, terms

_ASKING = r"(?:who|whom|whose|what|when|where|why|which|how(?: (?:many|much|long|old|far|often))?)"
_WHOLE = re.compile(rf"^\W*(?:and |but |so )?(?:in |at |on |by |for |from |to |of |with )?{_ASKING}\b", re.IGNORECASE)
_AND = re.compile(rf",?\s{{1,5}}and\s{{1,5}}(?=(?:(?:in|at|on|by|for|from|to|with)\s)?{_ASKING}\b)", re.IGNORECASE)
_TWO_WORDS = re.compile(rf"^(\W*{_ASKING})\s+and\s+({_ASKING})\s+(.+)$", re.IGNORECASE)
_ASKING_WORD = re.compile(rf"\b{_ASKING}\b", re.IGNORECASE)
_BARE = re.compile(rf"{_ASKING}\W*", re.IGNORECASE)
_OF_ANOTHER = re.compile(rf"(?:{_ASKING})\s+((?:[A-Z][\w'’-]*\s*)+)\W*")
_VERB = r"(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must)"
_COUNTED = re.compile(
    rf"^\W*{_ASKING}(?:\s+(?P<noun>\w+(?:\s+\w+)??))?\s+(?P<verb>{_VERB})\s+(?P<rest>.+)$", re.IGNORECASE
)
_NAME = re.compile(r"\b[A-Z][\w'’-]*(?: [A-Z][\w'’-]*)*")
_SENTENCES = re.compile(r"(?<=\?)\s+(?=\S)")
_LINK = r"(?P<word>for|against|in|on|at|to|from|by|with|before|after|under|over)"
_OPEN = re.compile(rf"(?P<before>.+\s){_LINK}\W*", re.IGNORECASE)
_OPENED = re.compile(rf"{_ASKING}\s+{_LINK}\s+(?P<rest>.+)", re.IGNORECASE)
MOST = 4  # questions in one
ANSWER = "…"  # where the answer of the question before belongs


def parts(question: str) -> tuple[str, ...]:
    """The questions of which this one is made, each as it was typed but for what it shares; itself alone if it is one.

    Two questions follow one another with "?" between, or with "and" before a question word. "When and where" shares
    all that follows; a bare "and why?", and "how many Prior?" after "How many votes did Ruiz get", share what goes
    before. In "Why … resigned?" the answer to the question before it belongs at `ANSWER`. A question word inside a
    clause ("Who knows when and where it was?") parts nothing.
    """
    typed = question.strip()
    whole = [each.strip() for each in _SENTENCES.split(typed) if each.strip()]
    if len(whole) > 1:
        return tuple(whole[:MOST]) if all(_WHOLE.match(each) for each in whole) else (question,)
    if both := _TWO_WORDS.match(typed):
        return f"{both[1]} {both[3]}", f"{both[2].capitalize()} {both[3]}"
    return _joined_by_and(typed) or (question,)


def completed_part(part: str, before: Turn) -> str:
    """A part with what it takes from the one `before` it: its answer, or, where that has none, what it asked of."""
    best = before.answer.best
    if ANSWER in part:
        return part.replace(ANSWER, best.quote) if best else part.replace(f"{ANSWER} ", "")
    if best is None and not is_complete(part):
        asked_of = ", ".join(_NAME.findall(before.question[1:])) or " ".join(_content(before.question))
        return f"{part.rstrip('?!. ')} ({asked_of})?"
    return part


def _content(question: str) -> list[str]:
    """The words that say what a question is about."""
    wanted = frozenset(question_terms(question))
    return [word for word in words(question) if wanted.intersection(terms(word))]


def _joined_by_and(typed: str) -> tuple[str, ...] | None:
    for found in _AND.finditer(typed):
        first, second = typed[: found.start()], typed[found.end() :]
        if not _is_whole(first) or not _is_whole(second):
            continue
        shared = _sharing_the_end(first, second)
        return shared or (f"{first}?", _completed(first, second))
    return None


def _is_whole(question: str) -> bool:
    """Whether it opens with its question word, has words behind it, and no other question word in a clause."""
    if not _WHOLE.match(question):
        return False
    return len(_ASKING_WORD.findall(question)) == 1 and not re.search(rf"\b{_ASKING}\W*$", question[3:], re.IGNORECASE)


def _sharing_the_end(first: str, second: str) -> tuple[str, str] | None:
    """Both questions of "How many voted for and how many against the cut?"; None for others."""
    opened, goes_on = _OPEN.fullmatch(first), _OPENED.fullmatch(second)
    if not (opened and goes_on):
        return None
    return f"{first} {goes_on['rest']}", f"{opened['before']}{goes_on['word']} {goes_on['rest']}"


def _completed(first: str, second: str) -> str:
    """The second question with what it leaves out because the first one says it."""
    if _BARE.fullmatch(second):
        asks = second.rstrip("?!. ").capitalize()
        counted = _COUNTED.match(first)
        if counted is None:
            rest = re.sub(rf"^\W*{_ASKING}\s+", "", first, flags=re.IGNORECASE)
            return f"{asks} {ANSWER} {rest}?"
        noun = f" {counted['noun']}" if counted["noun"] else ""
        return f"{asks} {counted['verb']} {counted['rest']}{noun}?"
    other, names = _OF_ANOTHER.fullmatch(second), _NAME.findall(first[1:])
    if other and names:
        return first.replace(names[-1], other[1].strip()) + "?"
    return second
