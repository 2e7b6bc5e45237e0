"""Answers and articles as HTML: pure functions, no Gradio.

Whatever comes from an article or a question passes through `escape` or `label`; nothing else may put it into markup.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import escape as _escape
from pathlib import PurePath
from urllib.parse import urlsplit

from qa.datatypes import Answer, Article, Citation, Reason, RetrievedPassage

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NEAREST = 3  # passages shown when nothing was found
LONG = 70  # characters of an answer from which it is set smaller
SHOWN_QUESTION = 400  # characters of a question that are repeated on the page

# Characters that reorder what is written after them: a title could use them to pass for another one.
_REORDERING = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")

_NOT_FOUND = {
    Reason.NO_ARTICLES: (
        "There are no articles to read.",
        "Add some in the Library tab, then ask again.",
    ),
    Reason.NOTHING_RELEVANT: (
        "Your articles don’t say.",
        "Nothing in them is about this.",
    ),
    Reason.NOT_SURE: (
        "Your articles don’t clearly say.",
        "Some passages come close, but no words in them answer this with enough certainty.",
    ),
}


def escape(text: str) -> str:
    """`text` as HTML text or attribute value; lone surrogates, which no page can carry, become question marks."""
    return _escape(text.encode("utf-8", "replace").decode("utf-8"), quote=True)


def plain(text: str) -> str:
    """One line without characters that reorder their surroundings; for names, never for quotes."""
    return " ".join(text.translate(_REORDERING).split())


def label(text: str) -> str:
    """A title, name or address, isolated from the direction of the text around it."""
    return f"<bdi>{escape(plain(text))}</bdi>"


def day(published: date | None) -> str:
    """The date as in "12 May 2025", or "undated"."""
    return f"{published.day} {MONTHS[published.month - 1]} {published.year}" if published else "undated"


def time_html(published: date | None) -> str:
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
    name = label(source_name(source, url, site))
    address = web_address(url) or web_address(source)
    if address is None:
        return f'<span class="source">{name}</span>'
    return (
        f'<a class="source" href="{escape(address)}" target="_blank" rel="noopener noreferrer">{name}'
        '<span class="sr-only"> (opens the original in a new tab)</span></a>'
    )


def percent(confidence: float) -> int:
    """A calibrated probability as 1 to 99: nothing read by a machine is certain, or impossible."""
    return min(99, max(1, round(100 * confidence)))


def confidence_html(confidence: float) -> str:
    words = "High" if confidence >= 0.8 else "Fair" if confidence >= 0.5 else "Low"
    level = percent(confidence)
    return (
        f'<p class="confidence {words.lower()}"><span class="meter" aria-hidden="true">'
        f'<span style="width:{level}%"></span></span>{words} confidence · {level}%</p>'
    )


def marked(text: str, start: int, end: int) -> str:
    """`text` with `[start, end)` marked."""
    return f"{escape(text[:start])}<mark>{escape(text[start:end])}</mark>{escape(text[end:])}"


def _opener(article_id: str, start: int, end: int, content: str, *, kind: str, exact: bool = True) -> str:
    """A button that opens the article at `[start, end)`; the page's script reads the data attributes."""
    return (
        f'<button type="button" class="{kind}" data-article="{escape(article_id)}" data-start="{start}" '
        f'data-end="{end}" data-exact="{int(exact)}">{content}</button>'
    )


def citation_html(citation: Citation) -> str:
    """The sentence with the exact words marked, what it is from, and where else it stands."""
    sentence = marked(citation.context, citation.start - citation.context_start, citation.end - citation.context_start)
    content = f'<span class="sentence" dir="auto">{sentence}</span><span class="title">{label(citation.title)}</span>'
    opener = _opener(citation.article_id, citation.start, citation.end, content, kind="cite")
    return (
        f'{opener}<p class="from">{time_html(citation.published)} · {source_html(citation.source, citation.url)}</p>'
        f"{_repeats_html(citation.repeats)}"
    )


def _repeats_html(repeats: tuple[Citation, ...]) -> str:
    if not repeats:
        return ""
    places = "".join(
        "<li>" + _opener(r.article_id, r.start, r.end, f"{label(r.title)}, {day(r.published)}", kind="place") + "</li>"
        for r in repeats
    )
    return f'<div class="repeats"><p>Also in</p><ul>{places}</ul></div>'


def _found_html(answer: Answer) -> str:
    best, *others = answer.citations
    parts = [
        f'<p class="quote{" long" if len(answer.text) > LONG else ""}" dir="auto">{escape(answer.text)}</p>',
        confidence_html(answer.confidence),
        f'<div class="evidence">{citation_html(best)}</div>',
    ]
    if others:
        items = "".join(
            f'<li><p class="other" dir="auto">{escape(c.quote)} '
            f"<span>{percent(c.confidence)}%</span></p>{citation_html(c)}</li>"
            for c in others
        )
        parts.append(f'<section class="others"><h3>Less likely answers</h3><ul>{items}</ul></section>')
    return "".join(parts)


