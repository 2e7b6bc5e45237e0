"""What office documents and books have in common: packed XML, and how an article is made of their lines."""

from __future__ import annotations

import posixpath
import re
from typing import Any
from zipfile import ZipFile

from qa.datatypes import Article
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line
from qa.loaders.boilerplate import cleaned
from qa.loaders.document import Document
from qa.loaders.heads import take_header
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names

_MACHINE_AUTHORS = frozenset(("python-docx", "microsoft office user", "unknown"))
_NO_TITLE = re.compile(
    r"(?:(?:microsoft )?power ?point[ -]?)?(?:presentation|präsentation|présentation|presentación|presentazione)?"
    r"(?: (?:microsoft )?power ?point)?\s*\d*|(?:slide|folie|diapositive) \d+|untitled.*|(?:document|workbook)\s*\d*",
    re.IGNORECASE,
)


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


def related_parts(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """Kind and member of everything that a part of an Office document refers to, by the id of the reference."""
    folder, name = posixpath.split(part)
    member = f"{folder}/_rels/{name}.rels"
    if member not in archive.namelist():
        return {}
    return {
        each.get("Id", ""): (
            each.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
        )
        for each in parsed_xml(archive.read(member)).iter("{*}Relationship")
        if each.get("TargetMode") != "External"
    }


def reference_of(element: Any) -> str:
    """The id by which an element refers to another part; "" where it has none."""
    return next((value for name, value in element.attrib.items() if name.endswith("}id")), "")


def stated_properties(archive: ZipFile, member: str, author: str = "creator") -> tuple[str, str]:
    """Title and author in the properties of a document; a title that its program made up is none."""
    if member not in archive.namelist():
        return "", ""
    root = parsed_xml(archive.read(member))
    title = one_line(root.findtext(".//{*}title") or "")
    return "" if _NO_TITLE.fullmatch(title) else title, one_line(root.findtext(f".//{{*}}{author}") or "")
