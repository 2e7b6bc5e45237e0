"""Input made to cost much: read in a time that grows with its size, or refused."""

import io
import zipfile

import pytest
from effort import cpu_seconds

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders import Document, parse
from qa.loaders.feeds import _without_long_authors, parsed_feed
from qa.loaders.metadata import author_names
from qa.loaders.pdf import _pieces

SETTINGS = Settings(min_article_chars=1)
BOOK = """<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf"><metadata
 xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Ferries</dc:title></metadata>
<manifest><item id="c" href="c.xhtml"/></manifest><spine>{spine}</spine></package>"""
CONTAINER = """<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book.opf"/></rootfiles></container>"""
CHAPTER = (
    "<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>One</h1><p>The ferry came back on Monday.</p></body></html>"
)


def test_a_chapter_that_is_named_many_times_is_read_once():
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("book.opf", BOOK.format(spine='<itemref idref="c"/>' * 500))
        archive.writestr("c.xhtml", CHAPTER)
    articles = list(parse(Document("/n/a.epub", data.getvalue()), SETTINGS))
    assert [article.text for article in articles] == ["The ferry came back on Monday."]


@pytest.mark.parametrize("unit", ["a@a(", "@", "a@", "<a@", "(", "[[", "by "])
def test_names_of_authors_cost_no_more_than_their_length(unit):
    assert cpu_seconds(author_names, unit * 5000) < 1.0
    assert author_names("ada@news.example (Ada Quill)") == ("Ada Quill",)
    assert author_names("Ada Quill <ada@news.example>") == ("Ada Quill",)


FEED = (
    "<rss version='2.0'><channel><title>News</title><item><title>Ferry</title>{author}<guid>1</guid>"
    "<description>{text}</description></item></channel></rss>"
)


@pytest.mark.parametrize(
    "author",
    [
        "<author>{long}</author>",
        "<author>x]{long}</author>",
        "<author x='{long}'>Ada</author>",
        "<dc:creator><![CDATA[{long}]]></dc:creator>",
        "<author><name>{long}</name></author>",
        "<AUTHOR>{long}</AUTHOR>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_author_of_a_feed_is_left_out_where_it_is_long(author, encoding):
    feed = FEED.format(author=author.format(long="a" * 60_000), text="The ferry came back.")
    left = _without_long_authors(feed.encode(encoding))
    assert len(left) < 2000
    assert b"<title>Ferry</title>" in left
    assert b"The ferry came back." in left
    short = FEED.format(author=author.format(long="Ada Quill"), text="The ferry came back.")
    assert _without_long_authors(short.encode()) == short.encode()


def test_a_feed_with_a_long_author_is_read():
    text = "The ferry came back on Monday after a long time away. " * 40
    data = FEED.format(author=f"<author>{'a' * 60_000}</author>", text=text).encode()
    (article,) = parse(Document("/n/feed.xml", data), SETTINGS)
    assert isinstance(article, Article)
    assert article.title == "Ferry"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_found_in_a_feed_of_two_bytes_a_character_too(encoding):
    feed = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><rss version="2.0"><channel/></rss>'
    with pytest.raises(LoadError, match="defines entities of its own"):
        parsed_feed(Document("/n/feed.xml", feed.encode(encoding), "application/rss+xml"))


def test_a_paragraph_of_many_lines_is_joined_in_a_time_like_its_length():
    lines = ["The ferry came back on Mon-", "day after a long time away and"] * 20_000
    assert cpu_seconds(_pieces, lines, "") < 2.0
    assert (
        "".join(_pieces(lines[:3], ""))
        == "The ferry came back on Monday after a long time away and The ferry came back on Mon-"
    )


def test_a_cell_that_is_too_long_costs_its_own_row_only():
    settings = Settings(min_article_chars=1, max_article_chars=100)
    rows = (
        'title,text\nOne,"The ferry came back on Monday."\nTwo,"'
        + "x" * 5000
        + '"\nThree,"It left on Friday, at noon."\n'
    )
    found = list(parse(Document("/n/rows.csv", rows.encode()), settings))
    assert [each.title for each in found if isinstance(each, Article)] == ["One", "Three"]
    (failure,) = [each for each in found if isinstance(each, Failure)]
    assert "longer than an article may be" in failure.reason


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ("https://bbc.example/news/1", "https://evil.example/a"),
        ("https://evil.example/canonical", "https://evil.example/canonical"),
        ("https://www.evil.example/canonical", "https://www.evil.example/canonical"),
        ("https://notevil.example/b", "https://evil.example/a"),
        ("https://example/b", "https://evil.example/a"),
    ],
)
def test_a_page_may_name_an_address_of_its_own_site_only(named, address):
    text = "The ferry came back on Monday after a long time away, and nobody had expected it. " * 5
    head = f"<title>Ferry</title><link rel='canonical' href='{named}'>"
    page = f"<html><head>{head}</head><body><article><p>{text}</p></article></body></html>"
    (article,) = parse(Document("upload:a.html", page.encode(), "text/html", "https://evil.example/a"), SETTINGS)
    assert article.url == address


def test_a_document_of_far_more_markup_than_words_is_refused():
    data = io.BytesIO()
    paragraphs = "".join(f"<w:p w:n='{number:x}'/>" for number in range(2_900_000))  # packs to about an eighth
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"<w:document><w:body>{paragraphs}</w:body></w:document>")
    (failure,) = parse(Document("/n/a.docx", data.getvalue()), SETTINGS)
    assert isinstance(failure, Failure)
    assert "unpacks to" in failure.reason or "far" in failure.reason


def test_a_page_of_far_too_many_tags_is_refused():
    page = "<html><body><article>" + "<p>A line.</p>" * 60_000 + "</article></body></html>"
    (failure,) = parse(Document("upload:a.html", page.encode(), "text/html"), SETTINGS)
    assert isinstance(failure, Failure)
    assert "far too large" in failure.reason
