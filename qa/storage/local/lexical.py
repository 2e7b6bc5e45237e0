"""BM25 over passages: a tantivy index that is derived from the store and can be thrown away at any time."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.errors import LibraryBusy
from qa.files import write_atomically
from qa.questions.languages import foreign_language
from qa.storage.local.lexical_files import is_whole
from qa.text.slips import is_slip
from qa.text.stemming import own_stems, stems_of_any
from qa.text.tokenization import question_terms, terms

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 2  # of the folder and of the terms in it: a folder of another format counts as empty
RECORD = "revision.json"
# Search questions and news gain from titles up to 0.5 (hit@1 .71 -> .79, .45 -> .49), questions written to one
# paragraph lose (.80 -> .78): between.
TITLE_BOOST = 0.3
MAX_QUESTION_TERMS = 100
WRITER_BYTES = 30_000_000
_PREFIX = 2  # letters that a word with a slip has right
_ALIKE = 5  # words that are tried for one with a slip
MAX_SIFTED = 4000  # hits looked through for allowed ones before the allowed ids are made part of the query


@dataclass(frozen=True, slots=True)
class LexicalDocument:
    """A passage to be found by its own words and by those of its article's title."""

    passage_id: int
    title: str
    text: str
    language: str | None = None  # of the article


class LexicalIndex:
    """One folder. Opening and searching write nothing; `apply` and `clear` need the library's write lock.

    A folder that is missing, half written, damaged or of another format counts as empty, revision 0, and the next
    `apply` replaces it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Path(folder)
        self._lock = threading.RLock()
        self._revision = 0
        self._index: Any = None
        self.refresh()

    @property
    def revision(self) -> int:
        """The last revision this object has seen committed; 0 when it holds nothing."""
        return self._revision

    def __len__(self) -> int:
        """The number of passages."""
        index = self._index
        return 0 if index is None else int(index.searcher().num_docs)

    def refresh(self) -> int:
        """Hold what the folder holds, nothing if that is not whole; the revision."""
        with self._lock:
            recorded = _recorded(self._folder)
            if recorded != self._revision and not self._take_up(recorded):
                self._index, self._revision = None, 0
            return self._revision

    def follow(self) -> int:
        """Take up what another process has committed; the revision.

        While the folder is being deleted or filled anew, or written by another thread of this process, what is open
        here goes on answering.
        """
        if self._lock.acquire(blocking=False):
            try:
                recorded = _recorded(self._folder)
                if recorded != self._revision:
                    self._take_up(recorded)
            finally:
                self._lock.release()
        return self._revision

    def apply(self, added: Iterable[LexicalDocument], removed: Iterable[int], revision: int) -> None:
        """Take out `removed`, put in or replace `added`, durably; may be repeated when it was cut short."""
        with self._lock:
            self.refresh()
            if self._index is not None and not _is_reloaded(self._index):  # it was opened by links
                self._index = _opened(self._folder)
            if self._index is None:
                self._create()
            with self._writer() as writer:
                _write(writer, added, removed)
                _record(self._folder, revision)
                if not self._take_up(revision):
                    self._index, self._revision = None, 0

    def clear(self) -> None:
        """Throw everything away."""
        with self._lock:
            self._index, self._revision = None, 0
            if self._folder.is_dir():
                (self._folder / RECORD).unlink(missing_ok=True)  # first: what is half deleted must not count
                shutil.rmtree(self._folder)
            else:
                self._folder.unlink(missing_ok=True)

    def search(self, question: str, k: int, allowed: NDArray[np.int64] | None = None) -> list[tuple[int, float]]:
        """The `k` best of the `allowed` passages (None: of all) with their BM25 scores, best first."""
        index = self._index
        wanted = k if allowed is None else min(k, len(allowed))
        if index is None or wanted < 1:
            return []
        query = _any_term(index, question)
        if query is None:
            return []
        searcher = index.searcher()
        if allowed is None:
            return _hits(searcher, query, wanted)
        return _allowed_hits(index, searcher, query, wanted, allowed)

    def containing(self, words: str) -> list[int]:
        """The passages that have all these words in their text, in any form of them; unordered."""
        from tantivy import Occur, Query

        index, stems = self._index, stemmed(terms(words)[:MAX_QUESTION_TERMS])
        if index is None or not stems or not len(self):
            return []
        query = Query.boolean_query([(Occur.Must, Query.term_query(index.schema, "text", stem)) for stem in stems])
        searcher = index.searcher()
        found = searcher.search(Query.const_score_query(query, 1.0), searcher.num_docs, count=False).hits
        return [int(passage) for passage in searcher.fast_field_values("id", [address for _, address in found])]

    def terms_like(self, word: str) -> list[str]:
        """Terms of the index that may be those of words one slip from this one; none if the index has the word."""
        index, (stem, *_) = self._index, (*stemmed(terms(word)), "")
        if index is None or not stem:
            return []
        searcher = index.searcher()
        if any(searcher.doc_freq(field, stem) for field in ("text", "title")):
            return []
        near = [term for term, _ in searcher.terms_with_prefix("text", stem[:_PREFIX])]
        slips = [term for term in near if is_slip(stem, term) or is_slip(word.lower(), f"{term.removesuffix('i')}y")]
        # an ending that is no ending any more for its slip: "presidnets" is not cut to "presid" as "presidents" is
        cut = [term for term in near if len(term) > _PREFIX and word.lower().startswith(term[: len(term) - 1])]
        return list(dict.fromkeys([*slips, *cut]))[:_ALIKE]

    def first_with(self, term: str) -> int | None:
        """A passage that has this term in its text."""
        from tantivy import Query

        if self._index is None:
            return None
        searcher = self._index.searcher()
        found = searcher.search(Query.term_query(self._index.schema, "text", term), 1, count=False).hits
        ids = searcher.fast_field_values("id", [address for _, address in found])
        return next(map(int, ids), None)

    def _take_up(self, recorded: int) -> bool:
        """Whether what was committed as this revision is open now; if not, all is as before."""
        if not recorded:
            return False
        index = self._index if _is_reloaded(self._index) else _opened(self._folder) or _opened_by_links(self._folder)
        if index is None:
            return False
        self._index, self._revision = index, recorded
        return True

    def _create(self) -> None:
        import tantivy

        self.clear()
        self._folder.mkdir(parents=True)
        self._index = _configured(tantivy.Index(_schema(), path=str(self._folder)))

    @contextmanager
    def _writer(self) -> Iterator[Any]:
        """For one commit. The writer lives no longer, so that another process can write next.

        At the end it merges segments, which may take long: by then, what was committed has to be in use.
        """
        try:
            writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        except ValueError as error:
            raise LibraryBusy(
                f"{self._folder}: another process is writing to it. Try again when it is done."
            ) from error
        try:
            yield writer
        finally:
            writer.wait_merging_threads()


def _write(writer: Any, added: Iterable[LexicalDocument], removed: Iterable[int]) -> None:
    """All of it or nothing."""
    try:
        writer.garbage_collect_files()  # what a killed writer left would be in the way of this commit
        for passage_id in removed:
            writer.delete_documents_by_term("id", int(passage_id))
        for document in added:
            writer.delete_documents_by_term("id", document.passage_id)
            writer.add_document(_document(document))
        writer.commit()
    except BaseException:
        writer.rollback()
        raise


def _is_reloaded(index: Any) -> bool:
    """Whether an open index shows the newest commit now."""
    try:
        return index is not None and index.reload() is None
    except (ValueError, OSError):
        return False


def _opened(folder: Path) -> Any:
    """The index in a folder, None if that is not whole."""
    if not is_whole(folder):
        return None
    import tantivy

    try:
        index = tantivy.Index.open(str(folder))
        return _configured(index) if index.schema == _schema() else None
    except (ValueError, OSError):
        return None


def _schema() -> Any:
    from tantivy import SchemaBuilder

    # a signed id: deleting by the term of an unsigned field takes nothing out, without a word
    builder = SchemaBuilder().add_integer_field("id", indexed=True, fast=True)
    for field in ("title", "text"):
        builder = builder.add_text_field(field, tokenizer_name="terms", index_option="freq")
    return builder.build()


def _opened_by_links(folder: Path) -> Any:
    """The index in a folder where nothing can be written: to open it, a lock is made, beside links to its files.

    What was opened goes on without the links; to see a newer commit or to write, open it again.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="article-qa-") as links:
            for file in folder.iterdir():
                if file.suffix != ".lock":
                    (Path(links) / file.name).symlink_to(file.absolute())
            return _opened(Path(links))
    except OSError:
        return None


