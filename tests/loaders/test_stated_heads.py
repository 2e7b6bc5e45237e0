"""Heads as note programs, publishing systems and agencies write them; only a stated day of publication counts."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse
from qa.loaders.dates import date_of_dateline, date_of_line, parse_date
from qa.loaders.metadata import author_names, fields_of

BODY = (
    "The ferry to Ostley was taken out of service on Monday because of a leak in its hull.\n\nIt will be back in May."
)
DAY = date(2025, 5, 12)


def read(text: str, name: str) -> list[Article]:
    found = list(parse(Document(f"upload:{name}", text.encode()), Settings()))
    return [each for each in found if isinstance(each, Article)]


@pytest.mark.parametrize(
    "head",
    [
        "# Ferry stopped\n\nPublished: May 12, 2025\nAuthor: Ines Varga\nTags: sea\nCreated: March 2, 2026\n\n",
        "Title: Ferry stopped\nDate: 2025-05-12 10:00\nCategory: sea\nAuthor: Ines Varga\n\n",
        "Title: Ferry stopped\n\nAuthor: Ines Varga\n\nPublished Time: 2025-05-12T08:30:00Z\n\nMarkdown Content:\n",
        '+++\ntitle = "Ferry stopped"\ndate = 2025-05-12\nauthor = "Ines Varga"\n+++\n',
        '---\ntitle: Ferry stopped\npublished: 2025-05-12\nauthor: "[[p/iv|Ines Varga]]"\ncreated: 2026-03-02\n---\n',
        "# Ferry stopped\n\nInes Varga\n\nMay 12, 2025\n\n",
        '{"title": "Ferry stopped", "date": "2025-05-12", "author": "Ines Varga"}\n\n',
        '+++\ntitle = "Ferry stopped"\ndate = 2025-05-12\n[params]\nauthor = "Ines Varga"\n+++\n',
        "#+TITLE: Ferry stopped\n#+DATE: <2025-05-12 Mon>\n#+AUTHOR: Ines Varga\n\n",
        "# Ferry stopped\n\n:date: 2025-05-12 08:30\n:author: Ines Varga\n\n",
        "Titel: Ferry stopped\nAutor: Ines Varga\nDatum: 12. Mai 2025\n\n",
        "Titre : Ferry stopped\nAuteur : Ines Varga\nDate : 12 mai 2025\n\n",
        "# Ferry stopped\n\n**Author:** Ines Varga\n**Date:** May 12, 2025\n\n",
        "# Ferry stopped\n\n- Author: Ines Varga\n- Date: May 12, 2025\n\n",
        "Title: Ferry stopped\n\nAuthor: Ines Varga\n\nNumber of Pages: 2\n\nPublished Time: 2025-05-12\n\n"
        "Markdown Content:\n",
        "# Ferry stopped\n\nBy Ines Varga | iv@ostley.example | Ostley Mail\n\nUpdated 4:05 PM EDT, May 12, 2025\n\n",
        "# Ferry stopped\n\nUPDATED: May 14, 2025\n\nPUBLISHED: May 12, 2025 at 5:00 a.m.\n\nBy Ines Varga\n\n",
    ],
)
def test_a_head_gives_title_day_and_author_and_is_no_text(head: str) -> None:
    (article,) = read(head + BODY, "ferry.md")
    assert (article.title, article.published, article.authors) == ("Ferry stopped", DAY, ("Ines Varga",))
    assert article.text == BODY


HEADS = """
By Ines Varga / Published 4:05 PM EDT, May 12, 2025 / Updated 5:00 PM EDT, May 13, 2025
By Ines Varga / May 12, 2025 4:05 PM GMT+1 Updated 2 hours ago
By Ines Varga / May 12, 20254:05 PM GMT+1Updated May 13, 2025
Ines Varga in Ostley / Mon 12 May 2025 16.05 BST / Last modified on Tue 13 May 2025 09.00 BST
By Ines Varga / May 12, 2025 / Updated 4:05 p.m. ET
Today at 4:05 p.m. EDT / May 12, 2025 / By Ines Varga
By Ines Varga / 4 minute read / Published 4:05 PM EDT, Mon May 12, 2025
Posted: May 12, 2025 | 04:05 PM EDT / by: Ines Varga
By Ines Varga iv@mail.example / May 12, 2025
Ines Varga | Ostley Mail / May 12, 2025
Ines Varga, Staff Writer / May 12, 2025
Written by Ines Varga / Monday, May 12th, 2025
by Ines Varga · May 12, 2025 · 5 min read
Ines Varga - May 12, 2025
Ostley Mail · 12 May 2025 · A3 · By Ines Varga
By Ines Varga / 12 May 25
By Ines Varga / May 12, '25
Von Ines Varga / Stand: 12.05.2025, 16:05 Uhr
Veröffentlicht am 12. Mai 2025 / Von Ines Varga
Par Ines Varga / Publié le 12 mai 2025 à 16h05, mis à jour le 13 mai 2025 à 09h00
Publié le 12/05/2025 à 16:05 / Par Ines Varga
Por Ines Varga / 12 de mayo de 2025 16:05
Ines Varga / Madrid - 12 may 2025 - 16:05 CEST
di Ines Varga / Pubblicato il 12 maggio 2025 alle 16:05
Door Ines Varga / Gepubliceerd op 12 mei 2025
Por Ines Varga / Publicado em 12 de maio de 2025 às 16h05
Autor: Ines Varga / Opublikowano: 12 maja 2025
Av Ines Varga / Publicerad 12 maj 2025 kl. 16.05
Issued on: 12/05/2025 - 16:05 / Modified: 13/05/2025 - 09:00 / By Ines Varga
"""


@pytest.mark.parametrize("head", HEADS.strip().split("\n"))
@pytest.mark.parametrize("name", ["ferry.txt", "ferry.md"])
def test_heads_of_papers_and_agencies(head: str, name: str) -> None:
    title = "# Ferry stopped\n\n" if name.endswith("md") else "Ferry stopped\n"
    (article,) = read(title + head.replace(" / ", "\n") + "\n\n" + BODY, name)
    assert (article.title, article.published, article.authors) == ("Ferry stopped", DAY, ("Ines Varga",))
    assert article.text == BODY


@pytest.mark.parametrize(
    "first",
    [
        "By the time the council met on May 12, 2025, it was late.",
        "Von Ostley aus ist es weit, sagte sie am 12. Mai 2025.",
        "Petra Halloway - the mayor - was late on May 12, 2025.",
        "5 min later the ferry was gone, on 12 May 2025.",
        "Platform 9/12/25 is what they call it.",
        "Rooms 12 and 25",
        "12 men 25",
    ],
)
def test_what_only_looks_like_a_line_of_a_head_is_text(first: str) -> None:
    (article,) = read(f"Ferry stopped\n\n{first}\n\n{BODY}", "ferry.txt")
    assert (article.title, article.published, article.authors) == ("Ferry stopped", None, ())
    assert article.text.startswith(first)


def test_a_label_above_the_day_is_kept_and_a_place_below_it_is_no_author() -> None:
    head = "Ferry stopped\nInes Varga\nBBC News\nPublished\n12 May 2025\n\nNew York\n\n"
    (article,) = read(head + BODY, "ferry.txt")
    assert (article.published, article.authors) == (DAY, ("Ines Varga",))
    assert article.text == f"BBC News\n\nNew York\n\n{BODY}"


def test_lines_with_colons_that_are_no_head_stay() -> None:
    text = "# Ferry stopped\n\nMayor: we did not know.\nCaptain: I told them twice.\n\n" + BODY
    (article,) = read(text, "ferry.md")
    assert "Mayor: we did not know. Captain: I told them twice." in article.text


@pytest.mark.parametrize("name", ["created", "created_at", "date_created", "modified", "updated_at", "saved_at"])
def test_the_day_of_saving_is_no_day_of_publication(name: str) -> None:
    assert fields_of({"text": BODY, name: "2026-03-02"}).published is None


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Updated 4:05 PM EDT, May 12, 2025", DAY),
        ("PUBLISHED: May 12, 2025 at 5:00 a.m. | UPDATED: May 13, 2025 at 8:30 p.m.", DAY),
        ("May 12, 2025 Monday", DAY),
        ("Updated the plan of May 12, 2025", None),
        ("On 12 May 2025 the bridge was closed", None),
    ],
)
def test_lines_that_state_a_day(line: str, day: date | None) -> None:
    assert date_of_line(line) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("NORHAVEN, Aug. 24, 2025 (AP) — The council met.", date(2025, 8, 24)),
        ("OSTLEY, 24 August 2025 (Reuters) - The council met.", date(2025, 8, 24)),
        ("Since Tuesday, Aug. 24, 2025 the council has met.", None),
        ("the treaty of Norhaven, Aug. 24, 2025 - was signed.", None),
    ],
)
def test_the_line_of_an_agency_states_the_day(text: str, day: date | None) -> None:
    assert date_of_dateline(text) == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Mon, 12 May 25 08:30:00 +0100", DAY),
        ("12 May 25", DAY),
        ("3 Jan 99 10:00", date(1999, 1, 3)),
        ("12 May", None),
        ("12 Foo 25", None),
    ],
)
def test_years_of_two_digits(text: str, day: date | None) -> None:
    assert parse_date(text) == day


@pytest.mark.parametrize(
    "head",
    [
        "# Ferry stopped\n\nRetrieved: 2 March 2026\n\n",
        "Ferry stopped\nSource: https://mail.example/a\nSaved: 2026-03-02\nAccessed on March 2, 2026\n\n",
        "# Ferry stopped\n\nCreated: March 2, 2026 10:00 AM\nURL: https://mail.example/a\nTags: sea\n\n",
        "title:: Ferry stopped\nsource:: https://mail.example/a\ncreated:: [[2026-03-02]]\n\n",
    ],
)
def test_a_head_that_tells_of_saving_gives_no_day_and_is_no_text(head: str) -> None:
    (article,) = read(head + BODY, "ferry.md" if head.startswith("#") else "ferry.txt")
    assert (article.title, article.published) == ("Ferry stopped", None)
    assert article.text == BODY


def test_words_about_saving_are_text() -> None:
    text = "Ferry stopped\n\nSaved in 2019, the ferry was again stopped on 2 March 2026.\n\n" + BODY
    (article,) = read(text, "ferry.txt")
    assert article.text.startswith("Saved in 2019, the ferry")


def test_a_time_beside_those_of_saving_is_none_of_publication() -> None:
    row = {"text": BODY, "timestamp": "2026-03-02T01:02:03Z"}
    assert fields_of(row).published == date(2026, 3, 2)
    assert fields_of({**row, "crawl_date": "2026-03-02"}).published is None
    assert fields_of({**row, "Folder": "Unread"}).published is None


@pytest.mark.parametrize(
    ("row", "authors"),
    [
        ({"creators": [{"firstName": "Ines", "lastName": "Varga"}]}, ("Ines Varga",)),
        ({"published_by": ["Ines Varga"]}, ("Ines Varga",)),
    ],
)
def test_authors_under_the_names_that_readers_give_them(row: dict[object, object], authors: tuple[str, ...]) -> None:
    assert fields_of(row).authors == authors


def test_a_link_to_a_note_names_its_author() -> None:
    assert author_names(["[[Ines Varga]]", "[[people/tarn|Joss Tarn]]"]) == ("Ines Varga", "Joss Tarn")


def test_records_deep_inside_an_export_are_found_and_drafts_are_not() -> None:
    posts = [
        {"title": {"rendered": "Ferry &amp; bridge"}, "content": {"rendered": f"<p>{BODY}</p>"}, "status": "publish"},
        {"title": "Not yet", "text": BODY, "status": "draft"},
    ]
    (article,) = read(json.dumps({"db": [{"meta": {}, "data": {"posts": posts}}]}), "blog.json")
    assert article.title == "Ferry & bridge"


def test_runs_are_one_paragraph_and_paragraphs_stay_apart() -> None:
    runs = ["The ferry to ", {"type": "bold", "text": "Ostley"}, " was stopped on Monday."]
    assert fields_of({"text": runs}).text == "The ferry to Ostley was stopped on Monday."
    assert fields_of({"text": ["The ferry stopped. ", "It leaked."]}).text == "The ferry stopped.\n\nIt leaked."
    assert fields_of({"text": [{"text": "One."}, {"text": "Two."}]}).text == "One.\n\nTwo."


def test_a_summary_is_the_text_only_where_there_is_no_other() -> None:
    assert fields_of({"description": "Short.", "content": "Long."}).text == "Long."
    assert fields_of({"short_description": "Short."}).text == "Short."


@pytest.mark.parametrize(
    "row",
    [
        {"attributes": {"title": "Ferry", "body": f"<p>{BODY}</p>", "published_at": "2025-05-12"}},
        {"_source": {"title": "Ferry", "text": BODY, "date": 1747008000000}},
        {"title": "Ferry", "text": BODY, "date": {"$date": {"$numberLong": "1747008000000"}}},
        {"title": "Ferry", "text": BODY, "pub_date": "1747008000000"},
        {"headline": "Ferry", "articleBody": BODY, "datePublished": "2025-05-12"},
        {"title": "Ferry", "date": "2025-05-12", "body": [{"type": "p", "value": each} for each in BODY.split("\n\n")]},
        {"title": "Ferry", "date": "2025-05-12", "content": {"blocks": [{"data": {"text": BODY}}, {"data": {}}]}},
    ],
)
def test_records_of_other_shapes(row: dict[str, object]) -> None:
    (article,) = read(json.dumps({"hits": {"hits": [row]}}), "a.json")
    assert (article.title, article.published) == ("Ferry", DAY)
    assert article.text.split()[:3] == ["The", "ferry", "to"]
    assert article.text.endswith("It will be back in May.")


@pytest.mark.parametrize("url", ["https://mail.example/a", {"@type": "WebPage", "@id": "https://mail.example/a"}])
def test_the_page_of_a_record_of_schema_org_is_its_address(url: object) -> None:
    assert fields_of({"text": BODY, "mainEntityOfPage": url}).url == "https://mail.example/a"


@pytest.mark.parametrize("end", ["… [+2310 chars]", "... Continue reading Ferry stopped →", "[…] Read more"])
@pytest.mark.parametrize("name", ["a.txt", "a.json"])
def test_a_text_that_was_cut_off_says_so(end: str, name: str) -> None:
    text = BODY.removesuffix(".") + end
    (article,) = read(json.dumps([{"title": "Ferry", "text": text}]) if name == "a.json" else text, name)
    assert article.truncated
    assert article.text == BODY.removesuffix(".") + "…"


def test_a_text_that_ends_in_dots_is_whole() -> None:
    (article,) = read(json.dumps([{"title": "Ferry", "text": BODY + " And so on..."}]), "a.json")
    assert not article.truncated
