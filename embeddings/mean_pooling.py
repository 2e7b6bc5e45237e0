"""The packaged encoder: the mean of a BERT's hidden states. It needs torch and tokenizers, no slow import beside."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from embeddings.bert import Bert


class MeanPoolingModel:
    """A sentence-transformers model of a BERT and a mean over its tokens; it encodes questions as it does passages."""

    def __init__(self, bert: Bert, tokenizer: Tokenizer) -> None:
        """The tokenizer cuts a text to what the model takes, and pads none."""
        self._bert = bert
        self._tokenizer = tokenizer

    @classmethod
    def load(cls, folder: Path, dtype: torch.dtype) -> Self:
        """The model in a folder as sentence-transformers writes it."""
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(_described(folder / "sentence_bert_config.json")["max_seq_length"])
        tokenizer.no_padding()
        weights = {name: each.to(dtype) for name, each in load_file(folder / "model.safetensors").items()}
        return cls(Bert(weights, _described(folder / "config.json")), tokenizer)

    def passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Means of the hidden states, (n, size), in one forward pass; not of unit length."""
        encoded = self._tokenizer.encode_batch(list(texts))
        lengths = [len(each) for each in encoded]
        ids = torch.tensor([token for each in encoded for token in each.ids])
        with torch.inference_mode():
            states = self._bert.forward(ids, torch.zeros_like(ids), lengths).float()
            rows = [each.mean(dim=0) for each in torch.split(states, lengths)]
            means: NDArray[np.float32] = torch.stack(rows).numpy()
        return means

    queries = passages


def _described(file: Path) -> dict[str, Any]:
    described: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return described
