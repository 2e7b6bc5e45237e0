"""Channels and chats that Telegram exports as pages: each message that says something is an article of its day."""

from __future__ import annotations

from collections.abc import Iterator

from qa.datatypes import Article
from qa.loaders.article import build_article, one_line, title_of
from qa.loaders.dates import parse_date
from qa.loaders.document import Document
from qa.loaders.html_fragments import joined, lines_of_html

_MARK = 'class="page_body chat_page"'


def is_chat(html: str) -> bool:
    """Whether a page is one of an exported chat."""
    return _MARK in html[:20_000]


def articles_of_chat(html: str, document: Document, shortest: int) -> Iterator[Article]:
    """The messages of `shortest` characters and more, `origin#message1` their sources."""
    from lxml.html import document_fromstring

    root = document_fromstring(html)
    channel = one_line(" ".join(root.xpath("string(//div[@class='page_header'])").split()))
    sender = ""
    for message in root.xpath("//div[contains(concat(' ', @class, ' '), ' message ')]"):
        body = message.find("div[@class='body']")
        if body is None:
            continue
        sender = one_line(body.findtext("div[@class='from_name']") or "") or sender
        day = next(iter(body.xpath("div[contains(@class, 'date')]/@title")), "")
        text = "\n\n".join(joined(lines_of_html(each)) for each in body.findall("div[@class='text']"))
        if len(text) >= shortest:
            yield build_article(
                title=title_of(text),
                text=text,
                source=f"{document.origin}#{message.get('id')}",
                published=parse_date(day),
                authors=[sender] if sender and sender != channel else [],
                site=channel or None,
            )
