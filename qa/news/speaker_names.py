"""The name behind the words that stand for a speaker: "he", "Pike", "Its director, Aled Dunmore"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_PRONOUNS = {"he": "m", "she": "f"}
_PART = (
    r"(?:Secretary of State|(?:[A-Z]\.){1,9}|"
    r"(?:Mr|Mrs|Ms|Dr|Gov|Sens?|Reps?|Gen|Lt|Col|Sgt|Capt|Maj|Adm|St|Jr|Sr|Prof|Rev)\.|"
    r"[A-ZÀ-ÖØ-ÞŁŚŠŽČ][\w’'-]{0,40})"
)
_NEXT_PART = rf"(?:(?: | (?:de|da|di|al|el|bin|ben|van|von|der|den|la|le) ){_PART})"
_CAPITALS = re.compile(rf"{_PART}{_NEXT_PART}*")
_NAME = rf"{_PART}{_NEXT_PART}{{0,9}}"
_OF_WHAT = re.compile(rf"(?: (?:of|for|on) (?:the )?{_CAPITALS.pattern})+")  # behind "the Bank"
_TOGETHER = re.compile(rf"{_NAME} and {_NAME}$")
_CAPITALS_AT_END = re.compile(rf"{_NAME}$")
_LONGEST_NAME = 50  # characters of what stands before a surname
_TITLES = frozenset(
    "president vice prime minister senator sen. sens. rep. reps. gov. governor mr. mrs. ms. dr. mr mrs ms dr "
    "councillor mayor chancellor king queen pope judge justice general gen. lt. col. colonel capt. captain sgt. "
    "maj. major admiral adm. secretary lord lady sir dame professor prof. rev. reverend attorney speaker "
    "ambassador chief prince princess congressman congresswoman representative premier foreign defense defence "
    "treasury finance interior health deputy former chairman chairwoman chair director spokesman spokeswoman "
    "republican democrat democratic sheriff the cardinal bishop archbishop detective inspector officer "
    "commissioner coach doctor of state and reporter host".split()
)
_WOMEN = re.compile(r"\b(?:Mrs|Ms|Miss|Lady|Dame|Queen|Princess|spokeswoman|[Cc]hairwoman|[Cc]ongresswoman)\b")
_MEN = re.compile(r"\b(?:Mr|Sir|Lord|King|Prince|Pope|spokesman|[Cc]hairman|[Cc]ongressman)\b")
_NOT_A_PERSON = re.compile(
    r"\b(?:House|Department|Committee|Party|Times|Post|University|Council|Court|Ministry|Agency|Institute|Association|"
    r"Journal|News|Bank|Company|Corp|Inc|Union|Office|Center|Centre|Group|Commission|Board|States|Kingdom|Congress|"
    r"Senate|Parliament|Foundation|Organization|Organisation|Police|Service|Society|League|Press|Reuters|CNN|Fox|BBC|"
    r"Administration|Bureau|Federation|Fund|Network|Campaign|Democrats|Republicans|Americans|Survey|Poll|Report|Watch|"
    r"North|South|United|Islamic|Street|City|County|Airport|Hospital)\b"
)
_BEFORE_OTHERS = re.compile(r"\b(?:of|for|from|at|in|with|to|by|on)\s+(?:the\s+)?$")
_APPOSITION = re.compile(rf",\s({_CAPITALS.pattern}),")
_POSSESSIVE = re.compile(r"^[’']s\b|^s[’']\s")
_NOUN_BEHIND = re.compile(r" (?!(?:who|himself|herself|of|for|from|at|in|with|on|and|last|this|earlier)\b)[a-z]")
_FIRST_PREPOSITION = re.compile(r"(?<!\s)\s+(?:of|for|from|at|in|with|to|by|on|who|that|which)\b|,")
_NEAR = 1500  # characters between a pronoun and the name that it stands for


@dataclass(frozen=True, slots=True)
class _Named:
    name: str
    at: int


class SpeakerNames:
    """The names of the speakers of one text, asked for in the order of the text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._longer: dict[str, list[tuple[int, str]]] = {}
        self._last: list[_Named] = []
        self._genders: dict[str, str] = {}  # "m" or "f", of those of whom it is known

    def name(self, start: int, end: int) -> str:
        """The name behind `text[start:end]`: in full where the text gives it before; "" where that is not plain."""
        words = self._text[start:end]
        pronoun = words.lower()
        if pronoun in _PRONOUNS:
            return self._behind_pronoun(pronoun, start)
        if pronoun in ("i", "we", "you", "they", "it", "who"):
            return ""
        named = own_name(words)
        if not named:
            return _common_noun(words)
        full = self._in_full(named, start)
        self._note(full, start, _gender(words))
        return full

    def note_words(self, start: int, end: int) -> None:
        """Somebody who is named in `text[start:end]` may be the one that the next "he" or "she" stands for.

        Also somebody who is named in an apposition to it: "Their coach, Gina Marsh, resigned".
        """
        words = self._text[start:end]
        name = own_name(words)
        if not name and (apposition := _APPOSITION.match(self._text, end)):
            words, name = apposition[1], own_name(apposition[1])
        if not name or not re.search(rf"{re.escape(name)}(?:$|,)", words):
            return
        full = self._in_full(name, start)
        if " " in full or _gender(words) or any(full == named.name for named in self._last):
            self._note(full, start, _gender(words))

    def _note(self, name: str, at: int, gender: str = "") -> None:
        if gender:
            self._genders[name] = gender
        is_plural = " " not in name and name.endswith("s") and not gender  # "Allies", at the beginning of a sentence
        if not (_NOT_A_PERSON.search(name) or name.isupper() or " of " in name or is_plural):
            self._last.append(_Named(name, at))

    def _behind_pronoun(self, pronoun: str, at: int) -> str:
        gender = _PRONOUNS[pronoun]
        for named in sorted(self._last, key=lambda each: each.at, reverse=True):
            if named.at >= at:
                continue
            if at - named.at > _NEAR:
                return ""
            if self._genders.get(named.name, gender) == gender:
                self._genders[named.name] = gender
                self._note(named.name, at)
                return named.name
        return ""

    def _in_full(self, name: str, at: int) -> str:
        """The only name that stands before and ends with this one: of "Pike" the "Rosalind Pike" of the beginning."""
        if " " in name:
            return name
        longer = {each for start, each in self._longer_names(name) if start < at}
        return longer.pop() if len(longer) == 1 else name

    def _longer_names(self, name: str) -> list[tuple[int, str]]:
        """Every name of the text that ends with this one, without titles, and where."""
        if name not in self._longer:
            self._longer[name] = list(_names_ending_with(name, self._text))
        return self._longer[name]


