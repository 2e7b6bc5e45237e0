"""Links to the quoted words: the grammar, and a browser's search for the words as the specification describes it."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.datatypes import Citation
from qa.serialization.text_fragments import text_directive, text_fragment_url

TEXT = "The ferry left at noon, late. It reached Sund after dark.\nNobody was hurt. Forty people were on board."
PART = r"(?:%[0-9A-F]{2}|[A-Za-z0-9_.~])+"
DIRECTIVE = re.compile(f"text=(?:({PART})-,)?({PART})(?:,({PART}))?(?:,-({PART}))?")


def cite(quote: str, start: int | None = None, *, url: str | None = "https://example.org/ferry") -> Citation:
    """The context is all of the text."""
    at = TEXT.index(quote) if start is None else start
    return Citation("a1", "A ferry", "/ferry.txt", url, None, at, at + len(quote), quote, TEXT, 0)


def found(directive: str, text: str) -> tuple[int, int] | None:
    """The first place in `text` that a browser takes: each part as it is, one after the other, apart by space only."""
    match = DIRECTIVE.fullmatch(directive)
    assert match, directive
    prefix, start, end, suffix = (part and re.escape(unquote(part)).replace(r"\ ", r"\s+") for part in match.groups())
    pattern = rf"{prefix}\s*" if prefix else ""
    pattern += rf"(?P<start>{start})" + (rf".*?(?P<end>{end})" if end else "")
    pattern += rf"\s*{suffix}" if suffix else ""
    place = re.search(pattern, text, re.DOTALL)
    return place and (place.start("start"), place.end("end" if end else "start"))


def test_a_long_quote_stands_alone_percent_encoded() -> None:
    quote = "The ferry left at noon, late"
    url = "https://example.org/ferry#:~:text=The%20ferry%20left%20at%20noon%2C%20late"
    assert text_fragment_url(cite(quote)) == url


def test_a_short_quote_has_the_words_around_it_on_its_own_line() -> None:
    assert text_directive(cite("noon")) == "text=The%20ferry%20left%20at-,noon,-%2C%20late.%20It%20reached"
    assert text_directive(cite("Nobody")) == "text=Nobody,-was%20hurt.%20Forty%20people"
    assert text_directive(cite("dark.")) == "text=It%20reached%20Sund%20after-,dark."


def test_what_separates_parts_is_encoded_within_them() -> None:
    citation = replace(cite("noon"), quote="A-B & C, D", context="A-B & C, D", start=0, end=10)
    assert text_directive(citation) == "text=A%2DB%20%26%20C%2C%20D"


def test_a_quote_over_several_lines_is_a_range() -> None:
    directive = text_directive(cite("It reached Sund after dark.\nNobody was hurt."))
    assert directive == "text=It%20reached%20Sund%20after%20dark.,Nobody%20was%20hurt."


def test_a_very_long_quote_is_a_range_of_its_first_and_last_words() -> None:
    words = [f"word{number}" for number in range(100)]
    quote = " ".join(words)
    citation = replace(cite("noon"), quote=quote, context=quote, start=0, end=len(quote))
    first, last = "%20".join(words[:6]), "%20".join(words[-6:])
    assert text_directive(citation) == f"text={first},{last}"


def test_a_quote_that_stands_twice_is_told_apart() -> None:
    text = "It was the old harbour master. Then it was the old harbour master again."
    quote = "the old harbour master"
    second = text.rindex(quote)
    near = Citation("a1", "", "", None, None, second, second + len(quote), quote, text[31:], 31)
    assert text_directive(near) == "text=the%20old%20harbour%20master"  # in its sentence it stands once
    directive = text_directive(near, text)
    assert directive == "text=Then%20it%20was-,the%20old%20harbour%20master,-again."
    assert found(directive, text) == (second, second + len(quote))


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("https://example.org/ferry#top", "https://example.org/ferry#top:~:text="),
        ("https://example.org/ferry#:~:text=old", "https://example.org/ferry#:~:text="),
        ("https://example.org/ferry#top:~:text=old", "https://example.org/ferry#top:~:text="),
        ("https://example.org/?a=1&b=2", "https://example.org/?a=1&b=2#:~:text="),
    ],
)
def test_the_address_keeps_its_own_fragment(url: str, start: str) -> None:
    made = text_fragment_url(cite("noon", url=url))
    assert made is not None
    assert made.startswith(start)
    assert made.count(":~:") == 1


@pytest.mark.parametrize("url", [None, "", "javascript:alert(1)", "file:///etc/passwd", "//example.org"])
def test_only_web_addresses_become_links(url: str | None) -> None:
    assert text_fragment_url(cite("noon", url=url)) is None


def test_a_page_that_is_the_source_is_the_address() -> None:
    citation = replace(cite("noon", url=None), source="https://example.org/page")
    assert str(text_fragment_url(citation)).startswith("https://example.org/page#:~:text=")


def test_a_quote_without_a_word_leads_to_the_page() -> None:
    assert text_fragment_url(replace(cite("noon"), quote=" \n")) == "https://example.org/ferry"


@given(st.data())
def test_whole_words_of_a_text_are_found_where_they_stand(data: st.DataObject) -> None:
    words = [match.span() for match in re.finditer(r"\S+", TEXT)]
    first = data.draw(st.integers(0, len(words) - 1))
    last = data.draw(st.integers(first, len(words) - 1))
    start, end = words[first][0], words[last][1]
    directive = text_directive(cite(TEXT[start:end], start), TEXT)
    assert directive is not None
    assert found(directive, TEXT) == (start, end)


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_any_text_at_all_gives_a_directive_of_the_grammar(before: str, quote: str, after: str) -> None:
    context = before + quote + after
    citation = Citation("a1", "", "", None, None, len(before), len(before) + len(quote), quote, context, 0)
    directive = text_directive(citation)
    assert (directive is None) == (not quote.split())
    assert directive is None or DIRECTIVE.fullmatch(directive)


def test_the_link_to_a_pdf_opens_its_page() -> None:
    citation = replace(cite("noon", url="https://example.org/Report.PDF?v=1#top"), page=3)
    assert text_fragment_url(citation) == "https://example.org/Report.PDF?v=1#page=3"
    printed = replace(cite("The ferry left at noon, late"), page=3)
    assert text_fragment_url(printed) == "https://example.org/ferry#:~:text=The%20ferry%20left%20at%20noon%2C%20late"
