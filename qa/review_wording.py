"""What the shell says about conversations and feedback, as lines of text, pure; in the manner of `qa.cli.render`."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from qa.conversations.feedback import Exported, Unanswered
from qa.serialization.conversations import Conversation, StoredTurn, Verdict
from qa.text.display import clean, shortened

_SAID = {
    Verdict.RIGHT: "right",
    Verdict.WRONG_ANSWER: "wrong answer",
    Verdict.WRONG_EVIDENCE: "wrong evidence",
}
_QUESTION_CHARACTERS = 200


def conversation_line(conversation: Conversation, *, width: int | None) -> Text:
    """Id, day of the last change (UTC), turns and name: cut to `width`, or apart by tabs where it is None."""
    name, day = clean(conversation.name).strip() or "(no name)", f"{conversation.changed:%Y-%m-%d}"
    if width is None:
        return Text("\t".join((conversation.id, day, str(conversation.turns), name)), no_wrap=True)
    line = Text.assemble((conversation.id, "dim"), f"  {day}  {conversation.turns:>3}  ", name, no_wrap=True)
    line.truncate(width, overflow="ellipsis")
    return line


def feedback_lines(judged: Sequence[StoredTurn], unanswered: Sequence[Unanswered]) -> list[Text]:
    """What was said about answers, then the questions that the articles do not cover."""
    lines = []
    if judged:
        lines += [Text("What was said about answers", style="bold"), *map(_judged_line, judged)]
    if unanswered:
        lines += [*([Text()] if judged else []), Text("What your articles do not cover", style="bold")]
    for each in unanswered:
        times = f"  (asked {each.times} times)" if each.times > 1 else ""
        lines.append(Text.assemble(shortened(each.question, _QUESTION_CHARACTERS), (times, "dim")))
    return lines or [Text("Nothing was said about answers, and no question went unanswered.")]


def _judged_line(turn: StoredTurn) -> Text:
    said = _SAID[turn.verdict] if turn.verdict else ""
    given = f"“{shortened(turn.answer.text, 80)}”" if turn.answer.found else "not found"
    return Text(f"{said}:  {shortened(turn.answer.question, _QUESTION_CHARACTERS)}  {given}")


def exported_words(exported: Exported) -> str:
    """Where the questions went, and what each file is for."""
    parts = []
    if exported.gold:
        parts.append(
            f"{exported.gold:,} questions with what is right are in {exported.gold_file}: "
            f"article-qa evaluate {exported.gold_file}"
        )
    if exported.open:
        parts.append(f'{exported.open:,} without are in {exported.open_file}: add "answers" to what you know')
    return ". ".join(parts) + "." if parts else "There is nothing to export yet."
