"""From extracted text and metadata to an `Article`: the one place where text is normalised."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from qa.datatypes import Article
from qa.text.display import shortened

TITLE_CHARS = 300
URL_CHARS = 2000

_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_LINE_ENDS = {0x0B: "\n", 0x0C: "\n\n", 0x85: "\n", 0x2028: "\n", 0x2029: "\n\n"}
# Zero-width and direction marks split words and hide text; the joiners 200C and 200D carry meaning and stay.
_INVISIBLE = dict.fromkeys([0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_CONTROLS = dict.fromkeys([*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)])
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000))
_CHARACTERS = {**_CONTROLS, **_SURROGATES, **_INVISIBLE, **_LIGATURES, **_LINE_ENDS}

_TO_TRANSLATE = re.compile(f"[{re.escape(''.join(map(chr, _CHARACTERS)))}]")
_SOFT_HYPHENS = re.compile("\u00ad(?:[ \t]*\n[ \t]*)?")
_SPACES = re.compile(r"[^\S\n ]+|[^\S\n]{2,}")
_AROUND_BREAK = re.compile(r" \n ?|\n ")
_BLANK_LINES = re.compile(r"\n{3,}")
_LANGUAGES = {  # as catalogues and news APIs write them
    name: code
    for code, names in {
        "ar": "ara arabic", "cs": "ces cze czech", "da": "dan danish", "de": "deu ger german deutsch",
        "el": "ell gre greek", "en": "eng english", "es": "spa spanish español", "fi": "fin finnish",
        "fr": "fra fre french français", "he": "heb hebrew", "hi": "hin hindi", "hu": "hun hungarian",
        "it": "ita italian italiano", "ja": "jpn japanese", "ko": "kor korean", "nl": "nld dut dutch",
        "no": "nor norwegian", "pl": "pol polish", "pt": "por portuguese português", "ro": "ron rum romanian",
        "ru": "rus russian", "sv": "swe swedish", "tr": "tur turkish", "uk": "ukr ukrainian", "zh": "zho chi chinese",
    }.items()
    for name in names.split()
}  # fmt: skip
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_].*)?")


def normalise(text: str) -> str:
    r"""Canonical form: NFC, `\n` line ends, single spaces, at most one blank line, nothing invisible. Idempotent."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if _TO_TRANSLATE.search(text):  # translating is slow, and most texts do not need it
        text = text.translate(_CHARACTERS)
    text = unicodedata.normalize("NFC", _SOFT_HYPHENS.sub("", text))
    text = _AROUND_BREAK.sub("\n", _SPACES.sub(" ", text))
    return _BLANK_LINES.sub("\n\n", text).strip()


def one_line(text: str) -> str:
    """Normalised and without line breaks, for titles and names."""
    return " ".join(normalise(text).split())


def article_id(text: str) -> str:
    """The first 16 hex digits of the text's sha256: one id, one exact text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def build_article(
    *,
    title: str,
    text: str,
    source: str,
    url: str | None = None,
    published: date | None = None,
    authors: Iterable[str] = (),
    site: str | None = None,
    language: str | None = None,
    pages: Sequence[int] = (),
    truncated: bool = False,
) -> Article:
    """The article with text and metadata normalised; a missing title is made from the first words.

    `pages` are offsets into `text`, and are left out where normalising has moved them.
    """
    given, text = text, normalise(text)
    starts = tuple(pages) if text == given else ()
    title = shortened(one_line(title) or title_of(text), TITLE_CHARS)
    url = web_address(url)
    published = published.date() if isinstance(published, datetime) else published
    names = tuple(dict.fromkeys(name for name in map(one_line, authors) if name))
    site = one_line(site or "") or None
    language = language_code(language)
    return Article(
        id=article_id(text),
        title=title,
        text=text,
        source=source,
        url=url,
        published=published,
        authors=names,
        site=site,
        language=language,
        digest=_digest(title, text, url, published, names, site, language, *filter(None, [starts, truncated])),
        pages=starts,
        truncated=truncated,
    )


def _digest(*parts: object) -> str:
    """Over the text and all metadata, not the source: two copies of one article have the same digest."""
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()


def title_of(text: str) -> str:
    """A title from the first words of a text without one."""
    first = text.strip().partition("\n")[0]
    return shortened(first, 90) if first else "Untitled"


def web_address(url: str | None) -> str | None:
    """`url` when it is a usable http(s) address, else `None`; anything else must not become a link."""
    url = one_line(url or "").replace(" ", "%20")
    if not url or len(url) > URL_CHARS:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and parts.netloc else None


def language_code(language: str | None) -> str | None:
    """`en` of `en-GB` and the like; `None` for anything that is no language tag."""
    language = (language or "").strip().lower()
    match = _LANGUAGE.fullmatch(_LANGUAGES.get(language, language))
    return match.group(1) if match else None
