"""BM25 against a calculation by hand, and an index that survives being cut short."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.errors import LibraryBusy
from qa.storage.local import lexical
from qa.storage.local.lexical import RECORD, TITLE_BOOST, LexicalDocument, LexicalIndex
from qa.storage.local.lexical_files import is_whole

Doc = LexicalDocument
CORPUS = {1: "red apple red", 2: "green apple", 3: "blue sky green grass", 4: "grey"}


def bm25(corpus: dict[int, str], query: list[str], k1: float = 1.2, b: float = 0.75) -> dict[int, float]:
    """Robertson's BM25 with the never-negative inverse document frequency, written down apart from the index."""
    bags = {key: Counter(text.split()) for key, text in corpus.items()}
    mean = sum(sum(bag.values()) for bag in bags.values()) / len(bags)
    scores: dict[int, float] = {}
    for key, bag in bags.items():
        length = sum(bag.values())
        for word in query:
            having = sum(word in other for other in bags.values())
            if word in bag:
                idf = math.log(1 + (len(bags) - having + 0.5) / (having + 0.5))
                part = idf * bag[word] * (k1 + 1) / (bag[word] + k1 * (1 - b + b * length / mean))
                scores[key] = scores.get(key, 0.0) + part
    return scores


@pytest.fixture
def index(tmp_path: Path) -> LexicalIndex:
    made = LexicalIndex(tmp_path / "lexical")
    made.apply([Doc(key, "", text) for key, text in CORPUS.items()], [], 1)
    return made


def found(index: LexicalIndex, question: str, k: int = 10, allowed: list[int] | None = None) -> list[int]:
    chosen = None if allowed is None else np.array(allowed, dtype=np.int64)
    return [passage for passage, _ in index.search(question, k, chosen)]


@pytest.mark.parametrize(
    "words", [["apple"], ["red"], ["red", "apple"], ["green", "grass", "apple"], ["grey", "nowhere"]]
)
def test_scores_are_bm25(index: LexicalIndex, words: list[str]) -> None:
    expected = bm25(CORPUS, words)
    assert dict(index.search(" ".join(words), 10)) == pytest.approx(expected, rel=1e-4)
    assert found(index, " ".join(words)) == sorted(expected, key=lambda key: (-expected[key], key))


def test_a_title_counts_as_its_own_weighted_field(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path)
    titles = {1: "red house", 2: "blue house door"}
    index.apply([Doc(key, title, "wall") for key, title in titles.items()], [], 1)
    expected = {key: TITLE_BOOST * score for key, score in bm25(titles, ["red", "house"]).items()}
    assert dict(index.search("red house", 5)) == pytest.approx(expected, rel=1e-4)


def test_k_and_ties(index: LexicalIndex) -> None:
    index.apply([Doc(9, "", "grey"), Doc(7, "", "grey")], [], 2)
    assert found(index, "grey") == [4, 7, 9]
    assert len(index.search("grey", 2)) == 2
    assert index.search("grey", 0) == []


def test_words_meet_by_stem_and_accent(index: LexicalIndex) -> None:
    index.apply([Doc(10, "", "Macron negotiated in the Élysée with U.S. envoys over $1.13bn")], [], 2)
    for question in ("negotiations", "elysee", "Who was in the US?", "1.13 billion", "envoy"):
        assert found(index, question) == [10], question


def test_allowed_is_kept_to(index: LexicalIndex) -> None:
    assert found(index, "apple", allowed=[1, 4]) == [1]
    assert found(index, "apple", allowed=[]) == []
    assert found(index, "apple", allowed=[77]) == []


@pytest.mark.parametrize("sifted", [0, 4000])
def test_both_ways_to_filter_agree_with_filtering_everything(
    index: LexicalIndex, monkeypatch: pytest.MonkeyPatch, sifted: int
) -> None:
    words = ["apple", "sky", "red", "grass"]
    index.apply([Doc(100 + i, "", f"{words[i % 4]} {words[i % 3]} n{i}") for i in range(60)], [], 2)
    everything = index.search("red apple grass", 100)
    monkeypatch.setattr(lexical, "MAX_SIFTED", sifted)
    allowed = np.array([1, 2, *range(100, 160, 5)])
    expected = [hit for hit in everything if hit[0] in allowed][:6]
    assert len(expected) == 6
    got = index.search("red apple grass", 6, allowed)
    assert [score for _, score in got] == pytest.approx([score for _, score in expected], rel=1e-5)
    assert {passage for passage, _ in got} <= set(allowed.tolist())


def test_updates_replace_and_remove(index: LexicalIndex) -> None:
    index.apply([Doc(2, "", "purple plum")], [1], 2)
    assert (index.revision, len(index)) == (2, 3)
    assert found(index, "apple") == []
    assert found(index, "plum") == [2]
    assert found(index, "green") == [3]


def test_apply_may_be_repeated(index: LexicalIndex) -> None:
    for _ in range(3):
        index.apply([Doc(2, "", "purple plum"), Doc(5, "", "plum")], [1, 99], 2)
    assert (len(index), sorted(found(index, "plum"))) == (4, [2, 5])


