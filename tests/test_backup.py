"""A backup that is made while others ask and add, and what comes of it."""

import json
import stat
import threading

import pytest
from test_assistant import OSLO, PLAIN, ROME, PatternReader, WordEncoder, note

from qa.accounts.admission import Admission, folder_of
from qa.accounts.identity import Identity, Role
from qa.assistant import Assistant
from qa.backup import MANIFEST, back_up, check_backup, restore
from qa.config import Settings
from qa.conversations.database import NAME
from qa.conversations.store import Conversations
from qa.datatypes import Turn
from qa.errors import FormatError, LibraryError
from qa.files import make_private
from qa.library import Library
from qa.serialization.answers import answer_to_dict

QUESTIONS = ("Where was the treaty signed?", "Who signed the treaty?", "What is the tide at noon?")


def opened(folder):
    return Library.open(folder, Settings(), encoder=WordEncoder())


def answers(library):
    """What is answered, as the bytes that a program gets."""
    assistant = Assistant(library, PatternReader("Oslo|Ann Lee|Rome"), PLAIN)
    return [json.dumps(answer_to_dict(assistant.ask(question))).encode() for question in QUESTIONS]


@pytest.fixture
def library(tmp_path):
    with opened(tmp_path / "library") as library:
        library.add_documents([OSLO, ROME])
        library.tag([next(library.articles()).id], add=["treaties"])
        yield library


def test_a_restored_library_answers_the_same_byte_for_byte(library, tmp_path):
    before, tags = answers(library), library.tags()
    assert b"Oslo" in before[0]
    back_up(library.path, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    with opened(tmp_path / "restored") as restored:
        assert answers(restored) == before
        assert restored.tags() == tags
        assert [finding for finding in restored.examine() if not finding.sound] == []


def test_conversations_and_accounts_of_everybody_come_back(library, tmp_path):
    kept = Conversations.beside(library)
    admission = Admission.at(kept.path)
    ida = admission.accounts.add("ida", Role.EDITOR, "correct horse battery")
    own = folder_of(kept.path, ida.id)
    make_private(own)
    answer = Assistant(library, PatternReader("Oslo"), PLAIN).ask(QUESTIONS[0])
    for each in (kept, Conversations(own / NAME)):
        each.append(each.create().id, Turn(QUESTIONS[0], answer))
    back_up(library.path, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    there = Conversations(tmp_path / "restored" / kept.path.name)
    theirs = Conversations(folder_of(there.path, ida.id) / NAME)
    assert [each.name for each in (*there.listed(), *theirs.listed())] == [QUESTIONS[0]] * 2
    accounts = Admission.at(there.path).accounts
    assert accounts.sign_in("ida", "correct horse battery") == Identity("ida", Role.EDITOR)


def test_all_of_a_backup_is_its_owners_alone(library, tmp_path):
    back_up(library.path, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    for folder in ("backup", "restored"):
        there = [tmp_path / folder, *(tmp_path / folder).rglob("*")]
        assert {stat.S_IMODE(path.stat().st_mode) for path in there} == {0o700, 0o600}


def test_what_is_added_meanwhile_is_in_it_whole_or_not_at_all(library, tmp_path):
    done = threading.Event()

    def add():
        number = 0
        while not done.is_set():
            number += 1
            library.add_documents([note(f"Note {number}", f"The harbour of day {number} lay still all morning long.")])

    writer = threading.Thread(target=add)
    writer.start()
    try:
        for number in range(3):
            back_up(library.path, tmp_path / f"backup{number}")
    finally:
        done.set()
        writer.join()
    for number in range(3):
        restore(tmp_path / f"backup{number}", tmp_path / f"restored{number}")
        with opened(tmp_path / f"restored{number}") as restored:
            assert b"Oslo" in answers(restored)[0]  # which makes the indexes
            assert [finding for finding in restored.examine() if not finding.sound] == []


@pytest.mark.parametrize("harm", ["changed", "cut", "gone", "unfinished", "outside", "foreign"])
def test_a_damaged_backup_is_refused_before_anything_is_written(library, tmp_path, harm):
    folder = tmp_path / "backup"
    back_up(library.path, folder)
    assert check_backup(folder).files > 1
    (database,) = folder.rglob("library.db")
    manifest = folder / MANIFEST
    if harm == "changed":
        data = bytearray(database.read_bytes())
        data[len(data) // 2] ^= 1
        database.write_bytes(data)
    elif harm == "cut":
        database.write_bytes(database.read_bytes()[:-1])
    elif harm == "gone":
        database.unlink()
    elif harm == "unfinished":
        manifest.unlink()
    elif harm == "outside":
        manifest.write_text(manifest.read_text().replace('"CURRENT"', '"../CURRENT"'))
    else:
        manifest.write_text('{"format": "another", "files": []}')
    with pytest.raises(FormatError):
        restore(folder, tmp_path / "restored")
    assert not (tmp_path / "restored").exists()


def test_nothing_is_written_over(library, tmp_path):
    back_up(library.path, tmp_path / "backup")
    with pytest.raises(LibraryError, match="not empty"):
        back_up(library.path, tmp_path / "backup")
    with pytest.raises(LibraryError, match="not empty"):
        restore(tmp_path / "backup", library.path)


def test_where_there_is_no_library_there_is_nothing_to_back_up(tmp_path):
    with pytest.raises(LibraryError, match="no library"):
        back_up(tmp_path / "nowhere", tmp_path / "backup")
