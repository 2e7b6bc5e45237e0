"""An article in the pane, or on a page of its own, with the cited words marked by their offsets alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from qa.datatypes import Article, Citation
from qa.serialization.addresses import article_address
from ui.render.html import escape, label, marked, plain, source_html, time_html, tool_html, truncated_html

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Mark:
    """`text[start:end]`, cited under `number`; an `exact` one is an answer's words, any other only came near."""

    start: int
    end: int
    number: int | None = None
    exact: bool = True


def article_html(article: Article, current: Mark, others: Sequence[Mark] = (), *, alone: bool = False) -> str:
    """The whole article: what is looked at marked strongly, what else is cited of it less so.

    `alone` on a page, it has the main heading and nothing to do with the chat.
    """
    byline = [time_html(article.published)]
    if article.authors:
        byline.append(f'<span class="authors">{label(", ".join(article.authors))}</span>')
    byline.append(source_html(article.source, article.url, article.site))
    cut = truncated_html(article)
    title = label(article.title)
    heading = f"<h1>{title}</h1>" if alone else f'<h2 tabindex="-1">{title}</h2>'
    known = article.language and _LANGUAGE.fullmatch(article.language)
    language = f' lang="{article.language}"' if known else ""
    return (
        f'<article{language} data-id="{escape(article.id)}"><header>{heading}'
        f'<p class="from">{" · ".join(byline)}{cut}</p>{"" if alone else _tools_html(article, current)}</header>'
        f"{''.join(_paragraphs_html(article.text, current, others))}</article>"
    )


def _tools_html(article: Article, current: Mark) -> str:
    address = place_address(article.id, current.start, current.end)
    page = f'<a class="link" href="{escape(address)}" target="_blank">Open on its own page</a>' if address else ""
    return f'<p class="deeds">{page}{tool_html("Ask about this article only", "about", article.id)}</p>'


def place_address(article_id: str, start: int, end: int) -> str | None:
    """The address of a place in the app, seen from the chat, opened at its mark; None for what no address can name."""
    if not _ID.fullmatch(article_id):
        return None
    if not 0 <= start < end:
        return article_address(article_id)[1:]
    return f"{article_address(article_id, start, end)[1:]}#mark"


def _paragraphs_html(text: str, current: Mark, others: Sequence[Mark]) -> Iterator[str]:
    marks = [current, *others]
    first_mark = True
    for match in re.finditer(r"[^\n]+", text):
        if not match[0].strip():
            continue
        parts = []
        for start, end, mark in _pieces(match.start(), match.end(), marks):
            piece = escape(text[start:end])
            if mark is None:
                parts.append(piece)
                continue
            is_first = mark is current and first_mark
            parts.append(_mark_html(piece, mark, current, is_first, begins=start == mark.start))
            first_mark = first_mark and not is_first
        yield f'<p dir="auto">{"".join(parts)}</p>'


def _pieces(start: int, end: int, marks: Sequence[Mark]) -> Iterator[tuple[int, int, Mark | None]]:
    """`[start, end)` cut where a mark begins or ends; of several marks over one piece the first counts."""
    cuts = {start, end, *(at for mark in marks for at in (mark.start, mark.end) if start < at < end)}
    bounds = sorted(cuts)
    for begin, stop in pairwise(bounds):
        yield begin, stop, next((mark for mark in marks if mark.start <= begin and stop <= mark.end), None)


def _mark_html(piece: str, mark: Mark, current: Mark, is_first: bool, *, begins: bool) -> str:
    """The number is put in front by the style sheet, so that the text stays the article's."""
    if not mark.exact:
        return f'<span class="passage"{_anchor(is_first)}>{piece}</span>'
    kind = "" if mark is current else ' class="also"'
    number = f' data-number="{mark.number}"' if mark.number and begins else ""
    return f"<mark{_anchor(is_first)}{kind}{number}>{piece}</mark>"


def _anchor(is_first: bool) -> str:
    return ' id="mark"' if is_first else ""


def gone_html(citation: Citation | None = None, changed: bool = False) -> str:
    """What is left of an article that is not in the library any more: the quote as it was kept with the answer."""
    told = (
        "This article has changed since. Ask again to read the new text."
        if changed
        else "This article is no longer in the library."
    )
    if citation is None:
        return f'<article><p class="error">{told}</p></article>'
    sentence = marked(citation.context, citation.start - citation.context_start, citation.end - citation.context_start)
    source = source_html(citation.source, citation.url, citation.site)
    return (
        f'<article data-id="{escape(citation.article_id)}"><header><h2 tabindex="-1">{label(citation.title)}</h2>'
        f'<p class="from">{time_html(citation.published)} · {source}</p></header>'
        f'<p class="error">{told} These words were kept with the answer:</p><p dir="auto">{sentence}</p></article>'
    )


def page_html(title: str, body: str, style: str) -> str:
    """A page of its own, readable without scripts."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(plain(title))}</title><style>{style}</style></head><body><nav>"
        f'<a href="../">Ask your articles</a></nav><main>{body}</main></body></html>'
    )
