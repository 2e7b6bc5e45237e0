"""A disk that is full or must not be written, a real one: what is in answers, and it goes on when it can be written."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, generation_of, retriever_of, vectors_of, write, write_rows

from qa.errors import LibraryError
from qa.library import Library
from qa.storage.local import rebuild

MEGABYTES = 12
CHANGES = ("add", "sync", "remove", "rebuild", "compact", "export")


@contextmanager
def mounted(folder: Path, *options: str) -> Iterator[Path]:
    """Something mounted on a new folder; the test is skipped where that is not allowed."""
    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a disk of its own can be mounted by root on Linux only")
    done = subprocess.run(["mount", *options, str(folder)], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no disk can be mounted here: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs") as folder:
        yield folder


@contextmanager
def filled(disk: Path, left: int = 0) -> Iterator[None]:
    """The disk with `left` bytes left on it."""
    ballast = disk / "ballast"
    with ballast.open("wb") as file:
        free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
        os.posix_fallocate(file.fileno(), 0, max(1, free - left))
    try:
        yield
    finally:
        ballast.unlink()


def opened(path: Path) -> Library:
    return Library.open(path, SETTINGS, encoder=LetterEncoder())


def rows(word: str, count: int) -> dict[str, str]:
    """Articles zebraaa, zebraab and so on, 1 kB each; only the first of its passages has its name."""
    names = [f"{word}{chr(97 + i // 26)}{chr(97 + i % 26)}" for i in range(count)]
    return {name: f"The {name} came. " + f"It was a {word} again, as ever. " * 12 for name in names}


def titles(library: Library) -> set[str]:
    return {article.title for article in library.articles()}


def found(library: Library, question: str) -> set[str]:
    """The titles of what is retrieved by its words; what is retrieved by its vector only does not count."""
    hits = retriever_of(library).retrieve(question)
    assert all(hit.article.text[hit.passage.start : hit.passage.end] == hit.text for hit in hits)
    return {hit.article.title for hit in hits if hit.lexical_rank}


def assert_sound(library: Library) -> None:
    assert [each for each in library.examine() if not (each.sound or each.mended)] == []


def changes(library: Library, incoming: Path, name: str) -> Callable[[], object]:
    """A change of this kind; each of them may be tried again."""
    write_rows(incoming / "more.jsonl", rows("pelican", 60))
    return {
        "add": lambda: library.add(incoming / "more.jsonl"),
        "sync": lambda: library.sync(incoming),
        "remove": lambda: library.remove([each.id for each in library.articles() if each.title < "zebraac"]),
        "rebuild": library.rebuild,
        "compact": library.compact,
        "export": lambda: library.export(library.path.parent / "library.zip"),
    }[name]


def outcome(work: Callable[[], object]) -> str:
    """How it ended: well, or with an error that names the disk."""
    try:
        work()
    except LibraryError as error:
        for sign in ("library.db is full", "found by their words", "is full", "needs about", "cannot be written"):
            if sign in str(error):
                return sign
        raise AssertionError(f"it does not say that the disk is full: {error}") from error
    return "done"


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_disk_that_fills_at_any_point_of_a_change(
    disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    """Nothing is checked beforehand here, so that rebuilding and compacting fill the disk too."""
    monkeypatch.setattr(rebuild, "ROOM", 0)
    monkeypatch.setattr(rebuild, "SPARE_BYTES", 0)
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 0)
    outcomes = []
    for kilobytes in (0, 8, 40, 100, 160, 240, 320, 480, 640, 1000, 3000):
        path, incoming = disk / f"library{kilobytes}", tmp_path / f"in{kilobytes}"
        with opened(path) as library:
            library.add(write_rows(tmp_path / "rows.jsonl", rows("zebra", 12)))
            incoming.mkdir()
            before = titles(library)
            work = changes(library, incoming, change)
            with filled(disk, kilobytes * 1000):
                outcomes.append(outcome(work))
                assert titles(library) >= before - {"zebraaa", "zebraab"}
                assert found(library, "zebraah") == {"zebraah"}
                with opened(path) as again:
                    assert titles(again) == titles(library)
                    assert found(again, "zebraah") == {"zebraah"}
            assert outcome(work) == "done"
            assert_sound(library)
            assert found(library, "zebraah") == {"zebraah"}
            assert found(library, "pelicanbh") == ({"pelicanbh"} if change in ("add", "sync") else set())
        subprocess.run(["rm", "-r", str(path)], check=True)
        (disk / "library.zip").unlink(missing_ok=True)
    assert outcomes[0] != "done"
    assert outcomes[-1] == "done"


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        ValueError("An IO error occurred: 'No space left on device (os error 28)'"),
    ],
)
def test_a_lexical_index_that_has_no_room_to_grow_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*_: object) -> None:
        raise error

    with opened(tmp_path / "library") as library:
        library.add(write(tmp_path, "a", "The zebra ran.", "Zoo"))
        with monkeypatch.context() as patched:
            patched.setattr("qa.storage.local.lexical.LexicalIndex.apply", full)
            with pytest.raises(LibraryError, match=r"disk that holds .* is full\. Your articles are stored"):
                library.add(write(tmp_path, "b", "The pear fell.", "Pear"))
            assert titles(library) == {"Zoo", "Pear"}
            assert found(library, "zebra") == {"Zoo"}
            assert found(library, "pear") == set()
            with opened(tmp_path / "library") as again:
                assert found(again, "zebra") == {"Zoo"}
        assert found(library, "pear") == {"Pear"}


def test_a_rebuild_and_a_compaction_that_have_no_room_say_so_before_they_begin(disk: Path, tmp_path: Path) -> None:
    with opened(disk / "library") as library:
        library.add(write(tmp_path, "a", "The zebra ran.", "Zoo"))
        for work in (library.rebuild, library.compact):
            with pytest.raises(LibraryError, match=f"needs about .* MB .*{disk}.* are free there"):
                work()
        assert [each.name for each in (disk / "library" / "generations").iterdir()] == [generation_of(library).name]
        assert found(library, "zebra") == {"Zoo"}


def test_no_library_can_be_made_on_a_full_disk(disk: Path) -> None:
    with filled(disk), pytest.raises(LibraryError, match=f"{disk}"):
        opened(disk / "library")
    with opened(disk / "library") as library:
        assert len(library) == 0


def test_what_opens_on_a_full_disk_goes_on_when_there_is_room(disk: Path, tmp_path: Path) -> None:
    with opened(disk / "library") as library:
        library.add(write(tmp_path, "a", "The zebra ran.", "Zoo"))
    with filled(disk):
        library = opened(disk / "library")
        assert found(library, "zebra") == {"Zoo"}
        with pytest.raises(LibraryError, match=r"disk that holds .* is full\. Free some space"):
            library.add(write(tmp_path, "b", "The pear fell.", "Pear"))
    with library:
        library.add(write(tmp_path, "b", "The pear fell.", "Pear"))
        assert found(library, "zebra") == {"Zoo"}
        assert found(library, "pear") == {"Pear"}
        assert_sound(library)


# read-only


@contextmanager
def read_only(disk: Path, second: Path) -> Iterator[Path]:
    """The disk once more, where nothing can be written to it."""
    with mounted(second, "--bind", str(disk)) as folder:
        subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
        with pytest.raises(OSError, match="Read-only"):
            (folder / "x").write_text("x")
        yield folder


def assert_unchangeable(library: Library, source: Path) -> None:
    ids = [article.id for article in library.articles()]
    for work in (
        lambda: library.add(source),
        lambda: library.sync(source.parent),
        lambda: library.remove(ids),
        library.rebuild,
        library.compact,
        library.retry,
        library.examine,
    ):
        with pytest.raises(LibraryError, match=r"cannot be changed: .*Read-only.* asking works meanwhile"):
            work()
    assert [article.id for article in library.articles()] == ids


def test_a_read_only_library_answers_and_says_that_it_cannot_be_changed(disk: Path, tmp_path: Path) -> None:
    with opened(disk / "library") as library:
        library.add(write_rows(tmp_path / "rows.jsonl", rows("zebra", 12)))
    before = {file: file.read_bytes() for file in disk.rglob("*") if file.is_file()}
    with read_only(disk, tmp_path / "again") as folder, opened(folder / "library") as library:
        assert len(library) == len(vectors_of(library)) == 12 or library.refresh()
        assert found(library, "zebraah") == {"zebraah"}
        assert_unchangeable(library, write(tmp_path / "in", "b", "The pear fell.", "Pear"))
        assert found(library, "zebraah") == {"zebraah"}
    assert {file: file.read_bytes() for file in disk.rglob("*") if file.is_file()} == before
    assert not list(tmp_path.glob("article-qa-*"))


def test_who_may_only_read_sees_what_others_write(disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuild, "SPARE_BYTES", 0)
    with opened(disk / "library") as writer:
        writer.add(write(tmp_path, "a", "The zebra ran.", "Zoo"))
    with read_only(disk, tmp_path / "again") as folder, opened(folder / "library") as reader:
        assert found(reader, "zebra") == {"Zoo"}
        with opened(disk / "library") as writer:  # from here there is a log beside the database
            writer.add(write(tmp_path, "b", "The pear fell.", "Pear"))
            assert found(reader, "pear") == {"Pear"}
            with opened(folder / "library") as second:
                assert found(second, "pear") == {"Pear"}
            writer.sync(write(tmp_path, "a", "The queen quit.", "Queen"))
            assert found(reader, "zebra") == set()
            assert found(reader, "queen") == {"Queen"}
            writer.rebuild()
            assert found(reader, "queen") == {"Queen"}
        with opened(disk / "library") as writer:  # and from here there is none again
            writer.add(write(tmp_path, "c", "The yak yawned.", "Yak"))
        assert found(reader, "yak") == {"Yak"}
        assert found(reader, "queen") == {"Queen"}


def test_the_log_of_a_killed_process_is_read_where_nothing_can_be_written(disk: Path, tmp_path: Path) -> None:
    script = (
        "import os, sys; from library_fakes import *; from qa.library import Library\n"
        "library = Library.open(sys.argv[1], SETTINGS, encoder=LetterEncoder())\n"
        "library.add(sys.argv[2])\n"
        "os.kill(os.getpid(), 9)"
    )
    source = write(tmp_path, "a", "The zebra ran.", "Zoo")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    subprocess.run([sys.executable, "-c", script, str(disk / "library"), str(source)], env=environment, check=False)
    assert next(disk.rglob("library.db-wal")).stat().st_size > 0
    with read_only(disk, tmp_path / "again") as folder, opened(folder / "library") as library:
        assert found(library, "zebra") == {"Zoo"}
        next(disk.rglob("library.db-shm")).unlink()
    with read_only(disk, tmp_path / "third") as folder, pytest.raises(LibraryError, match="cannot be opened"):
        opened(folder / "library")  # what is in the log cannot be read: rather nothing than what was before it
    with opened(disk / "library") as library:
        assert found(library, "zebra") == {"Zoo"}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_folders_without_permission_to_write(tmp_path: Path) -> None:
    source = write(tmp_path, "a", "The zebra ran.", "Zoo")
    with opened(tmp_path / "library") as library:
        library.add(source)
    folders = [tmp_path / "library", *(each for each in (tmp_path / "library").rglob("*") if each.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        with opened(tmp_path / "library") as library:
            assert found(library, "zebra") == {"Zoo"}
            with pytest.raises(LibraryError):
                library.add(write(tmp_path, "b", "The pear fell.", "Pear"))
            assert found(library, "zebra") == {"Zoo"}
    finally:
        for folder in folders:
            folder.chmod(0o700)
