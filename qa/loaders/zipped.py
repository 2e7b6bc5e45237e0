"""ZIP files: office documents, books, and files packed together; checked before anything is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.document import COMPANION_SUFFIXES, Document, holds_articles, is_hidden
from qa.loaders.epub import read_epub
from qa.loaders.limits import MEGABYTE
from qa.loaders.office import broken
from qa.loaders.open_document import read_open_document
from qa.loaders.presentations import PRESENTATION, read_presentation
from qa.loaders.spreadsheets import WORKBOOK, read_workbook
from qa.loaders.word import WORD, read_docx

ReadMember = Callable[[Document], Iterator[Article | Failure]]

MAX_RATIO = 200  # unpacked to packed; text stays below 20, bombs lie above 1,000
MAX_MEMBERS = 20_000
MAX_MARKUP = 50 * MEGABYTE  # of a document's markup, unpacked: its tree takes twenty times that; pictures do not count

_MARKUP = (".xml", ".html", ".xhtml", ".htm", ".opf", ".rels")


def read_zipped(document: Document, settings: Settings, read_member: ReadMember) -> Iterator[Article | Failure]:
    """The articles of an office document, an EPUB, or the files in a ZIP named as one, which `read_member` reads."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(document.data))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise broken(document) from None
    with archive:
        names = set(archive.namelist())
        _refuse_bombs(archive, document, settings)
        if any(member.flag_bits & 1 for member in archive.infolist()):
            raise LoadError(document.origin, "It is locked with a password.", "Save a copy without a password.")
        if WORD in names:
            yield from read_docx(document)
        elif PRESENTATION in names:
            yield read_presentation(archive, document)
        elif WORKBOOK in names:
            yield from read_workbook(archive, document, settings)
        elif {"content.xml", "mimetype"} <= names:
            yield from read_open_document(archive, document, settings)
        elif "META-INF/container.xml" in names:
            yield from read_epub(archive, document)
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
    markup = sum(each.file_size for each in members if each.filename.lower().endswith(_MARKUP))
    too_dense = markup > MAX_MARKUP or (size > 10 * MEGABYTE and size > MAX_RATIO * packed)
    if size > settings.max_expanded_mb * MEGABYTE or too_dense or len(members) > MAX_MEMBERS:
        raise LoadError(
            document.origin,
            f"It would unpack to {size // MEGABYTE:,} MB, far more than a document of its size holds.",
            "Leave it out, or save a copy from the program it comes from.",
        )
