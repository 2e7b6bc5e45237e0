"""News pages: the article's text and what the page itself says about it; pages without an article are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from qa.config import Settings
from qa.datatypes import Article
from qa.errors import LoadError
from qa.loaders.addresses import own_address
from qa.loaders.article import build_article, one_line, web_address
from qa.loaders.boilerplate import cleaned
from qa.loaders.dates import date_of_line, is_day, parse_date
from qa.loaders.decoding import declared_charset, decode
from qa.loaders.document import Document, is_url
from qa.loaders.heads import HEADER_LINES, Header, repeats, take_header
from qa.loaders.html_fragments import joined, lines_of_html
from qa.loaders.markdown import Line
from qa.loaders.metadata import author_names
from qa.loaders.page_dates import certain_date, date_beside_title, language_of_dates, month_first_in, states_date
from qa.loaders.prose import lines_of_prose
from qa.loaders.raised_text import level_text
from qa.loaders.reading_lists import ADD_THE_ADDRESSES, LINKS, is_list_of_links
from qa.loaders.structured_data import stated_article
from qa.loaders.telegram import articles_of_chat, is_chat
from qa.loaders.truncation import without_offers

MAX_PAGE_CHARS = 10_000_000  # without embedded images; real pages stay far below
MAX_PAGE_TAGS = 100_000  # extraction takes a second for 20,000, seven for 80,000, seven minutes for 300,000
MAX_LINKS = 1000
# Characters of prose: on a page that calls itself an article, on one with a date, and on others.
SHORT_ARTICLE, DATED_TEXT, SHORT_TEXT = 40, 120, 200
PROSE_CHARS = 60
SHORT_REPORT = 100  # characters: for less, trafilatura takes whatever stands on the page
SHORT_LINK = 15
DENSE_SAMPLE = 100_000  # characters of a page in which those are counted that say as much as three letters

_DATA_URI = re.compile(r"data:[\w.+-]+/[\w.+-]+;base64,[A-Za-z0-9+/=\s%]+")
_SAVED_FROM = re.compile(  # browsers; SingleFile; Save Page WE; WebScrapBook
    r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->|Page saved with SingleFile\s{1,20}url:\s{1,20}(\S+)|"
    r"""<meta\s+name=["']?savepage-url["']?\s+content=["']?([^"'\s>]+)|\sdata-scrapbook-source=["']([^"'\s>]+)"""
)
_LANGUAGE = re.compile(r"""<html[^>]{0,500}?\slang\s*=\s*["']?([A-Za-z-]{2,20})""", re.IGNORECASE)
_FURNITURE = [  # what is struck out, and what content systems put into their articles, by the names that only these use
    "//*[contains(concat(' ', normalize-space(@class), ' '), ' mw-editsection ')]",
    "//*[@id='siteSub']",
    "//*[self::del or self::s or self::strike]",
    "//*[contains(@class, 'kg-signup-card')]",
    "//*[contains(@class, 'subscription-widget-wrap')]",
]
_TITLE_ELEMENT = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})</title>", re.IGNORECASE)
_ARTICLE_MARK = re.compile(
    r"""property=["']og:type["'][^>]{0,50}content=["']article|content=["']article["'][^>]{0,50}og:type|"""
    r""""@type"\s*:\s*\[?\s*"(?:\w*NewsArticle|Article|BlogPosting|ReportageNewsArticle|Report)"|"""
    r"""itemtype=["']https?://schema\.org/(?:\w*Article|BlogPosting)["']|property=["']article:published_time""",
    re.IGNORECASE,
)
_LIST_MARK = re.compile(r'"@type"\s*:\s*\[?\s*"(?:SearchResultsPage|CollectionPage|ItemList)"', re.IGNORECASE)
_LINK = re.compile(r"<a\s[^>]{0,1000}>(.{1,400}?)</a>", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,1000}>")
_TIER = re.compile(r"""content_tier["'][^>]{0,50}content=["'](?:locked|metered)""", re.IGNORECASE)
_PASSWORD = re.compile(r"""<input[^>]{0,300}type\s*=\s*["']?password""", re.IGNORECASE)
_SEARCH_TITLE = re.compile(r"\bsearch(?: results?)?\b|\bresults for\b|\bsuchergebnisse\b|\brésultats\b", re.IGNORECASE)
_COOKIES = re.compile(r"\bcookies?\b|\bconsent\b|\bprivacy\b|\bpersonal data\b|\bGDPR\b|\bpartners?\b", re.IGNORECASE)
_BARRIER = re.compile(
    r"enable javascript|javascript is (?:disabled|required)|checking your browser|are you (?:a robot|human)|"
    r"verify (?:that )?you are|access denied|unusual traffic|page not found|(?:error|404) not found|"
    r"(?:log|sign) ?in to (?:continue|read|your account)|subscribe to (?:continue|read)|create (?:a free|an) account",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…:。！？．।؟۔][\"'”’»)\]」』）】]*$")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # characters that say as much as three letters
