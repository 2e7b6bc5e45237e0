"""Many articles in one file are many articles, each with its own head."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
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


TAGGED = """SE  News
HD  Ferry stopped
BY  By Ines Varga
WC  850 words
PD  12 May 2025
ET  14:05
SN  Ostley Mail
SC  OSTM
LA  English
CY  (c) 2025 Ostley

LP
The ferry to Ostley was taken out of service on Monday.

TD
It leaks.

CO  ostfer : Ostley Ferries
AN  Document OSTM000020250512el5c00123

HD
Bridge open
WC
9 words
PD
3 June 2025
SN
Skell Post
TD
The bridge of Skell was opened again on Tuesday.
AN
Document SKEL000020250603el6300001
"""
LAID_OUT = """News
Ferry stopped
By Ines Varga
850 words
12 May 2025
14:05
Ostley Mail
OSTM
English
(c) 2025 Ostley

The ferry to Ostley was taken out of service on Monday.

It leaks.

Document OSTM000020250512el5c00123

Bridge open
1,109 words
3 June 2025
Skell Post
SKEL
English
Copyright 2025. All rights reserved.

The bridge of Skell was opened again on Tuesday.

Document SKEL000020250603el6300001

Search Summary
Text\tferry
"""


def rtf(text: str) -> bytes:
    return b"{\\rtf1\\ansi " + text.replace("\n", "\\par\n").encode("ascii") + b"}"


@pytest.mark.parametrize("data", [TAGGED.encode(), LAID_OUT.encode(), rtf(TAGGED), rtf(LAID_OUT)])
def test_exports_of_factiva_are_read_article_by_article(data: bytes) -> None:
    first, second = read("factiva.rtf" if data.startswith(b"{") else "factiva.txt", data)
    assert (first.title, first.site, first.published) == ("Ferry stopped", "Ostley Mail", date(2025, 5, 12))
    assert (first.authors, first.source) == (("Ines Varga",), f"{second.source[:-2]}#1")
    assert first.text == "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks."
    assert (second.title, second.site, second.published) == ("Bridge open", "Skell Post", date(2025, 6, 3))
    assert (second.authors, second.text) == ((), "The bridge of Skell was opened again on Tuesday.")


RULE = "_" * 60
PROQUEST = f"""{RULE}

Report Information from ProQuest
November 27 2026 01:00
{RULE}

Table of contents
1. Ferry stopped

Document 1 of 2

Ferry stopped

Author: Varga, Ines; Bo, Jon

Publication info: Ostley Mail ; Ostley [Ostley]. 12 May 2025: A.1.

ProQuest document link

Abstract: None available.

Full text: The ferry to Ostley was taken out of service on Monday.

It leaks.

Subject: Ferries;
Title: Ferry stopped
Publication title: Ostley Mail
Publication year: 2025
Publication date: May 12, 2025
ProQuest document ID: 3201
Last updated: 2025-05-13
Database: Newsstream
{RULE}

Document 2 of 2

Bridge open

Full text: The bridge of Skell was opened again on Tuesday.

