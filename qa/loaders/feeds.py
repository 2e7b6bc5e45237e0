"""RSS and Atom: one article an entry, from its full content or from the page it links to."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article, one_line, title_of, web_address
from qa.loaders.boilerplate import is_furniture
from qa.loaders.dates import parse_date
from qa.loaders.detection import family_of
from qa.loaders.document import LOADER_VERSION, Document, is_url
from qa.loaders.failures import as_failures
from qa.loaders.html_fragments import joined, lines_of_fragment, text_of_fragment
from qa.loaders.limits import check_not_empty, checked
from qa.loaders.metadata import KEY_CHARS, NO_ARTICLES, UNPUBLISHED, author_names
from qa.loaders.sources import fetch
from qa.loaders.truncation import without_cut_mark

if TYPE_CHECKING:
    from qa.loaders.isolation import LoaderProcess

FULL_CONTENT_CHARS = 500  # content of at least this length is the article, shorter is a teaser

_AUTHOR = re.compile(
    rb"<(?P<tag>(?:[a-z]{1,20}:)?(?:author|creator|contributor|publisher|managingeditor|webmaster))\b", re.IGNORECASE
)
AUTHOR_BYTES = 1000  # of an author's element, which is left out if it has more
_ENTITY = re.compile(rb"<!ENTITY", re.IGNORECASE)
_TOLD = ("id", "link", "title", "author", "published", "updated", "language", "summary")  # what changes with an entry

_OF_EXPORTS = ("wp_post_type", "wp_status", "blogger_type", "blogger_status", "app_draft")


@dataclass(slots=True)
class Entries:
    """Whose pages need not be fetched again, because the entry is as it was then; and what became of the others.

    `known(source, digest)` tells of an entry in exactly this form: True when its page was dealt with, the Failure
    when it could not be taken in, False when it is new. The other three fields are filled while the feed is read.
    """

    known: Callable[[str, str], bool | Failure] = lambda _source, _digest: False
    kept: set[str] = field(default_factory=set)  # sources of which nothing was fetched
    dealt_with: list[str] = field(default_factory=list)  # digests
    later: bool = False  # whether a page could not be had that may be there next time


@dataclass(frozen=True, slots=True)
class _Pages:
    """The pages that the entries of a feed link to, read by a process of its own where there is one."""

    settings: Settings
    process: LoaderProcess | None

    def article(self, link: str, source: str) -> Article:
        """The article at an address, under its source; raises LoadError."""
        page = fetch(link, self.settings)
        if family_of(page, page.suffix) != "html":
            raise LoadError(source, f"Its link {link} leads to no web page.", f"Open {link} and add what you need.")
        found = next(as_failures(self._on_page(replace(page, origin=source)), source))
        if isinstance(found, Failure):
            raise LoadError(source, found.reason, found.remedy)
        return found

    def _on_page(self, page: Document) -> Iterator[Article | Failure]:
        """The one article of a page, or the Failure that its length is; raises LoadError where there is none."""
        check_not_empty(page)
        if self.process:
            yield from list(self.process.articles("html", page))
        else:
            from qa.loaders.html import read_page

            yield checked(read_page(page), self.settings)


def read_feed(
    document: Document, settings: Settings, entries: Entries, process: LoaderProcess | None = None
) -> Iterator[Article | Failure]:
    """The articles of a feed, `origin#id` their sources; each broken entry is a Failure of its own.

    Entries that are known are put into `entries.kept` instead. The feed and the pages are read by `process`, if there
    is one; it is asked from here, where it is known which pages to fetch. An export of a blog is a feed too, of which
    drafts, menus, pictures, settings and comments are left out.
    """
    parsed = process.feed(document) if process else parsed_feed(document)
    feed, items = parsed["feed"], list(parsed["entries"])
    limit = len(items) if any(map(_kind_in_export, items)) else settings.feed_entries
    if not items:
        raise LoadError(
            document.origin,
            "It is a feed without entries, or a damaged one.",
            "Open it in a browser and check its address.",
        )
    used: set[str] = set()
    for number, entry in enumerate(items[:limit], start=1):
        if _is_left_out(entry):
            continue
        key = one_line(str(entry.get("id") or entry.get("link") or ""))[:KEY_CHARS]
        key = key if key and key not in used else f"entry-{number}"
        used.add(key)
        own = replace(document, origin=f"{document.origin}#{key}")
        yield from as_failures(_read_entry(entry, feed, own, _Pages(settings, process), entries), own.origin)
    if (left := len(items) - limit) > 0:
        yield Failure(
            document.origin,
            f"Its last {left} entries were left out; the limit is {settings.feed_entries}.",
            "Raise the setting feed_entries to read them all.",
        )


def parsed_feed(document: Document) -> dict[str, Any]:
    """`feed` and `entries`: of each what articles are made of, in values of JSON. Raises LoadError."""
    import feedparser

    if _ENTITY.search(document.data.replace(b"\0", b"")):  # UTF-16 too
        raise LoadError(document.origin, "The feed defines entities of its own, which is unsafe.", "Leave it out.")
    headers = {"content-location": document.url or ""} | (
        {"content-type": document.media_type} if document.media_type else {}
    )
    # A stream, because feedparser takes a string for an address and would fetch it.
    data = _without_long_authors(document.data)
    parsed: Mapping[str, Any] = feedparser.parse(io.BytesIO(data), response_headers=headers)
    entries = [_described(entry) for entry in parsed.get("entries", [])]
    return {"feed": _described(parsed.get("feed", {})), "entries": entries}


def _described(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What of an entry, or of the feed, is read, without what feedparser makes of it besides."""
    described = {name: entry[name] for name in (*_TOLD, *_OF_EXPORTS) if name in entry}
    if entry.get("authors"):
        described["authors"] = [dict(author) for author in entry["authors"]]
    if entry.get("tags"):
        described["tags"] = [{"term": tag.get("term")} for tag in entry["tags"]]
    if entry.get("content"):
        described["content"] = [{"value": part.get("value")} for part in entry["content"]]
    return described