_TITLE_PARTS = re.compile(r"(?<!\s)\s+(?:[|–—•·»«-]|::)\s+")
_SAVE_ANOTHER = "Open the article itself in a browser, save that page and add it, or paste its text into a file."


def read_pages(document: Document, settings: Settings) -> Iterator[Article]:
    """The article of a page, or the messages of an exported chat; raises LoadError when there is none on it."""
    html = _decoded(document)
    if is_chat(html):
        yield from articles_of_chat(html, document, settings.min_article_chars)
    else:
        yield article_of_page(html, document)


def read_page(document: Document) -> Article:
    """The article of a saved or fetched page; raises LoadError when there is none on it."""
    return article_of_page(_decoded(document), document)


def _decoded(document: Document) -> str:
    charset = declared_charset(document.data, document.media_type)
    return decode(document.data, document.origin, declared=charset, lenient=True)


def read_mhtml(document: Document) -> Article:
    """The page inside a single-file browser archive."""
    message = message_from_bytes(document.data, policy=policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html" and isinstance(part, EmailMessage):
            content = part.get_payload(decode=True)
            data = content if isinstance(content, bytes) else b""
            address = web_address(part.get("Content-Location")) or document.url
            return read_page(
                Document(document.origin, data, f"text/html; charset={part.get_content_charset()}", address)
            )
    raise LoadError(document.origin, "There is no page in this web archive.", _SAVE_ANOTHER)


def article_of_page(html: str, document: Document) -> Article:
    """The article of a decoded page."""
    html = level_text(_DATA_URI.sub("data:,", html).replace("\0", ""))
    if len(html) > MAX_PAGE_CHARS or html.count("<") > MAX_PAGE_TAGS:
        raise LoadError(document.origin, "It is far too large for a page with one article.", _SAVE_ANOTHER)
    saved_from = _SAVED_FROM.search(html[:5000])
    base = web_address(document.url or (document.origin if is_url(document.origin) else None))
    base = base or web_address(next(filter(None, saved_from.groups())) if saved_from else None)
    if is_list_of_links(html):
        raise LoadError(document.origin, LINKS, ADD_THE_ADDRESSES)
    stated = stated_article(html)
    page = _extracted(html, base)
    if page is None:
        raise LoadError(document.origin, "There is no article on this page.", _SAVE_ANOTHER)
    title = title_without_site(_title(one_line(page.title or ""), html, stated.headline), page.sitename, page.hostname)
    header, lines = _opened(_with_links(lines_of_html(page.body), html), title, page.sitename or "")
    lines, _ = cleaned(lines, title)
    lines, truncated = without_offers(lines, for_subscribers=stated.is_free is False or bool(_TIER.search(html)))
    language = _LANGUAGE.search(html[:20_000])
    tag = language.group(1) if language else ""
    day = stated.published or _day(page.date, html, title, tag, base) or header.day
    _refuse_other_pages(html, title, lines, document.origin, is_dated=day is not None)
    lines = lines_of_prose(lines, document.origin)
    return build_article(
        title=title or document.readable_name,
        text=joined(lines),
        source=document.origin,
        url=own_address(html, stated.url, page.url, base),
        published=day,
        authors=author_names(page.author) or header.authors,
        site=page.sitename,
        language=tag or None,
        truncated=truncated,
    )


def _day(found: str | None, html: str, title: str, language: str, base: str | None) -> date | None:
    """The day that htmldate has `found`, or what stands below the headline where the page tells machines none."""
    region = language_of_dates(language, html, urlsplit(base or "").hostname or "")
    beside = None if states_date(html) else date_beside_title(html, title, month_first=month_first_in(region))
    return beside or certain_date(parse_date(found), html, region)


def _title(found: str, html: str, headline: str | None) -> str:
    """The title that was `found`, or the stated `headline` where the page's own title is that: live blogs have many."""
    named = _TITLE_ELEMENT.search(html)
    own = one_line(unescape(named.group(1))) if named else ""
    return headline if headline and headline in own and found not in own else found


def _opened(lines: list[Line], title: str, site: str) -> tuple[Header, list[Line]]:
    """What the lines above the running text say, and the lines without them: labels, title, byline, date, site."""
    first = lines[:HEADER_LINES]
    at = next((at for at, line in enumerate(first) if repeats(line.text, title)), 0)
    if not any(_is_prose(line) for line in first[:at]):
        lines = lines[at:]
    names = {_plain(site)} - {""}
    first = [
        line for line in lines[:HEADER_LINES] if _plain(line.text) not in names and not _is_uncertain_day(line.text)
    ]
    return take_header([*first, *lines[HEADER_LINES:]], title=title or "-")


def _is_uncertain_day(line: str) -> bool:
    """Whether a line is only a day whose order the page alone can tell."""
    return is_day(line) and date_of_line(line) is None


def _with_links(lines: list[Line], html: str) -> list[Line]:
    """Lines that know whether all of each, or its end, is the text of a link on the page."""
    links = {one_line(_TAG.sub(" ", match.group(1))) for match in islice(_LINK.finditer(html), MAX_LINKS)}
    ends = tuple(link for link in links if len(link) > SHORT_LINK)
    return [
        replace(line, link="#" if line.text in links else None, linked=line.text.endswith(ends)) if links else line
        for line in lines
    ]


def title_without_site(title: str, site: str | None, host: str | None) -> str:
    """`Headline` of `Headline | The Site`, where the last part is the publisher or its host."""
    parts = _TITLE_PARTS.split(title)
    names = {_plain(name) for name in (site, host, (host or "").removeprefix("www.").partition(".")[0]) if name}
    if len(parts) < 2 or _plain(parts[-1]) not in names:
        return title
    return title[: title.rindex(parts[-1])].rstrip(" |–—•·»«:-")


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower().removeprefix("www.").removeprefix("the "))


