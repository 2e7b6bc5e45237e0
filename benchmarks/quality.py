"""How well questions are answered: retrieval, reading alone, and end to end over a library.

    python benchmarks/quality.py DATASET... [--reading] [--end-to-end] [--limit N] [--corpus FILE...]
        [--distractors FILE... [--distractor-limit N]] [--absent FILE] [--library FOLDER] [--details FILE]

A DATASET is SQuAD-style JSON lines (.gz too). The library holds each distinct context of all of them as one article,
the articles of every corpus, and the first N of every file of distractors. `--absent` questions are about articles
that are not in it: they should all get "not found". See README.md for what the figures mean.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from baseline import Baseline
from hardware import machine
from rich.console import Console
from tables import print_absent, print_answers, print_baseline, print_both, print_reading, print_retrieval

from qa.answering.reader import TransformersReader
from qa.assistant import Assistant
from qa.cli.console import progress_bars
from qa.config import Settings
from qa.datatypes import Report
from qa.evaluation.dataset import gold_places
from qa.evaluation.evaluate import (
    EndToEndReport,
    Example,
    ReadingReport,
    evaluate_answers,
    evaluate_end_to_end,
    evaluate_reading,
    read_examples,
)
from qa.library import Library
from qa.loaders import Document, article_id, normalise

Row = Mapping[str, Any]


def main() -> None:
    """Measure what was asked for, and print it as Markdown tables."""
    given = _arguments()
    names = {} if given.corpus == [] else corpus_names(given.corpus)
    datasets = {_name(path): read_examples(path, articles=names or None) for path in given.datasets}
    asked = {name: sampled(examples, given.limit) for name, examples in datasets.items()}
    print(f"{machine()}\n")
    gold: dict[str, ReadingReport] = {}
    answered: dict[str, EndToEndReport] = {}
    if given.reading or not given.end_to_end:
        gold = read_gold(asked)
        print_reading(gold)
    if given.end_to_end or not given.reading:
        with _folder(given.library) as folder, _assistant(folder) as assistant:
            fill(assistant.library, datasets, given)
            answered = ask_all(assistant, asked)
            print_retrieval(answered)
            print_answers(answered)
            print_both(answered, gold)
            print_baseline(answered, ask_baseline(assistant.library, asked))
            if given.absent:
                absent = sampled(read_examples(given.absent), given.limit)
                print_absent(_name(given.absent), ask_absent(assistant, absent))
    if given.details:
        write_details(given.details, gold, answered)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+", type=Path, metavar="DATASET")
    parser.add_argument("--limit", type=int, help="questions of each file, evenly spaced; all contexts go in")
    parser.add_argument("--reading", action="store_true", help="only reading the gold context")
    parser.add_argument("--end-to-end", action="store_true", help="only end to end")
    parser.add_argument("--corpus", nargs="+", type=Path, default=[], help="articles that go in whole")
    parser.add_argument("--distractors", nargs="+", type=Path, default=[], help="articles or questions' contexts")
    parser.add_argument("--distractor-limit", type=int, help="articles of each file of distractors")
    parser.add_argument("--absent", type=Path, help="questions about articles that are not in the library")
    parser.add_argument("--library", type=Path, help="use and keep this library; otherwise a temporary one")
    parser.add_argument("--details", type=Path, help="write what became of each question, as JSON lines")
    return parser.parse_args()


# what is measured


def sampled(examples: Sequence[Example], limit: int | None) -> list[Example]:
    """At most `limit` examples, evenly spaced: files are sorted by article."""
    if limit is None or limit >= len(examples):
        return list(examples)
    return [examples[number * len(examples) // limit] for number in range(limit)]


def read_gold(asked: Mapping[str, Sequence[Example]]) -> dict[str, ReadingReport]:
    """The packaged reader, or that of the settings, alone on the gold contexts; datasets without are left out."""
    settings = Settings.resolve()
    reader = TransformersReader.of(settings)
    reports = {}
    for name, examples in asked.items():
        if all(example.context is not None for example in examples):
            with progress_bars(Console(stderr=True)) as progress:
                reports[name] = evaluate_reading(reader, examples, progress)
    return reports


def ask_all(assistant: Assistant, asked: Mapping[str, Sequence[Example]]) -> dict[str, EndToEndReport]:
    """The assistant's answers to each dataset, withheld below the threshold of the settings in force."""
    threshold = Settings.resolve().threshold
    reports = {}
    for name, examples in asked.items():
        with progress_bars(Console(stderr=True)) as progress:
            reports[name] = evaluate_end_to_end(assistant, examples, progress, threshold=threshold)
    return reports


