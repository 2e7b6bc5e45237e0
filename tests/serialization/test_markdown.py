"""Answers and conversations as Markdown: what is written, and what a reader of Markdown makes of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from qa.datatypes import Answer, Citation, Reason, Where
from qa.serialization.conversations import Conversation, StoredTurn
from qa.serialization.markdown import answer_to_markdown, conversation_to_markdown, plain
from qa.text.display import clean

CITATION = Citation(
    article_id="aaaa000000000001",
    title="A ferry is late",
    source="/news/ferry.txt",
    url="https://example.org/ferry",
    published=date(2025, 5, 12),
    start=40,
    end=50,
    quote="after dark",
    context="It reached Sund after dark.",
    context_start=24,
    confidence=0.75,
)
ANSWER = Answer("When did it arrive?", "after dark", 0.75, (CITATION,), ())
NOT_FOUND = Answer("Who paid?", "", 0.1, (), (), Reason.NOT_SURE)
ASKED = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)


def test_an_answer_as_it_is_written() -> None:
    assert answer_to_markdown(ANSWER) == (
        "# When did it arrive?\n\n"
        "**after dark** (75% sure)\n\n"
        "> It reached Sund **after dark**.\n"
        ">\n"
        "> — [A ferry is late](<https://example.org/ferry#:~:text=It%20reached%20Sund-,after%20dark,-.>), 12 May 2025. "
        "Source: /news/ferry.txt.\n"
        "> Article aaaa000000000001, characters 40–50.\n\n"
        "Every quote is the exact words of its article. To check them, save as JSON and run `article-qa verify FILE`.\n"
    )


def test_the_page_of_a_pdf_is_named() -> None:
    paged = replace(ANSWER, citations=(replace(CITATION, page=3),))
    assert "> Article aaaa000000000001, p. 3, characters 40–50." in answer_to_markdown(paged)


def test_a_conversation_as_it_is_written() -> None:
    turns = [
        StoredTurn(1, "When did it arrive?", ANSWER, ASKED, 0.25),
        StoredTurn(
            2,
            "And who paid?",
            NOT_FOUND,
            ASKED,
            0.25,
            Where(date(2025, 1, 1), sources=("bbc.co.uk",), article_ids=("a", "b")),
            version=2,
            versions=3,
        ),
    ]
    written = conversation_to_markdown(Conversation("c1", "The ferry", ASKED, ASKED, 2), turns)
    assert written.startswith("# The ferry\n\n## When did it arrive?\n\nAsked 2025-06-01 09:30 UTC.\n\n**after dark**")
    assert (
        "## And who paid?\n\nLooked up as: Who paid?\n\nAsked 2025-06-01 09:30 UTC, version 2 of 3.\n\n"
        "Only in part of the articles: from 1 January 2025, source: bbc.co.uk, 2 chosen articles.\n\n"
        "**Your articles don't say.**\n\nSome of them are about this, but no words in them surely answer it.\n\n"
    ) in written
    assert written.count("article-qa verify") == 1


def test_further_answers_and_repeats_follow() -> None:
    other = replace(CITATION, title="Other", quote="Sund", start=35, end=39, confidence=0.5)
    repeat = replace(CITATION, title="Repeat", url=None)
    written = answer_to_markdown(replace(ANSWER, citations=(replace(CITATION, repeats=(repeat,)), other)))
    order = [
        "**after dark** (75% sure)",
        "It also stands here:",
        "> — Repeat, 12",
        "Other answers:",
        "**Sund** (50% sure)",
    ]
    places = [written.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("standing", "told"),
    [("unchanged", None), ("changed", "The article has changed since"), ("gone", "not in the library any more")],
)
def test_what_became_of_the_article_is_told(standing: str, told: str | None) -> None:
    written = answer_to_markdown(ANSWER, standing_of=lambda _: standing)  # type: ignore[arg-type,return-value]
    assert "> It reached Sund **after dark**.\n" in written
    assert (told is None) == (written == answer_to_markdown(ANSWER))
    assert told is None or told in written


# as it is read

READER = MarkdownIt("commonmark")
HOSTILE = st.text(st.sampled_from("ab \n*_`[]()<>&#|~!\\-+=1.:$\u202e\x1b\U0001f600éß«\"'"), max_size=12)


def tokens(markdown: str) -> list[Token]:
    """All tokens in a row, those within lines too."""
    found: list[Token] = []
    for token in READER.parse(markdown):
        found += [token, *(token.children or [])]
    return found


def seen(inner: list[Token]) -> str:
    return re.sub(r"\s+", " ", "".join(" " if token.type == "softbreak" else token.content for token in inner)).strip()


@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_whatever_an_article_holds_is_shown_and_never_obeyed(title: str, before: str, quote: str, after: str) -> None:
    context = before + quote + after
    citation = replace(
        CITATION, title=title, context=context, quote=quote, start=24 + len(before), end=24 + len(before + quote)
    )
    answer = replace(ANSWER, question=f"Q {title}", citations=(citation,))
    parsed = tokens(answer_to_markdown(answer))
    opened = [token for token in parsed if token.nesting == 1]
    assert {token.tag for token in opened} <= {"h1", "p", "blockquote", "strong", "a"}
    assert sum(token.tag == "blockquote" for token in opened) == 1
    assert [token.attrs["href"] for token in opened if token.tag == "a"][1:] == []
    html = {token.content for token in parsed if token.type in ("html_inline", "html_block")}
    assert html <= {"<b>", "</b>"}
    assert {token.type for token in parsed} & {"image", "em_open"} == set()
    assert [token.content for token in parsed if token.type == "code_inline"] == ["article-qa verify FILE"]
    shown = [token for token in parsed if token.type == "inline"]
    texts = [
        seen([child for child in token.children or [] if child.type in ("text", "text_special", "softbreak")])
        for token in shown
    ]
    assert texts[0] == re.sub(" +", " ", clean(f"Q {title}")).strip()
    whole = clean(before) + clean(quote) + clean(after) if clean(quote).strip() else clean(context)
    context = re.sub(" +", " ", whole).strip()
    assert texts[2] == context or not context


@given(HOSTILE, HOSTILE.filter(lambda quote: clean(quote).strip()), HOSTILE)
def test_the_quote_and_nothing_else_is_bold(before: str, quote: str, after: str) -> None:
    context = before + quote + after
    citation = replace(CITATION, context=context, quote=quote, start=24 + len(before), end=24 + len(before + quote))
    evidence = [
        token for token in READER.parse(answer_to_markdown(replace(ANSWER, citations=(citation,)))) if token.children
    ][2]
    depth, bold = 0, ""
    for token in evidence.children or []:
        depth += (token.tag == "strong") * token.nesting
        depth += {"<b>": 1, "</b>": -1}.get(token.content, 0) if token.type == "html_inline" else 0
        bold += token.content if depth and token.type in ("text", "text_special") else ""
    assert bold.strip() == clean(quote).strip()


def test_a_link_cannot_be_broken_out_of() -> None:
    url = "https://example.org/a>b<c\\d(e)"
    written = answer_to_markdown(replace(ANSWER, citations=(replace(CITATION, url=url, title="x](http://evil) [y"),)))
    [link] = [token for token in tokens(written) if token.type == "link_open"]
    assert str(link.attrs["href"]).startswith("https://example.org/a%3Eb%3Cc%5Cd(e)#:~:text=")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain words, 12:30.", "plain words, 12:30."),
        ("1. first", "1\\. first"),
        ("- item", "\\- item"),
        ("<script>", "\\<script\\>"),
        ("&copy; R&D", "\\&copy; R\\&D"),
        ("a\nb", "a b"),
        ("\ud800", "\ufffd"),
    ],
)
def test_only_what_markdown_would_obey_gets_a_backslash(text: str, written: str) -> None:
    assert plain(text) == written


def test_what_may_answer_is_told_apart_from_an_answer() -> None:
    unsure = replace(
        ANSWER, text="", citations=(), reason=Reason.NOT_SURE, possible=(replace(CITATION, missing=("1955",)),)
    )
    written = answer_to_markdown(unsure)
    assert written.startswith(
        "# When did it arrive?\n\n**This may answer it. Check it before you rely on it.**\n\n**after dark** (75% sure)"
        "\n\nNot mentioned there: 1955.\n\n> It reached Sund **after dark**."
    )
