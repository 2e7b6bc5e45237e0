"""JSON, JSON lines and CSV: rows to articles, a bad row costs only itself."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Mapping
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

TEXT = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."
ROW = {"id": "f1", "title": "Ferry", "text": TEXT, "date": "2022/06/19", "url": "https://x.org/f", "author": "Ann Lee"}


def read(name: str, data: str | bytes, given_settings: Settings | None = None) -> list[Article | Failure]:
    raw = data.encode() if isinstance(data, str) else data
    return list(parse(Document(f"/n/{name}", raw), given_settings or Settings()))


def assert_is_the_row(article: Article | Failure, source: str) -> None:
    assert isinstance(article, Article), article
    assert (article.title, article.text, article.source) == ("Ferry", TEXT, source)
    assert (article.published, article.url, article.authors) == (date(2022, 6, 19), "https://x.org/f", ("Ann Lee",))


@pytest.mark.parametrize(
    ("name", "data", "source"),
    [
        ("a.jsonl", json.dumps(ROW), "/n/a.jsonl#f1"),
        ("a.ndjson", "\ufeff" + json.dumps(ROW) + "\r\n", "/n/a.ndjson#f1"),
        ("a.json", json.dumps(ROW), "/n/a.json"),
        ("a.json", json.dumps([ROW]), "/n/a.json#f1"),
        ("a.json", json.dumps({"status": "ok", "articles": [ROW]}), "/n/a.json#f1"),
        ("a.json", json.dumps({"response": {"results": [ROW]}}), "/n/a.json#f1"),
        ("a.json", json.dumps({"f1": {**ROW, "id": None}}, indent=1), "/n/a.json#row-1"),
        ("a.json", json.dumps(ROW) + "\n" + "", "/n/a.json"),
        ("a.csv", f'id,title,text,date,url,author\nf1,Ferry,"{TEXT}",2022/06/19,https://x.org/f,Ann Lee\n',
         "/n/a.csv#f1"),
        ("a.csv", f"ID;Title;Text;Date;URL;Author\nf1;Ferry;{TEXT};2022/06/19;https://x.org/f;Ann Lee", "/n/a.csv#f1"),
        ("a.tsv", f"id\ttitle\ttext\tdate\turl\tauthor\nf1\tFerry\t{TEXT}\t2022/06/19\thttps://x.org/f\tAnn Lee",
         "/n/a.tsv#f1"),
    ],
)  # fmt: skip
def test_every_shape_of_table_gives_the_same_article(name: str, data: str, source: str) -> None:
    (article,) = read(name, data)
    assert_is_the_row(article, source)
    (packed,) = read(name + ".gz", gzip.compress(data.encode()))
    assert_is_the_row(packed, source.replace(name, name + ".gz"))


def test_a_json_file_of_lines_is_read_as_lines() -> None:
    data = "\n".join(json.dumps({**ROW, "id": key}) for key in "ab")
    assert [item.source for item in read("a.json", data)] == ["/n/a.json#a", "/n/a.json#b"]


def test_one_bad_line_is_one_failure_and_the_others_go_in() -> None:
    lines = [
        json.dumps(ROW),
        "{broken",
        json.dumps({"title": "No text"}),
        "",
        '"a string"',
        json.dumps({**ROW, "id": "f2"}),
    ]
    found = read("a.jsonl", "\n".join(lines))
    assert [item.source.partition("#")[2] for item in found] == ["f1", "row-2", "row-3", "row-4", "f2"]
    assert [item.reason for item in found if isinstance(item, Failure)] == [
        "Row 2 was left out: it is not valid JSON.",
        "Row 3 was left out: it has no text.",
        "Row 4 was left out: it is no record with named fields.",
    ]


def test_a_line_with_broken_bytes_costs_only_itself() -> None:
    good = json.dumps(ROW, ensure_ascii=False).encode()
    padding = b"\n" * 70_000  # beyond what is looked at to find the encoding
    found = read("a.jsonl", good + padding + good.replace(b"ferry", b"f\xffrry") + b"\n" + good.replace(b"f1", b"f2"))
    assert [type(item) for item in found] == [Article, Failure, Article]
    assert isinstance(found[1], Failure)
    assert found[1].reason == "Row 2 was left out: its characters are damaged."


def test_a_line_beyond_the_limit_costs_only_itself() -> None:
    limited = Settings(max_article_chars=100)
    data = "\n".join(json.dumps({**ROW, "id": key, "text": text}) for key, text in [("a", "x" * 5000), ("b", TEXT)])
    found = read("a.jsonl", data, limited)
    assert isinstance(found[0], Failure)
    assert found[0].reason == "Row 1 was left out: it is longer than an article may be."
    assert isinstance(found[1], Article)


def test_two_rows_with_one_id_have_two_sources() -> None:
    found = read("a.jsonl", "\n".join([json.dumps(ROW)] * 2))
    assert [item.source for item in found] == ["/n/a.jsonl#f1", "/n/a.jsonl#row-2"]


def test_csv_rows_that_do_not_fit_are_named() -> None:
    found = read("a.csv", f'title,text\nA,"{TEXT}"\n\nB,one,two,three\nC,\nD,"{TEXT} So it is,\n\nhe said."\n')
    assert [type(item) for item in found] == [Article, Failure, Failure, Article]
    assert [item.reason for item in found if isinstance(item, Failure)] == [
        "Row 2 was left out: it has 4 columns where the first has 2.",
        "Row 3 was left out: it has no text.",
    ]
    assert isinstance(found[3], Article)
    assert found[3].text.endswith("So it is,\n\nhe said.")


def test_csv_with_zero_bytes_is_read_without_them() -> None:
    (article,) = read("a.csv", f'title,text\nFer\0ry,"{TEXT}\0"\n')
    assert isinstance(article, Article)
    assert (article.title, article.text) == ("Ferry", TEXT)


def test_a_csv_cell_may_be_longer_than_the_module_likes() -> None:
    long = " ".join([TEXT] * 3000)
    (article,) = read("a.csv", f"title,text\nA,{json.dumps(long)}\n")
    assert isinstance(article, Article)
    assert article.text == long


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.csv", "date,amount\n2020,3\n", "No column of it is named as the text of an article."),
        ("a.csv", "title,text\n", "There are no rows in it."),
        ("a.json", "[]", "There are no rows in it."),
        ("a.json", "{}", "No field of it holds the text of an article."),
        ("a.json", "3", "Its JSON holds no articles."),
        ("a.json", '{"text": "cut off', "It is not valid JSON: line 1 cannot be read."),
        ("a.json", "[" * 100_000, "Its JSON is nested too deeply, or holds a number too long."),
        ("a.jsonl", "[" * 100_000, "Row 1 was left out: it is not valid JSON."),
    ],
)
def test_tables_without_articles(name: str, data: str, reason: str) -> None:
    (failure,) = read(name, data)
    assert isinstance(failure, Failure)
    assert failure.reason == reason
    assert failure.remedy


def test_markup_in_a_field_becomes_text_and_paragraph_lists_are_joined() -> None:
    marked, listed = read(
        "a.json",
        json.dumps(
            [{"content": f"<p>{TEXT}</p><p>Tickets <b>cost</b> 4 &euro;.</p>"}, {"body": [TEXT, "Tickets cost 4 €."]}]
        ),
    )
    assert isinstance(marked, Article)
    assert isinstance(listed, Article)
    assert marked.text == listed.text == f"{TEXT}\n\nTickets cost 4 €."


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.sampled_from("title text date source author id items x".split()), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(JSON)
def test_any_json_gives_articles_or_failures(value: Mapping[str, object]) -> None:
    data = json.dumps(value)
    for item in [*read("a.json", data, Settings(min_article_chars=1)), *read("a.jsonl", data)]:
        assert isinstance(item, Article | Failure)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(categories=["L", "N"]), max_size=20),
            st.text(alphabet="ab ,;\"'\n", min_size=1, max_size=40),
        ),
        max_size=6,
    )
)
def test_csv_written_by_the_module_comes_back(rows: list[tuple[str, str]]) -> None:
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(["title", "text"])
    kept = [(title, text) for title, text in rows if text.strip()]
    writer.writerows(kept)
    found = read("a.csv", file.getvalue(), Settings(min_article_chars=1))
    texts = [item.text.split() for item in found if isinstance(item, Article)]
    assert texts == [text.split() for _, text in kept]
