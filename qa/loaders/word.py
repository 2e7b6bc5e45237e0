"""DOCX: its paragraphs and tables as they are printed, footnotes behind their paragraph and endnotes at the end."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from qa.datatypes import Article
from qa.loaders.article import one_line
from qa.loaders.document import Document
from qa.loaders.markdown import Line, table_row
from qa.loaders.news_archives import articles_of_archive, is_archive
from qa.loaders.office import broken, office_article
from qa.loaders.raised_text import level_runs

WORD = "word/document.xml"
LEAST_RAISED = 4  # half points; less only sets text straight

_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS = {"tab": " ", "noBreakHyphen": "-"}
_LEVELS = {"superscript": "sup", "subscript": "sub"}

_NOT_PRINTED = (_FALLBACK, _WORD + "moveFrom", _WORD + "del")

Looks = dict[str, Any]
Notes = dict[str, list[Line]]


def read_docx(document: Document) -> Iterator[Article]:
    """The article of a DOCX, or all of an export of a news archive."""
    import docx

    try:
        word = docx.Document(io.BytesIO(document.data))
        lines = _lines(word)
        title, author = _properties(word)
    except Exception:  # noqa: BLE001 - python-docx lets every error of ZIP, XML and its own through
        raise broken(document) from None
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
        return
    yield office_article(lines, document, title, author)


def _lines(word: Any) -> list[Line]:
    looks = _looks(word)
    footnotes, endnotes = _notes(word, "footnote", looks), _notes(word, "endnote", looks)
    lines = list(_word_lines(word.element.body, looks, footnotes))
    wanted = _references(word.element.body, "endnote")
    return [*lines, *(line for each in wanted for line in endnotes.get(each, []))]


def _notes(word: Any, kind: str, looks: Looks) -> Notes:
    """The lines of every footnote or endnote by its id; those that only draw a line are left out."""
    from lxml import etree

    parts = [each.target_part.blob for each in word.part.rels.values() if each.reltype.endswith(f"/{kind}s")]
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    notes = [each for part in parts for each in etree.fromstring(part, parser).iterchildren(_WORD + kind)]
    written = [each for each in notes if each.get(_WORD + "type", "normal") == "normal"]
    return {each.get(_WORD + "id", ""): list(_word_lines(each, looks, {})) for each in written}


def _references(block: Any, kind: str) -> list[str]:
    """The ids of the notes that a block refers to, as it is printed."""
    found = block.iter(f"{_WORD}{kind}Reference")
    return [each.get(_WORD + "id", "") for each in found if next(each.iterancestors(*_NOT_PRINTED), None) is None]


def _properties(word: Any) -> tuple[str, str]:
    """Title and author; python-docx makes some up where a document has none."""
    if not any(relation.reltype.endswith("/core-properties") for relation in word.part.package.rels.values()):
        return "", ""
    return one_line(word.core_properties.title or ""), word.core_properties.author or ""


def _looks(word: Any) -> dict[str, Any]:
    """The properties of the styles that runs refer to, by their ids."""
    styles = word.styles.element.iterchildren(_WORD + "style")
    return {style.get(_WORD + "styleId", ""): style.find(_WORD + "rPr") for style in styles}


def _word_lines(body: Any, looks: Looks, notes: Notes) -> Iterator[Line]:
    """Paragraphs and table rows in the order of the document, each paragraph or table followed by its notes.

    Deleted text is left out, inserted text is in.
    """
    for block in body:
        if block.tag == _WORD + "p":
            yield from _paragraph(block, looks)
        elif block.tag == _WORD + "tbl":
            yield from _rows(block, looks)
        elif block.tag == _WORD + "sdt":
            for content in block.iterchildren(_WORD + "sdtContent"):
                yield from _word_lines(content, looks, notes)
            continue
        for each in _references(block, "footnote"):
            yield from notes.get(each, ())


def _paragraph(block: Any, looks: Looks) -> Iterator[Line]:
    for number, text in enumerate(_word_text(block, looks).split("\n")):
        if text := one_line(text):
            yield Line(text, gap=not number, heading=_is_heading(block))


def _rows(table: Any, looks: Looks) -> Iterator[Line]:
    for number, row in enumerate(table.iter(_WORD + "tr")):
        cells = [one_line(_word_text(cell, looks)) for cell in row.iterchildren(_WORD + "tc")]
        if any(cells):
            yield table_row(cells, gap=not number)


def _word_text(block: Any, looks: Looks) -> str:
    """The text of a paragraph or cell as it is printed: nothing struck out, hidden or moved elsewhere."""
    pieces = []
    for node in block.iter(*(_WORD + name for name in ("t", "tab", "br", "cr", "p", "noBreakHyphen"))):
        if next(node.iterancestors(*_NOT_PRINTED), None) is not None:
            continue
        kind = node.tag.removeprefix(_WORD)
        piece = (node.text or "") if kind == "t" else _SIGNS.get(kind, "\n")
        pieces.append(_as_printed(piece, node, looks) if kind == "t" else piece)
    return level_runs("".join(pieces)).strip("\n")


def _as_printed(text: str, node: Any, looks: Looks) -> str:
    """The text of a run: "" when it is struck out or hidden, in `<sup>` or `<sub>` when it is raised or lowered."""
    own = node.getparent().find(_WORD + "rPr")
    if own is None:
        return text
    style = own.find(_WORD + "rStyle")
    named = looks.get(style.get(_WORD + "val", "")) if style is not None else None
    if any(_is_on(_first(own, named, name)) for name in ("strike", "dstrike", "vanish")):
        return ""
    kind = _level(own, named)
    return f"<{kind}>{text}</{kind}>" if kind else text


def _level(own: Any, named: Any) -> str | None:
    """`sup` or `sub` for text that is raised or lowered, by its kind or by half points."""
    level, position = _first(own, named, "vertAlign"), _first(own, named, "position")
    if level is not None:
        return _LEVELS.get(level.get(_WORD + "val", ""))
    height = position.get(_WORD + "val", "") if position is not None else ""
    if not height.lstrip("-").isdigit() or abs(int(height)) < LEAST_RAISED:
        return None
    return "sub" if height.startswith("-") else "sup"


def _first(own: Any, named: Any, name: str) -> Any:
    """A property of a run, else of the style that it names."""
    found = own.find(_WORD + name)
    return named.find(_WORD + name) if found is None and named is not None else found


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(_WORD + "val", "true") not in ("0", "false", "off")


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return style is not None and str(style.get(_WORD + "val")).lower().startswith(("title", "heading"))
