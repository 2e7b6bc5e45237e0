"""An article with its passages as they are cut, and all that is known of it: pure functions, no Gradio."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from qa.datatypes import Article, Passage
from qa.text.display import TRUNCATED
from ui.render.evidence import place_address
from ui.render.html import counted, escape, label, plain, time_html, tool_html, web_address

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def article_view_html(article: Article, passages: Sequence[Passage], tags: Sequence[str] = ()) -> str:
    """The whole text, shaded by passages in turn; what stands in two of them has a shade of its own."""
    language = f' lang="{article.language}"' if _LANGUAGE.fullmatch(article.language or "") else ""
    return (
        f'<div class="back">{tool_html("Back to the list", "back", kind="tool")}</div>'
        f'<article{language}><h2 tabindex="-1">{label(article.title) or "Untitled"}</h2>'
        f'<p class="deeds">{tool_html("Ask about this article only", "about", article.id)}{_page_link(article.id)}'
        f"{tool_html('Tag', 'tag-one', article.id)}{tool_html('Remove', 'remove-one', article.id)}</p>"
        f"{_facts_html(article, passages, tags)}{_correction_html(article)}"
        f'<p class="legend">{_legend(len(passages))}</p>'
        f'<div class="cuts">{"".join(_paragraphs_html(article.text, passages))}</div></article>'
    )


def _page_link(article_id: str) -> str:
    address = place_address(article_id, 0, 0)
    return f'<a class="link" href="{escape(address)}" target="_blank">Open on its own page</a>' if address else ""


def _facts_html(article: Article, passages: Sequence[Passage], tags: Sequence[str]) -> str:
    """Only what is known."""
    facts = (
        ("Published", time_html(article.published)),
        ("Publisher", label(article.site) if article.site else ""),
        ("Authors", label(", ".join(article.authors)) if article.authors else ""),
        ("Tags", label(", ".join(tags)) if tags else ""),
        ("Read from", f"<bdi>{escape(plain(article.source))}</bdi>"),
        ("Address", _address_html(article.url)),
        ("Language", escape(article.language or "")),
        ("Length", f"{counted(len(article.text.split()), 'word')}, {counted(len(passages), 'passage')}"),
        ("Complete", f"No, {TRUNCATED}" if article.truncated else ""),
        ("Id", f"<code>{escape(article.id)}</code>"),
    )
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts if value)
    return f'<dl class="facts">{rows}</dl>'


def _correction_html(article: Article) -> str:
    """A form for what the source says wrongly, filled with what is stored."""
    day = article.published.isoformat() if article.published else ""
    fields = (
        ("title", "Title", "text", article.title),
        ("published", "Date", "date", day),
        ("authors", "Authors, with semicolons between", "text", "; ".join(article.authors)),
        ("source", "Publisher", "text", article.site or ""),
    )
    inputs = "".join(
        f'<div class="field"><label for="correct-{name}">{label_}</label><input id="correct-{name}" name="{name}" '
        f'type="{kind}" value="{escape(value)}" autocomplete="off"></div>'
        for name, label_, kind, value in fields
    )
    return (
        f'<details class="correction"><summary>Correct</summary><form data-article="{escape(article.id)}">{inputs}'
        '<button type="submit" class="tool">Save</button></form></details>'
    )


def _address_html(url: str | None) -> str:
    address = web_address(url)
    if address is None:
        return f"<bdi>{escape(plain(url or ''))}</bdi>" if url else ""
    return (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer"><bdi>{escape(plain(address))}</bdi>'
        '<span class="sr-only"> (opens in a new tab)</span></a>'
    )


def _legend(count: int) -> str:
    if count < 2:
        return (
            "The text is one passage: it is searched as a whole." if count else "It has no passage: it is not searched."
        )
    return f"Searched in {count:,} passages, numbered below. What is underlined belongs to two of them."


def _paragraphs_html(text: str, passages: Sequence[Passage]) -> Iterator[str]:
    ordered = sorted(passages, key=lambda passage: passage.start)
    starts, ends = [each.start for each in ordered], [each.end for each in ordered]
    cuts = sorted({*starts, *ends})
    for match in re.finditer(r"[^\n]+", text):
        if not match[0].strip():
            continue
        first, last = bisect_right(cuts, match.start()), bisect_left(cuts, match.end())
        bounds = [match.start(), *cuts[first:last], match.end()]
        pieces = (_piece_html(text[begin:end], begin, starts, ends) for begin, end in pairwise(bounds))
        yield f'<p dir="auto">{"".join(pieces)}</p>'


def _piece_html(piece: str, begin: int, starts: list[int], ends: list[int]) -> str:
    """Words that all belong to the same passages, with the number of the passage that begins here."""
    first, last = bisect_right(ends, begin), bisect_right(starts, begin)  # those that hold `begin`
    if last <= first:
        return escape(piece)
    number = f' data-number="{last}"' if begin in starts[first:last] else ""
    shade = "odd" if last % 2 else "even"
    return f'<span class="cut {shade}{" shared" if last - first > 1 else ""}"{number}>{escape(piece)}</span>'
