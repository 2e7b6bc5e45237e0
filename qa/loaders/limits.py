"""The limits that a source has to keep: its size in bytes, and the length of its text in characters."""

from __future__ import annotations

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.document import Document

MEGABYTE = 1024 * 1024


def check_size(document: Document, settings: Settings) -> None:
    """Raises LoadError when the document holds more than `max_file_mb`."""
    if len(document.data) > settings.max_file_mb * MEGABYTE:
        raise too_large(document.origin, settings)


def check_not_empty(document: Document) -> None:
    """Raises LoadError when nothing but white space and zero bytes is in the document."""
    if not document.data.strip(b"\0 \t\r\n\f\v\xef\xbb\xbf"):
        raise LoadError(document.origin, "It is empty.", "Check that it was saved or downloaded completely.")


def too_large(source: str, settings: Settings) -> LoadError:
    """The failure of a source beyond `max_file_mb`."""
    return LoadError(
        source,
        f"It is larger than the limit of {settings.max_file_mb} MB.",
        "Split it into smaller files, or raise the setting max_file_mb.",
    )


def checked(article: Article, settings: Settings) -> Article | Failure:
    """The article, unless its text is too short or too long to be one."""
    size = len(article.text)
    if size < settings.min_article_chars:
        what = "There is no text in it." if not size else f"Its text is only {size} characters long."
        return Failure(
            article.source, what, f"An article needs at least {settings.min_article_chars} (setting min_article_chars)."
        )
    if size > settings.max_article_chars:
        return Failure(
            article.source,
            f"Its text is {size:,} characters long; the limit is {settings.max_article_chars:,}.",
            "Split it, or raise the setting max_article_chars.",
        )
    return article
