"""What is slow or missing on a machine is said, and is nothing wrong with a library."""

from __future__ import annotations

from collections import namedtuple
from pathlib import Path

import pytest

from qa import machine
from qa.cli.reports import finding_lines
from qa.machine import machine_findings

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def poor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: {0}, raising=False)
    monkeypatch.setattr(machine, "computes_bfloat16", lambda: False)
    monkeypatch.setattr(machine, "memory_bytes", lambda: 1_100_000_000)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(2, 1, 90_000_000))
    monkeypatch.setattr(machine, "find_spec", lambda name: object() if name == "nvidia" else None)


@pytest.fixture
def rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "computes_bfloat16", lambda: True)
    monkeypatch.setattr(machine, "memory_bytes", lambda: 16_000_000_000)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda _: Usage(9, 1, 80_000_000_000))
    monkeypatch.setattr(machine, "find_spec", lambda name: None if name == "nvidia" else object())


@pytest.mark.usefixtures("poor")
def test_what_is_slow_and_missing_is_named_with_the_remedy(tmp_path: Path) -> None:
    told = [each.detail for each in machine_findings(tmp_path)]
    assert told[0].startswith("one core")
    assert "does not compute in bfloat16" in told[1]
    assert told[2].startswith("1.1 GB of memory")
    assert told[3].startswith("90 MB of disk")
    assert [each.partition("pip install ")[2] for each in told[4:7]] == [
        "'article-qa[xlsx]'", "'article-qa[milvus]'", "'article-qa[mcp]'",
    ]  # fmt: skip
    assert "NVIDIA" in told[7]
    lines = [line.plain for line in finding_lines(machine_findings(tmp_path))]
    assert lines[0].startswith("note    machine")
    assert lines[-1] == "Everything is in order."


@pytest.mark.usefixtures("rich")
def test_a_machine_that_has_all_is_told_in_two_lines(tmp_path: Path) -> None:
    assert [each.detail for each in machine_findings(tmp_path)] == [
        "8 cores",
        "the processor computes in bfloat16, which answers fastest",
    ]
    assert len(machine_findings(None)) == 2  # of a library that lies elsewhere
