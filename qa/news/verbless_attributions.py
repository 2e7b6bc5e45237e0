"""Who says what without a verb of saying: "according to X", a colon, a comma and a name, a signature."""

from __future__ import annotations

from qa.news.attribution import Attribution, Sentence, postposed
from qa.news.contents import trimmed
from qa.news.cues import BESIDE_QUOTES
from qa.news.noun_phrases import PRONOUNS, is_adverb, phrase_before, source_behind
from qa.news.subjects import first_subject

_NO_VERB = frozenset(
    "and or but who which that in on at of for with from to as is are was were be will would has had".split()
)


def according_to(sentence: Sentence, cue: int, end: int) -> Attribution | None:
    """What is so "according to" somebody, the cue's first token being `cue`."""
    speaker = source_behind(sentence, cue + 2)
    if speaker is None:
        return None
    if cue == 0 and speaker[1] >= end:  # what looked like an apposition is what is said
        comma = next((at for at in range(*speaker) if sentence[at].text == ","), end)
        speaker = (speaker[0], comma)
    speaker = (speaker[0], min(speaker[1], end))
    content = trimmed(sentence, [(0, cue), (speaker[1], end)])
    return Attribution(speaker, (cue, cue + 2), content, direct=False)


def behind_colon(sentence: Sentence, end: int) -> Attribution | None:
    """X took aim at Y: Q."""
    if end < 3 or sentence[end - 1].quoted is None or sentence[end - 2].text != ":":
        return None
    speaker = first_subject(sentence, end - 2)
    return Attribution(speaker, (end - 2, end - 1), ((end - 1, end),), direct=True) if speaker else None


def introduction(sentence: Sentence) -> Attribution | None:
    """Who is about to speak, where a sentence ends in a colon: "X went on:". It has no content."""
    colon = len(sentence) - 1
    if colon < 1 or sentence[colon].text != ":" or any(token.quoted is not None for token in sentence):
        return None
    cue = next((at for at in range(colon - 1, 0, -1) if sentence[at].lower in BESIDE_QUOTES), colon)
    speaker = (phrase_before(sentence, cue) if cue < colon else None) or first_subject(sentence, cue)
    return Attribution(speaker, (cue, cue + 1), (), direct=True) if speaker else None


def beside_comma(sentence: Sentence, end: int) -> Attribution | None:
    """Any word is a verb of saying behind a quotation that ends in a comma and a name: "You are wrong," Lee charged."""
    quotation = next((at for at, token in enumerate(sentence) if token.quoted is not None), end)
    start = quotation + 1
    if start >= end or not sentence[quotation].text.rstrip("”\"'’»`").endswith(","):
        return None
    at = start
    while at < end and (sentence[at].is_capital or (at == start and sentence[at].lower in PRONOUNS)):
        at += 1
    speaker = (start, at)
    while at < end and is_adverb(sentence[at]):
        at += 1
    if at == start or at >= end or not sentence[at].text.isalpha() or sentence[at].lower in _NO_VERB:
        return None
    return postposed(sentence, quotation, speaker, at, end, at + 1)


def signed(sentence: Sentence, end: int) -> Attribution | None:
    """Q — Ann Lee, Boston."""
    if end < 3 or sentence[0].quoted is None or sentence[1].text not in ("—", "―", "–", "-", "--"):
        return None
    if not sentence[2].is_capital or any(token.quoted is not None for token in sentence[1:end]):
        return None
    return Attribution((2, end), (1, 2), ((0, 1),), direct=True)
