"""What users write for a library on Milvus: `milvus://host:19530/name`, or `milvus:///folder/file.db`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

from qa.errors import SettingError

DEFAULT_NAME = "articles"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_SCHEMES = {"milvus": "http", "milvus+tls": "https"}
_REMEDY = "Write milvus://host:19530/name, milvus+tls://host:19530/name, or milvus:///folder/file.db for a local file."


@dataclass(frozen=True, slots=True)
class Address:
    """A Milvus and the library in it."""

    uri: str  # for the client: an http(s) address, or the path of a milvus-lite file
    name: str  # the library's collections begin with it
    shown: str  # without user and password
    token: str = field(default="", repr=False)  # "user:password", or a key

    @property
    def is_file(self) -> bool:
        """Whether it names a local file, served by milvus-lite."""
        return self.uri.endswith(".db")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises SettingError for what is no such address."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise SettingError(f"{text!r} is no address of a library: {error}. {_REMEDY}") from error
        if parts.scheme not in _SCHEMES or parts.query or parts.fragment:
            raise SettingError(f"{text!r} is no address of a library. {_REMEDY}")
        if not parts.hostname:
            return cls._of_file(text, unquote(parts.path))
        name = parts.path.strip("/") or DEFAULT_NAME
        if not _NAME.fullmatch(name):
            raise SettingError(
                f"{name!r} cannot name a library on Milvus: use letters, digits and _, not a digit first. {_REMEDY}"
            )
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        place = f"{host}:{port or 19530}"
        token = unquote(parts.netloc.rpartition("@")[0])
        return cls(f"{_SCHEMES[parts.scheme]}://{place}", name, f"{parts.scheme}://{place}/{name}", token)

    @classmethod
    def _of_file(cls, text: str, path: str) -> Self:
        file = Path(path).expanduser().absolute() if path.startswith("/") else None
        if file is None or file.suffix != ".db":
            raise SettingError(f"{text!r} names neither a host nor a file ending in .db. {_REMEDY}")
        return cls(str(file), DEFAULT_NAME, f"milvus://{file}")
