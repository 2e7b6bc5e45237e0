"""Addresses inside the chat: what is written is read again, and nothing else is."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.datatypes import Where
from qa.errors import AddressError
from qa.serialization.addresses import ArticleAddress, article_address, parse_article_address
from qa.serialization.filters import parse_where_query, where_query

ID = "f199326b91c0929f"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
DAYS = st.none() | st.dates()


def test_an_address_is_as_it_was_promised():
    assert article_address(ID, 5, 17) == "/article/f199326b91c0929f?start=5&end=17"
    assert article_address(ID) == "/article/f199326b91c0929f"


@given(st.from_regex(r"[0-9a-f]{16}", fullmatch=True), st.integers(0, 10**8), st.integers(1, 10**8))
def test_an_address_leads_to_its_article_and_place(article_id, start, length):
    address = article_address(article_id, start, start + length)
    assert parse_article_address(address) == ArticleAddress(article_id, start, start + length)
    assert parse_article_address(article_address(article_id)) == ArticleAddress(article_id)


def test_parameters_of_others_and_a_fragment_are_left_alone():
    expected = ArticleAddress(ID, 5, 17)
    assert parse_article_address(f"/article/{ID}?start=5&end=17&theme=dark") == expected
    assert parse_article_address(f"/article/{ID}?end=17&start=5#top") == expected


@pytest.mark.parametrize(
    "query",
    [
        "start=-1&end=5", "start=5&end=5", "start=9&end=5", "start=5", "end=5", "start=&end=5", "start=1.0&end=5",
        "start=1&end=1000000000", "start=1&end=99999999999999999999", "start=٣&end=٩", "start=１&end=５",
        "start=01&end=5", "start=+1&end=5", "start=1_0&end=50", "start=%201&end=5", "start=0x1&end=5",
        "start=1&start=2&end=5", "start=1&end=5&end=6", "start=1&end=5%00", "start=%ff&end=5", "&" * 1001,
    ],
)  # fmt: skip
def test_a_malformed_place_is_refused(query):
    with pytest.raises(AddressError):
        parse_article_address(f"/article/{ID}?{query}")


@pytest.mark.parametrize(
    "address",
    [
        "", "/", "/article/", f"article/{ID}", f"/articles/{ID}", f"/article/{ID}/", f"/article/{ID}x",
        f"/article/{ID.upper()}", "/article/../../etc/passwd", f"https://elsewhere.example/article/{ID}",
        f"//article/{ID}", f"/article/{ID}\n", f"/article/ {ID}", "/article/" + "f" * 17, "/article/" + "٣" * 16,
        f"/article/%66{ID[1:]}", f"/article/{ID}?start=1&end=2&x=" + "y" * 8000,
    ],
)  # fmt: skip
def test_what_is_no_articles_address_is_refused(address):
    with pytest.raises(AddressError):
        parse_article_address(address)


@given(st.text(max_size=60))
def test_whatever_comes_is_an_address_or_refused(text):
    for address in (text, f"/article/{text}", f"/article/{ID}?{text}"):
        try:
            found = parse_article_address(address)
        except AddressError:
            continue
        assert parse_article_address(article_address(found.article_id, found.start, found.end)) == found


@pytest.mark.parametrize(("start", "end"), [(5, 5), (-1, 3), (None, 3), (3, None), (0, 10**9)])
def test_no_address_is_made_of_what_is_no_place(start, end):
    with pytest.raises(AddressError):
        article_address(ID, start, end)
    with pytest.raises(AddressError):
        article_address("../secret", 1, 2)


# filters


def test_a_filter_is_short_in_an_address():
    where = Where(date(2025, 3, 1), date(2025, 5, 12), ("bbc.co.uk", "The Daily & Co"), (ID,))
    assert where_query(where) == (
        "from=2025-03-01&to=2025-05-12&source=bbc.co.uk&source=The+Daily+%26+Co&article=f199326b91c0929f"
    )
    assert where_query(Where()) == where_query(None) == ""
    assert parse_where_query("") == parse_where_query("?") == Where()


@given(DAYS, DAYS, st.lists(TEXTS, max_size=3), st.lists(TEXTS, max_size=3))
def test_a_filter_comes_back_as_it_went(first, last, sources, article_ids):
    if first and last and first > last:
        first, last = last, first
    where = Where(first, last, tuple(sources), tuple(article_ids))
    assert parse_where_query(where_query(where)) == where
    assert parse_where_query("?" + where_query(where) + "&theme=dark") == where


def test_a_filter_too_long_for_an_address_is_refused_where_it_is_made():
    kept = Where(article_ids=(ID,) * 300)
    assert parse_where_query(where_query(kept)) == kept
    with pytest.raises(AddressError, match="401 things"):
        where_query(Where(article_ids=(ID,) * 400, sources=("a",)))


def test_half_a_surrogate_pair_does_not_break_an_address():
    assert parse_where_query(where_query(Where(sources=("a\ud800b",)))) == Where(sources=("a?b",))


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday", "from=2025-02-30", "from=2025-3-1", "from=20250301", "from=٢٠٢٥-٠٣-٠١", "to=0000-01-01",
        "from=2025-03-02&to=2025-03-01", "from=2025-03-01&from=2025-03-02", "source=%ff", "source=" + "x" * 8000,
    ],
)  # fmt: skip
def test_a_malformed_filter_is_refused(query):
    with pytest.raises(AddressError):
        parse_where_query(query)


@given(st.text(max_size=60))
def test_whatever_comes_is_a_filter_or_refused(text):
    for query in (text, f"from={text}", f"source={text}&to={text}"):
        try:
            found = parse_where_query(query)
        except AddressError:
            continue
        assert parse_where_query(where_query(found)) == found
