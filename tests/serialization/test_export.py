"""The JSON form of answers, articles and reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from answer_fakes import ANSWER, ARTICLE, CITATION, TEXT, answers, articles, find
from hypothesis import given

from qa.datatypes import (
    Answer,
    Article,
    Failure,
    Report,
    ResolvedDate,
)
from qa.errors import ArticleNotFound, FormatError, QAError
from qa.serialization.answers import (
    answer_from_dict,
    answer_to_dict,
    article_from_dict,
    article_to_dict,
    cited_articles,
    report_to_dict,
)


def test_an_answer_has_the_documented_form() -> None:
    assert answer_to_dict(ANSWER) == {
        "format": "article-qa/answer/1",
        "question": "When did it arrive?",
        "found": True,
        "text": "after dark",
        "confidence": 0.75,
        "reason": None,
        "citations": [
            {
                "article_id": "a1",
                "title": "A ferry is late",
                "source": "/news/ferry.txt",
                "url": "https://example.org/ferry",
                "published": "2025-05-12",
                "start": 40,
                "end": 50,
                "quote": "after dark",
                "context": "It reached Sund after dark.",
                "context_start": 24,
                "confidence": 0.75,
                "repeats": [],
            }
        ],
        "possible": [],
        "kind": "read",
        "note": "",
        "passages": [
            {
                "id": 7,
                "article_id": "a1",
                "start": 24,
                "end": 51,
                "text": "It reached Sund after dark.",
                "title": "A ferry is late",
                "source": "/news/ferry.txt",
                "url": "https://example.org/ferry",
                "published": "2025-05-12",
                "lexical_rank": 1,
                "dense_rank": None,
                "similarity": None,
                "score": 0.5,
                "reading": 2.25,
            }
        ],
    }


def test_an_article_has_the_documented_form_and_its_text_only_on_request() -> None:
    without = {
        "format": "article-qa/article/1",
        "id": "a1",
        "title": "A ferry is late",
        "source": "/news/ferry.txt",
        "url": "https://example.org/ferry",
        "published": "2025-05-12",
        "authors": ["Ada Berg"],
        "site": "The Example",
        "language": "en",
        "characters": 68,
    }
    assert article_to_dict(ARTICLE) == without
    assert article_to_dict(ARTICLE, text=True) == {**without, "text": TEXT}


def test_a_report_has_the_documented_form() -> None:
    report = Report(("n",), ("u",), 3, ("r",), (Failure("x.pdf", "It is encrypted.", "Remove the password."),))
    assert report_to_dict(report) == {
        "format": "article-qa/report/1",
        "added": ["n"],
        "updated": ["u"],
        "unchanged": 3,
        "removed": ["r"],
        "failed": [{"source": "x.pdf", "reason": "It is encrypted.", "remedy": "Remove the password."}],
    }


# round trip


@given(answers())
def test_an_answer_survives_the_way_through_json(drawn: tuple[Answer, Mapping[str, Article]]) -> None:
    answer, library = drawn
    text = json.dumps(answer_to_dict(answer))
    assert answer_from_dict(json.loads(text), library.__getitem__) == answer
    assert answer_from_dict(json.loads(text)) == replace(answer, passages=())


@given(articles)
def test_an_article_survives_the_way_through_json(article: Article) -> None:
    text = json.dumps(article_to_dict(article, text=True))
    assert article_from_dict(json.loads(text)) == article


def test_passages_without_texts_come_back_whole_by_way_of_their_articles() -> None:
    values: Any = answer_to_dict(ANSWER, passage_texts=False)
    assert set(values["passages"][0]) == {
        *("id", "article_id", "start", "end", "lexical_rank", "dense_rank", "similarity", "score", "reading")
    }
    assert answer_from_dict(values, find) == ANSWER


def test_cited_articles_are_carried_once_and_no_others() -> None:
    twice = replace(ANSWER, citations=(replace(CITATION, repeats=(CITATION,)), CITATION))
    assert cited_articles([twice, ANSWER], find) == [article_to_dict(ARTICLE, text=True)]
    assert cited_articles([replace(ANSWER, citations=())], find) == []


def test_passages_of_a_removed_article_are_left_out() -> None:
    def gone(article_id: str) -> Article:
        raise ArticleNotFound(article_id)

    assert answer_from_dict(answer_to_dict(ANSWER), gone).passages == ()


def test_unknown_fields_are_no_error() -> None:
    assert answer_from_dict({**answer_to_dict(ANSWER), "new": 1}, find) == ANSWER


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "article-qa/answer/2"}, "article-qa/answer/2"),
        ({"format": None}, "ask --json"),
        ({"text": 5}, "'text' should be a text, not 5"),
        ({"citations": {}}, "'citations' should be an array"),
        ({"citations": ["x"]}, "a citation should be a JSON object"),
        ({"passages": [3]}, "a passage should be a JSON object"),
        ({"confidence": "high"}, "'confidence' should be a number"),
        ({"confidence": True}, "'confidence' should be a number"),
        ({"reason": "because"}, "not_sure"),
    ],
)
def test_a_damaged_answer_is_refused_by_name(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(FormatError) as raised:
        answer_from_dict({**answer_to_dict(ANSWER), **change}, find)
    assert complaint in str(raised.value)
    assert isinstance(raised.value, QAError)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"start": 1.5}, "'start' should be a whole number"),
        ({"start": True}, "'start' should be a whole number"),
        ({"published": "May"}, "2025-05-12"),
        ({"quote": None}, "'quote' should be a text"),
    ],
)
def test_a_damaged_citation_is_refused_by_name(change: dict[str, Any], complaint: str) -> None:
    values: Any = answer_to_dict(ANSWER)
    values["citations"][0].update(change)
    with pytest.raises(FormatError) as raised:
        answer_from_dict(values)
    assert complaint in str(raised.value)


def test_dates_that_words_mean_come_back_and_old_forms_have_none() -> None:
    dated = replace(CITATION, resolved=(ResolvedDate(40, 50, "2025-05-11", "Sunday, 11 May 2025"),))
    values = answer_to_dict(replace(ANSWER, citations=(dated,)))
    assert values["citations"][0]["resolved"] == [
        {"start": 40, "end": 50, "value": "2025-05-11", "words": "Sunday, 11 May 2025"}
    ]
    assert answer_from_dict(values, find).citations == (dated,)
    del values["citations"][0]["resolved"]
    assert answer_from_dict(values, find).citations == (CITATION,)
