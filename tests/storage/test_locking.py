"""Who may write: one process at a time, and the others are told which one it is, what it does and since when."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from filelock import FileLock
from library_fakes import SETTINGS, LetterEncoder, write

from qa.errors import LibraryBusy, LibraryError
from qa.library import Library
from qa.storage.local.lock import WriterLock

# A process that begins a change, says so, and goes on when its stdin tells it to.
SLOW = """
import sys
from pathlib import Path
from library_fakes import SETTINGS, LetterEncoder
from qa.library import Library

class SlowEncoder(LetterEncoder):
    def encode_passages(self, texts, progress=None):
        print("encoding", flush=True)
        sys.stdin.readline()
        return super().encode_passages(texts, progress)

with Library.open(sys.argv[1], SETTINGS, encoder=SlowEncoder()) as library:
    work = {"add": library.add, "sync": library.sync, "rebuild": lambda _: library.rebuild()}[sys.argv[2]]
    print(work(sys.argv[3]), flush=True)
"""


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.storage.local.lock.WAIT_SECONDS", 0.05)


@contextmanager
def another_process(library: Path, work: str, source: Path) -> Iterator[subprocess.Popen[str]]:
    """It is in the middle of its work on entering, and has ended on leaving."""
    command = [sys.executable, "-c", SLOW, str(library), work, str(source)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "encoding\n"
        try:
            yield process
        finally:
            process.kill()


def opened(path: Path) -> Library:
    return Library.open(path, SETTINGS, encoder=LetterEncoder())


def titles(library: Library) -> set[str]:
    return {article.title for article in library.articles()}


def note(path: Path, **changed: object) -> None:
    """The note of a holder, as this process would write it, but for what is `changed`."""
    values = {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "doing": "rebuilding",
        "since": "2025-05-12T12:03:11+02:00",
    }
    path.write_text(json.dumps(values | changed))


@pytest.mark.parametrize(
    ("work", "doing"), [("add", "adding articles to"), ("sync", "syncing a folder with"), ("rebuild", "rebuilding")]
)
def test_of_two_processes_one_waits_its_turn_and_knows_for_whom(tmp_path: Path, work: str, doing: str) -> None:
    path = tmp_path / "library"
    theirs = write(tmp_path / "theirs", "a", "The zebra ran.", "Zoo")
    mine = write(tmp_path, "b", "The pear fell.", "Pear")
    with opened(path) as library:
        if work == "rebuild":
            library.add(theirs)
        before = datetime.now().astimezone().replace(microsecond=0)
        with another_process(path, work, theirs.parent if work == "sync" else theirs) as process:
            with pytest.raises(LibraryBusy, match=f"Process {process.pid} is {doing} the library at") as raised:
                library.add(mine)
            told = re.search(r"since ([-\d]+ [:\d]+)", str(raised.value))
            assert told is not None
            assert before <= datetime.fromisoformat(told[1]).astimezone() <= datetime.now().astimezone()
            assert "asking works meanwhile" in str(raised.value)
            output, _ = process.communicate("\n", timeout=60)
            assert output.startswith("Report(")
        assert len(library.add(mine).added) == 1
        assert titles(library) == {"Zoo", "Pear"}
        assert not (path / "write.owner").exists()


def test_the_note_of_a_killed_process_misleads_nobody(tmp_path: Path) -> None:
    path = tmp_path / "library"
    with opened(path) as library, another_process(path, "add", write(tmp_path, "a", "The zebra ran.")) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert (path / "write.owner").exists()
        with FileLock(path / "write.lock"), pytest.raises(LibraryBusy, match="Another process is changing"):
            library.remove(["x"])
        library.add(write(tmp_path, "b", "The pear fell.", "Pear"))
        assert titles(library) == {"Pear"}
        assert not (path / "write.owner").exists()


@pytest.mark.parametrize("content", ["", "{", "[]", '"x"', "{}", '{"process": 1}', "\udcff"])
def test_a_note_that_cannot_be_read_counts_for_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "write.owner").write_bytes(content.encode(errors="surrogateescape"))
    with FileLock(tmp_path / "write.lock"), pytest.raises(LibraryBusy, match="Another process is changing"):
        WriterLock(tmp_path / "write.lock").held().__enter__()


@pytest.mark.parametrize("changed", [{"since": "yesterday"}, {"process": "me"}, {"process": 10**30}])
def test_a_note_with_values_that_make_no_sense_counts_for_nothing(tmp_path: Path, changed: dict[str, object]) -> None:
    note(tmp_path / "write.owner", **changed)
    with FileLock(tmp_path / "write.lock"), pytest.raises(LibraryBusy, match="Another process is changing"):
        WriterLock(tmp_path / "write.lock").held().__enter__()


def test_a_process_on_another_machine_is_named_with_it(tmp_path: Path) -> None:
    note(tmp_path / "write.owner", process=2**22 + 1, host="shelf.example")
    with (
        FileLock(tmp_path / "write.lock"),
        pytest.raises(LibraryBusy, match=rf"Process {2**22 + 1} on shelf\.example is rebuilding the library at "),
    ):
        WriterLock(tmp_path / "write.lock").held().__enter__()


def test_the_outermost_reason_counts_and_goes_last(tmp_path: Path) -> None:
    lock, path = WriterLock(tmp_path / "write.lock"), tmp_path / "write.owner"
    with lock.held("rebuilding"):
        with lock.attempted("looking") as held:
            assert held
            assert json.loads(path.read_text())["doing"] == "rebuilding"
        assert json.loads(path.read_text())["process"] == os.getpid()
    assert not path.exists()


def test_threads_of_a_process_queue(tmp_path: Path) -> None:
    lock, entered = WriterLock(tmp_path / "write.lock"), threading.Event()

    def second() -> None:
        with lock.held("adding"):
            entered.set()

    thread = threading.Thread(target=second)
    with lock.held("rebuilding"):
        thread.start()
        assert not entered.wait(0.2)  # longer than another process would wait
    thread.join(30)
    assert entered.is_set()


def test_without_room_for_the_note_the_work_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note(tmp_path / "write.owner", process=1)

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with WriterLock(tmp_path / "write.lock").held("adding"):
        assert not (tmp_path / "write.owner").exists()  # what another one wrote must not be taken for ours


@pytest.mark.parametrize(
    ("code", "message"),
    [(errno.ENOSPC, r"disk that holds .* is full\. Free some space"), (errno.EROFS, "Make the folder .* writable")],
)
def test_a_lock_that_cannot_be_taken_stops_changes_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, message: str
) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    lock = WriterLock(tmp_path / "write.lock")
    monkeypatch.setattr(FileLock, "acquire", refused)
    with pytest.raises(LibraryError, match=message), lock.held("adding"):
        pass
    with lock.attempted() as held:
        assert not held


@pytest.mark.parametrize("there", ["a folder", "nothing"])
def test_something_else_in_the_place_of_the_lock(tmp_path: Path, there: str) -> None:
    lock = WriterLock(tmp_path / "library" / "write.lock")
    if there == "a folder":
        (tmp_path / "library" / "write.lock").mkdir(parents=True)
    expected = "cannot be changed" if there == "a folder" else "is gone"
    with pytest.raises(LibraryError, match=expected), lock.held():
        pass
    with lock.attempted() as held:
        assert not held
    assert (tmp_path / "library").exists() == (there == "a folder")


def test_a_disk_that_fills_while_the_lock_is_held_is_told(tmp_path: Path) -> None:
    lock, full = WriterLock(tmp_path / "write.lock"), OSError(errno.ENOSPC, "No space left", "/shelf/x")
    with pytest.raises(LibraryError, match=r"disk that holds /shelf/x is full\. Free some space"), lock.held():
        raise full
    with pytest.raises(ConnectionError), lock.held():  # nothing that the disk is to blame for
        raise ConnectionError
    with lock.attempted() as held:
        assert held
