"""The vector index against numpy, which is the oracle."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from embeddings.errors import VectorIndexError
from embeddings.vectors import PROBED, VectorIndex

Floats = NDArray[np.float32]


def units(count: int, dimension: int, seed: int = 0) -> Floats:
    """Unit vectors around a few centres, as texts on a few subjects are."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(20, dimension))
    drawn = centres[rng.integers(0, 20, count)] + 0.5 * rng.normal(size=(count, dimension))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def nearest(known: dict[int, Floats], query: Floats, k: int) -> list[int]:
    return sorted(known, key=lambda key: (-float(known[key] @ query), key))[:k]


VECTORS = units(3000, 24)
IDS = np.arange(3000, dtype=np.int64) * 3 + 10**12


@pytest.fixture(params=["exact", "lists"])
def index(request: pytest.FixtureRequest) -> VectorIndex:
    """Both kinds, for what holds of both."""
    return VectorIndex.build(IDS, VECTORS, exact_limit=10**6 if request.param == "exact" else 100)


def test_worked_example() -> None:
    index = VectorIndex(2)
    index.add([7, 3, 5], np.array([[1, 0], [0, 1], [0.6, 0.8]], np.float32))
    ids, scores = index.search(np.array([1, 0], np.float32), 2)
    assert ids.tolist() == [7, 5]
    assert scores.tolist() == pytest.approx([1.0, 0.6])
    assert (ids.dtype, scores.dtype) == (np.int64, np.float32)


def test_equal_scores_come_by_id() -> None:
    index = VectorIndex(2)
    index.add([9, 2, 5], np.array([[1, 0]] * 3, np.float32))
    assert index.search(np.array([1, 0], np.float32), 3)[0].tolist() == [2, 5, 9]


def test_exact_search_is_numpys() -> None:
    index = VectorIndex.build(IDS, VECTORS)
    known = dict(zip(IDS.tolist(), VECTORS, strict=True))
    for query in units(20, 24, seed=1):
        ids, scores = index.search(query, 10)
        assert ids.tolist() == nearest(known, query, 10)
        assert scores == pytest.approx([known[i] @ query for i in ids.tolist()], abs=1e-5)


def test_search_of_lists_recalls_and_scores() -> None:
    index = VectorIndex.build(IDS, VECTORS, exact_limit=100)
    known = dict(zip(IDS.tolist(), VECTORS, strict=True))
    recalled = []
    for query in units(40, 24, seed=1):
        ids, scores = index.search(query, 10)
        recalled.append(len(set(ids.tolist()) & set(nearest(known, query, 10))) / 10)
        assert scores == pytest.approx([known[i] @ query for i in ids.tolist()], abs=0.02)
    assert np.mean(recalled) > 0.9


def test_build_takes_half_precision() -> None:
    index = VectorIndex.build(IDS[:50], VECTORS[:50].astype(np.float16))
    assert index.search(VECTORS[7], 1)[0].tolist() == [IDS[7]]


def test_fewer_than_k_and_never_a_filler(index: VectorIndex) -> None:
    index.remove(IDS[5:])
    ids, scores = index.search(VECTORS[0], 50)
    assert sorted(ids.tolist()) == IDS[:5].tolist()
    assert len(scores) == 5
    for k in (0, -1):
        assert index.search(VECTORS[0], k)[0].tolist() == []
    index.remove(IDS)
    assert index.search(VECTORS[0], 5)[0].tolist() == []
    assert VectorIndex(24).search(VECTORS[0], 5)[0].tolist() == []


@pytest.mark.parametrize("chosen", [[], [0], [1, 2, 3], list(range(0, 3000, 7)), list(range(3000))])
def test_allowed_is_kept_to_and_exhausted(index: VectorIndex, chosen: list[int]) -> None:
    known = {int(IDS[i]): VECTORS[i] for i in chosen}
    allowed = np.append(IDS[chosen], [5, 6]).astype(np.int64)
    for query in units(5, 24, seed=2):
        ids, scores = index.search(query, 20, allowed)
        assert len(ids) == min(20, len(chosen))
        assert set(ids.tolist()) <= known.keys()
        assert scores == pytest.approx([known[i] @ query for i in ids.tolist()], abs=0.02)
        best = [float(known[i] @ query) for i in nearest(known, query, len(ids))]
        assert scores == pytest.approx(best, abs=0.03), "not the best of the allowed"


