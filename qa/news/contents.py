"""Where what is said begins and ends in its sentence, as ranges of tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from qa.news.cues import ALSO_NOUNS, CUES, SHOWING, TO_SOMEBODY
from qa.news.noun_phrases import DETERMINERS, PRONOUNS, WEEKDAYS, Range
from qa.news.tokens import Token

Sentence = Sequence[Token]

_TIMES = WEEKDAYS | frozenset(
    "earlier later recently again last this week month year morning afternoon evening night before ago separately "
    "here tonight".split()
)
_FINITE = frozenset(
    "is are was were has have had will would can could may might must should do does did 's ’s 're ’re".split()
)
_ADJUNCTS = frozenset(
    "in on at during after to of about before via through when as by , from with for late early out back publicly "
    "yet".split()
)
_CLOSING_ADJUNCTS = frozenset("in on at during after to of about before reporters me when as via by from".split())
_NO_CLAUSE = frozenset("of to for with about in on at by from as so against when after .".split())
_LOOSE_CLAUSE = frozenset("in on at by from as so after when".split())
_PROMISES = frozenset("promised vowed pledged promises vows pledges agreed".split())
# Behind these what follows is a clause wherever it can be one.
_PLAIN = frozenset(
    "said says say told tells tell insisted insists suggested suggests think thinks thought believe believes believed "
    "hope hopes hoped argued argues wrote writes noted notes added adds".split()
)
_FURTHER = frozenset("according adding saying noting citing calling arguing referring telling warning".split())
_OBJECTS = frozenset("me him her us them you it reporters lawmakers supporters voters people investors".split())
_ASKED = frozenset("whether if why what how who when where “".split())
_AROUND = frozenset([",", ":", ";", "—", "–", "--"])


def trimmed(sentence: Sentence, ranges: Iterable[Range]) -> tuple[Range, ...]:
    """Without commas, colons and dashes at both ends; what is then empty is left out."""
    found = []
    for start, end in ranges:
        while start < end and sentence[start].text in _AROUND:
            start += 1
        while end > start and sentence[end - 1].text in _AROUND:
            end -= 1
        if start < end:
            found.append((start, end))
    return tuple(found)


def quotations_in_a_row(sentence: Sentence, start: int, end: int) -> list[Range]:
    """Each of the quotations from `start` on, up to the first word but "and" that stands between."""
    row: list[Range] = []
    for at in range(start, end):
        token = sentence[at]
        if token.quoted is not None:
            row.append((at, at + 1))
        elif token.is_word and token.lower != "and":
            return row
    return row


def content_end(sentence: Sentence, start: int, end: int) -> int:
    """Where what is said ends: before ", adding", "according to" or another's turn to speak, else at `end`."""
    for at in range(start + 2, end - 1):
        word, following = sentence[at].lower, sentence[at + 1].lower
        if word == "according" or (word == "," and following in _FURTHER):
            return at
        turns = word == "," and following in ("but", "and") and at + 3 < end and sentence[at + 2].lower in PRONOUNS
        if turns and any(token.lower in CUES for token in sentence[at + 3 : at + 6]):
            return at
    return end


def has_free_way(sentence: Sentence, start: int, quotation: int) -> bool:
    """Whether the quotation at a token goes on with what was said before token `start`: "Q," X said, "Q"."""
    between = sentence[start:quotation]
    if any(token.lower in CUES and not token.is_capital for token in between) or len(between) > 30:
        return False
    return not between or between[-1].text in (",", ":", "—", "–", "--", "that")


def is_clause(sentence: Sentence, start: int, end: int, word: str) -> bool:
    """Whether what follows the verb can be a clause that is said, and not its object."""
    if sentence[start - 1].lower == "that":
        return True
    first = sentence[start]
    if word in SHOWING and not _opens_clause(first):
        return False
    if first.lower in _NO_CLAUSE:
        loose = word in ("said", "says", "say") and first.lower in _LOOSE_CLAUSE and end - start > 6
        return loose or (word in _PROMISES and first.lower == "to")
    if first.lower == "than":
        return False
    if word in _PLAIN:
        return sum(token.is_word or token.quoted is not None for token in sentence[start:end]) > 2
    return any(_is_finite(token) for token in sentence[start + 1 : min(end, start + 14)])


def _opens_clause(token: Token) -> bool:
    return token.lower in ("the", "a", "an") or token.text[0].isdigit() or token.is_capital or token.lower in PRONOUNS


def _is_finite(token: Token) -> bool:
    return token.lower in _FINITE or token.lower in CUES


