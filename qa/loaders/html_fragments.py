"""HTML that is all article (a chapter, a feed entry, a field) to lines of plain text."""

from __future__ import annotations

import re
from typing import Any

from qa.loaders.article import normalise, one_line
from qa.loaders.markdown import Line
from qa.loaders.raised_text import level_text

_SKIPPED = frozenset(
    "script style nav figcaption noscript template svg math iframe object button select textarea title".split()
)
_STRUCK = frozenset("del s strike".split())
_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd div dl dt fieldset figure footer form header hr html main "
    "ol p pre section table ul list quote code".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ITEMS = frozenset("li item tr row br lb".split())
_CELLS = frozenset("td th cell".split())
_LINKS = frozenset("a ref".split())

# Marks put into the tree before its text is taken: private-use characters, which no prose holds.
_PARAGRAPH, _ITEM, _LINK, _LINK_END, _HEADING, _CELL = map(chr, range(0xE0F0, 0xE0F6))
_MARKS = re.compile(f"[{_PARAGRAPH}-{_CELL}]")
_BREAK = re.compile(f"(?<!\\s)((?:\\s*[{_PARAGRAPH}{_ITEM}])+\\s*)")
_LINKED = re.compile(f"{_LINK}[^{_LINK_END}]*{_LINK_END}?")
_LAST_CELL = re.compile(rf"(?<![\s{_CELL}])(?:\s*{_CELL})+\s*$")


def text_of_fragment(html: str) -> str:
    """The running text of a piece of HTML, paragraphs apart."""
    return joined(lines_of_fragment(html))


def lines_of_fragment(html: str) -> list[Line]:
    """The lines of a piece of HTML; one of all its text where it cannot be parsed."""
    from lxml import etree
    from lxml.html import fragment_fromstring

    try:
        root = fragment_fromstring(level_text(html.replace("\0", "")), create_parent="div")
    except (etree.LxmlError, ValueError, AssertionError):
        return [Line(normalise(re.sub(r"<[^<>]{0,2000}>", " ", html)))]
    return lines_of_html(root)


def joined(lines: list[Line]) -> str:
    """The text of lines, with a blank line wherever one stood before."""
    return "".join(("\n\n" if line.gap else "\n") + line.text for line in lines).strip()


def lines_of_html(root: Any) -> list[Line]:
    """One line a block of an lxml tree, which is used up: list items and table rows close together."""
    for element in list(root.iter()):
        _mark(element)
    pieces = _BREAK.split(_PARAGRAPH + str(root.xpath("string()")))
    lines: list[Line] = []
    inside_link = False
    for separator, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        marked = (_LINK if inside_link else "") + piece
        inside_link = marked.rfind(_LINK) > marked.rfind(_LINK_END)
        if text := one_line(_MARKS.sub("", _LAST_CELL.sub("", marked).replace(_CELL, ", "))):
            lines.append(_line(text, marked, separator, first=not lines))
    return lines


def _line(text: str, marked: str, separator: str, *, first: bool) -> Line:
    linked = _LINK in marked
    whole = linked and not _MARKS.sub("", _LINKED.sub("", marked)).strip()
    gap = first or _PARAGRAPH in separator or separator.count(_ITEM) > 1
    return Line(text, gap=gap, link="#" if whole else None, heading=_HEADING in marked, linked=linked)


def _mark(element: Any) -> None:
    """Write into the tree where lines begin and end, and drop what is no text."""
    tag = element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else "#comment"
    if tag in _STRUCK:
        element.clear(keep_tail=True)
    elif tag in _SKIPPED:
        element.clear(keep_tail=True)
        element.tail = _PARAGRAPH + (element.tail or "")
    elif tag in _HEADINGS or (tag == "head" and element.get("rend")):
        element.text, element.tail = _PARAGRAPH + _HEADING + (element.text or ""), _PARAGRAPH + (element.tail or "")
    elif tag in _BLOCKS:
        element.text, element.tail = _PARAGRAPH + (element.text or ""), _PARAGRAPH + (element.tail or "")
    elif tag in ("br", "lb"):
        element.tail = _ITEM + (element.tail or "")
    elif tag in _ITEMS:
        element.text = _ITEM + (element.text or "")
    elif tag in _CELLS:
        element.tail = _CELL + (element.tail or "")
    elif tag in _LINKS:
        element.text, element.tail = _LINK + (element.text or ""), _LINK_END + (element.tail or "")
