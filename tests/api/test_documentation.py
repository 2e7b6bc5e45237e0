"""docs/api.md names every address, and its code runs."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from api_fakes import TOKEN, create_api, opened_assistant, served

from qa.api.access import LocalAccess

PAGE = (Path(__file__).parent.parent.parent / "docs" / "api.md").read_text("utf-8")
ADDRESS = "http://127.0.0.1:8000"


@pytest.fixture(scope="module")
def api(tmp_path_factory):
    assistant = opened_assistant(tmp_path_factory.mktemp("documented"))
    yield create_api(assistant, access=LocalAccess(TOKEN))
    assistant.close()


@pytest.fixture(scope="module")
def address(api):
    with served(api) as found:
        yield found


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_every_address_is_named(api):
    for path, methods in api.openapi()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}`" in PAGE, f"{method} {path}"


def test_every_problem_is_named():
    source = "".join(file.read_text("utf-8") for file in (Path(__file__).parents[2] / "qa" / "api").rglob("*.py"))
    codes = set(re.findall(r"Problem\(\s*\d{3},\s*\"([a-z-]+)\"", source)) - {"library", "library-settings", "model"}
    assert len(codes) > 10
    assert {code for code in codes if f"`{code}`" not in PAGE} == set()


def test_the_python_runs(address, capsys):
    namespace = {"TOKEN": TOKEN}
    for code in blocks("python"):
        exec(compile(code.replace(ADDRESS, address), "docs/api.md", "exec"), namespace)
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Ann Lee Oslo 2025-05-12"
    assert said[1].startswith("done ['")
    assert said[2:5] == ["verbatim was signed in Oslo by Ann Lee", "absent nobody was happier than I", "True"]
    assert "“Ann Lee” (Oslo, 12 May 2025)" in said
    assert said[-1].startswith("“Oslo” (Oslo, 12 May 2025)") or "“Oslo” (Oslo, 12 May 2025)" in said


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_shell_runs(address):
    for commands in blocks("bash"):
        commands = re.sub(r"^export TOKEN=.*$", "", commands, flags=re.MULTILINE).replace(ADDRESS, address)
        ran = subprocess.run(
            ["bash", "-c", commands], env={**os.environ, "TOKEN": TOKEN}, capture_output=True, text=True, check=True
        )
        assert "urn:article-qa:problem" not in ran.stdout
        assert "article-qa/" in ran.stdout


def test_the_json_is_json():
    assert len([json.loads(each) for each in blocks("json")]) == 3
