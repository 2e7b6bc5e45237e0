"""What a few naive lines over the same models reach: the mark that the whole pipeline must beat.

Passages of 150 words, all-MiniLM-L6-v2, a flat index, the five nearest read in float32 without titles; the answer is
the span with the largest margin over "no answer" of its own passage. `quality.py` shows it beside the product, always.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import faiss

from embeddings.encoder import SentenceTransformerEncoder
from qa.answering.reader import TransformersReader
from qa.config import Settings
from qa.datatypes import Article

WORDS = 150  # of a passage
READ = 5  # passages


class Baseline:
    """Answers from articles, naively."""

    def __init__(self, articles: Iterable[Article], settings: Settings) -> None:
        self._encoder = SentenceTransformerEncoder(settings.encoder, "float32")
        self._reader = TransformersReader(settings.reader, precision="float32")
        self._passages = [passage for article in articles for passage in cut(article.text)]
        self._index = faiss.IndexFlatIP(self._encoder.dimension)
        self._index.add(self._encoder.encode_passages(self._passages))

    def answers(self, question: str) -> list[tuple[str, float]]:
        """Spans and their log-odds against "no answer", best first; at most five a passage."""
        _, found = self._index.search(self._encoder.encode_queries([question]), min(READ, len(self._passages)))
        texts = [self._passages[number] for number in found[0]]
        read = zip(texts, self._reader.read(question, texts, [""] * len(texts)), strict=True)
        spans = [(text[span.start : span.end], span.score - span.null) for text, each in read for span in each]
        return sorted(spans, key=lambda each: -each[1])


def cut(text: str) -> Iterator[str]:
    """So many words each, wherever sentences end."""
    words = text.split()
    return (" ".join(words[start : start + WORDS]) for start in range(0, len(words), WORDS))
