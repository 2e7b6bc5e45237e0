"""A BERT that needs torch alone: importing transformers takes longer than answering a question.

It takes the weights and the configuration that transformers writes for a `BertModel`, and computes what that computes.
Texts stand one after another in one row of tokens, not side by side in padded rows: no time goes into padding, and what
comes of a text does not depend on its neighbours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import torch
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Affine:
    """`x @ weight.T + bias`: weight (outputs, inputs), bias (outputs,)."""

    weight: torch.Tensor
    bias: torch.Tensor

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """From (tokens, inputs) to (tokens, outputs)."""
        return functional.linear(inputs, self.weight, self.bias)


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation, over the last dimension."""

    weight: torch.Tensor
    bias: torch.Tensor
    epsilon: float

    def __call__(self, inputs: torch.Tensor) -> torch.Tensor:
        """The same shape."""
        return functional.layer_norm(inputs, self.weight.shape, self.weight, self.bias, self.epsilon)


@dataclass(frozen=True, slots=True)
class Layer:
    """Self-attention and a feed-forward part, each added to its input and normalised after that."""

    projected: Affine  # queries, keys and values in one matrix, (3 * size, size)
    attended: Affine
    attended_norm: Norm
    wide: Affine
    narrow: Affine
    norm: Norm

    def __call__(self, states: torch.Tensor, runs: Sequence[tuple[int, int]], heads: int) -> torch.Tensor:
        """(tokens, size); `runs` are (texts, tokens of each) in a row, in the order of the tokens."""
        attended = self.attended(_attention(self.projected(states), runs, heads))
        states = self.attended_norm(attended + states)
        return self.norm(self.narrow(functional.gelu(self.wide(states))) + states)


class Bert:
    """Turns tokens into hidden states; safe to use from many threads."""

    def __init__(self, weights: Mapping[str, torch.Tensor], config: Mapping[str, Any]) -> None:
        """`weights` by the names of `BertModel`, `config` as in its file; raises KeyError for what is missing."""
        self._heads = int(config["num_attention_heads"])
        self._epsilon = float(config["layer_norm_eps"])
        self._words = weights["embeddings.word_embeddings.weight"]
        self._positions = weights["embeddings.position_embeddings.weight"]
        self._types = weights["embeddings.token_type_embeddings.weight"]
        self._norm = self._norm_of(weights, "embeddings.LayerNorm")
        self._layers = [self._layer(weights, number) for number in range(config["num_hidden_layers"])]

    def forward(self, ids: torch.Tensor, types: torch.Tensor, lengths: Sequence[int]) -> torch.Tensor:
        """The last hidden states, (tokens, size), of texts of `lengths` tokens each, one after another in `ids`.

        `ids` and `types` are int64, (tokens,); no length is 0 or beyond the positions that the model knows.
        """
        places = torch.cat([torch.arange(length) for length in lengths])
        states = functional.embedding(ids, self._words) + functional.embedding(types, self._types)
        states = self._norm(states + functional.embedding(places, self._positions))
        runs = [(len(list(texts)), length) for length, texts in groupby(lengths)]
        for layer in self._layers:
            states = layer(states, runs, self._heads)
        return states

    def _layer(self, weights: Mapping[str, torch.Tensor], number: int) -> Layer:
        name = f"encoder.layer.{number}"
        parts = [affine(weights, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        return Layer(
            projected=Affine(torch.cat([part.weight for part in parts]), torch.cat([part.bias for part in parts])),
            attended=affine(weights, f"{name}.attention.output.dense"),
            attended_norm=self._norm_of(weights, f"{name}.attention.output.LayerNorm"),
            wide=affine(weights, f"{name}.intermediate.dense"),
            narrow=affine(weights, f"{name}.output.dense"),
            norm=self._norm_of(weights, f"{name}.output.LayerNorm"),
        )

    def _norm_of(self, weights: Mapping[str, torch.Tensor], name: str) -> Norm:
        return Norm(weights[f"{name}.weight"], weights[f"{name}.bias"], self._epsilon)


def affine(weights: Mapping[str, torch.Tensor], name: str) -> Affine:
    """The layer that has this name in the weights."""
    return Affine(weights[f"{name}.weight"], weights[f"{name}.bias"])


def _attention(projected: torch.Tensor, runs: Sequence[tuple[int, int]], heads: int) -> torch.Tensor:
    """From (tokens, 3 * size) to (tokens, size); the tokens of a text see one another and nothing else."""
    size = projected.shape[1] // 3
    attended = []
    parts = torch.split(projected, [texts * length for texts, length in runs])
    for part, (texts, length) in zip(parts, runs, strict=True):
        split = part.view(texts, length, 3, heads, size // heads).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(split[0], split[1], split[2])  # (texts, heads, length, ...)
        attended.append(mixed.transpose(1, 2).reshape(texts * length, size))
    return torch.cat(attended)
