"""What is being done with the library as HTML: additions, removals, and what they left. Pure functions, no Gradio."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Failure, Progress, Report
from qa.text.display import shortened
from qa.work.jobs import Job
from ui.render.html import counted, escape, label, plain, source_name, tool_html
from ui.state.removals import Removal

MOST_FAILURES = 20  # told at once; all of them are in the list
NAME_CHARS = 80
_DOING = {"add": "Adding", "retry": "Trying again:", "compact": "Writing the library anew"}


def jobs_html(works: Sequence[Job], removals: Sequence[Removal], *, has_removed_text: bool, version: int) -> str:
    """All of it. `data-busy`: it will change by itself; `data-version` changes with the articles that are there."""
    busy = any(not work.ended for work in works) or any(each.state in ("waiting", "removing") for each in removals)
    parts = [job_html(work) for work in works]
    compacting = any(work.kind == "compact" and not work.ended for work in works)
    if has_removed_text and not busy and not compacting:
        parts.append(_lingers_html())
    if going := "".join(map(removal_html, removals)):
        parts.append(f'<div class="removals">{going}</div>')
    told = escape("; ".join(filter(None, [*map(_work_words, works), *map(_removal_words, removals)])))
    return f'<div data-busy="{int(busy)}" data-version="{version}" data-told="{told}">{"".join(parts)}</div>'


def job_html(work: Job) -> str:
    """A piece of work: waiting, on its way, or ended with what it did."""
    if work.ended:
        close = tool_html("Close", "close-work", work.key, hidden=f"what became of {_name(work.what)}")
        return f'<div class="work ended {work.state}"><div class="did">{_ended_html(work)}</div>{close}</div>'
    stopping = work.state == "stopping"
    stop = "" if stopping or work.kind == "compact" else tool_html("Stop", "stop-work", work.key, kind="tool")
    return (
        f'<div class="work"><div class="did"><p class="doing">{_heading_html(work)}</p>{_bar_html(work)}'
        f'<p class="how-far">{"Stopping …" if stopping else _steps_html(work)}</p></div>{stop}</div>'
    )


def _heading_html(work: Job) -> str:
    return _DOING[work.kind] if work.kind == "compact" else f"{_DOING[work.kind]} {label(_name(work.what))}"


def _bar_html(work: Job) -> str:
    name = escape(f"{_DOING[work.kind]} {_name(work.what)}")
    progress = _leading(work)
    if work.state == "waiting" or progress is None or not progress.total:
        return f'<progress aria-label="{name}"></progress>'
    return (
        f'<progress aria-label="{name}" max="{progress.total}" value="{min(progress.done, progress.total)}"></progress>'
    )


def _leading(work: Job) -> Progress | None:
    """What tells best how far it is: the passages, once it is known how many there will be."""
    return work.encoded if work.encoded and work.encoded.total else work.read


def _steps_html(work: Job) -> str:
    if work.state == "waiting":
        return "Waiting for what is before it"
    if work.kind == "compact":
        return "You can go on asking meanwhile."
    steps = [_read_words(work.read) if work.read else "Looking what is there"]
    if work.encoded:
        steps.append(f"{_of(work.encoded)} {'passage' if work.encoded.total == 1 else 'passages'} encoded")
    return " · ".join(steps)


def _read_words(progress: Progress) -> str:
    name = f": {label(shortened(source_name(progress.item), NAME_CHARS))}" if plain(progress.item) else ""
    if progress.total and progress.done >= progress.total:
        return f"{progress.total:,} of {progress.total:,} read"
    place = f"{progress.done + 1:,} of {progress.total:,}" if progress.total else f"{progress.done + 1:,}"
    return f"Reading {place}{name}"


def _of(progress: Progress) -> str:
    return f"{progress.done:,} of {progress.total:,}" if progress.total else f"{progress.done:,}"


def _ended_html(work: Job) -> str:
    if work.state == "failed":
        return f'<p class="error">{label(_name(work.what))}: {escape(work.error)}</p>'
    if work.state == "stopped":
        return f'<p class="done">{escape(_work_words(work))}</p>'
    if work.kind == "compact":
        return '<p class="done">Every trace of removed articles is gone from the library’s files.</p>'
    return report_html(work.report)


def report_html(report: Report) -> str:
    """What an addition did, and each source that could not be taken in, with the remedy."""
    summary = f'<p class="done">{escape(report_words(report))}</p>' if _counts(report) else ""
    return summary + failures_html(report.failed) or f'<p class="done">{report_words(report)}</p>'


def report_words(report: Report) -> str:
    """As in "2 articles added, 1 article already there."."""
    done = _counts(report)
    return f"{done[0].upper()}{done[1:]}." if done else "Nothing to add."


def _counts(report: Report) -> str:
    counts = (
        (len(report.added), "added"),
        (len(report.updated), "updated"),
        (report.unchanged, "already there"),
        (len(report.removed), "removed"),
    )
    return ", ".join(f"{counted(number)} {verb}" for number, verb in counts if number)


def failures_html(failures: Sequence[Failure]) -> str:
    """What could not be taken in, and why; "" for nothing."""
    if not failures:
        return ""
    items = "".join(
        f"<li><strong>{label(shortened(source_name(failure.source), NAME_CHARS))}</strong> {escape(failure.reason)} "
        f'<span class="remedy">{escape(failure.remedy)}</span></li>'
        for failure in failures[:MOST_FAILURES]
    )
    more = tool_html("Show all of them", "show-failed") if len(failures) > MOST_FAILURES else ""
    return f'<p class="failed">Could not be added: {len(failures):,}</p><ul class="failures">{items}</ul>{more}'


def removal_html(removal: Removal) -> str:
    """Articles on their way out, with the button that keeps them."""
    if removal.state == "failed":
        close = tool_html("Close", "close-work", removal.key)
        told = f"{counted(len(removal.ids))} could not be removed: {removal.error}"
        return f'<div class="work ended failed"><p class="error">{escape(told)}</p>{close}</div>'
    if removal.state == "removing":
        return f'<div class="work"><p>Removing {counted(len(removal.ids))} …</p></div>'
    if removal.state == "done":
        return ""
    return (
        f'<div class="work undoable" data-removal="{removal.key}"><div class="did"><p>{_removal_words(removal)}.</p>'
        '<p class="how-far">For ten seconds this can be undone. If the chat ends before that, they stay.</p></div>'
        f"{tool_html('Undo', 'undo', removal.key, kind='tool')}</div>"
    )


def _removal_words(removal: Removal) -> str:
    return "" if removal.state in ("done", "failed") else f"{counted(len(removal.ids))} removed"


def _work_words(work: Job) -> str:
    """What a screen reader says: only what stays as it is for a while."""
    if work.state == "stopped":
        return f"Stopped. {counted(work.kept)} of it {'is' if work.kept == 1 else 'are'} in the library."
    if work.state == "failed":
        return work.error
    if work.state == "done":
        failed = f" Could not be added: {len(work.report.failed)}." if work.report.failed else ""
        return ("Done." if work.kind == "compact" else report_words(work.report)) + failed
    return f"{_DOING[work.kind]} {_name(work.what) if work.kind != 'compact' else ''}".strip()


def _lingers_html() -> str:
    return (
        '<div class="work quiet"><p class="how-far">Words of articles that were removed or replaced may still be in '
        f"the library’s files.</p>{tool_html('Remove every trace now', 'erase', kind='tool')}</div>"
    )


def _name(what: str) -> str:
    return shortened(plain(what), NAME_CHARS)
