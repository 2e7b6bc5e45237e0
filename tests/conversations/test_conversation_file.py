"""The file of conversations: who may read it, damage, several threads and processes, and sudden death."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from answer_fakes import names, not_found, questions

from qa.conversations import database
from qa.conversations.store import Conversations
from qa.errors import ConversationError, FormatError
from qa.serialization.conversations import Conversation


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.db")


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_the_files_are_their_owners_alone(kept: Conversations, tmp_path: Path) -> None:
    kept.create()
    with closing(sqlite3.connect(kept.path)) as other:
        other.execute("SELECT * FROM turns").fetchall()
        kept.create()
        files = list(tmp_path.iterdir())
        assert {path.name for path in files} == {f"conversations.db{end}" for end in ("", "-wal", "-shm")}
        assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


# damage


def no_database(path: Path) -> None:
    path.write_bytes(b"This is no database. " * 300)


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def spoilt(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 : page * 4096 + 512] = bytes(range(256)) * 2
    path.write_bytes(data)


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (text)")


def of_another_program_with_such_tables(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE conversations (id)")
        connection.execute("CREATE TABLE turns (id)")


def without_a_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE turns")


@pytest.mark.parametrize(
    "spoil",
    [no_database, cut_short, spoilt, of_another_program, of_another_program_with_such_tables, without_a_table],
)
def test_a_damaged_or_foreign_file_is_put_aside_and_the_next_one_works(
    kept: Conversations, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    talk = kept.create("Lost")
    for _ in range(5):
        kept.append(talk.id, not_found("Why? " * 2000))
    spoil(kept.path)
    content = kept.path.read_bytes()
    with pytest.raises(ConversationError, match="put aside as conversations.db.damaged-") as raised:
        kept.turns(talk.id)
    [aside] = tmp_path.glob("conversations.db.damaged-*")
    assert aside.name in str(raised.value)
    assert aside.read_bytes() == content
    assert kept.listed() == []
    kept.create("New")
    assert names(kept) == ["New"]


def test_a_log_of_a_damaged_file_is_not_taken_for_one_of_the_next(kept: Conversations, tmp_path: Path) -> None:
    kept.create("Old")
    with closing(sqlite3.connect(kept.path)) as open_meanwhile:  # so that the log is not emptied by closing
        open_meanwhile.execute("SELECT count(*) FROM turns").fetchone()
        kept.create("In the log")
        with kept.path.open("r+b") as file:
            file.write(b"spoilt" * 100)
        with pytest.raises(ConversationError, match="put aside"):
            kept.create("New")
        assert not (tmp_path / "conversations.db-wal").exists()
        kept.create("New")
    assert names(kept) == ["New"]


def test_who_comes_late_to_a_damaged_file_leaves_the_new_one_alone(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.create("Old")
    kept.path.write_bytes(b"spoilt" * 1000)
    put_aside = database._put_aside

    def too_late(path: Path, identity: tuple[int, int], damage: Exception) -> ConversationError:
        first = put_aside(path, identity, damage)  # another process, as it saw the same damage
        kept.create("New")
        put_aside(path, identity, damage)
        return first

    monkeypatch.setattr(database, "_put_aside", too_late)
    with pytest.raises(ConversationError, match="put aside"):
        kept.listed()
    assert names(kept) == ["New"]


def test_a_turn_that_a_disk_has_spoilt_leaves_the_rest_readable(kept: Conversations) -> None:
    talk, other = kept.create("Spoilt"), kept.create("Sound")
    turn = kept.append(talk.id, not_found("Who?"))
    kept.append(other.id, not_found("When?"))
    with closing(sqlite3.connect(kept.path)) as connection, connection:
        connection.execute("UPDATE turns SET turn = CAST(x'7bff7d' AS TEXT) WHERE id = ?", (turn.id,))
    with pytest.raises(FormatError, match=f"Turn {turn.id} "):
        kept.turns(talk.id)
    assert names(kept) == ["Sound", "Spoilt"]
    assert questions(kept, other) == ["When?"]
    kept.delete(talk.id)
    assert names(kept) == ["Sound"]


def test_a_file_of_a_newer_version_is_left_alone(kept: Conversations) -> None:
    kept.create("Kept")
    with closing(sqlite3.connect(kept.path)) as connection:
        connection.execute("PRAGMA user_version = 9")
    with pytest.raises(ConversationError, match="Upgrade article-qa"):
        kept.listed()
    with closing(sqlite3.connect(kept.path)) as connection:
        connection.execute("PRAGMA user_version = 1")
    assert names(kept) == ["Kept"]


def test_a_folder_that_is_gone_is_told_and_not_made_again(tmp_path: Path) -> None:
    with pytest.raises(ConversationError, match="cannot be kept"):
        Conversations(tmp_path / "gone" / "conversations.db").create()
    assert not (tmp_path / "gone").exists()


def test_a_file_that_was_deleted_begins_anew(kept: Conversations) -> None:
    kept.create("Old")
    kept.path.unlink()
    assert kept.listed() == []


# several at once


def test_a_writer_that_holds_on_is_waited_for_and_then_told(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = kept.create()
    monkeypatch.setattr("qa.conversations.database.BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(kept.path, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        with pytest.raises(ConversationError, match="Try again"):
            kept.append(talk.id, not_found("Who?"))
        assert questions(kept, talk) == []  # reading goes on


def test_many_threads_append_and_read_at_once(kept: Conversations) -> None:
    talk = kept.create()

    def work(thread: int) -> None:
        for number in range(10):
            kept.append(talk.id, not_found(f"{thread} {number}?"))
            assert kept.turns(talk.id)

    threads = [threading.Thread(target=work, args=[thread]) for thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    asked = questions(kept, talk)
    assert len(asked) == 40
    for thread in range(4):  # each one's own in the order they were asked
        own = [question for question in asked if question.startswith(f"{thread} ")]
        assert own == [f"{thread} {number}?" for number in range(10)]


APPENDING = """
import sys
from pathlib import Path
from qa.conversations.store import Conversations
from qa.datatypes import Answer, Reason, Turn

