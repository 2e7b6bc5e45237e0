"""What a source holds before it is read: its bytes, and what is known about them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

# Part of every digest: a better loader gets a new number, and unchanged sources are read again.
LOADER_VERSION = 4


@dataclass(frozen=True, slots=True)
class Version:
    """What a server called the content of an address: asked with it, the server tells whether that has changed."""

    url: str  # the address that answered, after redirects
    etag: str | None
    modified: str | None  # as the server wrote it


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of one source; it may hold one article or many.

    `origin` is an absolute path, a URL, `upload:name` or `sample:name`; `url` is the address the bytes came from
    in the end, after redirects.
    """

    origin: str
    data: bytes
    media_type: str | None = None
    url: str | None = None
    version: Version | None = None

    @property
    def digest(self) -> str:
        """Hex sha256 of the bytes and the loader version: equal digests need no second reading."""
        return hashlib.sha256(b"%d:" % LOADER_VERSION + self.data).hexdigest()

    @property
    def name(self) -> str:
        """The file name, without folders and without the query of a URL."""
        path = unquote(urlsplit(self.origin).path) if is_url(self.origin) else self.origin.partition(":")[2]
        if not is_url(self.origin) and not self.origin.startswith(("upload:", "sample:")):
            path = self.origin
        return PurePosixPath(path.replace("\\", "/")).name

    @property
    def suffix(self) -> str:
        """The last suffix of the name, lower-cased, with its dot."""
        return PurePosixPath(self.name).suffix.lower()

    @property
    def readable_name(self) -> str:
        """The file name as a title: no suffix, no underscores, first letter in capitals."""
        stem = self.name
        while PurePosixPath(stem).suffix.lower() in NAMED_SUFFIXES:
            stem = PurePosixPath(stem).stem
        words = " ".join(stem.replace("_", " ").replace("-", " ").split())
        return words[:1].upper() + words[1:] or self.origin


SUFFIXES = frozenset(
    ".txt .text .md .markdown .html .htm .xhtml .mhtml .mht .pdf .docx .epub .json .jsonl .ndjson .csv .tsv .xml "
    ".rss .atom .eml .mbox .srt .vtt .enex .rtf .zip .pptx .ppsx .xlsx .odt .odp .ods .warc .webarchive .ris".split()
)
# Documents people keep beside their articles: not readable here, and better told about than passed over.
FOREIGN_SUFFIXES = frozenset(
    ".doc .pages .wpd .mobi .azw3 .ppt .xls .xlsb .key .numbers .msg .pst "
    ".7z .rar .tar .tgz .djvu "
    ".mp3 .m4a .wav .ogg .flac .mp4 .m4v .mov .mkv .webm .avi".split()
)
# What lies beside pages and texts and is no document: pictures, and what makes up the look of a page.
COMPANION_SUFFIXES = frozenset(
    ".png .jpg .jpeg .gif .webp .svg .bmp .ico .tif .tiff .heic .avif .css .js .mjs .map .woff .woff2 .ttf .otf .eot "
    ".ini .db .lnk .url .webloc .ds_store .tmp .part .crdownload .lock .bak .swp".split()
)
NAMED_SUFFIXES = SUFFIXES | FOREIGN_SUFFIXES | {".gz"}


def is_url(source: str) -> bool:
    """Whether a source is to be fetched from the web."""
    return source[:8].lower().startswith(("http://", "https://"))


def is_hidden(name: str) -> bool:
    """Whether a file or folder is not meant to be seen: also what Word puts beside a document that is open."""
    return name.startswith((".", "~$"))


def holds_articles(name: str) -> bool:
    """Whether a file of this name in a folder counts."""
    path = PurePosixPath(name.lower())
    suffix = PurePosixPath(path.stem).suffix if path.suffix == ".gz" else path.suffix
    return suffix in SUFFIXES or suffix in FOREIGN_SUFFIXES
