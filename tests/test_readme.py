"""What the README says is so."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from qa.assistant import Assistant
from qa.cli.commands import app, main
from qa.config import PREFIX, Settings
from qa.samples import documents

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", README, re.DOTALL)
SESSION = re.findall(r"```console\n\$ (.*?)```", README, re.DOTALL)[0]
QUESTIONS = re.findall(r'"([A-Z][^"]+\?)"', re.sub(r"```python.*?```", "", README, flags=re.DOTALL))


def test_every_command_is_documented_and_no_other():
    commands = {command.name or command.callback.__name__.replace("_", "-") for command in app.registered_commands}
    commands |= {group.name for group in app.registered_groups}
    assert len(commands) >= 9
    assert set(re.findall(r"^\| `article-qa ([\w-]+)", README, re.MULTILINE)) == commands


def test_the_defaults_in_the_table_of_settings_are_those_of_the_code():
    defaults = {PREFIX + field.name.upper(): field.default for field in fields(Settings)}
    rows = dict(re.findall(r"^\| `(ARTICLE_QA_\w+)` \| ([^|]+) \|", README, re.MULTILINE))
    assert rows.pop("ARTICLE_QA_LIBRARY") == "user data folder"
    assert len(rows) >= 5
    assert {name: str(defaults[name]).lower() for name in rows} == {name: value.lower() for name, value in rows.items()}


def test_the_number_of_sample_articles_is_right():
    assert f"the {len(list(documents()))} sample articles" in README


def test_no_example_is_without_its_output():
    assert README.count("```python") == len(EXAMPLES) == 2
    assert len(set(QUESTIONS)) >= 5


def test_every_link_to_a_file_leads_somewhere():
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in target]
    assert "docs/chat.png" in targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    """A folder with the library that a newcomer has: the sample articles, under the packaged models."""
    path = tmp_path_factory.mktemp("newcomer") / "library"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARTICLE_QA_LIBRARY", str(path))
        Assistant.open().close()
    return path


@pytest.mark.models
@pytest.mark.parametrize(("code", "printed"), EXAMPLES)
def test_a_python_example_prints_what_stands_below_it(code, printed, samples, monkeypatch, capsys):
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(samples))
    exec(compile(code, "README.md", "exec"), {})
    assert capsys.readouterr().out == printed


@pytest.mark.models
def test_the_shell_answers_the_first_question_as_shown(samples, monkeypatch, capsys):
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(samples))
    command, _, shown = SESSION.partition("\n")
    with pytest.raises(SystemExit) as left:
        main(shlex.split(command)[1:])
    assert left.value.code == 0
    assert capsys.readouterr().out.startswith(shown)


@pytest.mark.models
@pytest.mark.parametrize("question", sorted(set(QUESTIONS)))
def test_every_question_of_the_readme_is_answered_but_the_one_about_the_future(question, samples):
    with Assistant.open(samples) as assistant:
        assert assistant.ask(question).found == ("2030" not in question)
