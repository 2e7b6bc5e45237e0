"""Questions after somebody's words: "What did X say about Y?", "Who said that ...?", "said:X Y"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from qa.text.tokenization import FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class SpeechQuestion:
    """`what` this `speaker` says, about these words or ("") at all; or `who` says something about these words."""

    kind: Literal["what", "who"]
    speaker: str
    about: str


_SAY = "say|tell|state|claim|argue|announce|declare|write|tweet|add|reply|respond|answer|explain|warn|promise|think"
_SAID = (
    "said|told|stated|claimed|argued|announced|declared|wrote|tweeted|added|replied|responded|explained|warned|promised|"
    "says|claims|argues|warns|thinks|thought|denied|admitted|vowed|pledged|insisted|predicted|complained|threatened|"
    "called|described|accused|suggested|joked|is quoted as saying|was quoted as saying"
)
_ABOUT = r"(?:about|on|of|regarding|concerning|to)"
IN_MARKS = r"\"(?P<quoted>[^\"]+)\"|“(?P<round>[^”]+)”"  # what stands behind `said:` and the like
_OPERATOR = re.compile(rf"(?:^|(?<=\s))said:(?:{IN_MARKS}|(?P<word>\S+))", re.IGNORECASE)
_WHAT = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"what (?:else )?(?:did|does|do|has|have|had|would) (?P<speaker>.+?) "
        rf"(?:(?:just|actually|publicly|ever|also) )?(?:{_SAY}|said|told|written)\b(?P<rest>.*)",
        r"what (?:is|was|were|has been) (?P<speaker>.+?) (?:quoted as )?(?:saying|telling)\b(?P<rest>.*)",
        rf"what (?:is|was|has been) said by (?P<speaker>.+?)(?P<rest> {_ABOUT} .+)?",
        r"(?:all |any |the )?(?:quotes?|quotations?|statements?|words?) (?:by|from|of) (?P<speaker>.+?)"
        r"(?P<rest> (?:about|on|regarding) .+)?",
        r"what (?:are|were) (?P<speaker>.+?)['’]s? (?:own )?(?:words|statements?|comments?|remarks?)(?P<rest> .*)?",
    )
)
_WHO = re.compile(
    rf"who (?:has |had |once |first |also )?(?:{_SAID})\b(?: (?:reporters|us|them|him|her|the press))?"
    rf"(?P<colon>[:,]?) ?(?P<rest>.*)",
    re.IGNORECASE,
)
_OPENING = re.compile(rf"^(?:{_ABOUT}|that|how|why|whether|if|when|in|at|after|during)\s+", re.IGNORECASE)
_PRONOUNS = frozenset("he she they it we you i his her their him them anyone anybody someone somebody people".split())


def speech_question(question: str) -> SpeechQuestion | None:
    """What a question asks of somebody's words; None for any other one, and where the speaker is a pronoun."""
    operator = said_operator(question)
    if operator is not None:
        speaker, rest = operator
        return SpeechQuestion("what", speaker, _about(rest))
    plain = question.strip().rstrip("?!. ")
    for pattern in _WHAT:
        match = pattern.fullmatch(plain)
        if match is not None and _can_speak(match["speaker"]):
            return SpeechQuestion("what", match["speaker"].strip(), _about(match["rest"] or ""))
    who = _WHO.fullmatch(plain)
    if who is None or not (about := _about(who["rest"])):
        return None
    return SpeechQuestion("who", "", about)


def said_operator(question: str) -> tuple[str, str] | None:
    """The name of `said:NAME` or `said:"NAME NAME"` in a question, and the question without it; None where none is."""
    match = _OPERATOR.search(question)
    if match is None:
        return None
    return value_of(match), " ".join((question[: match.start()] + question[match.end() :]).split())


def value_of(found: re.Match[str]) -> str:
    """What stands behind the colon of an operator, without its marks."""
    return str(found["quoted"] or found["round"] or found["word"]).strip()


def _can_speak(words: str) -> bool:
    given = words.lower().split()
    return 0 < len(given) <= 8 and not _PRONOUNS & set(given) and not set(given) <= FUNCTION_WORDS


def _about(rest: str) -> str:
    """The words behind "about", "that" and the like, without marks."""
    words = rest.strip(" ,:;?!.\"“”'‘’")
    while (shorter := _OPENING.sub("", words)) != words:
        words = shorter
    return words
