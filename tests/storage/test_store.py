"""The store, with articles and vectors written by hand."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from qa.datatypes import Article, Passage, Where
from qa.errors import LibraryBusy, LibraryDamaged, LibraryError
from qa.storage.base import BatchOutcome, Transaction
from qa.storage.local.database import create_database
from qa.storage.local.store import Store

TEXT = "The cat sat. The dog ran."
SPANS = [(0, 12), (13, 25)]
VECTORS = np.array([[1.0, 0.0], [0.6, 0.8]], np.float32)


def article(name: str, **changes: object) -> Article:
    values = {"id": name, "title": f"Title {name}", "text": TEXT, "source": f"/files/{name}.txt", "digest": f"d-{name}"}
    return Article(**{**values, **changes})  # type: ignore[arg-type]


def put(store: Store, *articles: Article, origin: str | None = None) -> BatchOutcome:
    """Each article with two passages, in one batch."""
    with store.transaction() as transaction:
        for each in articles:
            transaction.put(each)
            transaction.put_passages(each.id, SPANS, VECTORS)
            transaction.hold(each.source, origin or each.source, each.id, each.digest)
        return transaction.settle()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.create(tmp_path / "library.db")


def test_an_article_comes_back_as_it_was_put(store: Store) -> None:
    full = article(
        "a",
        url="https://www.Example.org/x",
        published=date(2025, 5, 12),
        authors=("Zoë", "B, C"),
        site="Example",
        language="en",
    )
    put(store, full, article("bare"))
    assert store.article("a") == full
    assert store.article("bare") == article("bare")
    assert store.article("none") is None
    assert store.articles_by_id(["bare", "none"]) == {"bare": article("bare")}


def test_passages_have_ids_in_order_and_keep_the_order_asked_for(store: Store) -> None:
    put(store, article("a"), article("b"))
    assert store.passages_of("b") == [Passage(3, "b", 0, 12), Passage(4, "b", 13, 25)]
    assert store.passages([4, 99, 1]) == [Passage(4, "b", 13, 25), Passage(1, "a", 0, 12)]
    assert store.passage_ids()[1].tolist() == [1, 2, 3, 4]


def test_vectors_come_in_the_order_asked_for_rounded_to_half_precision(store: Store) -> None:
    put(store, article("a"))
    expected = np.array([[0.60009765625, 0.7998046875], [1, 0]], np.float32)  # the nearest halves to .6 and .8
    np.testing.assert_array_equal(store.vectors([2, 1]), expected)
    assert store.vectors([]).shape == (0, 0)
    with pytest.raises(KeyError):
        store.vectors([99])


def test_each_batch_that_changes_something_is_one_revision(store: Store) -> None:
    assert store.revision() == 0
    put(store, article("a"), article("b"))
    assert store.revision() == 1
    with store.transaction() as transaction:
        transaction.set_origin("/files/a.txt", "x")
    assert store.revision() == 1
    put(store, article("c"))
    assert store.revision() == 2


def test_changes_since_a_revision(store: Store) -> None:
    put(store, article("a"))  # passages 1, 2
    put(store, article("b"))  # 3, 4
    with store.transaction() as transaction:
        transaction.release(["/files/a.txt"])
        assert transaction.settle().removed == ("a",)
    put(store, article("c"))  # 5, 6

    def since(revision: int) -> tuple[int, list[int], list[int]]:
        changes = store.changes_since(revision)
        return changes.revision, changes.added.tolist(), changes.removed.tolist()

    assert since(0) == (4, [3, 4, 5, 6], [1, 2])
    assert since(2) == (4, [5, 6], [1, 2])
    assert since(3) == (4, [5, 6], [])
    assert since(4) == (4, [], [])


def test_passage_ids_are_never_used_again(store: Store) -> None:
    put(store, article("a"))
    with store.transaction() as transaction:
        transaction.release_article("a")
        transaction.settle()
    put(store, article("a"))
    assert [passage.id for passage in store.passages_of("a")] == [3, 4]
    assert store.last_passage_id() == 4


def test_a_failed_batch_leaves_nothing(store: Store) -> None:
    put(store, article("a"))
    with pytest.raises(KeyboardInterrupt), store.transaction() as transaction:
        transaction.put(article("b"))
        transaction.put_passages("b", SPANS, VECTORS)
        raise KeyboardInterrupt
    assert (store.count(), store.revision(), store.last_passage_id()) == (1, 1, 2)
    put(store, article("c"))
    assert store.count() == 2


def test_passages_without_a_vector_each_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="2 passages with 1 vectors"), store.transaction() as transaction:
        transaction.put(article("a"))
        transaction.put_passages("a", SPANS, VECTORS[:1])
    assert store.count() == 0


# sources


def test_an_article_goes_with_its_last_source(store: Store) -> None:
    put(store, article("a"))
    with store.transaction() as transaction:
        transaction.hold("/copy.txt", "/copy.txt", "a", "d-a")
        transaction.release(["/files/a.txt"])
        assert transaction.settle() == BatchOutcome((), ())
    moved = store.article("a")
    assert moved is not None
    assert moved.source == "/copy.txt"
    with store.transaction() as transaction:
        transaction.release(["/copy.txt"])
        assert transaction.settle() == BatchOutcome(("a",), ())
    assert store.count() == 0
    assert len(store.passage_ids()[1]) == 0


def test_an_article_that_moves_to_a_source_with_other_metadata_is_read_again(store: Store) -> None:
    put(store, article("a"))
    with store.transaction() as transaction:
        transaction.hold("/copy.txt", "/copy.txt", "a", "another digest")
        transaction.set_origin("/copy.txt", "whole")
        transaction.release(["/files/a.txt"])
        assert transaction.settle() == BatchOutcome((), ("/copy.txt",))
    assert store.sources.origin_digest("/copy.txt") is None


def test_a_text_that_changes_hands_within_a_batch_stays(store: Store) -> None:
    put(store, article("a"))
    ids = [passage.id for passage in store.passages_of("a")]
    with store.transaction() as transaction:
        transaction.put(article("b"))
        transaction.hold("/files/a.txt", "/files/a.txt", "b", "d-b")  # the only source of a moves to b,
        transaction.hold("/new.txt", "/new.txt", "a", "d-a")  # then a new one brings a
        assert transaction.settle() == BatchOutcome((), ())
    assert [passage.id for passage in store.passages_of("a")] == ids


def test_releasing_a_source_forgets_that_its_file_was_whole(store: Store) -> None:
    put(store, article("a"), article("b"), origin="/rows.jsonl")
    with store.transaction() as transaction:
        transaction.set_origin("/rows.jsonl", "whole")
    assert (store.sources.origin_digest("/rows.jsonl"), store.sources.count_in("/rows.jsonl")) == ("whole", 2)
    with store.transaction() as transaction:
        transaction.release_article("a")
        transaction.release_article("a")
        transaction.settle()
    assert (store.sources.origin_digest("/rows.jsonl"), store.sources.count_in("/rows.jsonl")) == (None, 1)


def test_origins_under_a_folder(store: Store) -> None:
    put(store, article("a", source="/files/a.txt"), article("b", source="/files/deep/b.txt"))
    put(store, article("c", source="/files2/c.txt"), article("d", source="https://files/d"))
    put(store, article("e", source="/100%_sure/e.txt"), article("f", source="/100 unsure/f.txt"))
    assert store.sources.origins_under("/files") == {
        "/files/a.txt": ["/files/a.txt"],
        "/files/deep/b.txt": ["/files/deep/b.txt"],
    }
    assert list(store.sources.origins_under("/files/a.txt")) == ["/files/a.txt"]
    assert list(store.sources.origins_under("/100%_sure")) == ["/100%_sure/e.txt"]
    assert len(store.sources.origins_under("/")) == 5


# filters and order


@pytest.fixture
def dated(store: Store) -> Store:
    put(
        store,
        article("old", published=date(2024, 1, 1), site="The Daily", url="https://www.daily.example/1"),
        article("new", published=date(2025, 3, 1), site="Other", url="https://news.daily.example/2"),
        article("undated", url="https://notdaily.example/3"),
        article("same", published=date(2024, 1, 1), title="A first", source="upload:same.txt"),
    )
    return store


def test_newest_first_undated_last_equal_dates_by_title(dated: Store) -> None:
    assert [each.id for each in dated.articles()] == ["new", "same", "old", "undated"]
    assert dated.article_ids(offset=1, limit=2) == ["same", "old"]
    assert dated.article_ids(offset=9) == []
    assert dated.article_ids(limit=0) == []


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Where(), {"old", "new", "undated", "same"}),
        (Where(published_from=date(2024, 1, 1)), {"old", "new", "same"}),
        (Where(published_from=date(2024, 1, 2)), {"new"}),
        (Where(published_to=date(2024, 1, 1)), {"old", "same"}),
        (Where(published_to=date(2023, 12, 31)), set()),
        (Where(sources=("the daily",)), {"old"}),
        (Where(sources=("daily.example",)), {"old", "new"}),
        (Where(sources=("WWW.Daily.example",)), {"old", "new"}),
        (Where(sources=("/files/",)), {"old", "new", "undated"}),
        (Where(sources=("upload:", "Other")), {"same", "new"}),
        (Where(sources=("/files/_ld.txt",)), set()),
        (Where(sources=("%",)), set()),
        (Where(sources=("",)), {"old", "new", "undated", "same"}),
        (Where(article_ids=("old", "none")), {"old"}),
        (Where(article_ids=("old", "new"), sources=("Other",)), {"new"}),
    ],
)
def test_filters(dated: Store, where: Where, expected: set[str]) -> None:
    assert set(dated.article_ids(where)) == expected
    allowed = dated.allowed(where)
    assert allowed.dtype == np.int64
    assert allowed.tolist() == sorted(passage.id for each in expected for passage in dated.passages_of(each))


def test_a_filter_on_sources_sees_every_source_of_an_article(dated: Store) -> None:
    with dated.transaction() as transaction:
        transaction.hold("/second/copy.txt", "/second/copy.txt", "old", "d-old")
        transaction.settle()
    assert dated.article_ids(Where(sources=("/second",))) == ["old"]


def test_size(dated: Store) -> None:
    size = dated.size()
    assert (size.articles, size.passages) == (4, 8)
    assert (size.first_published, size.last_published) == (date(2024, 1, 1), date(2025, 3, 1))


def test_an_article_that_goes_while_articles_are_listed_is_left_out(dated: Store) -> None:
    listed = dated.articles()
    with dated.transaction() as transaction:
        transaction.release_article("old")
        transaction.settle()
    assert [each.id for each in listed] == ["new", "same", "undated"]


# threads, files, damage


def test_readers_see_the_state_before_an_open_transaction_and_do_not_wait(store: Store) -> None:
    put(store, article("a"))
    with store.transaction() as transaction:
        transaction.put(article("b"))
        seen: list[int] = []
        readers = [threading.Thread(target=lambda: seen.append(store.count())) for _ in range(10)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join(10)
        assert seen == [1] * 10
    assert store.count() == 2


def test_a_deleted_file_stays_readable(store: Store) -> None:
    put(store, article("a"))
    for file in store.path.parent.iterdir():
        file.unlink()
    found: list[Article | None] = []
    readers = [threading.Thread(target=lambda: found.append(store.article("a"))) for _ in range(10)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join(10)
    assert found == [article("a")] * 10


def test_a_closed_store_says_so(store: Store) -> None:
    store.close()
    for _ in range(2):
        with pytest.raises(LibraryError, match="closed"):
            store.count()
    with pytest.raises(LibraryError, match="closed"), store.transaction():
        pass


@pytest.mark.parametrize("content", [b"", b"not a database at all, but long enough to be read as one" * 100])
def test_a_file_that_is_no_store_is_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "library.db"
    path.write_bytes(content)
    with pytest.raises(LibraryDamaged, match="backup"):
        Store(path)


def test_damage_found_later_is_reported(store: Store) -> None:
    put(store, *(article(str(number), text=TEXT * 200) for number in range(50)))
    path = store.path
    store.close()
    content = bytearray(path.read_bytes())
    content[8192:] = b"\xff" * (len(content) - 8192)
    path.write_bytes(content)
    with pytest.raises(LibraryDamaged):
        list(Store(path).articles())


@pytest.mark.parametrize(
    ("told", "wrong"),
    [
        ("FOREIGN KEY", lambda batch: batch.hold("/files/b.txt", "/files/b.txt", "nowhere", "d")),
        ("NOT NULL", lambda batch: batch.hold("/files/b.txt", "/files/b.txt", "a", None)),
    ],
)
def test_a_change_that_contradicts_what_is_stored_is_no_damage_and_no_reason_to_delete(
    store: Store, told: str, wrong: Callable[[Transaction], None]
) -> None:
    put(store, article("a"))
    with pytest.raises(LibraryError, match=told) as raised, store.transaction() as transaction:
        transaction.put(article("b"))
        wrong(transaction)
        transaction.settle()
    assert not isinstance(raised.value, LibraryDamaged)
    assert "delete" not in str(raised.value)
    assert "as it was before" in str(raised.value)
    assert store.article_ids() == ["a"]
    assert store.check() == []


def test_check_finds_what_is_wrong(store: Store) -> None:
    put(store, article("a"))
    assert store.check() == []
    store.close()
    with sqlite3.connect(store.path) as connection:
        (root,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sources_article'").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    with store.path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x0a" + bytes(7))  # an index page, but empty: the row of the table is missing from it
    assert Store(store.path).check()


def test_a_file_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    create_database(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(LibraryError, match="newer version"):
        Store(path)


def test_a_writer_in_another_process_is_reported(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr("qa.storage.local.database.BUSY_SECONDS", 0.05)
    with pytest.raises(LibraryBusy, match="in use"):
        put(Store(store.path), article("a"))
    other.execute("ROLLBACK")
    other.close()