kept, name = Conversations(Path(sys.argv[1])), sys.argv[3]
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[4])):
    question = f"{name} {number}?"
    kept.append(sys.argv[2], Turn(question, Answer(question + " " + "x" * 5000, "", 0.1, (), (), Reason.NOT_SURE)))
    print(number, flush=True)
"""
CREATING = """
import sys
from pathlib import Path
from qa.conversations.store import Conversations

kept = Conversations(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
kept.create(sys.argv[2])
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A process that waits for a line before it begins."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def test_who_finds_the_file_empty_looks_again_before_making_the_tables(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    version, others = database._version, iter(["Theirs"])

    def overtaken(connection: sqlite3.Connection) -> int | None:
        found = version(connection)
        for name in others:
            Conversations(kept.path).create(name)
        return found

    monkeypatch.setattr(database, "_version", overtaken)
    kept.create("Ours")
    assert names(kept) == ["Ours", "Theirs"]


def test_processes_that_make_the_file_at_the_same_moment_agree(kept: Conversations) -> None:
    makers = [started(CREATING, kept.path, name) for name in "abc"]
    for maker in makers:
        begin(maker)
    for maker in makers:
        maker.communicate()
    assert [maker.returncode for maker in makers] == [0] * 3
    assert sorted(names(kept)) == ["a", "b", "c"]


def test_two_processes_write_to_one_conversation(kept: Conversations) -> None:
    talk = kept.create()
    writers = [started(APPENDING, kept.path, talk.id, name, 15) for name in ("a", "b")]
    for writer in writers:
        begin(writer)
    for writer in writers:
        writer.communicate()
    assert [writer.returncode for writer in writers] == [0, 0]
    asked = questions(kept, talk)
    assert len(asked) == 30
    for name in ("a", "b"):
        assert [each for each in asked if each[0] == name] == [f"{name} {number}?" for number in range(15)]


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_process_killed_while_it_appends_loses_nothing_that_it_kept(kept: Conversations) -> None:
    chance = random.Random(11)
    for round_ in range(8):
        talk: Conversation = kept.create(f"Round {round_}")
        writer = started(APPENDING, kept.path, talk.id, "q", 100_000)
        begin(writer)
        assert writer.stdout
        told = [int(writer.stdout.readline()) for _ in range(chance.randint(1, 12))]
        threading.Event().wait(chance.uniform(0, 0.05))
        writer.send_signal(signal.SIGKILL)
        told += map(int, writer.communicate()[0].split())
        asked = questions(kept, talk)
        assert asked[: len(told)] == [f"q {number}?" for number in told]
        assert len(asked) - len(told) in (0, 1)  # one more may have been kept, and not been told of
        assert kept.count() == round_ + 1
    with closing(sqlite3.connect(kept.path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
