"""Exports of LexisNexis as text, in its older layout: "1 of 2 DOCUMENTS", the paper, its day, then the headline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.datatypes import Article
from qa.loaders.article import build_article
from qa.loaders.dates import date_of_line, parse_date
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names

HEAD_LINES = 25  # before the text

_START = re.compile(r"(?:Document )?\d{1,6} of \d{1,6}(?: DOCUMENTS?)?")
_KEY = re.compile(r"(BYLINE|SECTION|LENGTH|DATELINE|HIGHLIGHT|HEADLINE|TITLE|SOURCE|SERIES|DISTRIBUTION):\s*(.*)")
_BEHIND_TEXT = re.compile(
    r"(?:LOAD-DATE|LANGUAGE|PUBLICATION-TYPE|GRAPHIC|SUBJECT|JOURNAL-CODE|DOCUMENT-TYPE|ACC-NO|NOTES|CORRECTION):?\s.*"
)
_RIGHTS = re.compile(r"copyright\b.*|all rights reserved.?|©.*", re.IGNORECASE)


def is_lexisnexis(lines: list[Line]) -> bool:
    """Whether lines are such an export: numbered articles, each with fields named in capitals."""
    texts = [line.text for line in lines]
    return any(map(_START.fullmatch, texts)) and any(text.startswith(("LENGTH:", "LOAD-DATE:")) for text in texts)


def articles_of_lexisnexis(lines: list[Line], origin: str) -> Iterator[Article]:
    """The articles of an export, `origin#1`, `origin#2` and so on their sources. What has no fields is none."""
    number = 0
    for part in _parts(lines):
        if any(_KEY.fullmatch(line.text) for line in part):
            number += 1
            yield _article(part, f"{origin}#{number}")


def _parts(lines: list[Line]) -> Iterator[list[Line]]:
    part: list[Line] = []
    for line in lines:
        if _START.fullmatch(line.text):
            yield part
            part = []
        else:
            part.append(line)
    yield part


def _article(part: list[Line], source: str) -> Article:
    lines = [line for line in part if not _RIGHTS.fullmatch(line.text)]
    keyed = [index for index, line in enumerate(lines[:HEAD_LINES]) if _KEY.fullmatch(line.text)]
    begin = keyed[-1] + 1 if keyed else 0
    end = next((at for at in range(begin, len(lines)) if _BEHIND_TEXT.fullmatch(lines[at].text)), len(lines))
    keys = {match[1]: match[2] for line in lines[:begin] if (match := _KEY.fullmatch(line.text))}
    plain = [line.text for line in lines[: keyed[0] if keyed else 0]]
    day = next((index for index, text in enumerate(plain) if date_of_line(text)), None)
    above, below = (plain[:day], plain[day + 1 :]) if day is not None else (plain[:1], plain[1:])
    return build_article(
        title=keys.get("HEADLINE") or keys.get("TITLE") or (below[-1] if below else ""),
        text=joined([replace(line, gap=True) for line in lines[begin:end]]),
        source=source,
        published=parse_date(plain[day]) if day is not None else None,
        authors=author_names(keys.get("BYLINE")),
        site=above[0] if above else keys.get("SOURCE"),
    )
