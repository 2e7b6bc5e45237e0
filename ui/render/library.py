"""The list of the library as HTML: pure functions, no Gradio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from qa.datatypes import Failure
from qa.loaders.document import SUFFIXES
from qa.storage.listing import ArticlePage, ArticleSummary, Sort, first_of_page
from qa.text.display import shortened
from ui.render.html import counted, escape, label, plain, source_html, source_name, time_html, tool_html, truncated_html
from ui.state.list_query import PAGE, LibraryQuery

MOST_SOURCES = 500  # offered in the filter
NAME_CHARS = 120
_SHELL = Template((Path(__file__).parent.parent / "static" / "library.html").read_text("utf-8"))
_COLUMNS: tuple[tuple[Sort, str, str], ...] = (
    ("title", "Title", "0"),
    ("date", "Date", "1"),
    ("source", "Source", "0"),
)


@dataclass(frozen=True, slots=True)
class Failed:
    """What could not be taken in of a file or URL; `again`: it can be read again."""

    origin: str
    failure: Failure
    again: bool


def shell_html(address: str, most_bytes: int) -> str:
    """The tab's own markup; `address` is the label of its field, as HTML."""
    return _SHELL.substitute(address=address, most=most_bytes, suffixes=" ".join(sorted(SUFFIXES)))


def article_list_html(
    page: ArticlePage,
    view: LibraryQuery,
    *,
    samples: bool = False,
    failed: int = 0,
    tags: Mapping[str, Sequence[str]] | None = None,
    copies: Mapping[str, ArticleSummary] | None = None,
) -> str:
    """One page of the list; `tags`, and which article it is a copy of, by article id.

    `samples` can be removed; `failed` things could not be added.
    """
    if not page.total:
        return _nothing_html(view, failed)
    title = counted(page.total) + (" found" if view.narrows else "")
    remove = tool_html("Remove the sample articles", "remove-samples", kind="tool") if samples else ""
    rows = "".join(
        _row_html(article, (tags or {}).get(article.id, ()), (copies or {}).get(article.id))
        for article in page.articles
    )
    return (
        f'<div class="library page" data-title="{title}">{_failed_line_html(failed)}{remove}'
        f'<table><caption class="sr-only">Articles in the library</caption><thead><tr>'
        '<th scope="col"><label class="check"><input type="checkbox" data-all>'
        '<span class="sr-only">Choose all articles on this page</span></label></th>'
        f"{''.join(_column_html(*column, view) for column in _COLUMNS)}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{_pages_html(page.offset, len(page.articles), page.total)}</div>"
    )


def _column_html(sort: Sort, name: str, first: str, view: LibraryQuery) -> str:
    """A heading that sorts; the way it is sorted already turns round."""
    is_sorted = view.sort == sort
    way = ("0" if view.descending else "1") if is_sorted else first
    aria = f' aria-sort="{"descending" if view.descending else "ascending"}"' if is_sorted else ""
    return (
        f'<th scope="col"{aria}><button type="button" class="sorter" data-does="sort" data-value="{sort} {way}">'
        f"{name}</button></th>"
    )


def _row_html(article: ArticleSummary, tags: Sequence[str], original: ArticleSummary | None) -> str:
    chips = "".join(f'<span class="tag">{label(each)}</span>' for each in tags)
    identity, title = escape(article.id), shortened(plain(article.title), 300) or "Untitled"
    return (
        f'<tr><td><label class="check"><input type="checkbox" value="{identity}">'
        f'<span class="sr-only">Choose {escape(title)}</span></label></td>'
        f'<td><button type="button" class="title" data-does="read" data-value="{identity}">{label(title)}</button>'
        f"{chips}{_copy_html(original)}</td>"
        f"<td>{time_html(article.published)}{truncated_html(article)}</td>"
        f"<td>{source_html(article.source, article.url, article.site)}</td></tr>"
    )


def _copy_html(original: ArticleSummary | None) -> str:
    """Of which article this one is a copy."""
    if original is None:
        return ""
    title = shortened(plain(original.title), 120) or "Untitled"
    opener = f'<button type="button" class="link" data-does="read" data-value="{escape(original.id)}">'
    return f'<p class="copy">Copy of {opener}{label(title)}</button></p>'


