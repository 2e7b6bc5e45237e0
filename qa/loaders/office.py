"""DOCX and EPUB: both are ZIP files of XML, and are checked as such before anything is unpacked."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line
from qa.loaders.boilerplate import cleaned
from qa.loaders.dates import parse_date
from qa.loaders.document import COMPANION_SUFFIXES, Document, holds_articles, is_hidden
from qa.loaders.html_fragments import joined, lines_of_html
from qa.loaders.limits import MEGABYTE
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names
from qa.loaders.news_archives import articles_of_archive, is_archive
from qa.loaders.raised_text import level_text
from qa.loaders.text import take_header

ReadMember = Callable[[Document], Iterator[Article | Failure]]

MAX_RATIO = 200  # unpacked to packed; text stays below 20, bombs lie above 1,000
MAX_MEMBERS = 20_000
MAX_MARKUP = 50 * MEGABYTE  # of a document's markup, unpacked: its tree takes twenty times that; pictures do not count
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NS = {
    "c": "urn:oasis:names:tc:opendocument:xmlns:container",
    "opf": "http://www.idpf.org/2007/opf",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_LEVELS = {"superscript": "sup", "subscript": "sub"}
_MACHINE_AUTHORS = frozenset(("python-docx", "microsoft office user", "unknown"))
_NOT_CHAPTERS = re.compile(
    r"cover|title ?page|copyright|contents|table of contents|inhalt|imprint|impressum", re.IGNORECASE
)


def read_zipped(document: Document, settings: Settings, read_member: ReadMember) -> Iterator[Article | Failure]:
    """The articles of a DOCX, an EPUB, or of the files in a ZIP that is named as one, which `read_member` reads."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(document.data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise _broken(document) from None
    with archive:
        names = set(archive.namelist())
        _refuse_bombs(archive, document, settings)
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise LoadError(document.origin, "It is locked with a password.", "Save a copy without a password.")
        if "word/document.xml" in names:
            yield from _read_docx(document)
        elif "META-INF/container.xml" in names:
            yield from _read_epub(archive, document)
        elif "[Content_Types].xml" in names or "mimetype" in names:
            raise LoadError(
                document.origin, "It is an office document of a kind that is not read.", "Save it as DOCX, PDF or CSV."
            )
        elif document.suffix == ".zip" and "#" not in document.origin:
            yield from _read_members(archive, document, read_member)
        else:
            raise LoadError(document.origin, "It is a packed archive.", "Unpack it and add the folder.")


def _read_members(archive: zipfile.ZipFile, document: Document, read_member: ReadMember) -> Iterator[Article | Failure]:
    """The articles of each file in an archive, in the order of their names; an archive in it is refused."""
    for name in sorted(archive.namelist()):
        path = PurePosixPath(name.replace("\\", "/"))
        if name.endswith("/") or any(is_hidden(part) or part == "__MACOSX" for part in path.parts):
            continue
        origin = f"{document.origin}#{path}"
        if not holds_articles(path.name):
            if path.suffix.lower() not in COMPANION_SUFFIXES:
                yield Failure(
                    origin, "Files of this kind are not read from an archive.", "Unpack it, and add the file."
                )
            continue
        try:
            data = archive.read(name)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
            yield Failure(origin, "It is damaged in the archive.", "Pack it again, or add the file itself.")
            continue
        yield from read_member(Document(origin, data))


def _refuse_bombs(archive: zipfile.ZipFile, document: Document, settings: Settings) -> None:
    """Raise LoadError by what the members say of their sizes; unpacking never goes beyond that."""
    members = archive.infolist()
    size = sum(member.file_size for member in members)
    packed = max(1, len(document.data))
    markup = sum(
        each.file_size for each in members if each.filename.lower().endswith((".xml", ".html", ".xhtml", ".htm"))
    )
    too_dense = markup > MAX_MARKUP or (size > 10 * MEGABYTE and size > MAX_RATIO * packed)
    if size > settings.max_expanded_mb * MEGABYTE or too_dense or len(members) > MAX_MEMBERS:
        raise LoadError(
            document.origin,
            f"It would unpack to {size // MEGABYTE:,} MB, far more than a document of its size holds.",
            "Leave it out, or save a copy from the program it comes from.",
        )


def _broken(document: Document) -> LoadError:
    return LoadError(document.origin, "The file is damaged or incomplete.", "Download or copy it again.")


