"""Is everything in a library as it should be? And what is derived from the truth, made anew where it is not.

The truth is the database: articles, passages, vectors. What is wrong there is told, never guessed at. The lexical
index, the snapshot of the vectors and what a killed process left behind can be mended without asking.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from embeddings.errors import VectorIndexError
from qa.datatypes import Finding, ProgressCallback
from qa.passages.encoding import PassageEncoder
from qa.storage.checks import NAMED, check_articles, check_settings, check_vectors
from qa.storage.local.compaction import delete, unfinished_files
from qa.storage.local.generation import Generation
from qa.storage.local.store import Store


def examine(
    library: Path, generation: Generation, passages: PassageEncoder, progress: ProgressCallback, *, repair: bool
) -> Iterator[Finding]:
    """Every check of a library's folder, in order of what depends on what. The caller holds the writer lock."""
    database = _database(generation.store)
    yield database
    if not database.sound:
        return  # nothing that is read from it could be believed
    yield from check_articles(generation.store, progress)
    yield check_vectors(generation.store, passages)
    yield check_settings(generation.store, passages, str(library))
    yield _lexical(generation, repair=repair)
    yield _snapshot(generation, repair=repair)
    yield _unfinished(library, generation, repair=repair)


def _database(store: Store) -> Finding:
    wrong = store.check()
    return Finding("database", not wrong, "; ".join(wrong[:NAMED]) or "SQLite finds nothing wrong with it")


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
    import numpy as np

    from embeddings.vectors import VectorIndex

    if not generation.dense.snapshot.exists():
        return Finding("vector snapshot", True, "none is needed yet")
    try:
        held = VectorIndex.load(generation.dense.snapshot)
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
        generation.dense.rebuild()
        generation.dense.save()
    return Finding("vector snapshot", False, detail, mended=repair)


def _unfinished(library: Path, generation: Generation, *, repair: bool) -> Finding:
    """What was cut short has left, and whether words of removed articles are in the files."""
    left = unfinished_files(library)
    if not left:
        gone = generation.store.removals()
        words = f"; the words of {gone:,} passages that have gone stay in the files until: article-qa compact"
        return Finding("leftovers", True, "nothing lies about" + (words if gone else ""))
    if repair:
        delete(left)
    names = ", ".join(path.name for path in left[:NAMED])
    return Finding("leftovers", False, names, mended=repair and not any(path.exists() for path in left))
