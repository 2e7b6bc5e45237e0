"""Exports of Factiva as text: with a tag before each field, or laid out as an article."""

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

_END = re.compile(r"(?:AN )?Document [A-Z0-9]{8,20}e[a-z0-9]{8,10}")
_TAG = re.compile(r"(SE|HD|CR|BY|WC|PD|ET|SN|SC|ED|PG|VOL|LA|CY|LP|TD|ART|CO|IN|NS|RE|IPC|IPD|PUB|AN)(?: (.*))?")
_WORDS = re.compile(r"[\d,.]{1,9} words")
_HOUR = re.compile(r"\d{1,2}:\d{2}(?: ?[AP]M)?(?: [A-Z]{3,4})?")
_RIGHTS = re.compile(r"(?:Copyright|\(c\)|©|All rights reserved).*", re.IGNORECASE)
_NAME = re.compile(r"[^\W\d_a-z][\w.'’-]*(?: [^\W\d_a-z][\w.'’-]*){1,2}(?:(?:, | and )[^\W\d_a-z][\w.'’ -]{2,40})?")
HEAD_LINES = 10  # between the number of words and the text


def is_factiva(lines: list[Line]) -> bool:
    """Whether lines are such an export: each article ends with its number, and says how many words it has."""
    texts = [line.text for line in lines]
    return any(map(_END.fullmatch, texts)) and any(_WORDS.fullmatch(text.removeprefix("WC ")) for text in texts)


def articles_of_factiva(lines: list[Line], origin: str) -> Iterator[Article]:
    """The articles of an export, `origin#1`, `origin#2` and so on their sources."""
    part: list[Line] = []
    number = 0
    for line in lines:
        if not _END.fullmatch(line.text):
            part.append(line)
            continue
        number += 1
        fields = _tagged(part) if any(_tag(each) == "HD" for each in part) else _laid_out(part)
        yield _article(fields, f"{origin}#{number}")
        part = []


def _tag(line: Line) -> str:
    match = _TAG.fullmatch(line.text)
    return match.group(1) if match else ""


def _tagged(part: list[Line]) -> dict[str, list[Line]]:
    """The lines of each field; those before the first tag are not of this article."""
    fields: dict[str, list[Line]] = {}
    last: list[Line] = []
    for line in part:
        if match := _TAG.fullmatch(line.text):
            last = fields.setdefault(match.group(1), [])
        text = (match.group(2) or "") if match else line.text
        if text:
            last.append(replace(line, text=text))
    return fields


def _laid_out(part: list[Line]) -> dict[str, list[Line]]:
    """The same fields by where they stand: headline and author before the number of words, day and paper behind."""
    at = next((index for index, line in enumerate(part) if _WORDS.fullmatch(line.text)), 0)
    above, below = part[:at], part[at + 1 :]
    is_named = bool(above) and (above[-1].text.startswith("By ") or _is_author(above))
    fields = {"BY": [above.pop()] if is_named else [], "HD": above[-1:]}
    head = below[:HEAD_LINES]
    day = next((index for index, line in enumerate(head) if date_of_line(line.text)), 0)
    fields["PD"] = head[day : day + 1]
    fields["SN"] = [line for line in head[day + 1 :] if not _HOUR.fullmatch(line.text)][:1]
    rights = [index for index, line in enumerate(head) if _RIGHTS.fullmatch(line.text)]
    fields["TD"] = below[rights[-1] + 1 if rights else day + 1 :]
    return fields


def _is_author(above: list[Line]) -> bool:
    """Whether the last line is a name below a headline, which is written without "By" there."""
    return bool(len(above) > 1 and _NAME.fullmatch(above[-1].text) and len(above[-2].text.split()) > 3)


def _article(fields: dict[str, list[Line]], source: str) -> Article:
    def text(name: str) -> str:
        return " ".join(line.text for line in fields.get(name, ()))

    body = [*fields.get("LP", ()), *fields.get("TD", ())]
    return build_article(
        title=text("HD"),
        text=joined([replace(line, gap=True) for line in body]),
        source=source,
        published=parse_date(text("PD")),
        authors=author_names(text("BY")),
        site=text("SN"),
    )
