"""Questions that are less than one, as "And in Oslo?" or "Why?": what they leave out is the question before them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from qa.questions.completion import AUXILIARY, names
from qa.questions.features import JOINING, SHORT, Utterance, Word, words

_ASKING = AUXILIARY | frozenset("who whom whose what which when where why how tell name list".split())
_PREPOSITIONS = frozenset("in on at for of from to by with against before after during under near since until".split())
_LONGEST_NOUN_PHRASE = 4  # words after "the"
LONGEST = 300  # characters of a question or an answer that is taken over whole
_SUBJECTS = frozenset("he she they".split())
_PREPOSITION = "in|on|at|for|of|from|to|by|with|against|since|until"
_BARE = re.compile(
    rf"(?:(?:and|but|so) )?(when|where|why|how|how long|how often|(?:{_PREPOSITION}) (?:when|where|whom|what|how long|"
    r"how much|(?:what|which) \w+))(?: (?:was that|did (?:that|this|it) happen))?[ ?.!]*",
    re.IGNORECASE,
)
_FREE = re.compile(rf"(?:when|where|why|how|how (?:long|often)|(?:{_PREPOSITION}) .+)$", re.IGNORECASE)  # of a subject
_HELPING = "did|do|does|was|were|is|are|has|have|had|will|would|can|could|should"
_ASKED = re.compile(rf"(.{{2,60}}?) ({_HELPING}) (.+)", re.DOTALL)
_WHO = re.compile(r"who(?= [a-z]+)", re.IGNORECASE)


def fragment(question: str) -> tuple[Word, ...]:
    """The words behind "and", "what about" or "how about", where no question of their own follows; else none."""
    asked = words(question)
    low = [word.text.casefold() for word in asked]
    start = 2 if low[:2] in (["what", "about"], ["how", "about"]) else int(bool(low) and low[0] in JOINING)
    return asked[start:] if start and not _ASKING.intersection(low[start:]) else ()


def points_back(question: str) -> bool:
    """Whether a pronoun has nothing in the question itself that it can mean: a subject, or what a subject acts on.

    As in "When did she leave?", or "What did Ada give him?" while only one thing is said.
    """
    low = [word.text.casefold() for word in words(question)]
    acts_on = "him" in low and sum(word in _ASKING for word in low) <= 2
    return acts_on or any(before in AUXILIARY and after in _SUBJECTS for before, after in pairwise(low))


def replace_name(question: str, said: Sequence[Utterance]) -> str | None:
    """The last question with the name of a fragment in the place of its own; None if it is unclear which one.

    It is clear if the last question, brackets apart, has one name only behind the same preposition, or behind none.
    """
    rest = fragment(question)
    last = next((text for text in reversed(said) if text.ago == 0 and text.kind == "question"), None)
    if last is None or not rest:
        return None
    preposition = rest[0].text.casefold() if rest[0].text.casefold() in _PREPOSITIONS else ""
    new = [word for word in rest[bool(preposition) :] if word.text != "the"]
    bracket = last.text.index("(") if "(" in last.text else len(last.text)
    runs = [run for run in names(last) if last.words[run[-1]].end <= bracket and _behind(last, run[0]) == preposition]
    if len(runs) != 1 or not new or not (new[0].capital and new[-1].capital):
        return None
    left, right = last.words[runs[0][0]].start, last.words[runs[0][-1]].end
    return last.text[:left] + question[new[0].start : new[-1].end] + last.text[right:]


def replace_noun(question: str, said: Sequence[Utterance]) -> str | None:
    """The last question with the noun phrase of a fragment in the place of its own with the same noun, or None.

    "Who won the women's race?", then "And the men's race?": "Who won the men's race?".
    """
    new = fragment(question)
    last = next((text for text in reversed(said) if text.ago == 0 and text.kind == "question"), None)
    if last is None or len(new) < 3 or new[0].text != "the" or len(last.text) > LONGEST:
        return None
    ends = [index for index, word in enumerate(last.words) if word.key == new[-1].key]
    starts = [index for index, word in enumerate(last.words) if word.text == "the" and ends and index < ends[0]]
    if len(ends) != 1 or not starts or ends[0] - starts[-1] > _LONGEST_NOUN_PHRASE:
        return None
    left, right = last.words[starts[-1]].start, last.words[ends[0]].end
    return last.text[:left] + question[new[0].start : new[-1].end] + last.text[right:]


def replace_question_word(question: str, said: Sequence[Utterance]) -> str | None:
    """The last question with nothing but what is asked for changed, as by "And when?"; None if it cannot be.

    A last question for the one who did something has the answer put in its place.
    """
    bare = _BARE.fullmatch(question.strip())
    last = next((text.text for text in said if text.ago == 0 and text.kind == "question"), None)
    if not bare or last is None or len(last) > LONGEST:
        return None
    asks = bare[1][0].upper() + bare[1][1:].lower()
    answer = next((text for text in said if text.ago == 0 and text.kind == "answer"), None)
    if answer and (len(answer.words) > SHORT or len(answer.text) > LONGEST):
        answer = None
    found = _ASKED.fullmatch(last)
    is_free = found and (_FREE.match(found[1]) or (found[2] in ("did", "do", "does") and not _WHO.match(last)))
    if found and is_free:
        rest = found[3] if answer is None or "(" in last else _with_bracket(found[3], answer.text)
        return f"{asks} {found[2]} {rest}"
    if answer is None or not (answer.words and answer.words[0].capital):
        return None
    if found and found[1].casefold() == "who":
        return f"{asks} {found[2]} {answer.text} {found[3]}"
    who = _WHO.match(last)
    return f"{asks} was it that {answer.text}{last[who.end() :]}" if who else None


def _with_bracket(rest: str, added: str) -> str:
    """More words in brackets before the question mark."""
    body = rest.rstrip("?. ")
    return f"{body} ({added}){rest[len(body) :]}"


def _behind(text: Utterance, index: int) -> str:
    """The preposition before a name, "" if there is none."""
    before = [word.text.casefold() for word in text.words[max(index - 2, 0) : index] if word.text != "the"]
    return before[-1] if before and before[-1] in _PREPOSITIONS else ""
