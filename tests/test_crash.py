"""A process that changes a library is killed at random moments; what it leaves is a whole state, found by all parts.

A helper process (this file, run as a program) loads everything once and then forks the processes to be killed.
Each change is announced in a log before it begins and when it is done, so that what must be there is known exactly.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder, write_rows

import qa.generations
from qa.library import Library

KILLS = 60
FILES = ["one", "two", "three"]
BATCHES = 3  # in a file, of SETTINGS.batch_articles articles each

State = dict[tuple[str, int], str]  # the version of each batch of each file that is stored
Disk = dict[str, str]  # the version of each file that is there


def text_of(file: str, batch: int, version: str, item: int) -> str:
    return f"Item {item} of {file} batch {batch} version {version}."


def version_of(text: str) -> tuple[str, int, str]:
    words = text.rstrip(".").split()
    return words[3], int(words[5]), words[7]


def write_file(folder: Path, file: str, version: str) -> Path:
    size = SETTINGS.batch_articles
    rows = {f"row{i}": text_of(file, i // size, version, i % size) for i in range(BATCHES * size)}
    return write_rows(folder / f"{file}.partial", rows).replace(folder / f"{file}.jsonl")


def read_files(folder: Path) -> Disk:
    """The versions of the files: in a row they stand before the final full stop."""
    return {path.stem: path.read_text().split(".")[0].rpartition(" ")[2] for path in folder.glob("*.jsonl")}


def change(library: Library, folder: Path, step: list[str]) -> None:
    """Take one step of the log."""
    match step:
        case ["add", file, version]:
            library.add(write_file(folder, file, version))
        case ["delete", file]:
            (folder / f"{file}.jsonl").unlink(missing_ok=True)
            library.sync(folder)
        case ["remove", file, batch]:
            ids = [each.id for each in library.articles() if version_of(each.text)[:2] == (file, int(batch))]
            library.remove(ids)
        case ["rebuild"]:
            library.rebuild()
        case _:
            raise ValueError(step)


def expected_after(state: State, disk: Disk, step: list[str]) -> tuple[State, Disk]:
    """What the library and the folder hold when the step is done, by what was in them before."""
    match step:
        case ["add", file, version]:
            return state | {(file, batch): version for batch in range(BATCHES)}, disk | {file: version}
        case ["delete", file]:
            disk = {name: version for name, version in disk.items() if name != file}
            return {(name, batch): version for name, version in disk.items() for batch in range(BATCHES)}, disk
        case ["remove", file, batch]:
            return {key: version for key, version in state.items() if key != (file, int(batch))}, disk
    return state, disk


def steps(chance: random.Random, name: str) -> Iterator[list[str]]:
    for number in count():
        file = chance.choice(FILES)
        kind = chance.choices(["add", "delete", "remove", "rebuild"], [8, 2, 2, 3])[0]
        if kind == "add":
            yield ["add", file, letters(f"{name} {number}")]
        elif kind == "delete":
            yield ["delete", file]
        elif kind == "remove":
            yield ["remove", file, str(chance.randrange(BATCHES))]
        else:
            yield ["rebuild"]


def letters(numbers: str) -> str:
    """A word for numbers, that no tokenizer takes apart."""
    return numbers.translate(str.maketrans("0123456789 ", "abcdefghijz"))


def churn(base: Path, name: str) -> None:
    """Change the library until killed."""
    log = os.open(base / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    library = Library.open(base / "library", SETTINGS, encoder=LetterEncoder())
    for step in steps(random.Random(name), name):
        os.write(log, ("begin " + " ".join(step) + "\n").encode())
        change(library, base / "articles", step)
        os.write(log, b"done\n")


def serve(base: Path) -> None:
    """For each line of stdin fork a process that churns, tell its number, and wait for its death."""
    for module in ("faiss", "tantivy", "embeddings.vectors", "qa.lexical", "qa.loaders.tables", "qa.rebuilding"):
        import_module(module)  # once here, so that no fork has to
    qa.generations.SNAPSHOT_PASSAGES = 0  # snapshots are written all the time
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        number = os.fork()
        if number == 0:
            try:
                churn(base, line.strip())
            finally:
                os._exit(3)  # only reached through an exception
        print(number, flush=True)  # noqa: T201
        _, status = os.waitpid(number, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def stored(library: Library) -> State:
    """The version of every batch; no batch may be stored in part, or in two versions."""
    found = Counter(version_of(article.text) for article in library.articles())
    assert set(found.values()) <= {SETTINGS.batch_articles}
    state = {(file, batch): version for file, batch, version in found}
    assert len(state) == len(found)
    return state


def assert_in_step(library: Library) -> None:
    """Both indexes hold the stored passages, all of them and nothing else."""
    assert library.store.check() == []
    assert library.refresh() == library.store.revision()
    _, ids = library.store.passage_ids()
    assert library.vectors.ids().tolist() == ids.tolist()
    assert {hit for hit, _ in library.lexical.search("item", 1000)} == set(ids.tolist())
    of_version: dict[str, set[int]] = {}
    for article in library.articles():
        (passage,) = library.store.passages_of(article.id)
        of_version.setdefault(version_of(article.text)[2], set()).add(passage.id)
        vector = LetterEncoder().encode_queries([article.title + "\n" + article.text])[0]
        found, scores = library.vectors.search(vector, len(ids))
        assert dict(zip(found.tolist(), scores.tolist(), strict=True))[passage.id] == pytest.approx(1, abs=2e-3)
    for version, passages in of_version.items():
        assert {hit for hit, _ in library.lexical.search(version, 1000)} == passages


def assert_as_logged(state: State, before: State, disk: Disk, log: Path) -> None:
    """What was done is there; of the step that was cut short, each batch is as before or as after."""
    lines = log.read_text().splitlines() if log.exists() else []
    begun: list[str] = []
    for line in lines:
        if line == "done":
            before, disk = expected_after(before, disk, begun)
            begun = []
        else:
            begun = line.split()[1:]
    after, _ = expected_after(before, disk, begun)
    for key in {*before, *after, *state}:
        assert state.get(key) in (before.get(key), after.get(key)), (key, begun)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_at_any_moment_leaves_a_whole_library(tmp_path: Path) -> None:
    chance = random.Random(20250512)
    (tmp_path / "articles").mkdir()
    state: State = {}
    disk: Disk = {}
    killed_within: Counter[str] = Counter()
    command = [sys.executable, __file__, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1) as helper:
        assert helper.stdin
        assert helper.stdout
        assert helper.stdout.readline() == "ready\n"
        for turn in range(KILLS):
            (tmp_path / "log").unlink(missing_ok=True)
            helper.stdin.write(f"{turn}\n")
            number = int(helper.stdout.readline())
            time.sleep(chance.uniform(0.01, 0.4))
            os.kill(number, signal.SIGKILL)
            assert int(helper.stdout.readline()) == -signal.SIGKILL
            with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
                before, state = state, stored(library)
                assert_as_logged(state, before, disk, tmp_path / "log")
                assert_in_step(library)
            disk = read_files(tmp_path / "articles")
            killed_within[last_step(tmp_path / "log")] += 1
        helper.stdin.close()
    assert killed_within["add"] >= KILLS // 6, killed_within  # the moments were spread over what takes time
    assert killed_within["rebuild"] >= 3, killed_within


def last_step(log: Path) -> str:
    """The kind of step that was cut short."""
    lines = log.read_text().splitlines() if log.exists() else []
    return lines[-1].split()[1] if lines and lines[-1] != "done" else "between"


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
