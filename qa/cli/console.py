"""Printing for people and for programs: stdout, stderr and progress bars.

People get the lines of `qa.cli.render`: styled and wrapped on a terminal, plain and unwrapped in a pipe.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from rich.console import Console
from rich.text import Text

from qa.cli.reports import failure_line, report_line
from qa.datatypes import Progress, ProgressCallback, Report
from qa.serialization.answers import report_to_dict
from qa.text.display import clean

PROSE_WIDTH = 100  # columns; longer lines are hard to read
_STAGES = {"read": "Reading", "encode": "Encoding", "index": "Indexing", "ask": "Asking"}


def stdout() -> Console:
    """Where results go; nothing in them is taken for markup."""
    return Console(highlight=False, markup=False, emoji=False)


def stderr() -> Console:
    """Where hints and errors go; nothing in them is taken for markup."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)


def print_json(value: object) -> None:
    """On one line and in ASCII, so that neither a terminal nor a pipe can misread it."""
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def print_raw(text: str) -> None:
    """For a file or another program: as it is, with a line break at its end; nothing for no text."""
    if text:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()


def show(console: Console, *lines: Text) -> None:
    """Print lines. A terminal wraps prose, but not what is to be copied (`no_wrap`); a pipe gets them as they are."""
    for line in lines:
        if not console.is_terminal:
            console.file.write(line.plain + "\n")
        elif line.no_wrap:
            console.print(line, soft_wrap=True)
        else:
            console.print(line, width=min(console.width, PROSE_WIDTH))


def show_report(report: Report, *, as_json: bool, unchanged: str = "unchanged") -> None:
    """The counts on stdout, each failure with its remedy on stderr; as JSON both are one object on stdout.

    `unchanged` is the word for the articles that stayed the same.
    """
    if as_json:
        print_json(report_to_dict(report))
        return
    show(stderr(), *(failure_line(failure) for failure in report.failed))
    show(stdout(), report_line(report, unchanged))


def show_hint(hint: str) -> None:
    """Print what may help next, dimmed, to the standard error."""
    show(stderr(), Text(clean(hint), style="dim"))


def show_stopped(more: int, articles: int) -> None:
    """That Ctrl-C lost nothing that was finished: `more` articles than before, `articles` in all."""
    counts = f"Articles in the library: {articles:,}" + (f", {more:,} of them new." if more > 0 else ".")
    show_hint(f"Stopped. {counts} To go on, run the same command again: what is in costs nothing.")


def show_error(message: str) -> None:
    """Print what went wrong to the standard error."""
    show(stderr(), Text.assemble(("error: ", "bold red"), clean(message)))


class PassingBars:
    """Progress bars of work that comes and goes: there from its first step until `close`."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown = ExitStack()
        self._step: ProgressCallback | None = None

    def __call__(self, progress: Progress) -> None:
        """Show how far the work is."""
        if self._step is None:
            self._step = self._shown.enter_context(progress_bars(self._console))
        self._step(progress)

    def close(self) -> None:
        """Take the bar off the screen."""
        self._shown.close()
        self._step = None


@contextmanager
def progress_bars(console: Console) -> Iterator[ProgressCallback]:
    """A bar for each stage with rate and time left, on `console` if that is a terminal; gone at the end."""
    from rich import progress as bars

    columns = (
        bars.TextColumn("{task.description}", markup=False),
        bars.BarColumn(),
        bars.MofNCompleteColumn(),
        bars.TextColumn("{task.fields[rate]}", markup=False),
        bars.TimeRemainingColumn(),
    )
    with bars.Progress(*columns, console=console, disable=not console.is_terminal, transient=True) as shown:
        tasks: dict[str, bars.TaskID] = {}

        def step(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = shown.add_task(_STAGES[progress.stage], rate="", total=progress.total)
            task = tasks[progress.stage]
            speed = next(known.speed for known in shown.tasks if known.id == task)
            rate = f"{speed:,.0f}/s" if speed else ""
            shown.update(task, completed=progress.done, total=progress.total, rate=rate)

        yield step
