"""The command of the shell that lists who says what. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from typing import Annotated

import typer

from qa.cli import console, render
from qa.cli.options import (
    NOT_FOUND,
    FormatOption,
    FromOption,
    JsonOption,
    LibraryOption,
    SourceOption,
    TagOption,
    ToOption,
    opened_library,
    where_filter,
)


def quotes(
    name: Annotated[
        list[str] | None, typer.Argument(metavar="NAME", help="Who speaks: the name or words of it; all if left out.")
    ] = None,
    about: Annotated[
        str, typer.Option(metavar="WORDS", help="Only what is about these words: all of them, in any form.")
    ] = "",
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    tag: TagOption = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    form: FormatOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what somebody says, word for word.

    Direct and indirect quotations with speaker and place, the newest article first.
    Exit code 0: found; 1: your articles quote nobody so; 3: an error.
    """
    from qa.serialization.quotations import quotations_to_dict
    from qa.serialization.quote_formats import quotes_with_source

    speaker, about = " ".join(name or ()).strip(), about.strip()
    if not (speaker or about):
        raise typer.BadParameter("Give a name, or --about WORDS.")
    where = where_filter(published_from, published_to, source, tag=tag)
    with opened_library(library) as opened:
        found = opened.quotations(speaker=speaker, about=about, where=where or None, limit=limit)
        ids = {each.citation.article_id for each in found} if form else set()
        cited = opened.store.articles_by_id(ids)
    if as_json:
        console.print_json(quotations_to_dict(found, speaker, about))
    elif form:
        console.print_raw(quotes_with_source([each.citation for each in found], form, cited))
    elif found:
        console.show(console.stdout(), *render.quotation_lines(found))
    else:
        console.show_hint("Your articles quote nobody so. All there are: article-qa list")
    if not found:
        raise typer.Exit(NOT_FOUND)
