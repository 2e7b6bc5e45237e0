"""A whole library as one ZIP of plain files, and back.

    archive.json     {"format", "fingerprint", "articles", "passages", "dimension"}
    articles.jsonl   an article a line with all metadata, its passages as [start, end], its holders: the sources
                     that hold this text, {"source", "origin", "digest"}, and of a PDF "pages": where each begins
    edits.jsonl      {"source", "edit"}: what was corrected by hand of an article, see `qa.storage.edits`
    origins.jsonl    {"origin", "digest"}: files and URLs that went in whole, so that the next `add` knows them
    tags.jsonl       {"source", "tags"}: what people have put on the article that a source holds; may be missing
    vectors.f16      one vector a passage, in the order of the passages, float16 little-endian; may be missing

Nothing in it is bound to this program: any language reads it. Vectors are taken over where the importing library makes
passages and vectors in the same way, else they are made anew.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Article, Failure, Progress, ProgressCallback, Report
from qa.errors import LibraryDamaged, LibraryError
from qa.files import replace_durably
from qa.passages.encoding import PassageEncoder, PreparedArticle, Spans
from qa.storage import archive_checks as checks
from qa.storage.base import PAGE, VECTOR_DTYPE, Store, Transaction, batched
from qa.storage.edits import Edit, edit_from_json, edit_to_json

FORMAT = "article-qa library 1"


@dataclass(frozen=True, slots=True)
class Packed:
    """One article of an archive."""

    article: Article
    spans: Spans
    vectors: NDArray[np.float32] | None  # (passages, dimension)
    holders: tuple[Mapping[str, str], ...]


def export(
    store: Store,
    path: Path,
    location: str,
    progress: ProgressCallback,
    *,
    vectors: bool = True,
    tags: Mapping[str, Sequence[str]] | None = None,
) -> int:
    """Write the archive whole or not at all; the number of articles. The caller keeps others from changing it."""
    ids = store.article_ids()
    partial = path.with_name(f"{path.name}.partial")
    try:
        private = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(private, "w+b") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            dimension = _write_vectors(archive, store, ids) if vectors else 0
            _write_lines(archive, "articles.jsonl", _article_rows(store, ids, progress))
            origins = sorted(store.sources.origins().items())
            _write_lines(archive, "origins.jsonl", ({"origin": each, "digest": digest} for each, digest in origins))
            edits = sorted(store.sources.edits().items())
            _write_lines(archive, "edits.jsonl", ({"source": each, "edit": edit_to_json(one)} for each, one in edits))
            tagged = sorted((tags or {}).items())
            _write_lines(archive, "tags.jsonl", ({"source": each, "tags": list(names)} for each, names in tagged))
            about = {
                "format": FORMAT,
                "fingerprint": store.fingerprint(),
                "articles": len(ids),
                "passages": store.size().passages,
                "dimension": dimension,
            }
            archive.writestr("archive.json", json.dumps(about, indent=2) + "\n")
        replace_durably(partial, path)
    except (KeyError, TypeError) as error:
        raise LibraryDamaged(
            f"The library at {location} does not hold all that it lists ({error}). To find out more: article-qa doctor"
        ) from error
    except OSError as error:
        raise LibraryError(f"{path} cannot be written: {error}. Choose a place with more room, or of yours.") from error
    finally:
        with suppress(OSError):
            partial.unlink()
    return len(ids)


def _article_rows(store: Store, ids: list[str], progress: ProgressCallback) -> Iterator[dict[str, Any]]:
    done = 0
    for page in batched(ids, PAGE):
        articles, holders = store.articles_by_id(page), store.sources.holders_of(page)
        for each in page:
            article = articles[each]
            yield {
                **{name: getattr(article, name) for name in checks.TEXTS},
                "published": article.published.isoformat() if article.published else None,
                "authors": list(article.authors),
                **({"pages": list(article.pages)} if article.pages else {}),
                **({"truncated": True} if article.truncated else {}),
                "passages": [[passage.start, passage.end] for passage in store.passages_of(each)],
                "holders": [
                    {"source": source, "origin": held.origin, "digest": held.digest}
                    for source, held in holders.get(each, {}).items()
                ],
            }
        done += len(page)
        progress(Progress("read", done, len(ids), articles[page[-1]].title))


def _write_vectors(archive: zipfile.ZipFile, store: Store, ids: list[str]) -> int:
    """The vectors in the order of the articles and their passages; how long each one is."""
    dimension = 0
    with archive.open(zipfile.ZipInfo("vectors.f16"), "w", force_zip64=True) as file:
        for page in batched(ids, PAGE):
            wanted = [passage.id for each in page for passage in store.passages_of(each)]
            if wanted:
                found = store.vectors(wanted)
                dimension = found.shape[1]
                file.write(found.astype(VECTOR_DTYPE).tobytes())
    return dimension


def _write_lines(archive: zipfile.ZipFile, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as file:
        for row in rows:
            file.write((json.dumps(row, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass"))


def restore(
    path: Path, store: Store, passages: PassageEncoder, settings: Settings, progress: ProgressCallback
) -> Report:
    """Put an archive's articles into a store, batch by batch, after all of it was found to be sound.

    What is there stays: the same text is kept once, and a source that holds another text here goes on holding it; an
    article all of whose sources do is left out and named. The caller holds the writer lock, and brings the indexes in
    step afterwards.
    """
    added: list[str] = []
    unchanged, failed = 0, list[Failure]()
    taken: set[str] = set()  # sources that hold here what they hold in the archive
    with _opened(path) as (archive, about):
        usable = about["fingerprint"] == passages.fingerprint and _survey(archive, about, path, passages)
        total = int(about["articles"])
        for batch in batched(_packed(archive, about, path), settings.batch_articles):
            held = _without_taken(batch, store)
            failed += [_taken(each) for each, kept in zip(batch, held, strict=True) if not kept.holders]
            wanted = [each for each in held if each.holders]
            taken |= {holder["source"] for each in wanted for holder in each.holders}
            known = store.headings([each.article.id for each in wanted])
            vectors, spans = _vectors([one for one in wanted if one.article.id not in known], passages, usable=usable)
            with store.transaction() as transaction:
                for each in wanted:
                    if each.article.id in vectors and transaction.heading(each.article.id) is None:
                        transaction.put(each.article)
                        transaction.put_passages(each.article.id, spans[each.article.id], vectors[each.article.id])
                        added.append(each.article.id)
                    else:
                        unchanged += 1
                    _hold(transaction, each)
                if vectors:
                    transaction.set_meta("fingerprint", passages.fingerprint)
            progress(Progress("encode", len(added) + unchanged + len(failed), total, batch[-1].article.title))
        _restore_origins(archive, store, path)
        _restore_edits(archive, store, path, taken)
    return Report(added=tuple(added), unchanged=unchanged, failed=tuple(failed))


def _survey(archive: zipfile.ZipFile, about: Mapping[str, Any], path: Path, passages: PassageEncoder) -> bool:
    """Read all of an archive before any of it is written; whether its vectors are what this library would make.

    Raises ValueError, KeyError, EOFError, LibraryError for what is not sound.
    """
    has_vectors = int(about["dimension"]) > 0
    if has_vectors and int(about["dimension"]) != passages.dimension:
        raise ValueError(f"its vectors have {about['dimension']} numbers, this library's have {passages.dimension}")
    sample = _sample(_packed(archive, about, path), int(about["articles"]))
    for _ in (*_origins(archive, path), *_edits(archive, path)):
        pass
    if "tags.jsonl" in archive.namelist():
        for row in _lines(archive, "tags.jsonl", path):
            checks.tags_of(row)
    if not has_vectors or not sample:
        return has_vectors
    prepared = [PreparedArticle(each.article, each.article.source, each.spans[:1]) for each in sample]
    made = passages.encode(prepared)
    given = [each.vectors[0] for each in sample if each.vectors is not None]
    return checks.are_alike(given, np.concatenate([made[each.article.id] for each in sample]))


def _sample(packed: Iterable[Packed], total: int) -> list[Packed]:
    """Some of the articles, from all over the archive, while every one of them is read."""
    step = max(1, total // checks.SAMPLE)
    chosen = {each.article.id: each for number, each in enumerate(packed) if number % step == 0}
    return list(chosen.values())[: checks.SAMPLE]


def _without_taken(batch: Sequence[Packed], store: Store) -> list[Packed]:
    """The articles without those of their sources that hold another text here, or earlier in the batch."""
    records = store.sources.records([holder["source"] for each in batch for holder in each.holders])
    owner = {source: record.article_id for source, record in records.items()}
    kept = []
    for each in batch:
        holders = tuple(
            one for one in each.holders if owner.setdefault(one["source"], each.article.id) == each.article.id
        )
        kept.append(replace(each, holders=holders))
    return kept


def _taken(packed: Packed) -> Failure:
    return Failure(
        packed.holders[0]["source"],
        f"It holds another text in this library, so the archive's ({packed.article.title!r}) was left out.",
        "To have that one, take the article out here and import again.",
    )


def _hold(transaction: Transaction, packed: Packed) -> None:
    for holder in packed.holders:
        transaction.hold(holder["source"], holder["origin"], packed.article.id, holder["digest"])


def _vectors(
    new: list[Packed], passages: PassageEncoder, *, usable: bool
) -> tuple[dict[str, NDArray[np.float32]], dict[str, Spans]]:
    """The vectors and passages of new articles, by id: the archive's own where they fit this library."""
    taken = [each for each in new if usable and each.vectors is not None]
    vectors = {each.article.id: each.vectors for each in taken if each.vectors is not None}
    spans = {each.article.id: each.spans for each in taken}
    prepared = {
        each.article.id: PreparedArticle(each.article, each.article.source, passages.chunk(each.article))
        for each in new
        if each.article.id not in vectors
    }
    made = passages.encode(list(prepared.values()))
    return {**vectors, **made}, {**spans, **{each: one.spans for each, one in prepared.items()}}


