"""Many articles in one file are many articles, each with its own head."""

from __future__ import annotations

import io
import zipfile
from datetime import date

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse

COVER = "User Name: J. Tarn\nDate and Time: Monday, March 2, 2026 10:11:00 AM GMT\n1. Ferry stopped\n\n"
FIRST = (
    "Ferry stopped\nOstley Mail\nMay 12, 2025 Monday\nCopyright 2025 Ostley\nSection: NEWS; Pg. 7\nLength: 9 words\n"
    "Byline: Ines Varga\nBody\n\nThe ferry to Ostley was taken out of service on Monday.\n\nIt leaks.\n\n"
    "Load-Date: May 13, 2025\nEnd of Document\n\n"
)
SECOND = (
    FIRST.replace("Ferry stopped", "Bridge open").replace("May 12", "June 3").replace("The ferry to", "The bridge of")
)


def read(name: str, data: bytes) -> list[Article]:
    found = list(parse(Document(f"upload:{name}", data), Settings()))
    assert all(isinstance(each, Article) for each in found), found
    return [each for each in found if isinstance(each, Article)]


def test_every_article_of_an_export_has_its_own_head() -> None:
    first, second = read("files.txt", (COVER + FIRST + SECOND).encode())
    assert (first.title, first.site, first.published) == ("Ferry stopped", "Ostley Mail", date(2025, 5, 12))
    assert (first.authors, first.source) == (("Ines Varga",), "upload:files.txt#1")
    assert first.text == "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks."
    assert (second.title, second.published) == ("Bridge open", date(2025, 6, 3))


def test_a_text_that_only_speaks_of_the_end_of_a_document_is_one_article() -> None:
    (article,) = read("a.txt", b"A title\n\nThe form is long and dull.\n\nEnd of Document\n\nThat is what it said.")
    assert "End of Document" in article.text


def newspaper(creator: str) -> bytes:
    chapter = (
        "<html><body><div class='calibre_navbar'><a href='x'>Section menu</a></div><h1>{title}</h1><p>By Ines Varga</p>"
        "<p>1 March 2026</p><p>The ferry to Ostley was taken out of service on Monday.</p></body></html>"
    )
    package = (
        "<package xmlns='http://www.idpf.org/2007/opf'><metadata xmlns:dc='http://purl.org/dc/elements/1.1/'>"
        f"<dc:title>Mail [Mon, 02 Mar 2026]</dc:title><dc:creator>{creator}</dc:creator><dc:date>2026-03-02</dc:date>"
        "</metadata><manifest><item id='a' href='a.html'/><item id='b' href='b.html'/><item id='c' href='c.html'/>"
        "</manifest><spine><itemref idref='c'/><itemref idref='a'/><itemref idref='b'/></spine></package>"
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        container = "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        archive.writestr("META-INF/container.xml", container + "<rootfile full-path='p.opf'/></rootfiles></container>")
        archive.writestr("p.opf", package)
        archive.writestr("a.html", chapter.format(title="Ferry stopped"))
        archive.writestr("b.html", chapter.format(title="Bridge open"))
        archive.writestr("c.html", "<html><body><h2>Local</h2><a href='a.html'>Ferry stopped</a></body></html>")
    return file.getvalue()


def test_a_downloaded_newspaper_gives_the_days_of_its_articles() -> None:
    first, second = read("mail.epub", newspaper("calibre"))
    assert (first.title, second.title) == ("Ferry stopped", "Bridge open")
    assert (first.published, first.authors, first.site) == (date(2026, 3, 1), ("Ines Varga",), "Mail")
    assert first.text == "The ferry to Ostley was taken out of service on Monday."


def test_a_book_gives_its_own_day_and_author() -> None:
    first, _ = read("mail.epub", newspaper("Ines Varga"))
    assert (first.published, first.authors) == (date(2026, 3, 2), ("Ines Varga",))
