"""Plain text and Markdown: title, date, author and address from the first lines and the front matter."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import yaml

from qa.datatypes import Article
from qa.loaders.article import build_article, web_address
from qa.loaders.boilerplate import cleaned, is_furniture
from qa.loaders.dates import date_of_dateline, date_of_line, is_day, is_saving_day, is_update
from qa.loaders.decoding import declared_charset, decode
from qa.loaders.document import Document
from qa.loaders.markdown import Line, lines_of_markdown, lines_of_text
from qa.loaders.metadata import Fields, author_names, fields_of
from qa.loaders.news_archives import articles_of_archive, is_archive
from qa.loaders.truncation import without_offers

FRONT_MATTER_CHARS = 20_000
HEADER_LINES = 8
TITLE_CHARS = 200

_ARCHIVE = re.compile(r"End of Document|ProQuest document|^\s*(?:AN\s+)?Document [A-Z0-9]{8}", re.MULTILINE)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML_FRONT_MATTER = re.compile(r"\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING_LINE = re.compile(r"# +\S.*")
_KEY_LINE = re.compile(r"([A-Za-z][\w -]{0,30})::?[ \t]*(.+)")
_BESIDE = re.compile(
    r"(?:date )?(?:created|added|saved|modified|updated)(?: time| at| on)?|last edited(?: time| by)?|"
    r"date[ _-](?:added|saved|created)|"
    r"tags?|categor(?:y|ies)|keywords|slug|status|type|section|summary|id",
    re.IGNORECASE,
)
_HEADER_KEY = re.compile(
    r"(title|headline|author|authors|byline|date|published(?: time| on)?|url|link|source url|url source|"
    r"source(?=\s*:\s*https?:)|site|"
    r"publisher|language)\s*:\s*(\S.*)",
    re.IGNORECASE,
)
_NAME = r"[^\W\d_a-zß-ÿ][\w.'’-]*(?:\s+(?:(?:de|da|van|von|der|bin|al|el|la)\s+)?[^\W\d_a-zß-ÿ][\w.'’-]*){0,3}"
_BYLINE = re.compile(rf"(?:By|BY|by)\s+({_NAME}(?:(?:,\s*|\s+and\s+|,\s+and\s+|\s+&\s+){_NAME}){{0,5}})")
_NAMES = re.compile(rf"(?=\S+\s){_NAME}(?:(?:,\s*|\s+and\s+|,\s+and\s+|\s+&\s+){_NAME}){{0,5}}")
_ENDS_LIKE_A_SENTENCE = re.compile(r"(?:[.;:,]|[.!?][\"'”’)])$")
_ENDS_IN_INITIALS = re.compile(r"\b[A-Z]\.[A-Z]\.$")


@dataclass(slots=True)
class Header:
    """What the lines above the running text say."""

    title: str = ""
    published: date | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    site: str | None = None
    language: str | None = None
    updated: date | None = None  # counts only where no day of publication is stated

    @property
    def day(self) -> date | None:
        """The day of publication, as far as it is stated."""
        return self.published or self.updated


def read_text(document: Document, *, markdown: bool) -> Iterator[Article]:
    """The article of a text file, or all of an export of a news archive; raises LoadError when it cannot be decoded."""
    charset = declared_charset(b"", document.media_type)
    yield from articles_of_text(decode(document.data, document.origin, declared=charset), document, markdown=markdown)


def articles_of_text(text: str, document: Document, *, markdown: bool) -> Iterator[Article]:
    """The article of a text, or all of an export of a news archive."""
    lines = lines_of_text(normalise_ends(text)) if _ARCHIVE.search(text) else []
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
    else:
        yield article_of_text(text, document, markdown=markdown)


def article_of_text(text: str, document: Document, *, markdown: bool) -> Article:
    """Front matter, then header lines, then the text without what was pasted along with it."""
    given, body = split_front_matter(normalise_ends(text))
    if given is None:
        given, body = split_key_lines(body)
    lines = lines_of_markdown(body) if markdown or given else lines_of_text(body)
    header, lines = take_header(lines, title=given.title if given else "")
    lines, address = cleaned(lines, given.title if given and given.title else header.title)
    lines, truncated = without_offers(lines, for_subscribers=False)
    return build_article(
        title=(given.title if given else "") or header.title or document.readable_name,
        text="".join(("\n\n" if line.gap else "\n") + line.text for line in lines),
        source=document.origin,
        url=(given.url if given else None) or header.url or address or document.url,
        published=(given.published if given else None) or header.day,
        authors=(given.authors if given else ()) or header.authors,
        site=(given.site if given else None) or header.site,
        language=(given.language if given else None) or header.language,
        truncated=truncated,
    )


def normalise_ends(text: str) -> str:
    r"""Line ends as `\n`, no byte order mark, no form feeds; indentation stays, Markdown needs it."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    return text.replace("\f", "\n\n").replace("\u2028", "\n").replace("\u2029", "\n\n")


