"""How many copies of articles are found, and how many reports of one event are taken for copies of each other.

    python benchmarks/copies.py --events multi_news_clusters.jsonl.gz --texts bbc_2004_2005.jsonl.gz

One article a line, with `id` and `text`, of `--events` also `event`. Copies are made of `--texts` by trimming, another
dateline, byline or first sentence, words changed here and there and paragraphs in another order; each is then looked
for among all these articles as the library does it. Reports of one event are compared in pairs: those that are taken
for copies are listed with `--show`, to be judged, for some of them are.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
from tables import print_table

from qa.ingestion.copies import COMPARED
from qa.news.copies import Shingles, are_copies, lowest, shingles

SEED = 7
LEAD = "Officials of the region have reacted to the news, and some of them call for talks before anything is decided. "
PLACES = ("PARIS", "LONDON (Wire)", "WASHINGTON, Nov 3 (Agency)", "CAIRO")
OTHER_WORDS = ("reportedly", "the", "said", "new", "its")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=Path, nargs="*", default=[])
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    parser.add_argument("--articles", type=int, default=400, help="of each file of texts")
    parser.add_argument("--show", action="store_true", help="list pairs that are taken for copies")
    options = parser.parse_args()
    rows = [(file.name, *_events(file, show=options.show)) for file in options.events]
    if rows:
        print_table("Reports of one event", ["file", "pairs", "taken for copies"], rows)
    for file in options.texts:
        counted = _copies(file, options.articles, show=options.show)
        print_table(file.name, ["copy", "made", "found", "recall", "wrong", "precision"], counted)


def _articles(file: Path) -> Iterator[dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _events(file: Path, *, show: bool) -> tuple[int, int]:
    """Pairs of reports of one event, and those that are taken for copies."""
    events: dict[str, list[tuple[str, Shingles]]] = defaultdict(list)
    for each in _articles(file):
        events[each["event"]].append((each["id"], shingles(each["text"])))
    pairs = [pair for reports in events.values() for pair in combinations(reports, 2)]
    taken = [(one, other) for one, other in pairs if are_copies(one[1], other[1])]
    for one, other in taken if show else ():
        print(one[0], other[0], f"{_contained(one[1], other[1]):.2f}")
    return len(pairs), len(taken)


def _contained(one: Shingles, other: Shingles) -> float:
    shorter, longer = sorted((np.unique(one), np.unique(other)), key=len)
    return float(np.isin(shorter, longer).mean())


def _copies(file: Path, most: int, *, show: bool) -> list[tuple[str, int, int, float, int, float]]:
    """Of each way to copy: copies made and found, and other articles that are taken for copies of these."""
    chance = random.Random(SEED)
    found = [each for each in _articles(file) if len(each["text"].split()) > 40]
    chosen = chance.sample(found, min(most, len(found)))
    prints = [shingles(each["text"]) for each in chosen]
    index: dict[int, list[int]] = defaultdict(list)
    for number, print_ in enumerate(prints):
        for each in lowest(print_):
            index[each].append(number)
    rows = []
    for name, make in WAYS.items():
        right = wrong = 0
        for number, article in enumerate(chosen):
            copy = shingles(make(_paragraphs(article["text"]), chance))
            shared = Counter(other for each in lowest(copy) for other in index[each])
            likely = [other for other, _ in shared.most_common(COMPARED)]
            same = {other for other in likely if are_copies(copy, prints[other])}
            right += number in same
            others = {other for other in same if other != number and not are_copies(prints[number], prints[other])}
            wrong += len(others)
            for other in others if show else ():
                print(name, article["id"], chosen[other]["id"])
        rows.append((name, len(chosen), right, right / len(chosen), wrong, right / max(1, right + wrong)))
    return rows


def _paragraphs(text: str) -> list[str]:
    """Paragraphs, or pairs of sentences where there are fewer than three."""
    found = [each for each in re.split(r"\n+", text) if each.strip()]
    if len(found) >= 3:
        return found
    sentences = re.split(r"(?<=[.!?])\s+", text)
    return [" ".join(sentences[first : first + 2]) for first in range(0, len(sentences), 2)]


def _cut(paragraphs: list[str], share: float) -> list[str]:
    """The first paragraphs, at least this share of all words."""
    words = [len(each.split()) for each in paragraphs]
    kept = next(n for n in range(1, len(words) + 1) if sum(words[:n]) >= share * sum(words))
    return paragraphs[:kept]


def _shuffled(paragraphs: list[str], chance: random.Random) -> list[str]:
    moved = list(paragraphs)
    one = moved.pop(chance.randrange(len(moved)))
    moved.insert(chance.randrange(len(moved) + 1), one)
    return moved


def _dated(paragraphs: list[str], chance: random.Random) -> list[str]:
    return [f"{chance.choice(PLACES)} - {paragraphs[0]}", *paragraphs[1:], "Reporting by J. Smith; editing by A. Jones"]


def _edited(paragraphs: list[str], chance: random.Random, every: int) -> list[str]:
    """One word of `every` is another."""
    return [
        " ".join(chance.choice(OTHER_WORDS) if chance.random() * every < 1 else word for word in each.split())
        for each in paragraphs
    ]


Way = Callable[[list[str], random.Random], str]

WAYS: dict[str, Way] = {
    "dateline and byline": lambda found, chance: "\n".join(_dated(found, chance)),
    "trimmed to 75%": lambda found, _: "\n".join(_cut(found, 0.75)),
    "trimmed to 50%": lambda found, _: "\n".join(_cut(found, 0.5)),
    "trimmed to 30%": lambda found, _: "\n".join(_cut(found, 0.3)),
    "second half": lambda found, _: "\n".join(found[len(_cut(found, 0.5)) :] or found),
    "a paragraph moved": lambda found, chance: "\n".join(_shuffled(found, chance)),
    "own first paragraph": lambda found, _: LEAD + "\n".join(found[1:]),
    "one word of 40 changed": lambda found, chance: "\n".join(_edited(found, chance, 40)),
    "one word of 15 changed": lambda found, chance: "\n".join(_edited(found, chance, 15)),
    "trimmed, moved, dateline": lambda found, chance: "\n".join(_dated(_shuffled(_cut(found, 0.6), chance), chance)),
}


if __name__ == "__main__":
    main()
