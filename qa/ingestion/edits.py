"""An article corrected by hand, for each of the sources that hold its text."""

from __future__ import annotations

from qa.datatypes import Article
from qa.loaders.document import is_url
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.base import SourceRecord, Store, Transaction
from qa.storage.edits import Edit, corrected


def store_edit(store: Store, passages: PassageEncoder, article: Article, edit: Edit) -> Article:
    """Store the edit of an article that is stored; the article as it is now.

    Its passages are encoded again only where the title has changed, which the encoder sees. The caller is in
    `Backend.changing`. Raises ModelError.
    """
    changed = corrected(article, edit)
    spans = passages.chunk(changed) if article.title != changed.title else []
    prepared = PreparedArticle(changed, changed.source, spans)
    vectors = passages.encode([prepared]) if spans else {}
    holders = store.sources.holders_of([article.id]).get(article.id, {})
    with store.transaction() as transaction:
        transaction.put(changed)
        if vectors:
            transaction.put_passages(changed.id, spans, vectors[changed.id])
            transaction.set_meta("fingerprint", passages.fingerprint)
        for source, held in holders.items():
            transaction.set_edit(source, edit)
            transaction.hold(source, held.origin, changed.id, changed.digest)
        _keep_origins(store, transaction, holders)
        transaction.settle()
    return changed


def _keep_origins(store: Store, transaction: Transaction, holders: dict[str, SourceRecord]) -> None:
    """The files and URLs are as they were: none of them has to be read again."""
    for origin in {held.origin for held in holders.values()}:
        if digest := store.sources.origin_digest(origin):
            transaction.set_origin(origin, digest)
            if is_url(origin):
                transaction.set_version(origin, store.sources.version(origin))
