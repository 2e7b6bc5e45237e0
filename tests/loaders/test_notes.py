"""Footnotes, endnotes and tracked changes: each behind its paragraph or at the end, none inside a sentence."""

from __future__ import annotations

import io
import re
import zipfile

import docx
from pdf_fakes import pdf

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse
from qa.loaders.markdown import Line
from qa.loaders.pdf_notes import with_notes

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*runs: str) -> str:
    return f"<w:p>{''.join(runs)}</w:p>"


def reference(kind: str, number: int) -> str:
    return f'<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:{kind}Reference w:id="{number}"/></w:r>'


def notes(kind: str, *texts: str) -> str:
    line = f'<w:{kind} w:type="separator" w:id="-1"><w:p>{run("line")}</w:p></w:{kind}>'
    written = "".join(
        f'<w:{kind} w:id="{number}">{paragraph(run(text))}</w:{kind}>' for number, text in enumerate(texts, 1)
    )
    return f"<w:{kind}s {SPACE}>{line}{written}</w:{kind}s>"


def word(body: str, **parts: str) -> bytes:
    """A DOCX with this body, and with parts of footnotes and endnotes."""
    made = io.BytesIO()
    docx.Document().save(made)
    data = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(data, "w") as new:
        for name in old.namelist():
            content = old.read(name).decode("utf-8", "surrogateescape")
            if name == "word/document.xml":
                content = f"<w:document {SPACE}><w:body>{body}</w:body></w:document>"
            for kind in parts:
                if name == "[Content_Types].xml":
                    override = f'<Override PartName="/word/{kind}.xml" ContentType="{TYPE}.{kind}+xml"/></Types>'
                    content = content.replace("</Types>", override)
                if name == "word/_rels/document.xml.rels":
                    relation = (
                        f'<Relationship Id="n{kind}" Type="{RELATION}/{kind}" Target="{kind}.xml"/></Relationships>'
                    )
                    content = content.replace("</Relationships>", relation)
            new.writestr(name, content.encode("utf-8", "surrogateescape"))
        for kind, content in parts.items():
            new.writestr(f"word/{kind}.xml", content)
    return data.getvalue()


def text_of(data: bytes) -> list[str]:
    (found,) = parse(Document("upload:a.docx", data), Settings(min_article_chars=1))
    assert isinstance(found, Article), found
    return found.text.split("\n\n")


def test_notes_stand_behind_their_paragraph_and_at_the_end() -> None:
    body = (
        paragraph(run("The bridge cost £42"), reference("footnote", 1), run(" million, she said."))
        + paragraph(run("It was closed"), reference("endnote", 1), run(" in May."))
        + paragraph(run("Nobody was hurt."))
    )
    data = word(
        body,
        footnotes=notes("footnote", "Prices of 2019.", "Nothing refers to this."),
        endnotes=notes("endnote", "By the council."),
    )
    assert text_of(data) == [
        "The bridge cost £42 million, she said.",
        "Prices of 2019.",
        "It was closed in May.",
        "Nobody was hurt.",
        "By the council.",
    ]


def test_a_deleted_reference_brings_no_note() -> None:
    deleted = f'<w:del w:id="9">{reference("footnote", 1)}</w:del>'
    data = word(paragraph(run("It was closed."), deleted), footnotes=notes("footnote", "Prices of 2019."))
    assert text_of(data) == ["It was closed."]


def test_what_was_moved_stands_once_where_it_is_now() -> None:
    body = (
        paragraph(run("First. "), f'<w:moveFrom w:id="1">{run("Moved.")}</w:moveFrom>')
        + paragraph(run("Second."))
        + paragraph(f'<w:moveTo w:id="2">{run("Moved.")}</w:moveTo>')
    )
    assert text_of(word(body)) == ["First.", "Second.", "Moved."]


def page_of(*drawn: str) -> bytes:
    """A PDF of one page on which these operators draw."""
    stream = "BT /F1 11 Tf 60 780 Td " + " ".join(drawn) + " ET"
    data = pdf("XX").decode("latin1")
    content = f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"
    return re.sub(r"<< /Length \d+ >>\nstream\n.*?\nendstream", lambda _: content, data, flags=re.DOTALL).encode()


FIRST_LINE = (
    "(The bridge at Ostley cost 42) Tj /F1 7 Tf 140 4 Td (3) Tj /F1 11 Tf 6 -4 Td ( million crowns, and was) Tj"
)
SECOND_LINE = "-146 -14 Td (not open for a year, she said.) Tj"
FOOT = "/F1 8 Tf 0 -660 Td (3 Prices of 2019, by the) Tj 0 -10 Td (council.) Tj 0 -10 Td (4 As she said.) Tj"


def pdf_text(data: bytes) -> list[str]:
    (found,) = parse(Document("upload:a.pdf", data), Settings(min_article_chars=1, read_seconds=0))
    assert isinstance(found, Article), found
    return found.text.split("\n\n")


def test_the_notes_of_a_pdf_stand_behind_the_paragraph() -> None:
    assert pdf_text(page_of(FIRST_LINE, SECOND_LINE, FOOT)) == [
        "The bridge at Ostley cost 42 million crowns, and was not open for a year, she said.",
        "Prices of 2019, by the council.",
        "As she said.",
    ]


def test_a_power_in_a_pdf_stays() -> None:
    drawn = "(The square of 30 m) Tj /F1 7 Tf 98 4 Td (2) Tj /F1 11 Tf 6 -4 Td ( was closed.) Tj"
    assert pdf_text(page_of(drawn)) == ["The square of 30 m² was closed."]


def test_small_print_without_a_mark_and_numbers_on_the_line_stay() -> None:
    drawn = ("(The bridge cost 42 million.) Tj", "0 -660 Td /F1 8 Tf (Printed by the council.) Tj")
    assert "Printed by the council." in " ".join(pdf_text(page_of(*drawn)))
    assert pdf_text(page_of("(The bridge cost 42) Tj /F1 7 Tf 125 0 Td (3) Tj")) != ["The bridge cost 42"]


def test_notes_of_a_page_follow_the_paragraph_that_runs_over_its_end() -> None:
    lines = [Line("One over two.", pages=((0, 1), (4, 2))), Line("Two.", pages=((0, 2),))]
    found = with_notes(lines, [["A note."], ["Another."], ["Of a page without text."]])
    assert [each.text for each in found] == [
        "One over two.", "A note.", "Two.", "Another.", "Of a page without text.",
    ]  # fmt: skip
