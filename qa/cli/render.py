"""What the shell says: answers, articles, reports, checks and figures as lines of text, pure.

Words of articles and questions are hostile until `clean`: they may hold escape sequences that move the
cursor, colour the screen or reorder the line. Every word here goes through it, and nothing is read as rich
markup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from qa.answering.verification import Check
from qa.datatypes import Answer, Article, Citation, Failure, Reason, Report, WatchEvent
from qa.samples import is_sample
from qa.text.display import clean, day, percent, shortened

if TYPE_CHECKING:
    from qa.answering.explanation import Explanation
    from qa.datatypes import Finding

REPEATS = 3  # shown of the other places of an answer
NEAREST = 3  # passages shown when nothing was found
NEAREST_CHARACTERS = 240

_FIGURES = {  # of an evaluation; what is not here is told by its name
    "examples": "questions",
    "answerable": "questions with an answer",
    "threshold": "least confidence of an answer",
    "hit_at_1": "right passage found first",
    "hit_at_5": "right passage in first 5",
    "hit_at_10": "right passage in first 10",
    "mrr": "mean reciprocal rank",
    "em": "exact match",
    "f1": "F1",
    "em_3": "exact match, best of 3 answers",
    "f1_3": "F1, best of 3 answers",
    "given": "answered, of the answerable",
    "withheld": "not found, of the unanswerable",
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
_REASONS = {
    Reason.NO_ARTICLES: "There are none yet. Add some: article-qa add FOLDER",
    Reason.NOTHING_RELEVANT: "Nothing in them is about this.",
    Reason.NOT_SURE: "Something may be about this, but no words answer it with enough confidence.",
}


def answer_lines(answer: Answer, *, styled: bool, filtered: bool = False) -> list[Text]:
    """The answer first, then its evidence, then further answers; or that there is none, and what came near.

    The exact words are bold in their sentence; without styles they stand in Markdown's `**`. `filtered` tells
    that the question was put to a part of the library only.
    """
    if not answer.found:
        return _not_found_lines(answer, filtered=filtered)
    best, *further = answer.citations
    lines = [
        Text(clean(best.quote).strip(), style="bold"),
        Text(f"{percent(answer.confidence)} sure", style="dim"),
        Text(),
        *_citation_lines(best, styled=styled),
    ]
    if further:
        lines += [Text(), Text("Other answers", style="bold")]
    for citation in further:
        lines += [
            Text(),
            Text.assemble((clean(citation.quote).strip(), "bold"), f" ({percent(citation.confidence)} sure)"),
            *_citation_lines(citation, styled=styled),
        ]
    if any(is_sample(citation.source) for citation in answer.citations):
        lines += [Text(), Text("From the sample articles. Add your own: article-qa add FOLDER", style="dim")]
    return lines


def _citation_lines(citation: Citation, *, styled: bool) -> list[Text]:
    return [
        _marked(citation, styled=styled),
        *_place(citation, citation.start, citation.end),
        *_repeat_lines(citation),
    ]


def _repeat_lines(citation: Citation) -> list[Text]:
    """Where else it stands: in the same article, and the first place in each other one; a few of each."""
    there = [f"{one.start}–{one.end}" for one in citation.repeats if one.article_id == citation.article_id]
    others: dict[str, Citation] = {}
    for repeat in citation.repeats:
        if repeat.article_id != citation.article_id:
            others.setdefault(repeat.article_id, repeat)
    lines = []
    if there:
        more = f" and {len(there) - REPEATS:,} more" if len(there) > REPEATS else ""
        lines.append(Text("Also there: characters " + ", ".join(there[:REPEATS]) + more))
    for other in list(others.values())[:REPEATS]:
        lines += _place(other, other.start, other.end, before="Also in: ")
    if len(others) > REPEATS:
        lines.append(Text(f"Also in {len(others) - REPEATS:,} more articles"))
    return lines


def _marked(citation: Citation, *, styled: bool) -> Text:
    """The sentence with the exact words marked, by their offsets."""
    start = citation.start - citation.context_start
    end = citation.end - citation.context_start
    mark = "" if styled else "**"
    return Text.assemble(
        clean(citation.context[:start]).lstrip(),
        (f"{mark}{clean(citation.quote)}{mark}", "bold reverse"),
        clean(citation.context[end:]).rstrip(),
    )


def _place(cited: Citation | Article, start: int, end: int, before: str = "") -> list[Text]:
    """Title and date, then address and offsets."""
    title = clean(cited.title).strip() or "(no title)"
    address = clean(cited.url or cited.source).strip()
    return [
        Text(f"{before}{title} · {day(cited.published)}"),
        Text(f"{address} · characters {start}–{end}", style="dim", no_wrap=True),
    ]


def _not_found_lines(answer: Answer, *, filtered: bool) -> list[Text]:
    lines = [Text("Your articles don't say.", style="bold")]
    if answer.reason is Reason.NO_ARTICLES and filtered:
        lines.append(Text("None of them matches the filter; `article-qa list` shows them all."))
    elif answer.reason:
        lines.append(Text(_REASONS[answer.reason]))
    if answer.passages:
        lines += [Text(), Text("The nearest passages, which are no answer:", style="dim")]
    for retrieved in answer.passages[:NEAREST]:
        start, end = retrieved.passage.start, retrieved.passage.end
        nearest = Text(shortened(retrieved.text, NEAREST_CHARACTERS))
        lines += [Text(), nearest, *_place(retrieved.article, start, end)]
    return lines


def explanation_lines(explanation: Explanation) -> list[Text]:
    """Why this answer or none, and each passage that was read with its ranks and the reader's bar."""
    lines = [Text(), Text("How", style="bold"), *(Text(clean(sentence)) for sentence in explanation.sentences)]
    for line in explanation.passages:
        if line.read:
            passage = line.found.passage
            cited = " · answer " + ", ".join(map(str, line.citations)) if line.citations else ""
            ranks = f"{bar(line.reader or 0.0)}  {line.rank}{cited}"
            title = clean(line.found.article.title).strip() or "(no title)"
            place = (f"{title} · characters {passage.start}–{passage.end}", "dim")
            lines.append(Text.assemble(f"{line.number:>3} {ranks} · ", place))
    if more := sum(not line.read for line in explanation.passages):
        lines.append(Text(f"{more:,} more found, but not read.", style="dim"))
    return lines


