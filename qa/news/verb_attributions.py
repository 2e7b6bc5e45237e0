"""Who says what by a verb: "X said", "said X", "X left, saying"."""

from __future__ import annotations

from qa.news.attribution import COMMAS, Attribution, Sentence, postposed, quotation_before
from qa.news.contents import (
    after_adjuncts,
    content_end,
    is_adjunct_to_end,
    is_clause,
    quotations_in_a_row,
    trimmed,
)
from qa.news.cues import (
    ALSO_NOUNS,
    AUXILIARIES,
    BESIDE_QUOTES,
    BESIDE_WHOLE_QUOTATIONS,
    CUES,
    INVERTED,
    INVERTED_INDIRECT,
    MODALS,
    NAMING,
    NEGATIONS,
    PASSIVE,
    SAYING,
    SHOWING,
)
from qa.news.noun_phrases import (
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    Range,
    is_adverb,
    phrase_before,
    phrase_behind,
    plain_phrase,
)
from qa.news.subjects import first_subject
from qa.news.tokens import Token

_NOUN_BEFORE = frozenset("the a an of in 's ’s his her their its this that for no our my your any some".split())
_VERB_BEHIND_NOUN = frozenset("of from by was were is are has have had said came about on like".split())
_PLURAL = frozenset("they we i you people police many some others who men women both".split())
_BEFORE_PARTICIPLE = frozenset("by as and is are was were been 's ’s 're ’re".split())


_OPENS_CLAUSE = frozenset("as but while after when where because".split())
_LONGEST_SUBJECT = 30  # tokens
_MARKS = "”\"'’»«“` \xa0"


def by_verb(sentence: Sentence, cue: int, end: int, last_speaker: Range | None) -> Attribution | None:
    """What is said with the verb at token `cue`, in a sentence that ends before token `end`; None where nothing is.

    `last_speaker` has the verbs that have no subject of their own: "X said this and added that".
    """
    word = sentence[cue].lower
    group = _group_start(sentence, cue)
    if _is_denied(sentence, cue, group):
        return None
    if word.endswith("ing"):
        return _by_participle(sentence, cue, group, end, last_speaker)
    found = _inverted(sentence, cue, group, end) if _ends_with_speaker(sentence, cue, group, end) else None
    speaker = _between(sentence, group) or phrase_before(sentence, group)
    if found is None and speaker is not None and _is_verb_of(speaker, sentence, cue, group):
        found = _with_subject(sentence, cue, speaker, end)
    if found is None:
        found = _inverted(sentence, cue, group, end)
    if found is None and group and sentence[group - 1].lower in ("and", "but", "then") and word not in ALSO_NOUNS:
        speaker = last_speaker or first_subject(sentence, group - 1)
        found = _followed(sentence, cue, speaker, end) if speaker else None
    return found


def _between(sentence: Sentence, group: int) -> Range | None:
    """All that stands between a quotation that ends in a comma and the verb: "Q," X, 30, of Raleigh, N.C., said."""
    quotation = next((at for at in range(group - 1, -1, -1) if sentence[at].quoted is not None), None)
    if quotation is None or not 0 < group - quotation - 1 <= _LONGEST_SUBJECT:
        return None
    start, end = quotation + 1, group
    first = sentence[start]
    if not sentence[quotation].text.rstrip(_MARKS).endswith((",", "?", "!")) or not _begins_clause(sentence, start):
        return None
    if any(_is_cue(sentence, at) for at in range(start, end)):
        return None
    has_clause = any(token.lower in CONJUNCTIONS for token in sentence[start:end]) and first.lower in PRONOUNS
    while end > start and sentence[end - 1].text in COMMAS:
        end -= 1
    return (start, end) if start < end and not has_clause else None


def _is_cue(sentence: Sentence, at: int) -> bool:
    """Whether somebody else may speak by this word."""
    return sentence[at].lower in CUES and not sentence[at].is_capital and sentence[at - 1].lower not in PASSIVE


def _is_verb_of(speaker: Range, sentence: Sentence, cue: int, group: int) -> bool:
    """Behind "Q," and a phrase it is a verb, else where it is no noun."""
    quotation = quotation_before(sentence, speaker[0])
    if quotation is not None and sentence[speaker[1] - 1].lower not in DETERMINERS:
        return True
    return not _is_noun(sentence, cue, group)


