"""What office documents and books have in common: packed XML, and how an article is made of their lines."""

from __future__ import annotations

from typing import Any

from qa.datatypes import Article
from qa.errors import LoadError
from qa.loaders.article import build_article
from qa.loaders.boilerplate import cleaned
from qa.loaders.document import Document
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names
from qa.loaders.text import take_header

_MACHINE_AUTHORS = frozenset(("python-docx", "microsoft office user", "unknown"))


def broken(document: Document) -> LoadError:
    """The failure of a document that cannot be unpacked or parsed."""
    return LoadError(document.origin, "The file is damaged or incomplete.", "Download or copy it again.")


def parsed_xml(data: bytes) -> Any:
    """XML without entities, network or huge trees."""
    from lxml import etree

    return etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def office_article(lines: list[Line], document: Document, title: str, author: str) -> Article:
    """The article of a document's lines; what stands at their head counts before the properties of the file.

    The days in a file's properties tell when it was made, not when it was published, and are not asked for.
    """
    header, lines = take_header(lines, title=title)
    lines, address = cleaned(lines, title or header.title)
    names = () if author.strip().lower() in _MACHINE_AUTHORS or " " not in author.strip() else author_names(author)
    return build_article(
        title=title or header.title or document.readable_name,
        text=joined(lines),
        source=document.origin,
        url=header.url or address,
        published=header.day,
        authors=header.authors or names,
        site=header.site,
        language=header.language,
    )
