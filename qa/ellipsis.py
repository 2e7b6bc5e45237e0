"""Questions that are less than one, as "And in Oslo?": what they leave out is the question before them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.completing import AUXILIARY, names
from qa.history import JOINING, Text, Word, words

_ASKING = AUXILIARY | frozenset("who whom whose what which when where why how tell name list".split())
_PREPOSITIONS = frozenset("in on at for of from to by with against before after during under near since until".split())
_SUBJECTS = frozenset("he she they".split())


def fragment(question: str) -> tuple[Word, ...]:
    """The words behind "and", "what about" or "how about", where no question of their own follows; else none."""
    asked = words(question)
    low = [word.text.casefold() for word in asked]
    start = 2 if low[:2] in (["what", "about"], ["how", "about"]) else int(bool(low) and low[0] in JOINING)
    return asked[start:] if start and not _ASKING.intersection(low[start:]) else ()


def points_back(question: str) -> bool:
    """Whether a pronoun has nothing in the question itself that it can mean: a subject, or what a subject acts on.

    As in "When did she leave?", or "What did Ada give him?" while only one thing is said.
    """
    low = [word.text.casefold() for word in words(question)]
    acts_on = "him" in low and sum(word in _ASKING for word in low) <= 2
    return acts_on or any(before in AUXILIARY and after in _SUBJECTS for before, after in pairwise(low))


def continued(question: str, said: Sequence[Text]) -> str | None:
    """The last question with the name of a fragment in the place of its own; None if it is unclear which one.

    It is clear if the last question, brackets apart, has one name only behind the same preposition, or behind none.
    """
    rest = fragment(question)
    last = next((text for text in reversed(said) if text.ago == 0 and text.kind == "question"), None)
    if last is None or not rest:
        return None
    preposition = rest[0].text.casefold() if rest[0].text.casefold() in _PREPOSITIONS else ""
    new = [word for word in rest[bool(preposition) :] if word.text != "the"]
    bracket = last.text.index("(") if "(" in last.text else len(last.text)
    runs = [run for run in names(last) if last.words[run[-1]].end <= bracket and _behind(last, run[0]) == preposition]
    if len(runs) != 1 or not new or not (new[0].capital and new[-1].capital):
        return None
    left, right = last.words[runs[0][0]].start, last.words[runs[0][-1]].end
    return last.text[:left] + question[new[0].start : new[-1].end] + last.text[right:]


def _behind(text: Text, index: int) -> str:
    """The preposition before a name, "" if there is none."""
    before = [word.text.casefold() for word in text.words[max(index - 2, 0) : index] if word.text != "the"]
    return before[-1] if before and before[-1] in _PREPOSITIONS else ""
