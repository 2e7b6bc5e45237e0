"""Which places give the same answer, and how many articles say it of their own. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from qa.answering.candidates import Candidate
from qa.news.dates import is_relative
from qa.text.likeness import is_alike
from qa.text.number_words import NUMBER_WORDS
from qa.text.question_terms import words

COPIED = 0.8  # of the words of two sentences that they share, from which one is taken for a copy of the other
SAME_MATTER = 0.5  # of the question's words in either of two sentences that are in both, if they speak of one matter

_SMALL_NUMBERS = frozenset(NUMBER_WORDS[:13]) | set(map(str, range(13)))
_LEADING = re.compile(r"^(?:the|a|an)\s+", re.IGNORECASE)


def merge(candidates: Iterable[Candidate]) -> list[list[Candidate]]:
    """Candidates, best first, in groups that give the same answer; each group opens with its best.

    Two give the same answer when they overlap in one article, or say the same words.
    """
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        home = next((group for group in groups if _same_answer(group[0], candidate)), None)
        if home is None:
            groups.append([candidate])
        elif not any(_overlap(candidate, member) for member in home):
            home.append(candidate)
    return groups


def witnesses(group: Sequence[Candidate], copies: Mapping[str, str] | None = None) -> int:
    """How many articles say something of their own: those that are no copy of another, nor their sentence.

    `copies` gives the group of copies of one text that an article is in, by id.
    """
    told: list[frozenset[str]] = []
    texts: set[str] = set()
    for member in group:
        said = frozenset(words(member.sentence.casefold()))
        text = (copies or {}).get(member.article.id, member.article.id)
        if text in texts or any(is_alike(said, each, COPIED) for each in told):
            continue
        texts.add(text)
        told.append(said)
    return len(told)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.article.id == other.article.id and one.start < other.end and other.start < one.end


def _same_answer(one: Candidate, other: Candidate) -> bool:
    """Whether two places say the same: "Friday" or "four" in another article is of something else."""
    if _overlap(one, other):
        return True
    if normalised_quote(one.quote) != normalised_quote(other.quote):
        return False
    return one.article.id == other.article.id or (not is_unspecific(one.quote) and _of_one_matter(one, other))


def _of_one_matter(one: Candidate, other: Candidate) -> bool:
    """Whether the sentences of two articles share what they say of the question, and the other has its names too."""
    has_names = other.features.get("names", 1.0) >= one.features.get("names", 1.0)
    return has_names and is_alike(one.spoken, other.spoken, SAME_MATTER)


def is_unspecific(quote: str) -> bool:
    """Whether the same words mean something else in every story: a weekday, "yesterday", a number under 13."""
    return is_relative(quote) or normalised_quote(quote) in _SMALL_NUMBERS


def normalised_quote(quote: str) -> str:
    """A quote without case, punctuation and a leading article: equal for mere repeats."""
    plain = unicodedata.normalize("NFC", _LEADING.sub("", quote)).casefold()
    return " ".join(words(plain)) or quote
