"""Train short runs that differ in one thing each, and print how they read.

    python -m training.compare START DATA OUT [--recipe FILE] [--windows N] [--as "NAME=VALUE ..." ...]
        [--dev FILE ...] [--limit N]

Each `--as` is a run with other settings of the recipe (`training/recipe.py`; a seed is that of the groups), or from
another start, as in `--as "negatives=0" --as "start=/models/six-layers titled=0"`; a run with none comes first. DATA
holds the data sets. All runs are judged by the same held-out questions, each answerable one beside four retrieved
passages that do not answer it, and by reading the contexts of the `--dev` files. Finished runs in OUT are not trained
again.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from qa.answering.reader import TransformersReader
from qa.evaluation.dataset import Example, read_examples
from qa.evaluation.evaluate import evaluate_reading
from training.groups import Group, read_groups
from training.prepare import make
from training.recipe import PACKAGED, Prepare, Recipe, Train
from training.train import Training, held_out_score, train

JUDGED: Mapping[str, Any] = {"negatives": 1.0, "negatives_each": 4, "swapped": 0.1, "removed": 0.2}


@dataclass(frozen=True, slots=True)
class Variant:
    """One run: where it starts, and its recipe."""

    start: Path
    recipe: Recipe


def main() -> None:
    """Prepare, train and judge one run after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("start", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", type=Path, default=PACKAGED)
    parser.add_argument("--windows", type=int, default=4000)
    parser.add_argument("--as", action="append", default=[], dest="variants", metavar="SETTINGS")
    parser.add_argument("--dev", type=Path, action="append", default=[])
    parser.add_argument("--limit", type=int, default=300, help="questions of each dev file, evenly spaced")
    given = parser.parse_args()
    recipe = Recipe.read(given.recipe)
    recipe = replace(recipe, train=replace(recipe.train, windows=given.windows))
    judged_by = replace(recipe.prepare, **JUDGED)
    groups = list(read_groups(prepared(given.data, given.out, judged_by) / "held_out.jsonl.xz"))
    dev = {path.name.split(".")[0]: read_examples(path) for path in given.dev}
    dev = {name: examples[:: max(1, len(examples) // given.limit)] for name, examples in dev.items()}
    heads = ["run", "held out", "held out, all", *(head for name in dev for head in (name, f"{name}, all"))]
    print(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}", flush=True)
    for text in ("", *given.variants):
        variant = varied(text, given.start, recipe)
        run = given.out / hashlib.sha256(repr(variant).encode()).hexdigest()[:8]
        figures = judged(trained(variant, given.data, given.out, run), run, groups[:: recipe.train.held_out_step], dev)
        print(f"| {text or 'as it is'} | {' | '.join(f'{100 * figure:.1f}' for figure in figures)} |", flush=True)


def varied(text: str, start: Path, recipe: Recipe) -> Variant:
    """The run that `text` describes, "NAME=VALUE NAME=VALUE". Raises ValueError for a name that no setting has."""
    given = dict(each.split("=", 1) for each in text.split())
    start = Path(given.pop("start", start))
    of_train = {field.name for field in fields(Train)}
    for_train = {name: given.pop(name) for name in set(given) & of_train - {"seed"}}
    return Variant(start, Recipe(_with(recipe.prepare, given), _with(recipe.train, for_train)))


def _with(settings: Any, given: Mapping[str, str]) -> Any:
    kinds = {field.name: type(getattr(settings, field.name)) for field in fields(settings)}
    if unknown := set(given) - set(kinds):
        raise ValueError(f"No such setting: {', '.join(sorted(unknown))}.")
    return replace(settings, **{name: kinds[name](value) for name, value in given.items()})


def prepared(data: Path, out: Path, settings: Prepare) -> Path:
    """The folder of the groups that these settings give; made when it is not there."""
    folder = out / f"data-{hashlib.sha256(repr(settings).encode()).hexdigest()[:8]}"
    if not (folder / "data.json").exists():
        make(data, folder, settings)
    return folder


def trained(variant: Variant, data: Path, out: Path, run: Path) -> Training:
    """A finished training; what `run` holds of it is taken up."""
    training = Training(variant.start, variant.recipe.train)
    training.model.config.reads_titles = variant.recipe.prepare.titled > 0
    with redirect_stdout(sys.stderr):  # the table alone is for standard output
        train(training, prepared(data, out, variant.recipe.prepare), run)
    return training


def judged(
    training: Training, run: Path, groups: Sequence[Group], dev: Mapping[str, Sequence[Example]]
) -> Iterator[float]:
    """F1 of the answerable questions and of all, the latter at its best threshold: held out, then each dev file."""
    score = held_out_score(training, groups)
    yield from (score["f1"], score["all"])
    training.export(run / "judged")
    reader = TransformersReader(str(run / "judged"))
    for examples in dev.values():
        report = evaluate_reading(reader, examples)
        yield from (report.f1_candidate or 0.0, report.best_f1_all or 0.0)


if __name__ == "__main__":
    main()
