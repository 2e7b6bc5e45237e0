"""A guide to a library, made once for each state of it and kept in a small file.

    article-qa/guide/1    revision, questions, names

Its questions are made from the newest articles and were really asked: each has a sure answer, at the place that it was
made from.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from qa.datatypes import Article
from qa.errors import ArticleNotFound
from qa.files import write_atomically
from qa.guide.names import main_names
from qa.questions.suggestions import Ask, suggestions
from qa.samples import is_sample
from qa.storage.listing import ArticleSummary

if TYPE_CHECKING:
    from qa.library import Library

FORMAT = "article-qa/guide/1"
SURE = 0.7  # the least confidence of an answer whose question is offered
QUESTIONS = 3
TRIED = 12  # articles that are looked through for a question
NAMED = 100  # articles whose names are counted
LOOKED_THROUGH = 200  # of the newest articles, to find those that are no samples


@dataclass(frozen=True, slots=True)
class Guide:
    """What can be asked of a library as it is at a revision."""

    revision: int
    questions: tuple[str, ...]
    names: tuple[str, ...]


def newest_articles(library: Library, count: int) -> list[ArticleSummary]:
    """The newest articles, the user's own before the samples; undated ones last."""
    listed = library.listing(limit=LOOKED_THROUGH).articles
    own = [each for each in listed if not is_sample(each.source)]
    return (own or list(listed))[:count]


def make_guide(ask: Ask, library: Library) -> Guide:
    """Ask the library what it can be asked. Takes as long as some dozen questions; raises what `ask` raises."""
    revision = library.refresh()
    named = [article for each in newest_articles(library, NAMED) if (article := _stored(library, each.id))]
    names = main_names(((each.title, each.text) for each in named), library.sources())
    return Guide(revision, tuple(islice(_questions(ask, library, named[:TRIED]), QUESTIONS)), tuple(names))


def _questions(ask: Ask, library: Library, articles: list[Article]) -> Iterator[str]:
    asked: list[str] = []
    for article in articles:
        for found in suggestions(ask, library.article, article, asked, count=1, confidence=SURE):
            asked.append(found.question)
            yield found.question


def _stored(library: Library, article_id: str) -> Article | None:
    """The article; None when it has gone meanwhile."""
    with suppress(ArticleNotFound):
        return library.article(article_id)
    return None


def kept_guide(path: Path) -> Guide | None:
    """The guide that was kept in a file; None where there is none, or none that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        values = json.loads(path.read_text("utf-8"))
        questions, names = values["questions"], values["names"]
        if values["format"] == FORMAT and all(isinstance(each, str) for each in (*questions, *names)):
            return Guide(int(values["revision"]), tuple(questions), tuple(names))
    return None


def keep_guide(path: Path, guide: Guide) -> None:
    """Write it; where nothing can be written, the next start makes it anew."""
    with suppress(OSError):
        write_atomically(path, json.dumps({"format": FORMAT, **asdict(guide)}).encode(), 0o600)
