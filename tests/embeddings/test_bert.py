"""Hidden states against worked ones, and against transformers over small drawn weights."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from embeddings.bert import Affine, Bert, Norm

SHAPE = {
    "hidden_size": 12,
    "num_attention_heads": 3,
    "num_hidden_layers": 2,
    "intermediate_size": 20,
    "vocab_size": 50,
    "max_position_embeddings": 16,
    "layer_norm_eps": 1e-12,
}


def drawn() -> dict[str, torch.Tensor]:
    """Weights by the names of `BertModel`, large enough that each of them matters."""
    chance = torch.Generator().manual_seed(3)
    size, wide = 12, 20
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (50, size),
        "embeddings.position_embeddings.weight": (16, size),
        "embeddings.token_type_embeddings.weight": (2, size),
    }
    parts = {"attention.self.query": (size, size), "attention.self.key": (size, size)}
    parts |= {"attention.self.value": (size, size), "attention.output.dense": (size, size)}
    parts |= {"intermediate.dense": (wide, size), "output.dense": (size, wide)}
    norms = ["embeddings.LayerNorm"]
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        for part, shape in parts.items():
            shapes |= {f"{layer}.{part}.weight": shape, f"{layer}.{part}.bias": shape[:1]}
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    shapes |= {f"{norm}.{kind}": (size,) for norm in norms for kind in ("weight", "bias")}
    return {name: torch.randn(shape, generator=chance) * 0.5 for name, shape in shapes.items()}


def states(weights: Mapping[str, torch.Tensor], *texts: list[int]) -> list[torch.Tensor]:
    ids = torch.tensor([token for text in texts for token in text])
    lengths = [len(text) for text in texts]
    return list(Bert(weights, SHAPE).forward(ids, ids % 2, lengths).split(lengths))


def test_an_affine_layer_and_a_normalisation_as_worked_out_by_hand() -> None:
    affine = Affine(torch.tensor([[1.0, 2.0], [0.0, -1.0]]), torch.tensor([0.5, 0.0]))
    assert affine(torch.tensor([[3.0, 4.0]])).tolist() == [[11.5, -4.0]]
    norm = Norm(torch.tensor([1.0, 2.0]), torch.tensor([0.0, 1.0]), 0.0)
    assert norm(torch.tensor([[3.0, 5.0]])).tolist() == [[-1.0, 3.0]]  # mean 4, deviation 1


def test_what_comes_of_a_text_does_not_depend_on_its_neighbours() -> None:
    texts = [[1, 2, 3, 4], [5, 6, 7, 8], [9], [1, 2, 3, 4], [7, 8]]
    together = states(drawn(), *texts)
    for text, found in zip(texts, together, strict=True):
        assert torch.allclose(found, states(drawn(), text)[0], atol=1e-5)
    assert not torch.allclose(together[0], together[1], atol=0.1)


def test_a_layer_that_is_missing_is_named() -> None:
    weights = {name: each for name, each in drawn().items() if "layer.1.output.dense" not in name}
    with pytest.raises(KeyError, match=r"encoder\.layer\.1\.output\.dense"):
        Bert(weights, SHAPE)


@pytest.mark.models
def test_hidden_states_are_those_of_transformers() -> None:
    from transformers import BertConfig, BertModel

    model = BertModel(BertConfig(**SHAPE, type_vocab_size=2), add_pooling_layer=False).eval()
    model.load_state_dict(drawn())
    texts = [[1, 2, 3, 4, 20, 30, 40, 49], [5, 6, 7, 8, 9], [10, 11]]
    for text, found in zip(texts, states(drawn(), *texts), strict=True):
        ids = torch.tensor([text])
        with torch.inference_mode():
            expected = model(input_ids=ids, token_type_ids=ids % 2).last_hidden_state[0]
        assert torch.allclose(found, expected, atol=1e-5)
