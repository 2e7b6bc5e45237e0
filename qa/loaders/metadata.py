"""Names that programs give to the parts of an article, in tables, JSON and front matter."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from html import unescape

from qa.loaders.article import one_line, web_address
from qa.loaders.dates import order_of, parse_date
from qa.loaders.page_dates import month_first_in

TITLE = (
    "title", "headline", "webtitle", "name", "heading", "subject", "resolvedtitle", "giventitle", "booktitle",
    "titel", "titre", "título", "titolo",
)  # fmt: skip
TEXT = (
    "text", "body", "content", "article", "maintext", "articlebody", "fulltext", "articletext", "bodytext",
    "contenttext", "contenthtml", "htmlcontent", "textcontent", "bodyhtml", "articlecontent", "fullcontent",
    "pagecontent", "storyhtml", "selftext", "story", "plaintext", "markdown", "html", "paragraphs", "blocks",
)  # fmt: skip
SUMMARY = (
    "leadparagraph",
    "shortdescription",
    "description",
    "summary",
    "abstract",
    "abstractnote",
    "snippet",
    "standfirst",
    "excerpt",
    "selection",
    "highlight",
)
PUBLISHED = (
    "published", "date", "publishedat", "publicationdate", "publishdate", "datepublished", "datepublish", "pubdate",
    "publishedon", "publisheddate", "publishedtime", "publishtime", "firstpublished", "firstpublicationdate",
    "webpublicationdate", "issued", "dateline", "datum", "fecha", "timestamp",
)  # fmt: skip
URL = (
    "url",
    "link",
    "canonical",
    "canonicalurl",
    "permalink",
    "externalurl",
    "originalurl",
    "sourceurl",
    "urlsource",
    "weburl",
    "links",
    "mainentityofpage",
    "resolvedurl",
    "givenurl",
)
AUTHORS = (
    "authors",
    "author",
    "byline",
    "creator",
    "creators",
    "writer",
    "by",
    "authorsbyline",
    "publishedby",
    "bookauthor",
    "autor",
    "autora",
    "auteur",
    "autore",
)
SITE = (
    "site",
    "sitename",
    "publisher",
    "source",
    "publication",
    "outlet",
    "newspaper",
    "sourcename",
    "sourcedomain",
    "domainname",
    "provider",
    "publicationtitle",
    "containertitle",
)
LANGUAGE = ("language", "lang", "locale", "inlanguage")
KEY = ("id", "guid", "uuid", "articleid", "docid", "slug", "key")

# What exports of content systems say of pieces that nobody was meant to read, and of what is no piece.
UNPUBLISHED = frozenset("draft auto-draft private trash scheduled future pending inherit soft_trashed".split())
NO_ARTICLES = frozenset("attachment nav_menu_item revision service settings template comment custom_css".split())

KEY_CHARS = 200
_OF_SAVING = re.compile("crawl|fetch|scrap|saved|download|retriev|access|clipp|folder|selection|added")
_WRAPPERS = ("fields", "attributes", "_source", "data", "extra", "params")
_NUMERIC_DAY = re.compile(r"\D{0,30}(\d{1,2})[/-](\d{1,2})[/-]\d{4}(?!\d)")
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_BY = re.compile(r"(?:by|von|par|por|di)[:\s]+", re.IGNORECASE)
_MAIL_AND_NAME = re.compile(r"[^\s@()]{1,64}@[^\s@()]{1,255}\s{0,9}\(([^()]{1,200})\)")
_MAIL = re.compile(r"<?[^\s<>@]{1,64}@[^\s<>@]{1,255}>?")
_NOTE_LINK = re.compile(r"\[\[(?:[^\[\]|]{0,200}\|)?([^\[\]|]{1,200})\]\]")
_TAG = re.compile(r"<[^<>]{0,500}>")
_INLINE = frozenset(
    "plain bold italic underline strikethrough spoiler code pre link text_link mention mention_name hashtag cashtag "
    "bot_command email phone custom_emoji text".split()
)
# Where editors keep what is inside a block, and what they call a piece of a line.
_INNER = ("children", "content", "blocks", "data", "items", "rich_text")
_RUNS = frozenset("link a hyperlink linebreak hardbreak hard_break break".split())
MOST_NESTED = 8
_BETWEEN_NAMES = re.compile(
    r"(?<!\s)\s*(?:[;|\n]|,(?!\s*(?:jr|sr|ph|md)\b)|\s(?:and|und|et|y)\s|\s&\s)\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Fields:
    """What a row or front matter says about its article; what it does not say is empty."""

    title: str
    text: str
    published: date | None
    url: str | None
    authors: tuple[str, ...]
    site: str | None
    language: str | None
    key: str


def fields_of(row: Mapping[object, object], *, month_first: bool | None = None) -> Fields:
    """The parts of an article by whatever names `row` has for them, in any case and spelling.

    `month_first`: whether 3/4/2025 is in March, where the language of the row does not tell.
    """
    named = _named(row)
    language = _first_text(named, LANGUAGE)
    told = month_first_in(language)
    site, url = _first_text(named, SITE), web_address(_first_text(named, URL))
    if web_address(site):
        site, url = "", url or site
    return Fields(
        title=_first_text(named, TITLE),
        text=_text(named, TEXT) or _text(named, SUMMARY),
        published=_published(named, month_first if told is None else told),
        url=url,
        authors=_authors(named),
        site=site or None,
        language=language or None,
        key=one_line(_first_text(named, KEY))[:KEY_CHARS],
    )


def _published(named: Mapping[str, object], month_first: bool | None) -> date | None:
    """The day of publication; where a row tells of saving or crawling, a time that says no more is that of it."""
    names = [name for name in PUBLISHED if name != "timestamp" or not any(map(_OF_SAVING.search, named))]
    days = (parse_date(_day(named.get(name)), month_first=month_first) for name in names)
    return next(filter(None, days), None)


def order_of_days(rows: Iterable[object]) -> bool | None:
    """Whether the month comes first in the dates of a column, where one of them tells; else `None`."""
    named = (_named(row) for row in rows if isinstance(row, Mapping))
    days = (next((str(row[name]) for name in PUBLISHED if row.get(name)), "") for row in named)
    found = (match for day in days if (match := _NUMERIC_DAY.match(day)))
    return order_of((int(match[1]), int(match[2])) for match in found)


def _named(row: Mapping[object, object]) -> dict[str, object]:
    """The values by their names in small letters; also those one level down, where news APIs put an article's text."""
    rows = [*(inner for name in _WRAPPERS if isinstance(inner := row.get(name), Mapping)), row]
    return {_NOT_IN_NAMES.sub("", str(name)).lower(): value for each in rows for name, value in each.items()}


