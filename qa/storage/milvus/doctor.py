"""Is everything in a library on Milvus as it should be? What a killed process has left is taken out.

Texts, passages and vectors are looked at as in a library in a folder. What is asked besides is what a file cannot have:
rows that belong to nothing, sources without their article, and generations that nobody fills.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from qa.datatypes import Finding, ProgressCallback
from qa.passages.encoding import PassageEncoder
from qa.storage.base import PAGE, batched
from qa.storage.checks import NAMED, check_articles, check_settings, check_vectors
from qa.storage.milvus.client import one_of
from qa.storage.milvus.rebuild import MARK
from qa.storage.milvus.records import QUOTES
from qa.storage.milvus.store import MilvusStore
from qa.storage.milvus.transaction import is_complete


def examine(
    store: MilvusStore, passages: PassageEncoder, location: str, progress: ProgressCallback, *, repair: bool
) -> Iterator[Finding]:
    """Every check. What others are writing at this moment may look unfinished: then look again."""
    yield _texts(store, repair=repair)
    yield _sources(store, repair=repair)
    yield _unheld(store, repair=repair)
    yield _strays(store, repair=repair)
    yield _generations(store, repair=repair)
    yield _passages(store)
    yield from check_articles(store, progress)
    yield check_vectors(store, passages)
    yield check_settings(store, passages, location)


def _texts(store: MilvusStore, *, repair: bool) -> Finding:
    """An article without its text cannot be shown: its files are to be read again."""
    lost = [
        each
        for page in batched(store.article_ids(), PAGE)
        for each in set(store.article_rows(page, strong=True)) - store.articles_by_id(page).keys()
    ]
    if lost and repair:
        with store.transaction() as transaction:
            for each in lost:
                transaction.release_article(each)
    detail = f"{len(lost):,} have lost it; add or sync their files again" if lost else "every article has its own"
    return Finding("pieces of text", not lost, detail, mended=bool(lost) and repair)


def _passages(store: MilvusStore) -> Finding:
    """Every article has all of its passages, with what filters look at."""
    current = store.generations.current()
    wrong: list[str] = []
    for page in batched(store.article_ids(), PAGE):
        states = store.states(current, page) if current else {}
        rows = store.article_rows(page, strong=True)
        wrong += [each for each, row in rows.items() if not is_complete(states.get(each, []), row)]
    named = ", ".join(wrong[:NAMED])
    detail = f"{len(wrong):,} lack some: {named}; make them anew with: article-qa rebuild" if wrong else "all have them"
    return Finding("whole articles", not wrong, detail)


def _sources(store: MilvusStore, *, repair: bool) -> Finding:
    """A source whose article is not there has to be read again."""
    rows = store.records.where(one_of("kind", ["source"]), strong=True)
    there = _there(store, {row["article_id"] for row in rows})
    lost = [row for row in rows if row["article_id"] not in there]
    if lost and repair:
        with store.transaction() as transaction:
            transaction.release([row["name"] for row in lost])
    detail = f"{len(lost):,} name an article that is not there" if lost else f"each of {len(rows):,} has its article"
    return Finding("sources", not lost, detail, mended=bool(lost) and repair)


def _unheld(store: MilvusStore, *, repair: bool) -> Finding:
    """An article that no source holds should have gone with the last one."""
    ids = store.article_ids()
    unheld = [
        each for page in batched(ids, PAGE) for each in set(page) - store.sources.holders_of(page, strong=True).keys()
    ]
    if unheld and repair:
        with store.transaction() as transaction:
            transaction.look_again(unheld)
    detail = f"{len(unheld):,} articles have none" if unheld else f"all {len(ids):,} articles have one"
    return Finding("holders", not unheld, detail, mended=bool(unheld) and repair)


def _strays(store: MilvusStore, *, repair: bool) -> Finding:
    """Passages, texts and quotations of no article: of one that was being added, or removed, when its process died."""
    collections = [store.names.texts, *filter(None, [store.generations.current()])]
    found = 0
    for collection in collections:
        ids = {row["article_id"] for row in store.client.rows(collection, "", ["article_id"], strong=True)}
        strays = ids - _there(store, ids)
        found += len(strays)
        if repair:
            store.client.delete(collection, "article_id", sorted(strays))
    quoted = {row["article_id"] for row in store.records.where(one_of("kind", [QUOTES]), strong=True)}
    strays = quoted - _there(store, quoted)
    found += len(strays)
    if repair:
        store.records.delete(store.quotation_keys(strays))
    detail = f"rows of {found:,} articles that are not there" if found else "every row belongs to an article"
    return Finding("strays", not found, detail, mended=bool(found) and repair)


def _there(store: MilvusStore, ids: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for page in batched(sorted(ids), PAGE):
        found |= store.article_rows(page, strong=True).keys()
    return found


def _generations(store: MilvusStore, *, repair: bool) -> Finding:
    """What a rebuild has begun stays, for the next one goes on with it."""
    left = [] if store.records.value(MARK, strong=True) else store.generations.others()
    if repair:
        for name in left:
            store.generations.drop(name)
    detail = ", ".join(left[:NAMED]) or "nothing lies about"
    return Finding("leftovers", not left, detail, mended=bool(left) and repair)
