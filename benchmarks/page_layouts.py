"""Made-up articles in the page layouts of content systems, with the text and the day that are right.

A file of `layouts/` has four parts, each behind a comment with its name: how a `paragraph` and a `heading` are
written, what is put between paragraphs (`inset`), and the `page` around them. `stories.json` has the articles, one
block a paragraph (`p`), heading (`h`), quote (`q`) or list (`l`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Template
from typing import Any

LAYOUTS = Path(__file__).parent / "layouts"
_PART = re.compile(r"<!-- (paragraph|heading|inset|page) -->\n?")
_TAG = re.compile(r"<[^<>]+>")


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it would be saved, with what is right; the words of `standfirst` may stand above `text`."""

    layout: str
    story: str
    html: str
    title: str
    text: str
    standfirst: str
    published: date


def pages() -> Iterator[Page]:
    """Every article in every layout, each time with another day."""
    stories = json.loads((LAYOUTS / "stories.json").read_text(encoding="utf-8"))
    for file in sorted(LAYOUTS.glob("*.html")):
        for story in stories:
            yield page(file.read_text(encoding="utf-8"), file.stem, story)


def page(layout: str, name: str, story: dict[str, Any]) -> Page:
    """One article in one layout."""
    _, *pieces = _PART.split(layout)
    parts = dict(zip(pieces[::2], map(str.strip, pieces[1::2]), strict=True))
    published, later = date.fromisoformat(story["day"]), date.fromisoformat(story["later"])
    html = Template(parts["page"]).substitute(
        story | _days(published) | _later(later), body=_body(parts, story, later.isoformat())
    )
    text = "\n".join(_TAG.sub("", line) for line in _lines(story["blocks"]))
    return Page(name, story["slug"], html, story["title"], text, story["standfirst"], published)


def _body(parts: dict[str, str], story: dict[str, Any], later: str) -> str:
    written = []
    for number, (kind, content) in enumerate(story["blocks"]):
        if kind == "l":
            written.append("<ul>" + "".join(f"<li>{item}</li>" for item in content) + "</ul>")
        elif kind == "q":
            written.append(f"<blockquote><p>{content}</p></blockquote>")
        else:
            part = Template(parts["heading" if kind == "h" else "paragraph"])
            written.append(part.substitute(text=content, n=number, later=later))
        if number == 1:
            written.append(parts["inset"])
    return "\n".join(written)


def _lines(blocks: list[Any]) -> Iterator[str]:
    for kind, content in blocks:
        yield from content if kind == "l" else [content]


def _days(day: date) -> dict[str, str]:
    """A day as layouts write it."""
    ending = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return {
        "iso": day.isoformat(),
        "compact": f"{day:%Y%m%d}",
        "long": f"{day.day} {day:%B %Y}",
        "ukdate": f"{day.day} {day:%B %Y}",
        "us": f"{day:%B} {day.day}, {day.year}",
        "mdy": f"{day:%B} {day.day}, {day.year}",
        "mdy4": f"{day:%b}. {day.day}, {day.year}",
        "gu": f"{day:%a} {day.day} {day:%b %Y}",
        "ord": f"{day.day}{ending} {day:%B %Y}",
        "slashed": f"{day:%d/%m/%Y}",
        "dotted": f"{day:%d.%m.%Y}",
        "weekday": f"{day:%A}",
        "dayago": f"{day.day} {day:%B %Y}",
        "year": f"{day:%Y}",
        "mon": f"{day:%m}",
        "mon3": f"{day:%b}",
        "dd": f"{day:%d}",
        "d": str(day.day),
    }


def _later(day: date) -> dict[str, str]:
    """The day of a change, which must not be taken for that of publication."""
    return {
        "later": day.isoformat(),
        "later4": f"{day:%b}. {day.day}, {day.year}",
        "gulater": f"{day:%a} {day.day} {day:%b %Y}",
    }