def _authors(named: Mapping[str, object]) -> tuple[str, ...]:
    names: tuple[str, ...] = next((found for name in AUTHORS if (found := author_names(named.get(name)))), ())
    value = named.get("author")
    return turned_names([value]) if "itemtype" in named and isinstance(value, str) else names


def _day(value: object) -> object:
    """The day in `{"date-parts": [[2025, 5, 12]]}` of bibliographies and `{"$date": ..}` of databases; others as is."""
    while isinstance(value, Mapping) and len(value) == 1 and ("$date" in value or "$numberLong" in value):
        value = next(iter(value.values()))
    parts = value.get("date-parts") if isinstance(value, Mapping) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    if isinstance(first, list) and len(first) == 3 and all(isinstance(part, (int, str)) for part in first):
        return "-".join(map(str, first))
    return value


def turned_names(values: list[str]) -> tuple[str, ...]:
    """Names out of `Varga, Ines; Bo, Jon`, as catalogues have them, in the order in which they are spoken."""
    names = [one_line(name).strip(" .") for value in values[:50] for name in value[:1000].split(";")]
    parts = (name.partition(",") for name in names if name)
    return tuple(dict.fromkeys(f"{given.strip()} {family.strip()}".strip() for family, _, given in parts))


def author_names(value: object) -> tuple[str, ...]:
    """Names out of `By A, B and C`, a list of names, or a list of `{"name": ..}`."""
    if isinstance(value, (list, tuple)):
        return tuple(dict.fromkeys(name for item in value[:50] for name in author_names(item)))
    if isinstance(value, Mapping):
        given = next((value[name] for name in ("given", "firstName", "firstname", "first") if name in value), None)
        family = next((value[name] for name in ("family", "lastName", "lastname", "last") if name in value), None)
        if isinstance(given, str) and isinstance(family, str):
            return (one_line(f"{given[:200]} {family[:200]}"),)
        return author_names(value.get("name") or value.get("original"))
    if not isinstance(value, str):
        return ()
    value = _NOTE_LINK.sub(r"\1", value[:1000])
    text = _MAIL.sub("", _MAIL_AND_NAME.sub(r"\1", value.strip()[:500]))
    names = _BETWEEN_NAMES.split(_BY.sub("", text.strip(), count=1))
    return tuple(dict.fromkeys(name for name in map(one_line, names) if any(map(str.isalpha, name))))


