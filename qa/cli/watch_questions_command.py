"""The command of the shell that asks saved questions again. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console, render, reports
from qa.cli.options import (
    NOT_FOUND,
    FromOption,
    JsonOption,
    LibraryOption,
    SourceOption,
    TagOption,
    ToOption,
    opened_assistant,
    where_filter,
)
from qa.config import Settings
from qa.datatypes import Where
from qa.files import write_atomically

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.watchlist import Watchlist

WATCHED_FORMAT = "article-qa/watched/1"


def watch_questions(
    add: Annotated[str | None, typer.Option("--add", metavar="QUESTION", help="Save a question.")] = None,
    remove: Annotated[str | None, typer.Option("--remove", metavar="ID", help="Forget a saved question.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List the saved questions instead of asking them.")] = False,
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    tag: TagOption = None,
    possible: Annotated[
        bool, typer.Option("--possible", help="Tell of possible answers as well as sure ones.")
    ] = False,
    feed: Annotated[
        Path | None, typer.Option("--feed", metavar="FILE.xml", help="Also write all that was new as an Atom feed.")
    ] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask saved questions again, of new articles.

    Made for cron: it speaks only when a new article says something new, and reads new articles only. The filters
    belong to --add. Exit code 0: done, with news or without; 1: no question has this ID; 3: an error.
    """
    from qa.watchlist import Watchlist

    where = where_filter(published_from, published_to, source, tag=tag)
    if where and add is None:
        raise typer.BadParameter("--from, --to, --source and --tag go with --add QUESTION.")
    with opened_assistant(library, Settings.resolve()) as assistant:
        watchlist = Watchlist.beside(assistant.library)
        if add is not None:
            _add(watchlist, assistant, add, where)
        elif remove is not None:
            _remove(watchlist, remove)
        elif listed:
            _list(watchlist, as_json=as_json)
        else:
            _ask_again(watchlist, assistant, possible=possible, as_json=as_json)
        if feed:
            _write_feed(watchlist, feed, assistant.library.location)


def _add(watchlist: Watchlist, assistant: Assistant, question: str, where: Where) -> None:
    typed = " ".join(question.split())
    answer = assistant.ask(typed, where=where or None)
    question_id = watchlist.add(answer, assistant.library, where, typed)
    out = console.stdout()
    console.show(out, *render.answer_lines(answer, styled=out.is_terminal, filtered=bool(where)))
    console.show_hint(f"Saved as {question_id}. Asked again of new articles by: article-qa watch-questions")


def _remove(watchlist: Watchlist, question_id: str) -> None:
    if not watchlist.remove(question_id):
        console.show_error(f"No saved question has the id {question_id!r}: article-qa watch-questions --list")
        raise typer.Exit(NOT_FOUND)


def _list(watchlist: Watchlist, *, as_json: bool) -> None:
    from qa.watchlist.store import question_to_dict

    questions = watchlist.read().questions
    if as_json:
        console.print_json({"format": WATCHED_FORMAT, "questions": [question_to_dict(each) for each in questions]})
        return
    console.show(console.stdout(), *map(reports.watched_line, questions))
    if not questions:
        console.show_hint("No question is saved. To save one: article-qa watch-questions --add QUESTION")


def _ask_again(watchlist: Watchlist, assistant: Assistant, *, possible: bool, as_json: bool) -> None:
    from qa.watchlist import look_again
    from qa.watchlist.store import news_to_dict

    with console.progress_bars(console.stderr()) as progress:
        news = look_again(watchlist, assistant.ask, assistant.library, possible=possible, progress=progress)
    if as_json:
        console.print_json({"format": WATCHED_FORMAT, "news": [news_to_dict(each) for each in news]})
        return
    out = console.stdout()
    for each in news:
        console.show(out, *reports.news_heading(each))
        console.show(out, *render.answer_lines(each.answer, styled=out.is_terminal))


def _write_feed(watchlist: Watchlist, file: Path, name: str) -> None:
    from qa.watchlist.feed import atom_feed

    write_atomically(file.expanduser(), atom_feed(watchlist.read(), name))
