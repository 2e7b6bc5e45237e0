"""Names and addresses of one publisher: one source to choose, whatever an article calls it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder

from qa.assistant import Assistant
from qa.datatypes import Span, Where
from qa.library import Library
from qa.loaders import Document
from qa.storage.publishers import Publishers

NEWS = [("Example News", "www.example.com", 3), (None, "example.com", 2), ("www.example.com", "example.com", 1)]


def test_name_address_and_address_as_a_name_are_one_source() -> None:
    publishers = Publishers([*NEWS, ("Example News", None, 4), ("Other", "other.example", 1)])
    assert publishers.counts() == {"Example News": 10, "Other": 1}
    for source in ("Example News", "example news", "example.com", "www.example.com", "EXAMPLE.com"):
        assert {"Example News", "example.com", "www.example.com"} <= set(publishers.spellings(source)), source
    assert publishers.spellings("unknown") == ("unknown",)
    assert publishers.spellings("/home/me/clippings") == ("/home/me/clippings",)


def test_a_publisher_in_two_spellings_is_one_and_has_what_is_below_its_website() -> None:
    pairs = [("BBC", "bbc.co.uk", 3), ("bbc", None, 2), (None, "www.bbc.co.uk", 1), (None, "news.bbc.co.uk", 4)]
    assert Publishers(pairs).counts() == {"BBC": 10}


@pytest.mark.parametrize(
    ("pairs", "counts"),
    [  # several names at one website: none of them is the website
        (
            [("Example News", "example.com", 2), ("Example Sport", "sport.example.com", 1), (None, "example.com", 1)],
            {"example.com": 4, "Example News": 2, "Example Sport": 1},
        ),
        # an agency on somebody else's pages, most of which name nobody
        ([("Agency", "portal.example", 1), (None, "portal.example", 9)], {"portal.example": 10, "Agency": 1}),
        # a name at two websites of which it resembles neither
        ([("Agency", "one.example", 2), ("Agency", "two.example", 1), (None, "one.example", 1)],
         {"Agency": 3, "one.example": 3, "two.example": 1}),
    ],
)  # fmt: skip
def test_what_may_be_another_publisher_stays_apart(pairs: list, counts: dict[str, int]) -> None:
    assert Publishers(pairs).counts() == counts


def test_an_agency_has_its_own_website_and_not_that_of_its_customers() -> None:
    pairs = [("Reuters", "reuters.com", 2), ("Reuters", "portal.example", 1), (None, "reuters.com", 1)]
    publishers = Publishers([*pairs, (None, "portal.example", 5)])
    assert publishers.counts() == {"portal.example": 6, "Reuters": 4}
    assert "portal.example" not in publishers.spellings("Reuters")


def test_articles_that_name_neither_are_not_counted() -> None:
    assert Publishers([(None, None, 7), ("", "", 2)]).counts() == {}


# in a library


def page(name: str, title: str, *heads: str) -> Document:
    lines = [f"title: {title}", *heads]
    text = f"Basket {title} of the market held pears and nothing but that."
    return Document(name, f"---\n{chr(10).join(lines)}\n---\n\n{text}".encode(), "text/markdown")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", replace(SETTINGS), encoder=LetterEncoder()) as opened:
        opened.add_documents([
            page("upload:a.md", "named", "site: Example News", "url: https://www.example.com/a"),
            page("sample:b.md", "bare", "url: https://example.com/b"),
            page("sample:c.md", "address", "site: www.example.com"),
            page("upload:d.md", "sent"),
            page("sample:e.md", "other", "site: Other", "url: https://other.example/e"),
        ])  # fmt: skip
        yield opened


@pytest.mark.parametrize("source", ["Example News", "example.com", "www.example.com", "EXAMPLE NEWS"])
def test_each_spelling_lets_the_same_articles_through(library: Library, source: str) -> None:
    assert {each.title for each in library.articles(Where(sources=(source,)))} == {"named", "bare", "address"}
    assert library.listing(Where(sources=(source,))).total == 3


def test_uploads_are_a_source_to_choose(library: Library) -> None:
    assert library.sources() == {"Example News": 3, "Uploads": 2, "Other": 1}
    for name in ("Uploads", "uploads"):
        assert {each.title for each in library.articles(Where(sources=(name,)))} == {"named", "sent"}


def test_a_source_that_is_typed_in_a_question_has_every_spelling_too(library: Library) -> None:
    class First:
        def read(self, question: str, texts: list[str], titles: list[str]) -> list[list[Span]]:
            return [[Span(0, 6, 4.0)] for _ in texts]

    answer = Assistant(library, First()).ask("What was in the basket? source:example.com")
    assert {each.article.title for each in answer.passages} == {"named", "bare", "address"}
    assert answer.note == "Only articles from example.com."


def test_sources_follow_what_comes_in_and_goes(library: Library) -> None:
    (other,) = library.articles(Where(sources=("Other",)))
    library.remove([other.id])
    assert library.sources() == {"Example News": 3, "Uploads": 2}
