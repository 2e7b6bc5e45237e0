"""Files that change, vanish or turn into something else while they are read, and clocks that jump."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from library_fakes import SETTINGS, LetterEncoder, lexical_of, write

from qa.errors import LibraryError, LoadError
from qa.library import Library
from qa.loaders import fetch, sources

YEAR = 365 * 86400.0
OLD, NEW = b"The zebra ran past the zoo. " * 40, b"The queen quietly quit her job. " * 40


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.txt"
    path.parent.mkdir()
    path.write_bytes(OLD)
    return path


def after_reading(monkeypatch: pytest.MonkeyPatch, work: Callable[[int], None]) -> None:
    """`work(n)` happens between the nth reading of a file and the look at what it is afterwards."""
    looks = 0

    def fstat(descriptor: int) -> os.stat_result:
        nonlocal looks
        looks += 1
        if looks % 2 == 0:
            work(looks // 2)
        return os.fstat(descriptor)

    monkeypatch.setattr(sources, "os", SimpleNamespace(**vars(os) | {"fstat": fstat}))


def texts(library: Library) -> set[str]:
    return {article.text for article in library.articles()}


def test_a_file_that_grows_while_it_is_read_is_read_again(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def append(reading: int) -> None:
        if reading < sources.READINGS:
            with file.open("ab") as open_file:
                open_file.write(b"\nAnd so on.")

    after_reading(monkeypatch, append)
    library.add(file)
    (text,) = texts(library)
    assert text.count("And so on.") == sources.READINGS - 1


def test_a_file_written_over_in_place_with_as_many_bytes_is_read_again(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.utime(file, ns=(10**18, 10**18))

    def overwrite(reading: int) -> None:
        if reading == 1:
            with file.open("r+b") as open_file:
                open_file.write(b"THE")

    after_reading(monkeypatch, overwrite)
    library.add(file)
    (text,) = texts(library)
    assert text.startswith("THE zebra ran")


def test_a_file_that_is_never_still_is_refused_and_keeps_what_is_stored(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.sync(file.parent)
    before = texts(library)
    file.write_bytes(NEW)

    def truncate(reading: int) -> None:
        with file.open("r+b") as open_file:
            open_file.truncate(len(NEW) - reading)

    with monkeypatch.context() as patched:
        after_reading(patched, truncate)
        report = library.sync(file.parent)
        assert [(each.reason, each.remedy) for each in report.failed] == [
            ("It is being written to.", "Add it again when it is complete.")
        ]
        assert texts(library) == before
        with pytest.raises(LoadError, match="being written to"):
            fetch(str(file), SETTINGS)
    assert len(library.sync(file.parent).updated) == 1
    assert library.failures() == []
    (text,) = texts(library)
    assert text.startswith("The queen")


def test_a_mixed_text_that_nobody_could_notice_goes_with_the_next_sync(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither size nor time tell of it: what was read is still compared with what is there, by its content."""
    mixed = OLD[:280] + NEW[280 : len(OLD)]
    stamp = (10**18, 10**18)
    file.write_bytes(mixed)
    os.utime(file, ns=stamp)
    library.sync(file.parent)
    file.write_bytes(NEW[: len(OLD)])
    os.utime(file, ns=stamp)
    library.sync(file.parent)
    (text,) = texts(library)
    assert "zebra" not in text


def test_a_writer_beside_the_reader_never_leaves_a_mixed_text_for_good(library: Library, file: Path) -> None:
    done = threading.Event()

    def write_on() -> None:
        for number in range(10_000):
            if done.is_set():
                return
            file.write_bytes((OLD, NEW)[number % 2] * 50)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        for _ in range(20):
            library.sync(file.parent)
    finally:
        done.set()
        thread.join()
    file.write_bytes(NEW)
    library.sync(file.parent)
    (text,) = texts(library)
    assert text.split() == NEW.decode().split()


# what is there is another thing than what was listed


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def link_in_a_circle(path: Path) -> None:
    path.unlink()
    path.symlink_to(path)


