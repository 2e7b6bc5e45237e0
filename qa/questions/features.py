"""The words of a conversation, and what is known of each when a question may need it.

What is known are plain numbers, most of them 0 or 1, so that a logistic model over them can be read; its weights are
fitted by `training/followup.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from qa.datatypes import Turn
from qa.text.question_terms import Question, stem, stems
from qa.text.tokenization import FUNCTION_WORDS

PERSON = frozenset("he him his himself she her hers herself".split())
THING = frozenset("it its itself".split())
SEVERAL = frozenset("they them their theirs themselves".split())
POINTING = frozenset("this that these those there then here one ones both two".split())
MORE = frozenset("else other others another more besides further any anything additional".split())
JOINING = frozenset("and but so or also then".split())
EMPTY = FUNCTION_WORDS | frozenset("else also tell know".split())

TURNS = 8  # the last ones that are looked at, besides the first
WORDS = 40  # of one question or answer; the rest of a long one is not looked at
CHARACTERS = 4000
SHORT, LONG = 6, 20  # words of an answer
TITLE_WORDS = 4  # a longer title is a headline, which says more than what the article is about

_WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_BRACKETS = re.compile(r" \([^()]*\)(?=[?.!…]*$)")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it stands in a text, without a possessive ending."""

    text: str
    start: int
    end: int
    key: str  # what it shares with its other forms
    stems: frozenset[str]
    empty: bool  # whether it says nothing by itself: a function word

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter and says something by itself."""
        return self.text[0].isupper() and not self.empty

    @property
    def number(self) -> bool:
        """Whether it begins with a digit."""
        return self.text[0].isdigit() and not self.empty


@dataclass(frozen=True, slots=True)
class Utterance:
    """One question, answer or title of the conversation; `ago` counts turns back, 0 for the last."""

    kind: Literal["question", "answer", "title"]
    ago: int
    text: str
    words: tuple[Word, ...]
    asks: str = ""  # of an answer, what was asked for: "person", "time" and so on, as `question_terms.Question.kind`
    topic: frozenset[str] = frozenset()  # of a question, the keys of what it is about, which later ones may leave out

    def named(self, index: int) -> bool:
        """Whether this word is written like a name; the first of a question always is."""
        return self.words[index].capital and (index > 0 or self.kind != "question")


@lru_cache(maxsize=256)
def words(text: str, limit: int = WORDS) -> tuple[Word, ...]:
    """The first words of a text, with their places in it; remembered, for every step of a follow-up asks for them."""
    found = []
    for match in _WORD.finditer(text[:CHARACTERS]):
        found.append(_word(_POSSESSIVE.sub("", match[0]), match.start()))
        if len(found) == limit:
            break
    return tuple(found)


def _word(plain: str, start: int) -> Word:
    low, parts = plain.casefold(), stems(plain)
    return Word(plain, start, start + len(plain), stem(low), parts, low in EMPTY or not parts)


def texts(history: Sequence[Turn]) -> list[Utterance]:
    """What was asked and answered, oldest first: the first turn and the last ones, and the last answer's title."""
    found = []
    for index, turn in enumerate(history):
        ago = len(history) - 1 - index
        if index == 0 or ago < TURNS:
            asked = _without_added(turn.answer.question, turn.question)
            answered = turn.answer.best.quote if turn.answer.best else ""
            found.append(Utterance("question", ago, asked, words(asked), topic=_topic(asked, turn.question)))
            if answered:
                found.append(Utterance("answer", ago, answered, words(answered), Question.of(asked).kind))
    title = _title(history)
    return [*found, Utterance("title", 0, title, words(title))] if title else found


def _without_added(completed: str, typed: str) -> str:
    """A completed question without the brackets that were added to it: what did not fit in is not carried further."""
    return completed if "(" in typed else _BRACKETS.sub("", completed)


def _topic(completed: str, typed: str) -> frozenset[str]:
    """The keys of what had to be added to a question; if nothing had to, those of all that it says."""
    keys = frozenset(word.key for word in words(completed) if not word.empty)
    return keys - {word.key for word in words(typed)} or keys


def _title(history: Sequence[Turn]) -> str:
    """The title of the article that gave the last answer found, if it reads like the name of what it is about."""
    last = next((turn.answer.best for turn in reversed(history) if turn.answer.best), None)
    title = last.title if last else ""
    content = [word for word in words(title) if not word.empty]
    return title if content and len(content) <= TITLE_WORDS and all(word.capital for word in content) else ""


@dataclass(slots=True)
class _Seen:
    """Where a word was met."""

    stems: set[str] = field(default_factory=set)
    times: int = 0
    named: int = 0
    leading: int = 0  # times in capitals at the beginning of an answer, where it may be a name or not
    ago: int = 99
    turns: set[int] = field(default_factory=set)
    in_questions: int = 0
    first_question: bool = False
    last_question: bool = False
    from_end: int = 99  # words behind it in the last question
    last_answer: bool = False
    shortest_answer: int = 99
    answers_who: bool = False  # the last question, that is
    title: bool = False
    name_of_two: bool = False
    beside_asked: bool = False  # next to a word of the question: the rest of a name


