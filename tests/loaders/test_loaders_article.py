"""Normalising, ids and metadata of an article, and the dates and field names that programs use."""

from __future__ import annotations

import hashlib
import unicodedata
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.loaders import article_id, build_article, normalise
from qa.loaders.dates import date_of_line, parse_date
from qa.loaders.metadata import author_names, fields_of

ANY_TEXT = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=300)


@pytest.mark.parametrize(
    ("raw", "canonical"),
    [
        ("cafe\u0301", "café"),
        ("one\r\ntwo\rthree", "one\ntwo\nthree"),
        ("Minis\u00adter", "Minister"),
        ("Minis\u00ad\n  ter", "Minister"),
        ("ﬁrst oﬃce, eﬀect", "first office, effect"),
        ("a\x00b\x07c\x1bd", "abcd"),
        ("a\u200bb\ufeffc\u202ed", "abcd"),
        ("10\u00a0000\u202fkm\tfar", "10 000 km far"),
        ("para one  \n \n\n\n  para two\n", "para one\n\npara two"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("line\u2028break", "line\nbreak"),
        ("नमस्\u200dते", "नमस्\u200dते"),
    ],
)
def test_normalise_gives_the_canonical_form(raw: str, canonical: str) -> None:
    assert normalise(raw) == canonical


@given(ANY_TEXT)
def test_normalise_is_idempotent_and_clean(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert once == once.strip()
    assert unicodedata.is_normalized("NFC", once)
    assert "\n\n\n" not in once
    assert not any(unicodedata.category(character) in ("Cc", "Cs") for character in once if character != "\n")
    once.encode()


def test_the_id_is_the_beginning_of_the_text_digest() -> None:
    assert article_id("Häfen öffnen") == hashlib.sha256("Häfen öffnen".encode()).hexdigest()[:16]


def test_an_article_is_normalised_in_every_field() -> None:
    article = build_article(
        title="  Two\n lines ",
        text="Text\r\nhere.",
        source="/a.txt",
        url="javascript:alert(1)",
        published=datetime(2024, 2, 29, 23, 59, tzinfo=UTC),
        authors=["Ann  Lee", "", "Ann Lee"],
        site=" ",
        language="en_GB",
    )
    assert (article.title, article.text, article.url) == ("Two lines", "Text\nhere.", None)
    assert (article.published, article.authors) == (date(2024, 2, 29), ("Ann Lee",))
    assert (article.site, article.language) == (None, "en")
    assert article.id == article_id("Text\nhere.")


def test_the_digest_tells_any_change_but_not_the_place() -> None:
    first = build_article(title="T", text="Words.", source="/a", url="https://x.org/1")
    moved = build_article(title="T", text="Words.", source="/b", url="https://x.org/1")
    dated = build_article(title="T", text="Words.", source="/a", url="https://x.org/1", published=date(2020, 1, 1))
    assert first.digest == moved.digest
    assert first.digest != dated.digest
    assert first.id == dated.id


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://x.org/a", True), ("HTTP://x.org", True), ("javascript://x.org/%0aalert(1)", False),
        ("ftp://x.org/a", False), ("data:text/html,x", False), ("x.org/a", False), ("http://[", False),
        ("https://x.org/" + "a" * 3000, False),
    ],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str, kept: bool) -> None:
    assert (build_article(title="T", text="x", source="s", url=url).url is not None) == kept