def test_a_filter_far_from_the_question_still_finds() -> None:
    """The allowed vectors lie in lists that an unfiltered search does not probe."""
    far = np.tile(np.array([[-1.0] + [0.0] * 23], np.float32), (40, 1))
    near = units(4000, 24) + np.array([3.0] + [0.0] * 23, np.float32)
    near /= np.linalg.norm(near, axis=1, keepdims=True)
    index = VectorIndex.build(np.arange(4040), np.concatenate([near, far]), exact_limit=100)
    assert index._index.nlist > PROBED
    query = np.array([1.0] + [0.0] * 23, np.float32)
    assert sorted(index.search(query, 40, np.arange(4000, 4040))[0].tolist()) == list(range(4000, 4040))
    assert len(index.search(query, 4040)[0]) == 4040


def test_lists_to_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    index = VectorIndex.build(IDS, VECTORS, exact_limit=100)
    lists = index._index.nlist
    assert lists == 219  # 4 * sqrt(3000)
    assert index._lists_to_probe(None) == 48
    assert index._lists_to_probe(IDS[:1000]) == lists
    monkeypatch.setattr("embeddings.vectors.EXACT_LIMIT", 500)
    assert index._lists_to_probe(IDS[:1000]) == 144
    assert index._lists_to_probe(IDS[:600]) == lists


def test_add_replaces_and_remove_counts(index: VectorIndex) -> None:
    index.add(IDS[:1], VECTORS[2999:])
    index.add([4], VECTORS[:1])
    assert len(index) == 3001
    assert index.search(VECTORS[0], 1)[0].tolist() == [4]
    assert index.remove([4, 5, 4]) == 1
    assert index.remove([4]) == 0
    assert index.remove([]) == 0
    assert index.ids().tolist() == IDS.tolist()


def test_kinds_and_when_to_rebuild() -> None:
    exact = VectorIndex.build(IDS[:99], VECTORS[:99], exact_limit=100)
    assert not exact.needs_rebuild
    exact.add(IDS[99:100], VECTORS[99:100])
    assert exact.needs_rebuild
    lists = VectorIndex.build(IDS[:100], VECTORS[:100], exact_limit=100)
    assert not lists.needs_rebuild
    lists.remove(IDS[:50])
    assert not lists.needs_rebuild
    lists.remove(IDS[50:51])
    assert lists.needs_rebuild
    assert lists.search(VECTORS[60], 1)[0].tolist() == [IDS[60]]


@pytest.mark.parametrize(
    ("ids", "vectors", "said"),
    [
        ([1], np.zeros((1, 3)), "give \\(n, 24\\)"),
        ([1], np.zeros(24), "give \\(n, 24\\)"),
        ([1, 2], np.zeros((1, 24)), "one id a vector"),
        ([1, 1], np.zeros((2, 24)), "comes twice"),
        ([-1], np.zeros((1, 24)), "count from 0"),
        ([1], np.full((1, 24), np.nan), "not finite"),
    ],
)
def test_wrong_input_is_named_and_changes_nothing(
    index: VectorIndex, ids: list[int], vectors: NDArray[np.float64], said: str
) -> None:
    with pytest.raises(VectorIndexError, match=said):
        index.add(ids, vectors)
    assert len(index) == 3000


@pytest.mark.parametrize(
    ("ids", "vectors"),
    [([1], np.zeros(3)), ([1, 2], np.zeros((1, 3))), ([1, 1], np.zeros((2, 3))), ([1], np.full((1, 3), np.inf))],
)
def test_build_checks_its_input(ids: list[int], vectors: NDArray[np.float64]) -> None:
    with pytest.raises(VectorIndexError):
        VectorIndex.build(ids, vectors)


def test_wrong_questions() -> None:
    index = VectorIndex(3)
    for query in (np.zeros(4), np.zeros((2, 3)), np.array([np.inf, 0, 0])):
        with pytest.raises(VectorIndexError):
            index.search(query, 1)
    with pytest.raises(VectorIndexError, match="dimension 0"):
        VectorIndex(0)


def test_file_round_trip(index: VectorIndex, tmp_path: Path) -> None:
    path = tmp_path / "vectors.faiss"
    index.save(path, revision=41)
    again = VectorIndex.load(path)
    assert (again.revision, len(again), again.dimension) == (41, 3000, 24)
    for query in units(3, 24, seed=3):
        assert again.search(query, 9)[0].tolist() == index.search(query, 9)[0].tolist()
    again.add([1], VECTORS[:1])
    assert again.remove([1]) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["vectors.faiss"]


def test_an_empty_index_is_kept_too(tmp_path: Path) -> None:
    VectorIndex(5).save(tmp_path / "v", revision=2)
    again = VectorIndex.load(tmp_path / "v")
    assert (len(again), again.revision, again.dimension) == (0, 2, 5)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "v"
    VectorIndex.build(IDS[:20], VECTORS[:20]).save(path, revision=3)
    return path


