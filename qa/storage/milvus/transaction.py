"""One batch of changes to a library on Milvus, which others may be changing at the same moment.

Nothing is written before `settle`. It first writes which source holds which article; then it asks who holds each
article of the batch, and brings texts, passages and, last, the article's row in step with that; then it asks again.
Whoever writes an article says so before writing it, and whoever takes one out asks after having taken it out, so of
two processes that meet at one article at least one sees the other: what it sees is brought in step once more, and what
it cannot make whole itself is forgotten with its origin, so that it is read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from qa.datatypes import Article, Failure, Quotation
from qa.errors import CollectionGone, LibraryError
from qa.loaders.document import Version, is_url
from qa.storage.base import ArticleHeader, BatchOutcome, SourceRecord
from qa.storage.edits import Edit
from qa.storage.milvus.client import Row
from qa.storage.milvus.copies import group_record, shingle_records
from qa.storage.milvus.intentions import intended
from qa.storage.milvus.reader import MilvusReader
from qa.storage.milvus.records import (
    EDIT,
    edit_record,
    failure_record,
    quotation_records,
    record,
    source_record,
    version_record,
)
from qa.storage.milvus.rows import article_row, pages_row, passage_rows, state, text_rows, truncated_row
from qa.storage.milvus.schema import joined, key

ROUNDS = 5
_WHOLE_ROW = ("id", "start", "end", "siblings", "terms", "dense")  # and what `state` gives


class MilvusTransaction:
    """The open batch: a `qa.storage.base.Transaction`."""

    def __init__(self, store: MilvusReader) -> None:
        self._store = store
        self._articles: dict[str, Article] = {}
        self._passages: dict[str, tuple[Sequence[tuple[int, int]], NDArray[np.float32]]] = {}
        self._sources: dict[str, SourceRecord | None] = {}  # None: gone
        self._origins: dict[str, str | None] = {}  # None: to be read again
        self._versions: dict[str, Version | None] = {}
        self._quotations: dict[str, list[Row]] = {}
        self._copies: dict[str, list[Row]] = {}
        self._regrouped: dict[str, str] = {}
        self._failures: dict[str, list[Row]] = {}
        self._meta: dict[str, str] = {}
        self._notes: list[Row] = []
        self._edits: dict[str, Edit | None] = {}  # None: gone with its source
        self._released: dict[str, None] = {}  # article ids that lost a source, in order
        self._removed: dict[str, None] = {}
        self._stale: dict[str, None] = {}
        self._given_up: set[str] = set()
        self._changed = False

    # reading, as of this moment in the batch

    def heading(self, article_id: str) -> ArticleHeader | None:
        """The header of an article as of this moment in the batch; None when there is none."""
        put = self._articles.get(article_id)
        if put is not None:
            return ArticleHeader(put.title, put.source, put.digest)
        return self._store.headings([article_id]).get(article_id)

    def held_by(self, source: str) -> tuple[str, str] | None:
        """The id and the digest of the article that this source held when it was last read."""
        held = self._holding(source)
        return (held.article_id, held.digest) if held else None

    def _holding(self, source: str) -> SourceRecord | None:
        if source in self._sources:
            return self._sources[source]
        return self._store.sources.records([source]).get(source)

    # articles

    def put(self, article: Article) -> None:
        """Write an article, new or with changed metadata; its passages stay."""
        self._articles[article.id] = article
        self._changed = True

    def put_passages(self, article_id: str, spans: Sequence[tuple[int, int]], vectors: NDArray[np.float32]) -> None:
        """Give an article that was put its passages, (n, d) vectors beside them; those it had go."""
        if len(spans) != len(vectors):
            raise ValueError(f"{len(spans)} passages with {len(vectors)} vectors for article {article_id}")
        self._passages[article_id] = (spans, vectors)

    def put_quotations(self, article_id: str, found: Sequence[Quotation], version: int) -> None:
        """What is said in an article, as this version of the finder has it; what was stored of it before goes."""
        self._quotations[article_id] = quotation_records(article_id, found, version)

    def put_copies(self, article_id: str, group: str, hashes: Sequence[int]) -> None:
        """The group of articles that are copies of this one, and its lowest hashes; what was stored of it goes."""
        self._copies[article_id] = [group_record(article_id, group), *shingle_records(article_id, hashes)]

    def regroup(self, groups: Mapping[str, str]) -> None:
        """By article id the group that it now belongs to."""
        self._regrouped |= groups

    def forget_copies(self) -> None:
        """What was found of copies goes at once, of all articles."""
        self._store.records.delete(self._store.copies.all_keys())

    # sources and origins

    def hold(self, source: str, origin: str, article_id: str, digest: str) -> None:
        """From now on `source`, read from `origin`, holds this article."""
        before = self.held_by(source)
        if before and before[0] != article_id:
            self._released[before[0]] = None
        self._sources[source] = SourceRecord(origin, article_id, digest)

    def release(self, sources: Iterable[str]) -> None:
        """These sources are gone; their origins are no longer whole."""
        given = list(sources)
        self._store.sources.records(given)  # all at once; each is then remembered
        for source in given:
            held = self._holding(source)
            if held:
                self._released[held.article_id] = None
                self._sources[source] = self._edits[source] = None
                self.forget_origin(held.origin)

    def release_article(self, article_id: str) -> None:
        """All sources of an article let go of it."""
        holders = self._store.sources.holders_of([article_id], strong=True).get(article_id, {})
        self._released[article_id] = None
        self.release(holders)

    def set_origin(self, origin: str, digest: str) -> None:
        """All that is in this file or URL has gone in."""
        self._origins[origin] = digest

    def forget_origin(self, origin: str) -> None:
        """Read this file or URL again next time, even if it has not changed."""
        self._origins[origin] = None
        self._versions[origin] = None

    def set_version(self, origin: str, version: Version | None) -> None:
        """What its server calls the content of this URL that has been dealt with; None: nothing."""
        self._versions[origin] = version

    def note_entries(self, digests: Iterable[str]) -> None:
        """Entries of feeds whose pages need no fetching as long as the feed says the same of them."""
        self._notes += [record("entry", each) for each in digests]

    def set_failures(self, origin: str, digest: str, failures: Iterable[Failure]) -> None:
        """What of this file or URL could not be taken in, in place of what was remembered of it.

        With a digest, the same content is not tried again; with "", it is.
        """
        self._failures[origin] = [failure_record(each, origin, digest) for each in failures]

    def set_edit(self, source: str, edit: Edit) -> None:
        """What was corrected by hand of the article that this source holds; it goes when the source does."""
        self._edits[source] = edit

    def set_meta(self, key: str, value: str) -> None:
        """Set a fact about the whole library."""
        self._meta[key] = value

    # the end of the batch

    def settle(self) -> BatchOutcome:
        """Write the articles of the batch; remove those that no source holds any more."""
        records = self._store.records
        self._write_edits()
        self._forget_origins()
        with intended(records, list(self._released)):
            records.write(source_record(source, held) for source, held in self._sources.items() if held)
            records.delete([key("source", source) for source, held in self._sources.items() if not held])
            held_ids = [held.article_id for held in self._sources.values() if held]
            waiting = list(dict.fromkeys([*self._articles, *self._released, *held_ids]))
            for _ in range(ROUNDS):
                if not waiting:
                    break
                waiting = self._bring_in_step(waiting)
            else:
                raise LibraryError("The library is being changed too fast from elsewhere. Try again in a moment.")
        self._store.remember(dict.fromkeys(self._removed))
        self._released.clear()
        return BatchOutcome(tuple(self._removed), tuple(self._stale))

    def _write_edits(self) -> None:
        """First of all: if we die, the source is read again, and corrected then."""
        records = self._store.records
        records.write(edit_record(source, edit) for source, edit in self._edits.items() if edit)
        records.delete([key(EDIT, source) for source, edit in self._edits.items() if not edit])
        self._edits.clear()

    def _forget_origins(self) -> None:
        """Before anything changes: if we die, these files are read again, even if they are as they were before."""
        touched = {*self._origins, *(held.origin for held in self._sources.values() if held)}
        known = self._store.records.by_key([key("origin", each) for each in touched])
        versions = [key("version", row["name"]) for row in known.values() if is_url(row["name"])]
        self._store.records.delete([*known, *versions])

    def look_again(self, ids: Iterable[str]) -> None:
        """Settle these articles as well: somebody meant to, and died."""
        self._released |= dict.fromkeys(ids)

    def finish(self) -> None:
        """Write what remains: what is known of files and URLs, and the revision."""
        if self._articles or self._sources or self._released:
            self.settle()
        self._write_edits()
        store, records = self._store, self._store.records
        records.write(
            [
                *(record("origin", each, digest=digest) for each, digest in self._origins.items() if digest),
                *(version_record(each, version) for each, version in self._versions.items() if version),
                # what made the passages is noted with their generation
                *(record("meta", name, body=value) for name, value in self._meta.items() if name != "fingerprint"),
                *self._notes,
            ]
        )
        records.delete([key("origin", each) for each in self._stale])
        records.delete([key("version", each) for each, version in self._versions.items() if not version])
        self._write_quotations()
        self._write_copies()
        self._write_failures()
        if self._changed or self._removed:
            records.set_value("revision", str(store.revision() + 1))

    def _write_quotations(self) -> None:
        """Last of all: an article that has none of this is looked through again. One that is gone gets none."""
        if not self._quotations:
            return
        there = self._store.article_rows(self._quotations, strong=True)
        rows = {row["key"]: row for each in there for row in self._quotations[each]}
        before = self._store.quotation_keys(there)
        self._store.records.write(rows.values())
        self._store.records.delete([each for each in before if each not in rows])

    def _write_copies(self) -> None:
        """Likewise; of an article the group comes last, for it tells that the rest is there."""
        if not (self._copies or self._regrouped):
            return
        store = self._store
        there = store.article_rows([*self._copies, *self._regrouped], strong=True)
        rows = {row["key"]: row for each in there for row in reversed(self._copies.get(each, ()))}
        before = store.copies.keys([each for each in there if each in self._copies])
        moved = [group_record(each, group) for each, group in self._regrouped.items() if each in there]
        store.records.write([*rows.values(), *moved])
        store.records.delete([each for each in before if each not in rows])

    def _write_failures(self) -> None:
        if not self._failures:
            return
        records = self._store.records
        written = {row["key"]: row for rows in self._failures.values() for row in rows}
        before = {row["key"] for row in records.of_origins("failure", list(self._failures))}
        records.write(written.values())
        records.delete([each for each in before if each not in written])

    # articles in step with their holders

    def _bring_in_step(self, ids: list[str]) -> list[str]:
        """One round; the ids that were changed from elsewhere meanwhile."""
        store = self._store
        holders = store.sources.holders_of(ids, strong=True)
        stored = store.article_rows(ids, strong=True)
        self._remove([each for each in ids if each not in holders and each in stored])
        wanted: dict[str, Row] = {}
        for each in ids:
            if each in holders:
                row = self._wanted(each, stored.get(each), holders[each])
                if row is not None:
                    wanted[each] = row
        generation = self._write(wanted, stored)
        return self._overtaken(ids, wanted, generation)

    def _remove(self, ids: list[str]) -> None:
        """First the row that makes it an article, then the rest."""
        store = self._store
        if not ids:
            return
        store.client.delete(store.names.articles, "id", ids)
        self._delete_passages(ids)
        store.client.delete(store.names.texts, "article_id", ids)
        store.records.delete([*store.quotation_keys(ids), *store.copies.keys(ids)])
        self._removed |= dict.fromkeys(ids)

    def _delete_passages(self, ids: list[str]) -> None:
        current = self._store.generations.current()
        while current:
            try:
                self._store.client.delete(current, "article_id", ids)
            except CollectionGone:
                current = self._store.generations.current()
            else:
                return

    def _wanted(self, article_id: str, stored: Row | None, holders: dict[str, SourceRecord]) -> Row | None:
        """The row that the article should have; None when somebody else has just taken it out."""
        put = self._articles.get(article_id)
        if put is not None and (stored is None or put.source in holders):
            return article_row(put, holders)
        if stored is None or (article_id in self._removed and not self._is_whole(stored)):
            self._give_up(article_id, holders)
            return None
        row = {**stored, "sources": joined(holders)}
        if stored["source"] not in holders:
            source, held = next(iter(holders.items()))
            row["source"] = source
            if held.digest != stored["digest"]:
                self._read_again(held.origin)
        return row

    def _give_up(self, article_id: str, holders: dict[str, SourceRecord]) -> None:
        """Somebody took it out, or put it in, while we did the opposite: whoever holds it has it read again."""
        if article_id in self._removed:
            self._store.client.delete(self._store.names.articles, "id", [article_id])
        self._store.remember({article_id: None})
        self._given_up.add(article_id)
        for held in holders.values():
            self._read_again(held.origin)

    def _read_again(self, origin: str) -> None:
        self.forget_origin(origin)
        self._stale[origin] = None

    def _write(self, wanted: dict[str, Row], stored: dict[str, Row]) -> str | None:
        """Texts, passages, and last the rows that make them articles; the generation that was written to."""
        store = self._store
        new = [self._articles[each] for each in wanted if each in self._articles and each not in stored]
        texts = [row for each in new for row in text_rows(each)]
        put = [self._articles[each] for each in wanted if each in self._articles]
        texts += [pages_row(each) for each in put if each.pages]
        texts += [truncated_row(each) for each in put if each.truncated or each.id in stored]
        store.client.upsert(store.names.texts, texts, stub=True)
        generation = self._write_passages(wanted, stored)
        changed = [row for each, row in wanted.items() if row != stored.get(each)]
        store.client.upsert(store.names.articles, changed, stub=True)
        store.remember({row["id"]: ArticleHeader(row["title"], row["source"], row["digest"]) for row in changed})
        self._changed = self._changed or bool(changed)
        return generation

    def _write_passages(self, wanted: dict[str, Row], stored: dict[str, Row]) -> str | None:
        client, made = self._store.client, [each for each in wanted if each in self._passages]
        kept = [
            each
            for each, row in wanted.items()
            if each not in self._passages and each in stored and state(row) != state(stored[each])
        ]
        generation = self._generation(made)
        if generation is None:
            return None
        rows = [row for each in made for row in passage_rows(self._articles[each], wanted[each], *self._passages[each])]
        before = client.among(generation, "article_id", [each for each in made if each in stored], ["id"])
        client.upsert(generation, rows)
        written = {row["id"] for row in rows}
        client.delete(generation, "id", [row["id"] for row in before if row["id"] not in written])
        again = client.among(generation, "article_id", kept, _WHOLE_ROW, strong=True)
        client.upsert(generation, [{**row, **state(wanted[row["article_id"]])} for row in again])
        return generation

    def _generation(self, made: list[str]) -> str | None:
        """Where passages go: the generation in force."""
        generations = self._store.generations
        if not made:
            return generations.current()
        vectors = self._passages[made[0]][1]
        return generations.target(self._meta["fingerprint"], vectors.shape[1])

    def _overtaken(self, ids: list[str], wanted: dict[str, Row], generation: str | None) -> list[str]:
        """The articles of which something is not as it was written."""
        store = self._store
        holders = store.sources.holders_of(ids, strong=True)
        rows = store.article_rows(ids, strong=True)
        made = [each for each in wanted if each in self._passages]
        if made and store.generations.current() != generation:
            return ids
        states = store.states(generation, made) if generation else {}
        return [
            each
            for each in ids
            if (each in holders) != (each in rows)
            or (each in wanted and each in rows and rows[each]["sources"] != joined(holders[each]))
            or (each in made and not is_complete(states.get(each, []), wanted[each]))
            or (each in self._removed and each in rows and not self._is_whole(rows[each]))
            if each not in self._given_up
        ]

    def _is_whole(self, row: Row) -> bool:
        """Whether somebody else has put in all of what we have taken out, and after that."""
        store, current = self._store, self._store.generations.current()
        states = store.states(current, [row["id"]]) if current else {}
        return is_complete(states.get(row["id"], []), row) and store.article(row["id"]) is not None


def is_complete(states: list[Row], row: Row) -> bool:
    """Whether an article has all of its passages, and as they should be."""
    return bool(states) and all(
        (each["digest"], each["sources"], each["siblings"]) == (row["digest"], row["sources"], len(states))
        for each in states
    )
