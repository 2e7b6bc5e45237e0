"""What was new as an Atom feed (RFC 4287), an entry for each saved question and time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from qa.serialization.quote_format import QuoteFormat
from qa.serialization.quote_formats import quotes_with_source
from qa.serialization.text_fragments import text_fragment_url
from qa.text.display import clean, shortened
from qa.watchlist.store import News, Saved

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def atom_feed(saved: Saved, name: str) -> bytes:
    """The feed; `name` tells libraries apart and makes its id. Its content is the quotes as HTML, escaped."""
    feed = Element("feed", xmlns=_ATOM)
    newest = max((each.found for each in saved.news), default=datetime(1970, 1, 1, tzinfo=UTC))
    _add(feed, "title", "New answers to your questions")
    _add(feed, "id", _urn(name))
    _add(feed, "updated", newest.isoformat())
    _add(SubElement(feed, "author"), "name", "article-qa")
    for news in saved.news:
        _add_entry(feed, news, name)
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document


def _add_entry(feed: Element, news: News, name: str) -> None:
    entry, best = SubElement(feed, "entry"), news.answer.best
    said = f"{shortened(news.answer.question, 120)} “{shortened(best.quote, 120)}”" if best else news.answer.question
    _add(entry, "title", said)
    _add(entry, "id", _urn(f"{name}/{news.question_id}/{news.found.isoformat()}"))
    _add(entry, "updated", news.found.isoformat())
    if best and (address := text_fragment_url(best)):
        SubElement(entry, "link", href=_allowed(clean(address)))
    content = SubElement(entry, "content", type="html")
    content.text = _allowed(quotes_with_source(news.answer.shown, QuoteFormat.HTML))


def _add(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = _allowed(text)


def _allowed(text: str) -> str:
    return _NOT_IN_XML.sub("\ufffd", text)


def _urn(name: str) -> str:
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'article-qa/watchlist/{name}')}"
