"""DOCX: its paragraphs and tables as they are printed."""

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
_LEVELS = {"superscript": "sup", "subscript": "sub"}

Looks = dict[str, Any]


def read_docx(document: Document) -> Iterator[Article]:
    """The article of a DOCX, or all of an export of a news archive."""
    import docx

    try:
        word = docx.Document(io.BytesIO(document.data))
        lines = list(_word_lines(word.element.body, _looks(word)))
        title, author = _properties(word)
    except Exception:  # noqa: BLE001 - python-docx lets every error of ZIP, XML and its own through
        raise broken(document) from None
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
        return
    yield office_article(lines, document, title, author)


def _properties(word: Any) -> tuple[str, str]:
    """Title and author; python-docx makes some up where a document has none."""
    if not any(relation.reltype.endswith("/core-properties") for relation in word.part.package.rels.values()):
        return "", ""
    return one_line(word.core_properties.title or ""), word.core_properties.author or ""


def _looks(word: Any) -> dict[str, Any]:
    """The properties of the styles that runs refer to, by their ids."""
    styles = word.styles.element.iterchildren(_WORD + "style")
    return {style.get(_WORD + "styleId", ""): style.find(_WORD + "rPr") for style in styles}


def _word_lines(body: Any, looks: Looks) -> Iterator[Line]:
    """Paragraphs and table rows in the order of the document; deleted text is left out, inserted text is in."""
    for block in body:
        if block.tag == _WORD + "p":
            for number, text in enumerate(_word_text(block, looks).split("\n")):
                if text := one_line(text):
                    yield Line(text, gap=not number, heading=_is_heading(block))
        elif block.tag == _WORD + "tbl":
            for number, row in enumerate(block.iter(_WORD + "tr")):
                cells = [one_line(_word_text(cell, looks)) for cell in row.iterchildren(_WORD + "tc")]
                if any(cells):
                    yield table_row(cells, gap=not number)
        elif block.tag == _WORD + "sdt":
            for content in block.iterchildren(_WORD + "sdtContent"):
                yield from _word_lines(content, looks)


def _word_text(block: Any, looks: Looks) -> str:
    """The text of a paragraph or cell as it is printed: nothing struck out, hidden or moved elsewhere."""
    pieces = []
    for node in block.iter(_WORD + "t", _WORD + "tab", _WORD + "br", _WORD + "cr", _WORD + "p"):
        if next(node.iterancestors(_FALLBACK, _WORD + "moveFrom"), None) is not None:
            continue
        kind = node.tag.removeprefix(_WORD)
        piece = (node.text or "") if kind == "t" else " " if kind == "tab" else "\n"
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
