"""The limits that the settings set to files and articles."""

from __future__ import annotations

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError

MEGABYTE = 1024 * 1024


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