def bar(share: float) -> str:
    """Ten cells, as many of them full as the share says."""
    full = round(10 * min(max(share, 0.0), 1.0))
    return "█" * full + "·" * (10 - full)


def article_line(article: Article, *, width: int | None) -> Text:
    """Id, date, title and source: in columns that fit `width`, or apart by tabs where it is None."""
    published = article.published.isoformat() if article.published else "undated"
    title, source = clean(article.title).strip(), clean(article.source)
    if width is None:
        return Text("\t".join((article.id, published, title, source)), no_wrap=True)
    left = max(width - len(article.id) - 10 - 3 * 2, 20)
    columns = [Text(article.id, style="dim"), Text(published), Text(title), Text(source, style="dim")]
    for column, cells in zip(columns, (len(article.id), 10, left * 3 // 5, left - left * 3 // 5), strict=True):
        column.truncate(cells, overflow="ellipsis", pad=True)
    return Text("  ", no_wrap=True).join(columns)


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
    return Text.assemble(
        ("failed: ", "red"),
        f"{clean(failure.source)}: {clean(failure.reason)} {clean(failure.remedy)}".strip(),
    )


def check_lines(checks: Sequence[Check]) -> list[Text]:
    """Each quote with its verdict and what is wrong with it; the count comes last."""
    lines = [line for check in checks for line in _one_check_lines(check)]
    if not checks:
        return [Text("No quotes to check: these answers found nothing.")]
    return [*lines, Text(f"Quotes that hold: {sum(check.holds for check in checks)} of {len(checks)}.")]


def _one_check_lines(check: Check) -> list[Text]:
    verdict = Text("holds   ", style="green") if check.holds else Text("does not hold   ", style="red")
    place = f"  {shortened(check.title, 60)} [{clean(check.article_id)}, {check.start}:{check.end}]"
    line = Text.assemble(verdict, f"“{shortened(check.quote, 80)}”", (place, "dim"))
    return [line] if check.problem is None else [line, Text(f"  {check.problem}")]


def finding_lines(findings: Sequence[Finding]) -> list[Text]:
    """What was looked at in a library, one a line, and what it comes to."""
    lines = []
    for each in findings:
        verdict = ("sound ", "green") if each.sound else ("mended", "yellow") if each.mended else ("wrong ", "red")
        lines.append(Text.assemble(verdict, f"  {each.check:<16}", (clean(each.detail), "dim" if each.sound else "")))
    wrong = sum(not (each.sound or each.mended) for each in findings)
    return [*lines, Text(f"Not in order: {wrong}." if wrong else "Everything is in order.")]


def figure_lines(file: str, figures: Mapping[str, object]) -> list[Text]:
    """The figures of one evaluation, one a line; lists are for programs and left out."""
    lines = [Text(clean(file), style="bold")]
    for name, figure in figures.items():
        if isinstance(figure, list | tuple | dict):
            continue
        shown = "-" if figure is None else f"{figure:.3f}" if isinstance(figure, float) else str(figure)
        lines.append(Text(f"  {_FIGURES.get(name, name.replace('_', ' ')):<34}{shown:>10}"))
    return lines
