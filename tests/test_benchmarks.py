"""The benchmark scripts run, on data small enough to know the outcome."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qa.library import Library

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"

ARTICLES = {
    "The Arnfeld bridge": "The bridge at Arnfeld opened in May 1931. It was designed by Klara Voss.",
    "Honey harvest": "Beekeepers in Solvik gathered nine tonnes of honey this year, in a dry summer.",
}


Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a script with arguments, as the shell would; what it prints."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))

    def run(script: str, *arguments: str | Path) -> str:
        monkeypatch.setattr(sys, "argv", [script, *map(str, arguments)])
        runpy.run_path(str(BENCHMARKS / script), run_name="__main__")
        return capsys.readouterr().out

    return run


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def cells(output: str, table: str) -> dict[str, list[str]]:
    """The cells of the rows of a table, by dataset."""
    lines = output.split(table)[1].split("\n\n")[1].splitlines()[2:]
    return {name: cells for name, *cells in (line.strip("| ").split(" | ") for line in lines)}


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    rows = []
    for question, answer in (("Who designed the bridge at Arnfeld?", "Klara Voss"), ("Which bridge is blue?", None)):
        title, context = next(iter(ARTICLES.items()))
        answers = [{"text": answer, "start": context.index(answer)}] if answer else []
        rows.append({"id": question, "title": title, "context": context, "question": question, "answers": answers})
    return write(tmp_path / "bridges.jsonl", rows)


@pytest.mark.models
def test_quality_prints_what_it_measures(run: Run, tmp_path: Path, questions: Path) -> None:
    named = {"question": "How much honey was gathered?", "answers": ["nine tonnes"], "articles_with_answer": ["a1"]}
    honey = write(tmp_path / "honey.jsonl", [named])
    rows = [{"id": f"a{i}", "title": title, "text": text} for i, (title, text) in enumerate(ARTICLES.items())]
    corpus = write(tmp_path / "corpus.jsonl", rows)
    absent = write(tmp_path / "absent.jsonl", [{"question": "Who won the 2030 World Cup?", "answers": ["Norway"]}])
    details = tmp_path / "details.jsonl"
    output = run("quality.py", questions, honey, "--corpus", corpus, "--absent", absent, "--details", details)
    assert "The library holds 2 articles in 2 passages." in output
    assert cells(output, "Reading the gold context")["bridges"][:4] == ["2", "1", "100.0", "100.0"]
    found = cells(output, "Retrieval, answerable questions")
    assert found["bridges"] == found["honey"] == ["1", "100.0", "100.0", "100.0", "100.0", "100.0", "0"]
    assert cells(output, "End to end beside reading") == {"bridges": ["100.0", "100.0", "0.0", "100.0"]}
    assert cells(output, "Questions about articles that are not there")["absent"][0] == "1"
    measured = [json.loads(line) for line in details.read_text().splitlines()]
    assert [(row["measure"], row["dataset"], row["text"]) for row in measured if row["golds"]] == [
        ("reading", "bridges", "Klara Voss"),
        ("end to end", "bridges", "Klara Voss"),
        ("end to end", "honey", "nine tonnes"),
    ]


@pytest.mark.models
def test_speed_compares_with_the_bare_models(run: Run, tmp_path: Path, questions: Path) -> None:
    corpus = write(tmp_path / "corpus.jsonl", [{"title": title, "text": text} for title, text in ARTICLES.items()])
    output = run("speed.py", "--corpus", corpus, "--articles", "1", "--questions", questions, "--ask", "3")
    assert "Indexing 1 articles, 1 passages" in output
    assert "Asking 3 questions of 1 articles, 1 passages" in output
    # The encoder's and the reader's; other models of this process are not called.
    assert "| its 2.0 forward passes alone |" in output


@pytest.mark.models
def test_retrieval_compares_fusions_and_settings(run: Run, tmp_path: Path, questions: Path) -> None:
    corpus = write(tmp_path / "corpus.jsonl", [{"title": title, "text": text} for title, text in ARTICLES.items()])
    with Library.open(tmp_path / "library") as library:
        library.add(corpus)
    on = ("--on", tmp_path / "library", questions)
    fused = cells(run("retrieval.py", *on), "bridges.jsonl")
    assert fused["BM25 alone"] == fused["convex, 0.5 dense"] == ["1", "100.0", "100.0", "100.0", "100.0", "100.0"]
    compared = cells(run("retrieval.py", *on, "--as", "passage_words=10 overlap_words=0"), "bridges.jsonl")
    assert compared["as it is"][-2:] == ["2", "-"]
    assert int(compared["passage_words=10 overlap_words=0"][-2]) > 2


def test_scale_measures_without_a_model(run: Run, tmp_path: Path, questions: Path) -> None:
    corpus = write(tmp_path / "corpus.jsonl", [{"title": title, "text": text} for title, text in ARTICLES.items()])
    output = run("scale.py", corpus, questions)
    assert "| articles, passages | 2, 2 |" in output
    assert "| retrieve, p50 / p95 | " in output
    assert "| peak memory | " in output
