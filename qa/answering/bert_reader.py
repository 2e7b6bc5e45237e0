"""The packaged reader: a BERT with two outputs a token, with torch and tokenizers alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from tokenizers import Tokenizer

from embeddings.bert import Bert, affine
from qa.answering.quantization import dequantized
from qa.answering.windows import Window, WindowEncoder

SEPARATOR = "[SEP]"


class BertReader:
    """A `BertForQuestionAnswering`; its windows stand in one row of tokens, without padding."""

    def __init__(self, weights: Mapping[str, torch.Tensor], config: Mapping[str, Any]) -> None:
        """`weights` by the names of transformers, `config` as in its file."""
        bert = {name.removeprefix("bert."): each for name, each in weights.items() if name.startswith("bert.")}
        self._bert = Bert(bert, config)
        self._head = affine(weights, "qa_outputs")
        self.reads_titles = bool(config.get("reads_titles", False))

    def logits(self, windows: Sequence[Window]) -> list[tuple[NDArray[np.float32], NDArray[np.float32]]]:
        """Start and end logits of each window, (tokens,) each, in one forward pass."""
        ids = torch.from_numpy(np.concatenate([window.token_ids for window in windows]))
        types = torch.from_numpy(np.concatenate([window.type_ids for window in windows]))
        lengths = [len(window.token_ids) for window in windows]
        with torch.inference_mode():
            states = self._bert.forward(ids, types, lengths)
            starts, ends = self._head(states).float().T.contiguous().numpy()
        edges = np.cumsum(lengths)[:-1]
        return list(zip(np.split(starts, edges), np.split(ends, edges), strict=True))


def load_bert_reader(folder: Path, dtype: torch.dtype) -> tuple[WindowEncoder, BertReader]:
    """From weights as `qa.answering.quantization` stores them, beside tokenizer.json and config.json."""
    weights = {name: each.to(dtype) for name, each in dequantized(load_file(folder / "model.safetensors")).items()}
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    return WindowEncoder(tokenizer, SEPARATOR), BertReader(weights, config)
