"""What users say about answers, and what their articles do not cover; both stay on this machine.

    kept = Conversations.beside(library)
    feedback = Feedback(kept, library.settings)
    feedback.judge(turn.id, Verdict.WRONG_EVIDENCE)
    feedback.unanswered()                # questions to which the articles say nothing
    feedback.export("feedback.jsonl")    # for `article-qa evaluate feedback.jsonl`

It is kept with the turns of conversations, and goes with them. Nothing is kept or shown when `ARTICLE_QA_FEEDBACK` is
false.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from qa.config import Settings
from qa.conversations.database import folded, reading, writing
from qa.conversations.rows import TURN, read_turn
from qa.conversations.store import Conversations
from qa.errors import ConversationError, ConversationNotFound, SettingError
from qa.files import write_atomically
from qa.serialization.conversations import StoredTurn, Verdict, where_to_dict
from qa.serialization.fields import JsonObject

FEEDBACK_FORMAT = "article-qa/feedback/1"

_LAST_ASKED = """SELECT json_extract(t.turn, '$.answer.question'), n.times, json_extract(t.turn, '$.asked')
    FROM turns t JOIN (SELECT max(id) AS last, sum(NOT found) AS times FROM turns
        WHERE topic IS NOT NULL AND NOT dismissed GROUP BY topic) n ON t.id = n.last
    WHERE NOT t.found AND json_valid(t.turn) ORDER BY t.id DESC LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question to which the articles said nothing when it was last asked, without a filter."""

    question: str  # completed
    times: int
    last_asked: datetime


@dataclass(frozen=True, slots=True)
class Exported:
    """How many questions were written, and where to."""

    gold: int
    open: int
    gold_file: Path
    open_file: Path


class Feedback:
    """What was said about the turns of `conversations`. Every method may be called from any thread."""

    def __init__(self, conversations: Conversations, settings: Settings) -> None:
        self.enabled = settings.feedback
        self._conversations = conversations

    def judge(self, turn_id: int, verdict: Verdict | None) -> None:
        """Keep what the user says about an answer; None takes it back. Raises SettingError when switched off."""
        if not self.enabled:
            raise SettingError("Feedback is switched off. To keep it, set ARTICLE_QA_FEEDBACK=true.")
        with writing(self._conversations.path, erasing=verdict is None) as connection:
            changed = connection.execute(
                "UPDATE turns SET verdict = ?, dismissed = 0 WHERE id = ?",
                (None if verdict is None else Verdict(verdict).value, turn_id),
            ).rowcount
        if not changed:
            raise ConversationNotFound(f"There is no turn {turn_id!r}; its conversation may have been deleted.")

    def judged(self) -> list[StoredTurn]:
        """Every turn about which something was said, the oldest first."""
        if not self.enabled:
            return []
        with reading(self._conversations.path) as connection:
            rows = connection.execute(f"{TURN} WHERE t.verdict IS NOT NULL ORDER BY t.id").fetchall()
        return [read_turn(row) for row in rows]

    def unanswered(self, limit: int | None = None) -> list[Unanswered]:
        """What the articles do not cover, the last asked first, at most `limit`.

        A question that was answered when it was asked again is not in it, nor one that was asked of a part of the
        articles only: another part may answer it.
        """
        if not self.enabled:
            return []
        with reading(self._conversations.path) as connection:
            rows = connection.execute(_LAST_ASKED, (-1 if limit is None else limit,)).fetchall()
        return [Unanswered(question, times, datetime.fromisoformat(asked)) for question, times, asked in rows]

    def clear(self) -> None:
        """Forget all that was said, and begin a new list of unanswered questions. Conversations stay."""
        with writing(self._conversations.path, erasing=True) as connection:
            connection.execute("UPDATE turns SET verdict = NULL, dismissed = 1")

    def export(self, file: str | Path) -> Exported:
        """Write the confirmed answers for `article-qa evaluate`, and apart from them what has no right answer yet.

        The second file lies beside the first, `feedback-open.jsonl` beside `feedback.jsonl`. Give its rows "answers"
        to make them gold as well. A file without a row is not written.
        """
        gold_file = Path(file).expanduser()
        open_file = gold_file.with_name(f"{gold_file.stem}-open{gold_file.suffix}")
        judged = self.judged()
        gold, still_open = gold_rows(judged), open_rows(judged, self.unanswered())
        for path, rows in ((gold_file, gold), (open_file, still_open)):
            if rows:
                _write_private(path, rows)
        return Exported(len(gold), len(still_open), gold_file, open_file)


def gold_rows(judged: Iterable[StoredTurn]) -> list[JsonObject]:
    """{"question", "answers"}: what users confirmed; no answers where they confirmed that the articles do not say.

    What was said last counts. A question that was asked of a part of the articles is left out: `evaluate` asks all of
    them.
    """
    right: dict[str, list[str]] = {}
    questions = dict[str, str]()
    for turn in (each for each in judged if not each.where):
        key, text = _key(turn), turn.answer.text
        questions[key] = turn.answer.question
        if turn.verdict is Verdict.WRONG_EVIDENCE:
            continue  # which says nothing about the words
        texts = [each for each in right.pop(key, []) if each != text]
        if turn.verdict is Verdict.RIGHT:
            right[key] = [*texts, text] if text else []
        elif texts:
            right[key] = texts
    return [{"question": questions[key], "answers": texts} for key, texts in right.items()]


def open_rows(judged: Iterable[StoredTurn], unanswered: Iterable[Unanswered]) -> list[JsonObject]:
    """{"question", "said", ...}: what was unanswered or wrong. Without "answers" no one can take them for gold."""
    judged = list(judged)
    confirmed = {folded(str(row["question"])) for row in gold_rows(judged)}
    rows: list[JsonObject] = [
        {
            "question": turn.answer.question,
            "said": turn.verdict,
            "given": turn.answer.text,
            "where": where_to_dict(turn.where),
        }
        for turn in judged
        if _key(turn) not in confirmed
    ]
    known = {_key(turn) for turn in judged if not turn.where}
    return rows + [
        {"question": each.question, "said": None, "given": "", "times": each.times}
        for each in unanswered
        if folded(each.question) not in known
    ]


def _key(turn: StoredTurn) -> str:
    return folded(turn.answer.question)


def feedback_to_dict(judged: Iterable[StoredTurn], unanswered: Iterable[Unanswered]) -> JsonObject:
    """The form of `article-qa feedback --json`: judged (turn, question, text, verdict), unanswered (question, ...)."""
    return {
        "format": FEEDBACK_FORMAT,
        "judged": [
            {"turn": turn.id, "question": turn.answer.question, "text": turn.answer.text, "verdict": turn.verdict}
            for turn in judged
        ],
        "unanswered": [
            {"question": each.question, "times": each.times, "last_asked": each.last_asked.isoformat()}
            for each in unanswered
        ],
    }


def _write_private(path: Path, rows: Iterable[JsonObject]) -> None:
    """All of it or nothing, and its owner's alone: questions may be confidential."""
    try:
        write_atomically(path, "".join(json.dumps(row) + "\n" for row in rows).encode(), 0o600)
    except OSError as error:
        raise ConversationError(f"{path} cannot be written: {error}. Choose a place of yours with room.") from error
