"""The evidence sheet as it is written and read back; that it checks itself is tested in a browser."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import pytest
from lxml import html
from sheet_fakes import ANSWERS, DARK, EVENING, FERRY, HOSTILE, IMAGE, SEAL, find, sheet

from qa.answering.verification import verify_answer
from qa.errors import FormatError
from qa.serialization.evidence_sheet import evidence_sheet, saved_in_sheet
from qa.serialization.saved import read_saved


def test_what_it_carries_comes_back_and_is_checked() -> None:
    saved = read_saved(sheet())
    assert saved.answers == [replace(each, passages=()) for each in ANSWERS]
    assert saved.is_self_contained
    assert [check.problem for answer in saved.answers for check in verify_answer(answer, saved.article)] == [None] * 3
    assert saved.article(FERRY.id).text == FERRY.text


def test_every_place_is_shown_with_its_article_offsets_and_hash() -> None:
    page = html.fromstring(sheet())
    places = page.find_class("place")
    assert [part.findtext(".//mark") for part in places] == ["after dark", IMAGE.quote, "until evening"]
    first, _, last = places
    assert first.find_class("sentence")[0].text_content() == DARK.context
    assert first.findtext("h3") == FERRY.title
    assert first.find(".//time").get("datetime") == "2025-05-12"
    assert first.find_class("offsets")[0].text == f"{DARK.start}–{DARK.end}"
    assert first.find_class("id")[0].text == FERRY.id
    assert first.find_class("hash")[0].text == hashlib.sha256(FERRY.text.encode()).hexdigest()
    assert first.find(".//a").get("href").startswith("https://example.org/ferry#:~:text=")
    assert last.find(".//time") is None
    assert last.find_class("offsets")[0].text == f"{EVENING.start}–{EVENING.end}"


def test_no_word_of_an_article_or_a_question_becomes_markup() -> None:
    page = html.fromstring(sheet())
    scripts = page.findall(".//script")
    assert len(scripts) == 2
    assert page.find(".//img") is None
    assert "<" not in saved_in_sheet(sheet())
    assert page.findall(".//h2")[1].text == f"Who slept? {HOSTILE}"
    policy = page.find(".//meta[@content]").get("content")
    assert policy.startswith("default-src 'none'; script-src 'sha256-")


def test_one_question_is_the_title_and_several_have_theirs() -> None:
    one = html.fromstring(evidence_sheet(ANSWERS[:1], find))
    assert (one.findtext(".//title"), one.findtext(".//h1")) == ("When did it arrive?", "When did it arrive?")
    assert one.findall(".//h2") == []
    named = html.fromstring(evidence_sheet(ANSWERS, find, "For <b>the</b> lawyer"))
    assert named.findtext(".//h1") == "For <b>the</b> lawyer"


def test_an_article_that_is_gone_is_not_carried() -> None:
    def gone(article_id: str):
        return find(SEAL.id if article_id == SEAL.id else "none")

    saved = read_saved(evidence_sheet(ANSWERS, gone))
    assert list(saved.articles) == [SEAL.id]
    assert not saved.is_self_contained


def test_a_page_that_was_changed_is_refused() -> None:
    page = sheet()
    for old, new in (
        ("<mark>after dark</mark>", "<mark>at dawn</mark>"),
        ("It reached Sünd", "It missed Sünd"),
        ('class="id">' + FERRY.id, 'class="id">' + SEAL.id),
        ('<section class="place">', '<section class="gone">'),
    ):
        assert old in page
        with pytest.raises(FormatError, match="was changed"):
            read_saved(page.replace(old, new, 1))


def test_a_text_that_was_changed_does_not_hold() -> None:
    values = json.loads(saved_in_sheet(sheet()))
    values[2]["text"] = values[2]["text"].replace("noon", "nine")
    changed = sheet().replace(saved_in_sheet(sheet()), json.dumps(values).replace("<", "\\u003c"))
    saved = read_saved(changed)
    assert verify_answer(saved.answers[0], saved.article)[0].problem == (
        "the text carried along is not the one that the article's id names"
    )


@pytest.mark.parametrize("page", ["<html></html>", "<!doctype html><p>Nothing", "<"])
def test_another_page_is_no_sheet(page: str) -> None:
    with pytest.raises(FormatError, match="carries no evidence"):
        read_saved(page)
