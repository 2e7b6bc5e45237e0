"""What the README says is so."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from qa.cli.commands import app
from qa.config import PREFIX, Settings
from qa.samples import documents

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_every_command_is_documented_and_no_other():
    commands = {command.name or command.callback.__name__.replace("_", "-") for command in app.registered_commands}
    assert len(commands) >= 9
    assert set(re.findall(r"^\| `article-qa (\w+)", README, re.MULTILINE)) == commands


def test_the_defaults_in_the_table_of_settings_are_those_of_the_code():
    defaults = {PREFIX + field.name.upper(): field.default for field in fields(Settings)}
    rows = dict(re.findall(r"^\| `(ARTICLE_QA_\w+)` \| ([^|]+) \|", README, re.MULTILINE))
    assert rows.pop("ARTICLE_QA_LIBRARY") == "user data folder"
    assert len(rows) >= 5
    assert {name: str(defaults[name]).lower() for name in rows} == {name: value.lower() for name, value in rows.items()}


def test_the_number_of_sample_articles_is_right():
    assert f"The {len(list(documents()))} sample articles" in README


def test_every_link_to_a_file_leads_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert "docs/chat.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.mark.models
def test_the_python_examples_run(tmp_path, capsys):
    assert len(CODE) == 2
    (tmp_path / "clippings").mkdir()
    sample = next(documents())
    (tmp_path / "clippings" / "kremlin.txt").write_bytes(sample.data)
    for code in CODE:
        exec(compile(code.replace("~/", f"{tmp_path}/"), "README.md", "exec"), {})
    printed = capsys.readouterr().out
    assert printed.startswith("Dmitry Peskov 0.")
    assert "2025-05-12 https://www.themoscowtimes.com/" in printed
