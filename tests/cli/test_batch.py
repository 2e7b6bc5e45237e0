"""Many questions at once, in the shell."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from chat_fakes import FakeAssistant
from typer.testing import CliRunner

from qa.cli.commands import app
from qa.datatypes import Answer


class Opened(FakeAssistant):
    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.fixture
def assistant(monkeypatch: pytest.MonkeyPatch) -> Opened:
    opened = Opened()
    monkeypatch.setattr("qa.assistant.Assistant.open", lambda *_, **__: opened)
    return opened


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    (tmp_path / "questions.csv").write_text("question\nWhen does the first crossing leave?\nWho is the king?\n")
    return tmp_path / "questions.csv"


def test_the_answers_are_counted_and_written(assistant: Opened, questions: Path) -> None:
    table = questions.with_name("answers.csv")
    shown = CliRunner().invoke(app, ["batch", str(questions), "--to", str(table)])
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert shown.stderr == f"2 questions asked: 1 sure, 1 none. The answers are in {table}.\n"
    with table.open(encoding="utf-8-sig") as file:
        assert [row["answer"] for row in csv.DictReader(file)] == ["21:40", ""]


def test_as_json(assistant: Opened, questions: Path) -> None:
    shown = CliRunner().invoke(app, ["batch", str(questions), "--to", str(questions.with_name("a.md")), "--json"])
    values = json.loads(shown.stdout)
    assert values["format"] == "article-qa/batch/1"
    assert [(each["answer"], each["certainty"]) for each in values["answers"]] == [("21:40", "sure"), ("", "none")]


def test_ctrl_c_says_how_to_go_on(assistant: Opened, questions: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = FakeAssistant.ask

    def stopped(self: FakeAssistant, question: str, **named: object) -> Answer:
        if "king" in question:
            raise KeyboardInterrupt
        return ask(self, question)

    monkeypatch.setattr(FakeAssistant, "ask", stopped)
    table = questions.with_name("answers.csv")
    shown = CliRunner().invoke(app, ["batch", str(questions), "--to", str(table)])
    assert shown.exit_code == 130
    assert "To go on, run the same command again." in shown.stderr
    assert table.read_text("utf-8-sig").count("21:40") == 2  # the answer, and its sentence
