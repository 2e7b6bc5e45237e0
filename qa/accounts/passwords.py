"""Passwords as they are kept: scrypt with a salt of their own, so that a stolen file gives none of them away."""

from __future__ import annotations

import base64
import hashlib
import secrets

from qa.errors import AccountError

SHORTEST, LONGEST = 10, 1000  # characters
COST, BLOCK, LANES = 1 << 15, 8, 1  # 32 MB and about 0.1 s for each try, as OWASP's cheat sheet has it
_MEMORY = 128 * BLOCK * COST * 2


def hash_password(password: str) -> str:
    """`scrypt$cost$block$lanes$salt$hash`. Raises AccountError for a password that is too short, or no password."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"A password has {SHORTEST} to {LONGEST:,} characters; this one has {len(password):,}.")
    salt = secrets.token_bytes(16)
    parts = (str(COST), str(BLOCK), str(LANES), _text(salt), _text(_derived(password, salt, COST, BLOCK, LANES)))
    return "$".join(("scrypt", *parts))


def is_password(password: str, kept: str | None) -> bool:
    """Whether this is the password that was kept; as long is spent where there is none, so that names stay unknown."""
    kind, *parts = (kept or _NOBODY).split("$")
    if kind != "scrypt" or len(parts) != 5 or len(password) > LONGEST:
        return False
    cost, block, lanes = map(int, parts[:3])
    found = _derived(password, _bytes(parts[3]), cost, block, lanes)
    return secrets.compare_digest(found, _bytes(parts[4])) and kept is not None


def _derived(password: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return hashlib.scrypt(
        password.encode("utf-8", "surrogatepass"), salt=salt, n=cost, r=block, p=lanes, maxmem=_MEMORY, dklen=32
    )


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


_NOBODY = "$".join(("scrypt", str(COST), str(BLOCK), str(LANES), _text(bytes(16)), _text(bytes(32))))
