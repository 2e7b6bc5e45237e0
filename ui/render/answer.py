"""Answers as HTML: what the articles say, with its evidence, or, plainly, that they do not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from qa.answering.near_misses import NearMiss, missing_everywhere, near_misses
from qa.datatypes import Answer, Citation, Reason, RetrievedPassage, Standing
from qa.serialization.not_found import (
    HEADLINE,
    LESS_SURE,
    MISSING,
    POSSIBLE,
    copies_words,
    lacking_words,
    later_words,
    not_found_detail,
)
from qa.text.display import day, percent, shortened
from ui.render.evidence import place_address
from ui.render.html import (
    confidence_html,
    escape,
    label,
    marked,
    opener_html,
    origin_html,
    plain,
    source_html,
    time_html,
    tool_html,
    truncated_html,
)

NEAREST = 3  # passages shown when nothing was found
_WORD = re.compile(r"\w+")
ENDING_CHARS = 4  # of another form of a word: "leave", "leaves"
NEAR_CHARS = 200  # of their sentences
LONG = 70  # characters of an answer from which it is set smaller

Standings = Mapping[str, Standing]

_ADD = "Add some in the Library tab, then ask again."
_UNFILTER = "Take a part of it off, then ask again."
_STANDINGS = {
    "changed": "This article has changed since. The words below are as they were.",
    "gone": "This article is no longer in the library. The words below are as they were.",
}


def answer_html(answer: Answer, standings: Standings | None = None, *, filtered: bool = False) -> str:
    """`standings` tell what has become of the cited articles; `filtered` that only a part of all was asked."""
    if answer.is_told:
        return _told_html(answer, standings or {})
    note = f'<p class="told" dir="auto">{escape(answer.note)}</p>' if answer.note else ""
    return note + (_shown_html(answer, standings or {}) if answer.shown else _missing_html(answer, filtered))


def citation_html(citation: Citation, number: int, standings: Standings | None = None) -> str:
    """The sentence with the exact words marked, what it is from, and where else it stands."""
    sentence = marked(citation.context, citation.start - citation.context_start, citation.end - citation.context_start)
    content = (
        f'<span class="sentence" dir="auto">{sentence}</span>'
        f'<span class="title"><span class="number">[{number}]</span> {label(citation.title)}</span>'
    )
    opener = opener_html(citation.article_id, citation.start, citation.end, content, kind="cite", number=number)
    page = f" · p. {citation.page}" if citation.page else ""
    source = f"{time_html(citation.published)} · {origin_html(citation)}{page}{truncated_html(citation)}"
    return (
        f"{_standing_html(citation, standings or {})}{opener}"
        f'<p class="from">{source}{_copy_html(citation, number)}</p>'
        f"{_resolved_html(citation)}{_lacking_html(citation)}{_repeats_html(citation, number)}"
    )


def _resolved_html(citation: Citation) -> str:
    """What words for times in the quote mean, beside it and never inside it."""
    dates = "; ".join(dict.fromkeys(escape(each.words) for each in citation.resolved))
    return f'<p class="from">By the date of the article: {dates}</p>' if dates else ""


def _lacking_html(citation: Citation) -> str:
    words = ", ".join(f"<em>{escape(plain(each))}</em>" for each in citation.missing)
    return f'<p class="lacking">{MISSING} {words}</p>' if words else ""


def _standing_html(citation: Citation, standings: Standings) -> str:
    told = _STANDINGS.get(standings.get(citation.article_id, "unchanged"))
    return f'<p class="standing">{told}</p>' if told else ""


def _copy_html(citation: Citation, number: int) -> str:
    """The quote with its source, by way of a menu, and the address of the place."""
    place = escape(f"{citation.article_id} {citation.start} {citation.end}")
    quote = (
        f' · <button type="button" class="link" data-does="copy-quote" data-value="{place}" aria-haspopup="menu">'
        f'Copy quote<span class="sr-only"> of evidence {number}</span></button>'
    )
    address = place_address(citation.article_id, citation.start, citation.end)
    link = tool_html("Copy link", "copy", address, hidden=f"to evidence {number}") if address else ""
    return quote + (f" · {link}" if link else "")


def _repeats_html(citation: Citation, number: int) -> str:
    """Where else it stands, and the articles that only copy one of these."""
    told = f'<p class="copied">{copies_words(citation)}</p>' if citation.copied else ""
    if not (citation.repeats or told):
        return ""
    places = "".join(
        "<li>"
        + opener_html(
            each.article_id, each.start, each.end, f"{label(each.title)}, {day(each.published)}",
            kind="place", number=number,
        )
        + "</li>"
        for each in citation.repeats
    )  # fmt: skip
    also = f"<p>Also in</p><ul>{places}</ul>" if places else ""
    return f'<div class="repeats">{also}{told}{_copies_html(citation, number)}</div>'


def _copies_html(citation: Citation, number: int) -> str:
    """The copies that are not cited, folded away."""
    if not citation.copies:
        return ""
    items = "".join(
        "<li>"
        + opener_html(
            each.article_id, 0, 0, f"{label(each.title)}, {day(each.published)}",
            kind="place", number=number, exact=False,
        )
        + "</li>"
        for each in citation.copies
    )  # fmt: skip
    return f"<details><summary>Copies</summary><ul>{items}</ul></details>"


def _shown_html(answer: Answer, standings: Standings) -> str:
    """The sure answer and further ones, then what may answer; numbered through, as their evidence is."""
    numbered = list(enumerate(answer.shown, 1))
    sure, possible = numbered[: len(answer.citations)], numbered[len(answer.citations) :]
    parts = [_leading_html(best, number, standings) for number, best in sure if best in answer.leading]
    others = [(number, each) for number, each in sure if each in answer.further]
    if later := later_words(answer):
        parts.append(f'<p class="later">{escape(later)}.</p>')
    parts.append(_others_html("Other answers", others, standings))
    if possible:
        told = "" if sure else f'<p class="may-be">{POSSIBLE}</p>'
        parts.append(told + _others_html(LESS_SURE if sure else "", possible, standings, "possible"))
    return "".join(parts)


def _leading_html(best: Citation, number: int, standings: Standings) -> str:
    """One of the places that the answer is made of, under the part of the question that it answers."""
    long = " long" if len(best.quote) > LONG else ""
    items = "".join(f"<li>{escape(plain(each))}</li>" for each in best.item_words)
    listed = f'<ul class="items">{items}</ul>' if items else ""
    return (
        f"{_asked_html(best)}"
        f'<p class="said{long}">{_said_html(best, number)}</p>{confidence_html(best.confidence)}'
        f"{listed}"
        f'<div class="evidence">{citation_html(best, number, standings)}</div>'
    )


def _asked_html(citation: Citation) -> str:
    return f'<p class="asked">{escape(plain(citation.asked))}</p>' if citation.asked else ""


def _told_html(answer: Answer, standings: Standings) -> str:
    """A sentence of our own, and the places that it introduces."""
    items = "".join(
        f"<li>{_asked_html(each)}{citation_html(each, number, standings)}</li>"
        for number, each in enumerate(answer.citations, 1)
    )
    places = f'<section class="places"><ul>{items}</ul></section>' if items else ""
    return f'<p class="told" dir="auto">{escape(answer.note)}</p>{places}'


def _others_html(
    heading: str, numbered: Sequence[tuple[int, Citation]], standings: Standings, kind: str = "others"
) -> str:
    if not numbered:
        return ""
    items = "".join(
        f'<li>{_asked_html(each)}<p class="other"><span>{_said_html(each, number)}</span> '
        f'<span class="sure">{percent(each.confidence)}</span></p>'
        f"{citation_html(each, number, standings)}</li>"
        for number, each in numbered
    )
    head = f"<h3>{heading}</h3>" if heading else ""
    return f'<section class="{kind}">{head}<ul>{items}</ul></section>'


def _said_html(citation: Citation, number: int) -> str:
    """The words, and the number that their evidence has wherever it is shown."""
    content = f'<span class="sr-only">Evidence </span>[{number}]<span class="sr-only">, {label(citation.title)}</span>'
    marker = opener_html(citation.article_id, citation.start, citation.end, content, kind="marker", number=number)
    return f'<span class="quote" dir="auto">{escape(citation.quote)}</span> {marker}'


def nearest_html(passages: Iterable[RetrievedPassage], heading: str) -> str:
    """Passages that are about the question, none of them an answer."""
    items = "".join(
        "<li>"
        + opener_html(
            near.article.id,
            near.passage.start,
            near.passage.end,
            f'<span class="sentence" dir="auto">{escape(shortened(near.text, 240))}</span>'
            f'<span class="title">{label(near.article.title)}</span>',
            kind="near",
            exact=False,
        )
        + f'<p class="from">{time_html(near.article.published)} · '
        f"{source_html(near.article.source, near.article.url, near.article.site)}</p></li>"
        for near in passages
    )
    return f'<section class="nearest"><h3>{escape(heading)}</h3><ul>{items}</ul></section>' if items else ""


def _missing_html(answer: Answer, filtered: bool) -> str:
    headline, detail = _missing(answer, filtered)
    near = [] if answer.reason is Reason.NO_ARTICLES else near_misses(answer, NEAREST)
    lacking = lacking_words(missing_everywhere(near))
    told = f'<p class="detail">{escape(lacking)}</p>' if lacking else ""
    return f'<p class="missing">{headline}</p><p class="detail">{detail}</p>{told}{_near_misses_html(near)}'


def _near_misses_html(near: Sequence[NearMiss]) -> str:
    """A line of each article, which is a button that opens it there; the question's own words stand out."""
    everywhere = missing_everywhere(near)
    items = "".join(
        "<li>"
        + opener_html(
            each.article.id,
            each.start,
            each.end,
            f'<span class="sentence" dir="auto">{_with_words(shortened(each.sentence, NEAR_CHARS), each.shared)}</span>'
            f'<span class="title">{label(each.article.title)}</span>',
            kind="near",
            exact=False,
        )
        + f'<p class="from">{time_html(each.article.published)} · '
        f"{source_html(each.article.source, each.article.url, each.article.site)}"
        f"{_lacks_html([word for word in each.missing if word not in everywhere])}</p></li>"
        for each in near
    )
    heading = "<h3>Comes nearest, and is no answer</h3>"
    return f'<section class="nearest lines">{heading}<ul>{items}</ul></section>' if near else ""


