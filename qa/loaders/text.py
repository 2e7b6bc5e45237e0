"""Plain text and Markdown: title, date, author and address from the first lines and the front matter."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace

import yaml

from qa.datatypes import Article
from qa.loaders.article import build_article
from qa.loaders.boilerplate import cleaned
from qa.loaders.decoding import declared_charset, decode
from qa.loaders.document import Document
from qa.loaders.heads import HEADER_LINES, is_head_line, is_key, take_header
from qa.loaders.html_fragments import joined
from qa.loaders.markdown import lines_of_markdown, lines_of_text, plain_line
from qa.loaders.metadata import Fields, fields_of
from qa.loaders.news_archives import articles_of_archive, is_archive
from qa.loaders.pasted import articles_apart
from qa.loaders.prose import lines_of_prose
from qa.loaders.truncation import without_cut_mark, without_offers

FRONT_MATTER_CHARS = 20_000
HEAD_CHARS = 2000
_ARCHIVE = re.compile(
    r"End of Document|ProQuest document|^\s*(?:AN\s+)?Document [A-Z0-9]{8}|^LOAD-DATE:|^LENGTH:|GALE\|", re.MULTILINE
)
_FRONT_MATTER = re.compile(r"---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TOML_FRONT_MATTER = re.compile(r"\+\+\+[ \t]*\n(.*?)\n\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)
_HEADING_LINE = re.compile(r"# +\S.*")
# Title: x; title:: x (Logseq); :title: x (reStructuredText); #+TITLE: x (Org); Titre : x; - **Title:** x
_UNDERLINE = re.compile(r"([=#*~-])\1{2,}\s*")
_KEY_LINE = re.compile(r"(?:[-*] )?(?:\*\*|#\+|:)?([A-Za-z][\w -]{0,30}?)\s?::?(?:\*\*)?:?[ \t]*(.+)")
_BESIDE = re.compile(
    r"(?:date )?(?:created|added|saved|modified|updated)(?: time| at| on)?|last edited(?: time| by)?|"
    r"date[ _-](?:added|saved|created)|"
    r"number of pages|source|tags?|categor(?:y|ies)|keywords|slug|status|type|section|summary|id",
    re.IGNORECASE,
)


def read_text(document: Document, *, markdown: bool) -> Iterator[Article]:
    """The article of a text file, or all of an export of a news archive; raises LoadError when it cannot be decoded."""
    charset = declared_charset(b"", document.media_type)
    yield from articles_of_text(decode(document.data, document.origin, declared=charset), document, markdown=markdown)


def articles_of_text(text: str, document: Document, *, markdown: bool) -> Iterator[Article]:
    """The article of a text, or all of an export of a news archive, or of several that were pasted into one file."""
    text = normalise_ends(text)
    lines = lines_of_text(text) if _ARCHIVE.search(text) else []
    if is_archive(lines):
        yield from articles_of_archive(lines, document)
        return
    parts = articles_apart(text, _has_head)
    for number, part in enumerate(parts, start=1):
        source = document if len(parts) == 1 else replace(document, origin=f"{document.origin}#{number}")
        yield article_of_text(part, source, markdown=markdown)


def _has_head(text: str) -> bool:
    """Whether a text begins with a title and a day or an author."""
    header, _ = take_header(lines_of_text(text[:HEAD_CHARS])[: HEADER_LINES + 1])
    return bool(header.title and (header.day or header.authors))


def article_of_text(text: str, document: Document, *, markdown: bool) -> Article:
    """Front matter, then header lines, then the text without what was pasted along with it."""
    given, body = split_front_matter(normalise_ends(text))
    if given is None:
        given, body = split_key_lines(body)
    lines = lines_of_markdown(_head_apart(body)) if markdown or given else lines_of_text(body)
    header, lines = take_header(lines, title=given.title if given else "")
    lines, address = cleaned(lines, given.title if given and given.title else header.title)
    lines, truncated = without_offers(lines, for_subscribers=False)
    text, is_cut = without_cut_mark(joined(lines_of_prose(lines, document.origin)))
    return build_article(
        title=(given.title if given else "") or header.title or document.readable_name,
        text=text,
        source=document.origin,
        url=(given.url if given else None) or header.url or address or document.url,
        published=(given.published if given else None) or header.day,
        authors=(given.authors if given else ()) or header.authors,
        site=(given.site if given else None) or header.site,
        language=(given.language if given else None) or header.language,
        truncated=truncated or is_cut,
    )


def _head_apart(text: str) -> str:
    """Markdown with each of its first lines that is one of a head apart from the others, as no paragraph."""
    lines = text.split("\n")
    for index, line in enumerate(lines[: 2 * HEADER_LINES]):
        if line.strip() and is_head_line(plain_line(line)):
            lines[index] = f"\n{line}\n"
    return "\n".join(lines)


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
    if text.startswith("{"):
        return _json_front_matter(text)
    match = _FRONT_MATTER.match(text[:FRONT_MATTER_CHARS])
    if not match:
        return None, text
    fields = _front_matter(match.group(1))
    return (fields_of(fields), text[match.end() :]) if fields else (None, text)


def _json_front_matter(text: str) -> tuple[Fields | None, str]:
    """The fields of a record of JSON above a text, as Hugo has it."""
    try:
        found, end = json.JSONDecoder().raw_decode(text[:FRONT_MATTER_CHARS])
    except (ValueError, RecursionError):
        return None, text
    is_head = isinstance(found, dict) and text[end:].strip() and any(map(_is_known, found))
    return (fields_of(found), text[end:]) if is_head else (None, text)


def split_key_lines(text: str) -> tuple[Fields | None, str]:
    """The fields of a block of `Key: value` lines at the top or below the title, and the text without the block.

    At least one of them has to be a key of articles, and another one such or of what programs write beside; a block
    that begins otherwise is text, and gives `None`.
    """
    lines = text.split("\n", 60)
    start = 1 if _HEADING_LINE.fullmatch(lines[0]) else 0
    if len(lines) > 1 and _UNDERLINE.fullmatch(lines[1]) and lines[0].strip():
        start = 2
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
    return is_key(str(key))


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