@given(st.text(max_size=50), ANY_TEXT, ANY_TEXT)
def test_any_strings_make_an_article(title: str, text: str, url: str) -> None:
    article = build_article(title=title, text=text, source="s", url=url, authors=[text], site=url, language=title)
    assert article.title
    assert article.url is None or article.url.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2022/06/19", date(2022, 6, 19)),
        ("26-FEB-1987 15:01:01.00", date(1987, 2, 26)),
        ("2025-05-12T23:30:00-05:00", date(2025, 5, 12)),
        ("2025-05-12T00:30:00Z", date(2025, 5, 12)),
        ("Mon, 12 May 2025 10:00:00 GMT", date(2025, 5, 12)),
        ("May 12th, 2025", date(2025, 5, 12)),
        ("Sept. 3, 2020", date(2020, 9, 3)),
        ("12 de mayo de 2025", date(2025, 5, 12)),
        ("12. März 2025", date(2025, 3, 12)),
        ("2025年5月12日", date(2025, 5, 12)),
        ("20250512", date(2025, 5, 12)),
        ("13/04/2022", date(2022, 4, 13)),
        ("04/13/2022", date(2022, 4, 13)),
        ("3.4.2022", date(2022, 4, 3)),
        (1652400000, date(2022, 5, 13)),
        (1652400000000, date(2022, 5, 13)),
        ("1652400000", date(2022, 5, 13)),
        (date(2020, 1, 2), date(2020, 1, 2)),
        ("03/04/2022", None),
        ("yesterday", None),
        ("2 hours ago", None),
        ("May 2025", None),
        ("2025", None),
        ("2020-13-45", None),
        ("", None),
        (None, None),
        (True, None),
        (float("nan"), None),
        (float("inf"), None),
        ({"a": 1}, None),
    ],
)
def test_dates_are_read_as_written_or_not_at_all(value: object, day: date | None) -> None:
    assert parse_date(value) == day


@given(st.one_of(ANY_TEXT, st.floats(), st.integers()))
def test_no_value_breaks_the_date_reader(value: object) -> None:
    assert parse_date(value) is None or isinstance(parse_date(value), date)


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("May 12, 2025", date(2025, 5, 12)),
        ("Friday, January 4, 2019", date(2019, 1, 4)),
        ("Published: 12 May 2025 at 10:30 GMT", date(2025, 5, 12)),
        ("May 12, 2025 | 3:04 p.m. ET", date(2025, 5, 12)),
        ("2025-05-12T10:00:00Z", date(2025, 5, 12)),
        ("May 12, 2025 was a Monday", None),
        ("On May 12, 2025", None),
        ("Chapter 12, 2025", None),
    ],
)
def test_a_date_line_holds_nothing_else(line: str, day: date | None) -> None:
    assert date_of_line(line) == day


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ("By Ann Lee and Bo Chu", ("Ann Lee", "Bo Chu")),
        ("Ann Lee, Bo Chu", ("Ann Lee", "Bo Chu")),
        ("Martin King, Jr.", ("Martin King, Jr.",)),
        ("Ann Lee; Bo Chu | Cy Diaz", ("Ann Lee", "Bo Chu", "Cy Diaz")),
        (["Ann Lee", {"name": "Bo Chu"}, 7], ("Ann Lee", "Bo Chu")),
        ("desk@x.org (Ann Lee)", ("Ann Lee",)),
        ("Ann Lee <ann@x.org>, bo@x.org", ("Ann Lee",)),
        ("Anderson Band", ("Anderson Band",)),
        ("", ()),
        (None, ()),
    ],
)
def test_author_names(value: object, names: tuple[str, ...]) -> None:
    assert author_names(value) == names


def test_field_names_are_understood_in_any_spelling() -> None:
    row = {
        "Headline": "H", "article_body": "B", "Publication-Date": "2020-01-02", "WebURL": "https://x.org/a",
        "byline": "By Ann Lee", "source": {"id": None, "name": "The Paper"}, "lang": "de", "GUID": 7,
    }  # fmt: skip
    fields = fields_of(row)
    assert (fields.title, fields.text, fields.published) == ("H", "B", date(2020, 1, 2))
    assert (fields.url, fields.authors, fields.site) == ("https://x.org/a", ("Ann Lee",), "The Paper")
    assert (fields.language, fields.key) == ("de", "7")


def test_a_source_that_is_an_address_is_the_url() -> None:
    fields = fields_of({"text": "B", "source": "https://x.org/a"})
    assert (fields.url, fields.site) == ("https://x.org/a", None)
