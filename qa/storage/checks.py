"""What `article-qa doctor` checks of every store, wherever it lies: texts, passages, vectors, settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from qa.datatypes import Article, Finding, Passage, Progress, ProgressCallback
from qa.errors import QAError
from qa.loaders.article import article_id
from qa.passages.encoding import PassageEncoder
from qa.passages.fingerprint import check
from qa.storage.base import PAGE, Store, batched

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAMPLE = 64  # passages encoded again
ALIKE = 0.98  # cosine of a stored vector with one made now; float16 and bfloat16 cost less than half of the difference
NAMED = 5  # articles named in a finding
VECTORS = 4096  # read at a time

_REBUILD = "make them anew with: article-qa rebuild"


def check_articles(store: Store, progress: ProgressCallback) -> Iterator[Finding]:
    """Two findings: texts against their ids, and passages against their texts."""
    ids = store.article_ids()
    changed, outside, uncovered = list[str](), list[str](), list[str]()
    done = count = 0
    for page in batched(ids, PAGE):
        for each, article in store.articles_by_id(page).items():
            passages = store.passages_of(each)
            count += len(passages)
            if article_id(article.text) != each:
                changed.append(each)
            if any(not 0 <= passage.start < passage.end <= len(article.text) for passage in passages):
                outside.append(each)
            elif _uncovered(article, passages):
                uncovered.append(each)
        done += len(page)
        progress(Progress("read", done, len(ids)))
    yield Finding("texts", not changed, _named(changed) or f"all {len(ids):,} are the ones that their ids name")
    wrong = [*outside, *uncovered]
    yield Finding("passages", not wrong, _named(wrong) or f"all {count:,} lie in their texts, and cover them")


def _uncovered(article: Article, passages: list[Passage]) -> bool:
    """Whether any word of the text is in no passage."""
    reached = 0
    for passage in passages:
        if article.text[reached : passage.start].strip():
            return True
        reached = max(reached, passage.end)
    return bool(article.text[reached:].strip())


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"{', '.join(ids[:NAMED])}{more}: remove and add them again" if ids else ""


def check_vectors(store: Store, encoder: PassageEncoder) -> Finding:
    """All vectors for length and sense, and some against their texts, which are encoded again."""
    import numpy as np

    _, ids = store.passage_ids()
    if bad := sum(_bad_vectors(store, ids[first : first + VECTORS]) for first in range(0, len(ids), VECTORS)):
        return Finding("vectors", False, f"{bad:,} of {len(ids):,} are no unit vectors; {_REBUILD}")
    if not len(ids):
        return Finding("vectors", True, "there are none yet")
    sample = np.sort(np.random.default_rng().choice(ids, min(SAMPLE, len(ids)), replace=False))
    passages = store.passages(sample.tolist())
    articles = store.articles_by_id({passage.article_id for passage in passages})
    pairs = [(articles[each.article_id], each) for each in passages if each.article_id in articles]
    again = encoder.encode_stored(pairs)
    stored = store.vectors([passage.id for _, passage in pairs])
    alike = (again * stored).sum(axis=1) if again.shape == stored.shape else np.zeros(len(pairs))
    if off := int((alike < ALIKE).sum()):
        return Finding("vectors", False, f"{off} of {len(pairs)} do not belong to their texts; {_REBUILD}")
    detail = f"{len(pairs)} made again agree with those stored, all {len(ids):,} are unit vectors"
    return Finding("vectors", True, detail)


def _bad_vectors(store: Store, ids: NDArray[np.int64]) -> int:
    """How many of these are not finite, or not of length 1."""
    _, vectors = store.stored_vectors(ids)
    return int((~are_unit(vectors)).sum())


def are_unit(vectors: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Of vectors (n, d), which are finite and of length 1, as far as float16 keeps it: (n,)."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1)
    near: NDArray[np.bool_] = np.isfinite(lengths) & (np.abs(lengths - 1) <= 0.02)
    return near


def check_settings(store: Store, encoder: PassageEncoder, location: str) -> Finding:
    """Whether what is stored was made with the settings in force."""
    try:
        check(store.fingerprint(), encoder.fingerprint, location)
    except QAError as error:
        return Finding("settings", False, str(error))
    return Finding("settings", True, "encoder and passages are those of the settings in force")
