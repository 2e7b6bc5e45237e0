"""A timeline on a page of its own, readable without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from qa.datatypes import Citation, TimelineRow
from qa.serialization.timelines import TIMELINE_FORMS
from qa.text.display import day
from ui.render.evidence import place_address
from ui.render.html import counted, escape, label, plain, source_html, time_html


def timeline_address(topic: str, form: str = "") -> str:
    """Where the timeline of a topic is, or its file of a form."""
    return f"timeline?{urlencode({'topic': topic} | ({'form': form} if form else {}), errors='replace')}"


def timeline_html(topic: str, rows: Sequence[TimelineRow]) -> str:
    """The heading, the ways to save it, and a row for each day and sentence."""
    head = f"<h1>{escape(plain(topic))}</h1>"
    if not rows:
        return f'<article>{head}<p class="error">No dated article speaks of that.</p></article>'
    saved = " · ".join(
        f'<a href="{escape(timeline_address(topic, form))}" download>{name}</a>'
        for form, name in zip(TIMELINE_FORMS, ("Markdown", "CSV", "HTML"), strict=True)
    )
    items = "".join(map(_row_html, rows))
    return f'<article>{head}<p class="from">Save as {saved}</p><ol class="timeline">{items}</ol></article>'


def _row_html(row: TimelineRow) -> str:
    cited, also = row.citation, len({each.article_id for each in row.citation.repeats})
    others = f" · also in {counted(also, 'other article')}" if also else ""
    address = place_address(cited.article_id, cited.start, cited.end)
    title = f'<a href="{escape(address)}">{label(cited.title)}</a>' if address else label(cited.title)
    return (
        f'<li><p><time datetime="{row.day.isoformat()}"><strong>{day(row.day)}</strong></time></p>'
        f'<p dir="auto">{escape(plain(cited.quote))}</p><p class="from">{title} · {_published(cited)}{others}</p></li>'
    )


def _published(cited: Citation) -> str:
    return f"{time_html(cited.published)} · {source_html(cited.source, cited.url, cited.site)}"