def _nothing_html(view: LibraryQuery, failed: int) -> str:
    if view.narrows:
        return empty_html("No article matches.", tool_html("Clear search and filters", "clear-filters", kind="tool"))
    words = (
        "Drop files or folders anywhere on this page, or use the fields above. Nothing you add leaves this computer."
    )
    line = _failed_line_html(failed)
    return f'<div class="library page" data-title="No articles yet">{line}<p class="nothing">{words}</p></div>'


def _failed_line_html(failed: int) -> str:
    if not failed:
        return ""
    return (
        f'<p class="failed-line">{counted(failed, "item")} could not be added. {tool_html("Show", "show-failed")}</p>'
    )


def empty_html(words: str, tool: str = "") -> str:
    """Nothing to list, and why."""
    return f'<div class="library page" data-title="No articles"><p class="nothing">{escape(words)}</p>{tool}</div>'


def _pages_html(offset: int, shown: int, total: int) -> str:
    """Where this page stands in the list, and the way to the others."""
    if total <= PAGE:
        return ""
    last = first_of_page(total, PAGE, total)
    ways = (
        ("First", 0, offset > 0), ("Previous", max(0, offset - PAGE), offset > 0),
        ("Next", offset + PAGE, offset < last), ("Last", last, offset < last),
    )  # fmt: skip
    first, previous, following, end = (_page_html(*way) for way in ways)
    place = f"<span>{offset + 1:,} to {offset + shown:,} of {total:,}</span>"
    return f'<nav class="pages" aria-label="Pages of the list">{first}{previous}{place}{following}{end}</nav>'


def _page_html(name: str, offset: int, leads: bool) -> str:
    """Also where it leads nowhere, so that none of them moves under the mouse."""
    disabled = "" if leads else " disabled"
    return f'<button type="button" class="tool" data-does="page" data-value="{offset}"{disabled}>{name}</button>'


def sources_html(sources: Mapping[str, int]) -> str:
    """The publishers that the filter offers."""
    return options_html("Any source", sources)


def options_html(any_of_them: str, found: Mapping[str, int]) -> str:
    """What a filter offers, with the number of articles."""
    options = "".join(
        f'<option value="{escape(name)}">{escape(shortened(plain(name), 60))} ({count:,})</option>'
        for name, count in list(found.items())[:MOST_SOURCES]
    )
    return f'<option value="">{any_of_them}</option>{options}'


def failed_html(failed: Sequence[Failed], offset: int = 0) -> str:
    """What could not be added, each with the reason, the remedy and the way to try again."""
    if not failed:
        back = tool_html("Show all articles", "clear-filters", kind="tool")
        return empty_html("Everything could be added.", back)
    first = first_of_page(offset, PAGE, len(failed))
    shown = failed[first : first + PAGE]
    again = any(each.again for each in failed)
    tools = tool_html("Try all again", "retry", kind="tool") if again else ""
    tools += tool_html("Forget all", "dismiss", kind="tool")
    items = "".join(_failed_item_html(each) for each in shown)
    return (
        f'<div class="library page" data-title="{counted(len(failed), "item")} could not be added">'
        f'<div class="tools">{tools}</div><ul class="failures">{items}</ul>'
        f"{_pages_html(first, len(shown), len(failed))}</div>"
    )


def _failed_item_html(failed: Failed) -> str:
    name = shortened(source_name(failed.failure.source), NAME_CHARS)
    again = tool_html("Try again", "retry", failed.origin, hidden=name) if failed.again else ""
    full = shortened(plain(failed.failure.source), 400)
    place = f'<span class="path">{label(full)}</span>' if failed.again and full != name else ""
    return (
        f"<li><p><strong>{label(name)}</strong>{place}</p>"
        f'<p>{escape(failed.failure.reason)} <span class="remedy">{escape(failed.failure.remedy)}</span></p>'
        f'<p class="deeds">{again}{tool_html("Forget", "dismiss", failed.origin, hidden=name)}</p></li>'
    )
