"""What several commands of the shell share: options and what they take, exit codes, the opened library."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from qa.config import Settings

if TYPE_CHECKING:
    from qa.library import Library

NOT_FOUND, INCOMPLETE, ERROR, STOPPED = 1, 1, 3, 130


def opened_library(path: str | None) -> Library:
    """The library to work on, with the settings in force; used in `with`."""
    from qa.library import Library

    return Library.open(path, Settings.resolve())


def first_day(text: str) -> date:
    """The first day of `2025`, `2025-05` or `2025-05-12`."""
    return _days(text)[0]


def last_day(text: str) -> date:
    """The last day of `2025`, `2025-05` or `2025-05-12`."""
    return _days(text)[1]


def _days(text: str) -> tuple[date, date]:
    given = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text.strip(), re.ASCII)
    try:
        year, month, day = (int(part or 0) for part in given.groups()) if given else (0, 0, 0)
        first, last_month = date(year, month or 1, day or 1), month or 12
        return first, date(year, last_month, day or monthrange(year, last_month)[1])
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no date; write 2025-05-12, 2025-05 or 2025.") from None


LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="PATH",
        help="The folder of the library, or milvus://HOST:PORT/NAME. Default: ARTICLE_QA_LIBRARY, or else your user "
        "data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
FromOption = Annotated[
    date | None,
    typer.Option("--from", metavar="DATE", parser=first_day, help="Only articles published on DATE or later."),
]
ToOption = Annotated[
    date | None,
    typer.Option("--to", metavar="DATE", parser=last_day, help="Only articles published on DATE or earlier."),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="Only articles of this publisher, website, file or folder. Can be repeated.",
    ),
]
