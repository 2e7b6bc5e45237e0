"""Users, tokens, backups and who may be served, by way of the shell."""

import json
import re

import pytest
from library_fakes import shell_with_letters

from qa.accounts.admission import Admission
from qa.accounts.identity import Identity, Role
from qa.conversations.database import NAME

PASSWORD = "correct horse battery"


@pytest.fixture
def shell(monkeypatch):
    return shell_with_letters(monkeypatch)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "library"


@pytest.fixture
def admission(place):
    return Admission.at(place / NAME)


def test_a_user_is_added_changed_and_removed(shell, place, admission):
    at = ("--library", str(place))
    assert shell("user", "add", "Ida", "--role", "editor", *at, input=f"{PASSWORD}\n").exit_code == 0
    assert admission.accounts.sign_in("ida", PASSWORD) == Identity("ida", Role.EDITOR)
    assert shell("user", "role", "ida", "admin", *at).exit_code == 0
    assert shell("user", "password", "ida", *at, input="another long one\n").exit_code == 0
    assert admission.accounts.sign_in("ida", PASSWORD) is None
    assert admission.accounts.sign_in("ida", "another long one") == Identity("ida", Role.ADMIN)
    (row,) = json.loads(shell("user", "list", "--json", *at).stdout)["users"]
    assert (row["name"], row["role"], row["has_password"]) == ("ida", "admin", True)
    assert shell("user", "remove", "ida", *at).exit_code == 0
    assert admission.accounts.listed() == []
    told = [json.loads(line) for line in admission.audit.path.read_text().splitlines()]
    events = ["user-add", "user-role", "user-password", "user-remove"]
    assert [(each["event"], each["who"], each["of"]) for each in told] == [(each, "shell", "ida") for each in events]
    assert PASSWORD not in admission.audit.path.read_text()


def test_who_is_removed_leaves_no_conversation(shell, place, admission):
    at = ("--library", str(place))
    shell("user", "add", "ida", *at, input=f"{PASSWORD}\n")
    shell("user", "add", "nils", *at, input=f"{PASSWORD}\n")
    people = place / "conversations.people"
    for name in ("ida", "nils"):
        folder = people / admission.accounts.get(name).id
        folder.mkdir(parents=True)
        (folder / NAME).write_text("talk")
    kept = people / admission.accounts.get("nils").id
    shell("user", "remove", "ida", *at)
    shell("user", "remove", "nils", "--keep", *at)
    assert list(people.iterdir()) == [kept]


@pytest.mark.parametrize("given", ["short\n", "", f"{'x' * 1001}\n"])
def test_a_password_that_is_none_adds_nobody(shell, place, admission, given):
    refused = shell("user", "add", "ida", "--library", str(place), input=given)
    assert refused.exit_code != 0
    assert admission.accounts.listed() == []


def test_a_token_is_printed_once_and_ends(shell, place, admission):
    at = ("--library", str(place))
    shell("user", "add", "ida", "--role", "editor", *at, input=f"{PASSWORD}\n")
    made = shell("token", "add", "ida", "--scope", "write", "--label", "desk", *at)
    secret = made.stdout.strip()
    assert re.fullmatch(r"aqa_[\w-]{43}", secret)
    assert admission.accounts.of_token(secret) == Identity("ida", Role.EDITOR)
    listed = shell("token", "list", "--json", *at).stdout
    (row,) = json.loads(listed)["tokens"]
    assert (row["user"], row["scope"], row["label"]) == ("ida", "write", "desk")
    assert secret not in listed + shell("token", "list", *at).stdout
    assert shell("token", "revoke", row["id"], *at).exit_code == 0
    assert admission.accounts.of_token(secret) is None


@pytest.mark.parametrize("command", ["chat", "serve"])
def test_others_are_not_served_before_there_is_a_user(shell, place, command):
    refused = shell(command, "--host", "0.0.0.0", "--library", str(place))
    assert refused.exit_code != 0
    assert "nobody" in str(refused.exception)
    assert not isinstance(refused.exception, SystemExit)


def test_a_library_is_backed_up_and_restored(shell, place, tmp_path):
    note = tmp_path / "note.md"
    note.write_text("# The night ferry\n\nThe night ferry to Holmen sails again from Friday, said the captain.")
    shell("add", str(note), "--library", str(place))
    backup, restored = tmp_path / "backup", tmp_path / "restored"
    assert "files" in shell("backup", str(backup), "--library", str(place)).stdout
    assert json.loads(shell("restore", str(backup), "--library", str(restored), "--json").stdout)["files"] > 1
    listed = [shell("list", "--library", str(folder)).stdout for folder in (place, restored)]
    assert listed[0] == listed[1]
    assert "The night ferry" in listed[0]
