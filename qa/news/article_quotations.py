"""Who says what in an article, whatever happens: a text that the finder fails on must not stop the others."""

from __future__ import annotations

import logging

from qa.datatypes import Article, Quotation
from qa.news.quotations import find_quotations

logger = logging.getLogger(__name__)


def quotations_of(article: Article) -> tuple[Quotation, ...]:
    """What is said in an article; nothing, and a line in the log, where the finder fails."""
    try:
        return find_quotations(article.text)
    except Exception as error:
        logger.warning("who says what in %s cannot be found", article.source, exc_info=error)
        return ()
