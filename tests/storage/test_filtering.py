"""Filters: what they let through, in both indexes, held against a plain reading of what they promise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from library_fakes import LetterEncoder, lexical_of, retriever_of, vectors_of

from qa.answering.calibration import Calibration
from qa.answering.retrieval import fuse
from qa.assistant import Assistant
from qa.config import Settings
from qa.datatypes import Article, RetrievedPassage, Span, Where
from qa.library import Library
from qa.loaders import Document
from qa.logistic import Logistic
from qa.serialization.filters import where_chips, without_chip

SMALL = Settings(passage_words=12, overlap_words=3, batch_articles=3, min_article_chars=1, candidates=3)
SITES = ("The Daily", "daily.example", "", "Other")
HOSTS = ("https://www.daily.example/", "https://news.daily.example/", "https://other.example/", "")
FRUIT = ("apple", "pear", "plum", "quince", "fig", "grape", "lemon")
FIRST_DAY = date(2024, 1, 1)
PLAIN = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {"rank": 1.0}))


def page(number: int) -> Document:
    """Article `number` of 24: its date, publisher, address, source and words follow from the number."""
    heads = [f"title: Number {number}"]
    if number % 5:
        heads.append(f"date: {FIRST_DAY + timedelta(days=number)}")
    if site := SITES[number % 4]:
        heads.append(f"site: {site}")
    if host := HOSTS[number // 4 % 4]:
        heads.append(f"url: {host}{number}")
    words = " ".join(FRUIT[(number * step) % 7] for step in range(1, 2 + number % 6))
    text = f"Basket {number} of the market held {words} and nothing but that."
    name = f"{'upload' if number % 3 else 'sample'}:{number}.md"
    return Document(name, f"---\n{chr(10).join(heads)}\n---\n\n{text}".encode(), "text/markdown")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    path: Path = tmp_path_factory.mktemp("filters") / "library"
    with Library.open(path, SMALL, encoder=LetterEncoder()) as opened:
        assert len(opened.add_documents(page(number) for number in range(24)).added) == 24
        yield opened


def lets_through(where: Where, article: Article) -> bool:
    """What `Where` promises, read word for word."""
    if where.published_from and (article.published is None or article.published < where.published_from):
        return False
    if where.published_to and (article.published is None or article.published > where.published_to):
        return False
    if where.article_ids and article.id not in where.article_ids:
        return False
    sources = [source for source in where.sources if source]
    return not sources or any(is_from(source, article) for source in sources)


def is_from(source: str, article: Article) -> bool:
    host = (article.url or "").removeprefix("https://").split("/")[0]
    named = source.lower().removeprefix("www.")
    return (
        source.lower() == (article.site or "").lower()
        or bool(host and (host == named or host.endswith(f".{named}")))
        or article.source.startswith("upload:" if source == "Uploads" else source)
    )


DAYS = st.none() | st.integers(-1, 25).map(lambda days: FIRST_DAY + timedelta(days=days))
SOURCES = st.lists(
    st.sampled_from(
        ["the daily", "Daily.example", "www.daily.example", "other", "example", "sample:", "upload:1", "none", ""]
    ),
    max_size=2,
)


@st.composite
def filters(draw: st.DrawFn) -> tuple[Where, list[int]]:
    """A filter, and the numbers of the articles that it is to choose by id; none of them chooses nothing."""
    where = Where(draw(DAYS), draw(DAYS), tuple(draw(SOURCES)))
    return where, draw(st.lists(st.integers(0, 23), max_size=8))


def completed(library: Library, where: Where, numbers: list[int]) -> Where:
    ids = {article.title: article.id for article in library.articles()}
    return Where(
        where.published_from, where.published_to, where.sources, tuple(ids[f"Number {number}"] for number in numbers)
    )


def through(library: Library, where: Where) -> set[str]:
    return {article.id for article in library.articles() if lets_through(where, article)}


@settings(max_examples=40, deadline=None)
@given(filters())
def test_the_store_lets_through_what_the_filter_promises(library: Library, drawn: tuple[Where, list[int]]) -> None:
    where = completed(library, *drawn)
    assert {article.id for article in library.articles(where)} == through(library, where)


@settings(max_examples=50, deadline=None)
@given(filters(), st.lists(st.sampled_from(FRUIT), min_size=1, max_size=3).map(" ".join))
def test_both_indexes_give_the_best_of_what_is_let_through(
    library: Library, drawn: tuple[Where, list[int]], question: str
) -> None:
    where = completed(library, *drawn)
    vector = library.encoder.encode_queries([question])[0]
    found = retriever_of(library).retrieve(question, where)
    hits = library.backend.search(question, lambda: vector, SMALL.candidates, where)
    kept = {passage.id for article_id in through(library, where) for passage in library.store.passages_of(article_id)}
    everything = 1000
    words = [score for passage, score in lexical_of(library).search(question, everything) if passage in kept]
    ids, scores = vectors_of(library).search(vector, everything)
    meanings = [score for passage, score in zip(ids.tolist(), scores.tolist(), strict=True) if passage in kept]
    # by their scores, as an index may take any of several passages that are equally good
    assert [score for _, score in hits.lexical] == pytest.approx(words[: SMALL.candidates])
    assert [score for _, score in hits.dense] == pytest.approx(meanings[: SMALL.candidates])
    lexical, dense = ([(each.id, score) for each, score in some] for some in (hits.lexical, hits.dense))
    expected = fuse(lexical, dense)[: SMALL.candidates]
    assert {each.passage.article_id for each in found} <= through(library, where)
    assert [each.passage.id for each in found] == [each.passage_id for each in expected]
    assert len(found) == min(SMALL.candidates, len(expected))
    assert (not found) == (not kept)


def test_the_last_of_everything_is_found_when_it_alone_is_let_through(library: Library) -> None:
    """Nothing is filtered after the top k: what a search over everything ranks last is first among itself."""
    question = "apple plum market"
    ranked = retriever_of(library).retrieve(question)
    outside = [article for article in library.articles() if article.id not in {each.article.id for each in ranked}]
    assert len(ranked) == SMALL.candidates
    assert len(outside) >= 20
    for article in outside:
        found = retriever_of(library).retrieve(question, Where(article_ids=(article.id,)))
        assert {each.article.id for each in found} == {article.id}
        assert min(each.dense_rank or 9 for each in found) == min(each.lexical_rank or 9 for each in found) == 1


def test_an_answer_comes_from_what_is_let_through(library: Library) -> None:
    class First:
        def read(self, question: str, texts: list[str], titles: list[str]) -> list[list[Span]]:
            return [[Span(0, 6, 4.0)] for _ in texts]

    def passages(where: Where) -> tuple[RetrievedPassage, ...]:
        return Assistant(library, First(), PLAIN).ask("What was in the basket?", where=where).passages

    assert {each.article.title for each in passages(Where(published_from=date(2024, 1, 24)))} == {"Number 23"}
    assert {each.article.site for each in passages(Where(sources=("other",)))} == {"Other"}
    assert passages(Where(published_from=date(2030, 1, 1))) == ()


# what can be chosen


def test_sources_are_counted_as_the_filter_counts_them(library: Library) -> None:
    counts = library.sources()
    assert counts == {name: len(through(library, Where(sources=(name,)))) for name in counts}
    assert set(counts) == {"The Daily", "daily.example", "Other", "news.daily.example", "other.example", "Uploads"}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


# in words


def test_chips_say_each_part_of_a_filter() -> None:
    where = Where(date(2025, 3, 1), date(2025, 12, 31), ("bbc.co.uk", "The Daily"), ("a", "b", "a"))
    assert where_chips(where) == [
        "from 1 March 2025",
        "until 31 December 2025",
        "source: bbc.co.uk",
        "source: The Daily",
        "2 chosen articles",
    ]
    assert where_chips(Where(article_ids=("a",))) == ["1 chosen article"]
    assert where_chips(Where(article_ids=("a", "a")), {"a": "Fire at\nsea"}) == ["article: Fire at sea"]
    assert where_chips(Where(article_ids=("a",)), {"b": "Fire"}) == ["1 chosen article"]
    assert where_chips(Where(article_ids=("a", "b")), {"a": "Fire", "b": "Ice"}) == ["2 chosen articles"]
    assert where_chips(Where(sources=("upload:",))) == ["source: upload:"]
    assert where_chips(Where(sources=("",))) == where_chips(Where()) == where_chips(None) == []


def test_each_chip_can_be_taken_off() -> None:
    where = Where(date(2025, 3, 1), date(2025, 12, 31), ("bbc.co.uk", "The Daily"), ("a", "b"))
    for position, chip in enumerate(where_chips(where)):
        left = where_chips(without_chip(where, position))
        assert left == [other for other in where_chips(where) if other != chip]
