"""The versions of a turn beside each other, as HTML: what was asked, what came of it, and whether that is new."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from qa.datatypes import Answer
from qa.serialization.conversations import StoredTurn
from qa.serialization.filters import where_chips
from qa.serialization.not_found import HEADLINE
from qa.text.display import shortened
from ui.render.html import confidence_html, escape, label, origin_html, plain, time_html

SHOWN = 400  # characters of a question or an answer


def versions_html(turns: Sequence[StoredTurn], shown: int) -> str:
    """All versions of a turn, the oldest first; `shown` is the id of the one in the conversation."""
    first = [_version_html(turn, None, shown) for turn in turns[:1]]
    others = [_version_html(turn, before, shown) for before, turn in pairwise(turns)]
    return f'<ol class="considered compared">{"".join(first + others)}</ol>'


def _version_html(turn: StoredTurn, before: StoredTurn | None, shown: int) -> str:
    now = '<span class="used">In the conversation</span>' if turn.id == shown else ""
    asked = f"{turn.asked:%d %B %Y, %H:%M} UTC".lstrip("0")
    chips = f" Asked of: {escape(plain(', '.join(where_chips(turn.where))))}." if turn.where else ""
    change = "" if before is None else f'<p class="rank">{_change(before.answer, turn.answer)}</p>'
    return (
        f'<li><p class="rank">Asked {asked}.{chips} {now}</p>'
        f'<p class="title" dir="auto">{escape(shortened(turn.answer.question, SHOWN))}</p>{_answer_html(turn.answer)}'
        f"{change}</li>"
    )


def _answer_html(answer: Answer) -> str:
    best = answer.best
    if best is None:
        return f'<p class="sentence">{HEADLINE}</p>'
    stands = " · ".join((label(best.title), time_html(best.published), origin_html(best)))
    return (
        f'<p class="sentence" dir="auto"><mark>{escape(shortened(best.quote, SHOWN))}</mark></p>'
        f'<p class="rank">{stands}</p>{confidence_html(best.confidence)}'
    )


def _change(before: Answer, after: Answer) -> str:
    if plain(before.question) != plain(after.question):
        return "Asked otherwise."
    old, new = before.best, after.best
    if new is None:
        return "Not found any more." if old else "Not found, as before."
    if old is None:
        return "Found now, and not before."
    if before.found != after.found:
        return "Sure now, and not before." if after.found else "Not sure any more."
    if plain(old.quote) != plain(new.quote):
        return "Other words than before."
    return "The same words as before." if old.article_id == new.article_id else "The same words, from another article."
