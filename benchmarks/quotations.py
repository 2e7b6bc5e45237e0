"""How much of PolNeAR's attributions is found, and whether direct quotations get the right speaker.

    python benchmarks/quotations.py polnear_attributions.jsonl.gz

One article a line: `{"id", "text", "attributions": [{"source", "cue", "content"}]}`, each of the three a list of
`{"text", "start"}`. The articles are split by their ids into two thirds that the rules were made on and a third put
aside; `--wrong` lists direct quotations of the first part that are missed or given to somebody else.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from tables import print_table

from qa.datatypes import Offsets, Quotation
from qa.news.quotations import find_quotations

_WORD = re.compile(r"\w+")
_MARKS = ("“", '"', "«", "''", "``")
_COLUMNS = [
    "part", "articles", "content P", "content R", "content F1", "direct", "found", "speaker right", "of all right", "ms"
]  # fmt: skip


@dataclass
class Counts:
    """Words of contents, and direct quotations, counted over articles."""

    articles: int = 0
    both: int = 0
    given: int = 0
    gold: int = 0
    direct: int = 0
    found: int = 0
    right: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what is missed or wrong, of the first part only")
    options = parser.parse_args()
    parts = {"first": Counts(), "aside": Counts()}
    with gzip.open(options.file, "rt", encoding="utf-8") as lines:
        for article in map(json.loads, lines):
            aside = int(sha256(article["id"].encode()).hexdigest(), 16) % 3 == 0
            _count(article, parts["aside" if aside else "first"])
    print_table("PolNeAR", _COLUMNS, [_row(name, counts) for name, counts in parts.items()])
    if options.wrong:
        print(*parts["first"].wrong, sep="\n")


def _row(name: str, counts: Counts) -> list[object]:
    precision, recall = counts.both / counts.given, counts.both / counts.gold
    return [
        name,
        counts.articles,
        precision,
        recall,
        2 * precision * recall / (precision + recall),
        counts.direct,
        counts.found / counts.direct,
        counts.right / counts.found,
        counts.right / counts.direct,
        f"{1000 * counts.seconds / counts.articles:.1f}",
    ]


def _count(article: dict[str, Any], counts: Counts) -> None:
    text = article["text"]
    started = time.process_time()
    found = find_quotations(text)
    counts.seconds += time.process_time() - started
    given = [(each, set(_words(text, each.content))) for each in found]
    all_given = set().union(*(words for _, words in given))
    gold = set().union(*(_words(text, _places(each["content"])) for each in article["attributions"]))
    counts.articles += 1
    counts.both += len(all_given & gold)
    counts.given += len(all_given)
    counts.gold += len(gold)
    for each in article["attributions"]:
        if each["source"] and _is_direct(each["content"]):
            _count_direct(text, each, given, counts)


def _count_direct(text: str, gold: dict[str, Any], given: list[tuple[Quotation, set[int]]], counts: Counts) -> None:
    """It is found where a quotation has half of its words; right if the speakers share a word of the text."""
    content = set(_words(text, _places(gold["content"])))
    if len(content) < 2:
        return
    counts.direct += 1
    best = max(given, key=lambda each: len(each[1] & content), default=None)
    speaker = " ".join(piece["text"] for piece in gold["source"])
    if best is None or 2 * len(best[1] & content) < len(content):
        counts.wrong.append(f"missed\t{speaker}\t{gold['content'][0]['text'][:100]}")
        return
    counts.found += 1
    if set(_words(text, [best[0].speaker])) & set(_words(text, _places(gold["source"]))):
        counts.right += 1
    else:
        counts.wrong.append(f"{text[slice(*best[0].speaker)]}\t{speaker}\t{gold['content'][0]['text'][:100]}")


def _is_direct(content: list[dict[str, Any]]) -> bool:
    """Whether all pieces begin with a quotation mark."""
    return bool(content) and all(piece["text"].strip().startswith(_MARKS) for piece in content)


def _places(pieces: Iterable[dict[str, Any]]) -> list[Offsets]:
    return [(piece["start"], piece["start"] + len(piece["text"])) for piece in pieces]


def _words(text: str, places: Iterable[Offsets]) -> Iterator[int]:
    """Where each word of these places begins."""
    for start, end in places:
        for match in _WORD.finditer(text, start, end):
            yield match.start()


if __name__ == "__main__":
    main()
