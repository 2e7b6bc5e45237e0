"""An article's passages and their vectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from embeddings.encoder import Encoder
from qa.config import Settings
from qa.datatypes import Article, Failure, Passage, Quotation
from qa.errors import ModelError, as_model_error
from qa.passages.chunking import chunk, encoder_text
from qa.passages.fingerprint import fingerprint

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Spans = list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PreparedArticle:
    """An article, the file or URL that it was read from, and the `[start, end)` of each of its passages.

    `quotations` is what is said in it; None where nobody has looked for it.
    """

    article: Article
    origin: str
    spans: Spans
    quotations: tuple[Quotation, ...] | None = None


class PassageEncoder:
    """Cuts articles into passages and encodes these, with one encoder and one choice of settings."""

    def __init__(self, encoder: Encoder, settings: Settings) -> None:
        self._encoder = encoder
        self._settings = settings

    @property
    def dimension(self) -> int:
        """The length of a vector. Raises ModelError when the model cannot be loaded."""
        with as_model_error():
            return self._encoder.dimension

    @cached_property
    def fingerprint(self) -> str:
        """What passages and vectors are made with, as JSON: see `qa.passages.fingerprint`. Raises ModelError."""
        return fingerprint(self._encoder, self._settings)

    def chunk(self, article: Article) -> Spans:
        """The `[start, end)` of the article's passages in its text; none when there are no words in it."""
        size, overlap = self._settings.passage_words, self._settings.overlap_words
        return chunk(article.text, words=size, overlap=overlap, language=article.language)

    def chunk_stored(self, article: Article) -> Spans | Failure:
        """The passages of an article that is stored already, or a failure instead of any exception."""
        try:
            return self.chunk(article)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is reported
            return Failure(
                article.source, f"It could not be cut into passages ({error}).", "Remove it and add it anew."
            )

    def encode(
        self, prepared: Sequence[PreparedArticle], progress: Callable[[int], None] | None = None
    ) -> dict[str, NDArray[np.float32]]:
        """The vectors of each article's passages, (n, dimension) by article id, from one run of the encoder.

        `progress` is given the number of passages done. Raises ModelError when the model is missing or damaged.
        """
        import numpy as np

        if not prepared:
            return {}
        texts = [
            encoder_text(each.article.title, each.article.text[start:end])
            for each in prepared
            for start, end in each.spans
        ]
        vectors = self._checked_vectors(texts, progress)
        ends = np.cumsum([len(each.spans) for each in prepared])
        parts = np.split(vectors, ends[:-1])
        return {each.article.id: part for each, part in zip(prepared, parts, strict=True)}

    def encode_stored(self, passages: Sequence[tuple[Article, Passage]]) -> NDArray[np.float32]:
        """The vectors of passages, each given with its article, (n, dimension). Raises ModelError."""
        texts = [encoder_text(article.title, article.text[each.start : each.end]) for article, each in passages]
        return self._checked_vectors(texts, None)

    def _checked_vectors(self, texts: list[str], progress: Callable[[int], None] | None) -> NDArray[np.float32]:
        import numpy as np

        with as_model_error():
            vectors = self._encoder.encode_passages(texts, progress)
        if len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise ModelError(
                f"The encoder {self._encoder.name!r} gave {len(vectors)} vectors for {len(texts)} texts, or values "
                "that are not finite: its files are damaged. Get the model again, or use another one."
            )
        return vectors
