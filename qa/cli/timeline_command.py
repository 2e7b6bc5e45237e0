"""The command of the shell that tells a topic over time. `qa.cli.commands` makes it a command."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from qa.cli import console
from qa.cli.options import (
    NOT_FOUND,
    FromOption,
    JsonOption,
    LibraryOption,
    SourceOption,
    TagOption,
    ToOption,
    opened_library,
    where_filter,
)


class TimelineForm(StrEnum):
    """What a timeline can be written as."""

    MARKDOWN = "markdown"
    CSV = "csv"
    HTML = "html"


def timeline(
    topic: Annotated[list[str], typer.Argument(metavar="TOPIC", help="Words that all have to be spoken of.")],
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    tag: TagOption = None,
    form: Annotated[TimelineForm | None, typer.Option("--as", help="Write it in this form, to be passed on.")] = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell a topic over time, in sentences of your articles.

    A row has the day that its sentence says, else the day of publication; what copies say is told once.
    Exit code 0: found; 1: no dated article speaks of it; 3: an error.
    """
    from qa.cli.render import place_lines
    from qa.serialization.timelines import TIMELINE_FORMS, timeline_to_dict
    from qa.text.display import clean, day

    words = " ".join(topic).strip()
    where = where_filter(published_from, published_to, source, tag=tag)
    with opened_library(library) as opened:
        rows = opened.timeline(words, where or None)
        left_out = opened.undated(where or None)
    if as_json:
        console.print_json(timeline_to_dict(words, rows))
    elif form:
        console.print_raw(TIMELINE_FORMS[form.value](words, rows).rstrip())
    for row in rows if not (as_json or form) else ():
        cited = row.citation
        also = f" · also in {len({each.article_id for each in cited.repeats}):,} more" if cited.repeats else ""
        console.show(console.stdout(), Text(f"{day(row.day)}{also}", style="bold"), Text(clean(cited.quote)))
        console.show(console.stdout(), *place_lines(cited, cited.start, cited.end), Text())
    if left_out:
        console.show_hint(f"{left_out:,} undated articles are left out by the filter.")
    if not rows:
        console.show_hint("No dated article speaks of that. All there are: article-qa list")
        raise typer.Exit(NOT_FOUND)
