"""Several articles pasted into one text, with rules or numbers between them."""

from __future__ import annotations

import re
from collections.abc import Callable

LEAST_CHARS = 80  # of an article with its head

_RULE = re.compile(r"(?:([-*_=~#+])[ \t]?)(?:\1[ \t]?){2,}")
_NUMBER = re.compile(
    r"(?:document|article|item|story|record)\s?#?(\d{1,5}) ?(?:of|/) ?(\d{1,5})|"
    r"(\d{1,5}) of (\d{1,5}) (?:documents?|articles?)",
    re.IGNORECASE,
)


def articles_apart(text: str, has_head: Callable[[str], bool]) -> list[str]:
    """The articles in a text, `[text]` where it is one.

    Numbers as "Document 2 of 7" always stand between articles. A rule may also stand between the sections of one:
    what is below it is an article only where it `has_head`, which tells of a title with a day or an author.
    """
    lines = text.split("\n")
    if numbered := _numbered(lines):
        return numbered
    parts: list[list[str]] = [[]]
    for index, line in enumerate(lines):
        is_rule = _RULE.fullmatch(line.strip()) and (index == 0 or not lines[index - 1].strip())
        if is_rule and len(line.strip()) >= 3:
            parts.append([line])
        else:
            parts[-1].append(line)
    found: list[str] = []
    for number, part in enumerate("\n".join(each) for each in parts):
        own = part if not number else part.partition("\n")[2]
        if found and not has_head(own):
            found[-1] += "\n" + part
        elif own.strip():
            found.append(own)
    return found if len(found) > 1 and has_head(found[0]) else [text]


def _numbered(lines: list[str]) -> list[str]:
    """The texts below lines that count them, which have to begin with 1 and to count up; [] where there are none."""
    at: list[int] = []
    for index, line in enumerate(lines):
        match = _NUMBER.fullmatch(line.strip()) if len(line) < 100 else None
        if match and int(match[1] or match[3]) == len(at) + 1 and int(match[2] or match[4]) >= 2:
            at.append(index)
    if len(at) < 2:
        return []
    ends = [*at[1:], len(lines)]
    texts = ["\n".join(lines[begin + 1 : end]) for begin, end in zip(at, ends, strict=True)]
    return [_without_rules(each) for each in texts if len(each.strip()) >= LEAST_CHARS]


def _without_rules(text: str) -> str:
    """A text without the rules above and below it."""
    lines = text.strip().split("\n")
    while lines and (not lines[0].strip() or _RULE.fullmatch(lines[0].strip())):
        lines = lines[1:]
    while lines and (not lines[-1].strip() or _RULE.fullmatch(lines[-1].strip())):
        lines = lines[:-1]
    return "\n".join(lines)
