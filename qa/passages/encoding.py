"""An article on its way in: cut into passages, and these encoded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from embeddings.encoder import Encoder
from qa.config import Settings
from qa.datatypes import Article
from qa.errors import ModelError, mapped
from qa.passages.chunking import chunk, encoder_text

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Read:
    """An article on its way in, with its passages."""

    article: Article
    origin: str
    spans: Spans


def cut(article: Article, settings: Settings) -> Spans:
    """The spans of the article's passages."""
    return chunk(article.text, words=settings.passage_words, overlap=settings.overlap_words, language=article.language)


def encode(
    encoder: Encoder, reads: list[Read], progress: Callable[[int], None] | None = None
) -> dict[str, NDArray[np.float32]]:
    """The vectors of each article's passages, (n, d) by article id, from one run of the encoder."""
    if not reads:
        return {}
    texts = [
        encoder_text(read.article.title, read.article.text[start:end]) for read in reads for start, end in read.spans
    ]
    with mapped():
        vectors = encoder.encode_passages(texts, progress)
    if len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise ModelError(
            f"The encoder {encoder.name!r} gave {len(vectors)} vectors for {len(texts)} texts, or values that are not "
            "finite: its files are damaged. Get the model again, or use another one."
        )
    ends = np.cumsum([len(read.spans) for read in reads])
    parts = np.split(vectors, ends[:-1])
    return {read.article.id: part for read, part in zip(reads, parts, strict=True)}
