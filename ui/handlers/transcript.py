"""What is on the page of one visitor: the turns as they are kept, and between them what is not."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from qa.answering.verification import standings
from qa.conversations.feedback import Feedback
from qa.conversations.store import Conversations
from qa.datatypes import Where
from qa.errors import QAError
from qa.serialization.conversations import StoredTurn
from ui.render.answer import Standings, spoken
from ui.render.turns import pending_html, transcript_html, turn_html, waiting_words
from ui.state.session import PendingQuestion, Session

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library


class Transcript:
    """Reads what is kept each time: so every page that shows a conversation shows the same one."""

    def __init__(self, assistant: Assistant, kept: Conversations, feedback: Feedback) -> None:
        self.assistant = assistant
        self.kept = kept
        self.feedback = feedback

    def html(self, session: Session) -> str:
        """The conversation, or "" when nothing was asked yet."""
        with session.lock:
            pending_questions, conversation = list(session.pending_questions), session.conversation
            turns = self._turns(conversation)
        replaced = next((each.replaces for each in pending_questions if each.replaces is not None), None)
        turns = _before(turns, replaced)
        if not turns and not pending_questions:
            return ""
        shown = [pending_html(each) for each in _ended(pending_questions, None)]
        for turn in turns:
            shown.append(self._turn_html(turn, newest=turn is turns[-1]))
            shown += [pending_html(each) for each in _ended(pending_questions, turn.id)]
        shown += [pending_html(each) for each in pending_questions if not each.ended or each.replaces is not None]
        return transcript_html(shown, _status(turns, pending_questions), conversation)

    def _turns(self, conversation: str | None) -> list[StoredTurn]:
        try:
            return self.kept.turns(conversation) if conversation else []
        except QAError:  # deleted, or damaged; it is told of when something is asked
            return []

    def _turn_html(self, turn: StoredTurn, *, newest: bool) -> str:
        if not turn.answer.shown:  # shows the nearest passages, which only the articles have
            with suppress(QAError):
                turn = self.kept.turn(turn.id, cache(self.assistant.library.article))
        titles = chosen_titles(self.assistant.library, turn.where)
        return turn_html(turn, self._standings(turn), titles, feedback=self.feedback.enabled, newest=newest)

    def _standings(self, turn: StoredTurn) -> Standings:
        try:
            return standings(turn.answer, self.assistant.library.standing)
        except QAError:  # the library cannot be asked now: what was kept is shown without a remark
            return {}


def chosen_titles(library: Library, where: Where) -> dict[str, str]:
    """The titles of the articles that a filter chooses; none where the library cannot be asked now."""
    with suppress(QAError):
        return library.titles(where.article_ids) if where.article_ids else {}
    return {}


def _before(turns: Sequence[StoredTurn], turn_id: int | None) -> list[StoredTurn]:
    """The turns before one that is being replaced."""
    at = next((place for place, turn in enumerate(turns) if turn.id == turn_id), len(turns))
    return list(turns[:at])


def _ended(pending_questions: Sequence[PendingQuestion], after: int | None) -> list[PendingQuestion]:
    return [each for each in pending_questions if each.ended and each.replaces is None and each.after == after]


def _status(turns: Sequence[StoredTurn], pending_questions: Sequence[PendingQuestion]) -> str:
    """What has happened last, for a screen reader."""
    last = pending_questions[-1] if pending_questions else None
    if last is None or (last.ended and turns and last.after != turns[-1].id and last.replaces is None):
        return spoken(turns[-1].answer, filtered=bool(turns[-1].where)) if turns else ""
    if last.answer is not None:
        return spoken(last.answer, filtered=bool(last.where))
    return last.error or ("Stopped." if last.stopped else waiting_words(last))
