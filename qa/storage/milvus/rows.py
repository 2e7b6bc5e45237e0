"""Articles and passages as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.datatypes import Article
from qa.storage.listing import ArticleSummary
from qa.storage.milvus.client import Row
from qa.storage.milvus.schema import (
    MAX_BYTES,
    cut,
    day,
    host_key,
    indexed,
    joined,
    passage_id,
    pieces,
    published,
    site_key,
)

FILTERS = ("published", "site_key", "host_key", "sources")  # of an article, and of each of its passages
ARTICLE_FIELDS = (
    "id", "title", "source", "url", "authors", "site", "language", "digest", "characters", "pieces", *FILTERS,
)  # fmt: skip
PAGES = "-pages"  # the end of the key of a row that says where pages begin
TRUNCATED = "-truncated"  # of a row that says whether only the beginning of an article is here
PASSAGE_FIELDS = ("id", "article_id", "start", "end")
STATE_FIELDS = ("article_id", "digest", "siblings", "sources")  # whether an article's passages are those it has now


def article_row(article: Article, sources: Iterable[str]) -> Row:
    """The row of an article that these sources hold; its text is in rows of its own."""
    return {
        "id": article.id,
        "title": cut(article.title),
        "source": cut(article.source),
        "url": cut(article.url or ""),
        "authors": _names(article.authors),
        "site": cut(article.site or ""),
        "language": article.language or "",
        "digest": article.digest,
        "characters": len(article.text),
        "pieces": len(pieces(article.text)),
        "published": day(article.published),
        "site_key": cut(site_key(article.site)),
        "host_key": cut(host_key(article.url)),
        "sources": joined(sources),
    }


def _names(authors: Sequence[str]) -> str:
    """As many of them as the field holds."""
    kept = list(authors)
    while len((text := json.dumps(kept)).encode()) > 60_000:
        kept.pop()
    return text


def article_of(row: Mapping[str, Any], text: str, pages: str = "[]", *, truncated: bool = False) -> Article:
    """An article from its row, its text, and where its pages begin, as JSON."""
    return Article(
        id=row["id"],
        title=row["title"],
        text=text,
        source=row["source"],
        url=row["url"] or None,
        published=published(row["published"]),
        authors=tuple(json.loads(row["authors"])),
        site=row["site"] or None,
        language=row["language"] or None,
        digest=row["digest"],
        pages=tuple(json.loads(pages)),
        truncated=truncated,
    )


def listed(row: Mapping[str, Any]) -> ArticleSummary:
    """What a list shows of an article, from its row."""
    return ArticleSummary(
        row["id"], row["title"], row["source"], row["url"] or None, row["site"] or None, published(row["published"])
    )


def text_rows(article: Article) -> list[Row]:
    """The text of an article in pieces that fit into a field each."""
    return [
        {"key": f"{article.id}-{number:06d}", "article_id": article.id, "text": piece}
        for number, piece in enumerate(pieces(article.text))
    ]


def pages_row(article: Article) -> Row:
    """Where the pages of a PDF begin, beside the pieces of its text: it is read with them, and goes with them."""
    text = json.dumps(article.pages)
    return {"key": f"{article.id}{PAGES}", "article_id": article.id, "text": text if len(text) <= MAX_BYTES else "[]"}


def truncated_key(article_id: str) -> str:
    """The key of the row beside the pieces of a text that says whether they are only the beginning."""
    return f"{article_id}{TRUNCATED}"


def truncated_row(article: Article) -> Row:
    """Whether only the beginning of an article is here."""
    return {"key": truncated_key(article.id), "article_id": article.id, "text": str(int(article.truncated))}


def passage_rows(
    article: Article, row: Row, spans: Sequence[tuple[int, int]], vectors: NDArray[np.float32]
) -> list[Row]:
    """The passages of an article, whose own row is `row`; vectors are (passages, dimension)."""
    return [
        {
            "id": passage_id(article.id, start, end),
            "article_id": article.id,
            "start": start,
            "end": end,
            "siblings": len(spans),
            "terms": indexed(article.title, article.text[start:end], article.language),
            "dense": vector.tolist(),
            **state(row),
        }
        for (start, end), vector in zip(spans, vectors, strict=True)
    ]


def state(row: Row) -> Row:
    """What a passage repeats of its article."""
    return {name: row[name] for name in ("digest", *FILTERS)}
