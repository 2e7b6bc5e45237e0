"""What the shell shows of who says what."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from library_fakes import shell_with_letters, write

MAYOR = (
    "Rosalind Pike resigned on Friday. Pike, mayor since 2018, said she had known nothing of the sale.\n\n"
    "“I signed on Monday,” she told reporters, “what I was given.” The crane was old, according to Wilma Stoke."
)
BRIDGE = "Petra Halloway said the bridge would fall."

Shell = Callable[..., Result]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    """The commands, with a library of two articles."""
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(tmp_path / "library"))
    shell = shell_with_letters(monkeypatch)
    write(tmp_path / "in", "mayor", MAYOR, "Mayor resigns", "2025-06-20")
    write(tmp_path / "in", "bridge", BRIDGE, "Bridge", "2025-05-12")
    assert shell("add", tmp_path / "in").exit_code == 0
    return shell


def test_what_somebody_says_with_its_place(shell: Shell, tmp_path: Path) -> None:
    shown = shell("quotes", "rosalind", "pike")
    source = tmp_path / "in" / "mayor.json"
    start, said = MAYOR.index("she had"), "she had known nothing of the sale"
    first, last = MAYOR.index("I signed"), MAYOR.index("given.”") + len("given.")
    assert shown.exit_code == 0
    assert shown.stdout.splitlines() == [
        said,
        "Rosalind Pike (Pike, mayor since 2018 said)",
        "Mayor resigns · 20 June 2025",
        f"{source} · characters {start}–{start + len(said)}",
        "",
        "“I signed on Monday” … “what I was given.”",
        "Rosalind Pike (she told)",
        "(“Monday” is Monday, 16 June 2025)",
        "Mayor resigns · 20 June 2025",
        f"{source} · characters {first}–{last}",
    ]


def test_what_it_is_about_and_when(shell: Shell) -> None:
    assert shell("quotes", "--about", "bridges", "--limit", "1").stdout.startswith(
        "the bridge would fall\nPetra Halloway"
    )
    assert "crane" in shell("quotes", "--about", "crane").stdout
    late = shell("quotes", "Halloway", "--from", "2025-06")
    assert (late.exit_code, late.stdout) == (1, "")
    assert "Your articles quote nobody so." in late.stderr
    assert shell("quotes", "Pike", "--from", "2025-06", "--about", "sale").exit_code == 0


def test_as_json_with_exact_places(shell: Shell) -> None:
    shown = json.loads(shell("quotes", "Pike", "--about", "sign", "--json").stdout)
    assert (shown["format"], shown["speaker"], shown["about"]) == ("article-qa/quotations/1", "Pike", "sign")
    (found,) = shown["quotations"]
    for place in (found["speaker"], found["cue"], *found["content"]):
        assert MAYOR[place["start"] : place["end"]] == place["text"]
    assert [piece["text"] for piece in found["content"]] == ["I signed on Monday", "what I was given."]
    assert (found["name"], found["direct"], found["cue"]["text"]) == ("Rosalind Pike", True, "told")
    assert MAYOR[found["start"] : found["end"]] == found["quote"]
    assert MAYOR[found["context_start"] :] == found["context"]
    assert (found["title"], found["published"]) == ("Mayor resigns", "2025-06-20")
    assert found["resolved"][0]["value"] == "2025-06-16"
    nothing = shell("quotes", "Nobody", "--json")
    assert (nothing.exit_code, json.loads(nothing.stdout)["quotations"]) == (1, [])


def test_somebody_or_something_has_to_be_asked_for(shell: Shell) -> None:
    assert shell("quotes").exit_code == 2


def test_a_quotation_with_its_source_to_be_taken_along(shell: Shell, tmp_path: Path) -> None:
    source = tmp_path / "in" / "mayor.json"
    shown = shell("quotes", "Pike", "--about", "sale", "--limit", "1", "--format", "markdown")
    assert shown.stdout.splitlines()[-1].startswith("> — Mayor resigns, 20 June 2025. ")
    assert "**she had known nothing of the sale**" in shown.stdout
    (item,) = json.loads(shell("quotes", "Pike", "--about", "sale", "--limit", "1", "--format", "csl").stdout)
    assert (item["title"], item["source"], item["issued"]["date-parts"]) == (
        "Mayor resigns", str(source), [[2025, 6, 20]],
    )  # fmt: skip
    assert shell("quotes", "Nobody", "--format", "plain").stdout == ""
