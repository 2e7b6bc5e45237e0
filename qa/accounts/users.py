"""The people who may use a library: names, roles, passwords, sessions in a browser and tokens for programs.

accounts = Accounts(folder / "accounts.db")
accounts.add("ida", Role.EDITOR, "correct horse battery")
identity = accounts.sign_in("ida", "correct horse battery")     # None where it is not
cookie = accounts.begin_session(identity.name)
accounts.of_session(cookie)                                     # the same identity, or None
"""

from __future__ import annotations

import re
import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

from qa.accounts.database import now, opened
from qa.accounts.identity import Identity, Role
from qa.accounts.passwords import hash_password, is_password
from qa.errors import AccountError

SESSION_DAYS = 14
MOST_USERS = 10_000
TOKEN_PREFIX = "aqa_"  # noqa: S105  # so that scanners of leaked secrets know one
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9._@+-]{0,62}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may use the library; `has_password` is false for who comes by way of a proxy only."""

    id: str
    name: str
    role: Role
    has_password: bool
    created: datetime
    last_seen: datetime | None

    @property
    def identity(self) -> Identity:
        """Who that is to everything else."""
        return Identity(self.name, self.role)


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed; its secret was shown once. `role` is the most that it can do."""

    id: str
    user: str
    label: str
    role: Role
    created: datetime
    last_used: datetime | None


def user_name(given: str) -> str:
    """A name in small letters. Raises AccountError for what is none."""
    name = given.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountError(
            f"{given[:80]!r} is no name for a user: use letters a to z, digits and . _ @ + - between them, at most 64."
        )
    return name


