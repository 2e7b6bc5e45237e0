"""What stands beside the chat as HTML: the conversations, the filter, and what the articles do not cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from qa.conversations.feedback import Unanswered
from qa.datatypes import Where
from qa.serialization.conversations import Conversation
from qa.serialization.filters import where_chips
from qa.storage.over_time import Bar
from qa.text.display import day
from ui.render.html import counted, escape, label, plain, tool_html
from ui.render.over_time import bars_html

MOST_SOURCES = 200  # that are offered to choose from


def conversations_html(listed: Sequence[Conversation], total: int, words: str, now: datetime | None = None) -> str:
    """The list, newest first; `total` is how many there are that have all `words`."""
    if not listed:
        told = "No conversation has these words." if words else "What you ask is kept here."
        return f'<p class="none">{told}</p>'
    today = (now or datetime.now(UTC)).astimezone()
    more = tool_html(f"Show more ({total - len(listed):,})", "more", len(listed)) if total > len(listed) else ""
    groups = groupby(listed, lambda talk: "Pinned" if talk.pinned else _day_words(talk.changed, today))
    shown = ""
    for words, talks in groups:
        items = "".join(_conversation_html(each, today) for each in talks)
        shown += f'<h3 class="day">{words}</h3><ul class="talks">{items}</ul>'
    return shown + more


def _day_words(time: datetime, now: datetime) -> str:
    """Today, yesterday, or the day."""
    local = time.astimezone(now.tzinfo).date()
    return {0: "Today", 1: "Yesterday"}.get((now.date() - local).days, day(local))


def _conversation_html(talk: Conversation, now: datetime) -> str:
    name = escape(plain(talk.name) or "Untitled")
    actions = (
        tool_html("Unpin" if talk.pinned else "Pin", "unpin" if talk.pinned else "pin", talk.id)
        + tool_html("Rename", "rename", talk.id)
        + f'<a class="link" href="conversation/{escape(talk.id)}.html" download>Evidence sheet</a>'
        + f'<a class="link" href="conversation/{escape(talk.id)}.md" download>Markdown</a>'
        + f'<a class="link" href="conversation/{escape(talk.id)}.json" download>JSON</a>'
        + tool_html("Share", "share", talk.id)
        + tool_html("Share no more", "unshare", talk.id)
        + tool_html("Delete", "delete", talk.id)
    )
    return (
        f'<li data-talk="{escape(talk.id)}"><a class="talk" href="?c={escape(talk.id)}"><bdi class="name">{name}</bdi>'
        f'<span class="when">{_when(talk, now)}{counted(talk.turns, "question")}</span></a>'
        f'<details class="menu"><summary aria-label="More about {name}"><span aria-hidden="true">⋯</span></summary>'
        f'<div class="deeds">{actions}</div></details></li>'
    )


def _when(talk: Conversation, now: datetime) -> str:
    """The hour under a heading that tells the day; the day under one that does not."""
    local = talk.changed.astimezone(now.tzinfo)
    return f"{day(local.date())} · " if talk.pinned and local.date() != now.date() else f"{local:%H:%M} · "


def filter_html(
    where: Where,
    sources: Mapping[str, int],
    titles: Mapping[str, str],
    tags: Mapping[str, int] | None = None,
    over_time: Sequence[Bar] = (),
) -> str:
    """The filter to be chosen: `sources` and `tags` with their number of articles, `titles` of the chosen articles."""
    return (
        '<form id="filter-form" aria-label="Which articles to ask">'
        f'<div class="dates"><label>From <input type="date" name="from" value="{_iso(where.published_from)}"></label>'
        f'<label>Until <input type="date" name="to" value="{_iso(where.published_to)}"></label></div>'
        f"{bars_html(over_time, where)}"
        f"{_boxes_html('Tags', 'tag', where.tags, tags or {})}"
        f"{_boxes_html('Sources', 'source', where.sources, sources)}{_chosen_html(where, titles)}</form>"
    )


def _iso(value: object) -> str:
    return "" if value is None else str(value)


def _boxes_html(legend: str, name: str, chosen: Sequence[str], found: Mapping[str, int]) -> str:
    offered = dict(list(found.items())[:MOST_SOURCES])
    offered |= {each: found.get(each, 0) for each in chosen if each not in offered}
    if not offered:
        return ""
    boxes = "".join(
        f'<li><label><input type="checkbox" name="{name}" value="{escape(each)}"'
        f"{' checked' if each in chosen else ''}> {label(each)} "
        f'<span class="many">{number:,}</span></label></li>'
        for each, number in offered.items()
    )
    return f'<fieldset><legend>{legend}</legend><ul class="sources">{boxes}</ul></fieldset>'


def _chosen_html(where: Where, titles: Mapping[str, str]) -> str:
    if not where.article_ids:
        return ""
    boxes = "".join(
        f'<li><label><input type="checkbox" name="article" value="{escape(each)}" checked> '
        f"{label(titles.get(each, 'An article that is gone'))}</label></li>"
        for each in dict.fromkeys(where.article_ids)
    )
    return f'<fieldset><legend>Chosen articles</legend><ul class="sources">{boxes}</ul></fieldset>'


def chips_html(
    where: Where, address: str, *, titles: Mapping[str, str] | None = None, called: int = 0, told: str = ""
) -> str:
    """The filter in force, each part of which can be taken off, and the address of what the page shows.

    `called` grows when the visitor is to be led here from another tab.
    """
    chips = "".join(
        f'<li><span dir="auto">{escape(plain(words))}</span> <button type="button" data-does="unchip" '
        f'data-value="{position}" aria-label="Take off: {escape(plain(words))}">'
        '<span aria-hidden="true">×</span></button></li>'
        for position, words in enumerate(where_chips(where, titles))
    )
    shown = f'<p id="asking">Asking only</p><ul aria-labelledby="asking">{chips}</ul>' if chips else ""
    note = f'<p class="error" role="alert">{escape(told)}</p>' if told else ""
    return f'<div class="chips" data-address="{escape(address)}" data-called="{called}">{note}{shown}</div>'


def unanswered_html(questions: Sequence[Unanswered]) -> str:
    """What the articles do not cover."""
    if not questions:
        return '<p class="none">Every question you asked found an answer so far.</p>'
    items = "".join(
        f'<li><button type="button" class="next" data-ask="{escape(each.question)}">{label(each.question)}'
        f"{f' <span>asked {each.times} times</span>' if each.times > 1 else ''}</button></li>"
        for each in questions
    )
    return (
        f'<ul class="open-questions">{items}</ul><p class="deeds">'
        '<a class="link" href="feedback-open.jsonl" download>Save the list</a>'
        '<a class="link" href="feedback.jsonl" download>Save confirmed answers</a></p>'
    )