Title: Bridge open
Publication title: Skell Post
Publication date: Jun 3, 2025
ProQuest document ID: 3202
Database: Newsstream
"""


def test_an_export_of_proquest_is_read_article_by_article() -> None:
    first, second = read("proquest.txt", PROQUEST.encode())
    assert (first.title, first.site, first.published) == ("Ferry stopped", "Ostley Mail", date(2025, 5, 12))
    assert (first.authors, first.source) == (("Ines Varga", "Jon Bo"), "upload:proquest.txt#1")
    assert first.text == "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks."
    assert (second.title, second.site, second.published) == ("Bridge open", "Skell Post", date(2025, 6, 3))
    assert second.text == "The bridge of Skell was opened again on Tuesday."


def test_a_text_that_speaks_of_a_document_and_of_words_is_one_article() -> None:
    (found,) = read(
        "a.txt", b"A title\n\nThe form is long.\n\n850 words\n\nDocument ABC\n\nThat is what it said of it."
    )
    assert "850 words" in found.text


BLOG = (
    '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:wp="http://wordpress.org/export/1.2/"><channel><title>Blog</title>{}</channel></rss>'
)
POST = (
    "<item><title>{title}</title><link>https://blog.example/{title}</link><pubDate>Mon, 12 May 2025 10:00:00 +0000"
    "</pubDate><guid>{title}</guid><content:encoded><![CDATA[<p>The ferry to Ostley, says {title}, is out of service."
    "</p>]]></content:encoded><wp:status>{status}</wp:status><wp:post_type>{kind}</wp:post_type></item>"
)


def test_an_export_of_wordpress_gives_what_was_published_without_asking_the_web() -> None:
    kinds = [
        ("Post", "publish", "post"),
        ("Draft", "draft", "post"),
        ("Menu", "publish", "nav_menu_item"),
        ("Picture", "inherit", "attachment"),
        ("Font", "publish", "wp_font_face"),
        ("Page", "publish", "page"),
    ]
    export = BLOG.format("".join(POST.format(title=t, status=s, kind=k) for t, s, k in kinds))
    first, second = read("blog.xml", export.encode())
    assert (first.title, second.title) == ("Post", "Page")
    assert (first.text, first.published) == ("The ferry to Ostley, says Post, is out of service.", date(2025, 5, 12))


def test_an_export_has_as_many_articles_as_it_has() -> None:
    export = BLOG.format("".join(POST.format(title=f"P{n}", status="publish", kind="post") for n in range(205)))
    assert len(read("blog.xml", export.encode())) == 205


def test_an_export_of_blogger_gives_its_posts() -> None:
    entry = (
        "<entry><id>{n}</id><published>2025-05-12T10:00:00Z</published><category term='http://schemas.google.com/"
        "blogger/2008/kind#{kind}' scheme='http://schemas.google.com/g/2005#kind'/><title>{kind} {n}</title>{more}"
        "<content type='html'>The ferry to Ostley is out of service since {n}.</content></entry>"
    )
    draft = "<app:control xmlns:app='http://purl.org/atom/app#'><app:draft>yes</app:draft></app:control>"
    kinds = [("post", ""), ("settings", ""), ("template", ""), ("comment", ""), ("post", draft)]
    entries = "".join(entry.format(n=n, kind=kind, more=more) for n, (kind, more) in enumerate(kinds))
    (found,) = read("blog.xml", f"<feed xmlns='http://www.w3.org/2005/Atom'>{entries}</feed>".encode())
    assert (found.title, found.published) == ("post 0", date(2025, 5, 12))


RIS = """TY  - NEWS
TI  - Ferry stopped
AU  - Varga, Ines
AU  - Bo, Jon
T2  - Ostley Mail
DA  - 2025/05/12/
AB  - The ferry to Ostley was taken out of service
 on Monday, as the harbour office said.
UR  - https://ostley.example/1
ER  -

