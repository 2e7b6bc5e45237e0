"""Is everything in a library as it should be? And what is derived from the truth, made anew where it is not.

The truth is the database: articles, passages, vectors. What is wrong there is told, never guessed at. The lexical
index, the snapshot of the vectors and what a killed process left behind can be mended without asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embeddings.encoder import Encoder
from embeddings.errors import VectorIndexError
from qa.datatypes import Article, Passage, Progress, ProgressCallback
from qa.errors import QAError, mapped
from qa.loaders.article import article_id
from qa.passages.chunking import encoder_text
from qa.storage.local import generation as generations
from qa.storage.local.compaction import delete, leftovers
from qa.storage.local.generation import Generation
from qa.storage.local.store import PAGE, Store, batched

if TYPE_CHECKING:
    from qa.library import Library

SAMPLE = 64  # passages encoded again
ALIKE = 0.98  # cosine of a stored vector with one made now; float16 and bfloat16 cost less than half of the difference
NAMED = 5  # articles named in a finding


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `mended`: it was not sound, and is now."""

    check: str
    sound: bool
    detail: str
    mended: bool = False


def examine(library: Library, progress: ProgressCallback, *, repair: bool = True) -> Iterator[Finding]:
    """Every check, in order of what depends on what. The caller holds the writer lock."""
    generation = library.generation
    database = _database(generation.store)
    yield database
    if not database.sound:
        return  # nothing that is read from it could be believed
    yield from check_articles(generation.store, progress)
    yield check_vectors(generation.store, library.encoder)
    yield check_fingerprint(library)
    yield _lexical(generation, repair=repair)
    yield _snapshot(generation, repair=repair)
    yield _leftovers(library.path, generation, repair=repair)


def _database(store: Store) -> Finding:
    wrong = store.check()
    return Finding("database", not wrong, "; ".join(wrong[:NAMED]) or "SQLite finds nothing wrong with it")


def check_articles(store: Store, progress: ProgressCallback) -> Iterator[Finding]:
    """Texts against their ids, passages against their texts."""
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


def check_vectors(store: Store, encoder: Encoder) -> Finding:
    """All of them for length and sense, some against their texts."""
    _, ids = store.passage_ids()
    bad = 0
    for first in range(0, len(ids), generations.PAGE):
        _, vectors = store.stored_vectors(ids[first : first + generations.PAGE])
        lengths = np.linalg.norm(vectors, axis=1)
        bad += int((~np.isfinite(lengths) | (np.abs(lengths - 1) > 0.02)).sum())
    if bad:
        return Finding("vectors", False, f"{bad:,} of {len(ids):,} are no unit vectors; {_REBUILD}")
    if not len(ids):
        return Finding("vectors", True, "there are none yet")
    sample = np.sort(np.random.default_rng().choice(ids, min(SAMPLE, len(ids)), replace=False))
    passages = store.passages(sample.tolist())
    articles = store.articles_by_id({passage.article_id for passage in passages})
    passages = [passage for passage in passages if passage.article_id in articles]
    texts = [
        encoder_text(articles[each.article_id].title, articles[each.article_id].text[each.start : each.end])
        for each in passages
    ]
    with mapped():
        again = encoder.encode_passages(texts)
    stored = store.vectors([passage.id for passage in passages])
    alike = (again * stored).sum(axis=1) if again.shape == stored.shape else np.zeros(len(passages))
    off = int((alike < ALIKE).sum())
    detail = f"{len(passages)} made again agree with those stored, all {len(ids):,} are unit vectors"
    return Finding(
        "vectors", not off, f"{off} of {len(passages)} do not belong to their texts; {_REBUILD}" if off else detail
    )


def check_fingerprint(library: Library) -> Finding:
    try:
        library.check_fingerprint()
    except QAError as error:
        return Finding("settings", False, str(error))
    return Finding("settings", True, "encoder and passages are those of the settings in force")


def _lexical(generation: Generation, *, repair: bool) -> Finding:
    revision, ids = generation.store.passage_ids()
    generation.lexical.refresh()
    held = len(generation.lexical)
    if (generation.lexical.revision, held) == (revision, len(ids)):
        return Finding("lexical index", True, f"{held:,} passages at revision {revision}")
    detail = f"{held:,} passages at revision {generation.lexical.revision}, not {len(ids):,} at {revision}"
    if repair:
        generation.rebuild_lexical()
    return Finding("lexical index", False, detail, mended=repair and len(generation.lexical) == len(ids))


def _snapshot(generation: Generation, *, repair: bool) -> Finding:
    """A snapshot may be older than the library, but what it holds of it must be right."""
    from embeddings.vectors import VectorIndex

    if not generation.snapshot.exists():
        return Finding("vector snapshot", True, "none is needed yet")
    try:
        held = VectorIndex.load(generation.snapshot)
    except VectorIndexError as error:
        detail = str(error)
    else:
        changes = generation.store.changes_since(held.revision)
        _, ids = generation.store.passage_ids()
        there = np.setdiff1d(held.ids(), changes.removed)  # may hold some of what came later: that is taken twice
        if np.isin(there, ids).all() and np.isin(np.setdiff1d(ids, changes.added), there).all():
            return Finding("vector snapshot", True, f"{len(held):,} passages at revision {held.revision}")
        detail = f"it holds other passages than revision {held.revision} has"
    if repair:
        generation.rebuild_vectors()
        generation.save_vectors()
    return Finding("vector snapshot", False, detail, mended=repair)


def _leftovers(library: Path, generation: Generation, *, repair: bool) -> Finding:
    """What was cut short has left, and whether words of removed articles are in the files."""
    left = leftovers(library)
    if not left:
        gone = generation.store.removals()
        words = f"; the words of {gone:,} passages that have gone stay in the files until: article-qa compact"
        return Finding("leftovers", True, "nothing lies about" + (words if gone else ""))
    if repair:
        delete(left)
    names = ", ".join(path.name for path in left[:NAMED])
    return Finding("leftovers", False, names, mended=repair and not any(path.exists() for path in left))


_REBUILD = "make them anew with: article-qa rebuild"


def _named(ids: list[str]) -> str:
    more = f" and {len(ids) - NAMED:,} more" if len(ids) > NAMED else ""
    return f"{', '.join(ids[:NAMED])}{more}: remove and add them again" if ids else ""