def is_adjunct_to_end(sentence: Sentence, start: int, end: int) -> bool:
    """Whether nothing but a time or a place follows from `start` on, or a sign."""
    if start >= end:
        return True
    if sentence[start].text in (",", ";", "—", "--"):
        return start + 1 < end and sentence[start + 1].quoted is None
    rest = sentence[start:end]
    if len(rest) > 15 or any(_is_said(token) for token in rest):
        return False
    return rest[0].lower in _TIMES or rest[0].lower in _CLOSING_ADJUNCTS


def _is_said(token: Token) -> bool:
    return token.lower in _FINITE or token.lower in ("that", "“", ":")


def after_adjuncts(sentence: Sentence, cue: int, end: int) -> int | None:
    """Where what is said begins behind its cue: behind "that", "reporters", "Tuesday in an interview with CNN"."""
    start, word = cue + 1, sentence[cue].lower
    that = _next(sentence, "that", start, min(end, start + 22))
    colon = _next(sentence, ":", start, min(end, start + 30))
    quotation = _next(sentence, "“", start, end)
    if colon < min(quotation, that) and (quotation < end or word in TO_SOMEBODY or colon - start < 4):
        return colon + 1
    if that < quotation and _is_adjunct(sentence, start, that, word):
        return that + 1
    if quotation < end and _leads_to(sentence, start, quotation, word):
        return quotation
    return _after_object(sentence, start, end) if word in TO_SOMEBODY else _after_time(sentence, start, end)


def _next(sentence: Sentence, word: str, start: int, stop: int) -> int:
    """The token that is this word; else what no token reaches."""
    return next((at for at in range(start, stop) if sentence[at].lower == word), len(sentence))


def _leads_to(sentence: Sentence, start: int, quotation: int, word: str) -> bool:
    """Whether only an object, a time or a place stands between a verb and a quotation."""
    if quotation == start:
        return True
    if sentence[quotation - 1].text == ",":
        return _is_adjunct(sentence, start, quotation - 1, word)
    near = quotation - start <= 8 and word in TO_SOMEBODY | {"said", "wrote", "says"}
    return near and _is_adjunct(sentence, start, quotation, word)


def _is_adjunct(sentence: Sentence, start: int, end: int, word: str) -> bool:
    """Whether these tokens are no clause: nothing, an object, a time or a place."""
    if start == end:
        return True
    between = sentence[start:end]
    if any(_is_finite(token) and not token.is_capital and token.lower not in ALSO_NOUNS for token in between):
        return False
    first = between[0].lower
    return word in TO_SOMEBODY or first in _TIMES or first in _ADJUNCTS or first.endswith("ly")


def _after_time(sentence: Sentence, start: int, end: int) -> int | None:
    """Behind "Tuesday" or "on Tuesday"; None behind a comma, or where a longer adjunct is followed by no "that"."""
    at = start
    while at < end and sentence[at].lower in _TIMES:
        at += 1
    if at + 1 >= end:
        return at if at < end else None
    word, following = sentence[at].lower, sentence[at + 1].lower
    if word == "on" and following in _TIMES:
        return at + 2
    if word in ("in", "on", "at", "during", "after") and following in DETERMINERS | _TIMES | {"twitter"}:
        return at if _next(sentence, ",", at, min(end, at + 12)) >= end else None
    return None if word == "," else at


def _after_object(sentence: Sentence, start: int, end: int) -> int | None:
    """Behind "reporters" or "the New York Times"; None where no clause follows."""
    at = _object_end(sentence, start, end)
    if sentence[start - 1].lower.startswith("ask"):
        return at if at < end and sentence[at].lower in _ASKED else None
    while at < end and sentence[at].lower in _TIMES:
        at += 1
    if at + 1 < end and sentence[at].lower == "on" and sentence[at + 1].lower in _TIMES:
        at += 2
    if at >= end or sentence[at].lower in ("in", "on", "at", "during", "about", "of", "for", "not", ",", "from"):
        return None
    return at


def _object_end(sentence: Sentence, start: int, end: int) -> int:
    if start >= end:
        return start
    first = sentence[start]
    if first.lower in _OBJECTS:
        return start + 1
    if not first.is_capital and first.lower not in DETERMINERS:
        return start
    at = start + 1
    while not first.is_capital and at < min(end, start + 3) and _is_common(sentence[at]):
        at += 1
    while at < end and (sentence[at].is_capital or sentence[at].lower in ("’s", "'s", "of", "and", "&")):
        at += 1
    return at


def _is_common(token: Token) -> bool:
    return token.is_word and not token.is_capital and token.lower not in DETERMINERS | PRONOUNS
