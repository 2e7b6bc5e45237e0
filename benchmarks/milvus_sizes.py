"""What a million passages take on Milvus, from the sizes of the fields, measured over the sample articles.

    python benchmarks/milvus_sizes.py

Nothing is connected to: the rows are made as for writing and their bytes are counted. Compression, replicas and what
Milvus keeps beside them are not in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import parse
from qa.passages.chunking import chunk
from qa.samples import documents
from qa.storage.base import SourceRecord
from qa.storage.milvus.records import record, source_record
from qa.storage.milvus.rows import article_row, passage_rows, text_rows

MILLION = 1_000_000
DIMENSION = 384
STUB_BYTES = 8  # the vector of two numbers that Milvus wants in every collection
TERM_BYTES = 8  # of a sparse vector: the number of the term and its count
LINKS_BYTES = 2 * 18 * 4  # of a vector in an HNSW index with M = 18


def size(value: Any) -> int:
    """Bytes of a field's value: text in UTF-8, vectors as float32, numbers in eight bytes."""
    if isinstance(value, str):
        return len(value.encode())
    return 4 * len(value) if isinstance(value, list) else 8


def counted(rows: Iterable[dict[str, Any]], stub: int = STUB_BYTES) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows:
        total.update({name: size(value) for name, value in row.items()})
        total["stub"] += stub
    return total


def main() -> None:
    settings = Settings()
    articles = [each for document in documents() for each in parse(document, settings) if isinstance(each, Article)]
    by_collection: dict[str, Counter[str]] = {}
    passages = 0
    terms = 0
    for article in articles:
        size, overlap = settings.passage_words, settings.overlap_words
        spans = chunk(article.text, words=size, overlap=overlap, language=article.language)
        passages += len(spans)
        row = article_row(article, [article.source])
        made = passage_rows(article, row, spans, np.zeros((len(spans), DIMENSION), np.float32))
        terms += sum(len(set(each["terms"].split())) for each in made)
        held = SourceRecord(article.source, article.id, article.digest)
        told = [source_record(article.source, held), record("origin", article.source, digest=article.digest)]
        for name, counts in {
            "passages": counted(made, stub=0),
            "articles": counted([row]),
            "texts": counted(text_rows(article)),
            "records": counted(told),
        }.items():
            by_collection.setdefault(name, Counter()).update(counts)
    by_collection["passages"]["sparse"] = terms * TERM_BYTES
    scale = MILLION / passages
    print(
        f"{len(articles)} articles, {passages} passages; a million passages: {round(len(articles) * scale):,} articles"
    )
    for name, counts in by_collection.items():
        print(f"{name:10} {sum(counts.values()) * scale / 1e9:6.2f} GB", end="  ")
        print(*(f"{field} {round(total / passages)}" for field, total in counts.most_common(12)), "(bytes a passage)")
    vectors = MILLION * (4 * DIMENSION + LINKS_BYTES) / 1e9
    print(f"indexes    {vectors:6.2f} GB of vectors (HNSW), {terms * TERM_BYTES * scale / 1e9:.2f} GB of terms")


if __name__ == "__main__":
    main()
