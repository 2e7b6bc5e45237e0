"""Saved questions in the shell: silent unless there is something new."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import feedparser
import pytest
from click.testing import Result
from library_fakes import SETTINGS, LetterEncoder, write
from typer.testing import CliRunner

from qa.answering.citing import citation_of
from qa.cli.commands import app
from qa.datatypes import Answer, Reason, Where
from qa.library import Library


class Opened:
    """An assistant that answers with all that an article says behind "costs"."""

    def __init__(self, library: Library) -> None:
        self.library = library

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def ask(self, question: str, *, where: Where | None = None) -> Answer:
        for article in self.library.articles(where):
            start = article.text.index("costs ") + 6
            place = replace(
                citation_of(article, (start, len(article.text) - 1), (0, len(article.text))), confidence=0.9
            )
            return Answer(question, place.quote, 0.9, (place,), ())
        return Answer(question, "", 0.1, (), (), Reason.NO_ARTICLES)


def test_from_saving_to_removing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        monkeypatch.setattr("qa.assistant.Assistant.open", lambda *_, **__: Opened(library))

        def shell(*arguments: str) -> Result:
            return CliRunner().invoke(app, ["watch-questions", *arguments])

        saved = shell("--add", "What does  the tram cost?", "--from", "2025")
        assert saved.exit_code == 0
        question_id = saved.stderr.split()[2].rstrip(".")
        listed = shell("--list").stdout.rstrip().split("\t")
        assert (listed[0], listed[2], listed[3]) == (question_id, "What does the tram cost?", "from 1 January 2025")
        assert (shell().stdout, shell().stderr) == ("", "")
        write(tmp_path / "in", "old", "The tram costs 300 million.", "Old", "2024-11-03")
        library.add(tmp_path / "in")
        assert shell().stdout == ""
        write(tmp_path / "in", "november", "The tram costs 512 million.", "November", "2025-11-03")
        library.add(tmp_path / "in")
        feed = tmp_path / "feed.xml"
        told = shell("--feed", str(feed))
        assert (
            told.stdout.splitlines()[:4]
            == ["", "What does the tram cost?  1 new answer", "512 million", "90% sure"][:4]
        )
        assert [entry.title for entry in feedparser.parse(feed.read_bytes()).entries] == [
            "What does the tram cost? “512 million”"
        ]
        assert json.loads(shell("--json").stdout) == {"format": "article-qa/watched/1", "news": []}
        assert json.loads(shell("--list", "--json").stdout)["questions"][0]["where"]["published_from"] == "2025-01-01"
        assert shell("--remove", question_id).exit_code == 0
        gone = shell("--remove", question_id)
        assert (gone.exit_code, "No saved question has the id" in gone.stderr) == (1, True)


def test_a_filter_belongs_to_a_question() -> None:
    assert CliRunner().invoke(app, ["watch-questions", "--from", "2025"]).exit_code == 2