def scalar(value: object) -> str:
    """A plain value as text; mappings give their name, a list of one its only value; all else nested gives nothing."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    if isinstance(value, Mapping):
        if isinstance(rendered := value.get("rendered"), str):  # WordPress
            return unescape(_TAG.sub("", rendered))
        value = next((value[name] for name in ("name", "title", "main", "permalink", "@id") if value.get(name)), None)
    if isinstance(value, bool) or not isinstance(value, (str, int, float, date)):
        return ""
    return str(value)


def _first_text(named: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((found for name in names if (found := scalar(named.get(name)).strip())), "")


def has_text(row: Mapping[object, object]) -> bool:
    """Whether a field of the row holds the text of an article; a summary is none."""
    return bool(_text(_named(row), TEXT))


def _text(named: Mapping[str, object], names: tuple[str, ...]) -> str:
    return next((text for name in names if (text := "\n\n".join(_paragraphs(named.get(name))).strip())), "")


def _paragraphs(value: object) -> Iterator[str]:
    """A text given whole, or as a list of paragraphs, themselves strings or `{"text": ..}`, or of inline runs."""
    if isinstance(value, Mapping):
        value = value.get("rendered") or _nodes(value)
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and _are_runs(value):
        yield "".join(map(_run, value))
    elif isinstance(value, list):
        for item in value:
            yield from _paragraphs_of_block(item)


def _nodes(document: Mapping[object, object]) -> object:
    """The blocks of a text as editors keep it: `{"type": "doc", "content": [..]}`, `{"root": {"children": [..]}}`."""
    root = document.get("root")
    for each in (root, document):
        if isinstance(each, Mapping) and (each is root or each.keys() & {"type", "nodeType", "blocks", "object"}):
            return next((each[name] for name in _INNER if isinstance(each.get(name), list)), None)
    return None


def _paragraphs_of_block(block: object, depth: int = 0) -> Iterator[str]:
    """The text of one block of an editor, its runs in one line; lists and tables give a paragraph an item."""
    if isinstance(block, str):
        if block.strip():
            yield block.strip()
        return
    if not isinstance(block, Mapping) or depth > MOST_NESTED:
        return
    told = (block.get(name) for name in ("text", "content", "value", "html"))
    text = next((each for each in told if isinstance(each, str)), None)
    if isinstance(text, str) and text.strip():
        yield text.strip()
        return
    inner = next((found for name in _INNER if isinstance(found := block.get(name), (list, Mapping)) and found), None)
    if isinstance(inner, Mapping):
        yield from _paragraphs_of_block(inner, depth + 1)
    elif inner and all(_is_leaf(each) for each in inner):
        if line := "".join(map(_run, inner)).strip():
            yield line
    elif inner:
        for each in inner:
            yield from _paragraphs_of_block(each, depth + 1)


def _is_leaf(part: object) -> bool:
    """Whether a part is a run of text, a line break, or a link around one."""
    if not isinstance(part, Mapping):
        return False
    return (
        isinstance(part.get("text", part.get("value")), str)
        or str(part.get("type", part.get("nodeType"))).lower() in _RUNS
    )


def unwrapped(row: Mapping[object, object]) -> Mapping[object, object]:
    """The record that a row only wraps, as `_source`, `node` or `attributes`; other rows as they are."""
    if has_text(row) or _text(_named(row), SUMMARY):
        return row
    for name, value in row.items():
        if isinstance(value, Mapping) and has_text(value):
            return {**{other: row[other] for other in row if other != name}, **value}
    return row


def _are_runs(parts: list[object]) -> bool:
    """Whether the parts follow each other in one line: words between marked-up pieces, or text cut inside sentences."""
    marked = [part for part in parts if isinstance(part, Mapping)]
    if marked and all(part.get("type") in _INLINE for part in marked):
        return True
    texts = [part for part in parts if isinstance(part, str)]
    return any(text[-1:] == " " and text.strip()[-1:].isalnum() for text in texts[:-1])


def _run(part: object) -> str:
    text = part.get("text", part.get("value")) if isinstance(part, Mapping) else part
    if isinstance(part, Mapping) and not isinstance(text, str):
        inner = next((found for name in _INNER if isinstance(found := part.get(name), list)), [])
        return "".join(map(_run, inner[:100])) if str(part.get("type")).lower() in _RUNS else ""
    return text if isinstance(text, str) else ""
