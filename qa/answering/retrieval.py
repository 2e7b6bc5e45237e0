"""From a question to the passages worth reading: lexical and dense search, fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.datatypes import Passage, RetrievedPassage, Where
from qa.errors import as_model_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embeddings.encoder import Encoder
    from qa.storage.base import Backend, Store

DENSE_WEIGHT = 0.5  # of the dense score in the fused one; the lexical score has the rest


@dataclass(frozen=True, slots=True)
class Fused:
    """One passage in both result lists. Ranks count from 1; None where a list does not hold it."""

    passage_id: int
    score: float
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None


def fuse(
    lexical: Sequence[tuple[int, float]],
    dense: Sequence[tuple[int, float]],
    dense_weight: float = DENSE_WEIGHT,
) -> list[Fused]:
    """Both result lists, (passage id, score) best first, as one, best first.

    The score is the convex combination of the min-max normalised scores, 0 for a list that does not hold the
    passage (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval"). Ties go to the
    lower id, so that the order never depends on chance.
    """
    lexical_scores, dense_scores = _min_max(lexical), _min_max(dense)
    lexical_ranks = {passage: rank for rank, (passage, _) in enumerate(lexical, 1)}
    dense_ranks = {passage: rank for rank, (passage, _) in enumerate(dense, 1)}
    similarity = dict(dense)
    fused = [
        Fused(
            passage_id=passage,
            score=dense_weight * dense_scores.get(passage, 0.0) + (1 - dense_weight) * lexical_scores.get(passage, 0.0),
            lexical_rank=lexical_ranks.get(passage),
            dense_rank=dense_ranks.get(passage),
            similarity=similarity.get(passage),
        )
        for passage in lexical_ranks.keys() | dense_ranks.keys()
    ]
    return sorted(fused, key=lambda each: (-each.score, each.passage_id))


def _min_max(hits: Sequence[tuple[int, float]]) -> Mapping[int, float]:
    """Scores moved to 0..1 over the list; a list whose scores are all equal gives 1 to each."""
    if not hits:
        return {}
    scores = [score for _, score in hits]
    low, high = min(scores), max(scores)
    return {passage: (score - low) / (high - low) if high > low else 1.0 for passage, score in hits}


class Retriever:
    """Finds the passages of one library."""

    def __init__(self, backend: Backend, encoder: Encoder, count: int) -> None:
        """At most `count` passages a question."""
        self._backend = backend
        self._encoder = encoder
        self._count = count

    def retrieve(self, question: str, where: Where | None = None) -> list[RetrievedPassage]:
        """The passages for a question, best first.

        The filter is applied inside both indexes, so it never costs results. A passage that was removed while the
        indexes were being asked is left out. Raises FingerprintMismatch, ModelError.
        """
        hits = self._backend.search(question, lambda: self._encoded(question), self._count, where)
        passages = {passage.id: passage for passage, _ in (*hits.lexical, *hits.dense)}
        lexical, dense = ([(each.id, score) for each, score in found] for found in (hits.lexical, hits.dense))
        return with_articles(self._backend.store, passages, fuse(lexical, dense)[: self._count])

    def _encoded(self, question: str) -> NDArray[np.float32]:
        """(d,)"""
        with as_model_error():
            vectors = self._encoder.encode_queries([question])
        vector: NDArray[np.float32] = vectors[0]
        return vector


def with_articles(store: Store, passages: Mapping[int, Passage], fused: Sequence[Fused]) -> list[RetrievedPassage]:
    """The passages, by id, and their articles; those of an article that has been removed meanwhile are left out."""
    articles = store.articles_by_id({passages[hit.passage_id].article_id for hit in fused})
    return [
        RetrievedPassage(
            passage=passage,
            article=articles[passage.article_id],
            lexical_rank=hit.lexical_rank,
            dense_rank=hit.dense_rank,
            similarity=hit.similarity,
            score=hit.score,
        )
        for hit in fused
        if (passage := passages[hit.passage_id]).article_id in articles
    ]
