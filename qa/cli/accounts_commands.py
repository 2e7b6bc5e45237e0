"""Commands of the shell about who may use what is served: `user` and `token`. `qa.cli.commands` makes them commands."""

from __future__ import annotations

import getpass
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from qa.accounts.admission import Admission, folder_of
from qa.accounts.identity import Role
from qa.cli import console
from qa.cli.options import JsonOption, LibraryOption, opened_library
from qa.errors import AccountError

USERS_FORMAT, TOKENS_FORMAT = "article-qa/users/1", "article-qa/tokens/1"


class RoleName(StrEnum):
    """What somebody may do: ask and read; add, correct and remove articles as well; everything."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"


class Scope(StrEnum):
    """The most that a token can do, whatever the role of its user."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_SCOPES = {Scope.READ: Role.READER, Scope.WRITE: Role.EDITOR, Scope.ADMIN: Role.ADMIN}
_SHELL = "shell"  # who changes accounts from there, in the audit log

user = typer.Typer(help="Who may sign in to what is served.", no_args_is_help=True)
token = typer.Typer(help="Tokens for programs that use the API.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="The name to sign in with.")]
RoleOption = Annotated[RoleName, typer.Option("--role", help="reader asks; editor adds and removes; admin does all.")]


@user.command("add")
def add_user(name: NameArgument, role: RoleOption = RoleName.READER, library: LibraryOption = None) -> None:
    """Add a user. The password is asked for, or read from stdin."""
    with _admission(library) as (admission, _):
        added = admission.accounts.add(name, Role[role.name], _password())
        admission.audit.record("user-add", _SHELL, {"of": added.name, "role": role.value})
    console.show_hint(
        f"{added.name} can sign in as {role.value}. A server that runs without sign-in has to begin anew."
    )


@user.command("list")
def list_users(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the users with their roles."""
    with _admission(library) as (admission, _):
        users = admission.accounts.listed()
    if as_json:
        rows = [
            {
                "name": each.name,
                "role": each.role.name.lower(),
                "has_password": each.has_password,
                "created": each.created.isoformat(),
                "last_sign_in": each.last_seen.isoformat() if each.last_seen else None,
            }
            for each in users
        ]
        console.print_json({"format": USERS_FORMAT, "users": rows})
        return
    for each in users:
        seen = f"{each.last_seen:%Y-%m-%d %H:%M}" if each.last_seen else "never signed in"
        console.show(console.stdout(), Text(f"{each.name}\t{each.role.name.lower()}\t{seen}", no_wrap=True))


@user.command("remove")
def remove_user(
    name: NameArgument,
    keep: Annotated[bool, typer.Option("--keep", help="Keep the folder of conversations.")] = False,
    library: LibraryOption = None,
) -> None:
    """Remove a user with tokens, sessions and conversations."""
    with _admission(library) as (admission, kept):
        removed = admission.accounts.remove(name)
        folder = folder_of(kept, removed.id)
        admission.audit.record("user-remove", _SHELL, {"of": removed.name})
    if keep:
        console.show_hint(f"What belonged to {removed.name} stays in {folder}.")
    elif folder.exists():
        shutil.rmtree(folder)


@user.command("password")
def change_password(name: NameArgument, library: LibraryOption = None) -> None:
    """Give a user another password, which signs them out everywhere."""
    with _admission(library) as (admission, _):
        admission.accounts.get(name)
        admission.accounts.set_password(name, _password())
        admission.audit.record("user-password", _SHELL, {"of": name})


@user.command("role")
def change_role(
    name: NameArgument,
    role: Annotated[RoleName, typer.Argument(metavar="ROLE", help="reader, editor or admin.")],
    library: LibraryOption = None,
) -> None:
    """Give a user another role, from the next request on."""
    with _admission(library) as (admission, _):
        admission.accounts.set_role(name, Role[role.name])
        admission.audit.record("user-role", _SHELL, {"of": name, "role": role.value})


@token.command("add")
def add_token(
    name: NameArgument,
    scope: Annotated[Scope, typer.Option("--scope", help="The most it can do, within the user's role.")] = Scope.READ,
    label: Annotated[str, typer.Option("--label", help="What it is for.")] = "",
    library: LibraryOption = None,
) -> None:
    """Make a token that acts for a user. It is printed now, and never again."""
    with _admission(library) as (admission, _):
        made, secret = admission.accounts.add_token(name, label, _SCOPES[scope])
        admission.audit.record("token-add", _SHELL, {"of": made.user, "token": made.id, "scope": scope.value})
    console.print_raw(secret)
    console.show_hint(f"Send it as Authorization: Bearer ... To end it: article-qa token revoke {made.id}")


@token.command("list")
def list_tokens(library: LibraryOption = None, as_json: JsonOption = False) -> None:
    """List the tokens: id, user, scope, when last used, label."""
    with _admission(library) as (admission, _):
        tokens = admission.accounts.tokens()
    names = {role: scope.value for scope, role in _SCOPES.items()}
    if as_json:
        rows = [
            {
                "id": each.id,
                "user": each.user,
                "scope": names[each.role],
                "label": each.label,
                "created": each.created.isoformat(),
                "last_used": each.last_used.isoformat() if each.last_used else None,
            }
            for each in tokens
        ]
        console.print_json({"format": TOKENS_FORMAT, "tokens": rows})
        return
    for each in tokens:
        used = f"{each.last_used:%Y-%m-%d %H:%M}" if each.last_used else "never used"
        line = f"{each.id}\t{each.user}\t{names[each.role]}\t{used}\t{each.label}"
        console.show(console.stdout(), Text(line, no_wrap=True))


@token.command("revoke")
def revoke_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", help="As `token list` shows it.")],
    library: LibraryOption = None,
) -> None:
    """End a token: it works for nobody from the next request on."""
    with _admission(library) as (admission, _):
        admission.accounts.revoke_token(token_id)
        admission.audit.record("token-revoke", _SHELL, {"token": token_id})


@contextmanager
def _admission(library: str | None) -> Iterator[tuple[Admission, Path]]:
    """The accounts of a library, and the file of its conversations, beside which they lie."""
    from qa.conversations.store import Conversations

    with opened_library(library) as opened:
        kept = Conversations.beside(opened).path
        admission = Admission.at(kept)
        try:
            yield admission, kept
        finally:
            admission.audit.close()


def _password() -> str:
    """What is typed twice without being shown, or the first line of stdin where nobody types."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    chosen = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != chosen:
        raise AccountError("The two are not the same: nothing was changed.")
    return chosen
