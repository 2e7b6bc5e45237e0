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


@dataclass(frozen=True, slots=True)
class AskedKind:
    """The kind, and the words that name the article, as "the crane" of "Summarise the article about the crane"; "" for
    "this article". Of a record, `of` is what is asked for.
    """

    kind: Kind
    article: str = ""
    of: str = ""


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
    ),
    "date": (
        rf"when (?:was|is) {_NAMED} (?:published|written|posted|released)",
        rf"(?:what is|what['’]s) the (?:date|publication date)(?: of {_NAMED})?",
        rf"how old is {_NAMED}",
    ),
    "source": (
        rf"where (?:is|was|does) {_NAMED} (?:from|published|come from)",
        rf"(?:who|which \w+) published {_NAMED}",
        rf"what is the (?:source|address|url|link)(?: of {_NAMED})?",
    ),
}
_RECORD = tuple((of, re.compile(pattern, re.IGNORECASE)) for of, patterns in _RECORDS.items() for pattern in patterns)


def asked_kind(question: str) -> AskedKind:
    """The kind of answer that a question wants."""
    plain = " ".join(question.split()).rstrip("?!. ")
    if _TALK.fullmatch(plain):
        return AskedKind(Kind.TALK)
    for pattern in _ABOUT:
        if match := pattern.fullmatch(plain):
            return AskedKind(Kind.ABOUT, _article(match))
    for of, pattern in _RECORD:
        if match := pattern.fullmatch(plain):
            return AskedKind(Kind.RECORD, _article(match), of)
    return AskedKind(Kind.READ)


def _article(match: re.Match[str]) -> str:
    return (match["title"] or match["topic"] or "").strip()
