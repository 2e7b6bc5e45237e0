"""What the reader trains on: a question with the windows that belong to it, in JSON lines."""

from __future__ import annotations

import json
import lzma
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Window:
    """A text as a passage of the product, with the answers in it as (start, end) characters; none: no answer here."""

    title: str
    text: str
    answers: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One question and the windows whose scores are to compare."""

    question: str
    dataset: str
    windows: tuple[Window, ...]


def read_groups(path: Path) -> Iterator[Group]:
    """The groups of a `.jsonl.xz`."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            windows = (
                Window(each["title"], each["text"], tuple((start, end) for start, end in each["answers"]))
                for each in row["windows"]
            )
            yield Group(row["question"], row["dataset"], tuple(windows))


def write_groups(path: Path, groups: Iterable[Group]) -> int:
    """Write a `.jsonl.xz`, in which a context that comes again costs next to nothing; the number of groups."""
    count = 0
    with lzma.open(path, "wt", encoding="utf-8", preset=4) as file:
        for group in groups:
            file.write(json.dumps(asdict(group), ensure_ascii=False) + "\n")
            count += 1
    return count
