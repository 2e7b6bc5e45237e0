"""How people come in to what is served: the accounts, the proxies that are believed, and what is never allowed."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from qa.accounts.access import AccountAccess
from qa.accounts.audit import AuditLog
from qa.accounts.limits import SignInLimits
from qa.accounts.proxies import Proxies
from qa.accounts.users import Accounts
from qa.errors import SettingError


@dataclass(frozen=True, slots=True)
class Choices:
    """What is chosen for one server: whom it believes, whether anything may be changed, what was said explicitly."""

    proxies: Proxies = field(default_factory=Proxies)
    read_only: bool = False
    insecure_without_sign_in: bool = False


@dataclass(frozen=True, slots=True)
class Admission:
    """Who comes in to one server. Made by `at`, from the file that the conversations of the library are kept in."""

    accounts: Accounts
    audit: AuditLog
    choices: Choices = field(default_factory=Choices)
    limits: SignInLimits = field(default_factory=SignInLimits)

    @classmethod
    def at(cls, kept: Path, choices: Choices | None = None) -> Admission:
        """The accounts and the audit log that lie beside the file `kept`."""
        audit = AuditLog(audit_path(kept), rotates=True)
        return cls(Accounts(accounts_path(kept)), audit, choices or Choices())

    @property
    def proxies(self) -> Proxies:
        """The proxies that are believed."""
        return self.choices.proxies

    @property
    def read_only(self) -> bool:
        """Whether nobody may change anything."""
        return self.choices.read_only

    @property
    def signs_in(self) -> bool:
        """Whether people have to sign in: there are users, or a proxy names them."""
        return bool(self.proxies.user_header) or bool(self.accounts.listed())

    @property
    def access(self) -> AccountAccess:
        """Who is let in where people sign in."""
        return AccountAccess(self.accounts, self.proxies)

    def check_binding(self, host: str) -> None:
        """Raise SettingError where others could reach what nobody has to sign in to."""
        if is_loopback(host) or self.signs_in or self.choices.insecure_without_sign_in:
            return
        raise SettingError(
            f"{host} can be reached from other machines, and nobody has to sign in. Add a user first "
            "(article-qa user add NAME --role admin), or leave out --host; docs/serving.md says what else there is."
        )


def accounts_path(kept: Path) -> Path:
    """Where the accounts lie of the library whose conversations are in `kept`."""
    return kept.with_suffix(".accounts.db")


def audit_path(kept: Path) -> Path:
    """Where its audit log lies."""
    return kept.with_suffix(".audit.jsonl")


def folder_of(kept: Path, user_id: str) -> Path:
    """Where the conversations of a user lie, and what else is theirs alone."""
    return kept.with_suffix(".people") / user_id


def is_loopback(host: str) -> bool:
    """Whether an address to listen on is reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
