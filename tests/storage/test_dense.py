"""The vectors of a store while they grow out of one kind of index into another, against numpy, which is the oracle."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder, generation_of, vectors_of, write
from numpy.typing import NDArray

from embeddings.vectors import VectorIndex
from qa.datatypes import Article
from qa.library import Library
from qa.storage.base import VECTOR_DTYPE
from qa.storage.local.dense import DenseIndex
from qa.storage.local.store import Store

Floats = NDArray[np.float32]

LIMIT = 200  # vectors of an exact index
DIMENSION = 16


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes at which everything happens soon, and at once."""
    monkeypatch.setattr("embeddings.vectors.EXACT_LIMIT", LIMIT)
    monkeypatch.setattr(
        "embeddings.vectors.PROBED", 10**6
    )  # all lists, so that what is found is exact but for rounding
    monkeypatch.setattr("embeddings.vectors.MAX_LISTS", 4)
    monkeypatch.setattr("qa.storage.local.background.PATIENCE", 0.0)
    monkeypatch.setattr("qa.storage.local.dense.PAGE", 32)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store.create(tmp_path / "library.db")
    yield made
    made.close()


@pytest.fixture
def dense(store: Store) -> Iterator[DenseIndex]:
    made = DenseIndex(store, store.path.with_name("vectors.bin"))
    yield made
    made.close()


def put(store: Store, name: str, count: int) -> Floats:
    """An article of so many passages, in place of the one of this name; their vectors as they are stored."""
    drawn = np.random.default_rng([*name.encode(), count]).normal(size=(count, DIMENSION))
    vectors = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(VECTOR_DTYPE).astype(np.float32)
    with store.transaction() as transaction:
        transaction.put(Article(id=name, title=name, text="x" * count, source=name))
        transaction.put_passages(name, [(i, i + 1) for i in range(count)], vectors)
        transaction.hold(name, name, name, "")
    return vectors


def remove(store: Store, name: str) -> None:
    with store.transaction() as transaction:
        transaction.release([name])
        transaction.settle()


