"""Fusion, by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.retrieval import fuse


def test_worked_example():
    lexical = [(7, 12.0), (3, 9.0), (5, 6.0)]  # min-max: 1, 0.5, 0
    dense = [(3, 0.8), (9, 0.6), (7, 0.4)]  # min-max: 1, 0.5, 0
    fused = fuse(lexical, dense, dense_weight=0.5)
    assert [(hit.passage_id, hit.score) for hit in fused] == [
        (3, pytest.approx(0.75)),
        (7, pytest.approx(0.5)),
        (9, pytest.approx(0.25)),
        (5, pytest.approx(0.0)),
    ]
    assert (fused[0].lexical_rank, fused[0].dense_rank, fused[0].similarity) == (2, 1, 0.8)
    assert (fused[2].lexical_rank, fused[2].dense_rank) == (None, 2)
    assert (fused[3].dense_rank, fused[3].similarity) == (None, None)


def test_the_weight_goes_to_the_dense_list():
    lexical, dense = [(1, 2.0), (2, 1.0)], [(2, 2.0), (1, 1.0)]
    assert [hit.passage_id for hit in fuse(lexical, dense, dense_weight=0.9)] == [2, 1]
    assert [hit.passage_id for hit in fuse(lexical, dense, dense_weight=0.1)] == [1, 2]


def test_equal_scores_are_ordered_by_id_and_count_in_full():
    assert [(hit.passage_id, hit.score) for hit in fuse([(8, 3.0), (2, 3.0)], [], dense_weight=0.5)] == [
        (2, 0.5),
        (8, 0.5),
    ]


def test_nothing_found_is_nothing():
    assert fuse([], []) == []


hits = st.dictionaries(st.integers(0, 20), st.floats(-5, 5), max_size=12).map(
    lambda found: sorted(found.items(), key=lambda hit: -hit[1])
)


@given(hits, hits, st.floats(0, 1))
def test_every_passage_comes_once_and_scores_stay_between_0_and_1(lexical, dense, weight):
    fused = fuse(lexical, dense, weight)
    assert sorted(hit.passage_id for hit in fused) == sorted(dict(lexical).keys() | dict(dense).keys())
    assert all(-1e-9 <= hit.score <= 1 + 1e-9 for hit in fused)
    assert [hit.score for hit in fused] == sorted((hit.score for hit in fused), reverse=True)
