"""Saved answers and conversations against the texts they cite."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from answer_fakes import ANSWER, ARTICLE, CITATION, TEXT, find
from library_fakes import SETTINGS, LetterEncoder, write

from qa.answering.verification import Basis, checks_to_dict, standings, verify_answer
from qa.datatypes import Article, Citation, Reason
from qa.errors import ArticleNotFound, FormatError
from qa.library import Library
from qa.loaders.article import article_id
from qa.serialization.answers import answer_to_dict, article_to_dict, cited_articles
from qa.serialization.conversations import Conversation, StoredTurn, conversation_to_dict, turn_to_dict
from qa.serialization.fields import JsonObject
from qa.serialization.saved import Saved, read_saved

Layout = Callable[[list[JsonObject]], list[JsonObject]]
ONLY_CITED = replace(ANSWER, passages=())  # as an answer is read without a library

# reading


@pytest.mark.parametrize(
    "layout",
    [
        lambda one, two: f"{one}\n{two}\n",
        lambda one, two: f"{one}{two}",
        lambda one, two: f"[{one}, {two}]",
        lambda one, two: f"\ufeff  {one}\n\n[{two}]",
    ],
)
def test_answers_are_read_in_every_layout(layout: Any) -> None:
    other = replace(ANSWER, question="Where?")
    one = json.dumps(answer_to_dict(ANSWER))
    two = json.dumps(answer_to_dict(other), indent=2)
    assert read_saved(layout(one, two)).answers == [ONLY_CITED, replace(ONLY_CITED, question="Where?")]


@pytest.mark.parametrize("text", ["", " \n"])
def test_no_answers_in_an_empty_text(text: str) -> None:
    assert read_saved(text) == Saved()


@pytest.mark.parametrize("text", ["{", "nonsense", "[" * 100_000, '{"n": ' + "9" * 5000 + "}"])
def test_what_is_no_json_is_refused_with_its_line(text: str) -> None:
    one = json.dumps(answer_to_dict(ANSWER))
    with pytest.raises(FormatError, match="line 2"):
        read_saved(f"{one}\n{text}")


# checking


def problem_of(citation: Citation, text: str | None = None) -> str | None:
    [check] = verify_answer(replace(ANSWER, text=text or citation.quote, citations=(citation,)), find)
    assert check.holds is (check.problem is None)
    return check.problem


def test_a_true_quote_holds() -> None:
    [check] = verify_answer(ANSWER, find)
    assert check.holds
    assert (check.article_id, check.start, check.end, check.quote) == ("a1", 40, 50, "after dark")
    assert check.basis is Basis.LIBRARY


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"quote": "at sunrise"}, "other words"),
        ({"start": 41, "end": 51}, "other words"),
        ({"start": 40 - len(TEXT), "end": 50 - len(TEXT)}, "outside"),  # TEXT[-28:-18] is "after dark" as well
        ({"start": 40, "end": 40, "quote": ""}, "outside"),
        ({"start": 0, "end": 500, "quote": TEXT}, "outside"),
        ({"article_id": "a2"}, "not in the library"),
        ({"context": "It reached Oslo after dark."}, "another sentence"),
        ({"context": "Nobody was hurt.", "context_start": 52}, "does not surround"),
        ({"context": "The ferry left at noon.", "context_start": 0}, "does not surround"),
        ({"context": "It reached Sund after dark.", "context_start": 24 - len(TEXT)}, "does not surround"),
    ],
)
def test_a_false_quote_does_not_hold(change: dict[str, Any], complaint: str) -> None:
    problem = problem_of(replace(CITATION, **change))
    assert problem is not None
    assert complaint in problem


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"title": "A ferry sinks"}, "the article in the library has the title “A ferry is late”"),
        ({"published": date(2025, 5, 13)}, "the article in the library is of another day: 12 May 2025"),
        ({"published": None}, "the article in the library is of another day: 12 May 2025"),
        (
            {"url": "https://evil.example/x"},
            "the article in the library has another address: https://example.org/ferry",
        ),
        ({"url": None}, "the article in the library has another address: https://example.org/ferry"),
    ],
)
def test_title_day_and_address_are_those_of_the_article(change: dict[str, Any], complaint: str) -> None:
    assert problem_of(replace(CITATION, **change)) == complaint


def test_an_article_without_day_and_address_is_told_as_such() -> None:
    bare = replace(ARTICLE, published=None, url=None)
    answers = [
        replace(ANSWER, citations=(replace(CITATION, url=None),)),
        replace(ANSWER, citations=(replace(CITATION, published=None),)),
    ]
    assert [verify_answer(each, lambda _: bare)[0].problem for each in answers] == [
        "the article in the library is of another day: undated",
        "the article in the library has another address: none",
    ]


def test_every_quote_is_checked_repeats_too() -> None:
    false = replace(CITATION, quote="at sunrise")
    answer = replace(ANSWER, citations=(replace(CITATION, repeats=(CITATION, false)), CITATION))
    assert [check.holds for check in verify_answer(answer, find)] == [True, True, False, True]


def test_a_text_that_is_not_the_first_quote_does_not_hold() -> None:
    assert "first citation" in str(problem_of(CITATION, text="at sunrise"))
    [check] = verify_answer(replace(ANSWER, text="at sunrise", citations=()), find)
    assert not check.holds


def test_nothing_found_leaves_nothing_to_check() -> None:
    assert verify_answer(replace(ANSWER, text="", citations=(), reason=Reason.NOT_SURE), find) == []


def test_checks_have_the_documented_form() -> None:
    false = replace(CITATION, quote="at sunrise")
    checks = verify_answer(replace(ANSWER, citations=(CITATION, false)), find)
    place = {"article_id": "a1", "title": "A ferry is late", "start": 40, "end": 50}
    problem = "the article has other words at this place"
    assert checks_to_dict(checks) == {
        "format": "article-qa/checks/1",
        "holds": False,
        "checks": [
            {**place, "quote": "after dark", "problem": None, "holds": True, "basis": "library"},
            {**place, "quote": "at sunrise", "problem": problem, "holds": False, "basis": "library"},
        ],
    }
    assert checks_to_dict(checks[:1])["holds"] is True


# what travels with its articles

FERRY = replace(ARTICLE, id=article_id(TEXT))
CARRIED = replace(
    ONLY_CITED, citations=(replace(CITATION, article_id=FERRY.id, repeats=(replace(CITATION, article_id=FERRY.id),)),)
)
ASKED = datetime(2025, 6, 1, 9, 30, tzinfo=UTC)
TALK = Conversation("c1", "The ferry", ASKED, ASKED, 1)
ONLY_FERRY = {FERRY.id: FERRY}


def in_ferry(wanted: str) -> Article:
    if wanted not in ONLY_FERRY:
        raise ArticleNotFound(wanted)
    return ONLY_FERRY[wanted]


def as_answer(articles: list[JsonObject]) -> list[JsonObject]:
    return [answer_to_dict(CARRIED) | {"articles": articles}]


def as_conversation(articles: list[JsonObject]) -> list[JsonObject]:
    return [conversation_to_dict(TALK, [StoredTurn(1, "When?", CARRIED, ASKED)], articles)]


def as_turn_and_articles(articles: list[JsonObject]) -> list[JsonObject]:
    return [*articles, turn_to_dict(StoredTurn(1, "When?", CARRIED, ASKED))]


LAYOUTS = [as_answer, as_conversation, as_turn_and_articles]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_carried_along_is_enough_to_check_every_quote(layout: Layout) -> None:
    saved = read_saved(json.dumps(layout(cited_articles([CARRIED, CARRIED], in_ferry))))
    assert saved == Saved([CARRIED], {FERRY.id: replace(FERRY, digest="")})
    assert saved.is_self_contained
    checks = verify_answer(saved.answers[0], None, saved.article)
    assert [(check.problem, check.basis) for check in checks] == [(None, Basis.CARRIED)] * 2


def test_the_library_comes_before_what_is_carried_along() -> None:
    forged = json.dumps(
        answer_to_dict(replace(CARRIED, citations=(replace(CARRIED.citations[0], title="Forged"),)))
        | {"articles": [article_to_dict(replace(FERRY, title="Forged"), text=True)]}
    )
    saved = read_saved(forged)
    alone, _ = verify_answer(saved.answers[0], None, saved.article)
    assert (alone.problem, alone.basis) == (None, Basis.CARRIED)
    against, _ = verify_answer(saved.answers[0], in_ferry, saved.article)
    problem = "the article in the library has the title “A ferry is late”"
    assert (against.problem, against.basis) == (problem, Basis.LIBRARY)
    [lost] = verify_answer(replace(ANSWER, citations=(replace(CITATION, article_id="gone"),)), in_ferry, saved.article)
    assert (lost.problem, lost.basis) == ("the article is not in the library (any more)", None)
    [lost] = verify_answer(replace(ANSWER, citations=(replace(CITATION, article_id="gone"),)), None, saved.article)
    assert (lost.problem, lost.basis) == ("the article is not carried along", None)


def test_articles_that_are_gone_are_not_carried() -> None:
    gone = replace(CARRIED, citations=(replace(CITATION, article_id="gone"), *CARRIED.citations))
    articles = cited_articles([gone], in_ferry)
    assert [each["id"] for each in articles] == [FERRY.id]
    assert not read_saved(json.dumps(answer_to_dict(gone) | {"articles": articles})).is_self_contained
    assert not read_saved(json.dumps(answer_to_dict(CARRIED))).is_self_contained


@pytest.mark.parametrize("text", [TEXT.replace("dark", "noon"), TEXT + " ", "\ud800"])
def test_a_text_that_was_altered_on_the_way_is_told_by_its_id(text: str) -> None:
    altered = article_to_dict(replace(FERRY, text=text), text=True)
    answer = replace(CARRIED, text=text[40:50], citations=(replace(CARRIED.citations[0], quote=text[40:50]),))
    saved = read_saved(json.dumps(answer_to_dict(answer) | {"articles": [altered]}))
    checks = verify_answer(saved.answers[0], None, saved.article)
    assert {check.problem for check in checks} == {"the text carried along is not the one that the article's id names"}
    true = article_to_dict(FERRY, text=True)
    for articles in ([altered, true], [true, altered]):  # the true one wins
        assert read_saved(json.dumps(articles)).article(FERRY.id).text == TEXT


def test_an_article_without_its_text_is_no_answer() -> None:
    with pytest.raises(FormatError, match="not an answer"):
        read_saved(json.dumps(article_to_dict(FERRY)))


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"format": "article-qa/conversation/1"}, "'turns' should be an array"),
        ({"format": "article-qa/conversation/1", "turns": [1]}, "a turn should be a JSON object"),
        ({"format": "article-qa/conversation/1", "turns": [], "articles": 1}, "'articles' should be an array"),
        ({"format": "article-qa/conversation/1", "turns": [], "articles": [{}]}, "'id' should be a text"),
        ({"format": "article-qa/turn/1"}, "an answer should be a JSON object"),
        ({"format": "article-qa/conversation/2"}, "article-qa/conversation/2"),
    ],
)
def test_a_damaged_conversation_is_refused_by_name(values: JsonObject, complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint):
        read_saved(json.dumps(values))


def test_repeats_within_repeats_without_end_are_refused() -> None:
    citation: Any = answer_to_dict(ANSWER)["citations"]
    nested = json.dumps(citation[0]).replace('"repeats": []', '"repeats": [%s]')
    before, after = nested.split("%s")
    whole = json.dumps({**answer_to_dict(ANSWER), "citations": ["here"]})
    for depth in range(400, 500):  # from what can be read to what not even JSON allows
        with pytest.raises(FormatError):
            read_saved(whole.replace('"here"', before * depth + '"end"' + after * depth))


# what has become of an article


def test_an_article_is_unchanged_changed_or_gone(tmp_path: Path) -> None:
    news = tmp_path / "news"
    for name in ("same", "other", "lost"):
        write(news, name, f"The {name} ferry left at noon.")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(news)
        cited = {
            Path(article.source).stem: replace(CITATION, article_id=article.id, source=article.source)
            for article in library.articles()
        }
        assert {library.standing(citation) for citation in cited.values()} == {"unchanged"}
        write(news, "other", "The other ferry left at dawn.")
        write(news, "same", "The same ferry left at noon.", title="Only a new title")
        (news / "lost.json").unlink()
        library.sync(news)
        found = {name: library.standing(citation) for name, citation in cited.items()}
        assert found == {"same": "unchanged", "other": "changed", "lost": "gone"}
        answer = replace(ONLY_CITED, citations=(replace(cited["same"], repeats=(cited["other"],)), cited["lost"]))
        assert standings(answer, library.standing) == {
            cited["same"].article_id: "unchanged",
            cited["other"].article_id: "changed",
            cited["lost"].article_id: "gone",
        }