def _restore_origins(archive: zipfile.ZipFile, store: Store, path: Path) -> None:
    known = store.sources.origins()
    rows = [each for each in _origins(archive, path) if each[0] not in known]
    with store.transaction() as transaction:
        for origin, digest in rows:
            transaction.set_origin(origin, digest)


def _restore_edits(archive: zipfile.ZipFile, store: Store, path: Path, taken: set[str]) -> None:
    """What was corrected by hand, as far as it has been taken in and nobody has corrected it here."""
    known = store.sources.edits()
    with store.transaction() as transaction:
        for source, edit in _edits(archive, path):
            if source in taken and source not in known:
                transaction.set_edit(source, edit)


def _edits(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, Edit]]:
    """The edits by source; none in an archive of an earlier version."""
    if "edits.jsonl" not in archive.namelist():
        return
    for row in _lines(archive, "edits.jsonl", path):
        source, edit = row["source"], row["edit"]
        if not (isinstance(source, str) and isinstance(edit, str)):
            raise ValueError("a line of edits.jsonl is not of texts")
        yield source, edit_from_json(edit)


def _origins(archive: zipfile.ZipFile, path: Path) -> Iterator[tuple[str, str]]:
    for row in _lines(archive, "origins.jsonl", path):
        origin, digest = row["origin"], row["digest"]
        if not (isinstance(origin, str) and isinstance(digest, str)):
            raise ValueError("a line of origins.jsonl is not of texts")
        yield origin, digest


