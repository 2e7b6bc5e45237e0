"""From a question to the passages worth reading, on Milvus.

One hybrid request would give one list of fused scores. The fusion of `qa.answering.retrieval` needs both lists with
their own scores, and so does whoever wants to see why a passage was found: two searches, then, with the same filter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from qa.answering.retrieval import Retriever, fuse
from qa.datatypes import Passage, RetrievedPassage, Where
from qa.errors import mapped
from qa.storage.milvus.client import CollectionGone, Row
from qa.storage.milvus.rows import PASSAGE_FIELDS
from qa.storage.milvus.schema import asked, condition
from qa.storage.milvus.store import MilvusStore

if TYPE_CHECKING:
    from qa.library import Library

ATTEMPTS = 3  # a rebuild replaces the generation at most so often while one question is being looked up


class MilvusRetriever(Retriever):
    """Finds the passages of one library on Milvus."""

    def __init__(self, library: Library, store: MilvusStore) -> None:
        super().__init__(library)
        self._store = store

    def retrieve(self, question: str, where: Where | None = None) -> list[RetrievedPassage]:
        """The passages for a question, best first, at most `settings.candidates`; Milvus applies the filter."""
        self._library.refresh()
        count = self._library.settings.candidates
        with mapped():
            vector = [float(each) for each in self._library.encoder.encode_queries([question])[0]]
        for attempt in range(ATTEMPTS):
            generation = self._store.generations.current()
            if generation is None:
                return []
            try:
                hits = _hits(self._store, generation, asked(question), vector, where, count)
            except CollectionGone:
                if attempt + 1 == ATTEMPTS:
                    raise
            else:
                return _with_articles(self._store, *hits, count)
        return []


Hits = list[tuple[Row, float]]


def _hits(
    store: MilvusStore, generation: str, terms: str, vector: list[float], where: Where | None, count: int
) -> tuple[Hits, Hits]:
    """What either index finds, best first."""
    among = condition(where, "article_id")
    search = store.client.search
    lexical = search(generation, "sparse", terms, count, among, PASSAGE_FIELDS) if terms else []
    return lexical, search(generation, "dense", vector, count, among, PASSAGE_FIELDS)


def _with_articles(store: MilvusStore, lexical: Hits, dense: Hits, count: int) -> list[RetrievedPassage]:
    """Both lists fused; passages whose article is not there (any more) are left out."""
    rows = {row["id"]: row for row, _ in [*lexical, *dense]}
    fused = fuse([(row["id"], score) for row, score in lexical], [(row["id"], score) for row, score in dense])[:count]
    articles = store.articles_by_id({rows[hit.passage_id]["article_id"] for hit in fused})
    return [
        RetrievedPassage(
            passage=Passage(hit.passage_id, row["article_id"], row["start"], row["end"]),
            article=articles[row["article_id"]],
            lexical_rank=hit.lexical_rank,
            dense_rank=hit.dense_rank,
            similarity=hit.similarity,
            score=hit.score,
        )
        for hit in fused
        if (row := rows[hit.passage_id])["article_id"] in articles
    ]
