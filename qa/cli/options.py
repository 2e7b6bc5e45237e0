"""What several commands of the shell share: options and what they take, exit codes, the opened library."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli import console
from qa.config import Settings
from qa.datatypes import Where
from qa.files import write_atomically
from qa.serialization.quote_format import QuoteFormat
from qa.text import periods

if TYPE_CHECKING:
    from qa.assistant import Assistant
    from qa.library import Library

NOT_FOUND, INCOMPLETE, ERROR, UNSURE, STOPPED = 1, 1, 3, 4, 130


def opened_library(path: str | None) -> Library:
    """The library to work on, with the settings in force; used in `with`."""
    from qa.library import Library

    return Library.open(path, Settings.resolve())


def opened_assistant(path: str | None, settings: Settings) -> AbstractContextManager[Assistant]:
    """An assistant over the library to work on; used in `with`."""
    from qa.assistant import Assistant

    with console.progress_bars(console.stderr()) as progress:  # of the sample articles, the first time
        return Assistant.open(path, settings=settings, progress=progress)


def check_carry(carry: bool, *, as_json: bool) -> None:
    """Refuse `--carry` where nothing could carry the texts."""
    if carry and not as_json:
        raise typer.BadParameter("--carry is for --json: no other form holds whole articles.")


def write_sheet(file: Path, page: str) -> None:
    """Write an evidence sheet, and say where it is."""
    write_atomically(file.expanduser(), page.encode("utf-8", "replace"))
    console.show_hint(
        f"The evidence sheet is {file}. It checks itself in any browser; so does: article-qa verify {file}"
    )


def where_filter(
    published_from: date | None,
    published_to: date | None,
    source: list[str] | None,
    article: list[str] | None = None,
    tag: list[str] | None = None,
) -> Where:
    """The filter that the options ask for; false when they ask for none."""
    if published_from and published_to and published_from > published_to:
        raise typer.BadParameter(f"--from {published_from} is later than --to {published_to}.")
    return Where(published_from, published_to, tuple(source or ()), tuple(article or ()), tuple(tag or ()))


def first_day(text: str) -> date:
    """The first day of `2025`, `2025-05` or `2025-05-12`."""
    return _day(text, periods.first_day)


def last_day(text: str) -> date:
    """The last day of `2025`, `2025-05` or `2025-05-12`."""
    return _day(text, periods.last_day)


def one_day(text: str) -> date:
    """The day that `2025-05-12` names."""
    first = first_day(text)
    if first != last_day(text):
        raise typer.BadParameter(f"{text!r} is no day; write 2025-05-12.")
    return first


def _day(text: str, of: Callable[[str], date]) -> date:
    try:
        return of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


def seconds(text: str) -> float:
    """The seconds of `90s`, `15m`, `2h` or `1d`; at least a minute."""
    given = re.fullmatch(r"(\d{1,9})([smhd])", text.strip().lower(), re.ASCII)
    length = float(given[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86400}[given[2]] if given else 0.0
    if length < 60:
        raise typer.BadParameter(f"{text!r} is no time of a minute or more; write 15m, 2h or 1d.")
    return length


LibraryOption = Annotated[
    str | None,
    typer.Option(
        "--library",
        metavar="PATH",
        help="The folder of the library, or milvus://HOST:PORT/NAME. Default: ARTICLE_QA_LIBRARY, or else your user "
        "data folder.",
    ),
]
CarryOption = Annotated[
    bool,
    typer.Option("--carry", help="With --json: the texts of the cited articles as well, so that anyone can `verify`."),
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
EveryOption = Annotated[
    float | None,
    typer.Option(
        "--every",
        metavar="TIME",
        parser=seconds,
        help="How often --watch looks at addresses: 15m (the default), 2h, 1d.",
    ),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--kind",
        metavar="KIND",
        help="read: words that answer; topic: a briefing; about: what the article about it says. "
        "Otherwise the words of the question tell.",
    ),
]
AnyTimeOption = Annotated[
    bool, typer.Option("--any-time", help='"Last week" and the like in the question choose no days.')
]
ThresholdOption = Annotated[
    float | None,
    typer.Option(
        "--threshold", min=0.0, max=1.0, help="The least confidence of an answer, 0 to 1; higher is stricter."
    ),
]
SheetOption = Annotated[
    Path | None,
    typer.Option(
        "--sheet", metavar="FILE.html", help="Also write an evidence sheet, which checks itself in any browser."
    ),
]
FormatOption = Annotated[
    QuoteFormat | None,
    typer.Option("--format", help="Print the quotes with their sources in this form, to be taken along."),
]
SourceOption = Annotated[
    list[str] | None,
    typer.Option(
        "--source",
        metavar="SOURCE",
        help="Only articles of this publisher, website, file or folder. Can be repeated.",
    ),
]
TagOption = Annotated[
    list[str] | None,
    typer.Option("--tag", metavar="TAG", help="Only articles with this tag. Can be repeated: one is enough."),
]
TrustedProxyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--trusted-proxy",
        metavar="CIDR",
        help="The address or network of a reverse proxy whose X-Forwarded headers are believed. Can be repeated.",
    ),
]
UserHeaderOption = Annotated[
    str,
    typer.Option("--user-header", metavar="NAME", help="The header in which a trusted proxy names who has signed in."),
]
RootPathOption = Annotated[
    str, typer.Option("--root-path", metavar="PATH", help="The path under which a proxy serves this, such as /qa.")
]
ReadOnlyOption = Annotated[bool, typer.Option("--read-only", help="Nobody changes the library by way of this server.")]
InsecureOption = Annotated[
    bool, typer.Option("--insecure-without-sign-in", help="Listen where others can reach it although nobody signs in.")
]
