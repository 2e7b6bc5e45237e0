"""Sources in, articles out: one family of formats a file, chosen by content."""

from qa.loaders.article import article_id, build_article, normalise
from qa.loaders.dispatch import parse
from qa.loaders.document import Document
from qa.loaders.sources import discover, fetch

__all__ = ["Document", "article_id", "build_article", "discover", "fetch", "normalise", "parse"]
