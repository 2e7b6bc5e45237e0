"""The command of the shell that asks many questions at once. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console
from qa.cli.options import STOPPED, JsonOption, LibraryOption, opened_assistant
from qa.config import Settings

BATCH_FORMAT = "article-qa/batch/1"


def batch(
    file: Annotated[
        Path,
        typer.Argument(metavar="QUESTIONS", help="A CSV file with the column question; source, after, before filter."),
    ],
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="The table of answers: its name ends in .csv, .xlsx or .md.")
    ],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask a CSV of questions, into a table of answers.

    A row tells the answer, whether it is sure, possible or none, the sentence, the article, its date and address,
    and the offsets. Stopped, the next call goes on from there. Exit code 0: all asked; 3: an error; 130: stopped.
    """
    from qa.batch import answer_file

    try:
        with (
            opened_assistant(library, Settings.resolve()) as assistant,
            console.progress_bars(console.stderr()) as progress,
        ):
            answers = answer_file(assistant.ask, file, to, progress=progress)
    except KeyboardInterrupt:
        console.show_hint(f"Stopped. What was answered is in {to}. To go on, run the same command again.")
        raise typer.Exit(STOPPED) from None
    if as_json:
        console.print_json({"format": BATCH_FORMAT, "answers": [asdict(each) for each in answers]})
        return
    counts = Counter(each.certainty for each in answers)
    said = ", ".join(f"{counts[name]:,} {name}" for name in ("sure", "possible", "none") if counts[name])
    console.show_hint(f"{len(answers):,} questions asked: {said}. The answers are in {to}.")
