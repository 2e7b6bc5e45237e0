"""The least versions that are declared are above those with known faults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text("utf-8"))["project"]
SOUND = {  # the first version without what is named
    "gradio": (6, 31),  # open redirects, and fetching of any address for anybody
    "pypdf": (6, 6),  # files that take endless time or memory
    "sentence-transformers": (6,),  # runs code that a model's folder names
    "transformers": (5, 3),
    "cryptography": (44,),
    "lxml": (5, 3),
}


def floor(name: str) -> tuple[int, ...]:
    (declared,) = (each for each in PROJECT["dependencies"] if re.match(rf"{re.escape(name)}(?![\w-])", each))
    least = re.search(r"[>=]=([\d.]+)", declared)
    assert least, declared
    return tuple(map(int, least[1].split(".")))


@pytest.mark.parametrize("name", SOUND)
def test_no_version_with_a_known_fault_may_be_installed(name: str) -> None:
    assert floor(name) >= SOUND[name]


def test_every_dependency_has_a_least_version() -> None:
    for declared in PROJECT["dependencies"]:
        assert re.search(r"[>=]=\d", declared), declared
