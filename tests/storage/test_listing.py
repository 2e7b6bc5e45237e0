"""The list of articles, page by page: sorted, searched and filtered as plain Python does it."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library_fakes import SETTINGS, LetterEncoder, write

from qa import Library, Where
from qa.storage.listing import ListQuery, Word, filter_rows, first_of_page, words_of


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        news, blog = tmp_path / "news", tmp_path / "blog"
        write(news, "1", "The ferry leaves the harbour in the evening.", "beta ferries", "2024-05-01")
        write(news, "2", "A storm closed two bridges. Nobody was hurt.", "Alpha 100% storm", "2025-01-02")
        write(blog, "3", "The ferries are painted green again.", "gamma_paint")
        write(blog, "4", "Prices of tickets rise.", "delta", "2025-01-02")
        opened.add([news, blog])
        yield opened


def titles(library, where=None, **named):
    return [each.title for each in library.listing(where, **named).articles]


def test_newest_first_and_the_undated_last_both_ways(library):
    assert titles(library) == ["Alpha 100% storm", "delta", "beta ferries", "gamma_paint"]
    assert titles(library, descending=False) == ["beta ferries", "Alpha 100% storm", "delta", "gamma_paint"]


def test_titles_and_sources_are_sorted_whatever_their_case(library):
    assert titles(library, sort="title", descending=False) == [
        "Alpha 100% storm", "beta ferries", "delta", "gamma_paint",
    ]  # fmt: skip
    assert titles(library, sort="title") == ["gamma_paint", "delta", "beta ferries", "Alpha 100% storm"]
    assert titles(library, sort="source", descending=False) == [
        "gamma_paint", "delta", "beta ferries", "Alpha 100% storm",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("harbour", {"beta ferries"}),  # in a text
        ("paint", {"gamma_paint"}),  # a part of a title
        ("FERRY", {"beta ferries", "gamma_paint"}),  # another form of a word in a text
        ("news storm", {"Alpha 100% storm"}),  # one word in a source, the other in a title
        ("storm hurt", {"Alpha 100% storm"}),
        ("storm harbour", set()),  # each in another article
        ("0%", {"Alpha 100% storm"}),
        ("a_p", {"gamma_paint"}),
        ("%", {"Alpha 100% storm"}),
        ("\\", set()),
        ("  ", {"beta ferries", "Alpha 100% storm", "gamma_paint", "delta"}),
    ],
)
def test_every_word_has_to_be_somewhere(library, words, found):
    assert set(titles(library, words=words)) == found


def test_what_is_filtered_and_left_out_does_not_count(library):
    since = Where(published_from=date(2025, 1, 1))
    assert titles(library, since) == ["Alpha 100% storm", "delta"]
    (storm,) = library.listing(words="storm").articles
    left = library.listing(since, without=[storm.id])
    assert (left.total, [each.title for each in left.articles]) == (1, ["delta"])


def test_a_page_behind_the_end_is_the_last_one(library):
    page = library.listing(offset=2, limit=3)
    assert (page.total, page.offset, len(page.articles)) == (4, 2, 2)
    page = library.listing(offset=99, limit=3)
    assert (page.total, page.offset, [each.title for each in page.articles]) == (4, 3, ["gamma_paint"])
    assert library.listing(offset=-5, limit=1).offset == 0
    assert library.listing(words="nowhere", offset=9).offset == 0


def test_what_was_added_just_now_is_found_by_its_text(library, tmp_path):
    write(tmp_path, "5", "An otter swims.", "epsilon")
    library.add(tmp_path / "5.json")
    assert titles(library, words="otters") == ["epsilon"]
    library.remove([library.listing(words="otter").articles[0].id])
    assert titles(library, words="otter") == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(
    sort=st.sampled_from(["date", "title", "source"]),
    descending=st.booleans(),
    words=st.sampled_from(["", "e", "a", "ferr", "news"]),
    offset=st.integers(0, 6),
    limit=st.integers(1, 5),
)
def test_pages_follow_one_another(library, sort, descending, words, offset, limit):
    whole = library.listing(words=words, sort=sort, descending=descending).articles
    page = library.listing(words=words, sort=sort, descending=descending, offset=offset, limit=limit)
    assert page.total == len(whole)
    assert page.articles == whole[page.offset : page.offset + limit]
    assert page.offset == first_of_page(offset, limit, len(whole))


@pytest.mark.parametrize("sort", ["date", "title", "source"])
@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("words", ["", "e", "blog", "alpha news", "0%"])
def test_where_nothing_sorts_for_us_the_order_is_the_same(library, sort, descending, words):
    everything = library.listing(sort="title", descending=False).articles
    without = frozenset([everything[2].id])
    wanted = ListQuery(None, tuple(map(Word, words_of(words))), sort, descending, without)
    page = library.store.listing(wanted, offset=0, limit=9)
    assert tuple(filter_rows(everything, wanted)) == page.articles


def test_the_words_of_a_search():
    assert words_of(" one  two one ") == ["one", "two"]
    assert len(words_of(" ".join(map(str, range(50))))) == 8


def test_retry_and_dismiss_of_single_failures(library, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    for path in (one, other):
        path.write_text("{")
    library.add([one, other])
    assert set(library.store.sources.failures()) == {str(one), str(other)}
    write(tmp_path, "one", "Now it is an article.")
    write(tmp_path, "other", "This one as well.")
    assert len(library.retry(only=[str(one)]).added) == 1
    assert set(library.store.sources.failures()) == {str(other)}
    library.dismiss([str(other)])
    assert library.failures() == []
    assert len(library.add([other]).added) == 1
