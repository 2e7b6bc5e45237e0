"""What was removed or replaced is in no file any more; those who ask meanwhile, and a killed compaction, do no harm."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import faiss
import numpy as np
import pytest
import tantivy
from library_fakes import SETTINGS, LetterEncoder, generation_of, retriever_of, shell_with_letters, write, write_rows

from qa.datatypes import Progress, RetrievedPassage
from qa.errors import LibraryError
from qa.library import Library
from qa.storage.local import compaction

STAYS = "The zebra ran past the quiet zoo."
TITLE, TEXT, STEMS = "Blixnarth Vorgel", "Umbrazells drummed under Zinkwurf.", ("umbrazel", "zinkwurf", "blixnarth")
SECRET = {
    "title": TITLE,
    "text": TEXT,
    "author": "Quompf Frelander",
    "url": "https://hulvermark.example/story",
    "site": "Wexpost",
}
WORDS = (b"umbrazell", b"zinkwurf", b"blixnarth", b"vorgel", b"quompf", b"frelander", b"hulvermark", b"wexpost")
PATH_WORD = b"quellmoor"  # in the file's name


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        yield opened


@pytest.fixture
def secret(tmp_path: Path, library: Library) -> Path:
    """One article to be removed and one to stay, both also in a snapshot of the vectors."""
    folder = tmp_path / "articles"
    write(folder, "animals", STAYS, title="Zoo")
    path = folder / "quellmoor.json"
    path.write_text(json.dumps(SECRET))
    library.add(folder)
    library.refresh()
    generation_of(library).dense.save()
    return path


def reopened(library: Library) -> Library:
    """The same library as another process sees it."""
    return Library.open(library.path, SETTINGS, encoder=LetterEncoder())


def id_of(library: Library, title: str) -> str:
    return next(article.id for article in library.articles() if article.title == title)


def vector_bytes(text: str, title: str = TITLE) -> tuple[bytes, bytes]:
    """A passage's vector as the database and as the snapshot write it."""
    vector = LetterEncoder().encode_queries([f"{title}\n{text}"])[0].astype("<f2")
    return vector.tobytes(), vector.astype("<f4").tobytes()


