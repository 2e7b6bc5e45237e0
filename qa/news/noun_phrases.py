"""The noun phrase that can be a speaker, before or behind a verb, as a range of the tokens of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

from qa.news.cues import ALSO_NOUNS, AUXILIARIES, CUES
from qa.news.tokens import Token

Range = tuple[int, int]

PRONOUNS = frozenset("he she they i we it you".split())
WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday yesterday today".split())
TIMES = WEEKDAYS | frozenset("earlier later recently again ago yesterday tonight".split())
DETERMINERS = frozenset(
    "the a an one another several some many most both all few two three four five six seven eight nine ten his her "
    "its their my our this that these those every each other others no any more".split()
)
PREPOSITIONS = frozenset(
    "in on at after before during by from for with to of since under over about against between into through within "
    "despite per upon amid following like unlike throughout asked speaking as instead".split()
)
CONJUNCTIONS = frozenset(
    "while as because that when if where after before since although though which than whether until but so or "
    "and then unless once how what why yet".split()
)
ADVERBS = frozenset(
    "also later then now just once still soon often even again already always previously recently reportedly "
    "privately publicly repeatedly famously only simply quickly further first all both".split()
)
SIGNS = frozenset([",", ";", ":", "—", "–", "--", "...", "…", "(", ")", "[", "]", "“", ".", "?", "!", "-", "•", "*"])
_MAX_TOKENS = 25
_SPEAKERS = frozenset(
    "police officials critics analysts people experts sources spokesman spokeswoman spokesperson one another some many "
    "others both prosecutors investigators researchers".split()
)
_NOBODY = frozenset("no not nor neither none nobody few".split())
POSSESSIVE = ("’s", "'s")
_END_OF_PIECE = frozenset([",", ";", ":", ".", "?", "!", "—", "–", "--", "("])
# Behind "said Ann Lee" the phrase goes on with "of" and "for", and not with these.
_STOPS = WEEKDAYS | frozenset(
    "in on at after before during when while as to about last this earlier later recently because since if where "
    "adding saying referring noting who whom whose which that but and via through by upon here there how what why "
    "is was has had will would said".split()
)
_NO_APPOSITION = frozenset(
    "in on at after before during when while as to about but and or which that because since if where by "
    "according with last this earlier not though although so from for he she they it we i you yet".split()
)


def phrase_before(sentence: Sequence[Token], end: int) -> Range | None:
    """The phrase that ends before token `end`, where a verb begins: the subject of "X, a spokesman, said"."""
    if end == 0:
        return None
    last = sentence[end - 1]
    if last.lower in PRONOUNS:
        return (end - 1, end)
    if last.lower == "who":
        return _antecedent(sentence, end - 1)
    if last.text in (",", "—", "–", "--", ")"):
        return _with_apposition(sentence, end - 1)
    return plain_phrase(sentence, end)


def plain_phrase(sentence: Sequence[Token], end: int) -> Range | None:
    """The phrase that ends before token `end`, without an apposition."""
    at = end
    while at > 0 and end - at < _MAX_TOKENS and not _is_boundary(sentence, at - 1):
        at -= 1
    return _without_opening(sentence, at, end)


def phrase_behind(sentence: Sequence[Token], start: int) -> Range | None:
    """The phrase that begins at token `start`, behind an inverted verb: "said X, a spokesman for Y"."""
    if start >= len(sentence):
        return None
    first = sentence[start]
    if first.lower in PRONOUNS:
        follows = sentence[start + 1].text if start + 1 < len(sentence) else "."
        return (start, start + 1) if follows in (".", ",", ";", ":") else None
    if first.is_capital:
        if first.lower in WEEKDAYS:
            return None
    elif first.lower in _STOPS or not (first.lower in DETERMINERS | _SPEAKERS or _leads_to_name(sentence, start)):
        return None
    at = start + 1
    while at < len(sentence) and not _stops(sentence, at):
        at += 1
    return _with_apposition_behind(sentence, start, at)


def _leads_to_name(sentence: Sequence[Token], start: int) -> bool:
    """Whether words without a capital belong to a name: "former adviser David Axelrod"."""
    if not sentence[start].text[0].isalnum() or is_adverb(sentence[start]):
        return False
    for at in range(start + 1, min(len(sentence), start + 6)):
        if sentence[at].is_capital:
            return True
        if _stops(sentence, at) or not sentence[at].is_word:
            return False
    return False


def source_behind(sentence: Sequence[Token], start: int) -> Range | None:
    """The phrase behind "according to": all of it up to a comma, with an apposition."""
    at = start
    while at < len(sentence) and not _ends_source(sentence, start, at):
        at += 1
    return _with_apposition_behind(sentence, start, at) if at > start else None


def _antecedent(sentence: Sequence[Token], who: int) -> Range | None:
    """Of "Ann Lee, who said" the name."""
    at = who - 1 if who and sentence[who - 1].text == "," else who
    found = plain_phrase(sentence, at)
    return found and last_name(sentence, found)


def is_adverb(token: Token) -> bool:
    """Whether it says how or when: "also", "repeatedly"; a capital in front of a phrase does not tell."""
    return token.lower in ADVERBS or (token.lower.endswith("ly") and len(token.lower) > 4 and not token.is_capital)


def last_name(sentence: Sequence[Token], found: Range) -> Range:
    """The last run of capitals of a phrase; the phrase where there is none."""
    start, end = found
    stop = end
    while stop > start and not sentence[stop - 1].is_capital:
        stop -= 1
    if stop == start:
        return found
    at = stop
    while at > start and (sentence[at - 1].is_capital or sentence[at - 1].lower in (*POSSESSIVE, "de", "al", "von")):
        at -= 1
    return (at, stop)


def _with_apposition(sentence: Sequence[Token], sign: int) -> Range | None:
    """The phrase before what stands between two commas, dashes or brackets, together with that."""
    opening = "(" if sentence[sign].text == ")" else sentence[sign].text
    for at in range(sign - 1, max(0, sign - _MAX_TOKENS), -1):
        token = sentence[at]
        if token.quoted is not None and sentence[at - 1].text != opening:
            return None
        if token.text == opening:
            brackets = sentence[at - 1].text in (",", ")")
            found = phrase_before(sentence, at) if brackets else plain_phrase(sentence, at)
            return (found[0], sign + (opening == "(")) if found else None
    return None


def _is_boundary(sentence: Sequence[Token], at: int) -> bool:
    token = sentence[at]
    word = token.lower
    if word in SIGNS:
        return True
    if word in ("and", "&"):
        return not joins_names(sentence, at)
    if word in CONJUNCTIONS or word in PRONOUNS:
        return True
    if word in POSSESSIVE:
        return sentence[at + 1].lower in ("not", "been")
    if word in AUXILIARIES:
        return True
    is_noun = word in ALSO_NOUNS and at > 0 and sentence[at - 1].lower not in PRONOUNS
    return word in CUES and not token.is_capital and not is_noun


def joins_names(sentence: Sequence[Token], at: int) -> bool:
    """Whether "and" at a token stands between two words with a capital."""
    return 0 < at < len(sentence) - 1 and sentence[at - 1].is_capital and sentence[at + 1].is_capital


def _without_opening(sentence: Sequence[Token], start: int, end: int) -> Range | None:
    """A phrase without an opening such as "On Monday" or "In a statement"; None when no speaker is left."""
    while start < end and is_adverb(sentence[start]):
        start += 1
    if start < end and sentence[start].lower in PREPOSITIONS:
        named = last_name(sentence, (start, end))
        if named == (start, end) or named[1] != end or sentence[named[0]].lower in WEEKDAYS:
            return _last_determined(sentence, start, end)
        start = max(named[0], start + 1)
    if start >= end or sentence[start].lower in PREPOSITIONS | _NOBODY:
        return None
    return (start, end) if can_speak(sentence, (start, end)) else None


def _last_determined(sentence: Sequence[Token], start: int, end: int) -> Range | None:
    """Of "In a statement the firm" the part from the last article on."""
    for at in range(end - 2, start, -1):
        if sentence[at].lower in ("the", "one", "another", "his", "her"):
            return (at, end) if sentence[at - 1].lower not in PREPOSITIONS else None
    return None


def can_speak(sentence: Sequence[Token], found: Range) -> bool:
    """Whether a phrase can name somebody: a name, a pronoun, or a noun."""
    words = [each for each in sentence[found[0] : found[1]] if each.is_word]
    if not words or all(each.lower in WEEKDAYS for each in words) or words[-1].lower in DETERMINERS - _SPEAKERS:
        return False
    first, last = words[0], words[-1].lower
    if last in _SPEAKERS or last.endswith("s") or first.lower in PRONOUNS:
        return True
    if len(words) == 1:
        return first.is_capital and first.lower not in CONJUNCTIONS | PREPOSITIONS and not last.endswith("ing")
    return any(each.is_capital for each in words) or first.lower in DETERMINERS


def _stops(sentence: Sequence[Token], at: int) -> bool:
    word = sentence[at].lower
    if word == "and":
        return not joins_names(sentence, at)
    return word in SIGNS or word in _STOPS


def _with_apposition_behind(sentence: Sequence[Token], start: int, end: int) -> Range:
    """The phrase with "a spokesman for Y" behind its comma, with brackets or a clause with "who"."""
    if end + 1 >= len(sentence):
        return (start, end)
    if sentence[end].text == "(":
        close = next((n for n in range(end, min(len(sentence), end + 8)) if sentence[n].text == ")"), None)
        return (start, end) if close is None else _with_apposition_behind(sentence, start, close + 1)
    if sentence[end].lower in ("who", "whose"):
        return (start, _end_of_piece(sentence, end))
    following = sentence[end + 1]
    if sentence[end].text != "," or not following.is_word or following.lower in _NO_APPOSITION:
        return (start, end)
    if following.lower.endswith(("ing", "ly")):
        return (start, end)
    return (start, _end_of_piece(sentence, end + 1))


def _end_of_piece(sentence: Sequence[Token], at: int) -> int:
    """Where the piece up to the next comma ends; of "a delegate of Austin, Texas," behind the state."""
    while at < len(sentence) and sentence[at].text not in _END_OF_PIECE and sentence[at].quoted is None:
        at += 1
    if at + 2 < len(sentence) and sentence[at + 1].is_capital and sentence[at + 2].text in (",", "."):
        return at + 2 if sentence[at].text == "," else at
    return at


def _ends_source(sentence: Sequence[Token], start: int, at: int) -> bool:
    word = sentence[at].lower
    if word in SIGNS or word in ("who", "which"):
        return True
    return at > start + 1 and word in ("and", "but", "when", "while") and not joins_names(sentence, at)
