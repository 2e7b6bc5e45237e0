"""Make groups of windows from SQuAD-style files.

    python -m training.prepare DATA OUT [--recipe FILE]

DATA holds `NAME.jsonl.gz` for each data set that the recipe names, rows `{"id", "title", "context", "question",
"answers": [{"text", "start"}], "license"?}`. OUT gets `train.jsonl.xz`, `held_out.jsonl.xz` and `data.json`, which
counts what was used and names each file's licence and sha256.

Windows are what the product reads: long contexts are cut by its own chunking, and the passages that do not answer are
those that its own BM25 ranks high for the question. A context is in one part only, with all its questions.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from qa.answering.agreement import normalised_quote
from qa.passages.chunking import chunk
from qa.storage.local.lexical import LexicalDocument, LexicalIndex
from qa.text.segmentation import sentences
from training.groups import Group, Window, write_groups
from training.recipe import PACKAGED, Prepare, Recipe

SENTENCE_WORDS = 45  # contexts up to this long are single sentences or blurbs, put among others
LISTED = re.compile(r"^(?:Amazon Reviews|Filtered Reddit|New Wikipedia|NYT)\b")  # titles that name a file, no article
_NAME = re.compile(r"(?<!^)\b(?:[A-Z][\w'’.-]+(?: (?:of |the |de )?[A-Z][\w'’.-]+)*)")
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a file."""

    dataset: str
    title: str
    context: str
    question: str
    answers: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Pool:
    """All passages of the data, to find those that look right and are not."""

    index: LexicalIndex
    passages: list[Window] = field(default_factory=list)

    def fill(self, passages: Sequence[Window]) -> None:
        """Make them all searchable."""
        self.passages = list(passages)
        documents = (LexicalDocument(number, each.title, each.text) for number, each in enumerate(self.passages, 1))
        self.index.apply(documents, (), 1)

    def near(self, row: Row, depth: int, *, elsewhere: bool = False) -> list[Window]:
        """Passages ranked high for a question that hold none of its answers' words and are not from its context.

        With `elsewhere` they are not from its article either.
        """
        golds = [normalised_quote(row.context[start:end]) for start, end in row.answers]
        found = (self.passages[number - 1] for number, _ in self.index.search(row.question, depth))
        return [
            each
            for each in found
            if each.text not in row.context
            and not (elsewhere and row.title and each.title == row.title)
            and not any(f" {gold} " in f" {normalised_quote(each.text)} " for gold in golds)
        ]


def main() -> None:
    """Read, make, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--recipe", type=Path, default=PACKAGED)
    given = parser.parse_args()
    print(make(given.data, given.out, Recipe.read(given.recipe).prepare))


def make(data: Path, out: Path, settings: Prepare) -> str:
    """Write the groups of all data sets that the settings name; a line that counts them."""
    out.mkdir(parents=True, exist_ok=True)
    files = {name: data / f"{name}.jsonl.gz" for name in settings.epochs}
    rows = [row for name, path in files.items() for row in read_rows(name, path)]
    with tempfile.TemporaryDirectory() as folder:
        pool = Pool(LexicalIndex(Path(folder)))
        pool.fill(passages(rows, settings))
        kept = [row for row in rows if not is_held_out(row.context, settings.held_out)]
        apart = [row for row in rows if is_held_out(row.context, settings.held_out)]
        made = list(groups(kept, pool, settings, settings.epochs))
        held = list(groups(apart, pool, settings, dict.fromkeys(settings.epochs, 1.0)))
    random.Random(settings.seed).shuffle(made)
    write_groups(out / "train.jsonl.xz", made)
    write_groups(out / "held_out.jsonl.xz", held)
    facts = {name: _facts(path, name, made, held) for name, path in files.items()}
    (out / "data.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    windows = sum(len(group.windows) for group in made)
    return f"{len(made):,} groups of {windows:,} windows, {len(held):,} groups held out, in {out}"


def read_rows(name: str, path: Path) -> Iterator[Row]:
    """The questions of one file. Raises ValueError for an answer that does not stand where it says."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            data: dict[str, Any] = json.loads(line)
            context = data["context"]
            for answer in data["answers"]:
                if context[answer["start"] :][: len(answer["text"])] != answer["text"]:
                    raise ValueError(f"{path}: {data['id']}: {answer['text']!r} does not stand at {answer['start']}.")
            title = data.get("title") or ""
            yield Row(
                dataset=name,
                title="" if LISTED.match(title) else title.replace("_", " "),
                context=context,
                question=data["question"].strip(),
                answers=tuple(
                    (each["start"], each["start"] + len(each["text"])) for each in data["answers"] if each["text"]
                ),
            )


