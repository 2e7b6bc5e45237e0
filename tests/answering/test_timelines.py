"""A topic over time: dated sentences in the articles' own words, copies told once, and written for others."""

import csv
import io
import json
from dataclasses import replace
from datetime import date

import pytest
from test_assistant import WordEncoder, note
from typer.testing import CliRunner

from qa.answering.timelines import timeline
from qa.cli.commands import app
from qa.config import Settings
from qa.datatypes import Article, Where
from qa.library import Library
from qa.serialization.timelines import timeline_csv, timeline_html, timeline_markdown, timeline_to_dict


def article(number, text, published=None, title="Of the day"):
    day = date.fromisoformat(published) if published else None
    return Article(f"a{number}", title, text, f"/in/{number}.txt", published=day)


def rows(topic, *articles, copies=None):
    found = timeline(topic, articles, copies or {})
    texts = {each.id: each.text for each in articles}
    assert all(texts[r.citation.article_id][r.citation.start : r.citation.end] == r.citation.quote for r in found)
    return [(row.day.isoformat(), row.told, row.citation.quote) for row in found]


OPENED = "The harbour bridge was opened to cars after four years of work on it."
CLOSED = "Engineers closed the harbour bridge on Tuesday because of cracks in two cables."


def test_sentences_of_a_topic_by_the_day_that_they_say_else_that_of_the_article():
    later = article(1, f"It rained for most of the week in the whole county. {CLOSED}", "2025-03-06")
    earlier = article(2, f"{OPENED} The mayor of the town cut a ribbon in the rain.", "2024-05-01")
    named = article(3, "The harbour bridge had been planned on 3 March 2020 by a council of nine.", "2025-06-01")
    other = article(4, "The old bridge over the river is not what this is about at all.", "2025-06-01")
    assert rows("harbour bridge", later, earlier, named, other) == [
        ("2020-03-03", "on 3 March 2020", named.text),
        ("2024-05-01", "", OPENED),
        ("2025-03-04", "Tuesday", CLOSED),
    ]
    assert rows("?!", later) == rows("lighthouse", later) == rows("harbour bridge") == []


def test_of_one_article_the_first_sentence_and_those_of_days_of_their_own():
    again = "The harbour bridge is said to be the longest one of its kind in the north."
    monday = "Divers had looked at the piers of the harbour bridge on Monday and found nothing."
    one = article(1, f"{CLOSED} {again} {monday}", "2025-03-06")
    assert rows("harbour bridge", one) == [("2025-03-03", "Monday", monday), ("2025-03-04", "Tuesday", CLOSED)]


def test_an_undated_article_has_only_days_named_in_full():
    named = "The harbour bridge had been planned on 3 March 2020 by a council of nine."
    assert rows("harbour bridge", article(1, f"{named} {CLOSED}")) == [("2020-03-03", "on 3 March 2020", named)]
    assert rows("harbour bridge", article(1, CLOSED)) == []


def test_a_day_that_is_still_to_come_is_told_on_the_day_of_the_article():
    plan = "The harbour bridge will be opened again next Friday if all tests go well."
    assert rows("harbour bridge", article(1, plan, "2025-03-06")) == [("2025-03-06", "", plan)]


def test_what_copies_say_is_told_once_from_the_earliest():
    wire = article(1, CLOSED, "2025-03-05")
    trimmed = article(2, "Engineers closed the harbour bridge on Tuesday because of cracks.", "2025-03-06")
    same = article(3, CLOSED, "2025-03-07")
    [row] = timeline("harbour bridge", [same, trimmed, wire], {"a1": "g", "a2": "g"})
    assert (row.citation.article_id, row.day) == ("a1", date(2025, 3, 4))
    assert [each.article_id for each in row.citation.repeats] == ["a2", "a3"]
    assert len(timeline("harbour bridge", [trimmed, wire], {})) == 2  # no copies: both say it of their own


@pytest.fixture
def library(tmp_path):
    with Library.open(tmp_path / "library", Settings(), encoder=WordEncoder()) as opened:
        opened.add_documents(
            [
                note("Opened", OPENED, "2024-05-01"),
                note("=Closed *", CLOSED, "2025-03-06"),
                note("Undated", OPENED[:-1] + " too."),
            ]
        )
        yield opened


def test_from_python_within_a_filter(library):
    assert [row.day.isoformat() for row in library.timeline("harbour bridges")] == ["2024-05-01", "2025-03-04"]
    assert [row.citation.title for row in library.timeline("bridge", Where(published_from=date(2025, 1, 1)))] == [
        "=Closed *"
    ]
    assert library.timeline("") == library.timeline("?!") == []


def test_as_csv_markdown_html_and_json(library):
    found = library.timeline("harbour bridge")
    table = list(csv.DictReader(io.StringIO(timeline_csv(found))))
    assert [each["day"] for each in table] == ["2024-05-01", "2025-03-04"]
    assert (table[1]["told"], table[1]["quote"], table[1]["title"]) == ("Tuesday", CLOSED, "'=Closed *")
    markdown = timeline_markdown("harbour *bridge*", found)
    assert markdown.startswith("# harbour \\*bridge\\*\n\n- **1 May 2024**: ")
    assert f"- **4 March 2025**: {CLOSED} — \\=Closed \\*, published 6 March 2025.\n" in markdown
    page = timeline_html("<b>bridge</b>", found)
    assert "<h1>&lt;b&gt;bridge&lt;/b&gt;</h1>" in page
    assert f'<time datetime="2025-03-04">4 March 2025</time></td><td dir="auto">{CLOSED}' in page
    values = json.loads(json.dumps(timeline_to_dict("bridge", found)))
    assert values["format"] == "article-qa/timeline/1"
    assert values["rows"][1]["day"] == "2025-03-04"
    assert values["rows"][1]["published"] == "2025-03-06"
    linked = replace(found[0], citation=replace(found[0].citation, url="https://a.example/(x)"))
    assert "[Opened](<https://a.example/(x)>)" in timeline_markdown("t", [linked])
    script = replace(found[0], citation=replace(found[0].citation, url="javascript:alert(1)"))
    assert "javascript" not in timeline_html("t", [script]) + timeline_markdown("t", [script])


def test_in_the_shell(library, monkeypatch):
    monkeypatch.setattr("qa.cli.timeline_command.opened_library", lambda _: library)
    monkeypatch.setattr(Library, "close", lambda _: None)
    ran = CliRunner().invoke(app, ["timeline", "harbour", "bridge"])
    assert ran.exit_code == 0
    assert f"1 May 2024\n{OPENED}\nOpened · 1 May 2024\n" in ran.stdout
    assert CliRunner().invoke(app, ["timeline", "bridge", "--as", "csv"]).stdout.startswith("day,told,quote,")
    assert json.loads(CliRunner().invoke(app, ["timeline", "bridge", "--json"]).stdout)["topic"] == "bridge"
    later = CliRunner().invoke(app, ["timeline", "bridge", "--from", "2025-01"])
    assert "1 May 2024" not in later.stdout
    assert "1 undated articles are left out" in later.stderr
    none = CliRunner().invoke(app, ["timeline", "lighthouse"])
    assert (none.exit_code, none.stdout) == (1, "")
