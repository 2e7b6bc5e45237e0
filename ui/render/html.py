"""The pieces that all HTML of the page is made of: pure functions, no Gradio.

Whatever comes from an article or a question passes through `escape` or `label`; nothing else may put it into markup.
"""

from __future__ import annotations

from datetime import date
from html import escape as _escape
from pathlib import PurePath
from urllib.parse import urlsplit

from qa.datatypes import Article, Citation
from qa.serialization.text_fragments import text_fragment_url
from qa.storage.listing import ArticleSummary
from qa.text.display import TRUNCATED, day, hundredths

# Characters that reorder what is written after them: a title could use them to pass for another one.
_REORDERING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])


def escape(text: str) -> str:
    """`text` as HTML text or attribute value; lone surrogates, which no page can carry, become question marks."""
    return _escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def plain(text: str) -> str:
    """One line without characters that reorder their surroundings; for names, never for quotes."""
    return " ".join(text.translate(_REORDERING).split())


def label(text: str) -> str:
    """A title, name or address, isolated from the direction of the text around it."""
    return f"<bdi>{escape(plain(text))}</bdi>"


def time_html(published: date | None) -> str:
    """A date for people and programs, or "undated"."""
    if published is None:
        return '<span class="date">undated</span>'
    return f'<time class="date" datetime="{published.isoformat()}">{day(published)}</time>'


def web_address(url: str | None) -> str | None:
    """`url` when a browser may follow it: http or https with a host. None for anything else."""
    try:
        parts = urlsplit(url or "")
        host = parts.hostname
    except ValueError:
        return None
    return parts.geturl() if host and parts.scheme in ("http", "https") else None


def source_name(source: str, url: str | None = None, site: str | None = None) -> str:
    """Where an article is from, in few words: the publisher, the host, or the name of the file."""
    address = web_address(url) or web_address(source)
    if site or address:
        return plain(site or "") or (urlsplit(address or "").hostname or "").removeprefix("www.")
    kind, _, name = source.partition(":")
    if kind == "sample":
        return "sample article"
    if kind == "upload":
        return f"{plain(name)} (uploaded)"
    return plain(PurePath(source).name or source)


def source_html(source: str, url: str | None = None, site: str | None = None) -> str:
    """The source's name, as a link when it has a web address."""
    return _source_html(label(source_name(source, url, site)), web_address(url) or web_address(source))


def origin_html(citation: Citation) -> str:
    """The source of a citation; its link leads to the quoted words, where a browser can find them."""
    return _source_html(
        label(source_name(citation.source, citation.url, citation.site)), web_address(text_fragment_url(citation))
    )


def _source_html(name: str, address: str | None) -> str:
    if address is None:
        return f'<span class="source">{name}</span>'
    return (
        f'<a class="source" href="{escape(address)}" target="_blank" rel="noopener noreferrer">{name}'
        '<span class="sr-only"> (opens the original in a new tab)</span></a>'
    )


def confidence_html(confidence: float) -> str:
    """How sure an answer is, in a word and as a percentage."""
    words = "High" if confidence >= 0.8 else "Fair" if confidence >= 0.5 else "Low"
    level = hundredths(confidence)
    return (
        f'<p class="confidence {words.lower()}"><span class="meter" aria-hidden="true">'
        f'<span style="width:{level}%"></span></span>{words} confidence · {level}%</p>'
    )


def marked(text: str, start: int, end: int) -> str:
    """`text` with `[start, end)` marked."""
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def truncated_html(of: Article | ArticleSummary | Citation) -> str:
    """That only the beginning was to be had, behind what is known of it; nothing of a whole article."""
    return f' · <span class="cut">{TRUNCATED}</span>' if of.truncated else ""


def opener_html(
    article_id: str, start: int, end: int, content: str, *, kind: str, number: int | None = None, exact: bool = True
) -> str:
    """A button that opens the article at `[start, end)`; the page's script reads the data attributes."""
    counted = f' data-number="{number}"' if number else ""
    return (
        f'<button type="button" class="{kind}" data-article="{escape(article_id)}" data-start="{start}" '
        f'data-end="{end}" data-exact="{int(exact)}"{counted}>{content}</button>'
    )


def tool_html(text: str, does: str, value: object = "", *, kind: str = "link", hidden: str = "") -> str:
    """A small button; the page's script does what `data-does` says, with `data-value`. `hidden` words are spoken."""
    said = f'<span class="sr-only"> {escape(hidden)}</span>' if hidden else ""
    return (
        f'<button type="button" class="{kind}" data-does="{does}" data-value="{escape(str(value))}">'
        f"{escape(text)}{said}</button>"
    )


def counted(number: int, noun: str = "article") -> str:
    """A number with its noun, as in "1 article", "2,000 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