def is_held_out(context: str, share: float) -> bool:
    """By hash, so that a context is always on the same side."""
    return int.from_bytes(hashlib.sha256(context.encode()).digest()[:4], "big") < share * 2**32


def passages(rows: Sequence[Row], settings: Prepare) -> list[Window]:
    """Every distinct context as the product would cut it."""
    titles = {row.context: row.title for row in rows}
    return [
        Window(title, context[start:end], ())
        for context, title in titles.items()
        for start, end in _cuts(context, settings)
    ]


def groups(rows: Sequence[Row], pool: Pool, settings: Prepare, epochs: Mapping[str, float]) -> Iterator[Group]:
    """The groups of all rows, each data set as many times over as its epochs say."""
    chance = random.Random(settings.seed)
    others = _by_length(rows)
    swaps = _Swaps(rows)
    for row in rows:
        rounds = epochs[row.dataset]
        for _ in range(int(rounds) + (chance.random() < rounds % 1)):
            if row.answers and settings.absent and chance.random() < settings.absent:
                if made := _absent(row, pool, settings, chance):
                    yield made
                continue
            if (made := _group(row, pool, others, settings, chance)) is not None:
                yield made
            if row.answers and chance.random() < settings.swapped and (other := swaps.swapped(row, chance)):
                yield Group(other, f"{row.dataset}, swapped", (_home(row, settings, chance, answers=False),))
            if row.answers and settings.removed and chance.random() < settings.removed and (rest := _silent(row)):
                yield Group(row.question, f"{row.dataset}, removed", (_home(rest, settings, chance),))


def _group(
    row: Row, pool: Pool, others: dict[str, list[Row]], settings: Prepare, chance: random.Random
) -> Group | None:
    if row.answers and not _short_answers(row, settings):
        return None
    if row.answers and len(row.context.split()) <= SENTENCE_WORDS and chance.random() < settings.merged:
        home = _merged(row, others[row.dataset], chance)
    else:
        home = _home(row, settings, chance)
    negatives = _negatives(row, pool, settings, chance)
    return Group(row.question, row.dataset, (home, *(_titled(each, settings, chance) for each in negatives)))


def _negatives(row: Row, pool: Pool, settings: Prepare, chance: random.Random) -> list[Window]:
    """What retrieval would put beside a question's own window."""
    share = settings.negatives if row.answers else settings.beside
    if not share or chance.random() >= share:
        return []
    near = pool.near(row, settings.negative_depth)
    return chance.sample(near, min(settings.negatives_each, len(near)))


def _absent(row: Row, pool: Pool, settings: Prepare, chance: random.Random) -> Group | None:
    """A question with what a library without its article would retrieve: no window answers it."""
    near = pool.near(row, 3 * settings.absent_each + settings.negative_depth, elsewhere=True)[: settings.absent_each]
    windows = tuple(_titled(each, settings, chance) for each in near)
    return Group(row.question, f"{row.dataset}, absent", windows) if windows else None


def _silent(row: Row) -> Row | None:
    """The question of its context without the sentences that say an answer: the right topic, the detail absent.

    None if less than half of it would be left, or only one sentence.
    """
    golds = [f" {normalised_quote(row.context[start:end])} " for start, end in row.answers]
    said_in = (row.context[start:end] for start, end in sentences(row.context, "en"))
    left = [each for each in said_in if not any(gold in f" {normalised_quote(each)} " for gold in golds)]
    rest = " ".join(left)
    enough = len(left) > 1 and len(rest) >= len(row.context) / 2
    return replace(row, context=rest, answers=()) if enough else None


