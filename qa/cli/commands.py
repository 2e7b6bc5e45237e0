"""The `article-qa` command: wiring only; words come from `qa.cli.render`, JSON from `qa.serialization.answers`.

What changes the library is in `qa.cli.library_commands`, what looks back in `qa.cli.history_commands`.

Exit codes: 0 found, or all went well; 1 not found, nothing to remove or an id unknown, some sources failed, some quotes
do not hold, or the doctor found what it could not mend; 2 wrong usage; 3 an error, told in one line on stderr; 130
stopped by Ctrl-C. Answers and `--json` go to stdout, progress,
failures and hints to stderr.
"""

from __future__ import annotations

import io
import sys
import traceback
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from qa.accounts.admission import Choices
from qa.accounts.proxies import Proxies
from qa.cli import (
    accounts_commands,
    backup_commands,
    batch_command,
    check_command,
    console,
    history_commands,
    library_commands,
    mcp_command,
    quotes_command,
    render,
    reports,
    serve_command,
    tag_command,
    timeline_command,
    watch_questions_command,
)
from qa.cli.options import (
    ERROR,
    NOT_FOUND,
    STOPPED,
    UNSURE,
    AnyTimeOption,
    CarryOption,
    FormatOption,
    FromOption,
    InsecureOption,
    JsonOption,
    KindOption,
    LibraryOption,
    ReadOnlyOption,
    RootPathOption,
    SheetOption,
    SourceOption,
    TagOption,
    ThresholdOption,
    ToOption,
    TrustedProxyOption,
    UserHeaderOption,
    check_carry,
    opened_assistant,
    opened_library,
    where_filter,
    write_sheet,
)
from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import QAError
from qa.serialization.answers import answer_to_dict, article_to_dict, cited_articles

if TYPE_CHECKING:
    from qa.library import Library

EVALUATION_FORMAT = "article-qa/evaluation/1"

ASK, ARTICLES, UPKEEP, SERVE = "Ask", "Articles", "Upkeep", "Serve"

