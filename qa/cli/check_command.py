"""The command of the shell that checks the quotes of any text. `qa.cli.commands` makes it a command."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from qa.cli import console, quotecheck_lines
from qa.cli.options import (
    INCOMPLETE,
    FromOption,
    JsonOption,
    LibraryOption,
    SourceOption,
    TagOption,
    ToOption,
    opened_library,
    where_filter,
)
from qa.errors import FormatError
from qa.quotecheck.result import Verdict, quote_check_to_dict


def check(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Any text with quotation marks; - is stdin.")],
    published_from: FromOption = None,
    published_to: ToOption = None,
    source: SourceOption = None,
    tag: TagOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check what a text has in quotation marks.

    Each quote is verbatim in an article (where), altered (how, word by word), or in none of them.
    Exit code 0: every quote is verbatim; 1: some are not; 3: an error.
    """
    text = _read_text(file)
    where = where_filter(published_from, published_to, source, tag=tag)
    with opened_library(library) as opened:
        checked = opened.check_quotes(text, where or None)
    if as_json:
        console.print_json(quote_check_to_dict(checked))
    else:
        console.show(console.stdout(), *quotecheck_lines.quote_check_lines(checked))
    if not all(each.verdict is Verdict.VERBATIM for each in checked):
        raise typer.Exit(INCOMPLETE)


def _read_text(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{file}: cannot be read ({error}); give a text file in UTF-8.") from error