def _names_ending_with(name: str, text: str) -> Iterator[tuple[int, str]]:
    at = text.find(f" {name}")
    while at >= 0:
        before = _CAPITALS_AT_END.search(text, max(0, at - _LONGEST_NAME), at)
        if before and not text[at + 1 + len(name) : at + 2 + len(name)].isalnum():
            whole = without_titles(f"{before.group()} {name}")
            if 1 <= whole.count(" ") <= 3:
                yield at, whole
        at = text.find(f" {name}", at + 1)


def own_name(words: str) -> str:
    """The name in a phrase, without titles: of "Its director, Aled Dunmore" the last two words; "" where none is.

    A name behind "of" or "for" is another's: "a spokesman for Dunmore Freight" has none.
    """
    for piece in re.split(r"[,(—–]", words):
        runs = [match for match in _CAPITALS.finditer(piece) if not _is_anothers(piece, match)]
        if together := _TOGETHER.search(piece):
            return together.group()
        for match in reversed(runs):
            name = without_titles(_trimmed(match.group()))
            if name:
                return name + _of_what(name, piece, match.end())
    return ""


def _of_what(name: str, piece: str, end: int) -> str:
    """What belongs to the name of an institution: " of England" behind "the Bank"."""
    more = _OF_WHAT.match(piece, end) if _NOT_A_PERSON.search(name) else None
    return more.group() if more else ""


def _is_anothers(piece: str, match: re.Match[str]) -> bool:
    if _BEFORE_OTHERS.search(piece, 0, match.start()) or _NOUN_BEHIND.match(piece, match.end()):
        return True
    return bool(_POSSESSIVE.match(piece[match.end() :])) or (match.end() < len(piece) and match.group().endswith("’s"))


def _trimmed(name: str) -> str:
    """Without the full stop of a sentence or a genitive."""
    name = re.sub(r"[’']s?$", "", name)
    return name.rstrip(".") if not re.search(r"\b(?:[A-Z]|Jr|Sr)\.$", name) else name


def without_titles(name: str) -> str:
    """What stands behind the last title: "French Prime Minister Manuel Valls" as "Manuel Valls"; "" of a mere title."""
    words = name.split(" ")
    if len(words) > 2 and words[0].endswith("ist"):  # "Ecologist Ryan Norris", at the beginning of a sentence
        words = words[1:]
    titles = [at for at, word in enumerate(words) if word.lower() in _TITLES | _FUNCTION_WORDS]
    if titles and titles[-1] == len(words) - 1 and len(words) > 1 and words[-1] in _ALSO_SURNAMES:
        titles = [at for at in titles[:-1] if at < len(words) - 2]
    return " ".join(words[titles[-1] + 1 :] if titles else words)


_ALSO_SURNAMES = frozenset("King Judge Prince Pope Bishop Justice Major Host Chancellor Sheriff Speaker Queen".split())
_FUNCTION_WORDS = frozenset(
    "the a an in on at but and as if when while after before for he she they it we i you its his her their this that "
    "monday tuesday wednesday thursday friday saturday sunday january february april july august september october "
    "november december founder author cofounder co-founder ceo actor actress singer lead administrator "
    "these those one another some many most both no not also so then there what who why how yet".split()
)


def _gender(words: str) -> str:
    return "f" if _WOMEN.search(words) else "m" if _MEN.search(words) else ""


def _common_noun(words: str) -> str:
    """Speakers without a name, without what is said of them: "the police", "a spokesman"."""
    return _FIRST_PREPOSITION.split(words, maxsplit=1)[0]