def _group_start(sentence: Sentence, cue: int) -> int:
    """Where the verbs of the cue begin: of "has also said", at "has"."""
    at = cue
    while at > 0 and _is_in_group(sentence[at - 1]):
        at -= 1
    return at


def _is_in_group(token: Token) -> bool:
    word = token.lower
    return word in AUXILIARIES or is_adverb(token)


def _is_denied(sentence: Sentence, cue: int, group: int) -> bool:
    """Whether it is not said at all: "did not say", "would say", "declined to say", "was told"."""
    words = {token.lower for token in sentence[group:cue]}
    before = sentence[group - 1].lower if group else ""
    if before in NEGATIONS or before in MODALS or words & {"do", "did", "does"}:
        return True
    if before == "to":
        return group < 2 or sentence[group - 2].lower not in ("on", "went", "goes")
    return cue > 0 and sentence[cue - 1].lower in PASSIVE and not sentence[cue].lower.endswith("ing")


def _is_noun(sentence: Sentence, cue: int, group: int) -> bool:
    """Whether the cue is a noun or an adjective here: "the claims", "a Washington think tank", "added security"."""
    word = sentence[cue].lower
    before = sentence[cue - 1]
    following = sentence[cue + 1].lower if cue + 1 < len(sentence) else "."
    if before.text in COMMAS:
        return False
    if before.lower in DETERMINERS or (word == "pledged" and following.startswith("delegate")):
        return word in ALSO_NOUNS or before.lower not in ("one", "another", "some", "many", "others", "both", "all")
    if word not in ALSO_NOUNS:
        return False
    if group < cue:
        return before.lower in ("’s", "'s")
    if before.lower in _NOUN_BEFORE or following in _VERB_BEHIND_NOUN:
        return True
    if before.lower in PRONOUNS:
        return False
    if word.endswith("s") and not before.is_capital:
        return following not in ("that", "“", ":", ",")
    if not word.endswith("s") and not (before.lower in _PLURAL or before.lower.endswith("s") or before.is_capital):
        return True
    return following not in ("that", "“", ":", ",") and not _begins_clause(sentence, cue + 1)


def _begins_clause(sentence: Sentence, at: int) -> bool:
    if at >= len(sentence):
        return False
    token = sentence[at]
    return token.is_capital or token.lower in PRONOUNS | DETERMINERS


def _with_subject(sentence: Sentence, cue: int, speaker: Range, end: int) -> Attribution | None:
    word = sentence[cue].lower
    leading = sentence[speaker[0] - 1].lower if speaker[0] else ""
    if leading in ("if", "whether", "unless") or (leading == "what" and word in NAMING):
        return None
    quotation = quotation_before(sentence, speaker[0])
    closed = quotation is not None and (
        _is_closed_by_comma(sentence, quotation, speaker[0])
        or (quotation == 0 and word in SAYING and is_adjunct_to_end(sentence, cue + 1, end))
    )
    if quotation is not None and closed and word in BESIDE_QUOTES:
        return postposed(sentence, quotation, speaker, cue, end, cue + 1)
    first = speaker[0]
    if first and sentence[first - 1].text in COMMAS and word in SAYING | {"show", "shows", "showed"}:
        behind = sentence[cue + 1].text if cue + 1 < len(sentence) else ""
        if behind == "," and sentence[first - 1].text == "," and _goes_on(sentence, cue + 2, end):
            content = trimmed(sentence, [(0, first - 1), (cue + 2, end)])
            return Attribution(speaker, (cue, cue + 1), content, direct=False)
        opens_with_adjunct = sentence[0].lower in PREPOSITIONS | {"but", "when", "while", "if"} and first < 9
        if first > 3 and not opens_with_adjunct and is_adjunct_to_end(sentence, cue + 1, end):
            return Attribution(speaker, (cue, cue + 1), trimmed(sentence, [(0, first - 1)]), direct=False)
    return _followed(sentence, cue, speaker, end)


def _goes_on(sentence: Sentence, start: int, end: int) -> bool:
    """Whether a sentence that was broken by "X said" goes on: "The bridge, X said, will fall"."""
    return start < end and sentence[start].is_word and not sentence[start].lower.endswith("ing")


def _is_closed_by_comma(sentence: Sentence, quotation: int, following: int) -> bool:
    """Whether its speaker can follow: behind a quotation of a single word, as "so-called" ones are, none does."""
    inside = sentence[quotation].text.rstrip(_MARKS)
    return inside.endswith((",", "?", "!", "…", ".", "—", "-")) or following - 1 != quotation


