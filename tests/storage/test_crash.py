"""A process that changes a library is killed at random moments; what it leaves is a whole state, found by all parts.

One library lives on through all of it. Half of the processes are killed at a number of things done to files and to
the database, the others after a random time, which may fall into what SQLite, tantivy or FAISS do. Each process begins
with what the one before it did not finish. Of some, what they leave is not looked at before the next one works on it.

`CRASH_KILLS=1000 pytest tests/test_crash.py` kills more often.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import crash_worker
import pytest
from crash_worker import BATCHES, Disk, Possible, State, Step, effect, read_files, version_of
from library_fakes import SETTINGS, LetterEncoder, lexical_of, vectors_of

from qa.library import Library

KILLS = int(os.environ.get("CRASH_KILLS", "200"))
MOST_THINGS = 700  # done to files and the database before a process is killed; a step takes 200 to 400
MOST_SECONDS = 0.15
TRUTH = {"database", "texts", "passages", "vectors", "settings"}  # what `examine` cannot mend
HALF_THERE = {
    "an article without a passage": "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM passages)",
    "an article that no source holds": "SELECT id FROM articles WHERE id NOT IN (SELECT article_id FROM sources)",
    "an article under a source that does not hold it": (
        "SELECT id FROM articles a WHERE NOT EXISTS "
        "(SELECT 1 FROM sources s WHERE s.source = a.source AND s.article_id = a.id)"
    ),
    "a passage without its article": "SELECT id FROM passages WHERE article_id NOT IN (SELECT id FROM articles)",
    "a passage without a whole vector": "SELECT id FROM passages WHERE length(vector) != 52",
    "a source that points nowhere": "SELECT source FROM sources WHERE article_id NOT IN (SELECT id FROM articles)",
    "a passage both removed and there": "SELECT id FROM passages WHERE id IN (SELECT passage_id FROM removals)",
    "a file known as whole of which something is missing": (
        "SELECT origin FROM origins o WHERE 9 != (SELECT count(*) FROM sources s WHERE s.origin = o.origin)"
    ),
    "a revision of the future": (
        "SELECT id FROM passages WHERE revision > (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'revision')"
    ),
}


class Helper:
    """The process that forks those to be killed."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def run(
        self, name: str, *, things: int = 0, seconds: float = 0, steps: int = 10_000, first: Sequence[str] = ()
    ) -> int:
        """A life of a process that is killed after so many things done, or seconds, or not at all: its exit code."""
        assert self._process.stdin
        self._process.stdin.write(" ".join([name, str(things), str(steps), *first]) + "\n")
        self._process.stdin.flush()
        number = int(self._line())
        if seconds:
            time.sleep(seconds)
            os.kill(number, signal.SIGKILL)
        return int(self._line())


@pytest.fixture
def base(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: what a process has written survives it there too, and faster."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@contextmanager
def helper(base: Path) -> Iterator[Helper]:
    command = [sys.executable, crash_worker.__file__, str(base)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Helper(process)
        finally:
            process.kill()


def read_journal(base: Path, possible: Possible, disk: Disk) -> Step:
    """Bring `possible` and `disk` up to what a dead process has written down; the step that it did not finish."""
    journal = base / "journal"
    begun: Step = []
    for line in journal.read_text().splitlines() if journal.exists() else []:
        if line == "done":
            possible |= {batch: {version} for batch, version in effect(begun, disk).items()}
            disk |= dict(change.split("=") for change in begun[1:] if "=" in change)
            begun = []
        else:
            begun = line.split()[1:]
            for batch, version in effect(begun, disk).items():
                possible[batch] = possible[batch] | {version}
    journal.unlink(missing_ok=True)
    return begun


def stored(library: Library) -> State:
    """The version of every batch; no batch may be stored in part, or in two versions."""
    found = Counter(version_of(article.text) for article in library.articles())
    assert set(found.values()) <= {SETTINGS.batch_articles}
    state = {(file, batch): version for file, batch, version in found}
    assert len(state) == len(found)
    return state


def assert_nothing_half_there(library: Library) -> None:
    with closing(sqlite3.connect(library.store.path)) as connection:
        found = {what: connection.execute(query).fetchall() for what, query in HALF_THERE.items()}
    assert {what: rows for what, rows in found.items() if rows} == {}
    assert library.failures() == []


def assert_found(library: Library) -> None:
    """Both indexes hold the stored passages, all of them and nothing else, and find each by what is in it."""
    assert library.refresh() == library.store.revision()
    _, ids = library.store.passage_ids()
    assert vectors_of(library).ids().tolist() == ids.tolist()
    assert {hit for hit, _ in lexical_of(library).search("item", 1000)} == set(ids.tolist())
    of_version: dict[str, set[int]] = {}
    for article in library.articles():
        (passage,) = library.store.passages_of(article.id)
        of_version.setdefault(version_of(article.text)[2], set()).add(passage.id)
        vector = LetterEncoder().encode_queries([article.title + "\n" + article.text])[0]
        found, scores = vectors_of(library).search(vector, len(ids))
        assert dict(zip(found.tolist(), scores.tolist(), strict=True))[passage.id] == pytest.approx(1, abs=2e-3)
    for version, passages in of_version.items():
        assert {hit for hit, _ in lexical_of(library).search(version, 1000)} == passages


def assert_whole(base: Path, possible: Possible) -> None:
    """What is in the library may be there, is whole, and is found; narrows `possible` down to it."""
    with Library.open(base / "library", SETTINGS, encoder=LetterEncoder()) as library:
        before = {each.check: each for each in library.examine(repair=False)}
        assert [before[check] for check in TRUTH if not before[check].sound] == []
        assert_nothing_half_there(library)
        state = stored(library)
        for batch, versions in possible.items():
            assert state.get(batch) in versions, batch
        assert_found(library)
        assert [each for each in library.examine() if not (each.sound or each.mended)] == []
        possible |= {batch: {state.get(batch)} for batch in possible}


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_at_any_moment_leaves_a_whole_library(base: Path) -> None:
    chance = random.Random(20250512)
    (base / "articles").mkdir()
    disk: Disk = {}
    possible: Possible = {(file, batch): {None} for file in crash_worker.FILES for batch in range(BATCHES)}
    killed_within: Counter[str] = Counter()
    unfinished: Step = []
    with helper(base) as server:
        for turn in range(KILLS):
            things = chance.randint(1, MOST_THINGS) if turn % 2 else 0
            seconds = 0 if things else chance.uniform(0.001, MOST_SECONDS)
            assert server.run(str(turn), things=things, seconds=seconds, first=unfinished) == -signal.SIGKILL
            unfinished = read_journal(base, possible, disk)
            killed_within[unfinished[0] if unfinished else "between"] += 1
            disk = read_files(base / "articles")
            if chance.random() < 0.6:
                assert_whole(base, possible)
        assert server.run("end", first=unfinished, steps=20) == 0
        assert read_journal(base, possible, disk) == []
    assert_whole(base, possible)
    for kind in crash_worker.KINDS:
        assert killed_within[kind] >= KILLS // 50, killed_within  # the moments were spread over all that takes time
