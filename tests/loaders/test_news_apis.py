"""Answers of news APIs as they come: each article with its own headline, day, authors, paper and address."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse

TEXT = "The ferry to Ostley was taken out of service on Monday, the harbour office said."
TITLE, LINK, DAY, NAME = "Ferry stopped", "https://ostley.example/1", "2025-05-12T10:00:00Z", "Ines Varga"
COMMON = {"title": TITLE, "author": NAME, "language": "en"}

ANSWERS: dict[str, object] = {
    "Guardian": {"response": {"results": [{
        "id": "uk/1", "type": "article", "webTitle": TITLE, "webUrl": LINK, "webPublicationDate": DAY,
        "fields": {"byline": NAME, "body": f"<p>{TEXT}</p>", "bodyText": TEXT, "publication": "Mail"},
    }]}},
    "New York Times": {"response": {"docs": [{
        "web_url": LINK, "abstract": "Short.", "lead_paragraph": TEXT, "headline": {"main": TITLE}, "pub_date": DAY,
        "byline": {"original": f"By {NAME}"}, "source": "Mail",
    }]}},
    "NewsAPI": {"articles": [
        {**COMMON, "source": {"id": None, "name": "Mail"}, "url": LINK, "publishedAt": DAY, "content": TEXT}
    ]},
    "Bing": {"value": [
        {"name": TITLE, "url": LINK, "description": TEXT, "datePublished": DAY, "provider": [{"name": "Mail"}],
         "author": NAME}
    ]},
    "Event Registry": {"articles": {"results": [
        {"title": TITLE, "body": TEXT, "url": LINK, "date": "2025-05-12", "source": {"title": "Mail"},
         "authors": [{"name": NAME}]}
    ]}},
    "AYLIEN": {"stories": [
        {"title": TITLE, "body": TEXT, "author": {"name": NAME}, "links": {"permalink": LINK}, "published_at": DAY,
         "source": {"name": "Mail"}}
    ]},
    "Perigon": {"articles": [
        {"title": TITLE, "content": TEXT, "url": LINK, "pubDate": DAY, "addDate": "2025-05-14", "authorsByline": NAME,
         "source": "Mail"}
    ]},
    "CSL": [{
        "title": TITLE, "abstract": TEXT, "URL": LINK, "container-title": "Mail",
        "author": [{"family": "Varga", "given": "Ines"}], "issued": {"date-parts": [["2025", 5, 12]]},
    }],
}  # fmt: skip


@pytest.mark.parametrize("name", ANSWERS)
def test_the_answer_of_a_news_api_is_read(name: str) -> None:
    (found,) = parse(Document("upload:a.json", json.dumps(ANSWERS[name]).encode()), Settings())
    assert isinstance(found, Article), found
    assert (found.title, found.text, found.url) == (TITLE, TEXT, LINK)
    assert (found.published, found.authors, found.site) == (date(2025, 5, 12), (NAME,), "Mail")


def test_the_table_of_zotero_is_read_with_its_names_turned() -> None:
    head = "Key,Item Type,Publication Year,Author,Title,Publication Title,Url,Abstract Note,Date,Date Added"
    row = f'ABC,newspaperArticle,2025,"Varga, Ines; Bo, Jon",{TITLE},Mail,{LINK},"{TEXT}",2025-05-12,2026-01-01'
    (found,) = parse(Document("upload:a.csv", f"{head}\n{row}\n".encode()), Settings())
    assert isinstance(found, Article), found
    assert (found.title, found.text, found.url, found.site) == (TITLE, TEXT, LINK, "Mail")
    assert (found.published, found.authors) == (date(2025, 5, 12), (NAME, "Jon Bo"))
