"""Footnotes, endnotes and tracked changes: each behind its paragraph or at the end, none inside a sentence."""

from __future__ import annotations

import io
import zipfile

import docx

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse

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
