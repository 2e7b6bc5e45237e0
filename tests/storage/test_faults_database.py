"""The database, its log and a rebuild that was begun, damaged: told with a remedy, and never another text is shown."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from damage import DAMAGES, WORDS, assert_as_before, copied, found, harm, in_memory, made, opened, rows
from library_fakes import SETTINGS, generation_of, vectors_of, write, write_rows

from qa.errors import LibraryDamaged, LibraryError

DAMAGED = 60  # databases, each in another way


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with in_memory(tmp_path) as folder:
        yield folder


@pytest.mark.slow
def test_no_damage_to_the_database_makes_it_show_another_text(whole: Path, folder: Path) -> None:
    """Each thing that can be done with it ends well, or with a LibraryError."""
    chance = random.Random(7)
    outcomes: Counter[str] = Counter()
    for number in range(DAMAGED):
        path = copied(whole, folder)
        harm(next(path.rglob("library.db")), DAMAGES[list(DAMAGES)[number % len(DAMAGES)]], chance)
        library = outcome(outcomes, lambda path=path: opened(path))
        if library is None:
            continue
        for work in (
            lambda library=library: list(library.articles()),
            lambda library=library: [found(library, word) for word in WORDS],
            library.stats,
            lambda library=library: library.examine(repair=False),
            lambda library=library: library.export(folder / "library.zip"),
            lambda library=library: library.add(write_rows(folder / "more.jsonl", rows(["lotus"]))),
            lambda library=library: library.remove([article.id for article in library.articles()][:2]),
            library.rebuild,
            library.close,
        ):
            outcome(outcomes, work)
    assert outcomes["LibraryDamaged"] >= DAMAGED // 2, outcomes
    assert outcomes["done"] >= DAMAGED // 2, outcomes


@pytest.mark.parametrize("damage", ["DELETE FROM meta", "UPDATE meta SET value = 'x' WHERE key = 'revision'"])
def test_a_revision_that_cannot_be_read_is_damage(whole: Path, tmp_path: Path, damage: str) -> None:
    path = copied(whole, tmp_path)
    with closing(sqlite3.connect(next(path.rglob("library.db")))) as connection, connection:
        connection.execute(damage)
    with pytest.raises(LibraryDamaged, match="its revision cannot be read"):
        opened(path)


def outcome(outcomes: Counter[str], work: Callable[[], object]) -> object:
    """What comes of it; an error that names the database counts, any other is raised."""
    result, damaged = None, ""
    try:
        result = work()
        outcomes["done"] += 1
    except LibraryError as error:
        outcomes[type(error).__name__] += 1
        damaged = str(error) if isinstance(error, LibraryDamaged) else ""
    assert not damaged or any(remedy in damaged for remedy in ("a copy from a backup", "article-qa doctor")), damaged
    return result


@pytest.mark.parametrize("place", ["the middle of a text", "the header", "half of it gone"])
def test_a_damaged_database_is_told_with_a_remedy(whole: Path, folder: Path, place: str) -> None:
    path = copied(whole, folder)
    file = next(path.rglob("library.db"))
    data = bytearray(file.read_bytes())
    if place == "the middle of a text":
        data[data.index(b"It was the amber of") + 12] ^= 1
    elif place == "the header":
        data[3] ^= 1
    else:
        del data[len(data) // 2 :]
    file.write_bytes(data)
    with pytest.raises(LibraryDamaged, match="Put back a copy from a backup") as raised, opened(path) as library:
        (amber,) = (article.id for article in library.articles() if article.title == "amber")
        assert found(library, "delta") == {"delta"}
        library.article(amber)
    if place == "the middle of a text":
        assert f"article-qa remove {amber}" in str(raised.value)
        with opened(path) as library:  # and the remedy helps
            assert {each.check for each in library.examine() if not each.sound} == {"texts"}
            library.remove([amber])
            library.add(write_rows(folder / "rows.jsonl", rows(WORDS)))
            assert found(library, "amber") == {"amber"}
            assert [each for each in library.examine() if not each.sound] == []


# the log of a process that was killed


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_log_loses_the_last_changes_whole_and_they_can_be_made_again(
    tmp_path: Path, folder: Path, damage: str
) -> None:
    """SQLite ends the log where a checksum does not hold, as after a power cut: what is before that is kept."""
    chance, sizes = random.Random(damage), set()
    with opened(tmp_path / "library") as library:
        source = write_rows(tmp_path / "rows.jsonl", rows(WORDS))
        library.add(source)
        path = shutil.copytree(library.path, tmp_path / "killed")  # as it is while in use, with its log
    log = next(path.rglob("library.db-wal"))
    assert log.stat().st_size > 0
    for _ in range(8):
        copy = copied(path, folder)
        harm(copy / log.relative_to(path), DAMAGES[damage], chance)
        next(copy.rglob("library.db-shm")).unlink()
        try:
            library = opened(copy)
        except LibraryDamaged:  # not even its tables are there any more
            sizes.add(-1)
            continue
        with library:
            sizes.add(len(library))
            assert len(library) % SETTINGS.batch_articles == 0
            assert [each for each in library.examine() if not (each.sound or each.mended)] == []
            library.add(source)
            assert_as_before(library)
    assert sizes - {len(WORDS)}


@pytest.mark.parametrize("asked", [True, False])
def test_an_older_copy_of_the_database_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: bool
) -> None:
    """What was derived from the newer one is not taken for its own, even when it has as many changes again."""
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 0)
    path = tmp_path / "library"
    with opened(path) as library:
        library.add(write(tmp_path, "amber", rows(["amber"])["amber"], "amber"))
    file = next(path.rglob("library.db"))
    backup = file.read_bytes()
    with opened(path) as library:
        library.add(write(tmp_path, "basil", rows(["basil"])["basil"], "basil"))
        library.refresh()
        generation_of(library).dense.save()
    file.write_bytes(backup)
    with opened(path) as library:
        if asked:
            assert found(library, "basil") == set()
        library.add(write(tmp_path, "cedar", rows(["cedar"])["cedar"], "cedar"))
    with opened(path) as library:
        assert {article.title for article in library.articles()} == {"amber", "cedar"}
        assert found(library, "basil") == set()
        assert found(library, "cedar") == {"cedar"}
        _, passages = library.store.passage_ids()
        for passage, vector in zip(passages, library.store.vectors(passages), strict=True):
            ids, scores = vectors_of(library).search(vector, 1, passages[passages == passage])
            assert (ids.tolist(), scores[0]) == ([passage], pytest.approx(1, abs=2e-3))
        assert [each for each in library.examine() if not each.sound] == []


# a rebuild that was interrupted


@pytest.mark.parametrize(
    "name", ["unfinished", "library.db", "vectors.bin", "lexical/meta.json", "lexical/revision.json"]
)
@pytest.mark.parametrize("damage", ["emptied", "cut", "flipped", "blanked"])
def test_a_damaged_beginning_of_a_rebuild_is_begun_anew(
    whole: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, damage: str
) -> None:
    path = copied(whole, folder)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with opened(path) as library:
        with monkeypatch.context() as patched:
            patched.setattr("qa.storage.local.rebuild._check", interrupted)
            with pytest.raises(KeyboardInterrupt):
                library.rebuild()
        begun = path / "generations" / "000002"
        assert (begun / "unfinished").exists()
        if (begun / name).exists():
            harm(begun / name, DAMAGES[damage], random.Random(name))
    with opened(path) as library:
        assert_as_before(library)
        library.rebuild()
        assert_as_before(library)
        assert [each for each in library.examine() if not each.sound] == []
        with closing(sqlite3.connect(library.store.path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
