"""Exports of reading lists, notes and content systems: what has text goes in, and no day of saving counts."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

TEXT = "The council closed the market square on Sunday after engineers found cracks in the cellars beneath it."
MORE = "Nobody was asked, the traders said, and nobody was told why it had to be now."
SAVED = "2023-11-14T22:13:20+00:00"


def read(name: str, data: str) -> list[Article | Failure]:
    return list(parse(Document(f"upload:{name}", data.encode()), Settings(read_seconds=0)))


def article(name: str, data: str) -> Article:
    (found,) = read(name, data)
    assert isinstance(found, Article), found
    return found


POCKET_PAGE = (
    "<!DOCTYPE html><html><head><title>Pocket Export</title></head><body><h1>Unread</h1><ul>"
    '<li><a href="https://a.example/1" time_added="1700000000" tags="">Square closed</a></li></ul></body></html>'
)
BOOKMARKS = '<!DOCTYPE NETSCAPE-Bookmark-file-1><DL><DT><A HREF="https://a.example/1" ADD_DATE="17">Square</A></DL>'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("pocket.csv", "title,url,time_added,tags,status\nSquare,https://a.example/1,1700000000,,unread\n"),
        ("pocket.html", POCKET_PAGE),
        ("bookmarks.html", BOOKMARKS),
        ("reader.csv", "Title,URL,ID,Saved date,Seen\nSquare,https://a.example/1,01abc,2023-11-14,True\n"),
    ],
)
def test_lists_of_links_are_named(name: str, data: str) -> None:
    (found,) = read(name, data)
    assert isinstance(found, Failure)
    assert found.reason == "It is a list of links without the articles' texts."
    assert "addresses" in found.remedy


def test_a_table_without_texts_and_links_is_no_list_of_links() -> None:
    (found,) = read("a.csv", "name,colour\nSquare,red\n")
    assert isinstance(found, Failure)
    assert found.reason == "No column of it is named as the text of an article."


def test_instapaper_has_the_selected_words_and_names_links() -> None:
    head = "URL,Title,Selection,Folder,Timestamp,Tags\n"
    rows = (
        f'https://a.example/1,Square,,Unread,1700000000,[]\nhttps://a.example/2,Ferry,"{TEXT}",Archive,1700000100,[]\n'
    )
    link, ferry = read("instapaper.csv", head + rows)
    assert isinstance(link, Failure)
    assert link.reason == "Row 1 was left out: it is only a link, without the article's text."
    assert isinstance(ferry, Article)
    assert (ferry.title, ferry.text, ferry.url, ferry.published) == ("Ferry", TEXT, "https://a.example/2", None)


def test_highlights_of_one_document_are_one_article() -> None:
    head = "Highlight,Book Title,Book Author,Amazon Book ID,Note,Color,Tags,Location Type,Location,Highlighted at\n"
    rows = "".join(
        f'"{text}",{title},Mara Lind,,,,,order,1,2023-11-14 22:13:20+00:00\n'
        for text, title in ((TEXT, "Square"), (TEXT.replace("square", "ferry"), "Ferry"), (MORE, "Square"))
    )
    square, ferry = read("readwise.csv", head + rows)
    assert isinstance(square, Article)
    assert (square.title, square.text, square.published) == ("Square", f"{TEXT}\n\n{MORE}", None)
    assert isinstance(ferry, Article)
    assert (ferry.title, ferry.authors) == ("Ferry", ("Mara Lind",))


def test_posts_of_ghost_have_their_authors_and_their_own_day() -> None:
    post = {"id": "1", "title": "Square", "html": f"<p>{TEXT}</p>", "plaintext": f"{TEXT} [https://a.example]"}
    days = {"published_at": "2022-08-24T05:00:00.000Z", "created_at": "2022-08-20", "updated_at": "2023-01-01"}
    draft = {"id": "2", "title": "Draft", "html": f"<p>{TEXT} Two.</p>", "status": "draft", "created_at": SAVED}
    data = {
        "posts": [post | days | {"status": "published"}, draft],
        "users": [{"id": "7", "name": "Mara Lind"}],
        "posts_authors": [{"post_id": "1", "author_id": "7"}],
    }
    found = article("ghost.json", json.dumps({"db": [{"meta": {"exported_on": 1700000000000}, "data": data}]}))
    assert (found.title, found.text, found.published) == ("Square", TEXT, date(2022, 8, 24))
    assert found.authors == ("Mara Lind",)


@pytest.mark.parametrize(("published", "day"), [("2022-08-24T05:00:00+00:00", date(2022, 8, 24)), (None, None)])
def test_wallabag_counts_only_the_day_of_publication(published: str | None, day: date | None) -> None:
    row = {"title": "Square", "url": "https://a.example/1", "content": f"<p>{TEXT}</p>", "domain_name": "a.example"}
    days = {"created_at": SAVED, "updated_at": SAVED, "published_at": published}
    found = article("wallabag.json", json.dumps([row | days | {"published_by": ["Mara Lind"]}]))
    assert (found.text, found.published, found.url) == (TEXT, day, "https://a.example/1")


@pytest.mark.parametrize(
    ("head", "day"),
    [
        (
            "URL: https://a.example/1\nCreated: November 14, 2023 10:13 PM\nPublished: August 24, 2022\n",
            date(2022, 8, 24),
        ),
        ("URL: https://a.example/1\nCreated: November 14, 2023 10:13 PM\nTags: council\n", None),
    ],
)
def test_a_page_of_notion_has_its_own_day(head: str, day: date | None) -> None:
    found = article("Square 1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d.md", f"# Square\n\n{head}\n{TEXT}\n")
    assert (found.title, found.text, found.published, found.url) == ("Square", TEXT, day, "https://a.example/1")


@pytest.mark.parametrize(("published", "day"), [("published: 2022-08-24\n", date(2022, 8, 24)), ("", None)])
def test_a_note_of_obsidian_has_its_own_day(published: str, day: date | None) -> None:
    head = f'---\ntitle: "Square"\nsource: "https://a.example/1"\nauthor:\n  - "[[Mara Lind]]"\n{published}'
    found = article("Square.md", f"{head}created: 2023-11-14\ntags:\n  - clippings\n---\n{TEXT}\n")
    assert (found.title, found.text, found.published, found.authors) == ("Square", TEXT, day, ("Mara Lind",))


def test_messages_of_telegram_have_the_day_of_their_sending() -> None:
    runs = [TEXT[:12], {"type": "bold", "text": TEXT[12:20]}, TEXT[20:]]
    messages = [
        {"id": 1, "type": "service", "date": "2022-08-20T10:00:00", "action": "create_channel", "text": ""},
        {"id": 2, "type": "message", "date": "2022-08-24T10:00:00", "from": "Ostley News", "text": runs},
        {"id": 3, "type": "message", "date": "2022-08-25T10:00:00", "photo": "photos/1.jpg", "text": ""},
    ]
    found = article("result.json", json.dumps({"name": "Ostley News", "type": "public_channel", "messages": messages}))
    assert (found.text, found.published) == (TEXT, date(2022, 8, 24))