def _configured(index: Any) -> Any:
    """`index` with the analyzer of its terms; it shows new commits when it is told to, not by itself."""
    index.register_tokenizer("terms", analyzer())
    index.config_reader("manual")
    index.reload()
    return index


def analyzer() -> Any:
    """What the index does with the terms it is given, space between them."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.ascii_fold())
    return builder.filter(Filter.stemmer("english")).build()


def _document(document: LexicalDocument) -> Any:
    from tantivy import Document

    written = Document()
    written.add_integer("id", document.passage_id)
    written.add_text("title", " ".join(terms_in(document.title, document.language)))
    written.add_text("text", " ".join(terms_in(document.text, document.language)))
    return written


def terms_in(text: str, language: str | None) -> list[str]:
    """The terms of an article's title or text, and behind them their stems by the rules of its language."""
    found = terms(text)
    return [*found, *own_stems(found, language)]


def asked_terms(question: str) -> list[str]:
    """The terms of a question, and behind them their stems by the rules of its language, if that is not English."""
    found = question_terms(question)[:MAX_QUESTION_TERMS]
    language = foreign_language(question)
    return [*found, *stems_of_any(found, language.codes)] if language else found


def stemmed(words: list[str]) -> list[str]:
    """The distinct terms of some words as they stand in the index."""
    return list(dict.fromkeys(analyzer().analyze(" ".join(words))))


