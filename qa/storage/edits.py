"""What was corrected by hand of an article. It is kept by source, so that it outlives the text that was read then."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qa.datatypes import Article
from qa.loaders.article import build_article


@dataclass(frozen=True, slots=True)
class Edit:
    """The corrected fields of the article that a source holds: None leaves one as its source has it, "" takes it out.

    `article_id` and `own_title` are what the source held when it was first corrected. A row of a table has its source
    from its place, so that another article may stand there later: it is corrected only where one of both is the same.
    """

    article_id: str
    own_title: str
    title: str | None = None
    published: date | Literal[""] | None = None
    authors: tuple[str, ...] | None = None
    site: str | None = None

    def fits(self, article: Article) -> bool:
        """Whether an article that was read from the source is the one that was corrected, in whatever version."""
        is_alone = "#" not in article.source
        return is_alone or article.id == self.article_id or article.title == self.own_title


def corrected(article: Article, edit: Edit | None) -> Article:
    """The article with what was corrected of it by hand; its text, and so its id and all offsets, stay."""
    if edit is None or not edit.fits(article):
        return article
    return build_article(
        title=article.title if edit.title is None else edit.title,
        text=article.text,
        source=article.source,
        url=article.url,
        published=article.published if edit.published is None else edit.published or None,
        authors=article.authors if edit.authors is None else edit.authors,
        site=article.site if edit.site is None else edit.site,
        language=article.language,
        pages=article.pages,
        truncated=article.truncated,
    )


def edit_to_json(edit: Edit) -> str:
    """The edit as one text."""
    day = edit.published.isoformat() if edit.published else edit.published
    values = {"article_id": edit.article_id, "own_title": edit.own_title, "title": edit.title, "published": day}
    return json.dumps({**values, "authors": edit.authors, "site": edit.site}, ensure_ascii=False)


def edit_from_json(text: str) -> Edit:
    """What `edit_to_json` was given. Raises ValueError, KeyError for what is none."""
    row = json.loads(text)
    if not isinstance(row, Mapping):
        raise ValueError("an edit is no JSON object")
    for name in ("article_id", "own_title", "title", "published", "site"):
        optional = name not in ("article_id", "own_title")
        if not (isinstance(row[name], str) or (optional and row[name] is None)):
            raise ValueError(f"{name} of an edit is {row[name]!r:.40}, not a text")
    authors, day = row["authors"], row["published"]
    if authors is not None and not (isinstance(authors, list) and all(isinstance(each, str) for each in authors)):
        raise ValueError(f"authors of an edit are {authors!r:.40}, not texts")
    return Edit(
        article_id=row["article_id"],
        own_title=row["own_title"],
        title=row["title"],
        published=date.fromisoformat(day) if day else "" if day == "" else None,
        authors=None if authors is None else tuple(authors),
        site=row["site"],
    )
