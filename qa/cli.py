"""The `article-qa` command: wiring only; words come from `qa.wording`, JSON from `qa.export`.

Exit codes: 0 found, or all went well; 1 not found, some sources failed, or some quotes do not hold; 2 wrong
usage; 3 an error, told in one line on stderr; 130 stopped by Ctrl-C. Answers and `--json` go to stdout, progress,
failures and hints to stderr.
"""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from qa import terminal, wording
from qa.config import Settings
from qa.datatypes import Failure, ProgressCallback, Report, Where
from qa.errors import QAError
from qa.export import FormatError, answer_to_dict, article_to_dict, checks_to_dict, read_answers, verify_answer
from qa.options import FromOption, JsonOption, LibraryOption, SourceOption, ToOption

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

NOT_FOUND, INCOMPLETE, ERROR, STOPPED = 1, 1, 3, 130
EVALUATION_FORMAT = "article-qa/evaluation/1"

app = typer.Typer(
    name="article-qa",
    help="Ask questions of your own articles; get the exact words that answer, and where they stand.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def article_qa(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        import qa

        typer.echo(f"article-qa {qa.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question; - reads it from stdin.")],
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    article: Annotated[
        list[str] | None,
        typer.Option("--article", metavar="ID", help="Only the article with this id. Can be repeated."),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(min=0.0, max=1.0, help="The least confidence of an answer, 0 to 1; higher is stricter."),
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with the exact words of your articles.

    Exit code 0: found; 1: your articles don't say; 3: an error.
    """
    where = _where(published_from, published_to, source, article)
    asked = sys.stdin.read() if question == ["-"] else " ".join(question)
    settings = Settings.resolve(threshold=threshold)
    with _assistant(library, settings) as assistant:
        answer = assistant.ask(asked.strip(), where=where or None)
    if as_json:
        terminal.print_json(answer_to_dict(answer))
    else:
        out = terminal.stdout()
        styled = out.is_terminal and not out.is_dumb_terminal
        terminal.show(out, *wording.answer_lines(answer, styled=styled, filtered=bool(where)))
    if not answer.found:
        raise typer.Exit(NOT_FOUND)


@app.command()
def add(
    sources: Annotated[
        list[str] | None,
        typer.Argument(metavar="SOURCE", help="Files, folders, web pages (http, https) and feeds."),
    ] = None,
    retry: Annotated[bool, typer.Option("--retry", help="Try again what failed before.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put articles into the library, or bring them up to date; what has not changed costs nothing.

    What failed is remembered (`list --failed`) and tried again when it has changed, or with --retry.
    Exit code 0: all went in; 1: some failed and are listed; 3: an error; 130: stopped, what is in stays.
    """
    if retry == bool(sources):
        raise typer.BadParameter("Give files, folders or addresses, or --retry.")
    if retry:
        _add(library, lambda opened, progress: opened.retry(progress=progress), as_json=as_json)
    else:
        _add(library, lambda opened, progress: opened.add(sources or (), progress=progress), as_json=as_json)


@app.command()
def sync(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder to mirror.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the library mirror a folder: new and changed files go in, deleted ones go out.

    Articles from elsewhere stay as they are. Exit codes are those of `add`.
    """
    _add(library, lambda opened, progress: opened.sync(folder, progress=progress), as_json=as_json)


@app.command()
def rebuild(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """Make passages, vectors and indexes anew, after another model or other settings were chosen.

    The library answers from the old ones until the new ones are complete.
    """
    with _library(library) as opened:
        try:
            with terminal.progress_bars(terminal.stderr()) as progress:
                report = opened.rebuild(progress=progress)
        except KeyboardInterrupt:
            terminal.show_hint("Stopped. The library is as it was before; the next rebuild goes on from here.")
            raise typer.Exit(STOPPED) from None
    terminal.show_report(report, as_json=as_json, unchanged="rebuilt")
    if report.failed:
        raise typer.Exit(INCOMPLETE)


@app.command()
def doctor(
    repair: Annotated[
        bool, typer.Option("--repair/--no-repair", help="Make derived files anew that are wrong.")
    ] = True,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check everything in the library: texts, passages, vectors, indexes, leftovers.

    Articles are never changed. Exit code 0: all is in order, or is now; 1: something is not; 3: an error.
    """
    with _library(library) as opened, terminal.progress_bars(terminal.stderr()) as progress:
        findings = opened.examine(repair=repair, progress=progress)
    if as_json:
        terminal.print_json([asdict(each) for each in findings])
    else:
        terminal.show(terminal.stdout(), *wording.finding_lines(findings))
    if not all(each.sound or each.mended for each in findings):
        raise typer.Exit(INCOMPLETE)


@app.command()
def export(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The archive to write, such as library.zip.")],
    vectors: Annotated[bool, typer.Option("--vectors/--no-vectors", help="Smaller without; then made anew.")] = True,
    library: LibraryOption = None,
) -> None:
    """Write the whole library as one ZIP of plain files: a backup, or a way to another machine."""
    with _library(library) as opened:
        with terminal.progress_bars(terminal.stderr()) as progress:
            count = opened.export(file, vectors=vectors, progress=progress)
        terminal.show_hint(f"{count:,} articles are in {file}. To take them in elsewhere: article-qa import {file}")


@app.command("import")
def import_archive(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `export` wrote.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take in an exported library; what is here already stays, and the same text is kept once.

    Exit codes are those of `add`.
    """
    _add(library, lambda opened, progress: opened.import_archive(file, progress=progress), as_json=as_json)


@app.command()
def remove(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids, as `list` shows them.")] = None,
    source: SourceOption = None,
    samples: Annotated[bool, typer.Option("--samples", help="All sample articles.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take articles out of the library: by id, all of a source, or the samples.

    `list --source SOURCE` shows beforehand what `remove --source SOURCE` would take out.
    Exit code 0: removed; 1: nothing to remove, or an id was unknown; 3: an error.
    """
    if not (ids or source or samples):
        raise typer.BadParameter("Give ids, --source or --samples.")
    from qa.samples import remove_samples

    with _library(library) as opened:
        chosen = dict.fromkeys(ids or ())
        if source:
            chosen |= dict.fromkeys(article.id for article in opened.articles(Where(sources=tuple(source))))
        report = opened.remove(list(chosen)) if chosen else Report()
        if samples:
            report = replace(report, removed=(*report.removed, *remove_samples(opened).removed))
    terminal.show_report(report, as_json=as_json)
    if report.failed or not report.removed:
        raise typer.Exit(NOT_FOUND)


@app.command("list")
def list_articles(
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="What could not be taken in instead, and why.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the articles, newest first: id, date, title and source; apart by tabs in a pipe."""
    where = _where(published_from, published_to, source)
    if failed and where:
        raise typer.BadParameter("--failed lists all that failed: leave out --from, --to and --source.")
    out = terminal.stdout()
    with _library(library) as opened:
        if failed:
            _list_failed(opened.failures()[:limit], as_json=as_json)
            return
        articles = opened.articles(where or None, limit=limit)
        if as_json:
            terminal.print_json([article_to_dict(article) for article in articles])
            return
        width = out.width if out.is_terminal else None
        for article in articles:
            terminal.show(out, wording.article_line(article, width=width))
        if out.is_terminal:
            terminal.show_hint(f"{len(opened):,} articles in {opened.path}")


def _list_failed(failures: Sequence[Failure], *, as_json: bool) -> None:
    if as_json:
        terminal.print_json([asdict(failure) for failure in failures])
        return
    terminal.show(terminal.stdout(), *map(wording.failure_line, failures))
    terminal.show_hint("To try them again: article-qa add --retry" if failures else "Nothing has failed.")


@app.command()
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Questions with right answers, .jsonl or .jsonl.gz, SQuAD-style rows."),
    ],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure how well the library answers questions whose right answers are known.

    A row is {"question": "...", "answers": ["...", ...]}; without answers, "not found" is the right reply.
    """
    from qa.evaluation import evaluate_end_to_end, read_examples

    examples = {file: read_examples(file) for file in files}
    results = {}
    with _assistant(library, Settings.resolve()) as assistant:
        for file in files:
            with terminal.progress_bars(terminal.stderr()) as progress:
                results[str(file)] = asdict(evaluate_end_to_end(assistant, examples[file], progress))
    if as_json:
        terminal.print_json({"format": EVALUATION_FORMAT, "files": results})
        return
    for name, figures in results.items():
        terminal.show(terminal.stdout(), *wording.figure_lines(name, figures))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `ask --json` printed, once or often; - is stdin.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check that every quote of saved answers stands in its article, word for word.

    Exit code 0: every quote holds; 1: some do not; 3: an error.
    """
    answers = read_answers(_read_text(file))
    if not answers:
        raise FormatError(f"{file}: there is no answer in it; give what `article-qa ask --json` printed.")
    with _library(library) as opened:
        checks = [check for answer in answers for check in verify_answer(answer, opened.article)]
    if as_json:
        terminal.print_json(checks_to_dict(checks))
    else:
        terminal.show(terminal.stdout(), *wording.check_lines(checks))
    if not all(check.holds for check in checks):
        raise typer.Exit(INCOMPLETE)


@app.command()
def chat(
    host: Annotated[str, typer.Option(help="The address to listen on; the default is reachable from here only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 7860,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    library: LibraryOption = None,
) -> None:
    """Open the chat in the browser. It runs until Ctrl-C."""
    with _assistant(library, Settings.resolve()) as assistant:
        from ui.app import serve

        serve(assistant, host=host, port=port, open_browser=browser)


# what they share


def _where(
    published_from: date | None,
    published_to: date | None,
    source: list[str] | None,
    article: list[str] | None = None,
) -> Where:
    if published_from and published_to and published_from > published_to:
        raise typer.BadParameter(f"--from {published_from} is later than --to {published_to}.")
    return Where(published_from, published_to, tuple(source or ()), tuple(article or ()))


def _library(path: Path | None) -> AbstractContextManager[Library]:
    from qa.library import Library

    return Library.open(path, Settings.resolve())


def _assistant(path: Path | None, settings: Settings) -> AbstractContextManager[Assistant]:
    from qa.assistant import Assistant

    with terminal.progress_bars(terminal.stderr()) as progress:  # of the sample articles, the first time
        return Assistant.open(path, settings=settings, progress=progress)


def _add(path: Path | None, work: Callable[[Library, ProgressCallback], Report], *, as_json: bool) -> None:
    """Open the library, let `work` change it under progress bars, and tell what came of it."""
    from qa.samples import holds_samples

    with _library(path) as library:
        before = len(library)
        try:
            with terminal.progress_bars(terminal.stderr()) as progress:
                report = work(library, progress)
        except KeyboardInterrupt:
            terminal.show_stopped(len(library) - before, len(library))
            raise typer.Exit(STOPPED) from None
        has_samples = holds_samples(library)
    terminal.show_report(report, as_json=as_json)
    if has_samples and not as_json:
        terminal.show_hint("The sample articles are in here too; to take them out: article-qa remove --samples")
    if report.failed:
        raise typer.Exit(INCOMPLETE)


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{file}: cannot be read ({error}); give what `article-qa ask --json` printed.") from error


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command and exit; an error becomes one line and code 3, never the code of "not found"."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter is no reason to fail
    try:
        app(args=None if arguments is None else list(arguments), prog_name="article-qa")
    except KeyboardInterrupt:  # outside a command's own handling: while it starts or ends
        raise SystemExit(STOPPED) from None
    except (QAError, OSError) as error:
        terminal.show_error(str(error))
    except Exception:  # noqa: BLE001  # a bug: Python's own exit code would say "not found"
        traceback.print_exc()
    finally:
        # An interrupt that passed through an `exec`, such as a dataclass's, makes `python -m` die of SIGINT in the end,
        # whatever the exit code. Evaluating anything takes that back.
        exec("")  # noqa: S102
    raise SystemExit(ERROR)
