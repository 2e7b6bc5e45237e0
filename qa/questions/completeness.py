"""Whether a question says by itself what it is about: then it is asked as it was typed. Pure; there is no parser."""

from __future__ import annotations

from collections.abc import Sequence

from qa.questions.completion import AUXILIARY
from qa.questions.ellipsis import fragment
from qa.questions.features import EMPTY, PERSON, SEVERAL, THING, Word, words

_PRONOUNS = PERSON | THING | SEVERAL
_POSSESSIVE = frozenset("his her its their".split())
_DEMONSTRATIVE = frozenset("this that these those".split())
_PLACES = frozenset("there here".split())
_DETERMINERS = frozenset("the a an which what whose".split())
_TIMES = frozenset("year month week day morning night evening century decade summer winter spring autumn".split())
_ASKING = frozenset("who whom whose what which when where why how".split())


def is_complete(question: str) -> bool:
    """Whether nothing in the question points to a conversation: it has a content word, and no pronoun without a noun.

    A fragment ("And in Oslo?") and a verb alone ("Who won?") are incomplete, however much they say.
    """
    asked = words(question)
    content = [word for word in asked if not word.empty]
    is_verb_alone = len(asked) == 2 and asked[0].text.casefold() in _ASKING and not asked[1].capital
    if not content or is_verb_alone or fragment(question):
        return False
    return not any(_points_back(asked, index) for index in range(len(asked)))


def _points_back(asked: Sequence[Word], index: int) -> bool:
    """Whether this word means something that is not in the question."""
    low = asked[index].text.casefold()
    if low in _PRONOUNS:
        return not _has_noun(asked, index)
    if low in _DEMONSTRATIVE:
        return _is_demonstrative(asked, index)
    return low in _PLACES and index == len(asked) - 1


def _has_noun(asked: Sequence[Word], index: int) -> bool:
    """Whether a pronoun can mean a name or a noun before it: it owns something, or is the subject of a clause."""
    low = [word.text.casefold() for word in asked]
    nouns = [at for at in range(1, index) if asked[at].capital or (low[at - 1] in _DETERMINERS and not asked[at].empty)]
    follows = index + 1 < len(asked)
    return bool(nouns) and follows and (low[index] in _POSSESSIVE or low[index - 1] not in AUXILIARY)


def _is_demonstrative(asked: Sequence[Word], index: int) -> bool:
    """Whether "that" and the like stand for something said, and do not join clauses or name a time ("this year")."""
    if index == len(asked) - 1:
        return True
    before, after = asked[index - 1] if index else None, asked[index + 1]
    if after.text.casefold() in _TIMES or after.capital:
        return False
    joins = asked[index].text.casefold() == "that" and before is not None and not before.empty
    return not joins and (before is None or not after.empty or before.text.casefold() in AUXILIARY | EMPTY)
