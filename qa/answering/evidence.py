"""What is checked of an answer without a model: whether the names and numbers of the question stand there. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.datatypes import Article
from qa.text.question_terms import stems
from qa.text.segmentation import sentences
from qa.text.slips import is_slip
from qa.text.tokenization import FUNCTION_WORDS

HEAD = 500  # characters at the beginning of an article, which say what all of it is about
AROUND = 600  # characters before and after an answer in which the neighbouring sentences are looked for
LOOKED_THROUGH = 100_000  # characters of an article in which a name is looked for: a book would take seconds
_MOSTLY = 0.6  # of the words of a name of three or more that are enough
_LONGEST_INITIALS = 6
_SMALL = 12  # numbers up to it are written as words too, and say little

_WORD = re.compile(r"[^\W_]+(?:[.,'’&-][^\W_]+)*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_ASKING = frozenset(
    "who whom whose what which when where why how did do does is are was were has have had will would can could should "
    "name list tell show find give and but in on at of for from to by with".split()
)
_PERIODS = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday spring summer autumn winter christmas easter".split()
)


@dataclass(frozen=True, slots=True)
class Named:
    """A name, year or number of a question: its words as typed, and the stems by which it is known elsewhere.

    `known_by` are the stems of the last word of a name, which stands alone for a person, or of the number. A name
    is `within` the one before it if no more than a comma parts them: "Norhaven, Wales".
    """

    text: str
    known_by: frozenset[str]
    words: tuple[frozenset[str], ...]
    initials: str
    is_number: bool
    is_within: bool


def missing(question: str, article: Article, start: int, end: int) -> tuple[str, ...]:
    """The names, years and numbers of a question that are not mentioned where `article.text[start:end]` stands.

    There means: its sentences and their neighbours, the title, the head and the date of the article; a name may
    stand anywhere in the article, and a year in the head of a dated one says nothing of what is told later. A surname
    stands for a name, initials for words, and one slip in a word of five letters is forgiven. Names of months, days
    and seasons are left to dates.
    """
    asked = named(question)
    if not asked:
        return ()
    around = stems(_neighbourhood(article, start, end)) | _label(article)
    near = around | _head(article)
    mentioned = [
        _is_mentioned(each, around if article.published and _YEAR.fullmatch(each.text) else near, article)
        for each in asked
    ]
    return tuple(
        each.text
        for index, each in enumerate(asked)
        if not mentioned[index] and not (each.is_within and index and mentioned[index - 1])
    )


@lru_cache(maxsize=16)
def named(question: str) -> tuple[Named, ...]:
    """The names, years and numbers of a question, in order; none in one that is written all in capitals."""
    if question.isupper():
        return ()
    found: list[Named] = []
    last = 0
    for run in _runs(question):
        start, end = run[0].start(), run[-1].end()
        if start or len(run) > 1:  # a first word is written like a name whatever it is
            found.append(_of_words(question[start:end], is_within=question[last:start] == ", "))
        last = end
    return tuple(found)


def _runs(question: str) -> Iterator[list[re.Match[str]]]:
    """Neighbouring capitalised words as one name; each number alone."""
    found: list[re.Match[str]] = []
    for index, word in enumerate(_WORD.finditer(question)):
        goes_on = _is_name(word[0], index) or (_is_number(word[0]) and not _YEAR.fullmatch(word[0]))
        if found and (not goes_on or question[found[-1].end() : word.start()] != " "):
            yield found
            found = []
        if _is_name(word[0], index) or (found and goes_on):
            found.append(word)  # "HR 6819" is one name
        elif _is_number(word[0]):
            yield [word]
    if found:
        yield found


def _is_name(word: str, index: int) -> bool:
    low = word.casefold()
    if not word[0].isupper() or low in _PERIODS or low == "i" or word.split("-")[-1][:1].islower():  # "Mars-like"
        return False
    return not (low in _ASKING and (index == 0 or not word.isupper())) and (low not in FUNCTION_WORDS or word.isupper())


def _is_number(word: str) -> bool:
    digits = word.replace(",", "").replace(".", "")
    return digits.isdecimal() and int(digits) > _SMALL


def _of_words(typed: str, *, is_within: bool) -> Named:
    text = typed.removesuffix("'s").removesuffix("’s")
    parts = text.split()
    initials = "".join(part[0] for part in parts).casefold() if len(parts) > 1 else ""
    known = tuple(stems(part) for part in parts)
    return Named(text, known[-1], known, initials, text[0].isdigit(), is_within)


def _neighbourhood(article: Article, start: int, end: int) -> str:
    """The sentences of a place with the one before and the one after them."""
    first = max(0, start - AROUND)
    text = article.text[first : end + AROUND]
    inside = sentences(text, article.language)
    touched = [index for index, each in enumerate(inside) if each[0] < end - first and each[1] > start - first]
    if not touched:
        return text
    left, right = max(0, touched[0] - 1), min(len(inside) - 1, touched[-1] + 1)
    return text[inside[left][0] : inside[right][1]]


@lru_cache(maxsize=64)
def _label(article: Article) -> frozenset[str]:
    day = f"{article.published:%d %B %Y}" if article.published else ""
    return stems(f"{article.title} {day} {article.site or ''}")


@lru_cache(maxsize=64)
def _head(article: Article) -> frozenset[str]:
    return stems(article.text[:HEAD])


@lru_cache(maxsize=64)
def article_stems(article: Article) -> frozenset[str]:
    """The stems of an article: several passages of a question are of one, and the next question often is of it too."""
    return stems(article.text[:LOOKED_THROUGH])


def _is_mentioned(asked: Named, near: Collection[str], article: Article) -> bool:
    if not asked.known_by or asked.known_by <= set(near):
        return True
    if asked.is_number:
        return False
    whole = article_stems(article)
    if asked.known_by <= whole or asked.initials in whole or _has_initials(asked, article):
        return True
    if len(asked.words) > 2 and sum(each <= whole for each in asked.words) >= _MOSTLY * len(asked.words):
        return True
    return all(any(is_slip(one, other) for other in whole) for one in asked.known_by)


def _has_initials(asked: Named, article: Article) -> bool:
    """Whether the words that an abbreviation stands for are written out in the article: "WHO"."""
    letters = asked.text.replace(".", "")
    if not (letters.isupper() and 2 <= len(letters) <= _LONGEST_INITIALS and letters.isalpha()):
        return False
    spelled = r"\W+(?:(?:of|for|and|the|de)\W+)*".join(rf"{letter}\w+" for letter in letters)
    return re.search(rf"\b{spelled}", article.text[:LOOKED_THROUGH]) is not None