class Accounts:
    """All of it in one file. Every method may be called from any thread, in any number of processes.

    Each raises AccountError where the file cannot be used, and for a user that is not there.
    """

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`, made when it is first needed; its folder has to be there."""
        self.path = path

    # users

    def add(self, name: str, role: Role, password: str | None) -> User:
        """A new user. Raises AccountError for a name that is taken, or a password that is too short."""
        name, kept = user_name(name), None if password is None else hash_password(password)
        with opened(self.path) as connection:
            if connection.execute("SELECT count(*) FROM users").fetchone()[0] >= MOST_USERS:
                raise AccountError(f"There are {MOST_USERS:,} users already: remove some.")
            if connection.execute("SELECT 1 FROM users WHERE name = ?", (name,)).fetchone():
                raise AccountError(f"There is a user {name} already: change the role or the password of that one.")
            connection.execute(
                "INSERT INTO users VALUES (?, ?, ?, ?, ?, NULL)",
                (secrets.token_hex(8), name, int(role), kept, now().isoformat()),
            )
            return _user(connection, name)

    def listed(self) -> list[User]:
        """All users by name; none where nobody was ever added."""
        if not self.path.exists():
            return []
        with opened(self.path, writes=False) as connection:
            return [_read(row) for row in connection.execute(f"{_USER} ORDER BY name").fetchall()]

    def get(self, name: str) -> User:
        """The user of this name."""
        with opened(self.path, writes=False) as connection:
            return _user(connection, user_name(name))

    def remove(self, name: str) -> User:
        """Forget a user, who is signed out everywhere and whose tokens no longer work; who it was."""
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute("DELETE FROM users WHERE id = ?", (user.id,))
        return user

    def set_role(self, name: str, role: Role) -> None:
        """What the user may do from the next request on."""
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute("UPDATE users SET role = ? WHERE id = ?", (int(role), user.id))

    def set_password(self, name: str, password: str) -> None:
        """Another password; the user is signed out everywhere."""
        kept = hash_password(password)
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute("UPDATE users SET password = ? WHERE id = ?", (kept, user.id))
            connection.execute("DELETE FROM sessions WHERE user = ?", (user.id,))

    def arrive(self, name: str, role: Role) -> Identity:
        """Who a proxy has signed in under this name; somebody new gets `role`."""
        name = user_name(name)
        with opened(self.path, writes=False) as connection:
            row = connection.execute(f"{_USER} WHERE name = ?", (name,)).fetchone()
        return _read(row).identity if row else self.add(name, role, None).identity

    # sessions in a browser

    def sign_in(self, name: str, password: str) -> Identity | None:
        """Who this is; None where name and password do not belong together, which takes as long for any name."""
        with opened(self.path, writes=False) as connection:
            row = connection.execute(
                "SELECT name, role, password, id FROM users WHERE name = ?", (name.strip().lower(),)
            ).fetchone()
        if not is_password(password, row[2] if row else None):
            return None
        with opened(self.path) as connection:
            connection.execute("UPDATE users SET last_seen = ? WHERE id = ?", (now().isoformat(), row[3]))
        return Identity(row[0], Role(row[1]))

    def begin_session(self, name: str) -> str:
        """What a cookie holds from now on, for `SESSION_DAYS`."""
        secret = secrets.token_urlsafe(32)
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute("DELETE FROM sessions WHERE expires <= ?", (now().isoformat(),))
            connection.execute(
                "INSERT INTO sessions VALUES (?, ?, ?, ?)",
                (_digest(secret), user.id, now().isoformat(), (now() + timedelta(days=SESSION_DAYS)).isoformat()),
            )
        return secret

    def of_session(self, cookie: str) -> Identity | None:
        """Whose session it is; None for one that has ended, or never was."""
        if not cookie or not self.path.exists():
            return None
        with opened(self.path, writes=False) as connection:
            row = connection.execute(
                "SELECT u.name, u.role FROM sessions s JOIN users u ON u.id = s.user WHERE s.digest = ? "
                "AND s.expires > ?",
                (_digest(cookie), now().isoformat()),
            ).fetchone()
        return Identity(row[0], Role(row[1])) if row else None

    def end_session(self, cookie: str) -> None:
        """Sign out."""
        with opened(self.path) as connection:
            connection.execute("DELETE FROM sessions WHERE digest = ?", (_digest(cookie),))

    # tokens for programs

    def add_token(self, name: str, label: str, role: Role) -> tuple[Token, str]:
        """A token that acts for a user, with at most this role; and its secret, which is shown now or never."""
        secret, token_id = TOKEN_PREFIX + secrets.token_urlsafe(32), secrets.token_hex(4)
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute(
                "INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, NULL)",
                (token_id, user.id, label[:100], int(role), _digest(secret), now().isoformat()),
            )
            row = connection.execute(f"{_TOKEN} WHERE t.id = ?", (token_id,)).fetchone()
        return _read_token(row), secret

    def tokens(self) -> list[Token]:
        """All tokens, by user."""
        if not self.path.exists():
            return []
        with opened(self.path, writes=False) as connection:
            return [_read_token(row) for row in connection.execute(f"{_TOKEN} ORDER BY u.name, t.created").fetchall()]

    def revoke_token(self, token_id: str) -> None:
        """It no longer works. Raises AccountError where there is none."""
        with opened(self.path) as connection:
            if not connection.execute("DELETE FROM tokens WHERE id = ?", (token_id,)).rowcount:
                raise AccountError(f"There is no token {token_id}. List them: article-qa token list")

    def of_token(self, secret: str) -> Identity | None:
        """For whom a token acts, with the lesser of both roles; None for one that does not work."""
        if not secret.startswith(TOKEN_PREFIX) or not self.path.exists():
            return None
        with opened(self.path) as connection:
            row = connection.execute(
                "SELECT t.id, u.name, min(u.role, t.role) FROM tokens t JOIN users u ON u.id = t.user "
                "WHERE t.digest = ?",
                (_digest(secret),),
            ).fetchone()
            if row is None:
                return None
            minute = now().replace(second=0, microsecond=0).isoformat()  # to the minute: a write costs milliseconds
            connection.execute(
                "UPDATE tokens SET last_used = ? WHERE id = ? AND last_used IS NOT ?", (minute, row[0], minute)
            )
        return Identity(row[1], Role(row[2]))

    # conversations that are shared

    def share(self, name: str, conversation: str) -> str:
        """The key under which whoever is signed in may read a conversation of this user; the same one each time."""
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute(
                "INSERT OR IGNORE INTO shares VALUES (?, ?, ?, ?)",
                (secrets.token_urlsafe(16), user.id, conversation, now().isoformat()),
            )
            (key,) = connection.execute(
                "SELECT key FROM shares WHERE user = ? AND conversation = ?", (user.id, conversation)
            ).fetchone()
        return str(key)

    def unshare(self, name: str, conversation: str) -> None:
        """Nobody else may read it any more."""
        with opened(self.path) as connection:
            user = _user(connection, user_name(name))
            connection.execute("DELETE FROM shares WHERE user = ? AND conversation = ?", (user.id, conversation))

    def shared(self, key: str) -> tuple[Identity, str] | None:
        """Whose conversation, and which, may be read under this key; None for none."""
        with opened(self.path, writes=False) as connection:
            row = connection.execute(
                "SELECT u.name, u.role, s.conversation FROM shares s JOIN users u ON u.id = s.user WHERE s.key = ?",
                (key,),
            ).fetchone()
        return (Identity(row[0], Role(row[1])), row[2]) if row else None


_USER = "SELECT id, name, role, password IS NOT NULL, created, last_seen FROM users"
_TOKEN = "SELECT t.id, u.name, t.label, t.role, t.created, t.last_used FROM tokens t JOIN users u ON u.id = t.user"  # noqa: S105


def _user(connection: sqlite3.Connection, name: str) -> User:
    row = connection.execute(f"{_USER} WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise AccountError(f"There is no user {name}. List them: article-qa user list")
    return _read(row)


def _read(row: tuple[str, str, int, int, str, str | None]) -> User:
    user_id, name, role, has_password, created, seen = row
    return User(user_id, name, Role(role), bool(has_password), datetime.fromisoformat(created), _time(seen))


def _read_token(row: tuple[str, str, str, int, str, str | None]) -> Token:
    token_id, user, label, role, created, used = row
    return Token(token_id, user, label, Role(role), datetime.fromisoformat(created), _time(used))


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _digest(secret: str) -> bytes:
    return sha256(secret.encode("utf-8", "replace")).digest()
