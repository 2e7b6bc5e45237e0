"""The names that several articles have in common, without a model: what is written like one, in two words or more."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from qa.questions.clauses import NAME
from qa.text.tokenization import FUNCTION_WORDS

READ_CHARS = 5_000  # of an article: who matters in it is named early
LONGEST = 40  # characters; longer runs of capitals are headlines
_NAME = re.compile(NAME)
_OFFICES = frozenset(["Prime Minister", "Vice President", "House of Representatives", "Member of Parliament"])
_NO_NAME = frozenset(
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday all both each member members professor photo image file according".split()
)


def main_names(articles: Iterable[tuple[str, str]], without: Collection[str] = (), count: int = 8) -> list[str]:
    """The names of two words or more that most articles mention, of (title, text) pairs; at least two articles each.

    `without` are names that are none of what is told, as those of publishers.
    """
    left_out = {each.casefold() for each in without}
    mentions: Counter[str] = Counter()
    for title, text in articles:
        mentions.update(set(_names(f"{title}.\n{text[:READ_CHARS]}")))
    common = {name: times for name, times in mentions.items() if times > 1 and name.casefold() not in left_out}
    found = sorted(common, key=lambda name: (-common[name], name))
    return [name for name in found if not any(_gives_way(name, other, common) for other in found)][:count]


def _gives_way(name: str, other: str, times: Mapping[str, int]) -> bool:
    """Of "Mayor Ada Nwosu", "Ada Nwosu" and "York Times": whether this is too long a form, or too short a one."""
    is_longer = name.endswith(f" {other}") and times[other] > times[name]
    return is_longer or (other.endswith(f" {name}") and times[other] == times[name])


def _names(text: str) -> Iterator[str]:
    for found in _NAME.finditer(text):
        words = found[0].split()
        while words and (words[0].lower() in FUNCTION_WORDS or words[0].lower() in _NO_NAME):
            words = words[1:]
        for first in range(len(words) - 1):  # "Ada Nwosu" is named by "Mayor Ada Nwosu" too
            name = " ".join(words[first:])
            if name not in _OFFICES and _is_name(words[first:], name):
                yield name


def _is_name(words: Sequence[str], name: str) -> bool:
    has_letters_only = not any(map(str.isdigit, name)) and any(map(str.islower, name))
    capitals = [word[0].isupper() for word in words]
    return len(name) <= LONGEST and has_letters_only and capitals[0] and sum(capitals) > 1
