"""The command of the shell that puts tags on articles. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from qa.cli import console
from qa.cli.options import NOT_FOUND, JsonOption, LibraryOption, SourceOption, opened_library
from qa.datatypes import Where
from qa.text.display import clean

TAGS_FORMAT = "article-qa/tag-counts/1"


def tag(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids, as `list` shows them.")] = None,
    source: SourceOption = None,
    add: Annotated[list[str] | None, typer.Option("--add", metavar="TAG", help="Put it on them.")] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="TAG", help="Take it off them.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put tags on articles, or list the tags.

    Afterwards --tag TAG asks, lists and checks only those. A tag stays when a source changes its text.
    Exit code 0: done; 1: there is no such article; 3: an error.
    """
    chosen = bool(ids or source)
    if chosen != bool(add or remove):
        raise typer.BadParameter("Give ids or --source, and --add TAG or --remove TAG; or nothing, to list the tags.")
    with opened_library(library) as opened:
        if chosen:
            named = list(dict.fromkeys(ids or ()))
            if source:
                named += [article.id for article in opened.articles(Where(sources=tuple(source)))]
            count = opened.tag(named, add or (), remove or ())
        counts = opened.tags()
    if as_json:
        console.print_json({"format": TAGS_FORMAT, "tags": counts})
    elif not chosen:
        console.show(
            console.stdout(), *(Text(f"{clean(name)}\t{number}", no_wrap=True) for name, number in counts.items())
        )
    else:
        console.show_hint(f"{count:,} articles have new tags. All there are: article-qa tag")
    if chosen and not count:
        raise typer.Exit(NOT_FOUND)
