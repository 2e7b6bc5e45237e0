"""Words of a conversation put into a question so that it reads as a person would write it.

A pronoun gives way to a name where there can be no doubt which one it means; everything else is appended in brackets,
as it was written.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from qa.questions.features import PERSON, SHORT, THING, Utterance, Word, words

AUXILIARY = frozenset("did does do am is was are were has have had can could will would should".split())
_LINKS = frozenset("of the in at on for and de la al bin van von".split())  # within a phrase, between chosen words
_OWN = frozenset("his its".split())
_LEFT = frozenset("hers himself herself itself".split())  # too rare to be worth a rule
_STOP = re.compile(r"[^\w\s'’-]")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words `first` to `last` of a text of the conversation; `order` is the text's place in it."""

    order: int
    text: Utterance
    first: int
    last: int

    def __str__(self) -> str:
        return self.text.text[self.start : self.text.words[self.last].end]

    @property
    def start(self) -> int:
        """Where the phrase begins in its utterance, in characters."""
        return self.text.words[self.first].start

    @property
    def words(self) -> Sequence[Word]:
        """The words of the phrase, in order."""
        return self.text.words[self.first : self.last + 1]

    @property
    def keys(self) -> frozenset[str]:
        """The keys of those of its words that say something by themselves."""
        return frozenset(word.key for word in self.words if not word.empty)


def phrases(said: Sequence[Utterance], chosen: Collection[str]) -> list[Phrase]:
    """The chosen words as the phrases they stand in, each word once, in the order they were said.

    Words that stand together stay together: the phrase with the most of them is taken first, the later of two.
    """
    missing, found = set(chosen), list[Phrase]()
    while missing:
        runs = [run for order, text in enumerate(said) for run in _runs(order, text, missing)]
        if not runs:
            break
        best = max(runs, key=lambda run: (len(run.keys & missing), run.order))
        missing -= best.keys
        found.append(best)
    return sorted(found, key=lambda phrase: (phrase.order, phrase.start))


def _runs(order: int, text: Utterance, chosen: Collection[str]) -> Iterator[Phrase]:
    """The longest stretches of chosen words in a text, whole names if part of one is chosen."""
    last = first = -1
    for index in _with_names(text, chosen):
        if first >= 0 and _together(text, last, index):
            last = index
            continue
        if first >= 0:
            yield Phrase(order, text, first, last)
        first = last = index
    if first >= 0:
        yield Phrase(order, text, first, last)


def _with_names(text: Utterance, chosen: Collection[str]) -> list[int]:
    """The places of chosen words, and of what stands beside them in the same name."""
    picked = {index for index, word in enumerate(text.words) if not word.empty and word.key in chosen}
    for run in names(text):
        if picked.intersection(run):
            picked.update(run)
    return sorted(picked)


def names(text: Utterance) -> list[range]:
    """The runs of words that are written like names, numbers within them included."""
    found, start = list[range](), -1
    for index in range(len(text.words) + 1):
        inside = index < len(text.words) and (text.named(index) or (start >= 0 and text.words[index].number))
        if start >= 0 and (not inside or not _together(text, index - 1, index)):
            found.append(range(start, index))
            start = -1
        if inside and start < 0:
            start = index
    return found


def _together(text: Utterance, left: int, right: int) -> bool:
    """Whether only small words stand between two words, and no punctuation but that of an abbreviation."""
    between = text.words[left + 1 : right]
    gap = text.text[text.words[left].end : text.words[right].start]
    if gap[:1] == "." and (len(text.words[left].text) == 1 or "." in text.words[left].text):
        gap = gap[1:]
    return len(between) <= 2 and all(word.text in _LINKS for word in between) and not _STOP.search(gap)


def completed(question: str, said: Sequence[Utterance], added: Sequence[Phrase]) -> str:
    """The question with the phrases: the name that a pronoun means in its place, all others in brackets."""
    name = antecedent(question, said)
    if name and (replaced := _replaced(question, name)):
        asked = frozenset(word.key for word in words(replaced))
        question, added = replaced, [phrase for phrase in added if not phrase.keys <= asked]
    if not added:
        return question
    bare = question.rstrip("?.!… ")
    return f"{bare} ({', '.join(map(str, added))}){question.rstrip()[len(bare) :].strip() or '?'}"


def antecedent(question: str, said: Sequence[Utterance]) -> str | None:
    """The name that the pronoun of a question means; None if there is none, or more than one that it may mean.

    Where "she" and "it" both stand in the question, it is "she" that is looked for.

    "He" and "she" may mean an answer to "who", or a name that the last question says something of: "did Ada Hart",
    "Ada Hart's". "It" may mean an answer to "what" or "which", if the last question says nothing of another name. What
    had to be added to the last question may be meant as well.
    """
    low = {word.text.casefold() for word in words(question)}
    person = bool(low & PERSON)
    if not low & (PERSON | THING):
        return None
    last = [(order, text) for order, text in enumerate(said) if text.ago == 0 and text.kind != "title"]
    runs = [Phrase(order, text, run[0], run[-1]) for order, text in last for run in names(text)]
    answers = [run for run in runs if run.text.kind == "answer" and run.text.asks == ("person" if person else "other")]
    about = [run for run in runs if run.text.kind == "question" and _said_of(run)]
    meant = {run.keys: str(run) for run in about + [run for run in answers if len(run.text.words) <= SHORT]}
    if len(meant) != 1 or (about and not person):
        return None
    return next(iter(meant.values()))


def _said_of(phrase: Phrase) -> bool:
    """Whether the question is about this name: it follows an auxiliary, owns something, or stands in brackets."""
    before = phrase.text.words[phrase.first - 1].text.casefold() if phrase.first else ""
    text, end = phrase.text.text, phrase.text.words[phrase.last].end
    return (
        before in AUXILIARY or text[end : end + 2] in ("'s", "’s") or text.count("(", 0, end) > text.count(")", 0, end)
    )


def _replaced(question: str, name: str) -> str | None:
    """The question with the name for its first pronoun, of a person if there is one of a person."""
    asked = words(question)
    meant = (PERSON if any(word.text.casefold() in PERSON for word in asked) else THING) - _LEFT
    for index, word in enumerate(asked):
        low = word.text.casefold()
        if low in meant:
            following = asked[index + 1 : index + 2]
            owned = low in _OWN or (low == "her" and bool(following) and not following[0].empty)
            return f"{question[: word.start]}{name}{_own(name) if owned else ''}{question[word.end :]}"
    return None


def _own(name: str) -> str:
    return "'" if name.endswith("s") else "'s"
