"""Train a reader.

    python -m training.train START DATA OUT [--recipe FILE] [--windows N] [--teacher MODEL]

START is the model to begin with, DATA what `prepare` made. Runs on a GPU if there is one, else on the CPU; in
bfloat16 with float32 copies of the weights, or in float32 on a CPU that does not multiply bfloat16 itself. OUT gets
`checkpoint.safetensors` every few minutes, `log.jsonl`, and `best/`: the averaged weights that read the held-out
part best. Killed, the same command goes on from the last checkpoint; another `--windows` then changes how far it still
is to the end.
"""

from __future__ import annotations

import argparse
import copy
import json
import math
import os
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForQuestionAnswering, AutoTokenizer

from embeddings.encoder import computes_bfloat16
from qa.answering.decoding import decode
from qa.answering.quantization import dequantized
from qa.evaluation.metrics import best_threshold, f1, mean
from training.features import Batch, batches, encode, tensors
from training.groups import Group, read_groups
from training.losses import shared_loss, teacher_loss, window_loss
from training.recipe import PACKAGED, Recipe, Train

LONGEST = 30  # tokens of an answer, as the product reads


@dataclass(slots=True)
class Progress:
    """How far a training is; goes into every checkpoint."""

    batches: int = 0
    windows: int = 0
    seconds: float = 0.0
    best: float = -math.inf
    checked: int = 0  # windows at the last look at the held-out part


