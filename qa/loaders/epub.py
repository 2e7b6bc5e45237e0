"""EPUB: a book, or a newspaper that a program put together; an article a chapter."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line
from qa.loaders.boilerplate import cleaned
from qa.loaders.dates import parse_date
from qa.loaders.document import Document
from qa.loaders.heads import take_header
from qa.loaders.html_fragments import joined, lines_of_html
from qa.loaders.markdown import Line
from qa.loaders.office import broken, parsed_xml
from qa.loaders.raised_text import level_text

_NS = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_NOT_CHAPTERS = re.compile(
    r"cover|title ?page|copyright|contents|table of contents|inhalt|imprint|impressum", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Book:
    """What an EPUB's package file says."""

    title: str
    authors: tuple[str, ...]
    published: str
    publisher: str
    language: str
    chapters: tuple[str, ...]  # members of the archive, in reading order

    @property
    def is_download(self) -> bool:
        """Whether the book is a newspaper that calibre put together."""
        return self.authors == ("calibre",)


def read_epub(archive: zipfile.ZipFile, document: Document) -> Iterator[Article | Failure]:
    """One article a chapter where chapters have titles, else one for the book."""
    try:
        book = _book(archive)
        chapters = [(name, *_chapter(archive, name)) for name in book.chapters]
    except (KeyError, ValueError, SyntaxError, AttributeError, zipfile.BadZipFile, OSError, EOFError):
        raise broken(document) from None
    chapters = [chapter for chapter in chapters if chapter[2]]
    if not chapters:
        raise LoadError(
            document.origin,
            "No text of the book can be read; it may be copy-protected.",
            "Use a copy without protection.",
        )
    if sum(bool(title) for _, title, _ in chapters) < 2:
        text = "\n\n".join(joined(lines) for _, _, lines in chapters)
        yield _book_article(book, book.title or document.readable_name, text, document.origin)
        return
    for name, title, lines in chapters:
        source = f"{document.origin}#{name}"
        if book.is_download:
            yield _downloaded_article(book, title, lines, source)
            continue
        text = joined(lines)
        if title and not _NOT_CHAPTERS.fullmatch(title) and len(text) > len(title):
            full = f"{book.title}: {title}" if book.title else title
            yield _book_article(book, full, text, source)


def _downloaded_article(book: _Book, title: str, lines: list[Line], source: str) -> Article:
    """An article of a newspaper that calibre downloaded: the day of the book is that of the download."""
    header, lines = take_header(lines, title=title)
    lines, address = cleaned(lines, title)
    return build_article(
        title=title or header.title,
        text=joined(lines),
        source=source,
        url=header.url or address,
        published=header.day,
        authors=header.authors,
        site=book.publisher or book.title.partition("[")[0],
        language=book.language,
    )


def _book_article(book: _Book, title: str, text: str, source: str) -> Article:
    return build_article(
        title=title,
        text=text,
        source=source,
        published=None if book.is_download else parse_date(book.published),
        authors=() if book.is_download else book.authors,
        site=book.publisher,
        language=book.language,
    )


def _book(archive: zipfile.ZipFile) -> _Book:
    container = parsed_xml(archive.read("META-INF/container.xml"))
    package_name = container.xpath("string(//c:rootfile/@full-path)", namespaces=_NS)
    package = parsed_xml(archive.read(package_name))
    folder = posixpath.dirname(package_name)
    items: Mapping[str, str] = {
        item.get("id", ""): posixpath.normpath(posixpath.join(folder, unquote(item.get("href", ""))))
        for item in package.xpath("//opf:manifest/opf:item[not(@properties='nav')]", namespaces=_NS)
    }
    spine = [ref.get("idref") for ref in package.xpath("//opf:spine/opf:itemref", namespaces=_NS)]
    names = set(archive.namelist())

    def first(tag: str) -> str:
        return one_line(package.xpath(f"string(//opf:metadata/dc:{tag})", namespaces=_NS))

    return _Book(
        title=first("title"),
        authors=tuple(one_line("".join(node.itertext())) for node in package.xpath("//dc:creator", namespaces=_NS)),
        published=first("date"),
        publisher=first("publisher"),
        language=first("language"),
        chapters=tuple(dict.fromkeys(items[ref] for ref in spine if ref in items and items[ref] in names)),
    )


def _chapter(archive: zipfile.ZipFile, name: str) -> tuple[str, list[Line]]:
    """The first heading and all lines of a chapter."""
    from lxml import etree
    from lxml.html import HTMLParser, document_fromstring

    try:
        html = level_text(archive.read(name).decode("utf-8", errors="surrogateescape"))
        data = html.encode("utf-8", errors="surrogateescape")
        root = document_fromstring(data, parser=HTMLParser(encoding="utf-8", no_network=True))
    except (etree.LxmlError, ValueError):
        return "", []
    for furniture in root.xpath("//*[contains(concat(' ', @class, ' '), ' calibre_navbar ')]"):
        furniture.drop_tree()
    if 2 * sum(len(one_line(link)) for link in root.xpath("//a//text()")) > len(one_line(root.xpath("string(//body)"))):
        return "", []  # a list of what is in the book
    heading = root.xpath("string((//h1|//h2|//h3)[1])")
    lines = lines_of_html(root)
    title = one_line(heading)
    return title, [line for line in lines if not (line.heading and line.text == title)]
