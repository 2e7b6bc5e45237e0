"""Who says what in articles that no finder, or an earlier one, has looked through."""

from __future__ import annotations

from qa.datatypes import Progress, ProgressCallback
from qa.storage.base import Store, batched

BATCH = 200  # articles looked through in one transaction


def find_missing(store: Store, progress: ProgressCallback) -> None:
    """Look through the articles that this version of the finder has not seen. The caller is in `Backend.changing`."""
    from qa.news.article_quotations import quotations_of
    from qa.news.quotations import FINDER_VERSION

    missing = store.without_quotations(FINDER_VERSION)
    done = 0
    for page in batched(missing, BATCH):
        articles = store.articles_by_id(page)
        with store.transaction() as transaction:
            for each, article in articles.items():
                transaction.put_quotations(each, quotations_of(article), FINDER_VERSION)
        done += len(page)
        progress(Progress("index", done, len(missing)))