def _read_docx(document: Document) -> Iterator[Article]:
    """The article of a DOCX, or all of an export of a news archive."""
    import docx

    try:
        word = docx.Document(io.BytesIO(document.data))
        lines = list(_word_lines(word.element.body))
        title, author = _properties(word)
    except Exception:  # noqa: BLE001 - python-docx lets every error of ZIP, XML and its own through
        raise _broken(document) from None
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
        return
    header, lines = take_header(lines, title=title)
    lines, address = cleaned(lines, title or header.title)
    names = () if author.strip().lower() in _MACHINE_AUTHORS or " " not in author.strip() else author_names(author)
    yield build_article(
        title=title or header.title or document.readable_name,
        text=joined(lines),
        source=document.origin,
        url=header.url or address,
        published=header.day,  # the file's own dates tell when it was made, not when it was published
        authors=header.authors or names,
        site=header.site,
        language=header.language,
    )


def _properties(word: Any) -> tuple[str, str]:
    """Title and author; python-docx makes some up where a document has none."""
    if not any(relation.reltype.endswith("/core-properties") for relation in word.part.package.rels.values()):
        return "", ""
    return one_line(word.core_properties.title or ""), word.core_properties.author or ""


def _word_lines(body: Any) -> Iterator[Line]:
    """Paragraphs and table rows in the order of the document; deleted text is left out, inserted text is in."""
    for block in body:
        if block.tag == _WORD + "p":
            for number, text in enumerate(_word_text(block).split("\n")):
                if text := one_line(text):
                    yield Line(text, gap=not number, heading=_is_heading(block))
        elif block.tag == _WORD + "tbl":
            for number, row in enumerate(block.iter(_WORD + "tr")):
                cells = [one_line(_word_text(cell)) for cell in row.iterchildren(_WORD + "tc")]
                if any(cells):
                    yield Line(", ".join(filter(None, cells)), gap=not number)
        elif block.tag == _WORD + "sdt":
            for content in block.iterchildren(_WORD + "sdtContent"):
                yield from _word_lines(content)


def _word_text(block: Any) -> str:
    """The text of a paragraph or cell as it is printed: nothing struck out, hidden or moved elsewhere."""
    pieces = []
    for node in block.iter(_WORD + "t", _WORD + "tab", _WORD + "br", _WORD + "cr", _WORD + "p"):
        if next(node.iterancestors(_FALLBACK, _WORD + "moveFrom"), None) is not None:
            continue
        kind = node.tag.removeprefix(_WORD)
        piece = (node.text or "") if kind == "t" else " " if kind == "tab" else "\n"
        pieces.append(_as_printed(piece, node) if kind == "t" else piece)
    return level_text("".join(pieces).replace("</sup><sup>", "").replace("</sub><sub>", "")).strip("\n")


def _as_printed(text: str, node: Any) -> str:
    """The text of a run: "" when it is struck out or hidden, in `<sup>` or `<sub>` when it is raised or lowered."""
    look = node.getparent().find(_WORD + "rPr")
    if look is None:
        return text
    if any(_is_on(look.find(_WORD + name)) for name in ("strike", "dstrike", "vanish")):
        return ""
    level = look.find(_WORD + "vertAlign")
    kind = _LEVELS.get(level.get(_WORD + "val", "")) if level is not None else None
    return f"<{kind}>{text}</{kind}>" if kind else text


def _is_on(switch: Any) -> bool:
    return switch is not None and switch.get(_WORD + "val", "true") not in ("0", "false", "off")


def _is_heading(paragraph: Any) -> bool:
    style = paragraph.find(f"{_WORD}pPr/{_WORD}pStyle")
    return style is not None and str(style.get(_WORD + "val")).lower().startswith(("title", "heading"))


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


def _read_epub(archive: zipfile.ZipFile, document: Document) -> Iterator[Article | Failure]:
    """One article a chapter where chapters have titles, else one for the book."""
    try:
        book = _book(archive)
        chapters = [(name, *_chapter(archive, name)) for name in book.chapters]
    except (KeyError, ValueError, SyntaxError, AttributeError, zipfile.BadZipFile, OSError, EOFError):
        raise _broken(document) from None
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
    container = _xml(archive.read("META-INF/container.xml"))
    package_name = container.xpath("string(//c:rootfile/@full-path)", namespaces=_NS)
    package = _xml(archive.read(package_name))
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


def _xml(data: bytes) -> Any:
    """XML without entities, network or huge trees."""
    from lxml import etree

    return etree.fromstring(data, parser=etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