app = typer.Typer(
    name="article-qa",
    help="Ask questions of your own articles; get the exact words that answer, and where they stand.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


@app.callback(invoke_without_command=True)
def article_qa(  # noqa: D103 - a docstring would become the text of --help, which `app` has
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    if version:
        import qa

        typer.echo(f"article-qa {qa.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(rich_help_panel=ASK)
def ask(
    question: Annotated[list[str], typer.Argument(metavar="QUESTION", help="The question; - reads it from stdin.")],
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    article: Annotated[
        list[str] | None,
        typer.Option("--article", metavar="ID", help="Only the article with this id. Can be repeated."),
    ] = None,
    tag: TagOption = None,
    kind: KindOption = None,
    any_time: AnyTimeOption = False,
    threshold: ThresholdOption = None,
    show_how: Annotated[
        bool, typer.Option("--show-how", help="Also show what was considered, and why this is the answer or none is.")
    ] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, to be passed on.")] = False,
    form: FormatOption = None,
    carry: CarryOption = False,
    sheet: SheetOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question with the exact words of your articles.

    Exit code 0: found; 1: your articles don't say; 4: only places that may answer; 3: an error.
    """
    from qa.answering.explanation import explain_answer, explanation_to_dict
    from qa.serialization.evidence_sheet import evidence_sheet
    from qa.serialization.markdown import answer_to_markdown
    from qa.serialization.quote_formats import quotes_with_source

    check_carry(carry, as_json=as_json)
    where = where_filter(published_from, published_to, source, article, tag)
    asked = sys.stdin.read() if question == ["-"] else " ".join(question)
    settings = Settings.resolve(threshold=threshold)
    with opened_assistant(library, settings) as assistant:
        answer = assistant.ask(asked.strip(), where=where or None, kind=kind, any_time=any_time)
        articles = {"articles": cited_articles([answer], assistant.library.article)} if carry else {}
        cited = {each.article_id: assistant.library.article(each.article_id) for each in answer.shown} if form else {}
        if sheet:
            write_sheet(sheet, evidence_sheet([answer], assistant.library.article))
    how = explain_answer(answer, settings, where) if show_how else None
    if as_json:
        explanation = {"explanation": explanation_to_dict(how)} if how else {}
        console.print_json(answer_to_dict(answer) | explanation | articles)
    elif form:
        console.print_raw(quotes_with_source(answer.citations or answer.possible, form, cited))
    elif markdown:
        typer.echo(answer_to_markdown(answer), nl=False)
    else:
        out = console.stdout()
        styled = out.is_terminal and not out.is_dumb_terminal
        console.show(out, *render.answer_lines(answer, styled=styled, filtered=bool(where)))
        if how:
            console.show(out, *render.explanation_lines(how))
    if not (answer.found or answer.is_told):
        raise typer.Exit(UNSURE if answer.possible else NOT_FOUND)


app.command(rich_help_panel=ASK)(quotes_command.quotes)
app.command(rich_help_panel=ASK)(timeline_command.timeline)
app.command(rich_help_panel=ASK)(batch_command.batch)
app.command(rich_help_panel=ASK)(check_command.check)
app.command(rich_help_panel=ASK)(watch_questions_command.watch_questions)
app.command(rich_help_panel=ASK)(history_commands.verify)
app.command(rich_help_panel=ASK)(history_commands.conversations)
app.command(rich_help_panel=ASK)(history_commands.conversation)
app.command(rich_help_panel=ASK)(history_commands.feedback)
app.command(rich_help_panel=ARTICLES)(library_commands.add)
app.command(rich_help_panel=ARTICLES)(library_commands.sync)
app.command(rich_help_panel=ARTICLES)(library_commands.remove)
app.command(rich_help_panel=ARTICLES)(tag_command.tag)
app.command(rich_help_panel=ARTICLES)(library_commands.edit)
app.command(rich_help_panel=UPKEEP)(library_commands.rebuild)
app.command(rich_help_panel=UPKEEP)(library_commands.compact)
app.command(rich_help_panel=UPKEEP)(library_commands.doctor)
app.command(rich_help_panel=UPKEEP)(library_commands.export)
app.command("import", rich_help_panel=UPKEEP)(library_commands.import_archive)
app.command(rich_help_panel=UPKEEP)(backup_commands.backup)
app.command(rich_help_panel=UPKEEP)(backup_commands.restore)


@app.command("list", rich_help_panel=ARTICLES)
def list_articles(
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    tag: TagOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    failed: Annotated[bool, typer.Option("--failed", help="What could not be taken in instead, and why.")] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the articles, newest first.

    A line shows id, date, title and source; in a pipe, tabs stand between them. A copy of another article has the id
    of that one behind it.
    """
    where = where_filter(published_from, published_to, source, tag=tag)
    if failed and where:
        raise typer.BadParameter("--failed lists all that failed: leave out --from, --to, --source and --tag.")
    out = console.stdout()
    with opened_library(library) as opened:
        if failed:
            _list_failed(opened.failures()[:limit], as_json=as_json)
            return
        listed = _with_originals(opened, opened.articles(where or None, limit=limit))
        if as_json:
            of = ((article_to_dict(each), {"copy_of": original} if original else {}) for each, original in listed)
            console.print_json([fields | copy for fields, copy in of])
            return
        width = out.width if out.is_terminal else None
        for article, original in listed:
            console.show(out, render.article_line(article, width=width, copy_of=original))
        if out.is_terminal:
            console.show_hint(f"{len(opened):,} articles in {opened.path}")


def _with_originals(library: Library, articles: Iterable[Article]) -> Iterator[tuple[Article, str]]:
    """Each article with the id of the one that it is a copy of, or ""."""
    from qa.storage.base import PAGE, batched

    for page in batched(articles, PAGE):
        originals = library.copy_of(each.id for each in page)
        for each in page:
            yield each, originals[each.id].id if each.id in originals else ""


def _list_failed(failures: Sequence[Failure], *, as_json: bool) -> None:
    if as_json:
        console.print_json([asdict(failure) for failure in failures])
        return
    console.show(console.stdout(), *map(reports.failure_line, failures))
    console.show_hint("To try them again: article-qa add --retry" if failures else "Nothing has failed.")


@app.command(rich_help_panel=UPKEEP)
def evaluate(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Questions with right answers, .jsonl or .jsonl.gz, SQuAD-style rows."),
    ],
    certify: Annotated[
        bool, typer.Option("--certify", help="Say how many sure answers may be wrong, with confidence 95%.")
    ] = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure answers to questions whose answers you know.

    A row is {"question": "...", "answers": ["...", ...]}; without answers, "not found" is the right reply.
    """
    from qa.evaluation.certificate import certify as certified
    from qa.evaluation.evaluate import evaluate_end_to_end, read_examples

    examples = {file: read_examples(file) for file in files}
    found = {}
    with opened_assistant(library, Settings.resolve()) as assistant:
        for file in files:
            with console.progress_bars(console.stderr()) as progress:
                found[str(file)] = evaluate_end_to_end(assistant, examples[file], progress)
    promised = {name: certified(each.outcomes, each.threshold) for name, each in found.items()} if certify else {}
    results = {
        name: asdict(each) | ({"certificate": asdict(promised[name])} if certify else {})
        for name, each in found.items()
    }
    if as_json:
        console.print_json({"format": EVALUATION_FORMAT, "files": results})
        return
    for name, figures in results.items():
        console.show(console.stdout(), *reports.figure_lines(name, figures))
        if certify:
            console.show(console.stdout(), *reports.plain_lines(promised[name].sentences()))


@app.command(rich_help_panel=SERVE)
def chat(
    host: Annotated[str, typer.Option(help="The address to listen on; the default is reachable from here only.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 7860,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    trusted_proxy: TrustedProxyOption = None,
    user_header: UserHeaderOption = "",
    root_path: RootPathOption = "",
    read_only: ReadOnlyOption = False,
    insecure: InsecureOption = False,
    library: LibraryOption = None,
) -> None:
    """Open the chat in the browser. It runs until Ctrl-C.

    Once there are users (article-qa user add), everybody has to sign in; docs/serving.md tells of serving others.
    """
    choices = Choices(Proxies.of(trusted_proxy or (), user_header, root_path), read_only, insecure)
    with opened_assistant(library, Settings.resolve()) as assistant:
        from ui.app import serve

        serve(assistant, host=host, port=port, open_browser=browser, choices=choices)


app.command(rich_help_panel=SERVE)(serve_command.serve)
app.add_typer(accounts_commands.user, name="user", rich_help_panel=SERVE)
app.add_typer(accounts_commands.token, name="token", rich_help_panel=SERVE)
app.command(rich_help_panel=SERVE)(mcp_command.mcp)


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
        console.show_error(str(error))
    except Exception:  # noqa: BLE001  # a bug: Python's own exit code would say "not found"
        traceback.print_exc()
    finally:
        # An interrupt that passed through an `exec` of text, such as a dataclass's, makes `python -m` die of SIGINT in
        # the end, whatever the exit code: CPython marks it as unhandled (https://bugs.python.org/issue1054041), and
        # takes the mark back only where it evaluates text again.
        exec("")  # noqa: S102
    raise SystemExit(ERROR)
