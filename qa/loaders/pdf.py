"""PDF: running text out of lines on pages, without headers, footers and hyphens of the layout."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Article
from qa.errors import LoadError
from qa.loaders.article import build_article, normalise, one_line, web_address
from qa.loaders.boilerplate import cleaned
from qa.loaders.document import Document
from qa.loaders.heads import HEADER_LINES, is_head_line, take_header
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names
from qa.loaders.pdf_columns import Fragment, columns_apart
from qa.loaders.pdf_notes import notes_apart, small_print, with_notes, with_raised
from qa.loaders.raised_text import level_text

if TYPE_CHECKING:
    from pypdf import PageObject, PdfReader

logging.getLogger("pypdf").addHandler(logging.NullHandler())  # else its warnings reach the terminal

EDGE_LINES = 3  # how many lines at the top and bottom of a page can be running headers and footers
LONGEST_WORD = 100  # characters at the end of a line in which a broken word is looked for
FULL_LINE = 0.75  # a line shorter than this share of the page's usual width can end a paragraph

_DIGITS = re.compile(r"\d+")
_PAGE_NUMBER = re.compile(
    r"(?:page\s+|seite\s+|p\.\s*)?[-–—|]?\s*\d{1,4}\s*[-–—|]?(?:\s*(?:of|/|von)\s*\d{1,4})?", re.IGNORECASE
)
_DAY_AND_HOUR = r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},? \d{1,2}:\d{2}(?: ?[AP]M)?"
_PRINTED_DAY = re.compile(_DAY_AND_HOUR)
_ADDRESS = re.compile(r"(?:https?|file)://\S+")
_PRINTED = re.compile(
    rf"{_DAY_AND_HOUR}(?: .{{1,300}})?|(?:.{{1,300}} )?(?:https?|file)://\S+(?: \d{{1,4}}/\d{{1,4}})?|"
    rf"\d{{1,4}}(?:/| of )\d{{1,4}}(?: {_DAY_AND_HOUR})?"
)
_HYPHENATED = re.compile(r"(?<!\w)(\w*[^\W\d_])[-\u2010\u00ad]$")
_SENTENCE_END = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_NO_TITLE = re.compile(
    r"untitled|microsoft word|\.(?:docx?|pdf|indd|qxd|tex|odt|rtf)\b|^\W*$|^document\d*$", re.IGNORECASE
)
_OPEN_AND_SAVE = "Open it in a PDF program and save a copy, or export the text."


def read_pdf(document: Document, settings: Settings) -> Article:
    """The article of a PDF; raises LoadError when it is locked, broken or only pictures of pages."""
    reader = _opened(document)
    read, small = _pages(reader, document, settings)
    printed, pages = without_printed_lines(read)
    parted = [notes_apart(*each) for each in zip(without_running_lines(pages), small, strict=True)]
    pages, notes = [page for page, _ in parted], [found for _, found in parted]
    if not any(pages):
        raise LoadError(
            document.origin,
            "There is no text in it: its pages are pictures, as from a scanner.",
            "Run text recognition (OCR) on it, and add the result.",
        )
    title, authors = _information(reader)
    header, lines = take_header(with_notes(paragraphs(pages), notes), title=title)
    lines, address = cleaned(lines, title or header.title)
    return build_article(
        title=title or header.title or document.readable_name,
        text="\n\n".join(line.text for line in lines),
        source=document.origin,
        url=printed or header.url or address or document.url,
        published=header.day,  # the file's own dates tell when it was made, not when it was published
        authors=header.authors or authors,
        pages=page_starts(lines, len(pages)),
    )


def page_starts(lines: list[Line], count: int) -> list[int]:
    """Where each of `count` pages begins in the text of lines with a blank line between.

    A page of which nothing is left begins where the next one does.
    """
    found: dict[int, int] = {}
    offset = 0
    for line in lines:
        for at, page in line.pages:
            found.setdefault(page, offset + at)
        offset += len(line.text) + len("\n\n")
    starts = [max(0, offset - len("\n\n"))] * count
    for number in range(count, 0, -1):
        following = starts[number] if number < count else starts[-1]
        starts[number - 1] = found.get(number, following)
    return [0, *starts[1:]]


def _opened(document: Document) -> PdfReader:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(document.data))
        locked = reader.is_encrypted and not reader.decrypt("")
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, OSError):
        raise _broken(document) from None
    except NotImplementedError:
        locked = True
    if locked:
        raise LoadError(
            document.origin, "The PDF is locked with a password.", "Open it with its password and save a copy without."
        )
    return reader


def _pages(reader: PdfReader, document: Document, settings: Settings) -> tuple[list[list[str]], list[str]]:
    """The non-empty lines of every page, and its small print; a broken page is empty, unless all of them are."""
    pages: list[list[str]] = []
    prints: list[str] = []
    broken = size = 0
    for page in reader.pages:
        try:
            text, small = _text_of_page(page)
            text = normalise(text)
        except Exception:  # noqa: BLE001 - one damaged page must not cost the others
            text, small, broken = "", "", broken + 1
        pages.append(text.split("\n") if text else [])
        prints.append(small)
        size += len(text)
        if size > settings.max_article_chars:
            break
    if not pages or broken == len(pages):
        raise _broken(document)
    return pages, prints


def _text_of_page(page: PageObject) -> tuple[str, str]:
    """The text of a page, its columns one after the other and its raised numbers on the line, and its small print."""
    fragments: list[Fragment] = []
    pieces: list[Fragment] = []

    def keep(text: str, _cm: object, matrix: list[float], _font: object, size: float) -> None:
        pieces.append(Fragment(text, matrix[4], matrix[5], size * abs(matrix[3] or 1)))
        if text.strip():
            fragments.append(pieces[-1])

    text = page.extract_text(visitor_text=keep)
    raised = with_raised(fragments)
    if raised != fragments and "".join(each.text for each in pieces) == text:
        leveled = iter(raised)
        text = level_text("".join(next(leveled).text if each.text.strip() else each.text for each in pieces))
    lines = columns_apart(raised)
    return text if lines is None else level_text("\n".join(lines)), small_print(fragments)


def _broken(document: Document) -> LoadError:
    return LoadError(
        document.origin, "The PDF is damaged or incomplete.", "Download or copy it again. " + _OPEN_AND_SAVE
    )


def _information(reader: PdfReader) -> tuple[str, tuple[str, ...]]:
    """Title and authors of the document information, where they look as if someone had written them."""
    try:
        title, author = one_line(reader.metadata.title or ""), reader.metadata.author  # type: ignore[union-attr]
    except Exception:  # noqa: BLE001 - the information is optional and often malformed
        return "", ()
    names = tuple(name for name in author_names(author) if " " in name and "microsoft" not in name.lower())
    return ("" if _NO_TITLE.search(title) or len(title.split()) < 2 else title), names


def without_printed_lines(pages: list[list[str]]) -> tuple[str | None, list[list[str]]]:
    """The address that a browser printed on the pages, and the pages without what it prints around them.

    Only pages of which each has both lines, the one with day and hour and the one with address or number, are taken
    for printed ones. The day is that of printing.
    """
    edges = [[line for line in (*page[:EDGE_LINES], *page[-EDGE_LINES:]) if _PRINTED.fullmatch(line)] for page in pages]
    written = [edge for page, edge in zip(pages, edges, strict=True) if page]
    if not written or not all(any(map(_PRINTED_DAY.search, edge)) and len(edge) > 1 for edge in written):
        return None, pages
    found = _ADDRESS.search(" ".join(written[0]))
    address = web_address(found.group()) if found and not found.group().endswith(("…", "...")) else None
    kept = [[line for line in page if line not in edge] for page, edge in zip(pages, edges, strict=True)]
    return address, kept


def without_running_lines(pages: list[list[str]]) -> list[list[str]]:
    """Pages without page numbers and without lines that stand at the edge of most pages, whatever their digits."""
    written = [page for page in pages if page]
    if len(written) < 2:
        return pages
    counts: Counter[str] = Counter()
    for page in written:
        counts.update({_DIGITS.sub("#", line) for line in (*page[:EDGE_LINES], *page[-EDGE_LINES:])})
    enough = max(2, len(written) // 2) if len(written) > 3 else len(written)
    running = {line for line, count in counts.items() if count >= enough}
    return [_without_edges(page, running) for page in pages]


def _without_edges(page: list[str], running: set[str]) -> list[str]:
    """The page from its first to its last line that is its own."""
    own = [index for index, line in enumerate(page) if line and not _is_running(line, running)]
    edge = [index for index in range(len(page)) if index < EDGE_LINES or index >= len(page) - EDGE_LINES]
    return [line for index, line in enumerate(page) if index in own or index not in edge]


def _is_running(line: str, running: set[str]) -> bool:
    return _DIGITS.sub("#", line) in running or bool(_PAGE_NUMBER.fullmatch(line))


def paragraphs(pages: list[list[str]]) -> list[Line]:
    """Lines joined to paragraphs, also over page ends; a short line that ends a sentence ends one."""
    lines = [(line, number) for number, page in enumerate(pages, start=1) for line in page]
    widths = sorted(len(line) for line, _ in lines if len(line) > 20)
    width = widths[len(widths) * 9 // 10] if widths else 0
    text = "\n".join(line for line, _ in lines)
    found: list[list[tuple[str, int]]] = [[]]
    for (line, number), (following, _) in pairwise([*lines, ("", 0)]):
        if line:
            found[-1].append((line, number))
        in_head = len(found) <= HEADER_LINES and (is_head_line(Line(line)) or is_head_line(Line(following)))
        if in_head or _ends_paragraph(line, following, width, first=len(found) <= 2):
            found.append([])
    return [_paragraph(part, text) for part in found if part]


def _paragraph(lines: list[tuple[str, int]], text: str) -> Line:
    """One paragraph, and where in it each page begins."""
    pieces = _pieces([line for line, _ in lines], text)
    pages: dict[int, int] = {}
    offset = 0
    for piece, (_, number) in zip(pieces, lines, strict=True):
        pages.setdefault(number, offset + piece.startswith(" "))
        offset += len(piece)
    return Line("".join(pieces), pages=tuple((at, number) for number, at in pages.items()))


def _ends_paragraph(line: str, following: str, width: int, *, first: bool) -> bool:
    """`first` paragraphs are title and date, which end without a full stop."""
    if not line or not following:
        return True
    short = len(line) < FULL_LINE * width
    begins_anew = not following[:1].islower()
    return short and begins_anew and (first or bool(_SENTENCE_END.search(line)) or len(line) < width / 2)


def _pieces(lines: list[str], text: str) -> list[str]:
    """What each line adds to its paragraph, the space before it included.

    A word broken at a line end is joined, unless the text spells it with its hyphen elsewhere.
    """
    parts = [lines[0]]
    for line in lines[1:]:
        broken = _HYPHENATED.search(parts[-1][-LONGEST_WORD:])
        if not broken or not line[:1].islower():
            parts.append(line if broken else " " + line)
            continue
        begin, rest = broken.group(1), re.match(r"\w*", line)
        if rest is None or f"{begin}-{rest.group()}" not in text:
            parts[-1] = parts[-1][:-1]
        parts.append(line)
    return parts