def _any_term(index: Any, question: str) -> Any:
    """The sum of BM25 of every term in text and title; None when the question has no term."""
    from tantivy import Occur, Query

    clauses = []
    for term in stemmed(asked_terms(question)):
        title = Query.term_query(index.schema, "title", term, index_option="freq")
        clauses.append((Occur.Should, Query.term_query(index.schema, "text", term, index_option="freq")))
        clauses.append((Occur.Should, Query.boost_query(title, TITLE_BOOST)))
    return Query.boolean_query(clauses) if clauses else None


def _hits(searcher: Any, query: Any, k: int) -> list[tuple[int, float]]:
    found = searcher.search(query, k, count=False).hits
    ids = searcher.fast_field_values("id", [address for _, address in found])
    scored = [(int(passage), float(score)) for passage, (score, _) in zip(ids, found, strict=True)]
    return sorted(scored, key=lambda hit: (-hit[1], hit[0]))


def _allowed_hits(index: Any, searcher: Any, query: Any, k: int, allowed: NDArray[np.int64]) -> list[tuple[int, float]]:
    """Many allowed: sift a longer list, which costs nothing; few: let the index look only at them. Same result."""
    import numpy as np
    from tantivy import Occur, Query

    longer = round(2 * k * max(1.0, searcher.num_docs / len(allowed)))
    if longer <= MAX_SIFTED:
        found = _hits(searcher, query, longer)
        there = np.isin([passage for passage, _ in found], allowed)
        sifted = [hit for hit, is_there in zip(found, there, strict=True) if is_there]
        if len(sifted) >= k or len(found) < longer:
            return sifted[:k]
    among = Query.const_score_query(Query.term_set_query(index.schema, "id", allowed.tolist()), 0.0)
    return _hits(searcher, Query.boolean_query([(Occur.Must, query), (Occur.Must, among)]), k)


def _recorded(folder: Path) -> int:
    """The revision that was committed last; 0 when there is none that can be read."""
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return int(record["revision"]) if record["format"] == FORMAT else 0
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _record(folder: Path, revision: int) -> None:
    write_atomically(folder / RECORD, json.dumps({"format": FORMAT, "revision": revision}).encode())
