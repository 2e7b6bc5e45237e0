"""What the shell says of the quotes of a text."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from library_fakes import shell_with_letters, write

Shell = Callable[..., Result]
MAYOR = "She said: “I signed on Monday what I was given.” Her deputy denied it."


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(tmp_path / "library"))
    shell = shell_with_letters(monkeypatch)
    write(tmp_path / "in", "mayor", MAYOR, "Mayor resigns", "2025-06-20")
    assert shell("add", tmp_path / "in").exit_code == 0
    return shell


def test_each_quote_with_what_is_true_of_it(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "draft.txt"
    file.write_text("“i signed [it] on Monday”, “I signed on Tuesday what I got”; and “we shall\x1b[31m fight”.")
    shown = shell("check", file)
    source, start = tmp_path / "in" / "mayor.json", MAYOR.index("I signed")
    assert shown.exit_code == 1
    assert shown.stdout.splitlines() == [
        "3 quotes: 1 verbatim, 1 altered, 1 in no article",
        "",
        "“i signed [it] on Monday”",
        "Word for word, but for capital letters and words in brackets.",
        "For [it] the article has nothing.",
        "Mayor resigns · 20 June 2025",
        f"{source} · characters {start}–{start + len('I signed on Monday')}",
        "",
        "“I signed on Tuesday what I got”",
        "The nearest place has other words.",
        "I signed on [-Tuesday-]{+Monday+} what I [-got-]{+was+}",
        "Mayor resigns · 20 June 2025",
        f"{source} · characters {start}–{start + len('I signed on Monday what I was')}",
        "",
        "“we shall fight”",
        "In none of these articles.",
    ]


def test_verbatim_ones_only_are_all_well(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("“I signed on Monday”")
    assert shell("check", tmp_path / "draft.txt").exit_code == 0
    (tmp_path / "draft.txt").write_text("No marks.")
    shown = shell("check", tmp_path / "draft.txt")
    assert (shown.exit_code, shown.stdout) == (0, "There is nothing in quotation marks.\n")


def test_as_json_and_filtered(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_text("“I signed on Monday”")
    values = json.loads(shell("check", tmp_path / "draft.txt", "--json").stdout)
    assert values["quotes"][0]["places"][0]["start"] == MAYOR.index("I signed")
    late = json.loads(shell("check", tmp_path / "draft.txt", "--from", "2025-07", "--json").stdout)
    assert late["counts"] == {"verbatim": 0, "altered": 0, "absent": 1}


def test_a_file_that_cannot_be_read_is_named(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "draft.txt").write_bytes(b"\xff\xfe\x00")
    shown = shell("check", tmp_path / "draft.txt")
    assert shown.exception is not None
    assert "give a text file in UTF-8" in str(shown.exception)
