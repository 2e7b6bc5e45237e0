"""Sheets of a workbook: their rows are articles where a column holds texts, else the sheet is one table."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line
from qa.loaders.document import Document
from qa.loaders.limits import MEGABYTE
from qa.loaders.number_formats import NumberFormat, formats_of_styles
from qa.loaders.office import broken, parsed_xml, reference_of, related_parts
from qa.loaders.raised_text import level_text
from qa.loaders.tables import articles_of_rows, names_a_text

WORKBOOK = "xl/workbook.xml"
CELL_CHARS = 32_767  # the most that a cell of a spreadsheet can hold

Row = dict[int, str]  # the cells that are not empty by their column, from 0

_COLUMN = re.compile(r"([A-Z]{1,3})\d*")
_UNNAMED = re.compile(r"(?:sheet|tabelle|feuil|hoja|foglio|blad|planilha|лист|arkusz)\s?\d*", re.IGNORECASE)
_TRUTH = {"0": "FALSE", "1": "TRUE"}


def read_workbook(archive: zipfile.ZipFile, document: Document, settings: Settings) -> Iterator[Article | Failure]:
    """The articles of an XLSX, from all sheets that are not hidden; raises LoadError when it is damaged or empty."""
    from lxml import etree

    try:
        yield from articles_of_sheets(_sheets(archive), document, settings)
    except (KeyError, ValueError, IndexError, etree.LxmlError, zipfile.BadZipFile, OSError, EOFError):
        raise broken(document) from None


def articles_of_sheets(
    sheets: Iterable[tuple[str, Iterator[tuple[int, Row]]]], document: Document, settings: Settings
) -> Iterator[Article | Failure]:
    """The articles of sheets, given as a name and numbered rows; `origin#name` are their sources."""
    left = [settings.max_expanded_mb * MEGABYTE]
    found = False
    for name, rows in sheets:
        counted = _counted(rows, left, document)
        head = next(counted, None)
        if head is None:
            continue
        found = True
        sheet = replace(document, origin=f"{document.origin}#{name}")
        names = {column: one_line(text) for column, text in head[1].items()}
        if names_a_text(names.values()):
            records = ((number, {names[at]: row[at] for at in row if at in names}) for number, row in counted)
            yield from articles_of_rows(records, sheet)
        else:
            title = document.readable_name if _UNNAMED.fullmatch(name) else f"{document.readable_name}: {name}"
            yield _table(title, [head[1], *(row for _, row in counted)], sheet)
    if not found:
        raise LoadError(document.origin, "Its sheets are empty.", "Check that it was saved completely.")


def _counted(rows: Iterator[tuple[int, Row]], left: list[int], document: Document) -> Iterator[tuple[int, Row]]:
    """Rows that are not empty; raises LoadError once they hold more characters than are `left`.

    A text that is stored once can stand in any number of cells.
    """
    for number, row in rows:
        if not row:
            continue
        left[0] -= sum(map(len, row.values()))
        if left[0] < 0:
            raise LoadError(
                document.origin, "Its cells hold far more text than a file of its size does.", "Save it as CSV."
            )
        yield number, row


def _table(title: str, rows: list[Row], sheet: Document) -> Article:
    """A sheet as text: a line a row, its cells with commas between. Days in it are not that of publication."""
    text = "\n".join(", ".join(map(one_line, row.values())) for row in rows)
    return build_article(title=title, text=text, source=sheet.origin)


def _sheets(archive: zipfile.ZipFile) -> Iterator[tuple[str, Iterator[tuple[int, Row]]]]:
    root = parsed_xml(archive.read(WORKBOOK))
    from_1904 = any(each.get("date1904") in ("1", "true") for each in root.iter("{*}workbookPr"))
    parts = related_parts(archive, WORKBOOK)
    by_kind = dict(parts.values())
    strings = _shared_strings(archive, by_kind["sharedStrings"]) if "sharedStrings" in by_kind else []
    formats = formats_of_styles(parsed_xml(archive.read(by_kind["styles"])), from_1904) if "styles" in by_kind else []
    for sheet in root.iter("{*}sheet"):
        kind, member = parts.get(reference_of(sheet), ("", ""))
        if kind == "worksheet" and sheet.get("state", "visible") == "visible":
            yield one_line(sheet.get("name", "")), _rows(archive, member, strings, formats)


def _shared_strings(archive: zipfile.ZipFile, member: str) -> list[str]:
    return [_string(element) for element in _elements(archive, member, "si")]


def _elements(archive: zipfile.ZipFile, member: str, tag: str) -> Iterator[Any]:
    """The elements of that name one after the other, each forgotten behind the next."""
    from lxml import etree

    parts = etree.iterparse(
        io.BytesIO(archive.read(member)), tag=f"{{*}}{tag}", resolve_entities=False, no_network=True, load_dtd=False
    )
    for _, element in parts:
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


def _string(element: Any) -> str:
    """The text of a cell as it is shown: its readings are left out, and what is struck out."""
    pieces = []
    for node in element.iter("{*}t"):
        run = node.getparent()
        if run.tag.endswith("}rPh") or run.find("{*}rPr/{*}strike") is not None:
            continue
        level = run.find("{*}rPr/{*}vertAlign")
        kind = {"superscript": "sup", "subscript": "sub"}.get(level.get("val", "")) if level is not None else None
        pieces.append(f"<{kind}>{node.text or ''}</{kind}>" if kind else node.text or "")
    return level_text("".join(pieces))[:CELL_CHARS].strip()


def _rows(
    archive: zipfile.ZipFile, member: str, strings: list[str], formats: list[NumberFormat]
) -> Iterator[tuple[int, Row]]:
    for count, element in enumerate(_elements(archive, member, "row"), start=1):
        row: Row = {}
        for cell in element.iterfind("{*}c"):
            column = _column(cell.get("r", ""), len(row))
            if text := _cell_text(cell, strings, formats):
                row[column] = text
        number = element.get("r", "")
        yield int(number) if number.isdigit() else count, row


def _column(place: str, usual: int) -> int:
    """The column of `AB12`, counted from 0."""
    match = _COLUMN.match(place)
    if not match:
        return usual
    column = 0
    for letter in match.group(1):
        column = column * 26 + ord(letter) - ord("A") + 1
    return column - 1


def _cell_text(cell: Any, strings: list[str], formats: list[NumberFormat]) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _string(cell)
    value = (cell.findtext("{*}v") or "").strip()[:CELL_CHARS]
    if kind == "s":
        return strings[int(value)] if value else ""
    if kind == "b":
        return _TRUTH.get(value, value)
    if kind in ("e", "str", "d") or not value:
        return "" if kind == "e" else value
    style = int(cell.get("s", "0"))
    return formats[style].shown(value) if style < len(formats) else NumberFormat().shown(value)