def _lacks_html(words: Sequence[str]) -> str:
    return f" · {MISSING} {', '.join(f'<em>{escape(each)}</em>' for each in words)}" if words else ""


def _with_words(text: str, words: Sequence[str]) -> str:
    """`text` as HTML with these words set off, and such as begin with them and are little longer."""
    wanted, pieces, last = [each.lower() for each in words], [], 0
    for found in _WORD.finditer(text):
        if any(found[0].lower().startswith(each) and len(found[0]) <= len(each) + ENDING_CHARS for each in wanted):
            pieces += [escape(text[last : found.start()]), f"<b>{escape(found[0])}</b>"]
            last = found.end()
    return "".join(pieces) + escape(text[last:])


def _missing(answer: Answer, filtered: bool) -> tuple[str, str]:
    """What is said first, and why or what to do."""
    detail = not_found_detail(answer.reason or Reason.NOTHING_RELEVANT, filtered=filtered)
    if answer.reason is Reason.NO_ARTICLES:
        return detail, _UNFILTER if filtered else _ADD
    return HEADLINE, detail


def spoken(answer: Answer, *, filtered: bool = False) -> str:
    """The answer in one sentence, for a screen reader."""
    if answer.is_told:
        return answer.note
    best = answer.best
    if best is None:
        return " ".join(filter(None, (answer.note, *_missing(answer, filtered))))
    said = "Answer" if answer.found else "Not sure, check it. Possible answer"
    words = "; ".join(each.quote for each in answer.leading) or best.quote
    told = f" {answer.note}" if answer.note else ""
    return f"{said}: {words}. From {plain(best.title)}, {day(best.published)}.{told}"
