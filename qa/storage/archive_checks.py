"""Whether an archive of a library is what it says, row by row, before anything of it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from qa.datatypes import Article
from qa.errors import LibraryError
from qa.loaders.article import article_id
from qa.storage.checks import ALIKE, are_unit
from qa.storage.tags import tag_of

TEXTS = (
    "id",
    "title",
    "text",
    "source",
    "url",
    "site",
    "language",
    "digest",
)  # the fields of an article that are texts
OPTIONAL = frozenset(("url", "site", "language"))  # those that may be null
LONGEST_LINE = 100_000_000  # bytes of one article with its passages
LARGEST_ABOUT = 1_000_000  # bytes of archive.json
SAMPLE = 8  # passages that are encoded again to see whether the archive's vectors are theirs


def article_of(row: Mapping[str, Any]) -> Article:
    """The article of a row. Raises ValueError, KeyError for what is none."""
    for name in TEXTS:
        is_text = isinstance(row[name], str) or (name in OPTIONAL and row[name] is None)
        _require(is_text, f"{name} is {_shown(row[name])}, not a text")
    authors, published = row["authors"], row["published"]
    _require(_are_texts(authors), f"authors are {_shown(authors)}, not texts")
    _require(published is None or isinstance(published, str), f"published is {_shown(published)}, not a day")
    truncated = row.get("truncated", False)
    _require(isinstance(truncated, bool), f"truncated is {_shown(truncated)}, not true or false")
    _require(article_id(row["text"]) == row["id"], f"the text of article {row['id'][:40]} is not the one it was")
    return Article(
        **{name: row[name] for name in TEXTS},
        published=date.fromisoformat(published) if published else None,
        authors=tuple(authors),
        pages=_pages_of(row),
        truncated=truncated,
    )


def _pages_of(row: Mapping[str, Any]) -> tuple[int, ...]:
    """Where the pages of a row's article begin; () where it has none. Raises ValueError."""
    pages, end = row.get("pages", []), len(row["text"])
    is_list = isinstance(pages, list) and all(type(each) is int and 0 <= each <= end for each in pages)
    _require(is_list and pages == sorted(pages), f"pages are {_shown(pages)}, not offsets into the text")
    return tuple(pages)


def tags_of(row: Mapping[str, Any]) -> tuple[str, list[str]]:
    """A source and its tags. Raises ValueError, KeyError for what is none."""
    source, tags = row["source"], row["tags"]
    _require(isinstance(source, str) and _are_texts(tags), f"{_shown(row)} are no tags of a source")
    return source, [tag_of(each) for each in tags]


def spans_of(row: Mapping[str, Any], article: Article) -> list[tuple[int, int]]:
    """The passages of a row in the text of its article. Raises ValueError, KeyError."""
    spans = row["passages"]
    _require(isinstance(spans, list) and bool(spans), f"article {article.id} has no passages")
    for span in spans:
        is_pair = isinstance(span, list) and len(span) == 2 and all(type(each) is int for each in span)
        _require(
            is_pair and 0 <= span[0] < span[1] <= len(article.text),
            f"article {article.id} has passages outside its text",
        )
    return [(start, end) for start, end in spans]


def holders_of(row: Mapping[str, Any]) -> tuple[Mapping[str, str], ...]:
    """The sources that hold a row's text. Raises ValueError, KeyError."""
    holders = row["holders"]
    _require(isinstance(holders, list) and bool(holders), "an article has no source")
    for each in holders:
        _require(isinstance(each, dict), "a source is no JSON object")
        _require(_are_texts([each["source"], each["origin"], each["digest"]]), "a source is not named by texts")
    return tuple(holders)


def vectors_from(file: IO[bytes], count: int, dimension: int, kind: np.dtype[Any]) -> NDArray[np.float32]:
    """The next vectors of the file, (count, dimension). Raises EOFError, ValueError for what are no unit vectors."""
    size = count * dimension * kind.itemsize
    data = file.read(size)
    if len(data) != size:
        raise EOFError("vectors.f16 is too short")
    vectors = np.frombuffer(data, kind).reshape(count, dimension).astype(np.float32)
    _require(bool(np.isfinite(vectors).all()), "vectors.f16 holds values that are not finite")
    _require(bool(are_unit(vectors).all()), "vectors.f16 holds vectors that are not of length 1")
    return vectors


def lines_of(file: IO[bytes], name: str) -> Iterator[bytes]:
    """The lines of a file in the archive. Raises LibraryError for one that is longer than any article."""
    while line := file.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise LibraryError(f"A line of {name} is longer than {LONGEST_LINE // 1_000_000} MB: no article is.")
        yield line


def are_alike(given: Sequence[NDArray[np.float32]], made: NDArray[np.float32]) -> bool:
    """Whether vectors, each (dimension,), are those that were made again, (n, dimension), of the same passages."""
    return all(float(one @ other) >= ALIKE for one, other in zip(given, made, strict=True))


def _are_texts(values: object) -> bool:
    return isinstance(values, list) and all(isinstance(each, str) for each in values)


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _shown(value: object) -> str:
    return repr(value)[:40]
