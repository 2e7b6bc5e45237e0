"""PDF, DOCX and EPUB, made here line by line so that every expectation can be read off the fixture."""

from __future__ import annotations

import io
import zipfile
from datetime import date

import docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pdf_fakes import pdf
from pypdf import PdfReader, PdfWriter

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

TEXT = "The ferry to the outer islands will run twice a day from Monday, the harbour office said."


def read(name: str, data: bytes, given: Settings | None = None) -> list[Article | Failure]:
    return list(parse(Document(f"/n/{name}", data), given or Settings()))


def article(name: str, data: bytes) -> Article:
    (found,) = read(name, data)
    assert isinstance(found, Article), found
    return found


def failure(name: str, data: bytes, given: Settings | None = None) -> Failure:
    (found,) = read(name, data, given)
    assert isinstance(found, Failure), found
    assert found.remedy.endswith(".")
    return found


# --- PDF ---------------------------------------------------------------------------------------------------------


def encrypted(password: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf(TEXT))))
    writer.encrypt(user_password=password, owner_password="owner", algorithm="AES-256")
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


PAGE_1 = """The Coast Courier - March 2023
Harbour bridge reopens
9 March 2023
The harbour bridge reopened to traffic on Thursday after nine months of repairs, the
city said. Engineers replaced forty-two cables and the whole deck, at a cost of eight-
een million crowns. The work was twice delayed.
Mayor Ines Duarte said the ferry that carried commuters would stop on Sunday, and that a well-
known bus line would return. Some of the well-known drivers will be back, and with them
Page 1"""
PAGE_2 = """The Coast Courier - March 2023
their old routes through the narrow streets
of the town that everyone remembers.
Tickets cost 4 crowns.
Page 2"""


def test_a_pdf_becomes_running_text() -> None:
    found = article("bridge_report.pdf", pdf(PAGE_1, PAGE_2))
    assert found.title == "Harbour bridge reopens"
    assert found.published == date(2023, 3, 9)
    assert found.text == (
        "The harbour bridge reopened to traffic on Thursday after nine months of repairs, the city said. Engineers "
        "replaced forty-two cables and the whole deck, at a cost of eighteen million crowns. The work was twice "
        "delayed.\n\n"
        "Mayor Ines Duarte said the ferry that carried commuters would stop on Sunday, and that a well-known bus line "
        "would return. Some of the well-known drivers will be back, and with them their old routes through the narrow "
        "streets of the town that everyone remembers.\n\nTickets cost 4 crowns."
    )


def on_page(found: Article, words: str) -> int | None:
    return found.page_of(found.text.index(words))


def test_a_pdf_knows_on_which_page_its_words_stand() -> None:
    found = article("bridge_report.pdf", pdf(PAGE_1, PAGE_2))
    places = ["The harbour bridge", "eighteen", "back, and with them", "their old routes", "Tickets cost"]
    assert [on_page(found, words) for words in places] == [1, 1, 1, 2, 2]
    assert found.pages == (0, found.text.index("their old routes"))


def test_a_page_without_words_counts_too() -> None:
    found = article("a.pdf", pdf("", TEXT, "", f"{TEXT[:-1]} again.", ""))
    second = found.text.index(TEXT[:-1], 1)
    assert (found.page_of(0), found.page_of(second - 1), found.page_of(second)) == (2, 2, 4)
    assert found.pages == (0, 0, second, second, len(found.text))


def test_a_word_that_goes_on_overleaf_begins_on_its_page() -> None:
    found = article("a.pdf", pdf(f"{TEXT}\nIt will be the fer-", "ryman of Ostley.\nHe is old, they said."))
    assert "the ferryman of" in found.text
    assert (on_page(found, "ferryman"), on_page(found, "ryman")) == (1, 2)


def test_what_is_no_pdf_has_no_pages() -> None:
    found = article("a.docx", word())
    assert (found.pages, found.page_of(0)) == ((), None)


def test_the_time_a_pdf_was_made_is_no_publication_date() -> None:
    assert article("a.pdf", pdf(TEXT)).published is None


