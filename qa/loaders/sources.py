"""From what a user names to single files and URLs, and from those to bytes."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from qa.config import Settings
from qa.datatypes import Failure
from qa.errors import LoadError
from qa.loaders.document import COMPANION_SUFFIXES, Document, holds_articles, is_hidden, is_url
from qa.loaders.limits import MEGABYTE, too_large

READINGS = 3  # of a file that is written to meanwhile
_PAGES = (".html", ".htm", ".xhtml")


def discover(sources: Iterable[str | Path]) -> Iterator[str | Failure]:
    """Every file and URL that `sources` name, once each: folders recursively and sorted, paths absolute.

    In a folder, only files with a suffix that can hold articles count, and nothing hidden. The others are failures,
    but for pictures and what else lies beside a page.
    """
    seen: set[str] = set()
    for source in sources:
        for found in _expanded(source):
            name = found if isinstance(found, str) else found.source
            if name not in seen:
                seen.add(name)
                yield found


def fetch(origin: str, settings: Settings) -> Document:
    """The bytes of a file or URL; raises LoadError when it cannot be read or is too large."""
    if is_url(origin):
        from qa.loaders.web import download

        return download(origin, settings)
    try:
        return Document(origin, _file_bytes(Path(origin), settings))
    except FileNotFoundError:
        raise _missing(origin) from None
    except OSError as error:
        raise _unreadable(origin, error) from None


def _expanded(source: str | Path) -> Iterator[str | Failure]:
    text = str(source).strip()
    if is_url(text):
        yield text
        return
    if "://" in text and not os.path.lexists(text):
        yield Failure(text, "Only http and https addresses can be fetched.", "Save the page and add the file.")
        return
    path = _absolute(text)
    try:
        if text and path.is_dir():
            yield from _files_below(path)
        elif text and path.exists():
            yield str(path)
        else:
            yield _failure(_missing(str(path) if text else text))
    except (OSError, ValueError) as error:
        yield _failure(_unreadable(str(path), error))


def _absolute(text: str) -> Path:
    """The absolute path as the user sees it: `~` expanded, `..` resolved by name, symbolic links kept."""
    try:
        return Path(os.path.abspath(Path(text).expanduser()))  # noqa: PTH100 - Path.resolve would follow links
    except RuntimeError:
        return Path(text)


def _is_folder(entry: Path) -> bool:
    """What cannot be looked at is taken for a file, whose reading then tells why."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _files_below(folder: Path) -> Iterator[str | Failure]:
    """Sorted walk that follows links but enters no real folder twice."""
    entered: set[str] = set()
    stack = [folder]
    while stack:
        current = stack.pop()
        real = os.path.realpath(current)
        if real in entered:
            continue
        entered.add(real)
        try:
            entries = sorted(entry for entry in current.iterdir() if not is_hidden(entry.name))
        except OSError as error:
            yield _failure(_unreadable(str(current), error))
            continue
        names = {entry.name for entry in entries}
        folders = dict.fromkeys(entry for entry in entries if _is_folder(entry))
        stack += [entry for entry in reversed(folders) if not _belongs_to_a_page(entry.name, names)]
        for entry in (entry for entry in entries if entry not in folders):
            if holds_articles(entry.name):
                yield str(entry)
            elif entry.suffix.lower() not in COMPANION_SUFFIXES:
                yield _failure(_foreign(entry))


def _belongs_to_a_page(folder: str, siblings: set[str]) -> bool:
    """Whether a folder is the `page_files` that a browser saves next to `page.html`."""
    stem = folder.removesuffix("_files")
    return stem != folder and any(stem + suffix in siblings for suffix in _PAGES)


def _file_bytes(path: Path, settings: Settings) -> bytes:
    """All of a file as it was at one moment: one that is written to meanwhile is read again, and refused in the end."""
    limit = settings.max_file_mb * MEGABYTE
    for _ in range(READINGS):
        _check_ordinary(path, path.stat(), settings)
        with open(path, "rb", opener=_without_waiting) as file:
            before = os.fstat(file.fileno())
            _check_ordinary(path, before, settings)
            data = file.read(limit + 1) or b""  # None: a file that gives nothing yet
            after = os.fstat(file.fileno())
        if len(data) > limit:
            raise too_large(str(path), settings)
        if len(data) == before.st_size == after.st_size and before.st_mtime_ns == after.st_mtime_ns:
            return data
    raise LoadError(str(path), "It is being written to.", "Add it again when it is complete.")


def _check_ordinary(path: Path, status: os.stat_result, settings: Settings) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise _folder(str(path))
    if not stat.S_ISREG(status.st_mode):
        raise LoadError(str(path), "It is not an ordinary file.", "Name a file that holds an article.")
    if status.st_size > settings.max_file_mb * MEGABYTE:
        raise too_large(str(path), settings)


def _without_waiting(path: str, flags: int) -> int:
    """A pipe that has taken the place of a file must not hang whoever opens it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _missing(source: str) -> LoadError:
    return LoadError(source, "There is no such file or folder.", "Check the spelling, and that it was not moved.")


def _foreign(path: Path) -> LoadError:
    kind = f"that end in {path.suffix}" if path.suffix else "without an ending"
    return LoadError(
        str(path),
        f"Files {kind} are not read from a folder.",
        "If it holds an article, add the file by its name, or save it as text, HTML, PDF or DOCX.",
    )


def _folder(source: str) -> LoadError:
    return LoadError(source, "It is a folder, not a file.", "Add the folder itself.")


def _unreadable(source: str, error: Exception) -> LoadError:
    if isinstance(error, IsADirectoryError):
        return _folder(source)
    if isinstance(error, PermissionError):
        return LoadError(source, "You are not allowed to read it.", "Change its permissions, or copy it elsewhere.")
    detail = getattr(error, "strerror", None) or "the system refuses this name"
    return LoadError(source, f"It cannot be opened: {detail}.", "Check the name and the disk, then add it again.")


def _failure(error: LoadError) -> Failure:
    return Failure(error.source, error.reason, error.remedy)