def test_it_is_there_when_opened_again(index: LexicalIndex, tmp_path: Path) -> None:
    again = LexicalIndex(tmp_path / "lexical")
    assert (again.revision, len(again)) == (1, 4)
    assert again.search("red apple", 5) == index.search("red apple", 5)


def test_refresh_takes_up_what_another_one_committed(index: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "lexical")
    index.apply([Doc(20, "", "walrus")], [], 2)
    assert (other.revision, found(other, "walrus")) == (1, [])
    assert other.refresh() == 2
    assert found(other, "walrus") == [20]


def test_a_question_does_not_wait_for_a_thread_that_is_writing(index: LexicalIndex) -> None:
    seen = []

    def documents() -> Iterator[LexicalDocument]:
        other = threading.Thread(target=lambda: seen.extend([index.follow(), *found(index, "apple")]))
        other.start()
        other.join(timeout=10)
        yield Doc(9, "", "a pear")

    index.apply(documents(), [], 2)
    assert seen == [1, 2, 1]
    assert (index.follow(), found(index, "pear")) == (2, [9])


def test_an_index_opened_before_the_first_commit_sees_it(tmp_path: Path) -> None:
    early, writer = LexicalIndex(tmp_path), LexicalIndex(tmp_path)
    writer.apply([Doc(1, "", "walrus")], [], 1)
    assert early.refresh() == 1
    assert found(early, "walrus") == [1]


def test_clear(index: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "lexical")
    index.clear()
    assert (index.revision, len(index), found(index, "apple")) == (0, 0, [])
    assert (other.refresh(), found(other, "apple")) == (0, [])
    index.apply([Doc(1, "", "walrus")], [], 1)
    assert (other.refresh(), found(other, "walrus")) == (1, [1])


