"""Weights as int8 against worked rows."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qa.answering.quantization import dequantized, quantized


def test_a_row_is_stored_in_steps_of_its_largest_weight():
    stored = quantized({"w": torch.tensor([[1.27, -0.5, 0.004], [0.0, 0.0, 0.0]]), "b": torch.tensor([0.1, 7.0])})
    assert stored["w"].tolist() == [[127, -50, 0], [0, 0, 0]]
    assert stored["w"].dtype == torch.int8
    assert stored["w.scale"].tolist() == pytest.approx([0.01, 0.0], abs=1e-9)
    assert stored["b"].tolist() == pytest.approx([0.1, 7.0])


def test_what_comes_back_has_the_old_names():
    back = dequantized(quantized({"w": torch.tensor([[1.27, -0.5]]), "b": torch.tensor([7.0])}))
    assert sorted(back) == ["b", "w"]
    assert back["w"].tolist() == [pytest.approx([1.27, -0.5], abs=1e-6)]


@given(st.lists(st.floats(-5, 5, width=32), min_size=6, max_size=6))
def test_no_weight_is_further_off_than_half_a_step(values):
    matrix = torch.tensor(values).reshape(2, 3)
    back = dequantized(quantized({"w": matrix}))["w"]
    for row, restored in zip(matrix, back, strict=True):
        assert (row - restored).abs().max() <= row.abs().max() / 254 + 1e-6


def test_storing_again_what_was_stored_changes_nothing():
    first = quantized({"w": torch.randn(8, 16, generator=torch.Generator().manual_seed(1))})
    again = quantized(dequantized(first))
    assert torch.equal(first["w"], again["w"])