def split_front_matter(text: str) -> tuple[Fields | None, str]:
    """The fields between two `---` or `+++` lines at the beginning, and the rest; `None` where there are none."""
    text = text.lstrip("\n")
    if match := _TOML_FRONT_MATTER.match(text[:FRONT_MATTER_CHARS]):
        found = _toml(match.group(1))
        return (fields_of(found), text[match.end() :]) if found else (None, text)
    match = _FRONT_MATTER.match(text[:FRONT_MATTER_CHARS])
    if not match:
        return None, text
    fields = _front_matter(match.group(1))
    return (fields_of(fields), text[match.end() :]) if fields else (None, text)


def split_key_lines(text: str) -> tuple[Fields | None, str]:
    """The fields of a block of `Key: value` lines at the top or below the title, and the text without the block.

    At least one of them has to be a key of articles, and another one such or of what programs write beside; a block
    that begins otherwise is text, and gives `None`.
    """
    lines = text.split("\n", 60)
    start = 1 if _HEADING_LINE.fullmatch(lines[0]) else 0
    end, pairs, content = start, dict[object, object](), False
    for number, line in enumerate(lines[start:60], start):
        pair = _KEY_LINE.fullmatch(line.strip())
        if line.strip() == "Markdown Content:":
            end, content = number + 1, True
            break
        if not line.strip():
            continue
        if not pair or (not (_is_known(pair.group(1)) or _is_beside(pair.group(1))) and not lines[number - 1].strip()):
            break
        pairs[pair.group(1)], end = pair.group(2), number + 1
    known, beside = sum(map(_is_known, pairs)), sum(map(_is_beside, pairs))
    if not known or known + beside < 2 or (not content and end < len(lines) and lines[end].strip()):
        return None, text
    return fields_of(pairs), "\n".join([*lines[:start], *lines[end:]])


def _is_known(key: object) -> bool:
    return _HEADER_KEY.fullmatch(f"{key}: x") is not None


def _is_beside(key: object) -> bool:
    return _BESIDE.fullmatch(str(key)) is not None


def _toml(text: str) -> dict[object, object]:
    try:
        return dict[object, object](tomllib.loads(text).items())
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return {}


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


def take_header(lines: list[Line], *, title: str = "") -> tuple[Header, list[Line]]:
    """Title, date, byline and address lines before the running text, and the lines without them.

    Where the `title` is known already, the line that repeats it goes.
    """
    header = Header()
    kept: list[Line] = []
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if index >= HEADER_LINES:
            return header, kept + lines[index:]
        if (title and not kept and repeats(line.text, title)) or _take(line, header):
            continue
        if (header.title or title) and not kept and _take_bare_byline(line, following, header):
            continue
        if not title and not header.title and not kept and is_title(line, following):
            header.title = line.text
        elif is_furniture(line) or is_day(line.text):
            kept.append(line)
        else:
            header.published = header.published or date_of_dateline(line.text)
            return header, kept + lines[index:]
    return header, kept


def repeats(line: str, title: str) -> bool:
    """Whether a line is the title, also where that goes on with the name of its site."""
    short, whole = _letters(line), _letters(title)
    rest = title[len(line) :]
    return bool(short) and (short == whole or (title.startswith(line) and rest.lstrip()[:1] in "-–—|·:"))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _take_bare_byline(line: Line, following: Line | None, header: Header) -> bool:
    """Take a line that is only a name, where title and date stand around it."""
    if (
        header.authors
        or len(line.text) > 120
        or not following
        or not date_of_line(following.text)
        or not _NAMES.fullmatch(line.text)
    ):
        return False
    header.authors = author_names(line.text)
    return True


def _take(line: Line, header: Header) -> bool:
    """Put a metadata line into `header`; whether it was one. The first of a kind counts, a day of saving never."""
    if is_saving_day(line.text):
        return True
    if found := date_of_line(line.text):
        if is_update(line.text):
            header.updated = header.updated or found
        else:
            header.published = header.published or found
        return True
    if byline := _byline(line.text):
        header.authors = header.authors or author_names(byline.group(1))
        return True
    if line.is_address:
        header.url = header.url or web_address(line.link or line.text)
        return True
    pair = _HEADER_KEY.fullmatch(line.text)
    return pair is not None and _take_pair(pair.group(1), pair.group(2), header)


def _byline(text: str) -> re.Match[str] | None:
    """The names of `By A and B | mail | paper`, where only an address or a name follows each bar."""
    first, *others = (part.strip() for part in text.split("|"))
    if len(others) > 3 or any(len(part) > 60 or part.endswith((".", "?", "!")) for part in others):
        return None
    return _BYLINE.fullmatch(first)


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
    return line.heading or following.gap or is_day(following.text) or _take(following, Header())
