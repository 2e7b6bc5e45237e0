"""A real library under the API with an encoder and a reader that a person can predict, and a real server over it."""

from __future__ import annotations

import hashlib
import re
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import numpy as np
import uvicorn
from numpy.typing import NDArray
from starlette.requests import HTTPConnection
from starlette.testclient import TestClient
from starlette.types import ASGIApp

from qa.accounts.access import bearer
from qa.accounts.identity import Identity, Role
from qa.answering.calibration import Calibration
from qa.api.access import LocalAccess
from qa.api.app import create_api
from qa.assistant import Assistant
from qa.config import Settings
from qa.datatypes import Span
from qa.library import Library
from qa.loaders import Document
from qa.logistic import Logistic

TOKEN = "a-token-of-more-than-32-characters-for-tests"
AUTHORIZED = {"Authorization": f"Bearer {TOKEN}"}
PLAIN = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {"rank": 1.0}))
SURE, UNSURE = 4.0, -0.4  # scores of spans: a probability of .98 and .40
ANSWERS = (("where", r"Oslo|Rome"), ("signed", r"(?:Ann Lee|Bo Ek)"), ("crossing", r"21:40"), ("maybe", r"three days"))


class WordEncoder:
    """Each word adds 1 in a place of its own choosing; vectors are normalised."""

    name = "words"
    dimension = 64

    def encode_passages(self, texts: Sequence[str], progress: object = None) -> NDArray[np.float32]:
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()):
                vectors[row, hashlib.sha256(word.encode()).digest()[0] % self.dimension] += 1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)


@dataclass
class WordReader:
    """Reads what `ANSWERS` has for a word of the question; of "maybe" it is not sure. "crash" is a bug."""

    questions: list[str] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.go.set()

    def read(self, question: str, texts: Sequence[str], titles: Sequence[str]) -> list[list[Span]]:
        self.questions.append(question)
        assert self.go.wait(30)
        if "crash" in question:
            raise RuntimeError("secret detail in /home/someone")
        word, pattern = next((each for each in ANSWERS if each[0] in question.lower()), ("", "(?!)"))
        score = UNSURE if word == "maybe" else SURE
        return [[Span(*found.span(), score) for found in re.finditer(pattern, text)][:1] for text in texts]


def note(name: str, text: str, published: str) -> Document:
    head = f"---\ntitle: {name}\ndate: {published}\n---\n\n"
    return Document(origin=f"upload:{name}.md", data=(head + text).encode(), media_type="text/markdown")


OSLO = note(
    "Oslo", "The ministers met for three days in spring. The treaty was signed in Oslo by Ann Lee.", "2025-05-12"
)
ROME = note("Rome", "The ministers of the south met in autumn. Their treaty was signed in Rome by Bo Ek.", "2024-01-02")
FERRY_TEXT = "The night ferry sails again.\n\nCaptain Ida Brandt said the first crossing leaves at 21:40 on Fridays."


def opened_assistant(folder: Path, settings: Settings | None = None) -> Assistant:
    """An assistant over Oslo and Rome."""
    library = Library.open(folder / "library", settings or Settings(min_article_chars=1), encoder=WordEncoder())
    library.add_documents([OSLO, ROME])
    return Assistant(library, WordReader(), PLAIN)


@dataclass
class People:
    """Tokens are the names of roles: "reader", "editor", "admin"."""

    has_users = True

    def identify(self, connection: HTTPConnection) -> Identity | None:
        name = bearer(connection.headers)
        role = {"reader": Role.READER, "editor": Role.EDITOR, "admin": Role.ADMIN}.get(name)
        return None if role is None else Identity(name, role)


def client_of(assistant: Assistant) -> TestClient:
    """A client that is let in."""
    api = create_api(assistant, access=LocalAccess(TOKEN))
    return TestClient(
        api,
        base_url="http://127.0.0.1",
        headers=AUTHORIZED,
        client=("127.0.0.1", 50000),
        raise_server_exceptions=False,
    )


@contextmanager
def served(app: ASGIApp, root_path: str = "") -> Iterator[str]:
    """A real server on loopback; the address of it. `root_path` is where a reverse proxy would have it."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, root_path=root_path, log_level="warning", timeout_graceful_shutdown=5)
        )
        thread = threading.Thread(target=server.run, args=[[listening]], daemon=True)
        thread.start()
        try:
            _until_up(f"{address}/v1/health")
            yield address
        finally:
            server.should_exit = True
            thread.join(20)


def _until_up(address: str) -> None:
    for _ in range(200):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{address} does not answer")


def ended(client: TestClient, job: dict[str, object]) -> dict[str, object]:
    """A job when nothing more comes of it."""
    for _ in range(600):
        job = client.get(f"/v1/jobs/{job['id']}").json()
        if job["state"] in ("done", "failed", "stopped"):
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job does not end: {job}")
