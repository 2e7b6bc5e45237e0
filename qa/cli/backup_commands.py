"""Commands of the shell that back a library up and restore it. `qa.cli.commands` makes them commands."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from qa.cli import console
from qa.cli.options import JsonOption, LibraryOption
from qa.config import library_address, library_path
from qa.errors import LibraryError


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A new folder, or an empty one.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Back up the library with conversations and accounts.

    Nobody has to stop asking or adding meanwhile. Exit code 0: written and read again; 3: an error.
    """
    from qa.backup import back_up, check_backup

    back_up(_folder_of(library), folder.expanduser())
    made = check_backup(folder.expanduser())
    if as_json:
        console.print_json(asdict(made))
    else:
        console.show(console.stdout(), Text(f"{made.files:,} files, {made.size / 1e6:,.1f} MB, in {folder}"))


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="What `backup` has written.")],
    library: LibraryOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a backup into a new library's folder.

    All of it is checked before. Exit code 0: restored; 3: the backup is damaged, or there is a library already.
    """
    from qa.backup import restore as restored

    target = _folder_of(library)
    made = restored(folder.expanduser(), target)
    if as_json:
        console.print_json(asdict(made))
    else:
        console.show(console.stdout(), Text(f"{made.files:,} files of {made.made} are in {target}"))


def _folder_of(library: str | None) -> Path:
    if address := library_address(library):
        raise LibraryError(f"{address} is backed up with Milvus's own tools, or with article-qa export.")
    return library_path(library)
