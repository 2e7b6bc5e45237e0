"""From a question to the passages worth reading: lexical and dense search, fused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.datatypes import RetrievedPassage, Where
from qa.errors import mapped

if TYPE_CHECKING:
    from qa.library import Library
    from qa.storage.local.store import Store

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

    def __init__(self, library: Library) -> None:
        self._library = library

    def retrieve(self, question: str, where: Where | None = None) -> list[RetrievedPassage]:
        """The passages for a question, best first, at most `settings.candidates`.

        The filter is applied inside both indexes, so it never costs results. A passage that was removed while the
        indexes were being asked is left out.
        """
        generation = self._library.ready()  # one for the whole question: a rebuild may replace it meanwhile
        vectors, count = generation.vectors, self._library.settings.candidates
        allowed = generation.store.allowed(where) if where else None
        if vectors is None or (allowed is not None and not len(allowed)):
            return []
        lexical = generation.lexical.search(question, count, allowed)
        with mapped():
            vector = self._library.encoder.encode_queries([question])[0]
            ids, scores = vectors.search(vector, count, allowed)
        fused = fuse(lexical, list(zip(ids.tolist(), scores.tolist(), strict=True)))[:count]
        return with_articles(generation.store, fused)


def with_articles(store: Store, fused: Sequence[Fused]) -> list[RetrievedPassage]:
    """The passages and their articles; what has been removed meanwhile is left out."""
    passages = {passage.id: passage for passage in store.passages([hit.passage_id for hit in fused])}
    articles = store.articles_by_id({passage.article_id for passage in passages.values()})
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
        if (passage := passages.get(hit.passage_id)) and passage.article_id in articles
    ]