def _followed(sentence: Sentence, cue: int, speaker: Range, end: int) -> Attribution | None:
    """What is said behind its cue: "X said that ..."."""
    start = after_adjuncts(sentence, cue, end)
    if start is None or start >= end:
        return None
    word = sentence[cue].lower
    mark = (cue, cue + 1)
    if sentence[start].quoted is not None:
        return _followed_by_quotation(sentence, mark, speaker, start, end)
    quotations = [n for n in range(start, end) if sentence[n].quoted is not None]
    if word in SAYING | SHOWING:
        if sentence[start - 1].text == ":" and quotations:
            return Attribution(speaker, mark, ((quotations[0], quotations[0] + 1),), direct=True)
        if not is_clause(sentence, start, end, word):
            return None
        return Attribution(speaker, mark, trimmed(sentence, [(start, content_end(sentence, start, end))]), direct=False)
    if not quotations:
        return None
    if quotations[0] + 1 >= end and sentence[quotations[0] - 1].text in (":", ","):
        return Attribution(speaker, mark, ((quotations[0], quotations[0] + 1),), direct=True)
    stop = content_end(sentence, start, end)
    if quotations[0] >= stop or word in BESIDE_WHOLE_QUOTATIONS:
        return None
    return Attribution(speaker, mark, trimmed(sentence, [(start, stop)]), direct=False)


def _followed_by_quotation(sentence: Sentence, cue: Range, speaker: Range, start: int, end: int) -> Attribution:
    following = sentence[start + 1].text if start + 1 < end else ","
    if following in (",", ";", "—", "--") or sentence[start - 1].text in (":", ","):
        return Attribution(speaker, cue, tuple(quotations_in_a_row(sentence, start, end)), direct=True)
    stop = content_end(sentence, start, end)
    return Attribution(speaker, cue, ((start, stop),), direct=stop == start + 1)


def _ends_with_speaker(sentence: Sentence, cue: int, group: int, end: int) -> bool:
    """Whether a comma is before the verb and nothing but a speaker behind it: "..., said Ann Lee, a vet."."""
    if group == 0 or sentence[group - 1].text != ",":
        return False
    speaker = phrase_behind(sentence, cue + 1)
    return speaker is not None and speaker[1] >= end


def _inverted(sentence: Sentence, cue: int, group: int, end: int) -> Attribution | None:
    """Q, said X."""
    word = sentence[cue].lower
    speaker = phrase_behind(sentence, cue + 1) if word in INVERTED else None
    if speaker is None:
        return None
    speaker = (speaker[0], min(speaker[1], end))
    quotation = quotation_before(sentence, group)
    if quotation is not None:
        return postposed(sentence, quotation, speaker, cue, end, speaker[1])
    if group > 4 and sentence[group - 1].text == "," and word in INVERTED_INDIRECT:
        return Attribution(speaker, (cue, cue + 1), trimmed(sentence, [(0, group - 1)]), direct=False)
    return None


def _clause_subject(sentence: Sentence, end: int) -> Range | None:
    """The subject of the last clause before token `end` that has a name or a pronoun as one; else of the sentence."""
    for at in range(end - 1, 0, -1):
        if sentence[at].lower in _OPENS_CLAUSE and (sentence[at + 1].is_capital or sentence[at + 1].lower in PRONOUNS):
            subject = first_subject(sentence[at + 1 : end], end - at - 1)
            if subject is not None:
                return (at + 1 + subject[0], at + 1 + subject[1])
    return first_subject(sentence, end)


def _by_participle(
    sentence: Sentence, cue: int, group: int, end: int, last_speaker: Range | None
) -> Attribution | None:  # fmt: skip
    """X left the hall, saying that ..."""
    before = sentence[group - 1] if group else None
    if before is None or before.lower in DETERMINERS | PREPOSITIONS - {"by", "as"} or before.lower == "without":
        return None
    if sentence[cue - 1].lower in ("’s", "'s") and sentence[cue - 2].lower not in PRONOUNS:  # "Germany's warning"
        return None
    speaker = last_speaker or _clause_subject(sentence, group)
    if before.text not in COMMAS and before.lower not in _BEFORE_PARTICIPLE and last_speaker is None:
        own = plain_phrase(sentence, group)
        is_own = own is not None and own[0] > 0 and sentence[own[0] - 1].lower == "with"
        speaker = own if is_own else speaker if own else None
    return _followed(sentence, cue, speaker, end) if speaker else None