def _nearest_html(passages: Iterable[RetrievedPassage]) -> str:
    items = "".join(
        "<li>"
        + _opener(
            near.article.id,
            near.passage.start,
            near.passage.end,
            f'<span class="sentence" dir="auto">{escape(_shortened(near.text, 240))}</span>'
            f'<span class="title">{label(near.article.title)}</span>',
            kind="near",
            exact=False,
        )
        + f'<p class="from">{time_html(near.article.published)} · '
        f"{source_html(near.article.source, near.article.url, near.article.site)}</p></li>"
        for near in passages
    )
    if not items:
        return ""
    return f'<section class="nearest"><h3>Nearest passages, not answers</h3><ul>{items}</ul></section>'


def _missing_html(answer: Answer) -> str:
    headline, detail = _NOT_FOUND[answer.reason or Reason.NOTHING_RELEVANT]
    nearest = () if answer.reason is Reason.NO_ARTICLES else answer.passages[:NEAREST]
    return f'<p class="missing">{headline}</p><p class="detail">{detail}</p>{_nearest_html(nearest)}'


def answer_html(answer: Answer) -> str:
    """What the articles say, with its evidence; or, plainly, that they do not."""
    return _found_html(answer) if answer.found else _missing_html(answer)


def spoken(answer: Answer) -> str:
    """The answer in one sentence, for a screen reader."""
    if not answer.found:
        return " ".join(_NOT_FOUND[answer.reason or Reason.NOTHING_RELEVANT])
    best = answer.citations[0]
    return f"Answer: {answer.text}. From {plain(best.title)}, {day(best.published)}."


def question_html(question: str) -> str:
    return f'<h2 class="question" dir="auto">{escape(_shortened(question, SHOWN_QUESTION))}</h2>'


def turn_html(question: str, answer: Answer | None, error: str | None) -> str:
    """One question with its answer, with what went wrong, or still being read for."""
    if answer is not None:
        state, body = ("found" if answer.found else "not-found"), _read_as(question, answer) + answer_html(answer)
    elif error is not None:
        state, body = "failed", f'<p class="error">{escape(error)}</p>'
    else:
        state, body = "reading", '<p class="pending">Reading your articles<span aria-hidden="true"></span></p>'
    return f'<section class="turn {state}">{question_html(question)}<div class="answer">{body}</div></section>'


def _read_as(question: str, answer: Answer) -> str:
    """A follow-up as it was completed from the conversation: whoever asked should see what was looked up."""
    if plain(answer.question) == plain(question):
        return ""
    return f'<p class="read-as">Read as: <q dir="auto">{escape(_shortened(answer.question, SHOWN_QUESTION))}</q></p>'


def article_html(article: Article, start: int, end: int, *, exact: bool) -> str:
    """The whole article with `[start, end)` marked, by its offsets alone; an empty range marks nothing.

    `exact` tells an answer's words from a passage that was only near.
    """
    byline = [time_html(article.published)]
    if article.authors:
        byline.append(f'<span class="authors">{label(", ".join(article.authors))}</span>')
    byline.append(source_html(article.source, article.url, article.site))
    known = article.language and _LANGUAGE.fullmatch(article.language)
    language = f' lang="{article.language}"' if known else ""
    return (
        f'<article{language} data-id="{escape(article.id)}"><header><h2 tabindex="-1">{label(article.title)}</h2>'
        f'<p class="from">{" · ".join(byline)}</p></header>'
        f"{''.join(_paragraphs_html(article.text, start, end, exact))}</article>"
    )


def _paragraphs_html(text: str, start: int, end: int, exact: bool) -> Iterator[str]:
    opening, closing = ("<mark>", "</mark>") if exact else ('<span class="passage">', "</span>")
    for match in re.finditer(r"[^\n]+", text):
        first, last = match.span()
        if not match[0].strip():
            continue
        from_, to = max(first, start), min(last, end)
        if from_ < to:
            inside = f"{opening}{escape(text[from_:to])}{closing}"
            yield f'<p dir="auto">{escape(text[first:from_])}{inside}{escape(text[to:last])}</p>'
        else:
            yield f'<p dir="auto">{escape(match[0])}</p>'


def _shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words where there are any."""
    text = text.strip()
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(maxsplit=1)[0] + " …"


def transcript_html(turns: Iterable[str], status: str) -> str:
    """The conversation; `status` is read out by a screen reader when it changes."""
    return f'<p class="sr-only" role="status">{escape(status)}</p><div class="turns">{"".join(turns)}</div>'


def welcome_html(articles: int, examples: Iterable[str]) -> str:
    """The page before the first question."""
    if not articles:
        return (
            '<div class="welcome"><h2>Nothing to read yet</h2><p>Add articles, and ask about them here.</p>'
            '<p><button type="button" class="tool" data-tab="Library">Add articles</button></p></div>'
        )
    buttons = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(example)}">{escape(example)}</button></li>'
        for example in examples
    )
    suggestions = f'<h3 id="try">The sample articles answer, for example</h3><ul>{buttons}</ul>' if buttons else ""
    return (
        '<div class="welcome"><h2>What would you like to know?</h2>'
        "<p>The answer comes in your articles’ own words, with the place they stand in, "
        f"or not at all.</p>{suggestions}</div>"
    )


def gone_html() -> str:
    return '<article><p class="error">This article is no longer in the library.</p></article>'
