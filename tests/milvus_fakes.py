"""A Milvus for tests: milvus-lite behind its own server on loopback, as several clients see it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def milvus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server, without the name of a library.

    One worker: milvus-lite wants writes one after the other, where Milvus takes them at once.
    """
    pytest.importorskip("pymilvus")
    from milvus_lite.adapter.grpc.server import start_server_in_thread

    folder: Path = tmp_path_factory.mktemp("milvus")
    server, database, port = start_server_in_thread(str(folder / "data.db"), max_workers=1)
    yield f"milvus://127.0.0.1:{port}"
    server.stop(grace=2)
    database.close()


@pytest.fixture
def address(milvus: str) -> str:
    """The address of a library that no other test uses."""
    return f"{milvus}/t{next(_numbers)}"
