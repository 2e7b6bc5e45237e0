"""A timeline as JSON, CSV, Markdown and a page of HTML, each row with the exact words and where they stand.

timeline  format, topic, rows
row       day, told (the words that say the day, "" where it is that of publication), article_id, title, source, url,
published, start, end, quote, context, context_start, places (article ids of the same words elsewhere)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from html import escape

from qa.datatypes import Citation, TimelineRow
from qa.loaders.article import web_address
from qa.serialization.answers import iso, place_to_dict
from qa.serialization.csv_cells import without_formula
from qa.serialization.fields import JsonObject
from qa.serialization.markdown import link_address, plain
from qa.text.display import clean, day

TIMELINE_FORMAT = "article-qa/timeline/1"
COLUMNS = ("day", "told", "quote", "title", "published", "source", "url", "article_id", "start", "end", "also_in")
_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{text-align:start;vertical-align:top;padding:.5rem 1rem .5rem 0;"
    "border-top:1px solid #ccc}td:first-child{white-space:nowrap}cite{font-style:normal;color:#555}"
)


def timeline_to_dict(topic: str, rows: Sequence[TimelineRow]) -> JsonObject:
    """`timeline`."""
    return {
        "format": TIMELINE_FORMAT,
        "topic": topic,
        "rows": [
            {"day": iso(row.day), "told": row.told, **place_to_dict(row.citation), "places": _places(row)}
            for row in rows
        ],
    }


def _places(row: TimelineRow) -> list[str]:
    return list(dict.fromkeys(each.article_id for each in row.citation.repeats))


def timeline_csv(rows: Sequence[TimelineRow]) -> str:
    """A line for each row, for spreadsheets; words that look like a formula get an apostrophe before them."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in rows:
        cited = row.citation
        cells = (row.told, cited.quote, cited.title, iso(cited.published) or "", cited.source, cited.url or "")
        place = (cited.article_id, cited.start, cited.end, len(_places(row)))
        table.writerow([iso(row.day), *map(without_formula, cells), *place])
    return out.getvalue()


def timeline_markdown(topic: str, rows: Sequence[TimelineRow]) -> str:
    """A list, a row with its day each."""
    lines = [f"# {plain(topic)}", ""]
    for row in rows:
        title, address = plain(row.citation.title) or "(no title)", _address(row.citation)
        linked = f"[{title}](<{link_address(address)}>)" if address else title
        lines.append(f"- **{day(row.day)}**: {plain(row.citation.quote)} — {linked}, {_source_words(row)}")
    return "\n".join(lines) + "\n"


def timeline_html(topic: str, rows: Sequence[TimelineRow]) -> str:
    """A page of its own, without scripts."""
    body = "".join(map(_row_html, rows))
    title = escape(clean(topic))
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><h1>{title}</h1>"
        '<table><thead><tr><th scope="col">Day</th><th scope="col">Words</th></tr></thead>'
        f"<tbody>{body}</tbody></table></body></html>\n"
    )


def _row_html(row: TimelineRow) -> str:
    title, address = escape(clean(row.citation.title)) or "(no title)", _address(row.citation)
    linked = f'<a href="{escape(address)}" rel="noreferrer">{title}</a>' if address else title
    said, source = escape(clean(row.citation.quote)), escape(_source_words(row))
    return (
        f'<tr><td><time datetime="{iso(row.day)}">{day(row.day)}</time></td>'
        f'<td dir="auto">{said}<br><cite>{linked}, {source}</cite></td></tr>'
    )


def _address(cited: Citation) -> str | None:
    return web_address(cited.url) or web_address(cited.source)


def _source_words(row: TimelineRow) -> str:
    """When it was published, and in how many other articles the same words stand."""
    also = len(_places(row))
    others = f", also in {also:,} other article{'s' * (also > 1)}" if also else ""
    return f"published {day(row.citation.published)}{others}."


TIMELINE_FORMS: Mapping[str, Callable[[str, Sequence[TimelineRow]], str]] = {
    "markdown": timeline_markdown,
    "csv": lambda _, rows: timeline_csv(rows),
    "html": timeline_html,
}
