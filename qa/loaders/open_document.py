"""OpenDocument (ODT, ODP, ODS): texts, slides and sheets as they are printed, with notes behind their paragraph."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import one_line
from qa.loaders.document import Document
from qa.loaders.markdown import Line, table_row
from qa.loaders.news_archives import articles_of_archive, is_archive
from qa.loaders.office import broken, office_article, parsed_xml, stated_properties
from qa.loaders.raised_text import level_runs
from qa.loaders.spreadsheets import CELL_CHARS, Row, articles_of_sheets

MOST_COLUMNS = 16_384  # of a sheet in any program

_NAMES = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TEXT, _TABLE, _DRAW, _STYLE, _OFFICE, _PRESENTATION = (
    _NAMES % name for name in ("text", "table", "drawing", "style", "office", "presentation")
)
_LISTS = frozenset(f"{_TEXT}{name}" for name in ("list", "list-item", "list-header"))
_INDEXES = frozenset(f"{_TEXT}{name}-index" for name in ("alphabetical", "illustration", "table", "object", "user")) | {
    f"{_TEXT}table-of-content",
    f"{_TEXT}bibliography",
    f"{_TEXT}tracked-changes",
}
_SKIPPED = _INDEXES | {f"{_OFFICE}annotation", f"{_TEXT}hidden-text", f"{_TEXT}ruby-text", f"{_TEXT}note-citation"}
_ROW_GROUPS = [f"{_TABLE}{name}" for name in ("table-row", "table-rows", "table-header-rows", "table-row-group")]
_FURNITURE = ("date-time", "footer", "header", "page-number")
_SIGNS = {f"{_TEXT}tab": " ", f"{_TEXT}line-break": "\n"}


@dataclass(slots=True)
class _Reader:
    """Walks through a document; `looks` are the styles that change how text is read: `sup`, `sub` or `none`."""

    looks: dict[str, str]
    behind: list[Line] = field(default_factory=list)  # notes and text boxes of the paragraph that is being read

    def lines(self, element: Any, gap: bool = True) -> Iterator[Line]:
        """The lines of all blocks inside an element."""
        for number, block in enumerate(element.iterchildren("*")):
            close = element.tag in _LISTS and (number > 0 or not gap)
            if block.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                yield from self._paragraph(block, gap=not close)
            elif block.tag == f"{_TABLE}table":
                yield from self._table(block)
            elif block.tag not in _SKIPPED and block.get(f"{_TEXT}display") != "none":
                yield from self.lines(block, gap=not close)

    def _paragraph(self, block: Any, gap: bool) -> Iterator[Line]:
        for number, text in enumerate(self.text(block).split("\n")):
            if text := one_line(text):
                yield Line(text, gap=gap and not number, heading=block.tag == f"{_TEXT}h")
        behind, self.behind = self.behind, []
        yield from behind

    def _table(self, table: Any) -> Iterator[Line]:
        first = True
        for row in _table_rows(table):
            cells = [_one_cell(self.lines(cell)) for cell in row.iterchildren(f"{_TABLE}table-cell")]
            if any(cells):
                yield table_row(cells, gap=first)
                first = False

    def text(self, block: Any) -> str:
        """The text of a paragraph in its line: what is hidden or struck out goes, notes are kept for behind it."""
        return level_runs("".join(self._pieces(block)))

    def _pieces(self, element: Any) -> Iterator[str]:
        yield element.text or ""
        for child in element.iterchildren():
            yield from self._piece(child) if isinstance(child.tag, str) else ()
            yield child.tail or ""

    def _piece(self, child: Any) -> Iterator[str]:
        look = self.looks.get(child.get(f"{_TEXT}style-name", ""), "")
        if child.tag == f"{_TEXT}s":
            count = child.get(f"{_TEXT}c", "1")
            yield " " * min(int(count) if count.isdigit() else 1, 10)
        elif child.tag in _SIGNS:
            yield _SIGNS[child.tag]
        elif child.tag == f"{_TEXT}note" or child.tag.startswith(_DRAW):
            others, self.behind = self.behind, []
            lines = list(self.lines(child))
            self.behind = [*others, *lines]
        elif child.tag not in _SKIPPED and look != "none":
            inside = "".join(self._pieces(child))
            yield f"<{look}>{inside}</{look}>" if look else inside


def read_open_document(archive: zipfile.ZipFile, document: Document, settings: Settings) -> Iterator[Article | Failure]:
    """The articles of an ODT, ODP or ODS; raises LoadError when it is damaged or of another kind."""
    from lxml import etree

    try:
        root = parsed_xml(archive.read("content.xml"))
        title, author = stated_properties(archive, "meta.xml", author="initial-creator")
        reader = _Reader(_looks(root))
        body = next(root.iterfind(f"{_OFFICE}body/*"), None)
        kind = "" if body is None else body.tag.removeprefix(_OFFICE)
        if kind == "spreadsheet":
            yield from articles_of_sheets(_sheets(body, reader), document, settings)
            return
        lines = list(reader.lines(body) if kind == "text" else _slides(body, reader) if kind == "presentation" else ())
    except (KeyError, ValueError, etree.LxmlError, zipfile.BadZipFile, OSError, EOFError):
        raise broken(document) from None
    if not lines:
        raise LoadError(document.origin, "There is no text in it.", "Add a file with its text.")
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
    else:
        yield office_article(lines, document, title, author)


def _looks(root: Any) -> dict[str, str]:
    """The styles by whose name text is raised (`sup`), lowered (`sub`), or hidden or struck out (`none`)."""
    looks = {}
    for style in root.iter(f"{_STYLE}style"):
        for text in style.iterchildren(f"{_STYLE}text-properties"):
            position = text.get(f"{_STYLE}text-position", "").split(" ")[0]
            struck = text.get(f"{_STYLE}text-line-through-style", "none") != "none"
            if struck or text.get(f"{_TEXT}display") == "none":
                looks[style.get(f"{_STYLE}name", "")] = "none"
            elif position.startswith(("super", "sub")):
                looks[style.get(f"{_STYLE}name", "")] = position[:3]
            elif position.rstrip("%").lstrip("-").isdigit() and position.rstrip("%") != "0":
                looks[style.get(f"{_STYLE}name", "")] = "sub" if position.startswith("-") else "sup"
    return looks


def _slides(body: Any, reader: _Reader) -> Iterator[Line]:
    """The lines of every slide: its title, its other shapes, then its notes."""
    for page in body.iterchildren(f"{_DRAW}page"):
        shapes = [each for each in page.iterchildren("*") if each.get(f"{_PRESENTATION}class") not in _FURNITURE]
        shapes.sort(key=lambda shape: (shape.tag == f"{_PRESENTATION}notes", not _is_title(shape)))
        for shape in shapes:
            for number, line in enumerate(reader.lines(shape)):
                yield Line(line.text, gap=not number, heading=_is_title(shape))


def _is_title(shape: Any) -> bool:
    return bool(shape.get(f"{_PRESENTATION}class") == "title")


def _sheets(body: Any, reader: _Reader) -> Iterator[tuple[str, Iterator[tuple[int, Row]]]]:
    for table in body.iterchildren(f"{_TABLE}table"):
        yield one_line(table.get(f"{_TABLE}name", "")), _rows(table, reader)


def _rows(table: Any, reader: _Reader) -> Iterator[tuple[int, Row]]:
    """The rows with their numbers; rows and cells that follow each other alike are stored once with a count."""
    number = 1
    for element in _table_rows(table):
        row = _row(element, reader)
        count = _count(element, "rows")
        for at in range(number, number + (count if row else 1)):
            yield at, row
        number += count


def _table_rows(table: Any) -> Iterator[Any]:
    """The rows of a table itself, not those of tables in its cells."""
    for element in table.iterchildren(*_ROW_GROUPS):
        if element.tag == f"{_TABLE}table-row":
            yield element
        else:
            yield from _table_rows(element)


def _one_cell(lines: Iterator[Line]) -> str:
    return " ".join(line.text for line in lines)


def _row(element: Any, reader: _Reader) -> Row:
    row: Row = {}
    column = 0
    for cell in element.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        count = _count(cell, "columns")
        text = _cell_text(cell, reader)
        if text:
            row.update(dict.fromkeys(range(column, min(column + count, MOST_COLUMNS)), text))
        column += count
    return row


def _count(element: Any, of: str) -> int:
    count = element.get(f"{_TABLE}number-{of}-repeated", "1")
    return int(count) if count.isdigit() and len(count) < 9 else 1


def _cell_text(cell: Any, reader: _Reader) -> str:
    """What a cell shows; a day as 2025-05-12."""
    if cell.get(f"{_OFFICE}value-type") == "date":
        return str(cell.get(f"{_OFFICE}date-value", "")).removesuffix("T00:00:00")[:CELL_CHARS]
    return "\n".join(line.text for line in reader.lines(cell))[:CELL_CHARS]