def test_who_follows_keeps_what_is_open_until_there_is_something_whole(index: LexicalIndex, tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    other = LexicalIndex(folder)
    index.apply([Doc(20, "", "walrus")], [1], 2)
    newest = max(segment_files(folder), key=lambda path: path.stat().st_mtime_ns)
    whole = newest.read_bytes()
    newest.write_bytes(b"")
    assert (other.follow(), found(other, "red walrus")) == (1, [1])
    newest.write_bytes(whole)
    assert (other.follow(), found(other, "red walrus")) == (2, [20])
    index.clear()
    assert (other.follow(), found(other, "walrus")) == (2, [20])
    assert (other.refresh(), found(other, "walrus")) == (0, [])
    index.apply([Doc(21, "", "seal")], [], 3)
    assert (other.follow(), found(other, "seal walrus")) == (3, [21])


def test_clear_cut_short_counts_as_empty(index: LexicalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(folder: Path) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            index.clear()
    assert LexicalIndex(tmp_path / "lexical").revision == 0


def test_apply_never_throws_away_what_another_one_has_begun(tmp_path: Path) -> None:
    early, other = LexicalIndex(tmp_path), LexicalIndex(tmp_path)
    other.apply([Doc(1, "", "walrus")], [], 1)
    early.apply([Doc(2, "", "seal")], [], 2)
    assert (len(early), found(early, "walrus seal")) == (2, [1, 2])


def test_opening_and_searching_write_nothing(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "none")
    assert (index.revision, len(index), index.refresh(), found(index, "apple")) == (0, 0, 0, [])
    assert not (tmp_path / "none").exists()


def test_killed_between_commit_and_record(index: LexicalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(folder: Path, revision: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lexical, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            index.apply([Doc(2, "", "purple plum")], [1], 2)
    again = LexicalIndex(tmp_path / "lexical")
    assert again.revision == 1
    again.apply([Doc(2, "", "purple plum")], [1], 2)
    assert (again.revision, len(again), found(again, "plum"), found(again, "apple")) == (2, 3, [2], [])


def test_killed_before_the_first_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(folder: Path, revision: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lexical, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            LexicalIndex(tmp_path).apply([Doc(1, "", "apple"), Doc(2, "", "pear")], [], 1)
    again = LexicalIndex(tmp_path)
    assert (again.revision, found(again, "apple")) == (0, [])
    again.apply([Doc(1, "", "apple")], [], 1)
    assert (len(again), found(again, "apple pear")) == (1, [1])


def test_a_document_that_cannot_be_read_leaves_the_old_state(index: LexicalIndex, tmp_path: Path) -> None:
    def documents() -> object:
        yield Doc(50, "", "walrus")
        raise OSError("the store went away")

    with pytest.raises(OSError, match="went away"):
        index.apply(documents(), [1], 2)  # type: ignore[arg-type]
    assert (index.revision, found(index, "walrus"), found(index, "red")) == (1, [], [1])
    index.apply([], [1], 2)
    assert found(index, "red walrus") == []


def segment_files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.suffix not in {".json", ".lock"}]


def test_every_damaged_file_is_noticed(index: LexicalIndex, tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    index.apply([Doc(30, "", "walrus")], [1], 2)
    files = [*segment_files(folder), folder / "meta.json", folder / RECORD]
    assert {path.suffix for path in files} >= {".idx", ".term", ".del", ".fast"}
    for path in files:
        whole = path.read_bytes()
        for broken in (whole[: len(whole) // 2], b"", bytes([whole[0] ^ 1]) + whole[1:]):
            path.write_bytes(broken)
            again = LexicalIndex(folder)
            assert (again.revision, found(again, "apple")) == (0, []), path
        path.unlink()
        assert LexicalIndex(folder).revision == 0
        path.write_bytes(whole)
    assert LexicalIndex(folder).revision == 2


def unindexed(meta: Any) -> None:
    meta["schema"][1]["options"]["indexing"] = None


def one_more_passage(meta: Any) -> None:
    meta["segments"][0]["max_doc"] += 1


def one_less_deleted(meta: Any) -> None:
    next(segment for segment in meta["segments"] if segment["deletes"])["deletes"]["num_deleted_docs"] -= 1


@pytest.mark.parametrize("change", [unindexed, one_more_passage, one_less_deleted])
def test_a_wrong_word_in_the_list_of_segments_is_noticed(
    index: LexicalIndex, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    folder = tmp_path / "lexical"
    index.apply([Doc(30, "", "walrus")], [1], 2)
    meta = json.loads((folder / "meta.json").read_text())
    (folder / "meta.json").write_text(json.dumps(meta))
    assert LexicalIndex(folder).revision == 2
    change(meta)
    (folder / "meta.json").write_text(json.dumps(meta))
    assert LexicalIndex(folder).revision == 0


def test_a_damaged_folder_is_replaced_by_the_next_apply(index: LexicalIndex, tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    segment_files(folder)[0].write_bytes(b"")
    again = LexicalIndex(folder)
    again.apply([Doc(5, "", "walrus")], [], 3)
    assert (again.revision, len(again), found(again, "walrus apple")) == (3, 1, [5])


def test_another_format_counts_as_empty(index: LexicalIndex, tmp_path: Path) -> None:
    record = tmp_path / "lexical" / RECORD
    record.write_text(json.dumps({"format": lexical.FORMAT + 1, "revision": 1}))
    assert LexicalIndex(tmp_path / "lexical").revision == 0


def test_two_writers_at_once_are_told_apart(index: LexicalIndex, tmp_path: Path) -> None:
    other = LexicalIndex(tmp_path / "lexical")

    def documents() -> object:
        with pytest.raises(LibraryBusy, match="another process"):
            other.apply([Doc(8, "", "seal")], [], 2)
        yield Doc(9, "", "walrus")

    index.apply(documents(), [], 2)  # type: ignore[arg-type]
    assert found(index, "walrus seal") == [9]


@given(st.text(max_size=60))
@settings(deadline=None, max_examples=150)
def test_no_question_is_syntax(hostile_index: LexicalIndex, question: str) -> None:
    hostile_index.search(question, 3)


@pytest.mark.parametrize(
    "question",
    [
        "text:apple",
        "apple AND (",
        '"',
        "id:[0 TO 9]",
        "-apple",
        "*",
        "a" * 2000,
        "apple~9",
        "\ud800",
        "\x00",
        "apple " * 500,
    ],
)
def test_hostile_questions(hostile_index: LexicalIndex, question: str) -> None:
    assert found(hostile_index, question) in ([], [1])


@pytest.fixture(scope="module")
def hostile_index(tmp_path_factory: pytest.TempPathFactory) -> LexicalIndex:
    made = LexicalIndex(tmp_path_factory.mktemp("hostile"))
    made.apply([Doc(1, "", "apple")], [], 1)
    return made


WORDS = st.lists(st.sampled_from("red green blue apple sky".split()), min_size=1, max_size=5).map(" ".join)
UPDATE = st.tuples(st.dictionaries(st.integers(1, 8), WORDS, max_size=3), st.sets(st.integers(1, 8), max_size=2))


@given(st.lists(UPDATE, min_size=1, max_size=5))
@settings(deadline=None, max_examples=20)
def test_updates_end_where_a_rebuild_ends(
    tmp_path_factory: pytest.TempPathFactory, updates: list[tuple[dict[int, str], set[int]]]
) -> None:
    grown = LexicalIndex(tmp_path_factory.mktemp("grown"))
    truth: dict[int, str] = {}
    for revision, (added, removed) in enumerate(updates, 1):
        gone = removed - added.keys()
        grown.apply([Doc(key, "", text) for key, text in added.items()], gone, revision)
        truth = {key: text for key, text in (truth | added).items() if key not in gone}
    assert len(grown) == len(truth)
    for word in ("red", "green", "blue", "apple", "sky"):
        assert set(found(grown, word)) == {key for key, text in truth.items() if word in text.split()}


def test_a_layout_that_is_not_understood_is_logged_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "meta.json").write_text('{"parts": []}')
    assert not is_whole(tmp_path)
    assert not is_whole(tmp_path)
    assert [record.getMessage().partition(" (")[0] for record in caplog.records] == [
        f"{tmp_path} is not laid out as tantivy 0.27 lays out an index"
    ]
