"""The benchmark scripts run, on data small enough to know the outcome."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import baseline
import numpy as np
import pytest

from qa.library import Library

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"

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
    beside = cells(output, "The product beside the naive baseline")
    assert {name: row[:2] for name, row in beside.items()} == {"bridges": ["100.0"] * 2, "honey": ["100.0"] * 2}
    assert cells(output, "Questions about articles that are not there")["absent"][0] == "1"
    measured = [json.loads(line) for line in details.read_text().splitlines()]
    assert [(row["measure"], row["dataset"], row["text"]) for row in measured if row["golds"]] == [
        ("reading", "bridges", "Klara Voss"),
        ("end to end", "bridges", "Klara Voss"),
        ("end to end", "honey", "nine tonnes"),
    ]


def test_the_baseline_cuts_by_words_and_loses_none() -> None:
    text = " ".join(f"w{number}" for number in range(320))
    pieces = list(baseline.cut(text))
    assert [len(piece.split()) for piece in pieces] == [150, 150, 20]
    assert " ".join(pieces) == text


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


@pytest.mark.slow
@pytest.mark.models
def test_scale_grows_one_library(tmp_path: Path, questions: Path) -> None:
    titles, texts = zip(*ARTICLES.items(), strict=True)
    rows = [
        {"title": titles[i % 2], "text": "\n\n".join(f"{i}{j}. {texts[j % 2]}" for j in range(9))} for i in range(6)
    ]
    corpus = write(tmp_path / "corpus.jsonl", rows)
    with Library.open(tmp_path / "library") as library:
        library.add(corpus)
    given = ("--questions", questions, "--vectors", tmp_path / "library", "--folder", tmp_path, "--flat", "7")
    output = started("scale.py", corpus, *given, "--steps", "40,4000")
    assert "### To 40 passages\n\n| what | figure |\n|---|---|\n| taken in | 5 articles, " in output
    assert "| retrieve while articles are taken in, p50 / p95 / most | " in output.split("### To 4,000 passages")[1]
    assert output.count("| recall@20 against exact search | 1.0000 |") == 2
    assert "| taken in | 7 articles, " in output.split("### 7 articles into an empty library")[1]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bridges.jsonl", "corpus.jsonl", "library"]


def started(script: str, *arguments: str | Path) -> str:
    """What a script prints that starts processes of its own."""
    command = [sys.executable, BENCHMARKS / script, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout


def test_recombined_articles_are_made_of_whole_paragraphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from synthetic import recombined

    rows = [{"title": f"T{i}", "text": "\n\n".join(f"{name}{i}." for name in "abcd"[: i + 1])} for i in range(4)]
    corpus = str(write(tmp_path / "corpus.jsonl", [dict(row) for row in rows]))
    made = list(islice(recombined([corpus], seed=3), 50))
    whole = {paragraph for row in rows for paragraph in row["text"].split("\n\n")}
    pieces = [each["text"].split("\n\n") for each in made]
    assert {piece for text in pieces for piece in text} == whole
    assert all(len(set(text)) == len(text) <= 4 for text in pieces)
    assert len({each["id"] for each in made}) == 50
    assert made == list(islice(recombined([corpus], seed=3), 50))


def test_drawn_vectors_lie_as_near_as_the_real_ones(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Real: 600 around 12 centres, in a plane but for a little noise. Drawn otherwise, they would be far apart."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    import synthetic

    rng = np.random.default_rng(1)
    centres = np.pad(rng.normal(size=(12, 2)), ((0, 0), (0, 30)))
    real = np.repeat(centres, 50, axis=0) + 0.1 * rng.normal(size=(600, 32))
    real = (real / np.linalg.norm(real, axis=1, keepdims=True)).astype(np.float32)
    monkeypatch.setattr(synthetic, "_stored", lambda folder: real)
    spread = synthetic.Spread.of(["a library"])
    drawn = spread.draw(np.random.default_rng(2), 600)
    assert np.linalg.norm(drawn, axis=1) == pytest.approx(np.ones(600), abs=1e-5)
    expected = np.median(np.sort(real @ real.T, axis=1)[:, -11])
    found = np.median(np.sort(drawn @ drawn.T, axis=1)[:, -11])
    assert found == pytest.approx(expected, abs=0.02)
    assert np.median(synthetic.neighbour_similarities(real)[:, 1]) == pytest.approx(expected, abs=1e-5)


@pytest.mark.models
def test_questions_beside_passages_of_which_none_answers(run: Run, questions: Path, tmp_path: Path) -> None:
    title, context = list(ARTICLES.items())[1]
    with questions.open("a") as file:
        row = {"id": "3", "title": title, "context": context, "question": "Where was the honey gathered?"}
        file.write(json.dumps(row | {"answers": [{"text": "Solvik", "start": context.index("Solvik")}]}) + "\n")
    told = run("absent.py", questions, "--library", tmp_path / "library")
    (present,) = cells(told, "The gold article there, or left out").values()
    assert present[:2] == ["2", "100.0"]
    (near,) = cells(told, "The detail is not there").values()
    assert near[:2] == ["1", "0.0"]


def test_how_often_a_present_question_has_more_confidence() -> None:
    measured = runpy.run_path(str(BENCHMARKS / "absent.py"))["auroc"]
    assert measured(np.array([0.9, 0.4]), np.array([0.4, 0.1])) == 0.875


def test_pages_are_measured_by_layout(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import page_layouts

    made = [each for each in page_layouts.pages() if each.layout in ("typo3", "amp") and each.story == "five-things"]
    monkeypatch.setattr(page_layouts, "pages", lambda: iter(made))
    rows = cells(run("pages.py"), "Pages")
    assert rows["typo3"] == ["100.0", "100.0", "100.0", "100.0"]
    assert (rows["amp"], rows["all"][1::2]) == (["100.0", "100.0", "100.0", "0.0"], ["100.0", "50.0"])