TY  - NEWS
TI  - Bridge open
PY  - 2025
ER  -
"""


def test_a_record_with_an_abstract_is_an_article_and_one_without_is_named() -> None:
    first, second = parse(Document("upload:a.ris", RIS.encode()), Settings())
    assert isinstance(first, Article)
    assert (first.title, first.site, first.published) == ("Ferry stopped", "Ostley Mail", date(2025, 5, 12))
    assert (first.authors, first.url) == (("Ines Varga", "Jon Bo"), "https://ostley.example/1")
    assert (
        first.text.split()
        == "The ferry to Ostley was taken out of service on Monday, as the harbour office said.".split()
    )
    assert isinstance(second, Failure)
    assert (second.source, second.reason) == ("upload:a.ris#2", "“Bridge open” has no abstract in this export.")
    (empty,) = parse(Document("upload:a.ris", b"nothing of the kind is in here"), Settings())
    assert isinstance(empty, Failure)
    assert empty.reason == "There are no records in this export."


LEXISNEXIS = (
    "                   1 of 2 DOCUMENTS\n\n   Copyright 2025 Ostley\n   All Rights Reserved\n\n   Ostley Mail\n\n"
    "   May 12, 2025 Monday\n   Final Edition\n\nFerry stopped\n\nBYLINE: By Ines Varga\n\nLENGTH: 9 words\n\n"
    "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks.\n\nLOAD-DATE: May 13, 2025\n\n"
    "LANGUAGE: ENGLISH\n\n"
)
GALE = (
    "Title: Ferry stopped\nAuthor: Ines Varga\nDate: May 12, 2025\nFrom: Ostley Mail\nLength: 9 words\n\nFull Text:\n"
    "COPYRIGHT 2025 Ostley\nThe ferry to Ostley was taken out of service on Monday.\n\nIt leaks.\nSource Citation\n"
    "Varga, Ines. Accessed 2 Mar. 2026.\nGale Document Number: GALE|A{number}\n\n"
)
FACTIVA = (
    "The ferry to Ostley is stopped\nInes Varga\n9 words\n12 May 2025\nOstley Mail\nOSTM\nEnglish\n(c) 2025 Ostley\n\n"
    "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks.\n\n"
    "Document OSTM000020250512el5c0000{number}\n\n"
)


@pytest.mark.parametrize(
    "export",
    [
        LEXISNEXIS + LEXISNEXIS.replace("1 of 2", "2 of 2"),
        (LEXISNEXIS + LEXISNEXIS).replace("1 of 2 DOCUMENTS", "Document 1 of 2"),
        GALE.format(number=1) + GALE.format(number=2),
        FACTIVA.format(number=1) + FACTIVA.format(number=2),
    ],
)
def test_other_layouts_of_archives_are_many_articles_too(export: str) -> None:
    first, second = read("export.txt", export.encode())
    for each in (first, second):
        assert each.title.endswith(("Ferry stopped", "Ostley is stopped"))
        assert (each.published, each.authors, each.site) == (date(2025, 5, 12), ("Ines Varga",), "Ostley Mail")
        assert each.text == "The ferry to Ostley was taken out of service on Monday.\n\nIt leaks."


PASTED = "Ferry stopped\n\nBy Ines Varga\nMay 12, 2025\n\nThe ferry to Ostley was taken out of service on Monday.\n\n"
OTHER = "Bridge open\n\nBy Joss Tarn\nJune 3, 2025\n\nThe bridge of Ostley was opened again on Tuesday.\n\n"


@pytest.mark.parametrize("rule", ["=" * 40, "-" * 20, "* * *", "_" * 60, "#" * 10, "---"])
@pytest.mark.parametrize("name", ["pasted.txt", "pasted.md"])
def test_articles_with_rules_between_them_are_many(rule: str, name: str) -> None:
    first, second = read(name, f"{PASTED}{rule}\n\n{OTHER}{rule}\n\nIt is as it was.\n".encode())
    assert (first.title, first.published, first.authors) == ("Ferry stopped", date(2025, 5, 12), ("Ines Varga",))
    assert first.text == "The ferry to Ostley was taken out of service on Monday."
    assert (second.title, second.published, second.source) == ("Bridge open", date(2025, 6, 3), f"upload:{name}#2")
    assert second.text.endswith("It is as it was.")


@pytest.mark.parametrize("head", ["Document {number} of 2", "Article {number}/2", "{number} of 2 DOCUMENTS"])
def test_articles_that_are_counted_are_many(head: str) -> None:
    text = f"{head.format(number=1)}\n\n{PASTED}\n{head.format(number=2)}\n\nBridge open\n\n{OTHER.split('2025')[1]}"
    first, second = read("pasted.txt", (text + "It had been closed for a year.").encode())
    assert (first.title, first.published) == ("Ferry stopped", date(2025, 5, 12))
    assert (second.title, second.published) == ("Bridge open", None)


@pytest.mark.parametrize(
    "rest",
    [
        f"{'-' * 40}\n\nIt leaks, said the harbour master on Tuesday.\n",
        "---\n\n## Background\n\nThe ferry was built in 1961, and it leaks.\n",
        "Document 3 of 7\n\nwas missing from the file, said the harbour master of Ostley.\n",
        "Steps:\n\n1/2\n\n2/2\n",
    ],
)
def test_rules_and_numbers_inside_of_an_article_leave_it_one(rest: str) -> None:
    (article,) = read("pasted.md", (PASTED + rest).encode())
    assert article.text.startswith("The ferry to Ostley was taken out of service on Monday.\n\n")
    assert len(article.text) > 60
