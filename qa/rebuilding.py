"""A new generation from the articles of the old one: passages, vectors and indexes anew."""

from __future__ import annotations

import shutil
from pathlib import Path

from embeddings.encoder import Encoder
from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback
from qa.generations import Generation, generation_folder, make_private, next_name
from qa.passages import Read, cut, encode
from qa.store import Store, batched


def rebuilt(
    library: Path,
    old: Store,
    encoder: Encoder,
    settings: Settings,
    fingerprint: str,
    progress: ProgressCallback,
) -> tuple[Generation, list[Failure]]:
    """The new generation, complete but not yet in force, and the articles that could not be cut into passages.

    Passage ids and revisions go on where the old ones end, so what was remembered of the old ones never fits by
    chance. The caller holds the writer lock.
    """
    folder = generation_folder(library, next_name(library))
    make_private(folder)
    try:
        Store.create(folder / "library.db").close()
        generation = Generation(folder)
        failures = _copy(old, generation.store, encoder, settings, fingerprint, progress)
        progress(Progress("index", 0, 1))
        generation.catch_up_lexical()
        generation.catch_up_vectors()
        if generation.wants_snapshot():
            generation.save_vectors()
        progress(Progress("index", 1, 1))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return generation, failures


def _copy(
    old: Store, new: Store, encoder: Encoder, settings: Settings, fingerprint: str, progress: ProgressCallback
) -> list[Failure]:
    failures: list[Failure] = []
    ids = old.article_ids()
    with new.transaction() as transaction:
        transaction.start_after(old.last_passage_id(), old.revision())
        transaction.set_meta("fingerprint", fingerprint)
        for origin, digest in old.origins().items():
            transaction.set_origin(origin, digest)
    done = 0
    for page in batched(ids, settings.batch_articles):
        articles = list(old.articles_by_id(page).values())
        reads = [_cut(article, settings, failures) for article in articles]
        vectors = encode(encoder, reads, _nothing)
        holders = old.holders_of(page)
        with new.transaction() as transaction:
            for read in reads:
                transaction.put(read.article)
                if read.spans:
                    transaction.put_passages(read.article.id, read.spans, vectors[read.article.id])
                for source, held in holders.get(read.article.id, {}).items():
                    transaction.hold(source, held.origin, held.article_id, held.digest)
        done += len(page)
        progress(Progress("encode", done, len(ids), articles[-1].title if articles else ""))
    return failures


def _cut(article: Article, settings: Settings, failures: list[Failure]) -> Read:
    """An article that cannot be cut keeps its place without passages: nothing that was stored is lost."""
    try:
        spans = cut(article, settings)
    except Exception as error:  # noqa: BLE001 - one article must never stop the others
        spans = []
        failures.append(
            Failure(article.source, f"It could not be cut into passages ({error}).", "Remove it and add it anew.")
        )
    return Read(article, article.source, spans)


def _nothing(count: int) -> None:
    """Progress is told by article here."""
