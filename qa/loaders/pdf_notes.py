"""Footnotes of a PDF: raised marks in the line, and the small print at the foot of a page that they lead to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from qa.loaders.article import normalise
from qa.loaders.markdown import Line
from qa.loaders.pdf_columns import Fragment

RAISED = 0.85  # a mark is set at most in this share of the size of what stands before it
SMALL = 0.95  # and small print in this share of the size of most text

_MARK = re.compile(r"\s*(\d{1,3}|[*†‡§¶]{1,3})\s*")
_NOTE = re.compile(r"(\d{1,3}|[*†‡§¶]{1,3})(?:[.)]?\s+|(?=[^\W\d_]))(?=\S)")
_SPACE = re.compile(r"\s+")


def with_raised(fragments: Sequence[Fragment]) -> list[Fragment]:
    """The fragments, those that are raised numbers or marks in `<sup>`."""
    found = list(fragments[:1])
    for before, fragment in pairwise(fragments):
        mark = _MARK.fullmatch(fragment.text)
        small = 0 < fragment.size <= RAISED * before.size
        is_raised = mark and small and before.y < fragment.y < before.y + before.size
        end = "\n" if is_raised and fragment.text.endswith("\n") else ""
        found.append(replace(fragment, text=f"<sup>{mark[1]}</sup>{end}") if mark and is_raised else fragment)
    return found


def small_print(fragments: Sequence[Fragment]) -> str:
    """What is set smaller than most of a page's text, and below all that is not; without its spaces."""
    sizes: Counter[float] = Counter()
    for each in fragments:
        sizes[round(each.size, 1)] += len(each.text.strip())
    usual = max(sizes, key=lambda size: sizes[size], default=0.0)
    foot = min((each.y for each in fragments if each.size > SMALL * usual and _has_words(each.text)), default=0.0)
    return _squeezed("".join(each.text for each in fragments if each.size <= SMALL * usual and each.y < foot))


def _has_words(text: str) -> bool:
    """Whether it is more than the number of a page."""
    return any(map(str.isalpha, text))


def notes_apart(page: list[str], small: str) -> tuple[list[str], list[str]]:
    """The lines of a page above its notes, and the notes, a line each and without their marks."""
    start = len(page)
    while start and _squeezed(page[start - 1]) in small:
        start -= 1
    notes: list[str] = []
    number = ""
    for line in page[start:]:
        mark = _NOTE.match(line)
        if mark and (not notes or not number.isdigit() or mark[1] == str(int(number) + 1)):
            number = mark[1]
            notes.append(line[mark.end() :])
        elif notes:
            notes[-1] += f" {line}"
        else:
            return page, []  # what does not begin with a mark is no note
    return page[:start], notes


def with_notes(lines: list[Line], notes: Sequence[Sequence[str]]) -> list[Line]:
    """The paragraphs, each that ends a page followed by the notes of that page; `notes` are those of every page."""
    last = {page: at for at, line in enumerate(lines) for _, page in line.pages}
    behind: dict[int, list[Line]] = {}
    at = len(lines) - 1
    for page, texts in enumerate(notes, start=1):
        behind.setdefault(last.get(page, at), []).extend(map(Line, texts))
    return [each for number, line in enumerate(lines) for each in (line, *behind.get(number, ()))]


def _squeezed(text: str) -> str:
    return _SPACE.sub("", normalise(text))
