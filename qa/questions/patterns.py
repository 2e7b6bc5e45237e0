"""Questions made from the sentences of an article by patterns: pure, strict, and rather none than a bad one.

A sentence that is not of one of a few plain forms is passed over. What comes out is only a draft, with the place that
should answer it; whether it does is for the reader to say (`qa.questions.suggestions`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from qa.questions.clauses import (
    AUXILIARY,
    DATED,
    NAME,
    PERSON,
    VERBS,
    Clause,
    clause_of,
    ended,
    ends_early,
    is_name,
    reads_well,
    within_sentence,
)
from qa.questions.verbs import BASE, PAST, PLACED, TRANSITIVE
from qa.text.segmentation import sentences
from qa.text.tokenization import FUNCTION_WORDS

READ_THROUGH = 20_000  # characters of an article that are looked through
LONGEST_SENTENCE = 400  # characters

Kind = Literal["said", "how many", "why", "when", "where", "who", "what", "who is", "age"]
_Made = tuple[str, int, int, Kind]  # a question, and the place in the sentence that answers it

_ROLE = (
    "(?:actor|actress|ambassador|analyst|artist|astronaut|astronomer|attorney|author|biologist|candidate|captain|CEO|"
    "chair|chairman|chairperson|chairwoman|champion|chancellor|chief|co-author|co-founder|commissioner|composer|"
    "cosmonaut|designer|director|drummer|ecologist|economist|engineer|executive|filmmaker|founder|geologist|governor|"
    "guitarist|head|inventor|journalist|judge|king|lawyer|leader|mathematician|mayor|minister|MP|musician|officer|"
    "player|premier|president|professor|queen|representative|researcher|scientist|secretary|senator|singer|speaker|"
    "spokesman|spokesperson|spokeswoman|sultan|teacher|writer)"
)
_BARE_TITLES = frozenset(
    "captain chair chancellor chief director governor head judge king leader mayor minister mp officer premier "
    "president professor queen representative secretary senator speaker spokesman spokesperson spokeswoman "
    "sultan".split()
)
_IS_ROLE = re.compile(rf"\b{_ROLE}\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:Academy|Airport|Award|Cathedral|Center|Centre|Church|College|Committee|Council|Court|Cup|House|Institute|"
    r"Island|Kingdom|Mosque|Museum|Park|Party|Prize|School|Society|States|Street|University)\b"
)
_APPOSITION = re.compile(rf"(?<!the )(?P<name>{PERSON}), (?P<role>(?:the|an?) [^,;:()]{{5,80}})[,.]")
_TITLED = re.compile(rf"(?<![\w'’.-])(?P<role>(?:[\w'’.-]{{1,40}} ){{0,4}}(?i:{_ROLE})) (?P<name>{PERSON})")
_BEFORE_ROLE = (
    FUNCTION_WORDS | AUXILIARY | BASE.keys()
    | frozenset("said told says including called under fellow current currently".split())
)  # fmt: skip
_MODAL = "(?:would|will|could|can|should|must|may|might|is|are|was|were|has|have|had)"
_TOPIC = rf"(?P<topic>(?:the|The|an?|An?) (?:[\w-]+ ){{1,4}}?[\w-]+|{NAME}) {_MODAL}"
_OPENING = rf"(?P<topic>(?:The |An? )?[\w-]+(?: [a-z-]+){{1,4}}?|{NAME}) {_MODAL}"  # of a quoted sentence
_SAID_ABOUT = (
    re.compile(
        rf"(?P<name>{NAME}) (?:said|announced|confirmed|warned|stated|added|told [\w ]{{1,20}}|claimed) (?:that )?"
        rf"(?P<clause>{_TOPIC} .+)"
    ),
    re.compile(rf"^According to (?:[a-z][\w-]+ ){{0,4}}?(?P<name>(?:the )?{PERSON}), (?P<clause>{_TOPIC} .+)$"),
    re.compile(rf"^[\"“](?P<clause>{_OPENING} [^\"“”]+)[\"”],? said (?:[a-z][\w-]+ ){{0,3}}(?P<name>{PERSON})"),
    re.compile(rf"^[\"“](?P<clause>{_OPENING} [^\"“”]+)[\"”],? (?P<name>{NAME}) (?:said|added)"),
)
_NUMBER = (
    r"(?P<number>(?:(?:at least|about|around|over|more than|nearly|almost) )?"
    r"(?:\d{1,3}(?:,\d{3})+|\d+|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty)"
    r"(?: (?:hundred|thousand|million|billion))?)"
)
_COUNTED = r"(?P<noun>(?:[a-z][a-z-]+ ){0,2}?(?:[a-z][a-z-]+[a-rt-z]s|people|men|women|children)(?: of [a-z]+)?)"
_COUNTED_SUBJECT = re.compile(
    rf"(?:^|, |that |and |said )(?i:{_NUMBER}) {_COUNTED} (?P<verb>were|{VERBS}) (?P<rest>.+)"
)
_COUNTED_OBJECT = re.compile(rf"{_NUMBER} {_COUNTED}\b(?P<rest>.*)")
_MONEY = re.compile(
    r"(?P<sum>(?:about |nearly |over )?(?:US|AU|A|C)?[$£€][\d.,]*\d(?: (?:million|billion))?)\b(?P<rest>.*)"
)
_AGE = re.compile(
    rf"(?P<name>{NAME})(?:, [^,.]+,)? died\b[^.]{{0,60}}?\b(?:aged |at (?:the )?age (?:of )?)(?P<age>\d+)"
)
_PREPOSITION = re.compile(r"(?:in|on|at|for|from|to|with|against|over|during|by|of)\b")
_NO_THING = re.compile(rf"{_PREPOSITION.pattern}|(?:this|that|his|her|their)\b|[A-Z]|\w+ing\b")


@dataclass(frozen=True, slots=True)
class CandidateQuestion:
    """A question, `text[start:end]` of the article which should answer it, and where its sentence begins."""

    question: str
    start: int
    end: int
    kind: Kind
    sentence: int


def drafts(text: str, language: str | None = None) -> list[CandidateQuestion]:
    """What can be asked of an article's text, in the order of the text; nothing for other languages than English."""
    if language not in (None, "en"):
        return []
    text = text[:READ_THROUGH]
    found: dict[str, CandidateQuestion] = {}
    for start, end in sentences(text, language):
        sentence = text[start:end]
        if len(sentence) > LONGEST_SENTENCE or not sentence.endswith((".", '."', ".”")):
            continue
        for question, left, right, kind in _of_sentence(sentence, text):
            if reads_well(question, text):
                found.setdefault(question, CandidateQuestion(question, start + left, start + right, kind, start))
    return list(found.values())


