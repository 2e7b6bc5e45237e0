"""Exports of ProQuest as text: a line a field, most of them behind the text of their article."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.datatypes import Article
from qa.loaders.article import build_article
from qa.loaders.dates import parse_date
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import Line
from qa.loaders.metadata import turned_names

_START = re.compile(r"Document \d+ of \d+")
_LAST = "Database:"
_TEXT = "Full text:"
_ID = ("ProQuest document ID:", "ProQuest document link")
_KEY = re.compile(r"(Title|Author|Publication title|Publication date|Publication info|Document URL): *(.*)")
_BEHIND_TEXT = re.compile(
    r"(?:Subject|Business indexing term|Location|People|Company / organization|Identifier / keyword|Classification|"
    r"Credit|Illustration|Title|Publication title|Publication year|Publication date|Copyright|ISSN): ?.*"
)


def is_proquest(lines: list[Line]) -> bool:
    """Whether lines are such an export."""
    texts = [line.text for line in lines]
    return any(text.startswith(_TEXT) for text in texts) and any(text.startswith(_ID) for text in texts)


def articles_of_proquest(lines: list[Line], origin: str) -> Iterator[Article]:
    """The articles of an export, `origin#1`, `origin#2` and so on their sources. Those without a text are none."""
    number = 0
    for part in _parts(lines):
        if any(line.text.startswith(_TEXT) for line in part):
            number += 1
            yield _article(part, f"{origin}#{number}")


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    """The lines of each article: up to the line that begins the next, or behind the name of the database."""
    part: list[Line] = []
    for line in lines:
        if _START.fullmatch(line.text) or line.text.startswith(_LAST):
            yield part
            part = []
        else:
            part.append(line)
    yield part


def _article(part: list[Line], source: str) -> Article:
    begin = next(index for index, line in enumerate(part) if line.text.startswith(_TEXT))
    end = next((at for at in range(begin + 1, len(part)) if _BEHIND_TEXT.fullmatch(part[at].text)), len(part))
    first = replace(part[begin], text=part[begin].text.removeprefix(_TEXT).strip())
    text = [line for line in (first, *part[begin + 1 : end]) if line.text]
    keys: dict[str, str] = {}
    for line in (*part[:begin], *part[end:]):
        if match := _KEY.fullmatch(line.text):
            keys.setdefault(match.group(1), match.group(2))
    return build_article(
        title=keys.get("Title") or part[0].text,
        text=joined([replace(line, gap=True) for line in text]),
        source=source,
        published=parse_date(keys.get("Publication date")) or parse_date(keys.get("Publication info")),
        authors=turned_names([keys.get("Author", "")]),
        site=keys.get("Publication title") or keys.get("Publication info", "").partition(";")[0],
    )