@pytest.mark.parametrize(
    ("turn", "reason"),
    [
        (Path.unlink, "There is no such file"),
        (folder, "It is a folder, not a file."),
        pytest.param(pipe, "It is not an ordinary file.", marks=pytest.mark.skipif(os.name != "posix", reason="pipes")),
        (link_in_a_circle, "It cannot be opened"),
    ],
)
@pytest.mark.parametrize("moment", ["listed", "looked at"])
def test_a_file_that_turns_into_something_else_between_two_looks(
    library: Library,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    turn: Callable[[Path], None],
    reason: str,
    moment: str,
) -> None:
    """After the folder was listed, or after the file was looked at and before it is opened."""
    other = write(file.parent, "b", "The pear fell.", "Pear")
    check, calls = sources._check_ordinary, []

    def checked(path: Path, *given: Any) -> None:
        check(path, *given)
        if path == file and not calls:
            calls.append(path)
            turn(path)

    if moment == "looked at":
        monkeypatch.setattr(sources, "_check_ordinary", checked)
    else:
        found = sources._files_below

        def listed(below: Path) -> Iterator[Any]:
            everything = list(found(below))
            turn(file)
            yield from everything

        monkeypatch.setattr(sources, "_files_below", listed)
    report = library.add(file.parent)
    assert [each.source for each in report.failed] == [str(file)]
    assert report.failed[0].reason.startswith(reason)
    assert [article.source for article in library.articles()] == [str(other)]


# the library's folder goes away


def test_a_library_whose_folder_is_deleted_while_open(library: Library, file: Path) -> None:
    library.add(file)
    shutil.rmtree(library.path)
    for work in (
        lambda: library.add(file),
        lambda: library.remove(["x"]),
        lambda: library.sync(file.parent),
        library.rebuild,
        library.compact,
        library.refresh,
        library.stats,
        lambda: len(library),
    ):
        with pytest.raises(LibraryError, match="moved or deleted"):
            work()
    assert not library.path.exists()
    library.close()


def test_a_library_that_is_moved_while_open(library: Library, file: Path, tmp_path: Path) -> None:
    library.add(file)
    library.path.rename(tmp_path / "moved")
    with pytest.raises(LibraryError, match="moved or deleted"):
        library.add(file)
    with Library.open(tmp_path / "moved", SETTINGS, encoder=LetterEncoder()) as moved:
        assert len(moved) == 1
    assert not library.path.exists()


def test_a_library_that_is_deleted_and_made_anew_while_open(library: Library, file: Path) -> None:
    library.add(file)
    shutil.rmtree(library.path)
    with Library.open(library.path, SETTINGS, encoder=LetterEncoder()) as other:
        assert len(library) == 0
        library.add(write(file.parent, "b", "The pear fell.", "Pear"))
        assert texts(other) == {"The pear fell."}
        other.refresh()
        assert len(lexical_of(other)) == 1


# clocks


class Clock:
    """Every clock of this process that can be set; the monotonic one cannot."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = 0.0
        now, now_ns = time.time, time.time_ns
        monkeypatch.setattr(time, "time", lambda: now() + self.ahead)
        monkeypatch.setattr(time, "time_ns", lambda: now_ns() + int(self.ahead * 1e9))


def test_nothing_depends_on_the_clock_or_on_the_times_of_files(
    library: Library, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, now = Clock(monkeypatch), file.stat().st_mtime
    for number, years in enumerate((0.0, -20.0, 50.0, -0.1, 8.0, -8.0)):
        clock.ahead = years * YEAR
        word, stamp = "abcdef"[number] * 5, now + years * YEAR
        write(file.parent, "changing", f"It is {word} now.", "Changing")
        for each in file.parent.iterdir():
            os.utime(each, (stamp, stamp))
        report = library.sync(file.parent)
        assert (len(report.added), len(report.updated), report.unchanged) == ((2, 0, 0) if number == 0 else (0, 1, 1))
        assert library.sync(file.parent).unchanged == 2
        for each in library.path.rglob("*"):
            os.utime(each, (stamp, stamp))
        with Library.open(library.path, SETTINGS, encoder=LetterEncoder()) as other:
            other.refresh()
            whole = lexical_of(other).search("aaaaa bbbbb ccccc ddddd eeeee fffff", 10)
            assert whole == lexical_of(other).search(word, 10)
            assert len(lexical_of(other).search(word, 10)) == 1
            assert texts(other) == texts(library)
            assert [each for each in other.examine() if not each.sound] == []
        if number == 3:
            library.rebuild()
        elif number == 4:
            library.compact()