def held(folder: Path, needles: tuple[bytes, ...]) -> set[bytes]:
    """Those of `needles` that are in the bytes or the name of any file below a folder, in capitals or not."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    content = b"\0".join([path.read_bytes() + b"\0" + bytes(path) for path in files])
    return {needle for needle in needles if needle in content or needle in content.lower()}


def terms_held(folder: Path, terms: tuple[str, ...]) -> set[str]:
    """Those of `terms` that any index below a folder has in its dictionary: there they are not written in one piece."""
    searchers = [tantivy.Index.open(str(meta.parent)).searcher() for meta in folder.rglob("meta.json")]
    return {
        term for term in terms for each in searchers for field in ("title", "text") if each.doc_freq(field, term) > 0
    }


def everything(text: str = TEXT) -> tuple[bytes, ...]:
    return (*WORDS, PATH_WORD, *vector_bytes(text))


def ask(library: Library, question: str) -> list[RetrievedPassage]:
    return retriever_of(library).retrieve(question)


# nothing stays


def test_nothing_of_a_removed_article_is_in_any_file(library: Library, secret: Path) -> None:
    article_id = id_of(library, TITLE)
    needles = (*everything(), article_id.encode())
    assert held(library.path, needles) == set(needles)
    assert terms_held(library.path, STEMS) == set(STEMS)
    assert library.remove([article_id]).removed == (article_id,)
    assert held(library.path, needles) == set()
    assert terms_held(library.path, STEMS) == set()
    assert not library.has_removed_text()
    assert [hit.article.text for hit in ask(library, "Who ran past the zoo?")] == [STAYS]
    assert {check.check for check in library.examine() if not check.sound} == set()


def test_what_sync_takes_out_goes_as_well(library: Library, secret: Path) -> None:
    secret.unlink()
    assert len(library.sync(secret.parent).removed) == 1
    assert (held(library.path, everything()), terms_held(library.path, STEMS)) == (set(), set())


def test_an_old_version_goes_at_the_latest_when_asked_for(library: Library, secret: Path) -> None:
    secret.write_text(json.dumps({"title": "Harvest", "text": "Nine tonnes of honey."}))
    library.add(secret)
    assert library.has_removed_text()
    assert held(library.path, everything()) >= set(vector_bytes(TEXT))
    assert library.compact() > 0
    assert not library.has_removed_text()
    assert held(library.path, everything()) == {PATH_WORD}  # which is where the new version is from
    assert terms_held(library.path, (*STEMS, "honey")) == {"honey"}


def test_an_author_and_an_address_that_were_corrected_go_too(library: Library, secret: Path) -> None:
    secret.write_text(json.dumps({"title": TITLE, "text": TEXT}))
    library.add(secret)
    library.compact()
    assert held(library.path, everything()) == set(everything()) - set(WORDS[4:]) - {vector_bytes(TEXT)[1]}


def test_what_is_known_of_a_file_that_failed_goes_with_its_article(library: Library, secret: Path) -> None:
    secret.write_text(json.dumps({"title": TITLE, "text": ""}))
    library.add(secret)
    assert [failure.source for failure in library.failures()] == [str(secret)]
    library.remove([id_of(library, TITLE)])
    assert library.failures() == []
    assert held(library.path, everything()) == set()


def test_what_was_cut_short_goes(library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(progress: Progress) -> None:
        if progress.stage == "index":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.rebuild(progress=stop)
    old = library.path / "generations" / "000000"
    old.mkdir()
    for left in (
        old / "library.db",
        library.path / "vectors.bin.partial",
        generation_of(library).folder / "v.bin.partial",
    ):
        left.write_bytes(TEXT.encode())
    assert len(list((library.path / "generations").iterdir())) == 3
    there: list[Path] = []
    monkeypatch.setattr(compaction, "check_room", lambda *_: there.extend((library.path / "generations").iterdir()))
    library.remove([id_of(library, TITLE)])
    assert [path.name for path in there] == ["000001"]  # what goes anyway takes no room
    assert [path.name for path in (library.path / "generations").iterdir()] == [generation_of(library).name]
    assert held(library.path, everything()) == set()


def test_an_inverted_index_learns_nothing_from_what_is_gone(
    library: Library, secret: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The centre of a list with one vector in it is that vector."""
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", -1)
    monkeypatch.setattr("embeddings.vectors.EXACT_LIMIT", 16)
    rows = {f"row{i}": f"Plain row {'abcdefghij'[i % 10] * i}." for i in range(40)}
    library.add(write_rows(tmp_path / "rows.jsonl", rows))
    generation_of(library).dense.rebuild()
    generation_of(library).dense.save()
    assert nearest_centre(library) > 0.999
    library.remove([id_of(library, TITLE)])
    assert nearest_centre(library) < 0.9


def nearest_centre(library: Library) -> float:
    """The cosine of the secret vector and the nearest centre of a list in the snapshot."""
    content = generation_of(library).dense.snapshot.read_bytes()
    index = faiss.deserialize_index(np.frombuffer(content[content.index(b"IwSq") :], np.uint8))
    centres = index.quantizer.reconstruct_n()
    return float((centres @ LetterEncoder().encode_queries([f"{TITLE}\n{TEXT}"])[0]).max())


