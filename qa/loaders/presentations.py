"""PPTX: the words of every slide in the order of the slides, and the speaker's notes behind them."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import Any

from qa.datatypes import Article
from qa.errors import LoadError
from qa.loaders.article import one_line
from qa.loaders.document import Document
from qa.loaders.markdown import Line, table_row
from qa.loaders.office import broken, office_article, parsed_xml, reference_of, related_parts, stated_properties
from qa.loaders.raised_text import level_runs

PRESENTATION = "ppt/presentation.xml"

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("dt", "ftr", "hdr", "sldNum", "sldImg")  # the same on every slide, or no text


def read_presentation(archive: zipfile.ZipFile, document: Document) -> Article:
    """The article of a PPTX; raises LoadError when it is damaged or holds no words."""
    from lxml import etree

    try:
        title, author = stated_properties(archive, "docProps/core.xml")
        lines = [line for slide in _slides(archive) for line in _slide_lines(archive, slide)]
    except (KeyError, ValueError, etree.LxmlError, zipfile.BadZipFile, OSError, EOFError):
        raise broken(document) from None
    if not lines:
        raise LoadError(document.origin, "There are no words on its slides.", "Add a file with its text.")
    return office_article(lines, document, title, author)


def _slides(archive: zipfile.ZipFile) -> Iterator[str]:
    parts = related_parts(archive, PRESENTATION)
    root = parsed_xml(archive.read(PRESENTATION))
    for reference in root.iterfind("{*}sldIdLst/{*}sldId"):
        kind, member = parts.get(reference_of(reference), ("", ""))
        if kind == "slide":
            yield member


def _slide_lines(archive: zipfile.ZipFile, member: str) -> Iterator[Line]:
    """The lines of a slide, its title first, then those of its diagrams and its notes; none of a hidden slide."""
    root = parsed_xml(archive.read(member))
    if root.get("show") in ("0", "false"):
        return
    shapes = sorted(_shapes(root), key=lambda shape: _kind(shape) not in _TITLES)
    for shape in shapes:
        yield from _shape_lines(shape)
    for kind, part in related_parts(archive, member).values():
        if kind == "diagramData":
            yield from _paragraphs(parsed_xml(archive.read(part)))
        elif kind == "notesSlide":
            notes = _shapes(parsed_xml(archive.read(part)))
            yield from (line for shape in notes if _kind(shape) == "body" for line in _shape_lines(shape))


def _shapes(root: Any) -> list[Any]:
    """Text shapes and tables, also those in groups, but for what programs of an older kind would be shown."""
    found = root.iter("{*}sp", "{*}tbl")
    return [each for each in found if next(each.iterancestors("{*}Fallback"), None) is None]


def _kind(shape: Any) -> str:
    """What a shape is on its slide, as `title` or `ftr`; "" for a free one, "body" for the place of the text."""
    place = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
    return "" if place is None else str(place.get("type", "body"))


def _shape_lines(shape: Any) -> Iterator[Line]:
    kind = _kind(shape)
    if kind in _FURNITURE:
        return
    if shape.tag.endswith("}tbl"):
        for number, row in enumerate(shape.iterfind("{*}tr")):
            cells = [" ".join(line.text for line in _paragraphs(cell)) for cell in row.iterfind("{*}tc")]
            if any(cells):
                yield table_row(cells, gap=not number)
    elif kind in _TITLES:
        text = " ".join(line.text for line in _paragraphs(shape))
        yield from [Line(text, heading=True)] if text else []
    else:
        yield from _paragraphs(shape)


def _paragraphs(shape: Any) -> Iterator[Line]:
    """The paragraphs of a shape, close together."""
    first = True
    for paragraph in shape.iter("{*}p"):
        for part in _text(paragraph).split("\n"):
            if text := one_line(part):
                yield Line(text, gap=first)
                first = False


def _text(paragraph: Any) -> str:
    return level_runs("".join(map(_as_shown, paragraph.iter("{*}t", "{*}br", "{*}tab"))))


def _as_shown(node: Any) -> str:
    """The text of a run or break: "" when it is struck out, in `<sup>` or `<sub>` when it is raised or lowered."""
    if not node.tag.endswith("}t"):
        return "\n" if node.tag.endswith("}br") else " "
    look = node.getparent().find("{*}rPr")
    text = node.text or ""
    if look is None:
        return text
    if look.get("strike", "noStrike") != "noStrike":
        return ""
    raised = look.get("baseline", "0").rstrip("%")
    kind = "" if raised in ("", "0") else "sub" if raised.startswith("-") else "sup"
    return f"<{kind}>{text}</{kind}>" if kind else text
