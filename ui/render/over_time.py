"""Articles over time as HTML: a row of buttons, each as high as it has articles, that choose its days."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Where
from qa.storage.over_time import Bar
from ui.render.html import counted, escape

HEIGHT = 48  # of the highest bar, in pixels


def bars_html(bars: Sequence[Bar], where: Where) -> str:
    """The bars; one of which the filter has the days is pressed, and takes them off again. "" for fewer than two."""
    if len(bars) < 2:
        return ""
    most = max(bar.count for bar in bars)
    items = "".join(_bar_html(bar, most, where) for bar in bars)
    return f'<ul class="over-time" aria-label="Articles over time">{items}</ul>'


def _bar_html(bar: Bar, most: int, where: Where) -> str:
    pressed = (where.published_from, where.published_to) == (bar.first, bar.last)
    words = f"{bar.words}: {counted(bar.count)}"
    days = f"{bar.first.isoformat()} {bar.last.isoformat()}"
    height = max(2, round(HEIGHT * bar.count / most)) if bar.count else 0
    off = "" if bar.count or pressed else " disabled"
    return (
        f'<li><button type="button" data-does="days" data-value="{days}" aria-pressed="{str(pressed).lower()}" '
        f'title="{escape(words)}"{off}><span class="sr-only">{escape(words)}</span>'
        f'<svg aria-hidden="true" width="100%" height="{HEIGHT}"><rect width="100%" y="{HEIGHT - height}" '
        f'height="{height}"/></svg></button></li>'
    )