def _without_long_authors(data: bytes) -> bytes:
    """A feed without its longest authors' elements: feedparser takes the square of their length (its issue 562)."""
    if b"\0" in data[:100]:
        data = data.decode("utf-16", "replace").encode()
    pieces, last = [], 0
    while opening := _AUTHOR.search(data, last):
        closing = data.find(b"</" + opening["tag"], opening.end())
        end = len(data) if closing < 0 else closing
        is_long = end - opening.start() > AUTHOR_BYTES
        pieces.append(data[last : opening.start() if is_long else opening.end()])
        last = data.find(b">", end) + 1 or len(data) if is_long else opening.end()
    return b"".join([*pieces, data[last:]])


def _read_entry(
    entry: Mapping[str, Any], feed: Mapping[str, Any], document: Document, pages: _Pages, entries: Entries
) -> Iterator[Article | Failure]:
    """The article of one entry; `document` carries the entry's own source."""
    link = _link(entry, feed, document)
    content = _content(entry)
    whole = _is_content(entry) and (not link or bool(_kind_in_export(entry)))
    if len(content) >= FULL_CONTENT_CHARS or (content and whole):
        yield _article(entry, feed, content, document.origin, link)
    elif link:
        yield from _linked(entry, feed, link, document.origin, pages, entries)
    elif content:
        yield Failure(
            document.origin, "The entry holds only a summary, and no link to its article.", "Add the article itself."
        )
    else:
        yield Failure(document.origin, "The entry has no text and no link.", "Leave it out, or add the article itself.")


def _kind_in_export(entry: Mapping[str, Any]) -> str:
    """What an entry of an export of WordPress or Blogger is, as `post` or `attachment`; "" for one of a feed."""
    kinds = [str(tag.get("term")) for tag in entry.get("tags", ())]
    kind = next((term.partition("#")[2] for term in kinds if "/blogger/2008/kind#" in term), "")
    return (kind or str(entry.get("wp_post_type") or entry.get("blogger_type") or "")).lower()