class Training:
    """A model in bfloat16, its weights and their average in float32, and the optimiser."""

    def __init__(self, start: Path, settings: Train, teacher: Path | None = None) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        torch.manual_seed(settings.seed)
        if settings.threads:
            torch.set_num_threads(settings.threads)
        self.settings = settings
        self.tokenizer = AutoTokenizer.from_pretrained(start)
        exact = self._load(start)
        # Half the work where the processor multiplies bfloat16 itself, a thousand times the work where it does not.
        half = self.device.type == "cuda" or computes_bfloat16()
        dtype = torch.bfloat16 if half else torch.float32
        self.model = copy.deepcopy(exact).to(dtype)
        self.teacher = None if teacher is None else self._load(teacher).to(dtype)
        self.progress = Progress()
        trained = {name: each for name, each in self.model.named_parameters() if _depth(name) >= settings.frozen_layers}
        for name, each in self.model.named_parameters():
            each.requires_grad_(name in trained)
        floats = dict(exact.named_parameters())
        self.weights = {name: floats[name].detach().clone() for name in trained}
        self.average = {name: each.clone() for name, each in self.weights.items()}
        self._trained = trained
        self._pull(self.weights)
        top = self.model.config.num_hidden_layers - 1
        rates = [settings.layer_decay ** max(0, top - _depth(name)) for name in trained]
        self._optimizer = torch.optim.AdamW(
            [
                {"params": [each], "factor": rate, "weight_decay": settings.weight_decay if each.ndim > 1 else 0.0}
                for each, rate in zip(self.weights.values(), rates, strict=True)
            ],
            lr=settings.peak_rate,
            betas=(0.9, 0.98),
            fused=True,
        )

    def step(self, batch: Batch) -> float:
        """One batch; its loss."""
        batch = self._masked(batch.to(self.device))
        loss = self._loss(batch)
        self.model.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        for name, weight in self.weights.items():
            gradient = self._trained[name].grad
            weight.grad = None if gradient is None else gradient.float()
        torch.nn.utils.clip_grad_norm_(self.weights.values(), self.settings.clip)
        for group in self._optimizer.param_groups:
            group["lr"] = self.rate * group["factor"]
        self._optimizer.step()
        self._pull(self.weights)
        # a short average first, or the start's weights would stay in it for long
        decay = min(self.settings.average, (1 + self.progress.batches) / (10 + self.progress.batches))
        torch._foreach_lerp_(list(self.average.values()), list(self.weights.values()), 1 - decay)
        self.progress.batches += 1
        self.progress.windows += len(batch.ids)
        return float(loss.detach())

    @property
    def rate(self) -> float:
        """The learning rate now: up to the peak, then down to nothing, linear in the windows read."""
        done, warmup = self.progress.windows / self.settings.windows, self.settings.warmup
        return self.settings.peak_rate * max(0.0, min(0.01 + done / warmup, (1 - done) / (1 - warmup)))

    def scores(self, batch: Batch, model: Any = None) -> tuple[torch.Tensor, torch.Tensor]:
        """Start and end logits, float32."""
        output = (model or self.model)(input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.types)
        return output.start_logits.float(), output.end_logits.float()

    def _loss(self, batch: Batch) -> torch.Tensor:
        ours = self.scores(batch)
        right = batch.starts, batch.ends
        losses = [window_loss(logits, where, batch) for logits, where in zip(ours, right, strict=True)]
        if self.settings.shared_loss:
            null = self.settings.shared_null
            shared = (shared_loss(logits, where, batch, null=null) for logits, where in zip(ours, right, strict=True))
            losses += [self.settings.shared_loss * each for each in shared]
        if self.teacher is not None:
            with torch.no_grad():
                theirs = self.scores(batch, self.teacher)
            taught = (teacher_loss(mine, its, batch) for mine, its in zip(ours, theirs, strict=True))
            losses += [self.settings.teacher_weight * each for each in taught]
        return torch.stack(losses).sum() / 2

    def _masked(self, batch: Batch) -> Batch:
        """Some words of the batch hidden, as when the model was pretrained: cheaper than dropout, to the same end."""
        chance = torch.Generator().manual_seed(self.settings.seed * 1_000_003 + self.progress.batches)
        hidden = torch.rand(batch.ids.shape, generator=chance).to(self.device) < self.settings.masked
        hidden &= ~(batch.starts | batch.ends) & (batch.ids > self.tokenizer.mask_token_id)
        return replace(batch, ids=batch.ids.masked_fill(hidden, self.tokenizer.mask_token_id))

    def _load(self, folder: Path) -> Any:
        # On the CPU, fused attention is the slower one in bfloat16: 16 windows a second for 26, forward and back.
        attention = "sdpa" if self.device.type == "cuda" else "eager"
        return load_quantized(folder, attention).to(self.device)  # no dropout, see `_masked`

    @torch.no_grad()
    def _pull(self, weights: Mapping[str, torch.Tensor]) -> None:
        for name, weight in weights.items():
            self._trained[name].copy_(weight)

    @contextmanager
    def averaged(self) -> Iterator[None]:
        """The model has the averaged weights inside."""
        self._pull(self.average)
        yield
        self._pull(self.weights)

    def save(self, path: Path) -> None:
        """All that `resume` needs, in one file that is whole or not there."""
        held = {f"weight.{name}": each for name, each in self.weights.items()}
        held |= {f"average.{name}": each for name, each in self.average.items()}
        for name, weight in self.weights.items():
            held |= {f"{key}.{name}": value for key, value in self._optimizer.state[weight].items()}
        facts = {name: repr(getattr(self.progress, name)) for name in Progress.__slots__}
        partial = path.with_suffix(".partial")
        save_file({name: each.contiguous() for name, each in held.items()}, partial, metadata=facts)
        partial.replace(path)

    def resume(self, path: Path) -> None:
        """Take up where `save` left off."""
        with safe_open(path, "pt", device=str(self.device)) as file:
            facts = file.metadata()
            held = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - it is no mapping
        for name in Progress.__slots__:
            setattr(self.progress, name, type(getattr(self.progress, name))(facts[name]))
        for name, weight in self.weights.items():
            weight.copy_(held[f"weight.{name}"])
            self.average[name].copy_(held[f"average.{name}"])
            self._optimizer.state[weight] = {
                key: held[f"{key}.{name}"] for key in ("step", "exp_avg", "exp_avg_sq") if f"{key}.{name}" in held
            }
        self._pull(self.weights)

    def export(self, folder: Path) -> None:
        """The averaged weights as a model, in float32; what was frozen is as it was, up to bfloat16."""
        model = copy.deepcopy(self.model).float().cpu()
        model.load_state_dict({name: each.cpu() for name, each in self.average.items()}, strict=False)
        model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)


def _depth(name: str) -> int:
    """The layer of a weight; -1 for the embeddings of words, which are never trained, 0 for other embeddings."""
    parts = name.split(".")
    if "layer" in parts:
        return int(parts[parts.index("layer") + 1])
    if "embeddings" in parts:
        return -1 if "word_embeddings" in parts else 0
    return 1000


def load_quantized(folder: Path, attention: str | None = None) -> Any:
    """A reader from weights as `qa.answering.quantization` stores them, in float32 and evaluation mode."""
    config = AutoConfig.from_pretrained(folder, local_files_only=True)
    model = AutoModelForQuestionAnswering.from_config(config, attn_implementation=attention)
    model.load_state_dict(dequantized(load_file(folder / "model.safetensors")))
    return model.eval()