def test_a_pdf_tells_its_title_and_author_where_they_were_written() -> None:
    found = article("a.pdf", pdf(TEXT, title="Ferry timetable changes", author="Mara Lind"))
    assert (found.title, found.authors) == ("Ferry timetable changes", ("Mara Lind",))
    found = article("harbour_news.pdf", pdf(TEXT, title="Microsoft Word - draft3.docx", author="admin"))
    assert (found.title, found.authors) == ("Harbour news", ())


def test_a_number_alone_in_a_line_is_text_but_for_the_edge_of_a_page() -> None:
    pages = [
        f"{name} is the first line of its page.\n{7 + n}\nMore of {name}.\nThen came\n{1986 + n}\nas we know.\n"
        f"And {name}.\nSo.\n{n}"
        for n, name in enumerate(["Ash", "Birch", "Cedar"], start=1)
    ]
    text = article("a.pdf", pdf(*pages)).text
    assert [year in text for year in ("1987", "1988", "1989")] == [True] * 3
    assert not text.endswith("3")


def test_a_pdf_without_password_to_read_is_read() -> None:
    assert article("a.pdf", encrypted("")).text == TEXT


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (encrypted("secret"), "The PDF is locked with a password."),
        (pdf("", ""), "There is no text in it: its pages are pictures, as from a scanner."),
        (b"%PDF-1.7\n" + bytes(range(256)) * 4, "The PDF is damaged or incomplete."),
        (b"%PDF-1.4\n%%EOF", "The PDF is damaged or incomplete."),
    ],
    ids=["locked", "scanned", "broken", "no pages"],
)
def test_pdfs_that_cannot_be_read(data: bytes, reason: str) -> None:
    assert failure("a.pdf", data).reason == reason


def test_a_scan_is_sent_to_text_recognition() -> None:
    assert "OCR" in failure("a.pdf", pdf("")).remedy


def test_a_pdf_cut_off_gives_what_is_left_or_a_reason() -> None:
    for end in (100, 400, 700):
        for found in read("a.pdf", pdf(PAGE_1, PAGE_2)[:end]):
            assert isinstance(found, Failure) or found.text


# --- DOCX --------------------------------------------------------------------------------------------------------