def _is_left_out(entry: Mapping[str, Any]) -> bool:
    kind = _kind_in_export(entry)
    status = str(entry.get("wp_status") or entry.get("blogger_status") or "").lower()
    draft = status in UNPUBLISHED or entry.get("app_draft") == "yes"
    return bool(kind) and (draft or kind in NO_ARTICLES or kind.startswith("wp_"))


def _link(entry: Mapping[str, Any], feed: Mapping[str, Any], document: Document) -> str | None:
    link = str(entry.get("link") or "").strip()
    base = str(feed.get("link") or document.url or (document.origin if is_url(document.origin) else ""))
    try:
        return web_address(urljoin(base, link)) if link else None
    except ValueError:
        return None


def _is_content(entry: Mapping[str, Any]) -> bool:
    return bool(entry.get("content"))


def _content(entry: Mapping[str, Any]) -> str:
    """The longest text that the entry carries itself."""
    values = [part.get("value") for part in entry.get("content") or []] + [entry.get("summary")]
    lines = (lines_of_fragment(value) for value in values if isinstance(value, str) and value.strip())
    texts = [joined([line for line in each if not is_furniture(line)]) for each in lines]
    return max(texts, key=len, default="")


def _article(entry: Mapping[str, Any], feed: Mapping[str, Any], text: str, source: str, link: str | None) -> Article:
    title = text_of_fragment(str(entry.get("title") or ""))
    text, truncated = without_cut_mark(text)
    language = entry.get("language") or feed.get("language")
    return build_article(
        title=title or title_of(text),
        text=text,
        source=source,
        url=link,
        published=parse_date(entry.get("published")) or parse_date(entry.get("updated")),
        authors=_authors(entry),
        site=text_of_fragment(str(feed.get("title") or "")),
        language=str(language) if language else None,
        truncated=truncated,
    )


def _authors(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The authors; `mail (Name)`, which feedparser takes apart wrongly, from its raw form."""
    raw = str(entry.get("author") or "")
    return author_names(raw) if "@" in raw else author_names(entry.get("authors")) or author_names(raw)


def _linked(
    entry: Mapping[str, Any],
    feed: Mapping[str, Any],
    link: str,
    source: str,
    pages: _Pages,
    entries: Entries,
) -> Iterator[Article | Failure]:
    """The article on the linked page, unless it was dealt with when the entry was the same as now."""
    digest = _digest(entry, feed, link, source)
    known = entries.known(source, digest)
    if isinstance(known, Failure):
        yield known
    elif known:
        entries.kept.add(source)
    else:
        try:
            yield _fetched(entry, feed, link, source, pages)
        except LoadError as error:
            if text := _content(entry) if _is_content(entry) else "":
                yield _article(entry, feed, text, source, link)
            else:
                yield Failure(source, f"Its page {link} could not be read. {error.reason}", error.remedy)
            if error.retry_after is not None:
                entries.later = True
                return
        entries.dealt_with.append(digest)


def _digest(entry: Mapping[str, Any], feed: Mapping[str, Any], link: str, source: str) -> str:
    """Over all that an entry tells of its article: equal digests need no second fetch of its page."""
    told = [str(entry[name]) if name in entry else "" for name in _TOLD] + [link, source, str(feed.get("title") or "")]
    told += [str(part.get("value") or "") for part in entry.get("content") or []]
    return hashlib.sha256(json.dumps([LOADER_VERSION, *told]).encode()).hexdigest()


def _fetched(entry: Mapping[str, Any], feed: Mapping[str, Any], link: str, source: str, pages: _Pages) -> Article:
    """The article on the linked page, with what the feed says where the page says nothing; raises LoadError."""
    article = pages.article(link, source)
    told = _article(entry, feed, article.text, source, link)
    return build_article(
        title=told.title if entry.get("title") else article.title,
        text=article.text,
        source=source,
        url=article.url or link,
        published=told.published or article.published,
        authors=article.authors or told.authors,
        site=article.site or told.site,
        language=article.language or told.language,
        truncated=article.truncated,
    )
