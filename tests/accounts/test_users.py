"""Users, passwords, sessions and tokens, and what of them is in the file."""

import stat
from datetime import timedelta

import pytest

from qa.accounts import passwords, users
from qa.accounts.identity import Identity, Role
from qa.accounts.limits import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, WINDOW_SECONDS, SignInLimits
from qa.accounts.users import Accounts, user_name
from qa.errors import AccountError

PASSWORD = "correct horse battery"


@pytest.fixture
def accounts(tmp_path):
    return Accounts(tmp_path / "accounts.db")


@pytest.fixture
def ida(accounts):
    return accounts.add("ida", Role.EDITOR, PASSWORD)


def test_who_has_the_password_is_let_in(accounts, ida):
    assert accounts.sign_in(" Ida ", PASSWORD) == Identity("ida", Role.EDITOR)
    assert accounts.sign_in("ida", "correct horse batterie") is None
    assert accounts.sign_in("nobody", PASSWORD) is None
    assert accounts.get("ida").last_seen is not None


def test_nobody_is_there_and_no_file_is_made_before_the_first_user(accounts):
    assert (accounts.listed(), accounts.tokens(), accounts.of_session("x"), accounts.of_token("aqa_x")) == (
        [], [], None, None)  # fmt: skip
    assert not accounts.path.exists()


def test_neither_passwords_nor_cookies_nor_tokens_are_in_the_file(accounts, ida):
    cookie = accounts.begin_session("ida")
    _, token = accounts.add_token("ida", "newsroom", Role.READER)
    data = accounts.path.read_bytes()
    assert b"newsroom" in data
    assert not any(secret.encode() in data for secret in (PASSWORD, cookie, token, token.removeprefix("aqa_")))
    assert stat.S_IMODE(accounts.path.stat().st_mode) == 0o600


def test_an_unknown_name_costs_the_same_work_as_a_known_one(accounts, ida, monkeypatch):
    derived = []
    monkeypatch.setattr(passwords, "_derived", lambda *given: derived.append(given[2:]) or bytes(32))
    accounts.sign_in("ida", "wrong password")
    assert accounts.sign_in("nobody", "wrong password") is None  # although the hash of nobody would match
    assert derived == [(passwords.COST, passwords.BLOCK, passwords.LANES)] * 2


def test_a_short_password_is_refused_before_anything_is_kept(accounts):
    with pytest.raises(AccountError, match="10 to 1,000"):
        accounts.add("ida", Role.READER, "short")
    assert accounts.listed() == []


@pytest.mark.parametrize("name", ["", "..", "a/b", "ida\n", "-ida", "ïda", "a" * 65, "ida\0"])
def test_no_name_of_a_user_is_a_path_or_a_trick(name):
    if name == "ida\n":
        assert user_name(name) == "ida"
    else:
        with pytest.raises(AccountError):
            user_name(name)


def test_a_name_is_taken_once(accounts, ida):
    with pytest.raises(AccountError, match="already"):
        accounts.add("IDA", Role.READER, PASSWORD)


def test_a_session_ends_by_sign_out_another_password_and_removal(accounts, ida):
    first, second = accounts.begin_session("ida"), accounts.begin_session("ida")
    assert accounts.of_session(first) == accounts.of_session(second) == Identity("ida", Role.EDITOR)
    accounts.end_session(first)
    assert (accounts.of_session(first), accounts.of_session(second) is None) == (None, False)
    accounts.set_password("ida", "another long password")
    assert accounts.of_session(second) is None
    third = accounts.begin_session("ida")
    accounts.remove("ida")
    assert accounts.of_session(third) is None


def test_a_session_expires(accounts, ida, monkeypatch):
    cookie, real = accounts.begin_session("ida"), users.now
    monkeypatch.setattr(users, "now", lambda: real() + timedelta(days=users.SESSION_DAYS, seconds=-5))
    assert accounts.of_session(cookie) is not None
    monkeypatch.setattr(users, "now", lambda: real() + timedelta(days=users.SESSION_DAYS, seconds=5))
    assert accounts.of_session(cookie) is None


def test_a_role_counts_from_the_next_request(accounts, ida):
    cookie = accounts.begin_session("ida")
    accounts.set_role("ida", Role.READER)
    assert accounts.of_session(cookie) == Identity("ida", Role.READER)


def test_a_token_can_do_the_lesser_of_its_scope_and_its_users_role(accounts, ida):
    _, reads = accounts.add_token("ida", "reads", Role.READER)
    kept, all_of_it = accounts.add_token("ida", "everything", Role.ADMIN)
    assert accounts.of_token(reads) == Identity("ida", Role.READER)
    assert accounts.of_token(all_of_it) == Identity("ida", Role.EDITOR)
    assert [each.last_used is not None for each in accounts.tokens()] == [True, True]
    accounts.revoke_token(kept.id)
    assert accounts.of_token(all_of_it) is None
    with pytest.raises(AccountError, match="no token"):
        accounts.revoke_token(kept.id)


def test_a_session_is_no_token_and_a_token_no_session(accounts, ida):
    cookie = accounts.begin_session("ida")
    _, token = accounts.add_token("ida", "", Role.READER)
    assert accounts.of_token(cookie) is None
    assert accounts.of_session(token) is None


def test_whom_a_proxy_names_is_a_reader_until_told_otherwise(accounts):
    assert accounts.arrive("Nils.Aas@example.org", Role.READER) == Identity("nils.aas@example.org", Role.READER)
    accounts.set_role("nils.aas@example.org", Role.ADMIN)
    assert accounts.arrive("nils.aas@example.org", Role.READER).role is Role.ADMIN
    assert accounts.sign_in("nils.aas@example.org", "") is None  # there is no password to know


def test_another_file_is_not_taken_for_accounts(tmp_path):
    path = tmp_path / "accounts.db"
    path.write_text("these are no accounts, but much longer than a header would be, by far" * 20)
    with pytest.raises(AccountError, match="Nobody is let in"):
        Accounts(path).listed()


def test_failures_are_limited_by_name_and_by_address_for_a_while():
    time = [0.0]
    limits = SignInLimits(lambda: time[0])
    for _ in range(FAILURES_PER_NAME):
        assert limits.wait_seconds("ida", "a") == 0
        limits.failed("ida", "a")
    assert limits.wait_seconds("Ida ", "b") > 0  # from anywhere
    assert limits.wait_seconds("nils", "a") == 0
    for number in range(FAILURES_PER_ADDRESS):
        limits.failed(f"name{number}", "c")
    assert limits.wait_seconds("nils", "c") > 0
    time[0] = WINDOW_SECONDS + 1
    assert limits.wait_seconds("ida", "a") == limits.wait_seconds("nils", "c") == 0


def test_success_forgets_what_failed_for_a_name():
    limits = SignInLimits()
    for _ in range(FAILURES_PER_NAME):
        limits.failed("ida", "a")
    limits.succeeded("ida", "a")
    assert limits.wait_seconds("ida", "a") == 0


def test_what_is_shared_is_read_by_its_key_alone(accounts, ida):
    key = accounts.share("ida", "talk1")
    assert accounts.share("ida", "talk1") == key
    assert accounts.shared(key) == (Identity("ida", Role.EDITOR), "talk1")
    assert accounts.shared("talk1") is None
    accounts.unshare("ida", "talk1")
    assert accounts.shared(key) is None