def _of_sentence(sentence: str, text: str) -> Iterator[_Made]:
    yield from _said_about(sentence, text)
    yield from _how_many_did(sentence)
    yield from _age(sentence)
    clause = clause_of(sentence, text)
    if clause is not None:
        yield from _why(clause)
        yield from _when(clause)
        yield from _where(clause)
        yield from _how_many(clause)
        yield from _how_much(clause)
        yield from _what(clause)
        yield from _who(clause, text)
        yield from _by_whom(clause)
    yield from _who_is(sentence)


def _who_is(sentence: str) -> Iterator[_Made]:
    for found in (*_APPOSITION.finditer(sentence), *_TITLED.finditer(sentence)):
        name = found["name"]
        role = found["role"] if found.re is _APPOSITION else _role(found["role"])
        words = {word.lower() for word in role.split()}
        if not tells_who(role) or words & AUXILIARY or words & BASE.keys():
            continue
        if not _IS_ROLE.search(name) and not _THING.search(name):
            yield f"Who is {name}?", found.end("role") - len(role), found.end("role"), "who is"


def tells_who(role: str) -> bool:
    """Whether somebody is told apart by what is said of them: `singer` does it, `President` does not."""
    return _IS_ROLE.search(role) is not None and not {word.lower() for word in role.split()} <= _BARE_TITLES


def _role(words: str) -> str:
    """What is said of somebody, without what comes before it in the sentence."""
    kept: list[str] = []
    for word in reversed(words.split(" ")):
        if word.lower() in _BEFORE_ROLE or (word.islower() and word.endswith("ed")):
            break
        kept.insert(0, word)
    return " ".join(kept)


def _said_about(sentence: str, text: str) -> Iterator[_Made]:
    for pattern in _SAID_ABOUT:
        if (found := pattern.search(sentence)) and (topic := within_sentence(found["topic"], text)):
            yield f"What did {found['name']} say about {topic}?", *found.span("clause"), "said"


