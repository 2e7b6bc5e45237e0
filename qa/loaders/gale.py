"""Exports of Gale as text: named fields, the text, then how to cite it and its number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from qa.datatypes import Article
from qa.loaders.article import build_article
from qa.loaders.dates import parse_date
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names

_END = re.compile(r"(?:Gale )?Document Number:? ?GALE\|\w{1,30}")
_TEXT = re.compile(r"Full Text:?(?: (.*))?")
_BEHIND_TEXT = re.compile(r"(?:Source Citation|Works Cited|By-?line:|Copyright:|Document URL:?).*")
_KEY = re.compile(r"(Title|Authors?|Date|From|Source|Publication|Publisher)(?:\(s\))?: *(.*)")
_RIGHTS = re.compile(r"(?:copyright|©).*", re.IGNORECASE)


def is_gale(lines: list[Line]) -> bool:
    """Whether lines are such an export."""
    return any(_END.fullmatch(line.text) for line in lines) and any(_TEXT.fullmatch(line.text) for line in lines)


def articles_of_gale(lines: list[Line], origin: str) -> Iterator[Article]:
    """The articles of an export, `origin#1`, `origin#2` and so on their sources. Those without a text are none."""
    part: list[Line] = []
    number = 0
    for line in lines:
        if not _END.fullmatch(line.text):
            part.append(line)
            continue
        if any(_TEXT.fullmatch(each.text) for each in part):
            number += 1
            yield _article(part, f"{origin}#{number}")
        part = []


def _article(part: list[Line], source: str) -> Article:
    begin = next(index for index, line in enumerate(part) if _TEXT.fullmatch(line.text))
    end = next((at for at in range(begin + 1, len(part)) if _BEHIND_TEXT.fullmatch(part[at].text)), len(part))
    match = _TEXT.fullmatch(part[begin].text)
    first = replace(part[begin], text=(match[1] or "") if match else "")
    text = [line for line in (first, *part[begin + 1 : end]) if line.text]
    while text and _RIGHTS.fullmatch(text[0].text):
        text = text[1:]
    keys = {found[1]: found[2] for line in part[:begin] if (found := _KEY.fullmatch(line.text))}
    return build_article(
        title=keys.get("Title") or next((line.text for line in part[:begin] if not _KEY.fullmatch(line.text)), ""),
        text=joined([replace(line, gap=True) for line in text]),
        source=source,
        published=parse_date(keys.get("Date")),
        authors=author_names(keys.get("Author") or keys.get("Authors")),
        site=(keys.get("From") or keys.get("Source") or keys.get("Publication") or "").partition("(")[0],
    )