def word(**properties: str) -> bytes:
    document = docx.Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    document.add_heading("Harbour bridge reopens", 0)
    document.add_paragraph("9 March 2023")
    document.add_paragraph(TEXT)
    table = document.add_table(rows=2, cols=2)
    for row, cells in enumerate([("Year", "Cost"), ("2022", "11 million")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    last = document.add_paragraph("The mayor ")
    last._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>was pleased</w:t></w:r></w:ins>"))
    last._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText> and angry</w:delText></w:r></w:del>"))
    last.add_run(", she said.")
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_docx_with_table_and_tracked_changes() -> None:
    found = article("a.docx", word(author="Mara Lind", title=""))
    assert found.title == "Harbour bridge reopens"
    assert (found.published, found.authors) == (date(2023, 3, 9), ("Mara Lind",))
    assert found.text == f"{TEXT}\n\nYear, Cost\n2022, 11 million\n\nThe mayor was pleased, she said."


def test_a_docx_made_by_a_program_has_no_author() -> None:
    assert article("a.docx", word(author="python-docx")).authors == ()


def test_docx_files_that_cannot_be_read() -> None:
    whole = word()
    assert failure("a.docx", whole[: len(whole) // 2]).reason == "The file is damaged or incomplete."
    assert failure("a.docx", whole[:30]).reason == "The file is damaged or incomplete."
    assert failure("a.docx", zipped({"word/document.xml": "<broken"})).reason == "The file is damaged or incomplete."
    assert failure("a.docx", zipped({"readme.txt": TEXT})).reason == "It is a packed archive."
    assert failure("a.xlsb", zipped({"[Content_Types].xml": "", "xl/workbook.bin": ""})).reason == (
        "It is an office document of a kind that is not read."
    )


def test_a_docx_that_unpacks_to_too_much_is_refused() -> None:
    bomb = zipped({"word/document.xml": "0" * 20_000_000})
    assert failure("a.docx", bomb).reason == ("It would unpack to 19 MB, far more than a document of its size holds.")
    small = zipped({"word/document.xml": "0" * 2_000_000})
    assert "unpack to 1 MB" in failure("a.docx", small, Settings(max_expanded_mb=1)).reason


# --- EPUB --------------------------------------------------------------------------------------------------------


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return file.getvalue()


def epub(*chapters: str) -> bytes:
    items = "".join(f'<item id="c{n}" href="text/c%20{n}.xhtml"/>' for n in range(len(chapters)))
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>',
        "OEBPS/book.opf": '<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf">'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Island Ferries</dc:title>'
        "<dc:creator>Mara Lind</dc:creator><dc:creator>Bo Chu</dc:creator><dc:date>2021-06-01</dc:date>"
        f"<dc:language>en</dc:language><dc:publisher>Coast Press</dc:publisher></metadata>"
        f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
    }
    for number, body in enumerate(chapters):
        page = f'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body>{body}</body></html>'
        members[f"OEBPS/text/c {number}.xhtml"] = page
    return zipped(members)


def test_an_epub_with_chapter_titles_is_one_article_a_chapter() -> None:
    book = epub(
        "<p>Cover</p>", "<h1>Contents</h1><p>The First Boat</p>",
        f"<h1>The First Boat</h1><p>{TEXT}</p><p>It sank – twice.</p>", f"<h1>The Second Boat</h1><p>{TEXT} Again.</p>",
    )  # fmt: skip
    first, second = read("a.epub", book)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.title == "Island Ferries: The First Boat"
    assert first.text == f"{TEXT}\n\nIt sank – twice."
    assert (first.authors, first.published) == (("Mara Lind", "Bo Chu"), date(2021, 6, 1))
    assert (first.site, first.language) == ("Coast Press", "en")
    assert (first.source, second.source) == ("/n/a.epub#OEBPS/text/c 2.xhtml", "/n/a.epub#OEBPS/text/c 3.xhtml")


def test_an_epub_without_chapter_titles_is_one_article() -> None:
    found = article("a.epub", epub(f"<p>{TEXT}</p>", "<p>It sank.</p>"))
    assert (found.title, found.source) == ("Island Ferries", "/n/a.epub")
    assert found.text == f"{TEXT}\n\nIt sank."


def test_an_epub_without_text_or_package_is_reported() -> None:
    assert failure("a.epub", epub("")).reason == "No text of the book can be read; it may be copy-protected."
    assert failure("a.epub", zipped({"META-INF/container.xml": "<a/>"})).reason == "The file is damaged or incomplete."
    bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
    assert failure("a.epub", zipped({"META-INF/container.xml": bomb})).reason == "The file is damaged or incomplete."


def test_a_zip_is_read_file_by_file() -> None:
    inner = zipped({"x.txt": TEXT})
    found = read(
        "news.zip",
        zipped(
            {
                "notes/b.md": f"# Second\n\n{TEXT}",
                "a.txt": f"First\n\n{TEXT} And more.",
                "rows.csv": f'title,text\nRow,"{TEXT}"\n',
                "__MACOSX/._a.txt": "x",
                ".hidden.txt": "x",
                "look.css": "x",
                "slides.pptx": zipped({"[Content_Types].xml": "<x/>"}),
                "inner.zip": inner,
            }
        ),
    )
    articles = [each for each in found if isinstance(each, Article)]
    assert [(each.source, each.title) for each in articles] == [
        ("/n/news.zip#a.txt", "First"), ("/n/news.zip#notes/b.md", "Second"), ("/n/news.zip#rows.csv#row-1", "Row"),
    ]  # fmt: skip
    assert [(each.source, each.reason) for each in found if isinstance(each, Failure)] == [
        ("/n/news.zip#inner.zip", "It is a packed archive."),
        ("/n/news.zip#slides.pptx", "It is an office document of a kind that is not read."),
    ]
