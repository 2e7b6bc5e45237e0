"""What all tests share: no network but loopback, and no setting of the developer's own."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="session", autouse=True)
def only_loopback() -> Iterator[None]:
    """A test that reaches for the network fails where it does so."""
    patch = pytest.MonkeyPatch()
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _loopback(address[0]):
            raise AssertionError(f"a test reaches for the network: {address}")
        connect(self, address)

    patch.setattr(socket.socket, "connect", guarded)
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def ctrl_c_is_heard() -> None:
    """Tests run in the background of a shell are deaf to Ctrl-C, and so would be the processes that they start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The default library is a fresh folder, and no ARTICLE_QA_ setting of the shell counts."""
    for name in list(os.environ):
        if name.startswith("ARTICLE_QA_") and name != "ARTICLE_QA_REQUIRE_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(tmp_path_factory.mktemp("default") / "library"))


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
