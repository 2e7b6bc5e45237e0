"""From documents to items: what goes in, what is skipped, and what is said at the end of each document."""

from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder

from qa.datatypes import Failure
from qa.ingestion.reader import DocumentReader, Finished, Skipped
from qa.ingestion.sources import NotModified
from qa.library import Library
from qa.loaders import Document
from qa.loaders.isolation import LoaderProcess
from qa.passages.encoding import PassageEncoder, PreparedArticle

ROWS = (
    b'{"title": "a", "text": "Snow fell in Ulm."}\n{"title": "b", "text": ""}\n'
    b'{"title": "c", "text": "Rain in Bonn."}\n'
)
DOCUMENT = Document("upload:rows.jsonl", ROWS)
STORY = Document("upload:story.txt", b"A story that is told here.")


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder())


def reader_for(library: Library) -> DocumentReader:
    passages = PassageEncoder(library.encoder, SETTINGS)
    process = LoaderProcess(SETTINGS)
    return DocumentReader(library.store, passages, SETTINGS, library.store.sources.failures(), process)


def test_articles_come_before_the_end_of_their_document(library):
    first, second, skipped, end = reader_for(library).items([DOCUMENT])
    assert [(each.article.title, each.origin, each.spans) for each in (first, second)] == [
        ("a", DOCUMENT.origin, [(0, 17)]),
        ("c", DOCUMENT.origin, [(0, 13)]),
    ]
    assert skipped == Skipped(0)
    assert (end.origin, end.digest, end.sources) == (
        DOCUMENT.origin,
        DOCUMENT.digest,
        {first.article.source, second.article.source},
    )
    assert [failure.source for failure in end.failures] == [f"{DOCUMENT.origin}#row-2"]


def test_what_is_known_is_counted_and_fails_as_before(library):
    library.add_documents([DOCUMENT, STORY])
    (rows, story) = reader_for(library).items([DOCUMENT, STORY])
    assert (rows.unchanged, [failure.source for failure in rows.failures]) == (2, [f"{DOCUMENT.origin}#row-2"])
    assert story == Skipped(1)


def test_what_is_to_be_read_again_is_parsed_though_it_is_known(library):
    library.add_documents([STORY])
    items = list(reader_for(library).items([STORY], reread={STORY.origin}))
    assert items == [
        Skipped(1),
        Skipped(0),
        Finished(STORY.origin, STORY.digest, sources=frozenset({STORY.origin})),
    ]


def test_behind_a_change_what_is_stored_by_now_goes_in_again(library):
    """The last one of a source counts, and the store's word of it is not good any more."""
    library.add_documents([STORY])
    changed, back = Document(STORY.origin, b"Another story."), Document(STORY.origin, STORY.data + b"\n")
    prepared = [each for each in reader_for(library).items([changed, back]) if isinstance(each, PreparedArticle)]
    assert [each.article.text for each in prepared] == ["Another story.", "A story that is told here."]
    assert {each.article.source for each in prepared} == {STORY.origin}


def test_what_could_not_be_read_passes_through_and_what_is_not_modified_counts(library):
    library.add_documents([STORY])
    unread = Failure("/gone.txt", "It is gone.", "Name another.")
    assert list(reader_for(library).items([unread, NotModified(STORY.origin)])) == [unread, Skipped(1)]


def test_a_name_that_is_no_unicode_is_told_with_its_bytes(library):
    (skipped,) = reader_for(library).items([Document("/in/\udcff.txt", b"Text.")])
    assert [failure.source for failure in skipped.failures] == ["/in/\\udcff.txt"]


def test_reading_leaves_no_trace_in_the_reader(library):
    """It runs in a thread of its own: what it finds out travels in the items alone."""
    reader = reader_for(library)
    before = {name: repr(value) for name, value in vars(reader).items()}
    assert len(list(reader.items([DOCUMENT, STORY]))) == 7
    assert {name: repr(value) for name, value in vars(reader).items()} == before
