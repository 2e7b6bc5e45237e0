"""From a document to its articles: each family of formats has its own reader."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.detection import family_of
from qa.loaders.document import Document
from qa.loaders.failures import as_failures
from qa.loaders.limits import MEGABYTE, check_not_empty, check_size, checked

if TYPE_CHECKING:
    from qa.loaders.feeds import Entries
    from qa.loaders.isolation import LoaderProcess

# Read by other people's code, or with a tree.
_COSTLY = frozenset("pdf zip html mhtml mail notes rtf webarchive warc".split())
_REFUSED = {
    "ole": (
        "It is an old Word document, or an Office document locked with a password.",
        "Open it in its program and save it as DOCX or PDF without a password.",
    ),
    "image": ("It is an image, not a text.", "Use a program with text recognition (OCR), and add its text."),
    "media": ("It is a sound or video file, not a text.", "Add a transcript instead."),
    "program": ("It is a program, not a text.", "Leave it out."),
    "archive": ("It is a packed archive.", "Unpack it and add the folder."),
    "xml": ("It is XML, but neither a feed nor a web page.", "Export it as HTML, JSON, CSV or text."),
}


def parse(
    document: Document, settings: Settings, entries: Entries | None = None, process: LoaderProcess | None = None
) -> Iterator[Article | Failure]:
    """The articles of `document`, and a Failure for each that cannot be read. Never raises for bad content.

    Of a feed, what `entries` knows is left out. What is costly to read is read by `process`, if that is given; then
    Cancelled is raised when it is closed.
    """
    process = process if settings.read_seconds else None
    is_empty = True
    for found in _checked(_read(document, settings, entries, process), document, settings):
        is_empty = False
        yield found
    if is_empty and not (entries and entries.kept):
        yield Failure(document.origin, "There is no article in it.", "Check that it was exported or packed completely.")


def parse_family(family: str, document: Document, settings: Settings) -> Iterator[Article | Failure]:
    """The articles of a document that is known to be of a family, as `parse` gives them."""
    return _checked(_by_family(family, document, settings), document, settings)


def _checked(
    articles: Iterator[Article | Failure], document: Document, settings: Settings
) -> Iterator[Article | Failure]:
    for found in as_failures(articles, document.origin):
        yield checked(found, settings) if isinstance(found, Article) else found


def _read(
    document: Document, settings: Settings, entries: Entries | None, process: LoaderProcess | None
) -> Iterator[Article | Failure]:
    check_size(document, settings)
    suffix = document.suffix
    if document.data[:2] == b"\x1f\x8b":
        document = replace(document, data=_unpacked(document, settings))
        suffix = PurePosixPath(document.name).with_suffix("").suffix.lower()
    check_not_empty(document)
    family = family_of(document, suffix)
    if family in _REFUSED:
        raise LoadError(document.origin, *_REFUSED[family])
    if family == "feed":
        from qa.loaders.feeds import Entries, read_feed

        yield from read_feed(document, settings, entries or Entries(), process)
    elif process and family in _COSTLY:
        yield from process.articles(family, document)
    else:
        yield from _by_family(family, document, settings)


def _by_family(family: str, document: Document, settings: Settings) -> Iterator[Article | Failure]:
    """Hand over to the family; each is imported only when it is needed."""
    match family:
        case "pdf":
            from qa.loaders.pdf import read_pdf

            yield read_pdf(document, settings)
        case "zip":
            from qa.loaders.zipped import read_zipped

            yield from read_zipped(document, settings, lambda member: parse(member, settings))
        case "mail" | "notes" | "subtitles" | "references" | "rtf":
            yield from _other_text(family, document)
        case "webarchive" | "warc":
            from qa.loaders.web_archives import read_warc, read_web_archive

            read = read_web_archive if family == "webarchive" else read_warc
            yield from read(document, settings, lambda page: _page(page, settings))
        case "html" | "mhtml":
            from qa.loaders.html import read_mhtml, read_pages

            yield from read_pages(document, settings) if family == "html" else iter([read_mhtml(document)])
        case "json" | "jsonl" | "csv":
            from qa.loaders.tables import read_table

            yield from read_table(family, document, settings)
        case _:
            from qa.loaders.text import read_text

            yield from read_text(document, markdown=family == "markdown")


def _page(page: Document, settings: Settings) -> Iterator[Article | Failure]:
    """The article of a page out of an archive, whatever its address ends in; a Failure where there is none."""
    from qa.loaders.html import read_page
    from qa.loaders.pdf import read_pdf

    is_pdf = page.data.startswith(b"%PDF-")
    pages = (read_pdf(each, settings) if is_pdf else read_page(each) for each in (page,))
    yield from as_failures(pages, page.origin)


def _other_text(family: str, document: Document) -> Iterator[Article | Failure]:
    """The articles of mails, exports of notes and references, subtitles and RTF."""
    match family:
        case "mail":
            from qa.loaders.mail import read_mail

            yield from read_mail(document)
        case "notes":
            from qa.loaders.notes import read_notes

            yield from read_notes(document)
        case "subtitles":
            from qa.loaders.subtitles import read_subtitles

            yield read_subtitles(document)
        case "references":
            from qa.loaders.references import read_references

            yield from read_references(document)
        case _:
            from qa.loaders.rtf import read_rtf

            yield from read_rtf(document)


def _unpacked(document: Document, settings: Settings) -> bytes:
    """The bytes inside a gzip file; raises LoadError for a bomb and for a damaged file."""
    limit = settings.max_expanded_mb * MEGABYTE
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(document.data)) as packed:
            size = 0
            while size <= limit and (chunk := packed.read(MEGABYTE)):  # a bomb is counted, never held
                size += len(chunk)
        data = gzip.decompress(document.data) if size <= limit else b""
    except (OSError, EOFError, zlib.error):
        raise LoadError(
            document.origin, "The compressed file is damaged or incomplete.", "Download or copy it again."
        ) from None
    if size > limit:
        raise LoadError(
            document.origin,
            f"It unpacks to more than {settings.max_expanded_mb} MB.",
            "If it can be trusted, split it or raise the setting max_expanded_mb.",
        )
    return data