def tags(path: Path) -> dict[str, list[str]]:
    """The tags of an archive by source; none in one of an earlier version. Raises LibraryError."""
    with _opened(path) as (archive, _):
        if "tags.jsonl" not in archive.namelist():
            return {}
        return dict(checks.tags_of(row) for row in _lines(archive, "tags.jsonl", path))


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Mapping[str, Any]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            with archive.open("archive.json") as file:
                about = json.loads(file.read(checks.LARGEST_ABOUT))
            if not isinstance(about, dict):
                raise ValueError("archive.json is no JSON object")
            if about.get("format") != FORMAT:
                raise LibraryError(
                    f"{path} has the format {about.get('format')!r}, this version reads {FORMAT!r}. Upgrade article-qa."
                )
            yield archive, about
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, TypeError, EOFError, RecursionError) as error:
        raise LibraryError(
            f"{path} is no whole archive of a library ({error}). Export it again, or copy it again."
        ) from error


def _packed(archive: zipfile.ZipFile, about: Mapping[str, Any], path: Path) -> Iterator[Packed]:
    dimension = int(about["dimension"])
    file = archive.open("vectors.f16") if dimension else None
    for row in _lines(archive, "articles.jsonl", path):
        article = checks.article_of(row)
        spans = checks.spans_of(row, article)
        vectors = checks.vectors_from(file, len(spans), dimension, np.dtype(VECTOR_DTYPE)) if file else None
        yield Packed(article, spans, vectors, checks.holders_of(row))


def _lines(archive: zipfile.ZipFile, name: str, path: Path) -> Iterator[dict[str, Any]]:
    with archive.open(name) as file:
        for number, line in enumerate(checks.lines_of(file, name), 1):
            row = json.loads(line.decode("utf-8", "surrogatepass"))
            if not isinstance(row, dict):
                raise LibraryError(f"{path}: line {number} of {name} is no JSON object. Export it again.")
            yield row