@given(st.data())
@settings(deadline=None, max_examples=200)
def test_no_changed_byte_is_trusted(saved: Path, data: st.DataObject) -> None:
    whole = bytearray(saved.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= data.draw(st.integers(1, 255))
    broken = saved.with_name("broken")
    broken.write_bytes(whole)
    try:
        again = VectorIndex.load(broken)
    except VectorIndexError:
        return
    pytest.fail(f"byte {place} was changed and nobody noticed: revision {again.revision}")


@pytest.mark.parametrize("content", [b"", b"x", b"AQVECTOR", bytes(5000)])
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "v"
    path.write_bytes(content)
    with pytest.raises(VectorIndexError, match="Rebuild it"):
        VectorIndex.load(path)


def test_cut_short_or_missing(saved: Path, tmp_path: Path) -> None:
    whole = saved.read_bytes()
    for length in (10, 80, 81, len(whole) - 1):
        (tmp_path / "v").write_bytes(whole[:length])
        with pytest.raises(VectorIndexError):
            VectorIndex.load(tmp_path / "v")
    with pytest.raises(VectorIndexError):
        VectorIndex.load(tmp_path / "nowhere")


def test_a_save_that_fails_leaves_the_old_file(
    index: VectorIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "v"
    index.save(path, revision=1)
    index.remove(IDS[:10])

    def full(descriptor: int) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(OSError, match="no space"):
            index.save(path, revision=2)
    again = VectorIndex.load(path)
    assert (again.revision, len(again)) == (1, 3000)
    index.save(path, revision=2)
    assert len(VectorIndex.load(path)) == 2990


def test_a_search_keeps_to_its_own_thread(index: VectorIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    before = faiss.omp_get_max_threads()
    used: list[int] = []
    real = VectorIndex._nearest

    def nearest(self: VectorIndex, *arguments: Any, **options: Any) -> Any:
        used.append(faiss.omp_get_max_threads())
        return real(self, *arguments, **options)

    monkeypatch.setattr(VectorIndex, "_nearest", nearest)
    faiss.omp_set_num_threads(3)
    try:
        index.search(VECTORS[0], 3)
        assert (used, faiss.omp_get_max_threads()) == ([1], 3)
    finally:
        faiss.omp_set_num_threads(before)


def test_searching_while_others_write(index: VectorIndex, tmp_path: Path) -> None:
    stop = threading.Event()
    failures: list[str] = []

    def search() -> None:
        while not stop.is_set():
            ids, scores = index.search(VECTORS[1500], 10)
            if len(ids) != 10 or ids.min() < 0 or ids[0] != IDS[1500] or (np.diff(scores) > 0).any():
                failures.append(f"{ids} {scores}")

    searchers = [threading.Thread(target=search) for _ in range(3)]
    for thread in searchers:
        thread.start()
    for turn in range(15):
        index.remove(IDS[:100])
        index.add(np.append(IDS[:100], turn), np.append(VECTORS[:100], VECTORS[:1], axis=0))
        index.save(tmp_path / "v", revision=turn)
    stop.set()
    for thread in searchers:
        thread.join()
    assert not failures
    assert len(index) == len(VectorIndex.load(tmp_path / "v")) == 3015


CHANGE = st.tuples(st.sampled_from(["add", "remove"]), st.sets(st.integers(0, 30), min_size=1, max_size=6))


@given(st.lists(CHANGE, max_size=10), st.sets(st.integers(0, 30)), st.integers(1, 12), st.booleans())
@settings(deadline=None, max_examples=60)
def test_changes_end_where_numpy_ends(
    changes: list[tuple[str, set[int]]], allowed: set[int], k: int, exact: bool
) -> None:
    index = VectorIndex.build(range(900), VECTORS[:900], exact_limit=10**6 if exact else 1)
    known = dict(enumerate(VECTORS[:900]))
    for step, (kind, ids) in enumerate(changes):
        ordered = sorted(ids)
        if kind == "add":
            added = VECTORS[[(50 * step + i) % 3000 for i in ordered]]
            index.add(ordered, added)
            known |= dict(zip(ordered, added, strict=True))
        else:
            assert index.remove(ordered) == len(known.keys() & ids)
            known = {key: value for key, value in known.items() if key not in ids}
    assert index.ids().tolist() == sorted(known)
    within = {key: value for key, value in known.items() if key in allowed}
    for reachable, filtered in ((known, None), (within, np.array(sorted(allowed), np.int64))):
        ids, scores = index.search(VECTORS[77], k, filtered)
        expected = sorted((float(value @ VECTORS[77]) for value in reachable.values()), reverse=True)[:k]
        assert set(ids.tolist()) <= reachable.keys()
        assert scores == pytest.approx(expected, abs=1e-5 if exact else 0.1)