def _short_answers(row: Row, settings: Prepare) -> list[tuple[int, int]]:
    return [each for each in row.answers if len(row.context[slice(*each)].split()) <= settings.longest_answer]


def _home(row: Row, settings: Prepare, chance: random.Random, *, answers: bool = True) -> Window:
    """The window of the row's own context that holds an answer; any of its windows if there is none."""
    wanted = _short_answers(row, settings)
    cuts = _cuts(row.context, settings)
    holding = [cut for cut in cuts if any(cut[0] <= start and end <= cut[1] for start, end in wanted)]
    start, end = chance.choice(holding or cuts)
    inside = [(a - start, b - start) for a, b in wanted if start <= a and b <= end] if answers else []
    return _titled(Window(row.title, row.context[start:end], tuple(sorted(set(inside)))), settings, chance)


def _cuts(context: str, settings: Prepare) -> list[tuple[int, int]]:
    if len(context.split()) <= settings.passage_words * 1.2:
        return [(0, len(context))]
    return chunk(context, words=settings.passage_words, overlap=settings.overlap_words, language="en")


def _titled(window: Window, settings: Prepare, chance: random.Random) -> Window:
    return window if chance.random() < settings.titled else Window("", window.text, window.answers)


def _merged(row: Row, others: Sequence[Row], chance: random.Random) -> Window:
    """A single sentence among a few others of its data set that do not say the answer."""
    golds = [normalised_quote(row.context[start:end]) for start, end in row.answers]
    picked = {each.context for each in chance.sample(others, min(len(others), chance.randint(1, 4)))} - {row.context}
    texts = [each for each in picked if not any(gold in normalised_quote(each) for gold in golds)]
    texts.sort()
    at = chance.randint(0, len(texts))
    before = "".join(f"{text.strip()} " for text in texts[:at])
    after = "".join(f" {text.strip()}" for text in texts[at:])
    moved = tuple(sorted({(start + len(before), end + len(before)) for start, end in row.answers}))
    return Window("", before + row.context + after, moved)


def _by_length(rows: Sequence[Row]) -> dict[str, list[Row]]:
    short: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in rows:
        if len(row.context.split()) <= SENTENCE_WORDS:
            short[row.dataset].setdefault(row.context, row)
    return {name: list(found.values()) for name, found in short.items()}


class _Swaps:
    """Questions asked again with a name or a year of another question that the context does not hold."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._names: dict[int, set[str]] = defaultdict(set)
        for row in rows:
            for name in _NAME.findall(row.question):
                self._names[len(name.split())].add(name)
        self._sorted = {length: sorted(names) for length, names in self._names.items()}

    def swapped(self, row: Row, chance: random.Random) -> str | None:
        """The question with one name or year exchanged, or None if it names nothing that its context names too."""
        if year := _YEAR.search(row.question):
            other = str(int(year[0]) + chance.choice((-31, -17, -9, -4, 3, 8, 12, 25)))
        elif year := next((each for each in _NAME.finditer(row.question) if each[0] in row.context), None):
            other = chance.choice(self._sorted[len(year[0].split())])
        else:
            return None
        if other.casefold() in row.context.casefold():
            return None
        return row.question[: year.start()] + other + row.question[year.end() :]


def _facts(path: Path, name: str, made: Sequence[Group], held: Sequence[Group]) -> dict[str, Any]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    count = Counter(group.dataset for group in made)
    return {
        "rows": len(rows),
        "unanswerable": sum(not row["answers"] for row in rows),
        "licence": sorted({str(row.get("license") or "not stated") for row in rows}),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "groups": count[name],
        "swapped": count[f"{name}, swapped"],
        "removed": count[f"{name}, removed"],
        "absent": count[f"{name}, absent"],
        "held out": sum(group.dataset == name for group in held),
    }


if __name__ == "__main__":
    main()