def ask_baseline(library: Library, asked: Mapping[str, Sequence[Example]]) -> dict[str, ReadingReport]:
    """The answers of the naive baseline over the same articles, with the same reader."""
    baseline = Baseline(library.articles(), library.settings)
    reports = {}
    for name, examples in asked.items():
        with progress_bars(Console(stderr=True)) as progress:
            reports[name] = evaluate_answers(baseline.answers, examples, progress)
    return reports


def ask_absent(assistant: Assistant, examples: Sequence[Example]) -> EndToEndReport:
    """The answers to questions whose articles are not in the library; those whose are there are left out."""
    there = {article.id for article in assistant.library.articles()}
    absent = [
        replace(example, answers=(), context=None)
        for example in examples
        if example.context is None or gold_places(example).article_id not in there
    ]
    return ask_all(assistant, {"absent": absent})["absent"]


# the library


@contextmanager
def _folder(library: Path | None) -> Iterator[Path]:
    if library is not None:
        yield library
    else:
        with TemporaryDirectory(prefix="article-qa-quality-") as folder:
            yield Path(folder)


def _assistant(folder: Path) -> Assistant:
    """An assistant that withholds nothing, so that every threshold can be judged; contexts may be short."""
    return Assistant.open(folder, settings=Settings.resolve(threshold=0.0, min_article_chars=1))


def fill(library: Library, datasets: Mapping[str, Sequence[Example]], given: argparse.Namespace) -> None:
    """Put contexts, corpora and distractors into the library; what is there already costs little."""
    documents = [_document(name, _context_rows(examples)) for name, examples in datasets.items()]
    documents += [
        _document(f"distractors-{_name(path)}", _first_rows(path, given.distractor_limit)) for path in given.distractors
    ]
    with progress_bars(Console(stderr=True)) as progress:
        reports = [library.add_documents([each for each in documents if each.data], progress=progress)]
        if given.corpus:
            reports.append(library.add(given.corpus, progress=progress))
    for report in reports:
        _print_failures(report)
    stats = library.stats()
    print(f"The library holds {stats.articles:,} articles in {stats.passages:,} passages.\n")


def _print_failures(report: Report) -> None:
    for failure in report.failed[:5]:
        print(f"- left out: {failure.source}: {failure.reason}")
    if len(report.failed) > 5:
        print(f"- left out: {len(report.failed) - 5} more")


def _document(name: str, rows: Iterable[Row]) -> Document:
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return Document(f"upload:{name}.jsonl", data.encode())


def _context_rows(examples: Iterable[Example]) -> Iterator[Row]:
    titles = {example.context: example.title for example in examples if example.context is not None}
    return ({"title": title, "text": context} for context, title in titles.items())


def _first_rows(path: Path, limit: int | None) -> Iterator[Row]:
    """The first distinct texts of a corpus, or contexts of a file of questions."""
    texts: dict[str, Row] = {}
    for row in _rows(path):
        if limit is not None and len(texts) >= limit:
            break
        text = str(row.get("text") or row.get("context") or "")
        texts.setdefault(text, {"title": row.get("title"), "text": text, "date": row.get("date")})
    return iter(texts.values())


def corpus_names(paths: Iterable[Path]) -> dict[str, str]:
    """The names that corpora give to their articles, and the ids that those get in a library."""
    return {row["id"]: article_id(normalise(row["text"])) for path in paths for row in _rows(path)}


def _rows(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def _name(path: Path) -> str:
    return path.name.removesuffix(".gz").removesuffix(".jsonl")


def write_details(path: Path, gold: Mapping[str, ReadingReport], answered: Mapping[str, EndToEndReport]) -> None:
    """One JSON object a question and measure."""
    with path.open("w", encoding="utf-8") as file:
        for measure, reports in (("reading", gold), ("end to end", answered)):
            for name, report in reports.items():
                for outcome in report.outcomes:
                    row = {"measure": measure, "dataset": name, **asdict(outcome)}
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