def assert_answers(dense: DenseIndex, store: Store) -> None:
    """The index holds what the store holds, and finds the nearest of it."""
    _, ids = store.passage_ids()
    assert dense.index is not None
    assert dense.index.ids().tolist() == ids.tolist()
    stored = store.vectors(ids)
    near = 1e-4 if is_exact(dense) else 0.15  # lists that saw few vectors learn a range that later ones leave
    for query in stored[:: max(1, len(ids) // 7)]:
        found, scores = dense.index.search(query, 5)
        assert scores == pytest.approx(np.sort(stored @ query)[::-1][:5], abs=near)
        assert scores == pytest.approx(stored[np.searchsorted(ids, found)] @ query, abs=near)


def is_exact(dense: DenseIndex) -> bool:
    assert dense.index is not None
    return isinstance(dense.index._index, faiss.IndexIDMap)


class Held:
    """A build that stops after its first page until it is told to go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.builds = 0
        real = VectorIndex.trained_empty

        def prepared(*arguments: Any, **options: Any) -> VectorIndex:
            if threading.current_thread() is not threading.main_thread():
                self.builds += 1
                self.begun.set()
                assert self.go_on.wait(10)
            return real(*arguments, **options)

        monkeypatch.setattr(VectorIndex, "trained_empty", prepared)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch, dense: DenseIndex) -> Iterator[Held]:
    made = Held(monkeypatch)
    yield made
    made.go_on.set()


def grown(dense: DenseIndex, store: Store) -> None:
    """An exact index that has just outgrown its kind."""
    put(store, "first", LIMIT - 50)
    dense.catch_up()
    put(store, "second", 60)
    dense.catch_up()


def test_another_kind_of_index_is_made_while_the_old_one_answers(dense: DenseIndex, store: Store, held: Held) -> None:
    grown(dense, store)
    assert held.begun.wait(10)
    assert is_exact(dense)
    assert_answers(dense, store)
    put(store, "third", 70)  # more than one page, while the new index is being made
    remove(store, "second")
    put(store, "first", LIMIT - 60)
    dense.catch_up()
    assert is_exact(dense)
    assert_answers(dense, store)
    held.go_on.set()
    dense.wait()
    assert not is_exact(dense)
    assert_answers(dense, store)
    put(store, "fourth", 3)
    dense.catch_up()
    assert_answers(dense, store)


def test_what_was_stored_and_not_yet_asked_for_is_in_the_new_index(dense: DenseIndex, store: Store, held: Held) -> None:
    grown(dense, store)
    assert held.begun.wait(10)
    put(store, "third", 40)
    remove(store, "second")
    held.go_on.set()
    dense.wait()
    assert_answers(dense, store)


def test_one_build_at_a_time(dense: DenseIndex, store: Store, held: Held) -> None:
    grown(dense, store)
    assert held.begun.wait(10)
    threads = [threading.Thread(target=dense.catch_up) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert dense.busy
    held.go_on.set()
    dense.wait()
    assert held.builds == 1
    dense.catch_up()
    assert not dense.busy
    assert held.builds == 1


def test_questions_are_answered_rightly_throughout(dense: DenseIndex, store: Store) -> None:
    """Nearest is always the vector itself: found before, while and after the index is replaced, whatever comes."""
    first = put(store, "first", LIMIT - 20)
    dense.catch_up()
    wrong: list[object] = []
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            dense.catch_up()
            assert dense.index is not None
            for query in first[:5]:
                found, scores = dense.index.search(query, 1)
                if len(found) != 1 or scores[0] < 0.85:
                    wrong.append((found, scores))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for step in range(30):
        put(store, f"more{step}", 7 * OUTGROWTH)
        if step % 3 == 0:
            remove(store, f"more{step}")
    done.set()
    for thread in threads:
        thread.join()
    dense.catch_up()
    dense.wait()
    assert not wrong
    assert not is_exact(dense)
    assert_answers(dense, store)


OUTGROWTH = 8  # so that lists are made anew as well, at four times what they were made for


def test_lists_are_made_anew_for_four_times_as_many(dense: DenseIndex, store: Store) -> None:
    put(store, "first", LIMIT)
    dense.catch_up()
    first = dense.index
    assert not is_exact(dense)
    for step in range(5):
        put(store, f"more{step}", 119)
        dense.catch_up()
        dense.wait()
        assert dense.index is first
    put(store, "last", 5)
    dense.catch_up()
    dense.wait()
    assert dense.index is not first
    assert_answers(dense, store)


def test_a_build_that_fails_leaves_the_old_index(
    dense: DenseIndex, store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    def failing(*_: object, **__: object) -> None:
        tries.append(1)
        raise MemoryError("no room for it")

    put(store, "first", 10)
    dense.catch_up()
    monkeypatch.setattr(VectorIndex, "trained_empty", failing)
    for step in range(40):
        put(store, f"more{step}", 6)
        dense.catch_up()
        dense.wait()
    assert "no room for it" in caplog.text
    assert len(tries) == 1, "tried again and again"
    assert is_exact(dense)
    assert_answers(dense, store)
    monkeypatch.undo()
    monkeypatch.setattr("embeddings.vectors.EXACT_LIMIT", LIMIT)
    monkeypatch.setattr("qa.storage.local.background.time.monotonic", lambda: 10.0**9)
    dense.catch_up()
    dense.wait()
    assert not is_exact(dense)


def test_closing_ends_a_build(dense: DenseIndex, store: Store, held: Held) -> None:
    grown(dense, store)
    assert held.begun.wait(10)
    closing = threading.Thread(target=dense.close)
    closing.start()
    held.go_on.set()
    closing.join(10)
    assert not closing.is_alive()
    assert not dense.busy
    assert is_exact(dense), "it was not to be finished"
    again = DenseIndex(store, dense.snapshot)
    again.catch_up()
    assert_answers(again, store)
    assert not is_exact(again)


def test_nothing_is_begun_for_a_process_that_goes_at_once(
    dense: DenseIndex, store: Store, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.storage.local.background.PATIENCE", 60.0)
    grown(dense, store)
    dense.close()
    assert held.builds == 0


def test_the_snapshot_of_another_process_is_taken_instead(dense: DenseIndex, store: Store, held: Held) -> None:
    grown(dense, store)
    assert held.begun.wait(10)  # one has begun already: it is the next that finds the snapshot
    writer = DenseIndex(store, dense.snapshot)
    writer.catch_up()
    writer.save()
    held.go_on.set()
    dense.wait()
    reader = DenseIndex(store, dense.snapshot)
    reader.catch_up()
    assert not is_exact(reader)
    assert held.builds == 1


def test_a_reader_goes_on_from_a_newer_snapshot(store: Store, held: Held, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, "first", LIMIT - 50)
    reader = DenseIndex(store, store.path.with_name("vectors.bin"))
    reader.catch_up()
    put(store, "second", 60)
    writer = DenseIndex(store, reader.snapshot)
    writer.catch_up()
    writer.save()
    read: list[int] = []
    real = Store.stored_vectors
    monkeypatch.setattr(Store, "stored_vectors", lambda self, ids: read.extend(ids) or real(self, ids))
    reader.catch_up()
    assert not is_exact(reader)
    assert not read, "what the snapshot holds need not be read from the store"
    assert not reader.snapshot.with_name("vectors.bin.partial").exists()
    assert_answers(reader, store)


def test_snapshots_are_written_beside(dense: DenseIndex, store: Store, tmp_path: Path) -> None:
    put(store, "first", 40)
    dense.catch_up()
    dense.run_in_background(dense.write)
    dense.wait()
    assert dense.unsaved == 0
    assert len(VectorIndex.load(dense.snapshot)) == 40


def test_a_library_that_grows_changes_its_index_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embeddings.vectors.EXACT_LIMIT", 6)
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 4)
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.refresh()
        for number in range(8):
            library.add(write(tmp_path, f"a{number}", f"Story {'abcdefgh'[number] * 9} is told here."))
            library.refresh()
        generation_of(library).dense.wait()
        assert not is_exact(generation_of(library).dense)
        library.refresh()
        generation_of(library).dense.wait()
        assert VectorIndex.load(generation_of(library).dense.snapshot)._made_for > 0
        found, _ = vectors_of(library).search(LetterEncoder().encode_queries(["cccccccc"])[0], 1)
        assert "ccccc" in library.article(library.store.passages(found.tolist())[0].article_id).text


def test_no_snapshot_is_written_while_another_process_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qa.storage.local.generation.SNAPSHOT_PASSAGES", 0)

    @contextmanager
    def refused(*_: object) -> Iterator[bool]:
        yield False

    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(write(tmp_path, "a", "Zebras are striped."))
        generation_of(library).dense.snapshot.unlink(missing_ok=True)
        with Library.open(library.path, SETTINGS, encoder=LetterEncoder()) as reader:
            monkeypatch.setattr("qa.storage.local.lock.WriterLock.attempted", refused)
            reader.refresh()
            generation_of(reader).dense.wait()
            assert not generation_of(library).dense.snapshot.exists()
            assert len(vectors_of(reader)) == 1
