"""Plain text and Markdown: title, date, author and address from the first lines and the front matter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

import yaml

from qa.datatypes import Article
from qa.loaders.article import build_article, web_address
from qa.loaders.boilerplate import cleaned, is_furniture
from qa.loaders.dates import date_of_line
from qa.loaders.decoding import declared_charset, decode
from qa.loaders.document import Document
from qa.loaders.markdown import Line, lines_of_markdown, lines_of_text
from qa.loaders.metadata import Fields, author_names, fields_of

FRONT_MATTER_CHARS = 20_000
HEADER_LINES = 8
TITLE_CHARS = 200

_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_KEY_LINE = re.compile(r"([A-Za-z][\w -]{0,30}):[ \t]*(.+)")
_HEADER_KEY = re.compile(
    r"(title|headline|author|authors|byline|date|published|url|link|source url|site|publisher|language)\s*:\s*(\S.*)",
    re.IGNORECASE,
)
_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:\s+(?:(?:de|da|van|von|der|bin|al|el|la)\s+)?[^\W\d_a-zß-ÿ][\w.'’-]*){0,3}"
_BYLINE = re.compile(rf"(?:By|BY|by)\s+({_NAME}(?:(?:,\s*|\s+and\s+|,\s+and\s+|\s+&\s+){_NAME}){{0,5}})")
_ENDS_LIKE_A_SENTENCE = re.compile(r"(?:[.;:,]|[.!?][\"'”’)])$")
_ENDS_IN_INITIALS = re.compile(r"\b(?:[A-Z]\.){2,}$")


@dataclass(slots=True)
class Header:
    """What the lines above the running text say."""

    title: str = ""
    published: date | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    site: str | None = None
    language: str | None = None


def read_text(document: Document, *, markdown: bool) -> Article:
    """The article of a text file; raises LoadError when it cannot be decoded."""
    charset = declared_charset(b"", document.media_type)
    return article_of_text(decode(document.data, document.origin, declared=charset), document, markdown=markdown)


def article_of_text(text: str, document: Document, *, markdown: bool) -> Article:
    """Front matter, then header lines, then the text without what was pasted along with it."""
    given, body = split_front_matter(normalise_ends(text))
    lines = lines_of_markdown(body) if markdown or given else lines_of_text(body)
    header, lines = take_header(lines, titled=bool(given and given.title))
    lines, address = cleaned(lines, given.title if given and given.title else header.title)
    return build_article(
        title=(given.title if given else "") or header.title or document.readable_name,
        text="".join(("\n\n" if line.gap else "\n") + line.text for line in lines),
        source=document.origin,
        url=(given.url if given else None) or header.url or address or document.url,
        published=(given.published if given else None) or header.published,
        authors=(given.authors if given else ()) or header.authors,
        site=(given.site if given else None) or header.site,
        language=(given.language if given else None) or header.language,
    )


def normalise_ends(text: str) -> str:
    r"""Line ends as `\n`, no byte order mark, no form feeds; indentation stays, Markdown needs it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.replace("\f", "\n\n").replace("\u2028", "\n").replace("\u2029", "\n\n")


def split_front_matter(text: str) -> tuple[Fields | None, str]:
    """The fields between two `---` lines at the beginning, and the rest; `None` where there are none."""
    text = text.lstrip("\n")
    match = _FRONT_MATTER.match(text[:FRONT_MATTER_CHARS])
    if not match:
        return None, text
    fields = _front_matter(match.group(1))
    return (fields_of(fields), text[match.end() :]) if fields else (None, text)


def _front_matter(text: str) -> dict[object, object]:
    """YAML, or `key: value` lines where a colon in a title makes it no YAML."""
    try:
        loaded = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        loaded = None
    if isinstance(loaded, dict):
        return loaded
    matches = [_KEY_LINE.fullmatch(line.strip()) for line in text.split("\n")]
    return {match.group(1): match.group(2).strip(" \"'") for match in matches if match}


def take_header(lines: list[Line], *, titled: bool = False) -> tuple[Header, list[Line]]:
    """Title, date, byline and address lines before the running text, and the lines without them."""
    header = Header()
    kept: list[Line] = []
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if index >= HEADER_LINES:
            return header, kept + lines[index:]
        if _take(line, header):
            continue
        if not titled and not header.title and not kept and is_title(line, following):
            header.title = line.text
        elif is_furniture(line):
            kept.append(line)
        else:
            return header, kept + lines[index:]
    return header, kept


def _take(line: Line, header: Header) -> bool:
    """Put a metadata line into `header`; whether it was one. The first of a kind counts."""
    if found := date_of_line(line.text):
        header.published = header.published or found
        return True
    if byline := _BYLINE.fullmatch(line.text):
        header.authors = header.authors or author_names(byline.group(1))
        return True
    if line.is_address:
        header.url = header.url or web_address(line.link or line.text)
        return True
    pair = _HEADER_KEY.fullmatch(line.text)
    return pair is not None and _take_pair(pair.group(1), pair.group(2), header)


def _take_pair(name: str, value: str, header: Header) -> bool:
    fields = fields_of({name: value})
    before = (header.title, header.published, header.authors, header.url, header.site, header.language)
    header.title = header.title or fields.title
    header.published = header.published or fields.published
    header.authors = header.authors or fields.authors
    header.url = header.url or fields.url
    header.site = header.site or fields.site
    header.language = header.language or fields.language
    return before != (header.title, header.published, header.authors, header.url, header.site, header.language)


def is_title(line: Line, following: Line | None) -> bool:
    """A short first line without a final full stop, set off from what follows."""
    if not following or not 0 < len(line.text) <= TITLE_CHARS or is_furniture(line):
        return False
    if _ENDS_LIKE_A_SENTENCE.search(line.text) and not _ENDS_IN_INITIALS.search(line.text):
        return False
    return line.heading or following.gap or bool(date_of_line(following.text) or _BYLINE.fullmatch(following.text))
