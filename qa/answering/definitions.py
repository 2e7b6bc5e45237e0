"""Who somebody is and what something is, in the words that introduce the name: an apposition or "X is a ...". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from qa.answering.citing import citation_of
from qa.datatypes import Citation, Offsets, RetrievedPassage, articles_of
from qa.questions.verbs import BASE, PAST
from qa.text.segmentation import sentences
from qa.text.tokenization import FUNCTION_WORDS

DEFINITION_RIGHT = 0.9  # of 27 names of the sample articles, read by hand, 24 were introduced rightly
LOOKED_THROUGH = 20_000  # characters of an article in which a name is introduced
LONGEST = 160  # characters of a definition

_QUESTION = re.compile(
    r"\W*(?:who|what)(?:['’]s| is| are| was| were) (?:exactly |really )?(?P<article>an? |the )?"
    r"(?P<name>[^?]{1,80}?)\W*",
    re.IGNORECASE,
)
_NOT_IN_NAMES = re.compile(
    r"\b(?:who|which|that|about|from|in|on|at|to|for|by|with|of|and|or|not|going|called|named|happening|doing|said|'s|’s)\b"
    r"|['’]s\b",
    re.IGNORECASE,
)
_ROLE = (
    r"(?<![\w’'])(?=(?P<role>(?:[Tt]he|[Aa]n?|[Ii]ts|[Hh]is|[Hh]er|[Tt]heir|[Oo]ur|[\w.-]{1,40}(?:['’]s|s['’]))\s"
    r"(?:[\w’'-]{1,40}\s){0,4}?[a-z][\w-]{1,40}),?\s"
)
_NOUN_PHRASE = (
    r"(?:an?|the|one of|formerly|his|her|its|their|(?:co-)?(?:leader|head|director|author|founder|chairman))\b"
)
_NO_ROLE = FUNCTION_WORDS | frozenset(
    "between against near behind across along amid around before since until within without toward towards via per "
    "nearby late former sunken also list lists include includes including said told discovery study current next both "
    "all each".split()
)
_CLAUSE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|would|said|says|who|which|that)\b")


def definition_of(question: str, passages: Sequence[RetrievedPassage]) -> Citation | None:
    """The words that introduce the person or thing a question is about, of the best passage's article first.

    None for a question of another form ("Who is the mayor of Oxley?"), and where no article introduces the name.
    """
    name = defined_name(question)
    if name is None:
        return None
    mention = _patterns(name)[0]
    for article in (each for each in articles_of(passages) if mention.search(each.text, 0, LOOKED_THROUGH)):
        for sentence in sentences(article.text[:LOOKED_THROUGH], article.language):
            if (place := _introduced(name, article.text, sentence)) is not None:
                return replace(citation_of(article, place, sentence), confidence=DEFINITION_RIGHT)
    return None


@lru_cache(maxsize=64)
def defined_name(question: str) -> str | None:
    """What is to be defined: the name of "Who is Ann Lee?", the words of "What is a cryobot?"; None for others."""
    match = _QUESTION.fullmatch(question)
    if match is None or _NOT_IN_NAMES.search(match["name"]):
        return None
    words = match["name"].split()
    is_name = all(word[0].isupper() or word[0].isdigit() for word in words)
    is_term = len(words) <= 2 and (match["article"] or "").strip().lower() in ("a", "an")
    return match["name"] if len(words) <= 4 and (is_name or is_term) else None


def _introduced(name: str, text: str, sentence: Offsets) -> Offsets | None:
    """The place of the words in a sentence that introduce a name, with the name: "X is a ...", "X, the ...", "the
    writer X", "X, who leads ...".
    """
    mention, *introducing = _patterns(name)
    if not mention.search(text, *sentence):
        return None
    for pattern, accepted in zip(introducing, (_any, _is_phrase, _is_role, _any), strict=True):
        found = [each for each in pattern.finditer(text, *sentence) if accepted(each)]
        places = [(each.start(), each.end("role") if "role" in each.groupdict() else each.end()) for each in found]
        if places and places[-1][1] - places[-1][0] <= LONGEST:
            return _with_name(name, text, places[-1])
    return None


@lru_cache(maxsize=16)
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    """How a name is mentioned, and the four ways in which it is introduced."""
    escaped = re.escape(name)
    named = rf"(?<!\w)(?:(?:an?|the|A|An|The)\s)?{escaped}(?!\w)(?:\s\([^)]{{0,60}}\))?"
    ways = (
        rf"(?<!\w){escaped}(?!\w)",
        rf"(?:^|(?<=[“\"]))(?<!\w){named}\s(?:is|was|are|were)\s(?:an?|the|one of)\s[^,;.]{{1,{LONGEST}}}",
        rf"{named}(?:\s[a-z]{{1,20}})?,\s(?P<phrase>{_NOUN_PHRASE}[^,;.“”]{{1,{LONGEST}}})(?=[,;.]|$)",
        rf"{_ROLE}{escaped}(?!\w))",
        rf"{named},\s(?:who|which)\s(?:is|was|[a-z]{{1,20}}s|led|founded|won|wrote|made)\s[^,;.“”:]{{1,{LONGEST}}}"
        rf"(?=[,;.:]|$)",
    )
    return tuple(re.compile(way, re.IGNORECASE if name.islower() else 0) for way in ways)


def _with_name(name: str, text: str, place: Offsets) -> Offsets:
    """The place up to the end of the name, if the name stands behind the words that introduce it."""
    start, end = place
    behind = re.match(rf",?\s+{re.escape(name)}", text[end : end + len(name) + 4])
    end += behind.end() if behind else 0
    return start, start + len(text[start:end].rstrip())


def _any(_: re.Match[str]) -> bool:
    return True


def _is_phrase(found: re.Match[str]) -> bool:
    """Whether what follows a name is a noun phrase, not a clause: "Britain, the monarch is the head of state"."""
    clause = _CLAUSE.search(found["phrase"])
    return clause is None or clause[0] in ("who", "which", "that")


def _is_role(found: re.Match[str]) -> bool:
    """Whether words before a name can be what somebody is: "the writer", not "the company told"."""
    inner = found["role"].lower().split()[1:]
    return not any(word in _NO_ROLE or word in BASE or word in PAST or word.endswith("ed") for word in inner)
