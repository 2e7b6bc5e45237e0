"""Weights as int8 on disk: half the size of float16, put back to floats when a model is loaded.

Each row of a matrix is stored as `round(row / scale)` with `scale = max(abs(row)) / 127` beside it, so that no weight
is further than half a scale from what it was. What is no matrix stays float32.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

SCALE = ".scale"  # what the name of a matrix's scales ends with


def quantized(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The tensors to store: (rows, columns) int8 and (rows,) float32 for each matrix."""
    import torch

    stored = {}
    for name, weight in state.items():
        if weight.ndim != 2:
            stored[name] = weight.float().contiguous()
            continue
        scale = weight.float().abs().amax(dim=1).clamp(min=1e-12) / 127
        stored[name] = (weight.float() / scale[:, None]).round().to(torch.int8)
        stored[name + SCALE] = scale
    return stored


def dequantized(stored: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights as float32, under the names they had."""
    return dict(_restored(stored))


def _restored(stored: Mapping[str, torch.Tensor]) -> Iterator[tuple[str, torch.Tensor]]:
    for name, tensor in stored.items():
        if name + SCALE in stored:
            yield name, tensor.float() * stored[name + SCALE][:, None]
        elif not name.endswith(SCALE):
            yield name, tensor
