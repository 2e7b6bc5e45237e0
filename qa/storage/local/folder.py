"""Names in a library's folder, and the one that says which generation is in force.

<library>/CURRENT                     the name of the generation in force; changed by a rebuild, at its end
<library>/write.lock                  held by whoever changes the library
<library>/generations/<name>/         library.db, lexical/, vectors.bin
"""

from __future__ import annotations

import shutil
from pathlib import Path

from qa.errors import LibraryDamaged
from qa.files import write_atomically

MARK = "unfinished"  # in the folder of a generation while a rebuild fills it: what it is being made from
REPAIR = "Write the name of the folder in `generations` into it, or put back a copy from a backup."


def current_name(library: Path) -> str | None:
    """The generation in force; None where there is no library yet."""
    try:
        name = (library / "CURRENT").read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LibraryDamaged(f"{library / 'CURRENT'} cannot be read ({error}). {REPAIR}") from error
    if not name.isalnum():
        raise LibraryDamaged(f"{library / 'CURRENT'} names no generation: {name[:40]!r}. {REPAIR}")
    return name


def generation_folder(library: Path, name: str) -> Path:
    """Where the generation of this name lies."""
    return library / "generations" / name


def generation_names(library: Path) -> list[str]:
    """The names of all generations that lie there, in no order."""
    folder = library / "generations"
    return [entry.name for entry in folder.iterdir() if entry.is_dir()] if folder.is_dir() else []


def next_name(library: Path) -> str:
    """A name that no generation has had since the one in force."""
    numbers = [int(name) for name in generation_names(library) if name.isdecimal()]
    return f"{max(numbers, default=0) + 1:06d}"


def point_to(library: Path, name: str) -> None:
    """Put a generation in force: at any moment, CURRENT is the old or the new one, also after a power cut."""
    write_atomically(library / "CURRENT", f"{name}\n".encode("ascii"))


def unfinished_name(library: Path) -> str | None:
    """The newest generation that a rebuild has begun and not finished."""
    marked = [name for name in generation_names(library) if (generation_folder(library, name) / MARK).is_file()]
    return max(marked, default=None)


def delete_others(library: Path, *, keep: str | None = None) -> None:
    """Delete every generation but the one in force and `keep`. The caller holds the writer lock."""
    current = current_name(library)
    for name in generation_names(library):
        if name not in (current, keep):
            shutil.rmtree(generation_folder(library, name), ignore_errors=True)
