"""Exports of news archives: many articles in one file, each with its headline, paper, date and author."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from qa.datatypes import Article
from qa.loaders.article import build_article
from qa.loaders.dates import date_of_line, parse_date
from qa.loaders.document import Document
from qa.loaders.factiva import articles_of_factiva, is_factiva
from qa.loaders.gale import articles_of_gale, is_gale
from qa.loaders.html_fragments import joined
from qa.loaders.lexisnexis import articles_of_lexisnexis, is_lexisnexis
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names
from qa.loaders.proquest import articles_of_proquest, is_proquest

_END = "End of Document"
_BODY = "Body"
_KEY = re.compile(r"(Section|Length|Byline|Dateline|Highlight|Edition|Copyright|Load-Date|Distribution)\b:? *(.*)")
_AFTER_TEXT = re.compile(r"(?:Load-Date|Classification|Notes|Graphic)\b:?.{0,80}")


def is_archive(lines: list[Line]) -> bool:
    """Whether lines are an export of an archive that is known."""
    return _reader_of(lines) is not None


def articles_of_archive(lines: list[Line], document: Document) -> Iterator[Article]:
    """The articles of an export, `origin#1`, `origin#2` and so on their sources. Its cover page is none."""
    if read := _reader_of(lines):
        yield from read(lines, document.origin)


def _reader_of(lines: list[Line]) -> Callable[[list[Line], str], Iterator[Article]] | None:
    readers = (
        (_is_nexis, _articles_of_nexis),
        (is_factiva, articles_of_factiva),
        (is_proquest, articles_of_proquest),
        (is_lexisnexis, articles_of_lexisnexis),
        (is_gale, articles_of_gale),
    )
    return next((read for is_one, read in readers if is_one(lines)), None)


def _is_nexis(lines: list[Line]) -> bool:
    """Whether each article has a line before its text, and one behind it."""
    texts = [line.text for line in lines]
    return _END in texts and _BODY in texts and any(text.startswith(("Length:", "Load-Date:")) for text in texts)


def _articles_of_nexis(lines: list[Line], origin: str) -> Iterator[Article]:
    part: list[Line] = []
    number = 0
    for line in lines:
        if line.text != _END:
            part.append(line)
            continue
        if any(each.text == _BODY for each in part):
            number += 1
            yield _article(part, f"{origin}#{number}")
        part = []


def _article(part: list[Line], source: str) -> Article:
    body = next(index for index, line in enumerate(part) if line.text == _BODY)
    head = _own_head(part[:body])
    text = part[body + 1 :]
    end = next((index for index, line in enumerate(text) if _AFTER_TEXT.fullmatch(line.text)), len(text))
    keys = {match.group(1): match.group(2) for line in head if (match := _KEY.fullmatch(line.text))}
    plain = [line.text for line in head if not _KEY.fullmatch(line.text)]
    days = [line for line in plain if date_of_line(line)]
    names = [line for line in plain[1:] if line not in days]
    return build_article(
        title=plain[0] if plain else "",
        text=joined([replace(line, gap=True) for line in text[:end]]),
        source=source,
        published=parse_date(days[0]) if days else None,
        authors=author_names(keys.get("Byline")),
        site=names[0] if names else None,
    )


def _own_head(lines: list[Line]) -> list[Line]:
    """The lines from the headline on: the last one marked as such, else the third line above the first key."""
    marked = [index for index, line in enumerate(lines) if line.heading]
    if marked:
        return lines[marked[-1] :]
    key = next((index for index, line in enumerate(lines) if date_of_line(line.text)), 2)
    return lines[max(0, key - 2) :]
