"""The page before the first question as HTML. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qa.guide import Guide
from qa.storage.listing import ArticleSummary
from ui.render.html import counted, escape, label, opener_html, source_name, time_html


def welcome_html(articles: int, newest: Sequence[ArticleSummary], guide: str) -> str:
    """What the articles are, and what can be asked of them: `guide` is the HTML of `guide_html`."""
    if not articles:
        return (
            '<div class="welcome"><h2>Nothing to read yet</h2><p>Add articles, and ask about them here.</p>'
            '<p><button type="button" class="tool" data-tab="Library">Add articles</button></p></div>'
        )
    return (
        '<div class="welcome"><h2>What would you like to know?</h2>'
        "<p>The answer comes in your articles’ own words, with the place they stand in, or not at all.</p>"
        f'{_newest_html(articles, newest)}<div id="guide">{guide}</div></div>'
    )


def guide_html(guide: Guide | None, heading: str) -> str:
    """Questions with sure answers and names to ask about; without a guide, the place where they will stand."""
    if guide is None:
        return '<div class="awaited"></div>'
    questions = "".join(
        f'<li><button type="button" class="example" data-ask="{escape(each)}">{escape(each)}</button></li>'
        for each in guide.questions
    )
    names = "".join(
        f'<li><button type="button" class="main-name" data-ask="{escape(f"What do my articles say about {each}?")}">'
        f'<span class="sr-only">What do my articles say about </span>{label(each)}</button></li>'
        for each in guide.names
    )
    asked = f"<h3>{heading}</h3><ul>{questions}</ul>" if questions else ""
    return asked + (f'<h3>Often named</h3><ul class="names">{names}</ul>' if names else "")


def _newest_html(articles: int, newest: Sequence[ArticleSummary]) -> str:
    items = "".join(f"<li>{_article_html(each)}</li>" for each in newest)
    heading = "The article" if articles == 1 else f"The newest of {counted(articles)}"
    return f'<h3>{heading}</h3><ul class="newest">{items}</ul>' if items else ""


def _article_html(article: ArticleSummary) -> str:
    name = escape(source_name(article.source, article.url, article.site))
    content = f'<span class="title">{label(article.title)}</span> <span class="from">{time_html(article.published)}'
    return opener_html(article.id, 0, 0, f"{content} · {name}</span>", kind="recent", exact=False)
