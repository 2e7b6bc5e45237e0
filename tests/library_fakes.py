"""What the library's tests build on: an encoder that a person can predict, and articles written as files."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from numpy.typing import NDArray
from typer.testing import CliRunner

from embeddings.vectors import VectorIndex
from qa.answering.retrieval import Retriever
from qa.cli.commands import app
from qa.config import Settings
from qa.library import Library
from qa.storage.local.backend import LocalBackend
from qa.storage.local.generation import Generation
from qa.storage.local.lexical import LexicalIndex

SETTINGS = Settings(passage_words=12, overlap_words=3, batch_articles=3, min_article_chars=1)


@dataclass
class LetterEncoder:
    """A text's vector counts its letters a to z, scaled to length 1: "abb" is (1, 2, 0, ...) / sqrt(5)."""

    name: str = "letters"
    dimension: int = 26
    encoded: list[str] = field(default_factory=list)  # every passage text it was given

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.encoded.extend(texts)
        if progress is not None:
            progress(len(texts))
        return self.encode_queries(texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        counts = np.array(
            [[text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"] for text in texts], np.float32
        ).reshape(len(texts), 26)
        return counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1)


def write(folder: Path, name: str, text: str, title: str = "Untold", published: str | None = None) -> Path:
    """One article as a JSON file, where title and date are what is given and nothing is guessed."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps({"title": title, "text": text, "date": published}))
    return path


def write_rows(path: Path, rows: dict[str, str]) -> Path:
    """Several articles in one file: text by row id, the id as title."""
    path.write_text("".join(json.dumps({"id": key, "title": key, "text": text}) + "\n" for key, text in rows.items()))
    return path


def shell_with_letters(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The commands over libraries made with `SETTINGS` and the `LetterEncoder`: call it with the arguments."""
    for name, value in (("PASSAGE_WORDS", "12"), ("OVERLAP_WORDS", "3"), ("MIN_ARTICLE_CHARS", "1")):
        monkeypatch.setenv(f"ARTICLE_QA_{name}", value)
    monkeypatch.setattr("qa.library.SentenceTransformerEncoder", lambda *_: LetterEncoder())

    def shell(*arguments: object, input: str | None = None) -> Result:  # noqa: A002  # as click names it
        return CliRunner().invoke(app, [str(argument) for argument in arguments], input=input)

    return shell


def generation_of(library: Library) -> Generation:
    """The store and indexes in force of a library in a folder."""
    assert isinstance(library.backend, LocalBackend)
    return library.backend.generation


def lexical_of(library: Library) -> LexicalIndex:
    return generation_of(library).lexical


def vectors_of(library: Library) -> VectorIndex:
    """Empty while there is no passage."""
    return generation_of(library).vectors or VectorIndex(library.encoder.dimension)


def retriever_of(library: Library) -> Retriever:
    return Retriever(library.backend, library.encoder, library.settings.candidates)
