"""Checked quotes as HTML: what is true of each, what differs, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Citation
from qa.quotecheck.result import CheckedQuote, Gap, Piece, Verdict, counts_in_words, verdict_in_words
from ui.render.evidence import place_address
from ui.render.html import counted, escape, label, origin_html, plain, time_html

MOST_PLACES = 5  # shown of one quote
_STAMPS = {Verdict.VERBATIM: "Verbatim", Verdict.ALTERED: "Altered", Verdict.ABSENT: "Not found"}


def quote_check_html(checked: Sequence[CheckedQuote], chips: Sequence[str] = ()) -> str:
    """The counts, then each quote; `chips` are the filter in words."""
    among = f'<p class="detail">Only in part of the articles: {escape(plain(", ".join(chips)))}.</p>' if chips else ""
    items = "".join(_item_html(each) for each in checked)
    return (
        f'<div class="checked"><p class="counts" role="status">{escape(counts_in_words(checked))}</p>{among}'
        f"{f'<ol>{items}</ol>' if items else ''}</div>"
    )


def _item_html(checked: CheckedQuote) -> str:
    quote = " ".join(map(_piece_html, checked.pieces)) if checked.pieces else escape(checked.quote)
    places = "".join(_place_html(each) for each in checked.places[:MOST_PLACES])
    if more := len(checked.places[MOST_PLACES:]):
        places += f"<li>{counted(more, 'more article')}</li>"
    return (
        f'<li class="{checked.verdict.value}"><p class="ruling"><span class="stamp">{_STAMPS[checked.verdict]}</span> '
        f'{escape(verdict_in_words(checked))}</p><blockquote dir="auto">“{quote}”</blockquote>'
        f"{''.join(map(_gap_html, checked.gaps))}{f'<ul>{places}</ul>' if places else ''}</li>"
    )


def _piece_html(piece: Piece) -> str:
    """Words that are only in the quote are struck, those of the article stand behind them."""
    if piece.kind == "same":
        return escape(piece.written)
    changes = (_change_html("del", "quoted", piece.written), _change_html("ins", "in the article", piece.article))
    return " ".join(filter(None, changes))


def _change_html(tag: str, spoken: str, words: str) -> str:
    return f'<{tag}><span class="sr-only">{spoken}: </span>{escape(words)}</{tag}>' if words else ""


def _gap_html(gap: Gap) -> str:
    stands = f"<q>{escape(gap.article)}</q>" if gap.article else "nothing"
    return f'<p class="detail" dir="auto">For <b>{escape(gap.written)}</b> the article has {stands}.</p>'


def _place_html(place: Citation) -> str:
    address = place_address(place.article_id, place.start, place.end)
    title = label(place.title) or "Untitled"
    opened = (
        f'<a class="link" href="{escape(address)}" target="_blank">{title}'
        '<span class="sr-only"> (opens at the words in a new tab)</span></a>'
        if address
        else title
    )
    return (
        f'<li>{opened} <span class="from">{time_html(place.published)} · {origin_html(place)} · '
        f"characters {place.start}–{place.end}</span></li>"
    )
