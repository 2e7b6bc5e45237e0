"""Exports of Evernote: one article a note. The days of a note itself are those of clipping, never of publication."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line
from qa.loaders.boilerplate import cleaned
from qa.loaders.document import Document
from qa.loaders.heads import take_header
from qa.loaders.html_fragments import joined, lines_of_fragment
from qa.loaders.metadata import author_names


def read_notes(document: Document) -> Iterator[Article | Failure]:
    """The articles of an export, `origin#1` and so on their sources; raises LoadError when it is damaged."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(document.data, parser=parser)
    except etree.XMLSyntaxError:
        raise LoadError(document.origin, "The export is damaged or incomplete.", "Export the notes again.") from None
    for number, note in enumerate(root.iter("note"), start=1):
        yield _article(note, f"{document.origin}#{number}")


def _article(note: Any, source: str) -> Article:
    content = note.findtext("content") or ""
    title = one_line(note.findtext("title") or "")
    header, lines = take_header(lines_of_fragment(content[max(0, content.find("<en-note")) :]), title=title)
    lines, address = cleaned(lines, title)
    return build_article(
        title=title or header.title,
        text=joined(lines),
        source=source,
        url=note.findtext("note-attributes/source-url") or header.url or address,
        published=header.day,
        authors=header.authors or author_names(note.findtext("note-attributes/author")),
    )
