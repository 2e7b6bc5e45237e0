"""The library tab as HTML: pure functions, no Gradio."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Article, Failure, Progress, Report
from ui.render import escape, label, plain, source_html, source_name, time_html

PAGE = 200  # articles listed at once


def counted(number: int, noun: str = "article") -> str:
    """A number with its noun, as in "1 article", "2,000 articles"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def library_html(articles: Sequence[Article], *, offset: int, total: int, samples: bool) -> str:
    """One page of the list, with its tools. `offset` is the place of the first of `articles` among `total`."""
    if not total:
        return (
            '<div class="library" data-offset="0"><p class="count">No articles yet.</p>'
            "<p>Add files or a web address above. Nothing you add leaves this computer.</p></div>"
        )
    rows = "".join(_row_html(article) for article in articles)
    return (
        f'<div class="library" data-offset="{offset}">'
        f'<div class="tools"><p class="count">{counted(total)}</p>{_tools_html(samples)}</div>'
        '<table><caption class="sr-only">Articles in the library</caption><thead><tr>'
        '<th scope="col"><input type="checkbox" data-all aria-label="Select all articles on this page"></th>'
        '<th scope="col">Title</th><th scope="col">Date</th><th scope="col">Source</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_pages_html(offset, len(articles), total)}</div>"
    )


def _tools_html(samples: bool) -> str:
    remove = '<button type="button" class="tool" data-remove disabled>Remove selected</button>'
    if not samples:
        return remove
    return remove + '<button type="button" class="tool" data-remove-samples>Remove the sample articles</button>'


def _row_html(article: Article) -> str:
    identity = escape(article.id)
    return (
        f'<tr><td><input type="checkbox" value="{identity}" aria-label="Select {escape(plain(article.title))}"></td>'
        f'<td><button type="button" class="place" data-article="{identity}" data-start="0" data-end="0" '
        f'data-exact="1">{label(article.title)}</button></td>'
        f"<td>{time_html(article.published)}</td>"
        f"<td>{source_html(article.source, article.url, article.site)}</td></tr>"
    )


def _pages_html(offset: int, shown: int, total: int) -> str:
    """Where this page stands in the list, and the way to the ones around it."""
    if total <= PAGE:
        return ""
    before = (
        f'<button type="button" class="tool" data-offset="{max(0, offset - PAGE)}">Earlier in the list</button>'
        if offset
        else ""
    )
    after = (
        f'<button type="button" class="tool" data-offset="{offset + PAGE}">Further down the list</button>'
        if offset + shown < total
        else ""
    )
    place = f"{offset + 1:,} to {offset + shown:,} of {total:,}"
    return f'<nav class="pages" aria-label="Pages of the list">{before}<span>{place}</span>{after}</nav>'


def report_html(report: Report) -> str:
    """What an update did, and each source that could not be taken in, with the remedy."""
    counts = (
        (len(report.added), "added"),
        (len(report.updated), "updated"),
        (report.unchanged, "already there"),
        (len(report.removed), "removed"),
    )
    done = ", ".join(f"{counted(number)} {verb}" for number, verb in counts if number)
    summary = f'<p class="done">{done[0].upper()}{done[1:]}.</p>' if done else ""
    return summary + failures_html(report.failed) or '<p class="done">Nothing to add.</p>'


def failures_html(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    items = "".join(
        f"<li><strong>{label(source_name(failure.source))}</strong> {escape(failure.reason)} "
        f'<span class="remedy">{escape(failure.remedy)}</span></li>'
        for failure in failures
    )
    return f'<p class="failed">Could not be added: {len(failures)}</p><ul class="failures">{items}</ul>'


def step(progress: Progress) -> str:
    """A step of an update in words: "Reading report.pdf"."""
    item = source_name(progress.item) if plain(progress.item) else ""
    return f"Reading {item or 'articles'}" if progress.stage == "read" else f"Indexing {item}".rstrip()


def notice_html(text: str) -> str:
    return f'<p class="error">{escape(text)}</p>'


def outcome_html(content: str = "") -> str:
    """What a change did, in a place that a screen reader watches; it stands empty on the page before that."""
    return f'<div role="status">{content}</div>'
