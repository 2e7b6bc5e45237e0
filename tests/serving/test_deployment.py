"""The files that a server is set up with: what can be checked of them without building an image."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from qa.cli.commands import app

ROOT = Path(__file__).parent.parent.parent
CONTAINER = (ROOT / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
UNIT = ROOT / "deploy" / "article-qa.service"


def is_understood(arguments):
    """Whether the shell takes a command with these options; --help ends it before it begins."""
    return CliRunner().invoke(app, [*arguments, "--help"]).exit_code == 0


def test_the_image_runs_as_nobody_special_and_is_asked_how_it_is():
    last = CONTAINER[CONTAINER.rindex("FROM ") :]
    assert re.findall(r"^USER (\w+)$", last, re.MULTILINE) == ["qa"]
    assert re.findall(r"^VOLUME (.+)$", last, re.MULTILINE) == ["/data"]
    assert "/v1/health" in last
    command = re.search(r"^CMD (\[.*\])$", last, re.MULTILINE)[1]
    assert is_understood(yaml.safe_load(command))


def test_what_the_image_is_made_of_is_there():
    copied = re.findall(r"^COPY ([^-].*) \S+$", CONTAINER, re.MULTILINE)
    names = [name for line in copied for name in line.split()]
    assert "pyproject.toml" in names
    assert [name for name in names if not (ROOT / name).exists()] == []
    sent = (ROOT / ".containerignore").read_text().splitlines()
    assert [name for name in names if f"!{name}" not in sent] == []


@pytest.mark.parametrize("name", ["chat", "chat-milvus"])
def test_a_container_writes_to_its_volume_alone_and_has_no_rights(name):
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["volumes"] == ["data:/data"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert is_understood(service.get("command", ["chat"]))


def test_the_command_of_the_unit_is_understood():
    command = re.search(r"^ExecStart=(.+)$", UNIT.read_text(), re.MULTILINE)[1].split()
    assert command[0].endswith("/article-qa")
    assert is_understood(command[1:])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_nothing_wrong_with_the_unit(tmp_path):
    there = tmp_path / UNIT.name
    there.write_text(UNIT.read_text().replace("/opt/article-qa/venv/bin/article-qa", "/bin/true"))
    found = subprocess.run(["systemd-analyze", "verify", str(there)], capture_output=True, text=True, timeout=60)
    assert [line for line in found.stderr.splitlines() if UNIT.name in line] == []
    assert found.returncode == 0, found.stderr


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_calls_the_unit_well_confined():
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(UNIT)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stdout[-2000:]
