"""Tags in the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from library_fakes import shell_with_letters, write


def test_put_listed_filtered_by_and_taken_off(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    shell = shell_with_letters(monkeypatch)
    write(tmp_path / "in", "bridge", "The bridge was old.", "Bridge")
    write(tmp_path / "in", "honey", "The honey was good.", "Honey")
    shell("add", tmp_path / "in")
    bridge = next(line.split("\t")[0] for line in shell("list").stdout.splitlines() if "Bridge" in line)
    put = shell("tag", bridge, "--add", "to check")
    assert (put.exit_code, put.stderr) == (0, "1 articles have new tags. All there are: article-qa tag\n")
    assert shell("tag", "--source", tmp_path / "in", "--add", "all").exit_code == 0
    assert shell("tag").stdout == "all\t2\nto check\t1\n"
    assert json.loads(shell("tag", "--json").stdout)["tags"] == {"all": 2, "to check": 1}
    assert [line.split("\t")[2] for line in shell("list", "--tag", "TO CHECK").stdout.splitlines()] == ["Bridge"]
    (tmp_path / "draft").write_text("“The honey was good”")
    assert shell("check", tmp_path / "draft", "--tag", "to check").exit_code == 1
    assert shell("check", tmp_path / "draft", "--tag", "all").exit_code == 0
    shell("tag", bridge, "--remove", "all", "--remove", "to check")
    assert shell("tag").stdout == "all\t1\n"
    assert shell("tag", "0" * 16, "--add", "x").exit_code == 1


def test_what_is_to_be_done_has_to_be_said(monkeypatch: pytest.MonkeyPatch) -> None:
    shell = shell_with_letters(monkeypatch)
    assert shell("tag", "0" * 16).exit_code == shell("tag", "--add", "x").exit_code == 2