def _how_many_did(sentence: str) -> Iterator[_Made]:
    if found := _COUNTED_SUBJECT.search(sentence):
        yield f"How many {found['noun']} {found['verb']} {ended(found['rest'])}?", *found.span("number"), "how many"


def _age(sentence: str) -> Iterator[_Made]:
    if found := _AGE.search(sentence):
        yield f"At what age did {found['name']} die?", *found.span("age"), "age"


def _who(clause: Clause, text: str) -> Iterator[_Made]:
    head = re.search(rf"{NAME}$", clause.subject)
    rest = ended(clause.rest)
    if clause.verb not in BASE or head is None or not is_name(head[0].split()[-1], text) or len(rest.split()) < 2:
        return
    if BASE[clause.verb] in TRANSITIVE and _PREPOSITION.match(rest):
        return
    if not AUXILIARY & {word.lower() for word in rest.split()}:
        at = clause.subject_at
        yield f"Who {clause.verb} {rest}?", at, at + len(clause.subject), "who"


def _what(clause: Clause) -> Iterator[_Made]:
    thing = ended(clause.rest)
    words = {word.lower() for word in thing.split()}
    if BASE.get(clause.verb) not in TRANSITIVE or len(words) < 3 or words & AUXILIARY or _NO_THING.match(thing):
        return
    if question := clause.asked("What", ""):
        yield question, clause.rest_at, clause.rest_at + len(thing), "what"


def _when(clause: Clause) -> Iterator[_Made]:
    if DATED.fullmatch(clause.lead):
        start, end, rest = 0, len(clause.lead), clause.rest
    elif (within := DATED.search(clause.rest)) and not ends_early(clause.rest[: within.start()]):
        start, end, rest = clause.rest_at + within.start(), clause.rest_at + within.end(), clause.rest[: within.start()]
    else:
        return
    if question := clause.asked("When", _plain(ended(rest))):
        yield question, start, end, "when"


def _plain(rest: str) -> str:
    """Without what one was born as."""
    return "born" if rest.startswith("born ") else rest


def _how_many(clause: Clause) -> Iterator[_Made]:
    found = _COUNTED_OBJECT.match(clause.rest)
    if found is None or clause.verb not in BASE:
        return
    rest = ended(found["rest"])
    if not rest or _PREPOSITION.match(rest):
        question = f"How many {found['noun']} did {clause.inside} {BASE[clause.verb]} {rest}".rstrip() + "?"
        at = clause.rest_at
        yield question, at + found.start("number"), at + found.end("number"), "how many"


def _how_much(clause: Clause) -> Iterator[_Made]:
    found = _MONEY.match(clause.rest)
    if found and (question := clause.asked("How much", ended(found["rest"]))):
        yield question, clause.rest_at, clause.rest_at + found.end("sum"), "how many"


def _where(clause: Clause) -> Iterator[_Made]:
    found = re.match(rf"(?P<rest>[^,]*?)\b(?:in|at|near) (?P<place>(?:the )?{NAME})", clause.rest)
    if found is None or DATED.search(found[0]) or ends_early(found["rest"]):
        return
    rest = _plain(ended(found["rest"]))
    verb = PAST.get(rest.split(" ")[0], rest.split(" ")[0]) if clause.verb in ("was", "were") else clause.verb
    if (verb == "born" or BASE.get(verb) in PLACED) and (question := clause.asked("Where", rest)):
        yield question, clause.rest_at + found.start("place"), clause.rest_at + found.end("place"), "where"


def _why(clause: Clause) -> Iterator[_Made]:
    found = re.search(r"\bbecause (?!of )(?P<why>.+)", clause.rest)
    if found is None or ends_early(clause.rest[: found.start()]):
        return
    if question := clause.asked("Why", ended(clause.rest[: found.start()])):
        yield question, clause.rest_at + found.start("why"), clause.rest_at + found.end("why"), "why"


def _by_whom(clause: Clause) -> Iterator[_Made]:
    found = re.match(rf"(?P<participle>[a-z]+) by (?P<name>(?:the )?{NAME})", clause.rest)
    if found and clause.verb in ("was", "were") and found["participle"] in PAST:
        question = f"Who {PAST[found['participle']]} {clause.inside}?"
        yield question, clause.rest_at + found.start("name"), clause.rest_at + found.end("name"), "who"
