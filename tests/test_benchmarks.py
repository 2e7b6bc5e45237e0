"""The benchmark scripts run, on data small enough to know the outcome."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"

ARTICLES = {
    "The Arnfeld bridge": "The bridge at Arnfeld opened in May 1931. It was designed by Klara Voss of Bremen.",
    "Honey harvest": "Beekeepers in Solvik gathered nine tonnes of honey this year, in a dry summer.",
}


def run(script: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, BENCHMARKS / script, *arguments], capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def cells(output: str, table: str) -> list[str]:
    """The cells of the first row of a table, without the dataset."""
    return output.split(table)[1].split("|\n")[2].strip("| ").split(" | ")[1:]


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = []
    for question, answer in (("Who designed the bridge at Arnfeld?", "Klara Voss"), ("Which bridge is blue?", None)):
        title, context = next(iter(ARTICLES.items()))
        answers = [{"text": answer, "start": context.index(answer)}] if answer else []
        rows.append({"id": question, "title": title, "context": context, "question": question, "answers": answers})
    return write(tmp_path / "bridges.jsonl", rows)


@pytest.mark.models
def test_quality_prints_what_it_measures(tmp_path: Path, questions: Path) -> None:
    named = {"question": "How much honey was gathered?", "answers": ["nine tonnes"], "articles_with_answer": ["a1"]}
    honey = write(tmp_path / "honey.jsonl", [named])
    rows = [{"id": f"a{i}", "title": title, "text": text} for i, (title, text) in enumerate(ARTICLES.items())]
    corpus = write(tmp_path / "corpus.jsonl", rows)
    details = tmp_path / "details.jsonl"
    absent = write(tmp_path / "absent.jsonl", [{"question": "Who won the 2030 World Cup?", "answers": ["Norway"]}])
    output = run("quality.py", questions, "--corpus", corpus, "--absent", absent, "--details", details)
    assert "The library holds 2 articles in 2 passages." in output
    assert cells(output, "Reading the gold context")[:4] == ["2", "1", "100.0", "100.0"]
    assert cells(output, "Retrieval, answerable questions") == ["1", "100.0", "100.0", "100.0", "100.0", "100.0", "0"]
    assert cells(output, "End to end beside reading") == ["100.0", "100.0", "0.0", "100.0"]
    assert cells(output, "Questions about articles that are not there")[0] == "1"
    measured = [json.loads(line) for line in details.read_text().splitlines()]
    assert [(row["measure"], row["text"]) for row in measured if row["golds"]] == [
        ("reading", "Klara Voss"),
        ("end to end", "Klara Voss"),
    ]
    output = run("quality.py", honey, "--end-to-end", "--corpus", corpus)
    assert cells(output, "Retrieval, answerable questions")[:2] == ["1", "100.0"]
    assert "End to end beside reading" not in output


@pytest.mark.models
def test_speed_compares_with_the_bare_models(tmp_path: Path, questions: Path) -> None:
    corpus = write(tmp_path / "corpus.jsonl", [{"title": title, "text": text} for title, text in ARTICLES.items()])
    output = run("speed.py", "--corpus", corpus, "--articles", "1", "--questions", questions, "--ask", "3")
    assert "Indexing 1 articles, 1 passages" in output
    assert "Asking 3 questions of 1 articles, 1 passages" in output
    assert "| its 2.0 forward passes alone |" in output  # the encoder's and the reader's
