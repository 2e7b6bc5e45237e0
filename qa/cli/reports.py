"""What the shell says about changes, checks, figures, conversations and feedback: lines of text, pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from qa.datatypes import Failure, Finding, Report, WatchEvent
from qa.text.display import clean, shortened

if TYPE_CHECKING:
    from qa.answering.verification import Check
    from qa.conversations.feedback import Exported, Unanswered
    from qa.serialization.conversations import Conversation, StoredTurn
    from qa.watchlist.store import News, WatchedQuestion

_FIGURES = {  # of an evaluation; what is not here is told by its name
    "examples": "questions",
    "answerable": "questions with an answer",
    "threshold": "least confidence of a sure answer",
    "hit_at_1": "right passage found first",
    "hit_at_5": "right passage in first 5",
    "hit_at_10": "right passage in first 10",
    "mrr": "mean reciprocal rank",
    "em": "exact match",
    "f1": "F1",
    "em_3": "exact match, best of 3 answers",
    "f1_3": "F1, best of 3 answers",
    "given": "surely answered, of the answerable",
    "withheld": "not surely, of the unanswerable",
    "shown": "shown at all, of the answerable",
    "shown_unanswerable": "shown at all, of the unanswerable",
    "sure_right": "right, of the sure answers",
    "em_all": "exact match, all questions",
    "f1_all": "F1, all questions",
    "best_f1_all": "F1, all, best threshold",
    "best_threshold": "best threshold",
    "aurc": "risk over coverage (AURC)",
    "ece_right": "calibration error (ECE)",
    "ece_em": "calibration error, exact match",
    "contained": "right answer within the first, none withheld",
    "contained_3": "right answer within one of the first 3, none withheld",
    "em_candidate": "exact match, none withheld",
    "f1_candidate": "F1, none withheld",
    "hit_at_read": "right passage among those read",
    "read_passages": "passages read",
    "missing_articles": "articles missing in the library",
}
_SAID = {  # by `Verdict`
    "right": "right",
    "wrong_answer": "wrong answer",
    "wrong_evidence": "wrong evidence",
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


def watched_line(question: WatchedQuestion) -> Text:
    """Id, the day on which it was saved (UTC), the question, and its filter."""
    from qa.serialization.filters import where_chips  # only where one is shown

    chips = ", ".join(where_chips(question.where))
    line = "\t".join((question.id, f"{question.saved:%Y-%m-%d}", clean(question.question), clean(chips)))
    return Text(line.rstrip("\t"), no_wrap=True)


def news_heading(news: News) -> list[Text]:
    """The question, and how many answers are new."""
    count = len(news.answer.shown)
    told = f"{count} new answer{'s' * (count > 1)}"
    return [Text(), Text.assemble((shortened(news.answer.question, _QUESTION_CHARACTERS), "bold"), f"  {told}")]


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
    given = f"“{shortened(turn.answer.best.quote, 80)}”" if turn.answer.best else "not found"
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


def report_line(report: Report, unchanged: str = "unchanged") -> Text:
    """`2 added, 1 updated, 40 unchanged, 1 failed`; what did not happen is left out."""
    counts = {
        "added": len(report.added),
        "updated": len(report.updated),
        "removed": len(report.removed),
        unchanged: report.unchanged,
        "failed": len(report.failed),
    }
    happened = [f"{count:,} {name}" for name, count in counts.items() if count]
    return Text((", ".join(happened) or "Nothing to do") + ".")


def happening_lines(event: WatchEvent) -> list[Text]:
    """What failed, then what was done, or is to be known, on one line."""
    failed = event.report.failed if event.report else ()
    done = report_line(event.report).plain if event.report else ""
    line = Text(" ".join(filter(None, (f"{clean(event.source)}:", done, clean(event.note)))))
    return [*map(failure_line, failed), line]


def failure_line(failure: Failure) -> Text:
    """What could not be taken in, why, and what to do."""
    return Text.assemble(
        ("failed: ", "red"),
        f"{clean(failure.source)}: {clean(failure.reason)} {clean(failure.remedy)}".strip(),
    )


def check_lines(checks: Sequence[Check]) -> list[Text]:
    """Each quote with its verdict and what is wrong with it; the count and what it was compared with come last."""
    lines = [line for check in checks for line in _one_check_lines(check)]
    if not checks:
        return [Text("No quotes to check: these answers found nothing.")]
    return [*lines, *map(Text, _count_lines(checks))]


def _count_lines(checks: Sequence[Check]) -> list[str]:
    from qa.answering.verification import Basis  # only where there are checks to show

    held = Counter(check.basis for check in checks if check.holds)
    where = ((Basis.LIBRARY, "in the library"), (Basis.CARRIED, "in the text carried along with the file"))
    places = ", ".join(f"{held[basis]:,} {words}" for basis, words in where if held[basis])
    count = f"Quotes that hold: {held.total():,} of {len(checks):,}" + (f" ({places})." if places else ".")
    if not held[Basis.CARRIED]:
        return [count]
    return [count, "A text carried along says nothing of where it is from; --library compares with a library of yours."]


def _one_check_lines(check: Check) -> list[Text]:
    verdict = Text("holds   ", style="green") if check.holds else Text("does not hold   ", style="red")
    place = f"  {shortened(check.title, 60)} [{clean(check.article_id)}, {check.start}:{check.end}]"
    line = Text.assemble(verdict, f"“{shortened(check.quote, 80)}”", (place, "dim"))
    return [line] if check.problem is None else [line, Text(f"  {check.problem}")]


def finding_lines(findings: Sequence[Finding]) -> list[Text]:
    """What was looked at in a library, one a line, and what it comes to."""
    lines = []
    for each in findings:
        detail = clean(each.detail), "dim" if each.sound else ""
        lines.append(Text.assemble(_verdict(each), f"  {each.check:<16}", detail))
    wrong = sum(not (each.sound or each.mended) for each in findings)
    return [*lines, Text(f"Not in order: {wrong}." if wrong else "Everything is in order.")]


def _verdict(finding: Finding) -> tuple[str, str]:
    if finding.check == "machine":
        return "note  ", "cyan"
    return ("sound ", "green") if finding.sound else ("mended", "yellow") if finding.mended else ("wrong ", "red")


def plain_lines(sentences: Iterable[str]) -> list[Text]:
    """Sentences of our own, each on a line below a heading."""
    return [Text(f"  {sentence}") for sentence in sentences]


def figure_lines(file: str, figures: Mapping[str, object]) -> list[Text]:
    """The figures of one evaluation, one a line; lists are for programs and left out."""
    lines = [Text(clean(file), style="bold")]
    for name, figure in figures.items():
        if isinstance(figure, list | tuple | dict):
            continue
        shown = "-" if figure is None else f"{figure:.3f}" if isinstance(figure, float) else str(figure)
        lines.append(Text(f"  {_FIGURES.get(name, name.replace('_', ' ')):<34}{shown:>10}"))
    return lines
