"""Passages and vectors of articles, with an encoder that counts letters."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder
from numpy.typing import NDArray

from qa.datatypes import Article, Failure
from qa.errors import ModelError
from qa.loaders import Document, parse
from qa.passages.encoding import PassageEncoder, PreparedArticle


def article(text: str, title: str = "") -> Article:
    (found,) = parse(Document("upload:a.json", json.dumps({"title": title, "text": text}).encode()), SETTINGS)
    assert isinstance(found, Article)
    return found


LONG = article("One two three four five six seven. " * 4, "zz")
SHORT = article("Bab.", "c")


@pytest.fixture
def passages() -> PassageEncoder:
    return PassageEncoder(LetterEncoder(), SETTINGS)


def prepared(passages: PassageEncoder, *articles: Article) -> list[PreparedArticle]:
    return [PreparedArticle(each, each.source, passages.chunk(each)) for each in articles]


def test_passages_are_as_long_as_the_settings_say(passages: PassageEncoder) -> None:
    """Twelve words: one sentence of seven, as two of them would be too many."""
    sentence = len("One two three four five six seven.")
    assert passages.chunk(LONG) == [(start, start + sentence) for start in range(0, 4 * (sentence + 1), sentence + 1)]


def test_the_vectors_of_an_article_are_those_of_its_passages_with_its_title(passages: PassageEncoder) -> None:
    vectors = passages.encode(prepared(passages, LONG, SHORT))
    assert {each: part.shape for each, part in vectors.items()} == {LONG.id: (4, 26), SHORT.id: (1, 26)}
    assert np.allclose(vectors[SHORT.id][0, :4], np.array([1, 2, 1, 0]) / np.sqrt(6))  # a, twice b, c of the title
    assert (vectors[LONG.id][:, 25] > 0).all()


def test_nothing_to_encode_does_not_load_the_model() -> None:
    assert PassageEncoder(None, SETTINGS).encode([]) == {}  # type: ignore[arg-type]


def test_a_stored_article_that_cannot_be_cut_gives_a_failure(
    passages: PassageEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    assert passages.chunk_stored(SHORT) == [(0, 4)]
    monkeypatch.setattr("qa.passages.encoding.chunk", failing)
    assert passages.chunk_stored(SHORT) == Failure(
        SHORT.source, "It could not be cut into passages (a bug).", "Remove it and add it anew."
    )
    with pytest.raises(RuntimeError, match="a bug"):
        passages.chunk(SHORT)


class Damaged(LetterEncoder):
    def __init__(self, change: Callable[[NDArray[np.float32]], NDArray[np.float32]]) -> None:
        super().__init__()
        self.change = change

    def encode_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        return self.change(super().encode_passages(texts, progress))


@pytest.mark.parametrize("change", [lambda vectors: vectors[1:], lambda vectors: vectors * np.nan])
def test_too_few_vectors_and_values_that_are_not_finite_are_refused(
    change: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> None:
    passages = PassageEncoder(Damaged(change), SETTINGS)
    with pytest.raises(ModelError, match=r"'letters'.*for 1 texts"):
        passages.encode(prepared(passages, SHORT))


def test_the_fingerprint_names_what_passages_and_vectors_depend_on(passages: PassageEncoder) -> None:
    assert passages.fingerprint == '{"chunking": 1, "encoder": "letters", "overlap_words": 3, "passage_words": 12}'
    assert PassageEncoder(LetterEncoder("other"), SETTINGS).fingerprint != passages.fingerprint
    assert PassageEncoder(LetterEncoder(), replace(SETTINGS, passage_words=13)).fingerprint != passages.fingerprint
    assert PassageEncoder(LetterEncoder(), replace(SETTINGS, batch_articles=9)).fingerprint == passages.fingerprint
