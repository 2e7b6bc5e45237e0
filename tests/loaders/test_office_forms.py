"""Slides, OpenDocument and workbooks, written here part by part so that every expectation can be read off."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse
from qa.loaders.number_formats import NumberFormat

WORDS = "The ferry to Ostley was taken out of service on Monday, the harbour office said."
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
CORE = (
    "<cp:coreProperties xmlns:cp='http://schemas.openxmlformats.org/package/2006/metadata/core-properties' "
    "xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>{title}</dc:title><dc:creator>{author}</dc:creator>"
    "</cp:coreProperties>"
)


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def read(name: str, data: bytes, **given: Any) -> list[Article | Failure]:
    return list(parse(Document(f"upload:{name}", data), Settings(**given)))


def article(name: str, data: bytes) -> Article:
    (found,) = read(name, data)
    assert isinstance(found, Article), found
    return found


def failure(name: str, data: bytes, **given: Any) -> Failure:
    (found,) = read(name, data, **given)
    assert isinstance(found, Failure), found
    return found


def relations(*targets: tuple[str, str]) -> str:
    rows = "".join(
        f"<Relationship Id='r{number}' Type='{R}/{kind}' Target='{target}'/>"
        for number, (kind, target) in enumerate(targets, start=1)
    )
    return f"<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>{rows}</Relationships>"


# --- slides ------------------------------------------------------------------------------------------------------


def shape(kind: str, *paragraphs: str) -> str:
    place = f"<p:ph type='{kind}'/>" if kind else ""
    text = "".join(f"<a:p>{each if each.startswith('<') else run(each)}</a:p>" for each in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr>{place}</p:nvPr></p:nvSpPr><p:txBody>{text}</p:txBody></p:sp>"


def run(text: str, look: str = "") -> str:
    return f"<a:r><a:rPr {look}/><a:t>{text}</a:t></a:r>"


MARKED = (
    run("It cost 42")
    + run("3", "baseline='30000'")
    + run(" million")
    + run(" or more", "strike='sngStrike'")
    + run(".")
)


def slide(*shapes: str, root: str = "sld", show: str = "1") -> str:
    tree = f"<p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld>"
    return f"<p:{root} xmlns:p='{P}' xmlns:a='{A}' show='{show}'>{tree}</p:{root}>"


def slides(**more: str) -> dict[str, str]:
    table = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody><a:p>{run(cell)}</a:p></a:txBody></a:tc>' for cell in cells)}</a:tr>"
        for cells in (("Year", "Cost"), ("2024", "11 million"))
    )
    return {
        "ppt/presentation.xml": (
            f"<p:presentation xmlns:p='{P}' xmlns:r='{R}'><p:sldIdLst><p:sldId id='1' r:id='r2'/>"
            "<p:sldId id='2' r:id='r1'/><p:sldId id='3' r:id='r3'/></p:sldIdLst></p:presentation>"
        ),
        "ppt/_rels/presentation.xml.rels": relations(
            ("slide", "slides/slide1.xml"), ("slide", "/ppt/slides/slide2.xml"), ("slide", "slides/slide3.xml")
        ),
        "ppt/slides/slide1.xml": slide(
            shape("sldNum", "2"),
            shape(
                "body",
                WORDS,
                MARKED,
            ),
            f"<p:graphicFrame><a:graphic><a:tbl>{table}</a:tbl></a:graphic></p:graphicFrame>",
            shape("title", "Why it stopped"),
        ),
        "ppt/slides/_rels/slide1.xml.rels": relations(("notesSlide", "../notesSlides/notesSlide1.xml")),
        "ppt/notesSlides/notesSlide1.xml": slide(
            shape("sldImg"), shape("body", "Say that it leaks."), shape("ftr", "Secret"), root="notes"
        ),
        "ppt/slides/slide2.xml": slide(shape("ctrTitle", "Ferry stopped"), shape("subTitle", "12 May 2025")),
        "ppt/slides/slide3.xml": slide(shape("title", "Not shown"), show="0"),
        **more,
    }


def test_slides_are_read_in_their_order_with_tables_and_notes() -> None:
    found = article("deck.pptx", zipped(slides()))
    assert (found.title, found.published) == ("Ferry stopped", date(2025, 5, 12))
    assert found.text == (
        f"Why it stopped\n\n{WORDS}\nIt cost 42 million.\n\nYear, Cost\n2024, 11 million\n\nSay that it leaks."
    )


def test_a_presentation_has_the_title_and_author_that_someone_wrote() -> None:
    given = {"docProps/core.xml": CORE.format(title="The ferry, a history", author="Ines Varga")}
    found = article("deck.pptx", zipped(slides(**given)))
    assert (found.title, found.authors) == ("The ferry, a history", ("Ines Varga",))
    made_up = {"docProps/core.xml": CORE.format(title="PowerPoint Presentation", author="Ines Varga")}
    assert article("deck.pptx", zipped(slides(**made_up))).title == "Ferry stopped"


def test_slides_without_words_and_damaged_ones_are_refused() -> None:
    empty = {name: slide() for name in ("ppt/slides/slide1.xml", "ppt/slides/slide2.xml")}
    empty["ppt/notesSlides/notesSlide1.xml"] = slide(root="notes")
    assert failure("deck.pptx", zipped(slides(**empty))).reason == "There are no words on its slides."
    broken = {"ppt/slides/slide1.xml": "<p:sld"}
    assert failure("deck.pptx", zipped(slides(**broken))).reason == "The file is damaged or incomplete."


# --- OpenDocument ------------------------------------------------------------------------------------------------

SPACES = " ".join(
    f"xmlns:{name}='urn:oasis:names:tc:opendocument:xmlns:{full}:1.0'"
    for name, full in (
        ("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing"), ("style", "style"),
        ("presentation", "presentation"),
    )
)  # fmt: skip
STYLES = (
    "<style:style style:name='up'><style:text-properties style:text-position='super 58%'/></style:style>"
    "<style:style style:name='out'><style:text-properties style:text-line-through-style='solid'/></style:style>"
    "<style:style style:name='gone'><style:text-properties text:display='none'/></style:style>"
)


def open_document(kind: str, body: str, meta: str = "") -> bytes:
    content = (
        f"<office:document-content {SPACES}><office:automatic-styles>{STYLES}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )

    kind = f"application/vnd.oasis.opendocument.{kind}"
    return zipped({"mimetype": kind, "content.xml": content, "meta.xml": meta or "<m/>"})


ODT = (
    "<text:tracked-changes><text:p>Deleted words</text:p></text:tracked-changes>"
    "<text:table-of-content><text:index-body><text:p>Ferry ..... 1</text:p></text:index-body></text:table-of-content>"
    "<text:h>Ferry stopped</text:h><text:p>By Ines Varga</text:p><text:p>12 May 2025</text:p>"
    "<text:p>The ferry<text:s text:c='3'/>to Ostley<text:note><text:note-citation>1</text:note-citation>"
    "<text:note-body><text:p>A town of 900.</text:p></text:note-body></text:note> stopped after 42 km"
    "<text:span text:style-name='up'>2</text:span><text:span text:style-name='out'> or more</text:span>"
    "<text:span text:style-name='gone'> x</text:span>."
    "<office:annotation><text:p>Check!</text:p></office:annotation></text:p>"
    "<text:section text:display='none'><text:p>Hidden</text:p></text:section>"
    "<text:list><text:list-item><text:p>It leaks.</text:p></text:list-item><text:list-item><text:p>It is old.</text:p>"
    "</text:list-item></text:list>"
    "<table:table><table:table-header-rows><table:table-row><table:table-cell><text:p>Year</text:p></table:table-cell>"
    "<table:table-cell><text:p>Cost</text:p></table:table-cell></table:table-row></table:table-header-rows>"
    "<table:table-row><table:table-cell><text:p>2024</text:p></table:table-cell><table:table-cell><text:p>11</text:p>"
    "</table:table-cell></table:table-row></table:table>"
    "<text:p>The last<draw:frame><draw:text-box><text:p>In a box.</text:p></draw:text-box></draw:frame> words.</text:p>"
)  # fmt: skip


def test_an_odt_gives_its_text_as_it_is_printed() -> None:
    found = article("a.odt", open_document("text", ODT))
    assert (found.title, found.published, found.authors) == ("Ferry stopped", date(2025, 5, 12), ("Ines Varga",))
    assert found.text == (
        "The ferry to Ostley stopped after 42 km².\n\nA town of 900.\n\nIt leaks.\nIt is old.\n\n"
        "Year, Cost\n2024, 11\n\nThe last words.\n\nIn a box."
    )


def test_the_author_of_an_odt_is_who_began_it() -> None:
    meta = (
        "<office:meta xmlns:office='o' xmlns:meta='m' xmlns:dc='d'><dc:title>The ferry, a history</dc:title>"
        "<meta:initial-creator>Ines Varga</meta:initial-creator><dc:creator>Jon Bo</dc:creator></office:meta>"
    )
    found = article("a.odt", open_document("text", f"<text:p>{WORDS}</text:p>", meta))
    assert (found.title, found.authors, found.published) == ("The ferry, a history", ("Ines Varga",), None)


def test_tables_in_tables_cost_no_more_than_their_size() -> None:
    inner = f"<text:p>{WORDS}</text:p>"
    for _ in range(60):
        inner = f"<table:table-row><table:table-cell>{inner}</table:table-cell></table:table-row>"
        inner = f"<table:table>{inner}</table:table>"
    assert article("a.odt", open_document("text", inner)).text == WORDS


def test_the_slides_of_an_odp_are_read() -> None:
    def frame(words: str, kind: str = "") -> str:
        box = f"<draw:text-box><text:p>{words}</text:p></draw:text-box>"
        return f"<draw:frame presentation:class='{kind}'>{box}</draw:frame>"

    notes = f"<presentation:notes>{frame('Say it.')}</presentation:notes>"
    page = f"<draw:page>{frame('Page', 'footer')}{frame(WORDS)}{frame('Why it stopped', 'title')}{notes}</draw:page>"
    found = article("a.odp", open_document("presentation", page))
    assert (found.title, found.text) == ("Why it stopped", f"{WORDS}\n\nSay it.")


def test_an_open_document_that_is_damaged_or_empty_is_refused() -> None:
    assert failure("a.odt", open_document("text", "<text:p>")).reason == "The file is damaged or incomplete."
    assert failure("a.odt", open_document("text", "<text:p/>")).reason == "There is no text in it."
    assert failure("a.odg", open_document("drawing", f"<text:p>{WORDS}</text:p>")).reason == "There is no text in it."


# --- workbooks ---------------------------------------------------------------------------------------------------


NUMBERS = (
    "<numFmts><numFmt numFmtId='164' formatCode='[$£-809]#,##0.0'/></numFmts><cellXfs><xf numFmtId='0'/>"
    "<xf numFmtId='14'/><xf numFmtId='10'/><xf numFmtId='164'/></cellXfs>"
)


def workbook(sheets: dict[str, str], shared: tuple[str, ...] = (), state: str = "visible") -> bytes:
    """Sheets given as rows of cells; `shared` are the texts that cells of type `s` name."""
    members = {
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": f"<workbook xmlns='{S}' xmlns:r='{R}'><sheets>"
        + "".join(
            f"<sheet name='{name}' state='{state if number > 1 else 'visible'}' r:id='r{number}'/>"
            for number, name in enumerate(sheets, start=1)
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            *(("worksheet", f"worksheets/sheet{number}.xml") for number in range(1, len(sheets) + 1)),
            ("sharedStrings", "sharedStrings.xml"),
            ("styles", "styles.xml"),
        ),
        "xl/sharedStrings.xml": f"<sst xmlns='{S}'>{''.join(f'<si>{each}</si>' for each in shared)}</sst>",
        "xl/styles.xml": f"<styleSheet xmlns='{S}'>{NUMBERS}</styleSheet>",
    }
    for number, rows in enumerate(sheets.values(), start=1):
        members[f"xl/worksheets/sheet{number}.xml"] = (
            f"<worksheet xmlns='{S}'><sheetData>{rows}</sheetData></worksheet>"
        )
    return zipped(members)


def cells(number: int, *values: str) -> str:
    """A row of texts, and of whole cells where a value is markup."""
    row = "".join(
        each if each.startswith("<") else f"<c r='{chr(65 + at)}{number}' t='inlineStr'><is><t>{each}</t></is></c>"
        for at, each in enumerate(values)
        if each
    )
    return f"<row r='{number}'>{row}</row>"


def test_rows_of_a_sheet_with_texts_are_articles() -> None:
    day, shared = "<c r='B2' s='1'><v>45789</v></c>", "<c r='A4' t='s'><v>0</v></c>"
    rows = cells(1, "Title", "Date", "Body", "URL")
    rows += cells(2, "Ferry stopped", day, WORDS, "https://ostley.example/1")
    rows += cells(4, shared, "", WORDS.replace("Monday", "Friday")) + cells(5, "No text")
    first, second, third = read("a.xlsx", workbook({"News": rows}, ("<t>Bridge</t><rPh><t>x</t></rPh>",)))
    assert isinstance(first, Article)
    assert (first.title, first.published, first.url) == ("Ferry stopped", date(2025, 5, 12), "https://ostley.example/1")
    assert (first.text, first.source) == (WORDS, "upload:a.xlsx#News#row-2")
    assert isinstance(second, Article)
    assert (second.title, second.published, second.source) == ("Bridge", None, "upload:a.xlsx#News#row-4")
    assert isinstance(third, Failure)
    assert (third.source, third.reason) == ("upload:a.xlsx#News#row-5", "Row 5 was left out: it has no text.")


def test_a_sheet_without_texts_is_a_table_as_it_is_shown() -> None:
    share, cost = "<c r='B2' s='2'><v>0.42349</v></c>", "<c r='C2' s='3'><v>1234567.25</v></c>"
    plain, wrong = "<c r='B3'><v>0.30000000000000004</v></c>", "<c r='C3' t='e'><v>#REF!</v></c>"
    rows = cells(1, "Town", "Share", "Cost") + cells(2, "Ostley on the river", share, cost)
    rows += cells(3, "Skell", plain, wrong)
    first, second = read("town_costs.xlsx", workbook({"Sheet1": rows, "Old": rows}))
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.title, second.title) == ("Town costs", "Town costs: Old")
    assert first.text == "Town, Share, Cost\nOstley on the river, 42.35%, £1,234,567.3\nSkell, 0.3"
    assert first.published is None


def test_a_hidden_sheet_is_left_out_and_an_empty_workbook_refused() -> None:
    rows = cells(1, WORDS)
    assert len(read("a.xlsx", workbook({"One": rows, "Two": cells(1, WORDS + " x")}, state="hidden"))) == 1
    assert failure("a.xlsx", workbook({"One": cells(1)})).reason == "Its sheets are empty."
    assert failure("a.xlsx", workbook({"One": "<row"})).reason == "The file is damaged or incomplete."


def test_a_text_that_stands_in_very_many_cells_is_counted_each_time() -> None:
    cell = "<c t='s'><v>0</v></c>"
    rows = f"<row>{cell * 50}</row>" * 2
    found = failure("a.xlsx", workbook({"One": rows}, (f"<t>{'x' * 30_000}</t>",)), max_expanded_mb=1)
    assert found.reason == "Its cells hold far more text than a file of its size does."


def test_the_sheets_of_an_ods_are_read() -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    day = cell("12.05.25", "office:value-type='date' office:date-value='2025-05-12T00:00:00'")
    empty = "<table:table-cell table:number-columns-repeated='16000'/>"
    row = "<table:table-row>{}</table:table-row>".format
    table = "".join((
        row(cell("Title") + cell("Date") + cell("Text") + empty),
        row(cell("Ferry") + day + cell(WORDS)),
        f"<table:table-row table:number-rows-repeated='1000000'>{empty}</table:table-row>",
        row(cell("Bridge") + empty),
    ))  # fmt: skip
    first, second = read("a.ods", open_document("spreadsheet", f"<table:table table:name='S'>{table}</table:table>"))
    assert isinstance(first, Article)
    assert (first.title, first.published, first.text) == ("Ferry", date(2025, 5, 12), WORDS)
    assert isinstance(second, Failure)
    assert second.source == "upload:a.ods#S#row-1000003"


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        ("", "1234567", "1234567"),
        ("", "0.1", "0.1"),
        ("", "n/a", "n/a"),
        ("0", "2.5", "3"),
        ("#,##0", "-1234", "-1,234"),
        ('"£"#,##0', "1200", "£1,200"),
        ("0%", "0.5", "50%"),
        ("d/m/y", "45789", "2025-05-12"),
        ("d/m/y h:m", "45789.5", "2025-05-12 12:00"),
        ("h:m", "0.75", "18:00"),
        ("d/m/y", "-3", "-3"),
        ('0 "days"', "3", "3"),
        ("#,##0", "1e300", "1e300"),
    ],
)
def test_a_number_is_shown_by_its_format(code: str, value: str, shown: str) -> None:
    assert NumberFormat(code).shown(value) == shown


def test_days_can_be_counted_from_1904() -> None:
    assert NumberFormat("d/m/y", from_1904=True).shown("44327") == "2025-05-12"