def test_nobody_writes_back_what_he_still_remembers(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with reopened(library) as other:
        other.refresh()
        monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", -1)
        library.remove([id_of(library, TITLE)])
        assert generation_of(other).wants_snapshot(1)
    assert held(library.path, everything()) == set()


# when


def test_a_large_library_says_what_lingers_and_compacts_when_much_has_gone(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "CHEAP_PASSAGES", 2)
    monkeypatch.setattr(compaction, "GONE_PASSAGES", 1)  # with a fifth of what is held: 1 + 0.2 * 8 < 3 < 1 + 0.2 * 11
    library.add(write_rows(tmp_path / "rows.jsonl", {f"row{i}": f"Row number{i} is here." for i in range(11)}))
    ids = [article.id for article in library.articles()]
    for article_id in ids[:2]:
        library.remove([article_id])
        assert library.has_removed_text()
        assert generation_of(library).name == "000001"
    assert "words of 2 passages" in next(each.detail for each in library.examine() if each.check == "leftovers")
    library.remove(ids[2:3])
    assert not library.has_removed_text()
    assert generation_of(library).name == "000002"


def test_the_database_of_a_large_library_forgets_texts_at_once(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "CHEAP_PASSAGES", 0)
    library.remove([id_of(library, TITLE)])
    library.close()  # the last who has it open writes the log into the database
    (generation,) = (library.path / "generations").iterdir()
    (generation / "vectors.bin").unlink()
    assert held(library.path, everything()) == set()
    assert terms_held(library.path, STEMS) != set()


def test_what_has_not_changed_is_not_written_anew(library: Library, secret: Path) -> None:
    library.sync(secret.parent)
    library.remove(["unknown"])
    assert generation_of(library).name == "000001"


def test_passage_ids_and_the_revision_go_on(library: Library, secret: Path) -> None:
    _, ids = library.store.passage_ids()
    library.remove([id_of(library, TITLE)])
    revision, left = library.store.passage_ids()
    assert (revision, len(left)) == (2, 1)
    library.add(secret)
    revision, again = library.store.passage_ids()
    assert (revision, again.tolist()) == (3, [*left.tolist(), max(ids) + 1])


def test_without_room_the_removal_stands_and_the_rest_is_told(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("qa.storage.local.rebuild.shutil.disk_usage", lambda _: SimpleNamespace(free=1_000_000))
    with caplog.at_level(logging.WARNING):
        assert len(library.remove([id_of(library, TITLE)]).removed) == 1
    assert "Compacting needs about 50 MB" in caplog.text
    assert library.has_removed_text()
    with pytest.raises(LibraryError, match=r"Compacting needs about 50 MB .* 1 MB are free"):
        library.compact()
    monkeypatch.undo()
    library.compact()
    assert held(library.path, everything()) == set()


def test_a_compaction_that_lost_something_is_not_put_in_force(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("qa.storage.local.rebuild.Generation.catch_up_lexical", lambda self: None)
        with pytest.raises(LibraryError, match="not complete"):
            library.compact()
    assert [path.name for path in (library.path / "generations").iterdir()] == ["000001"]
    assert len(ask(library, "zebra zinkwurf")) == 2


# in the shell


def test_the_shell_says_what_lingers_and_takes_it_out(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shell_with_letters(monkeypatch)
    monkeypatch.setattr(compaction, "CHEAP_PASSAGES", 0)
    removed = run("remove", id_of(library, TITLE), "--library", library.path)
    assert (removed.exit_code, removed.stdout) == (0, "1 removed.\n")
    assert "stay in the library's files until: article-qa compact" in removed.stderr
    compacted = run("compact", "--library", library.path)
    assert (compacted.exit_code, compacted.stdout) == (0, "")
    assert re.match(r"Nothing of what was removed is left in the library, 0\.\d MB came free\.", compacted.stderr)
    assert held(library.path, everything()) == set()


def test_the_shell_compacts_a_small_library_without_a_word(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = shell_with_letters(monkeypatch)
    removed = run("remove", id_of(library, TITLE), "--library", library.path)
    assert (removed.exit_code, removed.stdout, removed.stderr) == (0, "1 removed.\n", "")
    assert held(library.path, everything()) == set()


def test_sync_says_what_lingers(library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = shell_with_letters(monkeypatch)
    monkeypatch.setattr(compaction, "CHEAP_PASSAGES", 0)
    secret.unlink()
    assert "until: article-qa compact" in run("sync", secret.parent, "--library", library.path).stderr
    assert run("sync", secret.parent, "--library", library.path).stderr == ""


def test_a_compaction_that_is_stopped_says_so(library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(compaction, "complete", stop)
    stopped = shell_with_letters(monkeypatch)("compact", "--library", library.path)
    assert stopped.exit_code == 130
    assert "Stopped. The library is whole" in stopped.stderr
    assert [path.name for path in (library.path / "generations").iterdir()] == ["000001"]


# who asks meanwhile


def assert_answered(library: Library) -> None:
    (best, *others) = ask(library, "zebra ran past quiet zoo")
    assert best.article.text == STAYS
    assert (best.lexical_rank, best.dense_rank) == (1, 1)
    assert len(others) <= 1


def keep_asking(library: Library, until: threading.Event, problems: list[BaseException], counts: list[int]) -> None:
    try:
        while not until.is_set():
            assert_answered(library)
            list(library.articles())  # moves the library on to a new generation, whoever else is asking
            counts.append(1)
    except BaseException as error:  # noqa: BLE001
        problems.append(error)


def test_an_old_generation_answers_on_after_its_files_are_gone(library: Library, secret: Path) -> None:
    with reopened(library) as other:
        other.refresh()
        old = generation_of(other)
        library.add(write(secret.parent, "honey", "Nine tonnes of honey.", title="Harvest"))
        library.remove([id_of(library, TITLE)])
        assert not old.folder.exists()
        assert old.lexical_is_behind()
        ((passage, _),) = old.lexical.search("zebra", 5)
        assert old.store.passages([passage])[0].article_id == id_of(library, "Zoo")
        assert [hit.article.title for hit in ask(other, "honey zinkwurf")] == ["Harvest", "Zoo"]


def test_asking_goes_on_during_compaction(library: Library, secret: Path) -> None:
    done, problems, counts = threading.Event(), list[BaseException](), list[int]()
    command = [sys.executable, __file__, "ask", str(library.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[1:3]))}
    with (
        reopened(library) as other,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment) as process,
    ):
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        asking = [
            threading.Thread(target=keep_asking, args=(each, done, problems, counts))
            for each in (library, other, other)
        ]
        for thread in asking:
            thread.start()
        try:
            for _ in range(3):
                library.remove([id_of(library, TITLE)])
                assert held(library.path, everything()) == set()
                library.add(secret)
                library.compact()
        finally:
            done.set()
            for thread in asking:
                thread.join(30)
            told, _ = process.communicate("stop\n", timeout=60)
        assert problems == []
        assert len(counts) > 10
        assert json.loads(told)["problems"] == []
        assert json.loads(told)["answers"] > 0


def ask_until_told(path: str) -> None:
    """The process that asks."""
    done, problems, counts = threading.Event(), list[BaseException](), list[int]()
    with Library.open(path, SETTINGS, encoder=LetterEncoder()) as library:
        assert_answered(library)
        print("ready", flush=True)  # noqa: T201
        asking = threading.Thread(target=keep_asking, args=(library, done, problems, counts))
        asking.start()
        sys.stdin.readline()
        done.set()
        asking.join()
    print(json.dumps({"answers": len(counts), "problems": [repr(each) for each in problems]}))  # noqa: T201


# killed

STEPS = {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect"}  # what is told of Python's doings


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_step_a_compaction_is_finished_by_the_next(
    library: Library, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compaction, "CHEAP_PASSAGES", 0)
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", -1)
    command = [sys.executable, __file__, "kill", str(library.path)]
    step, code = 0, 9
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, Path(__file__).parents[1:3]))}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    ) as killer:
        assert killer.stdin
        assert killer.stdout
        while code == 9:
            step += 1
            library.add(secret)
            library.remove([id_of(library, TITLE)])
            killer.stdin.write(f"{step}\n")
            code = int(killer.stdout.readline())
            with reopened(library) as after:
                assert_answered(after)
                assert [article.title for article in after.articles()] == ["Zoo"]
                assert {each.check for each in after.examine(repair=False) if not each.sound} <= {"leftovers"}
                after.compact()
                assert not after.has_removed_text()
                assert held(library.path, everything()) == set(), step
        killer.stdin.close()
    assert code == 0
    assert step > 30


def kill_when_told(path: str) -> None:
    """For each number on stdin, fork a process that compacts and dies at that step of it; tell how it ended."""
    for module in (
        "faiss",
        "tantivy",
        "embeddings.vectors",
        "qa.storage.local.lexical",
        "qa.storage.local.rebuild",
        "qa.storage.local.doctor",
    ):
        import_module(module)  # once here, so that no fork has to
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            compact_and_die(path, int(line))
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def compact_and_die(path: str, step: int) -> None:
    """Ends with code 9 at the step, 0 if there are fewer, 3 after an exception."""
    left = step

    def count(event: str, _: object) -> None:
        nonlocal left
        left -= event in STEPS
        if not left:
            os._exit(9)

    try:
        library = Library.open(path, SETTINGS, encoder=LetterEncoder())
        sys.addaudithook(count)
        library.compact()
    except BaseException:  # noqa: BLE001
        os._exit(3)
    os._exit(0)


if __name__ == "__main__":
    {"ask": ask_until_told, "kill": kill_when_told}[sys.argv[1]](sys.argv[2])