def _extracted(html: str, url: str | None) -> Any:
    """Trafilatura's view of the page; `None` when it finds nothing."""
    from trafilatura import bare_extraction
    from trafilatura.settings import Extractor

    # No search through the running text for dates: a date somewhere on the page is not its publication date.
    dates = {"original_date": True, "extensive_search": False, "max_date": "2199-12-31"}
    options = Extractor(url=url, with_metadata=True, comments=False, date_params=dates)
    dense = SHORT_REPORT // 3
    is_dense = len(_DENSE.findall(html[:DENSE_SAMPLE])) > dense
    options.min_extracted_size = dense if is_dense else SHORT_REPORT
    return bare_extraction(html, options=options, prune_xpath=_FURNITURE)


def _refuse_other_pages(html: str, title: str, lines: list[Line], origin: str, *, is_dated: bool) -> None:
    """Raise LoadError for what is no article: logins, consent walls, error pages, lists of links, search results."""
    text = joined(lines)
    prose = sum(_letters(line.text) for line in lines if _is_prose(line))
    marked = bool(_ARTICLE_MARK.search(html))
    least = SHORT_ARTICLE if marked else DATED_TEXT if is_dated else SHORT_TEXT
    reason = ""
    if len(text) < 1500 and _BARRIER.search(text[:600]) and not marked:
        reason = "The page asks to log in or to prove something before it shows its article."
    elif prose < 800 and _PASSWORD.search(html) and not marked:
        reason = "It is a login page, not an article."
    elif len(text) < 3000 and _is_about_cookies(lines):
        reason = "It holds only a notice about cookies or consent."
    elif not marked and (_SEARCH_TITLE.search(title) and _is_list(lines, html)):
        reason = "It is a list of search results, not an article."
    elif not marked and 2 * _linked(html, text) > len(text):
        reason = "It is a list of links, not an article."
    elif prose < least or 2 * prose < len(text) - _listed(lines):
        reason = "There is no article on this page, only links or scattered words."
    if reason:
        raise LoadError(origin, reason, _SAVE_ANOTHER)


def _linked(html: str, text: str) -> int:
    """Characters of `text` that are links on the page, as far as its first links tell."""
    links = {one_line(_TAG.sub(" ", match.group(1))) for match in islice(_LINK.finditer(html), MAX_LINKS)}
    return sum(len(link) for link in links if len(link) > 15 and link in text)


def _letters(text: str) -> int:
    """The length of a text in Latin letters that would say the same."""
    return len(text) + 2 * len(_DENSE.findall(text))


def _is_prose(line: Line) -> bool:
    return line.link is None and (_letters(line.text) >= PROSE_CHARS or bool(_SENTENCE_END.search(line.text)))


def _listed(lines: list[Line]) -> int:
    """Characters in list items and table rows that are no links: an article may consist of them."""
    return sum(len(line.text) for line in lines if not line.gap and line.link is None and not _is_prose(line))


def _is_about_cookies(lines: list[Line]) -> bool:
    return bool(lines) and sum(len(_COOKIES.findall(line.text)) for line in lines) >= max(3, len(lines))


def _is_list(lines: list[Line], html: str) -> bool:
    """Whether most blocks are short, as the teasers of a list are."""
    short = sum(len(line.text) < 250 for line in lines)
    return bool(_LIST_MARK.search(html)) or (len(lines) >= 4 and short * 4 >= len(lines) * 3)
