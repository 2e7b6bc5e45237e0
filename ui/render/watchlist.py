"""Questions that stay as HTML: each with what was new last, and where it stands. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Citation
from qa.serialization.filters import where_chips
from qa.text.display import day, shortened
from qa.watchlist.store import News, Saved, WatchedQuestion
from ui.render.html import counted, escape, label, opener_html, plain, tool_html

MOST_NEWS = 3  # places shown of one question
QUESTION_CHARS = 300
QUOTE_CHARS = 120


def followed_html(saved: Saved) -> str:
    """The newest question first."""
    if not saved.questions:
        return (
            '<p class="none" data-count="0">Follow a question below its answer: it is asked again when articles come '
            "in, and told of here when one says something new.</p>"
        )
    items = "".join(_question_html(each, saved.news) for each in reversed(saved.questions))
    return f'<ul class="followed" data-count="{len(saved.questions)}">{items}</ul>'


def _question_html(question: WatchedQuestion, news: Sequence[News]) -> str:
    asked = shortened(plain(question.question), QUESTION_CHARS)
    own = [each for each in news if each.question_id == question.id]
    places = [place for each in own for place in each.answer.shown]
    chips = ", ".join(where_chips(question.where))
    among = f'<span class="when">{escape(plain(chips))}</span>' if chips else ""
    return (
        f'<li><button type="button" class="next" data-ask="{escape(question.question)}">{label(asked)}{among}</button>'
        f"{_news_html(places, own)}"
        f'<p class="deeds">{tool_html("Follow no more", "unfollow", question.id, hidden=asked)}</p></li>'
    )


def _news_html(places: Sequence[Citation], news: Sequence[News]) -> str:
    if not places:
        return ""
    since = min(each.found for each in news).astimezone().date()
    items = "".join(f"<li>{_place_html(each)}</li>" for each in places[:MOST_NEWS])
    return f'<p class="news">{counted(len(places), "new answer")} since {day(since)}</p><ul class="fresh">{items}</ul>'


def _place_html(place: Citation) -> str:
    words = f"<q>{escape(shortened(place.quote, QUOTE_CHARS))}</q> {label(place.title)}, {day(place.published)}"
    return opener_html(place.article_id, place.start, place.end, words, kind="place")
