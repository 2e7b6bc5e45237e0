"""Sentences as plain clauses in the past, and whether a question made from one reads well. Pure; there is no parser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.questions.verbs import BASE, INTRANSITIVE, PAST
from qa.text.tokenization import FUNCTION_WORDS, question_terms

MIN_WORDS, MAX_WORDS = 4, 14  # of a question
MAX_SUBJECT = 8  # words

_MONTH = "(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_WEEKDAY = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_YEAR = r"(?:1[5-9]|20)\d\d"
_DATE = (
    rf"(?:\d{{1,2}} {_MONTH}(?: {_YEAR})?|{_MONTH}(?: \d{{1,2}}(?:st|nd|rd|th)?\b)?(?:,? {_YEAR})?|{_YEAR}|{_WEEKDAY})"
)
DATED = re.compile(rf"\b(?:[Oo]n|[Ii]n) (?:(?:early|late|mid-?) ?)?{_DATE}\b(?! (?:and|or|to)\b)(?!['’]s)")
_UPPER = "A-ZÀ-ÖØ-Þ"
_FIRST = rf"(?:(?:[{_UPPER}]\.){{1,9}}|[{_UPPER}][\w&-]{{0,40}}(?:['’](?!s\b)\w{{1,40}})?)"
_NEXT = rf"(?:{_FIRST}|\d[\w-]{{0,40}}|[a-z]{{1,3}}-[{_UPPER}]\w{{1,40}}|d['’][{_UPPER}]\w{{1,40}})"
NAME = rf"(?:\b{_FIRST}(?: (?:(?:of|de|van|von|bin|al|del|the) ){{0,2}}{_NEXT}){{0,6}}(?!['’\w]))"
PERSON = rf"(?:\b[{_UPPER}][\w-]{{1,40}}(?: (?:[{_UPPER}]\.|bin|al|de|van|von|{_NEXT})){{1,3}}(?!['’\w]| [{_UPPER}]))"
VERBS = "|".join(sorted(BASE, key=len, reverse=True))

_ADVERB = "(?:also|officially|reportedly|successfully|formally|then|later|recently|initially|first|already)"
_CLAUSE = re.compile(
    rf"^(?:(?P<lead>(?:On|In|By|At|During|Earlier|Yesterday|Today|Also)\b[^,]{{0,30}}), )?"
    rf"(?P<subject>[^,;:()\"“”]{{2,60}}?)(?:, [^,;:()\"“”]{{3,60}},)? (?:{_ADVERB} )?"
    rf"(?P<verb>was|were|{VERBS}) (?P<rest>.+)$"
)
_END = re.compile(
    r",(?!\d)|[;:()\[\]\"“”]|\s[–—-]+\s|—"
    r"|\b(?:which|who|whom|whose|that|while|whereas|although|though|but|because|after|before|what|when|where|if|since|until|"
    r"despite|amid|according|saying|citing|including|adding|calling|making|leaving|so|as well as|as of|prompting|"
    rf"and (?:then|is|are|was|were|has|have|had|said|\w+ed|{VERBS}))\b"
)
_TAIL = re.compile(
    rf"(?<!\s)(?:\s+(?:(?:on|in|since|by|late|early) )?(?:{_WEEKDAY}|yesterday|today|tomorrow|(?:last|this|next) \w+|"
    rf"earlier|recently|later|now|so far|at the time|again|too|also|{_DATE})){{1,6}}$"
)
_UNCLEAR = frozenset(
    "he she it they him her them his hers its their theirs this that these those we us our i me my you your there here "
    "then such other another others former latter also itself himself herself themselves both each not no yesterday "
    "today tomorrow now recently earlier later ago last next said same one ones any how who which why monday "
    "tuesday wednesday thursday friday saturday sunday respectively i've i'm we've it's".split()
)
AUXILIARY = frozenset(
    "has have had is are was were be been being would will could can may might must should did does do not which who "
    "that when while as if than because".split()
)
_NOT_IN_SUBJECT = AUXILIARY | frozenset("after before although though but said told came went got saw felt".split())
_VAGUE = frozenset("study report researchers scientists team results paper group authors officials police it".split())
_NAMELESS_TERMS = 5  # content words that a question without a name needs
_HANGING = FUNCTION_WORDS | AUXILIARY | frozenset("near over under between against during without within upon".split())
_PLAIN = re.compile(r"[\w .,'’$£€%&/-]+\?")
_DETERMINERS = frozenset("the a an".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """A plain main clause in the past: who or what, the verb, and what follows, all as written.

    `subject_at`, `rest_at` are offsets in the sentence; `inside` is the subject as it stands within a sentence.
    """

    subject: str
    subject_at: int
    inside: str
    verb: str
    rest: str
    rest_at: int
    lead: str

    def asked(self, word: str, rest: str) -> str | None:
        """`When did X take Y?` or `When was X taken?`; None where that cannot be said."""
        first = self.inside.split(" ")[0]
        if first in ("a", "an") or (first.islower() and first != "the" and not first.endswith("s")):
            return None
        if self.verb in ("was", "were"):
            participle = rest.split(" ")[0]
            return f"{word} {self.verb} {self.inside} {rest}?" if participle in {*PAST, "born"} else None
        base = BASE[self.verb]
        if not rest and base not in INTRANSITIVE and word != "What":
            return None
        return f"{word} did {self.inside} {base} {rest}".rstrip() + "?"


def clause_of(sentence: str, text: str) -> Clause | None:
    """The main clause of a sentence of `text`, if it is of the plain form."""
    found = _CLAUSE.match(sentence)
    if found is None:
        return None
    subject = found["subject"]
    words = subject.split()
    inside = within_sentence(subject, text)
    if inside is None or not _is_subject(words):
        return None
    lead = found["lead"] or ""
    return Clause(subject, found.start("subject"), inside, found["verb"], found["rest"], found.start("rest"), lead)


def _is_subject(words: list[str]) -> bool:
    """Whether the words before a verb are no more than who or what did it."""
    lower = [word.lower() for word in words]
    return (
        len(words) <= MAX_SUBJECT
        and lower[0] not in _HANGING - _DETERMINERS
        and not lower[0].endswith(("ally", "edly", "ently"))
        and not (_NOT_IN_SUBJECT | _UNCLEAR | BASE.keys()).intersection(lower)
        and not any(word.islower() and word.endswith(("ed", "ing", "ly")) for word in words)
    )


def within_sentence(subject: str, text: str) -> str | None:
    """A subject as it stands within a sentence; None when it is not known whether it begins with a name."""
    first, _, others = subject.partition(" ")
    if first.islower() or (others[:1].isupper() and first.lower() not in _DETERMINERS):
        return subject
    if is_name(first, text) and not others:
        return subject
    if first.lower() in _DETERMINERS or first.lower() in _small_words(text):
        return subject[0].lower() + subject[1:]
    return None


def is_name(word: str, text: str) -> bool:
    """Whether a word has a capital that it does not owe to the beginning of a sentence."""
    bare = word.strip(".,'’")
    return bare[:1].isupper() and bare.lower() not in _small_words(text)


@lru_cache(maxsize=4)
def _small_words(text: str) -> frozenset[str]:
    """The words of a text that stand in it without a capital."""
    return frozenset(re.findall(r"\b[^\W\d_A-Z][\w-]*", text))


def ended(rest: str) -> str:
    """What follows a verb, up to where the clause ends, without a time that only that day understood."""
    end = _END.search(rest)
    if end and end[0] in ("(", "["):
        return ""  # what is put in brackets would be cut out of the middle of a phrase
    kept = (rest[: end.start()] if end else rest).strip()
    kept = kept if re.search(r"\b[A-Z]\.$", kept) else kept.rstrip(".")
    return _TAIL.sub("", f" {kept}").strip()


def ends_early(rest: str) -> bool:
    """Whether the clause ends before `rest` does."""
    return _END.search(rest.rstrip()) is not None


def reads_well(question: str, text: str) -> bool:
    """Whether a question can stand alone: plain words, nothing that points elsewhere, a name, and an end that ends."""
    words = question[:-1].split()
    lower = [word.lower().strip(",.").removesuffix("'s").removesuffix("’s") for word in words]
    return (
        MIN_WORDS <= len(words) <= MAX_WORDS
        and bool(_PLAIN.fullmatch(question))
        and not _UNCLEAR.intersection(lower[1:])
        and lower[-1] not in _HANGING
        and _is_told(words, lower, text)
    )


def _is_told(words: list[str], lower: list[str], text: str) -> bool:
    """Whether a question says what it is about: by a name, or by enough other words."""
    terms = question_terms(" ".join(words))
    if any(is_name(word, text) for word in words[1:]):
        return len(terms) >= 2
    return len(terms) >= _NAMELESS_TERMS and not _VAGUE.intersection(lower)