def held_out_score(training: Training, groups: Sequence[Group]) -> dict[str, float]:
    """How the averaged weights read: F1 of the best span over all windows of a question, as the product chooses.

    `f1`: answerable questions; `all`: all of them, at the best threshold of score over "no answer".
    """
    scores, values, answerable = [], [], []
    with training.averaged():
        for group in groups:
            windows = encode(training.tokenizer, group)
            batch = tensors([windows], training.tokenizer.pad_token_id or 0).to(training.device)
            with torch.inference_mode():
                starts, ends = (each.cpu().numpy() for each in training.scores(batch))
            null = float(np.logaddexp.reduce(starts[:, 0]) + np.logaddexp.reduce(ends[:, 0]))
            best = max(
                (
                    (span.score, span.score - null, group.windows[each.window.text].text[span.start : span.end])
                    for row, each in enumerate(windows)
                    for span in decode(starts[row], ends[row], each.window, LONGEST, 1)
                ),
                default=(-math.inf, -math.inf, ""),
            )
            golds = [each.text[slice(*answer)] for each in group.windows for answer in each.answers]
            scores.append(best[1])
            answerable.append(bool(golds))
            values.append(f1(best[2], golds) if golds else 0.0)
    whole, _ = best_threshold(scores, values, answerable)
    answered = [value for value, is_answerable in zip(values, answerable, strict=True) if is_answerable]
    return {"f1": mean(answered) or 0.0, "all": whole}


def endless(path: Path, seed: int) -> Iterator[Group]:
    """The groups of a file, again and again, in another order each time."""
    groups = list(read_groups(path))
    epoch = 0
    while groups:
        yield from groups
        epoch += 1
        random.Random(seed + epoch).shuffle(groups)


def train(training: Training, data: Path, out: Path) -> None:
    """Go on until as many windows are read as the settings say; interrupted, save first."""
    out.mkdir(parents=True, exist_ok=True)
    settings, progress = training.settings, training.progress
    checkpoint = out / "checkpoint.safetensors"
    if checkpoint.exists():
        training.resume(checkpoint)
        print(f"going on after {progress.windows:,} windows", flush=True)
    held_out = list(read_groups(data / "held_out.jsonl.xz"))[:: settings.held_out_step]
    groups = endless(data / "train.jsonl.xz", settings.seed)
    stream = batches(training.tokenizer, groups, settings.batch_tokens, settings.seed)
    losses: list[float] = []
    saved = ticked = time.monotonic()
    try:
        for batch in islice(stream, progress.batches, None):
            if progress.windows >= settings.windows:
                break
            losses.append(training.step(batch))
            progress.seconds += time.monotonic() - ticked
            ticked = time.monotonic()
            if progress.windows - progress.checked >= settings.check_every or progress.windows >= settings.windows:
                progress.checked = progress.windows
                _look(training, held_out, losses, out)
            if ticked - saved > settings.save_every:
                training.save(checkpoint)
                saved = ticked
                print(f"{progress.windows:,} of {settings.windows:,} windows, loss {losses[-1]:.3f}", flush=True)
    finally:
        training.save(checkpoint)


def _look(training: Training, held_out: Sequence[Group], losses: list[float], out: Path) -> None:
    """Read the held-out part, keep the weights if they are the best so far, write a line of the log."""
    progress = training.progress
    score = held_out_score(training, held_out)
    reached = score["f1"] + score["all"]
    if reached > progress.best:
        progress.best = reached
        training.export(out / "best")
    line = {
        "windows": progress.windows,
        "seconds": round(progress.seconds),
        "rate": round(training.rate, 8),
        "loss": round(sum(losses) / max(1, len(losses)), 4),
        **{name: round(value, 4) for name, value in score.items()},
    }
    losses.clear()
    with (out / "log.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps(line) + "\n")
    print(line, flush=True)


def main() -> None:
    """Load or resume, train."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", type=Path, default=PACKAGED)
    parser.add_argument("--windows", type=int, default=None)
    parser.add_argument("--teacher", type=Path, default=None)
    given = parser.parse_args()
    settings = Recipe.read(given.recipe).train
    if given.windows is not None:
        settings = replace(settings, windows=given.windows)
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    train(Training(given.start, settings, given.teacher), given.data, given.out)


if __name__ == "__main__":
    main()
