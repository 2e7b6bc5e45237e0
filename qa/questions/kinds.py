"""What kind of answer a question wants, where none is to be read for: a talk, a record, what an article is about."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What is wanted."""

    READ = "read"  # words of an article that answer: the ordinary kind
    ABOUT = "about"  # what an article is about: its opening and its central sentences
    RECORD = "record"  # what the library knows of an article: who wrote it, when it was published, where it is from
    TALK = "talk"  # a greeting, thanks, or what can be done here
    SEVERAL = "several"  # several questions in one, each answered
    TOPIC = "topic"  # what the articles say of something: a briefing, newest first
    COMPARISON = "comparison"  # what they say of two things, side by side


GIVEN = (Kind.READ, Kind.TOPIC, Kind.ABOUT)  # which whoever asks may choose


@dataclass(frozen=True, slots=True)
class AskedKind:
    """The kind, and the words that name the article, as "the crane" of "Summarise the article about the crane"; "" for
    "this article". Of a record, `of` is what is asked for; of a topic it is the topic, and of a comparison what both of
    its `sides` are compared in.
    """

    kind: Kind
    article: str = ""
    of: str = ""
    sides: tuple[str, ...] = ()


_ARTICLE = r"(?:article|story|piece|report|text|page|document)"
_NAMED = (
    rf"(?:(?:this|that|the) {_ARTICLE}|it|this|[\"“](?P<title>.+?)[\"”]|the {_ARTICLE} (?:about|on) (?P<topic>.+?))"
)
_TALK = re.compile(
    r"(?:hi|hello|hey|hey there|good (?:morning|afternoon|evening)|thanks?|thank you(?: very much)?|thx|ok|okay|bye|"
    r"goodbye|help|help me|who are you|what are you|what can (?:you|i) (?:do|ask)(?: here)?|how does this work|"
    r"what is this)",
    re.IGNORECASE,
)
_ABOUT = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"what(?:['’]s| is| was) {_NAMED} about",
        rf"(?:please )?(?:summari[sz]e|sum up|give me (?:a summary|the gist|the (?:key|main) points) of) {_NAMED}",
        rf"(?:a )?(?:summary|key points|main points|gist)(?: of {_NAMED})?",
        rf"what (?:are|were) the (?:key|main) points(?: of {_NAMED})?",
        rf"what does {_NAMED} say",
    )
)
_RECORDS = {
    "author": (
        rf"who(?:['’]s| is| was| are| were) the (?:authors?|writers?|reporter|journalist)(?: of {_NAMED})?",
        rf"who (?:wrote|has written|authored) {_NAMED}",
        rf"by whom (?:is|was) {_NAMED} written",
        r"who (?:wrote|has written|reported) (?:about|on) (?P<topic>.+?)",
    ),
    "date": (
        rf"when (?:was|is) {_NAMED} (?:published|written|posted|released)",
        rf"(?:what is|what['’]s) the (?:date|publication date)(?: of {_NAMED})?",
        rf"how old is {_NAMED}",
        rf"when did {_NAMED} (?:appear|come out)",
    ),
    "source": (
        rf"where (?:is|was|does) {_NAMED} (?:from|published|come from)",
        rf"(?:who|which \w+) published {_NAMED}",
        rf"what is the (?:source|address|url|link)(?: of {_NAMED})?",
    ),
}
_TOPIC = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?:please |can you |could you )?(?:tell|brief) me (?:more |something |everything |all )?(?:about|on) "
        r"(?P<topic>.+)",
        r"what (?:has )?happened (?:at|in|to|with|on|during|around) (?P<topic>.+)",
        r"what(?:['’]s| is| was) (?:the )?(?:story|news|latest)(?: news)? (?:about|on|with|of|from) (?P<topic>.+)",
        r"what (?:do|does) (?:the|my|your|our) (?:articles|library|papers|clippings) (?:say|know|have) (?:about|on|of) "
        r"(?P<topic>.+)",
        r"(?:what do you know|(?:is there |do you have )?anything|everything|all) (?:about|on) (?P<topic>.+)",
        r"(?:give me )?(?:a |an )?(?:briefing|overview|background)(?: note)? (?:on|about|of) (?P<topic>.+)",
    )
)
_IN = r"(?: (?:on|in|about|over|regarding|concerning|as to) (?P<of>.{1,120}?))?"
_ONE, _OTHER = r"(?P<one>.{1,120}?)", r"(?P<other>.{1,120}?)"
_DIFFERENCE = r"what(?:['’]s| is| are| was| were) the (?:main )?differences? between"
_COMPARISON = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"how (?:do|did|does) {_ONE} and {_OTHER} (?:differ|compare){_IN}",
        rf"{_DIFFERENCE} the (?P<of>\w{{1,40}}) (?:of|by|from) {_ONE} and {_OTHER}",
        rf"{_DIFFERENCE} {_ONE} and {_OTHER}{_IN}",
        rf"(?:please )?compare {_ONE} (?:and|with|to) {_OTHER}(?: (?:on|about|over|regarding) (?P<of>.{{1,120}}?))?",
        rf"{_ONE} (?:vs\.?|versus) {_OTHER}(?P<of>)",
    )
)
_YEAR_AT_END = re.compile(r"\b(?:1[89]|20)\d\d$")
_RECORD = tuple((of, re.compile(pattern, re.IGNORECASE)) for of, patterns in _RECORDS.items() for pattern in patterns)


def asked_kind(question: str, given: Kind | None = None) -> AskedKind:
    """The kind of answer that a question wants, or the `given` one of `GIVEN` for it.

    A topic that the words of the question do not name is the question itself, and so is an article.
    """
    found = _kind_of_words(question)
    if given is None or given is found.kind:
        return found
    plain = " ".join(question.split()).rstrip("?!. ")
    if given is Kind.TOPIC:
        return AskedKind(Kind.TOPIC, of=found.article or plain)
    if given is Kind.ABOUT:
        return AskedKind(Kind.ABOUT, found.article or found.of or plain)
    return AskedKind(Kind.READ)


def _kind_of_words(question: str) -> AskedKind:
    plain = " ".join(question.split()).rstrip("?!. ")
    if _TALK.fullmatch(plain):
        return AskedKind(Kind.TALK)
    for pattern in _ABOUT:
        if match := pattern.fullmatch(plain):
            return AskedKind(Kind.ABOUT, _article(match))
    for of, pattern in _RECORD:
        if match := pattern.fullmatch(plain):
            return AskedKind(Kind.RECORD, _article(match), of)
    for pattern in _TOPIC:
        if match := pattern.fullmatch(plain):
            return AskedKind(Kind.TOPIC, of=match["topic"].strip())
    for pattern in _COMPARISON:
        if match := pattern.fullmatch(plain):
            return AskedKind(
                Kind.COMPARISON, of=(match["of"] or "").strip(), sides=_sides(match["one"], match["other"])
            )
    return AskedKind(Kind.READ)


def _article(match: re.Match[str]) -> str:
    named = match.groupdict()
    return (named.get("title") or named.get("topic") or "").strip()


def _sides(one: str, other: str) -> tuple[str, str]:
    """Both things that are compared; of "costs in 2024" and "2025" the other is "costs in 2025"."""
    if _YEAR_AT_END.fullmatch(other) and _YEAR_AT_END.search(one):
        return one, _YEAR_AT_END.sub(other, one)
    return one, other
