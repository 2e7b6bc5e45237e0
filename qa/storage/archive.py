"""A whole library as one ZIP of plain files, and back.

    archive.json     {"format", "fingerprint", "articles", "passages", "dimension"}
    articles.jsonl   an article a line with all metadata, its passages as [start, end], and its holders: the sources
                     that hold this text, {"source", "origin", "digest"}
    origins.jsonl    {"origin", "digest"}: files and URLs that went in whole, so that the next `add` knows them
    vectors.f16      one vector a passage, in the order of the passages, float16 little-endian; may be missing

Nothing in it is bound to this program: any language reads it. Vectors are taken over where the importing library makes
passages and vectors in the same way, else they are made anew.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from qa.config import Settings
from qa.datatypes import Article, Progress, ProgressCallback, Report
from qa.errors import LibraryDamaged, LibraryError
from qa.files import replace_durably
from qa.loaders.article import article_id
from qa.passages.encoding import PassageEncoder, PreparedArticle, Spans
from qa.storage.base import PAGE, VECTOR_DTYPE, Store, Transaction, batched

FORMAT = "article-qa library 1"
_FIELDS = ("id", "title", "text", "source", "url", "site", "language", "digest")


@dataclass(frozen=True, slots=True)
class Packed:
    """One article of an archive."""

    article: Article
    spans: Spans
    vectors: NDArray[np.float32] | None  # (passages, dimension)
    holders: tuple[Mapping[str, str], ...]


def export(store: Store, path: Path, location: str, progress: ProgressCallback, *, vectors: bool = True) -> int:
    """Write the archive whole or not at all; the number of articles. The caller keeps others from changing it."""
    ids = store.article_ids()
    partial = path.with_name(f"{path.name}.partial")
    try:
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            dimension = _write_vectors(archive, store, ids) if vectors else 0
            _write_lines(archive, "articles.jsonl", _article_rows(store, ids, progress))
            origins = sorted(store.sources.origins().items())
            _write_lines(archive, "origins.jsonl", ({"origin": each, "digest": digest} for each, digest in origins))
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
                **{name: getattr(article, name) for name in _FIELDS},
                "published": article.published.isoformat() if article.published else None,
                "authors": list(article.authors),
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
    """Put an archive's articles into a store, batch by batch. What is there stays; the same text is kept once.

    The caller holds the writer lock, and brings the indexes in step afterwards.
    """
    added: list[str] = []
    unchanged, removed = 0, list[str]()
    with _opened(path) as (archive, about):
        usable = about["fingerprint"] == passages.fingerprint
        total = int(about["articles"])
        for batch in batched(_packed(archive, about, path), settings.batch_articles):
            known = store.headings([each.article.id for each in batch])
            new = [each for each in batch if each.article.id not in known]
            vectors, spans = _vectors(new, passages, usable=usable)
            with store.transaction() as transaction:
                for each in batch:
                    if each.article.id in vectors and transaction.heading(each.article.id) is None:
                        transaction.put(each.article)
                        transaction.put_passages(each.article.id, spans[each.article.id], vectors[each.article.id])
                        added.append(each.article.id)
                    else:
                        unchanged += 1
                    _hold(transaction, each)
                if vectors:
                    transaction.set_meta("fingerprint", passages.fingerprint)
                removed += transaction.settle().removed
            progress(Progress("encode", len(added) + unchanged, total, batch[-1].article.title))
        _restore_origins(archive, store, path)
    return Report(added=tuple(added), unchanged=unchanged, removed=tuple(removed))


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
    rows = [(row["origin"], row["digest"]) for row in _lines(archive, "origins.jsonl", path)]
    with store.transaction() as transaction:
        for origin, digest in rows:
            transaction.set_origin(origin, digest)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[zipfile.ZipFile, Mapping[str, Any]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(archive.read("archive.json"))
            if about.get("format") != FORMAT:
                raise LibraryError(
                    f"{path} has the format {about.get('format')!r}, this version reads {FORMAT!r}. Upgrade article-qa."
                )
            yield archive, about
    except (OSError, zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise LibraryError(
            f"{path} is no whole archive of a library ({error}). Export it again, or copy it again."
        ) from error


def _packed(archive: zipfile.ZipFile, about: Mapping[str, Any], path: Path) -> Iterator[Packed]:
    dimension = int(about["dimension"])
    file = archive.open("vectors.f16") if dimension else None
    for row in _lines(archive, "articles.jsonl", path):
        article = _article(row, path)
        spans = [(int(start), int(end)) for start, end in row["passages"]]
        if any(not 0 <= start < end <= len(article.text) for start, end in spans):
            raise LibraryError(f"{path}: article {article.id} has passages outside its text. Export it again.")
        vectors = _next_vectors(file, len(spans), dimension) if file else None
        yield Packed(article, spans, vectors, tuple(row["holders"]))


def _next_vectors(file: IO[bytes], count: int, dimension: int) -> NDArray[np.float32]:
    size = count * dimension * VECTOR_DTYPE.itemsize
    data = file.read(size)
    if len(data) != size:
        raise EOFError("vectors.f16 is too short")
    vectors = np.frombuffer(data, VECTOR_DTYPE).reshape(count, dimension).astype(np.float32)
    if not np.isfinite(vectors).all():
        raise ValueError("vectors.f16 holds values that are not finite")
    return vectors


def _article(row: Mapping[str, Any], path: Path) -> Article:
    published = row["published"]
    article = Article(
        **{name: row[name] for name in _FIELDS},
        published=date.fromisoformat(published) if published else None,
        authors=tuple(row["authors"]),
    )
    if article_id(article.text) != article.id:
        raise LibraryError(f"{path}: the text of article {article.id} is not the one it was. Export it again.")
    return article


def _lines(archive: zipfile.ZipFile, name: str, path: Path) -> Iterator[dict[str, Any]]:
    with archive.open(name) as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line.decode("utf-8", "surrogatepass"))
            if not isinstance(row, dict):
                raise LibraryError(f"{path}: line {number} of {name} is no JSON object. Export it again.")
            yield row
