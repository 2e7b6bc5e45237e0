"""Both indexes of a generation on Milvus, searched.

One hybrid request would give one list of fused scores. Fusion needs both lists with their own scores, and so does
whoever wants to see why a passage was found: two searches, then, with the same filter.
"""

from __future__ import annotations

from qa.datatypes import Passage, Where
from qa.storage.base import Hits
from qa.storage.milvus.client import Client, Row
from qa.storage.milvus.rows import PASSAGE_FIELDS
from qa.storage.milvus.schema import asked, condition


def hits(client: Client, generation: str, question: str, vector: list[float], k: int, where: Where | None) -> Hits:
    """The `k` best passages by words (BM25) and by meaning. Raises CollectionGone when a rebuild has replaced it."""
    among = condition(where, "article_id")
    dense = client.search(generation, "dense", vector, k, among, PASSAGE_FIELDS)
    return Hits(word_hits(client, generation, question, k, where), _passages(dense))


def word_hits(client: Client, generation: str, words: str, k: int, where: Where | None) -> list[tuple[Passage, float]]:
    """The `k` best passages by words (BM25) alone. Raises CollectionGone when a rebuild has replaced it."""
    terms, among = asked(words), condition(where, "article_id")
    return _passages(client.search(generation, "sparse", terms, k, among, PASSAGE_FIELDS)) if terms else []


def _passages(found: list[tuple[Row, float]]) -> list[tuple[Passage, float]]:
    return [(Passage(row["id"], row["article_id"], row["start"], row["end"]), score) for row, score in found]