def candidates(question: str, found: Sequence[Utterance], common: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The words of the conversation that the question lacks, with those features of each that are not 0.

    Keys are `Word.key`. `common` says of the commonest words how many conversations use them, as a logarithm.
    """
    asked = words(question)
    about = _marks(asked, found)
    asked_stems = frozenset().union(*(word.stems for word in asked))
    content = frozenset().union(*(word.stems for word in asked if not word.empty))
    oldest = max((text.ago for text in found), default=0)
    seen: dict[str, _Seen] = {}
    for text in found:
        for index, word in enumerate(text.words):
            if not word.empty and not word.stems <= asked_stems:
                _note(seen.setdefault(word.key, _Seen()), text, index, content, oldest)
    return {key: _features(key, each, about, oldest + 1, common) for key, each in seen.items()}


def _note(seen: _Seen, text: Utterance, index: int, content: frozenset[str], oldest: int) -> None:
    word = text.words[index]
    seen.stems |= word.stems
    seen.times += 1
    beside = [text.words[near] for near in (index - 1, index + 1) if 0 <= near < len(text.words)]
    if word.capital:
        seen.name_of_two |= any(each.capital for each in beside)
        seen.beside_asked |= any(each.capital and each.stems & content for each in beside)
    leading = index == 0 and text.kind == "answer"
    seen.named += text.named(index) and not leading
    seen.leading += word.capital and leading
    if text.kind == "title":
        seen.title = True
        return
    seen.ago = min(seen.ago, text.ago)
    seen.turns.add(text.ago)
    if text.kind == "question":
        seen.in_questions += 1
        seen.first_question |= text.ago == oldest
        if text.ago == 0:
            seen.last_question = True
            seen.from_end = min(seen.from_end, len(text.words) - 1 - index)
    else:
        seen.last_answer |= text.ago == 0
        seen.answers_who |= text.ago == 0 and text.asks == "person"
        seen.shortest_answer = min(seen.shortest_answer, len(text.words))


def question_features(question: str, found: Sequence[Utterance]) -> list[str]:
    """What shows whether a question needs the conversation at all: marks of the question, and each two of them."""
    marks = _marks(words(question), found)
    return [*marks, *(f"{one}*{other}" for index, one in enumerate(marks) for other in marks[:index])]


def _marks(asked: Sequence[Word], found: Sequence[Utterance]) -> list[str]:
    """The names of all that is true of a question."""
    low = [word.text.casefold() for word in asked]
    content = [word for word in asked if not word.empty]
    known = frozenset().union(*(word.stems for text in found for word in text.words))
    names = [word for word in asked[1:] if word.capital]
    new = sum(not word.stems & known for word in content)
    pronouns = PERSON | THING | SEVERAL
    marks = {
        "person": PERSON.intersection(low),
        "thing": THING.intersection(low),
        "several": SEVERAL.intersection(low),
        "pointing": POINTING.intersection(low),
        "no_pronoun": not pronouns.intersection(low),
        "more": MORE.intersection(low),
        "joining": low and low[0] in JOINING,
        "the": "the" in low,
        "bare": len(content) <= 1,
        "two": len(content) == 2,
        "three": len(content) == 3,
        "four_or_more": len(content) >= 4,
        "new_name": any(not word.stems & known for word in names),
        "known_name": any(word.stems & known for word in names),
        "no_new_word": not new,
        "two_new_words": new == 2,
        "three_new_words": new >= 3,
        "known_word": new < len(content),
        "second_turn": all(text.ago == 0 for text in found),
        "last_not_found": not any(text.ago == 0 and text.kind == "answer" for text in found),
    }
    return [name for name, value in marks.items() if value]


def _features(key: str, seen: _Seen, about: Sequence[str], turns: int, common: Mapping[str, float]) -> dict[str, float]:
    """What is known of the word and of the question, and each of the first with each of the second; never 0."""
    named = seen.named / seen.times
    leading = seen.leading / seen.times
    name = float(named + leading > 0.5)
    short = float(seen.shortest_answer <= SHORT)
    of_word = {
        "first_question": float(seen.first_question),
        "last_question": float(seen.last_question),
        "last_answer": float(seen.last_answer),
        "name_in_first_question": name * seen.first_question,
        "name_in_last_question": name * seen.last_question,
        "name_in_last_answer": name * seen.last_answer,
        "name_as_last_answer": name * seen.last_answer * short,
        "name_throughout": name * len(seen.turns) / turns,
        "answers_who": float(seen.answers_who),
        "questions": min(seen.in_questions, 4) / 4,
        "ago": min(seen.ago, TURNS) / TURNS,
        "share": len(seen.turns) / turns,
        "title": float(seen.title),
        "named": named,
        "leading": leading,
        "name_of_two": float(seen.name_of_two),
        "beside_asked": float(seen.beside_asked),
        "digit": float(key[0].isdigit()),
        "short_answer": short,
        "long_answer": float(LONG < seen.shortest_answer < 99),
        "near_end": float(seen.from_end <= 1),
        "common": common.get(key, 0.0),
    }
    told = {name: value for name, value in of_word.items() if value}
    crossed = {f"{word}*{question}": value for word, value in told.items() for question in about}
    return {**told, **dict.fromkeys(about, 1.0), **crossed}
