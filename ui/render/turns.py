"""A conversation as HTML: its questions, what is done about them while they are read, and what can be done after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from qa.datatypes import Answer, AskedPeriod, RetrievedPassage, Where
from qa.questions.kinds import Kind, asked_kind
from qa.serialization.conversations import StoredTurn, Verdict
from qa.serialization.filters import where_chips
from qa.serialization.periods import ANY_TIME, period_words
from qa.text.display import shortened
from ui.render.answer import NEAREST, Standings, answer_html, nearest_html
from ui.render.html import counted, escape, plain, tool_html
from ui.render.timeline import timeline_address
from ui.state.session import PendingQuestion

SHOWN_QUESTION = 400  # characters of a question that are repeated on the page

_VERDICTS = (
    (Verdict.RIGHT, "Right"),
    (Verdict.WRONG_ANSWER, "Wrong answer"),
    (Verdict.WRONG_EVIDENCE, "Wrong evidence"),
)


def question_html(question: str) -> str:
    """The question as the heading of its turn, shortened."""
    return f'<h2 class="question" dir="auto">{escape(shortened(question, SHOWN_QUESTION))}</h2>'


def turn_html(
    turn: StoredTurn,
    standings: Standings,
    titles: Mapping[str, str] | None = None,
    *,
    feedback: bool = False,
    newest: bool = False,
) -> str:
    """A kept question with its answer, and what can be done about it; `titles` are those of its filter's articles."""
    body = (
        _read_as(turn.question, turn.answer, turn.id)
        + _asked_of(turn.where, titles, turn.answer.period, turn.id)
        + answer_html(turn.answer, standings, filtered=bool(turn.where))
        + _tools_html(turn, feedback=feedback, newest=newest)
    )
    return _section(str(turn.id), _state(turn.answer), turn.question, body, turn=turn.id)


def pending_html(pending: PendingQuestion) -> str:
    """A question that is being read for, was stopped, has failed, or whose answer could not be kept."""
    if pending.answer is not None:
        told = f'<p class="error">{escape(pending.error or "")}</p>' if pending.error else ""
        body = _read_as(pending.question, pending.answer, None) + _asked_of(pending.where, period=pending.answer.period)
        body += answer_html(pending.answer, filtered=bool(pending.where)) + told
        state = _state(pending.answer)
    elif pending.ended:
        told = "Stopped." if pending.stopped else pending.error or ""
        kind = "detail" if pending.stopped else "error"
        state, body = "failed", f'<p class="{kind}">{escape(told)}</p><p class="deeds">{_once_more_html(pending)}</p>'
    else:
        state, body = "reading", _pending_html(pending)
    return _section(f"x{pending.key}", state, pending.question, body)


def _state(answer: Answer) -> str:
    return "found" if answer.found or answer.is_told else "possible" if answer.possible else "not-found"


def _section(key: str, state: str, question: str, body: str, *, turn: int | None = None) -> str:
    known = "" if turn is None else f' data-turn="{turn}"'
    return (
        f'<section class="turn {state}" data-key="{key}"{known}>{question_html(question)}'
        f'<div class="answer">{body}</div></section>'
    )


def _once_more_html(pending: PendingQuestion) -> str:
    back = tool_html("Back to the earlier answer", "drop", pending.key) if pending.replaces is not None else ""
    return tool_html("Ask again", "once-more", pending.key) + back


def _pending_html(pending: PendingQuestion) -> str:
    stop = tool_html("Stop", "stop", pending.key, kind="tool")
    words = f'<p class="pending">{waiting_words(pending)}<span aria-hidden="true"></span></p>'
    near = _found_so_far_html(pending.passages) if pending.passages else ""
    return f'<div class="progress">{words}{stop}</div>{near}'


def waiting_words(pending: PendingQuestion) -> str:
    """What is being done for a question, in words."""
    if pending.passages is not None:
        articles = len({found.article.id for found in pending.passages})
        return f"Reading {counted(len(pending.passages), 'passage')} from {counted(articles)}"
    if pending.before:
        is_one = pending.before == 1
        return f"{counted(pending.before, 'question')} {'is' if is_one else 'are'} before yours"
    return "Reading your articles"


def _found_so_far_html(passages: Sequence[RetrievedPassage]) -> str:
    return nearest_html(passages[:NEAREST], "Found so far, not read yet")


