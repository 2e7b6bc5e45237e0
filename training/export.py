"""Package a trained reader: int8 weights, tokenizer, and the card that says how it was made.

    python -m training.export --run RUN DATA RECIPE [--run ...] [--out FOLDER] [--scores FILE] [--start NAME]

RUN is what `train` wrote, DATA what `prepare` wrote, RECIPE the settings of both; the runs in the order in which they
built on each other. The weights are those of the last. SCORES is a Markdown file that goes into the card as it is: the
tables of `benchmarks/quality.py`. Run it again with other scores, and the weights come out the same, byte for byte.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import AutoModelForQuestionAnswering

from qa.answering.quantization import quantized
from qa.answering.reader import PACKAGED
from training.recipe import Recipe

LIMITS = """\
## Limits

English only, lower-cased. It copies words and does no arithmetic; it does not know what day it is. Near misses (the
right topic, the detail absent) are its weak side: its answers go through a calibration before anybody sees them. News
was a small part of its training, and none of it is younger than 2023.
"""
TOKENIZER = ("tokenizer.json", "tokenizer_config.json")


def main() -> None:
    """Write the packaged folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", nargs=3, type=Path, action="append", required=True, metavar=("RUN", "DATA", "RECIPE"))
    parser.add_argument("--out", type=Path, default=PACKAGED)
    parser.add_argument("--scores", type=Path, default=None)
    parser.add_argument("--start", default="ms-marco-MiniLM-L-12-v2 (Apache-2.0), put back to floats from int8")
    given = parser.parse_args()
    best = given.run[-1][0] / "best"
    model = AutoModelForQuestionAnswering.from_pretrained(best, dtype=torch.float32)
    write_weights(model, best, given.out)
    scores = () if given.scores is None else ("## Scores", "", given.scores.read_text(encoding="utf-8").strip(), "")
    card = "\n".join((*_head(model, given.out, given.start), *_runs(given.run), *scores))
    (given.out / "README.md").write_text(card, encoding="utf-8")
    print(card)


def write_weights(model: Any, tokenizer: Path, out: Path) -> None:
    """The model as the product loads it."""
    out.mkdir(parents=True, exist_ok=True)
    save_file(quantized(dict(model.named_parameters())), out / "model.safetensors")
    (out / "model.safetensors").chmod(0o644)  # safetensors writes for the owner alone
    model.config.reads_titles = True
    model.config.dtype = None
    model.config.save_pretrained(out)
    for name in TOKENIZER:
        shutil.copyfile(tokenizer / name, out / name)


def sha256(path: Path) -> str:
    """Of a file's bytes, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _head(model: Any, out: Path, start: str) -> Iterator[str]:
    config, weights = model.config, out / "model.safetensors"
    yield "# The packaged reader\n"
    count = sum(each.numel() for each in model.parameters())
    yield (
        f"An extractive reader for English: `{type(model).__name__}`, {config.num_hidden_layers} layers, "
        f"{config.hidden_size} wide, {count:,} parameters,\nstored as int8 with a scale for each row "
        "(`qa/answering/quantization.py`).\n"
    )
    yield f"- Weights: `model.safetensors`, {weights.stat().st_size:,} bytes, sha256 `{sha256(weights)}`"
    yield f"- Started from: {start}"
    yield "- Input: `[CLS] question [SEP] title of the article [SEP] passage [SEP]`, up to 256 tokens; title optional"
    yield "- Output: start and end logits; their sums compare across the passages of a question. First token: no answer"
    yield "- Made by `training/`: see the README there\n"
    yield LIMITS


def _runs(runs: Sequence[Sequence[Path]]) -> Iterator[str]:
    for number, (run, data, recipe) in enumerate(runs, start=1):
        yield f"## Run {number}\n" if number == 1 else f"## Run {number}, from the weights of the one before\n"
        yield from _recipe(recipe)
        yield from _log((run / "log.jsonl").read_text(encoding="utf-8"))
        yield from _data(json.loads((data / "data.json").read_text(encoding="utf-8")))


def _data(facts: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "The data. Swapped, removed: asked again with another name, or without the sentences that say the answer.\n"
    yield "| data set | rows | without answer | used | swapped | removed | held out | licence | sha256 |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for name, fact in facts.items():
        figures = (fact.get(key, 0) for key in ("rows", "unanswerable", "groups", "swapped", "removed", "held out"))
        numbers = " | ".join(f"{figure:,}" for figure in figures)
        yield f"| {name} | {numbers} | {'; '.join(fact['licence'])} | {fact['sha256'][:16]} |"
    yield ""


def _recipe(file: Path) -> Iterator[str]:
    settings = Recipe.read(file)
    yield f"`training/{file.name}`, with the defaults of `training/recipe.py`:\n"
    for part in (settings.prepare, settings.train):
        values = (f"{field.name} {getattr(part, field.name)}" for field in fields(part) if field.name != "epochs")
        yield f"- {type(part).__name__.lower()}: {', '.join(values)}"
    yield ""


def _log(log: str) -> Iterator[str]:
    yield "F1 on the held-out part: answerable questions; all, at the best threshold.\n"
    yield "| windows | hours | loss | F1 answerable | F1 all |"
    yield "|---|---|---|---|---|"
    for line in map(json.loads, log.splitlines()):
        hours = line["seconds"] / 3600
        yield f"| {line['windows']:,} | {hours:.2f} | {line['loss']:.3f} | {line['f1']:.3f} | {line['all']:.3f} |"
    yield ""


if __name__ == "__main__":
    main()
