"""The articles of a library that may hold a quote, by its lexical index."""

from __future__ import annotations

from collections.abc import Sequence

from qa.datatypes import Article, Passage, Where
from qa.storage.base import Backend

NEAR = 30  # passages looked at for words that are nearly those of a quote
MOST_HOLDING = 500  # passages looked at that have all words of a quote


class LibrarySearch:
    """Looks for quotes in one library, in the articles that a filter lets through."""

    def __init__(self, backend: Backend, where: Where | None = None) -> None:
        self._backend = backend
        self._where = where
        self._allowed = frozenset(backend.store.article_ids(where)) if where else None

    def holding(self, words: str) -> Sequence[Article]:
        """The articles with a passage that has all these words; none where a library cannot tell."""
        found = self._backend.store.passages(self._backend.passages_with(words)[:MOST_HOLDING])
        ids = dict.fromkeys(each.article_id for each in found)
        allowed = [each for each in ids if self._allowed is None or each in self._allowed]
        return list(self._backend.store.articles_by_id(allowed).values())

    def near(self, words: str) -> Sequence[tuple[Article, Passage]]:
        """The passages with most of these words, best first."""
        hits = self._backend.search_words(words, NEAR, self._where)
        articles = self._backend.store.articles_by_id({each.article_id for each, _ in hits})
        return [(articles[each.article_id], each) for each, _ in hits if each.article_id in articles]
