"""A new generation from the articles of the old one: passages, vectors and indexes anew.

It is filled aside, page by page, under a mark that says what it is being made from. Cut short, the next rebuild goes on
with it if nothing has changed since; otherwise it is thrown away. Only a generation that has been checked is handed
over to be put in force.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback
from qa.errors import LibraryError
from qa.files import bytes_below, make_private
from qa.loaders.article import article_id
from qa.passages.encoding import PassageEncoder, PreparedArticle
from qa.storage.base import PAGE, batched
from qa.storage.local import folder as folders
from qa.storage.local.folder import generation_folder
from qa.storage.local.generation import Generation
from qa.storage.local.store import Store

ROOM = 1.2  # free disk wanted, as a multiple of what the old generation takes
SPARE_BYTES = 50_000_000


def rebuilt(
    library: Path,
    old: Generation,
    passages: PassageEncoder,
    settings: Settings,
    progress: ProgressCallback,
) -> tuple[Generation, list[Failure]]:
    """The new generation, complete, checked and not yet in force; and the articles that could not be cut into passages.

    Passage ids and revisions go on where the old ones end, so what was remembered of the old ones never fits by
    chance. The caller holds the writer lock. Interrupted, what is done so far is kept; after an error, nothing is.
    """
    mark = json.dumps({"from": old.name, "revision": old.store.revision(), "fingerprint": passages.fingerprint})
    with _unfinished(library, old, mark) as generation:
        failures = _copy(old.store, generation.store, passages, settings, progress)
        complete(old.store, generation, progress)
        (generation.folder / folders.MARK).unlink()
    return generation, failures


def complete(old: Store, new: Generation, progress: ProgressCallback) -> None:
    """Make the indexes of a new generation. Raises LibraryError if it cannot take the place of the old one."""
    progress(Progress("index", 0, 1))
    new.catch_up_lexical()
    new.catch_up_vectors()
    _check(old, new)
    if new.wants_snapshot():
        new.dense.save()
    progress(Progress("index", 1, 1))


@contextmanager
def _unfinished(library: Path, old: Generation, mark: str) -> Iterator[Generation]:
    """The generation that a rebuild under this mark began, or a new one."""
    name = folders.unfinished_name(library)
    if name is not None and not _is_of(generation_folder(library, name), mark):
        name = None
    folders.delete_others(library, keep=name)
    check_room(library, old, "Rebuilding", bytes_below(generation_folder(library, name)) if name else 0)
    folder = generation_folder(library, name or folders.next_name(library))
    try:
        if name is None:
            _begin(folder, old.store, mark)
        yield Generation(folder)
    except Exception:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _is_of(folder: Path, mark: str) -> bool:
    """Whether a generation was begun under this mark, and can be gone on with."""
    try:
        if (folder / folders.MARK).read_bytes() != mark.encode():
            return False
        store = Store(folder / "library.db")
        try:
            return not store.check()
        finally:
            store.close()
    except (LibraryError, OSError):
        return False


def _begin(folder: Path, old: Store, mark: str) -> None:
    """The mark comes last: a folder without one is not gone on with."""
    make_private(folder)
    new = Store.create(folder / "library.db")
    with new.transaction() as transaction:
        transaction.start_after(old.last_passage_id(), old.revision())
        transaction.set_meta("fingerprint", json.loads(mark)["fingerprint"])
    new.close()
    (folder / folders.MARK).write_text(mark, "utf-8")


def check_room(library: Path, old: Generation, doing: str, there: int = 0) -> None:
    """Raise LibraryError unless a second generation fits on the disk, of which `there` bytes are there already."""
    wanted = ROOM * bytes_below(old.folder) + SPARE_BYTES - there
    free = shutil.disk_usage(library).free
    if free < wanted:
        raise LibraryError(
            f"{doing} needs about {wanted / 1e6:,.0f} MB beside the library at {library}, and {free / 1e6:,.0f} MB "
            "are free there. Make room, or move the library to a larger disk."
        )


def _copy(
    old: Store, new: Store, passages: PassageEncoder, settings: Settings, progress: ProgressCallback
) -> list[Failure]:
    """Every article that is not there yet, with the sources that hold it; then what is known of files and URLs."""
    failures: list[Failure] = []
    ids = old.article_ids()
    there = set(new.article_ids())
    done = len(there)
    for page in batched((each for each in ids if each not in there), settings.batch_articles):
        articles = list(old.articles_by_id(page).values())
        prepared = _prepared(articles, passages, failures)
        vectors = passages.encode(prepared)
        holders = old.sources.holders_of(page)
        with new.transaction() as transaction:
            for each in prepared:
                transaction.put(each.article)
                if each.spans:
                    transaction.put_passages(each.article.id, each.spans, vectors[each.article.id])
                for source, held in holders.get(each.article.id, {}).items():
                    transaction.hold(source, held.origin, held.article_id, held.digest)
        done += len(page)
        progress(Progress("encode", done, len(ids), articles[-1].title if articles else ""))
    with new.transaction() as transaction:
        for origin, digest in old.sources.origins().items():
            transaction.set_origin(origin, digest)
        for origin, (digest, remembered) in old.sources.failures().items():
            transaction.set_failures(origin, digest, remembered)
        for origin, version in old.sources.versions().items():
            transaction.set_version(origin, version)
        for source, edit in old.sources.edits().items():
            transaction.set_edit(source, edit)
        transaction.note_entries(old.sources.entries())
    return failures


def _check(old: Store, generation: Generation) -> None:
    """Nothing may be missing or changed: what is handed over replaces the only copy."""
    ids = old.article_ids()
    if set(generation.store.article_ids()) != set(ids):
        raise LibraryError("The new library does not hold the same articles. The old one stays; try again.")
    for page in batched(ids, PAGE):
        texts = generation.store.articles_by_id(page)
        if any(each not in texts or article_id(texts[each].text) != each for each in page):
            raise LibraryError("The new library holds a text that was changed. The old one stays: article-qa doctor")
    vectors = 0 if generation.vectors is None else len(generation.vectors)
    if not len(generation.lexical) == vectors == generation.store.size().passages:
        raise LibraryError("The new indexes are not complete. The old library stays; try again.")


def _prepared(articles: list[Article], passages: PassageEncoder, failures: list[Failure]) -> list[PreparedArticle]:
    """One that cannot be cut keeps its place without passages: nothing that was stored is lost."""
    prepared = []
    for article in articles:
        spans = passages.chunk_stored(article)
        if isinstance(spans, Failure):
            failures.append(spans)
            spans = []
        prepared.append(PreparedArticle(article, article.source, spans))
    return prepared