def _read_as(question: str, answer: Answer, turn_id: int | None) -> str:
    """A follow-up as it was completed from the conversation: whoever asked should see what was looked up."""
    if plain(answer.question) == plain(question):
        return ""
    edit = (
        "" if turn_id is None else " " + tool_html("Edit", "edit-read", turn_id, hidden="the question as it was read")
    )
    shown = escape(shortened(answer.question, SHOWN_QUESTION))
    return f'<p class="read-as">Read as: <q dir="auto">{shown}</q>{edit}</p>'


def _asked_of(
    where: Where,
    titles: Mapping[str, str] | None = None,
    period: AskedPeriod | None = None,
    turn_id: int | None = None,
) -> str:
    """The filter that a question was asked with, and the days that it asks for itself, which can be taken off."""
    chips = "".join(f'<li dir="auto">{escape(plain(words))}</li>' for words in where_chips(where, titles))
    chips += _period_html(period, turn_id) if period else ""
    return f'<div class="asked-of"><p>Asked of</p><ul>{chips}</ul></div>' if chips else ""


def _period_html(period: AskedPeriod, turn_id: int | None) -> str:
    words = f"{escape(plain(period_words(period)))}, {ANY_TIME}"
    if turn_id is None:
        return f'<li dir="auto">{words}</li>'
    return (
        f'<li class="removable"><span dir="auto">{words}</span> <button type="button" data-does="any-time" '
        f'data-value="{turn_id}" aria-label="Ask again, of articles of all days">'
        '<span aria-hidden="true">×</span></button></li>'
    )


def _tools_html(turn: StoredTurn, *, feedback: bool, newest: bool) -> str:
    actions = [
        _versions_html(turn),
        tool_html("Edit", "edit", turn.id, hidden="this question"),
        tool_html("Ask again", "again", turn.id, hidden="" if newest else "this question"),
        tool_html("Follow", "follow", turn.id, hidden="this question: ask it again when articles come in"),
        tool_html("Show how", "how", turn.id, hidden="this answer came about"),
        _timeline_html(turn.answer),
        *(
            f'<a class="link" href="turn/{turn.id}.{form}" download>{name}'
            f'<span class="sr-only">, this answer</span></a>'
            for form, name in (("html", "Evidence sheet"), ("md", "Markdown"), ("json", "JSON"))
        ),
    ]
    said = _feedback_html(turn) if feedback else ""
    return f'<div class="turn-tools">{said}<p class="deeds">{"".join(actions)}</p></div>'


def _timeline_html(answer: Answer) -> str:
    """The way from a briefing to the timeline of its topic."""
    topic = asked_kind(answer.question).of if answer.kind == Kind.TOPIC else ""
    return f'<a class="link" href="{escape(timeline_address(topic))}" target="_blank">Timeline</a>' if topic else ""


def _feedback_html(turn: StoredTurn) -> str:
    buttons = "".join(
        f'<button type="button" class="verdict" data-does="judge" data-value="{turn.id} {verdict}" '
        f'aria-pressed="{"true" if turn.verdict is verdict else "false"}">{words}</button>'
        for verdict, words in _VERDICTS
    )
    return f'<div class="feedback" role="group" aria-label="What do you say about this answer?">{buttons}</div>'


def _versions_html(turn: StoredTurn) -> str:
    if turn.versions < 2:
        return ""

    def step(sign: str, words: str, by: int) -> str:
        off = "" if 1 <= turn.version + by <= turn.versions else " disabled"
        return (
            f'<button type="button" class="step" data-does="version" data-value="{turn.id} {by}" '
            f'aria-label="{words}"{off}>{sign}</button>'
        )

    return (
        f'<span class="versions">{step("‹", "Earlier version", -1)}<span>{turn.version} of {turn.versions}</span>'
        f"{step('›', 'Later version', 1)}</span>" + tool_html("Compare", "compare", turn.id, hidden="the versions")
    )


def transcript_html(turns: Iterable[str], status: str, conversation: str | None = None) -> str:
    """The conversation; `status` is read out by a screen reader when it changes."""
    kept = f' data-conversation="{escape(conversation)}"' if conversation else ""
    return f'<p class="sr-only" role="status">{escape(status)}</p><div class="turns"{kept}>{"".join(turns)}</div>'


def suggestions_html(questions: Sequence[str]) -> str:
    """Next questions, each of which has an answer."""
    if not questions:
        return ""
    buttons = "".join(
        f'<li><button type="button" class="next" data-ask="{escape(each)}">{escape(each)}</button></li>'
        for each in questions
    )
    return f'<section class="suggested"><h3>You could ask next</h3><ul>{buttons}</ul></section>'
