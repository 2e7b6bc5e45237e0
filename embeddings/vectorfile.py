"""A FAISS index in one file that is checked when it is read.

A header of 72 bytes (magic, version, dimension, number of vectors, revision, number of vectors it was made for; sha256
of these and of the rest), then what FAISS writes.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import struct
from pathlib import Path
from typing import IO, Any, NamedTuple

from embeddings.errors import VectorIndexError

_FIELDS = struct.Struct("<8sIIQqQ")
_DIGEST_BYTES = 32
_MAGIC = b"AQVECTOR"
_VERSION = 2


class Header(NamedTuple):
    """What the file says of its index."""

    dimension: int
    held: int
    revision: int  # the caller's own number
    made_for: int  # vectors, by who learnt the lists; 0 if there are none


def faiss() -> Any:
    """FAISS, loaded late and untyped: its own stubs lack part of what is used here."""
    return importlib.import_module("faiss")


def write(file: IO[bytes], index: Any, header: Header) -> None:
    """Write header and index into a file that is open for writing; the digest is written last, when it is known."""
    fields = _FIELDS.pack(_MAGIC, _VERSION, *header)
    digest = hashlib.sha256(fields)

    def write(part: bytes) -> int:
        digest.update(part)
        return file.write(part)

    file.write(fields + bytes(_DIGEST_BYTES))
    writer = faiss().PyCallbackIOWriter(write)
    faiss().write_index(index, writer)
    del writer  # it holds back the last part until it goes
    file.seek(len(fields))
    file.write(digest.digest())


def read(path: str | Path) -> tuple[Any, Header]:
    """An index that `write` wrote. Raises `VectorIndexError` when it is missing or broken in any way."""
    try:
        with Path(path).open("rb") as file:
            header = _read_header(file)
            index = faiss().read_index(faiss().PyCallbackIOReader(file.read))
    except (OSError, RuntimeError, ValueError) as error:
        raise VectorIndexError(f"{path} is no whole vector index ({error}). Rebuild it.") from error
    if (index.d, index.ntotal, index.metric_type) != (header.dimension, header.held, faiss().METRIC_INNER_PRODUCT):
        raise VectorIndexError(f"{path} holds another index than its header says. Rebuild it.")
    return index, header


def saved_revision(path: Path) -> int:
    """The revision that a file says it holds, unchecked; 0 when there is none."""
    try:
        with path.open("rb") as file:
            _, _, _, _, revision, _ = _FIELDS.unpack(file.read(_FIELDS.size))
    except (OSError, struct.error):
        return 0
    return int(revision)


def _read_header(file: io.BufferedReader) -> Header:
    """The header, the file left at the index behind it. Raises ValueError when the digest does not match."""
    fields, said = file.read(_FIELDS.size), file.read(_DIGEST_BYTES)
    if len(fields + said) < _FIELDS.size + _DIGEST_BYTES:
        raise ValueError("too short")
    magic, version, *values = _FIELDS.unpack(fields)
    if (magic, version) != (_MAGIC, _VERSION):
        raise ValueError("another kind of file or version")
    if hashlib.file_digest(file, lambda: hashlib.sha256(fields)).digest() != said:
        raise ValueError("its digest does not match")
    file.seek(_FIELDS.size + _DIGEST_BYTES)
    return Header(*values)
