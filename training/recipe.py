"""The settings of a training, read from a TOML file: `[prepare]` with its `[prepare.epochs]`, and `[train]`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

PACKAGED = Path(__file__).parent / "recipe.toml"


@dataclass(frozen=True, slots=True)
class Prepare:
    """From SQuAD-style files to groups of windows."""

    epochs: Mapping[str, float]  # of each data set, by file name; what is not named is not used
    seed: int = 1
    held_out: float = 0.02  # share of the contexts that is kept apart, for early stopping
    longest_answer: int = 20  # words; questions with longer answers only are left out
    negatives: float = 0.35  # share of the answerable questions that come with retrieved passages that do not answer
    negatives_each: int = 1
    absent: float = 0.0  # share of the answerable questions that come with retrieved passages of other articles only
    absent_each: int = 5
    beside: float = 0.0  # share of the unanswerable questions that come with retrieved passages beside their own
    negative_depth: int = 12  # how deep in the ranking a negative may stand
    swapped: float = 0.08  # share of the answerable questions asked again with another name or year: unanswerable
    removed: float = (
        0.0  # share of the answerable questions asked again of their context without the answer's sentences
    )
    merged: float = 0.5  # share of the single sentences that are put among other sentences
    passage_words: int = 180  # contexts longer than this are cut as the product cuts articles
    overlap_words: int = 40
    titled: float = 0.5  # share of the windows that show their title


@dataclass(frozen=True, slots=True)
class Train:
    """From groups of windows to a reader."""

    seed: int = 1
    windows: int = 92_000  # to be read in all
    batch_tokens: int = 4096  # with padding; a step is one batch
    peak_rate: float = 1e-4
    warmup: float = 0.04  # share of the windows
    frozen_layers: int = 3  # lowest ones, with the embeddings; those of words are frozen in any case
    layer_decay: float = 0.95  # of the learning rate from each layer to the one below
    weight_decay: float = 0.01
    clip: float = 1.0  # norm of the gradient
    shared_loss: float = 1.0  # weight of the loss over all windows of a question together
    shared_null: bool = False  # whether "no answer" of all windows of a question takes part in that loss
    masked: float = 0.05  # share of the words, answers excepted, that are hidden
    average: float = 0.998  # decay of the moving average of the weights, a step; what is kept is the average
    held_out_step: int = 5  # every how many-th held-out question is looked at
    check_every: int = 15_000  # windows between two looks at the held-out part
    save_every: float = 300.0  # seconds between checkpoints
    teacher_weight: float = 0.5  # of the loss against a teacher's scores, if one is given
    threads: int = 0  # of the CPU; 0: as many as there are cores


@dataclass(frozen=True, slots=True)
class Recipe:
    """All of it."""

    prepare: Prepare
    train: Train

    @classmethod
    def read(cls, path: Path = PACKAGED) -> Recipe:
        """Raises ValueError for a name that no setting has."""
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        if unknown := set(data) - {"prepare", "train"}:
            raise ValueError(f"{path}: no such part: {', '.join(sorted(unknown))}.")
        return cls(_filled(Prepare, data.get("prepare", {}), path), _filled(Train, data.get("train", {}), path))


def _filled(kind: type[Any], given: Mapping[str, Any], path: Path) -> Any:
    if unknown := set(given) - {field.name for field in fields(kind)}:
        raise ValueError(f"{path}: no such setting: {', '.join(sorted(unknown))}.")
    return kind(**given)
