"""Every loader over small real documents that are damaged at random: articles or reasons, never an error or a hang."""

from __future__ import annotations

import io
import json
import zipfile

import docx
import pytest
from effort import cpu_seconds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pdf_fakes import pdf

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

EXAMPLES = 25  # of each form
SECONDS = 20.0  # of processor time for one small document, on a slow machine with much else to do
LIMITS = Settings(min_article_chars=1, read_seconds=0)
FIRST = "The ferry to Ostley was taken out of service on Monday because of a leak in its hull."
HEAD = "Ferry stopped\n\nBy Ines Varga | Ostley Mail\nPublished 4:05 PM EDT, May 12, 2025\n\n"
TEXT = f"{HEAD}{FIRST}\n\nIt cost £42¹ million in 1911[2], said “the mayor”. It will be back on 3/4/25.\n"
HTML = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Ferry stopped</title>'
    '<meta property="og:type" content="article"><meta property="article:published_time" content="2025-05-12">'
    f"</head><body><article><h1>Ferry stopped</h1><p>{FIRST}</p><p>It cost £42<sup><a href='#fn3'>3</a></sup> "
    f"million.</p><table><tr><td>1</td><td>2</td></tr></table></article></body></html>"
)


def zipped(members: dict[str, str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:  # not compressed: damage has to reach what is inside
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def word() -> bytes:
    document, file = docx.Document(), io.BytesIO()
    for paragraph in TEXT.split("\n"):
        document.add_paragraph(paragraph)
    document.save(file)
    packed = zipfile.ZipFile(file)
    return zipped({name: packed.read(name).decode("utf-8", "replace") for name in packed.namelist()})


def book() -> bytes:
    chapter = f"<html xmlns='http://www.w3.org/1999/xhtml'><body><h1>Ferry</h1><p>{FIRST}</p></body></html>"
    return zipped({
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": "<container xmlns='urn:oasis:names:tc:opendocument:xmlns:container'><rootfiles>"
        "<rootfile full-path='book.opf'/></rootfiles></container>",
        "book.opf": "<package xmlns='http://www.idpf.org/2007/opf'><metadata "
        "xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:title>Ferries</dc:title></metadata><manifest>"
        "<item id='c' href='c.xhtml'/></manifest><spine><itemref idref='c'/></spine></package>",
        "c.xhtml": chapter,
    })  # fmt: skip


def open_text() -> bytes:
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f"<o:document-content xmlns:o='{names}office:1.0' xmlns:t='{names}text:1.0'><o:body><o:text><t:h>Ferry stopped"
        f"</t:h><t:p>{FIRST}</t:p></o:text></o:body></o:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def workbook() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kin = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    cell = "<c t='inlineStr'><is><t>{}</t></is></c>"
    rows = [map(cell.format, row) for row in (("title", "text"), ("Ferry", FIRST))]
    data = "".join(f"<row>{''.join(row)}</row>" for row in rows)
    book = f"<workbook xmlns='{main}'><sheets><sheet name='A' xmlns:r='{kin}' r:id='r1'/></sheets></workbook>"
    return zipped({
        "[Content_Types].xml": "<Types/>",
        "xl/workbook.xml": book,
        "xl/_rels/workbook.xml.rels": "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
        f"<Relationship Id='r1' Type='{kin}/worksheet' Target='worksheets/a.xml'/></Relationships>",
        "xl/worksheets/a.xml": f"<worksheet xmlns='{main}'><sheetData>{data}</sheetData></worksheet>",
    })  # fmt: skip


ROWS = [{"title": "Ferry", "date": "03/04/2025", "body": [{"type": "p", "text": FIRST}], "author": [{"name": "Ines"}]}]
MAIL = f"From: Ines Varga <iv@mail.example>\nSubject: Ferry\nDate: Mon, 12 May 2025 08:30:00 +0100\n\n{FIRST}\n"
WARC = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n{HTML}"
OWN = {
    "a.txt": TEXT.encode("cp1252", "replace"),
    "b.txt": (f"{TEXT}\n====\n\n{TEXT}").encode(),
    "c.txt": TEXT.encode("utf-16-le"),
    "a.md": f"---\ntitle: Ferry\ndate: 2025-05-12\n---\n{TEXT}\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode(),
    "b.md": f'+++\ntitle = "Ferry"\n+++\n# {TEXT}'.encode(),
    "a.json": json.dumps({"articles": ROWS}).encode(),
    "a.jsonl": "\n".join(map(json.dumps, ROWS * 2)).encode(),
    "a.csv": f'title,date,text\nFerry,03/04/2025,"{FIRST}"\n'.encode(),
    "a.eml": MAIL.encode(),
    "a.mbox": f"From iv@mail.example Mon May 12 08:30:00 2025\n{MAIL}".encode() * 2,
    "a.srt": f"1\n00:00:01,000 --> 00:00:04,000\nVARGA: {FIRST}\n\n2\n00:00:05,000 --> 00:00:06,000\nYes.\n".encode(),
    "a.ris": f"TY  - NEWS\nTI  - Ferry\nAU  - Varga, Ines\nDA  - 2025/05/12\nAB  - {FIRST}\nER  - \n".encode(),
    "a.rtf": rb"{\rtf1\ansi\ansicpg1252 {\fonttbl{\f0 A;}}The ferry cost \'a342{\super 3} million, \u8220?yes.\par}",
}
OTHERS = {
    "a.html": HTML.encode(),
    "a.mhtml": b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html\n\n"
    + HTML.encode()
    + b"\n--x--\n",
    "a.enex": f"<?xml version='1.0'?><en-export><note><title>Ferry</title><content><![CDATA[<en-note><div>{FIRST}</div>"
    "</en-note>]]></content></note></en-export>".encode(),
    "a.xml": "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Mail</title>"
    f"<item><title>Ferry</title><guid>1</guid><content:encoded>{FIRST}</content:encoded></item></channel></rss>".encode(),
    "a.warc": "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://mail.example/a\r\n"
    f"Content-Length: {len(WARC)}\r\n\r\n{WARC}\r\n\r\n".encode(),
    "a.pdf": pdf(TEXT.replace("£", "").replace("¹", "").replace("“", "").replace("”", "")),
    "a.docx": word(),
    "a.epub": book(),
    "a.odt": open_text(),
    "a.xlsx": workbook(),
    "a.zip": zipped({"a.txt": TEXT, "b.html": HTML, "c.json": json.dumps(ROWS)}),
}
PIECES = [b"\x00", b"\xff\xfe", b"<", b"</p>", b"<sup>", b"{", b"}", b'"', b"\\u", b"\n\n", b"---\n", b"[[", b"9999999"]
KINDS = ["cut", "drop", "flip", "put", "twice"]
STEP = st.tuples(st.sampled_from(KINDS), st.floats(0, 1), st.integers(1, 80), st.sampled_from(PIECES))
DAMAGE = st.lists(STEP, min_size=1, max_size=6)
BOUNDED = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)


def damaged(data: bytes, steps: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, place, length, piece in steps:
        at = int(place * len(data))
        match kind:
            case "cut":
                data = data[:at] if at > len(data) // 2 else data
            case "drop":
                data = data[:at] + data[at + length :]
            case "flip":
                data = data[:at] + bytes(byte ^ length for byte in data[at : at + 1]) + data[at + 1 :]
            case "put":
                data = data[:at] + piece * length + data[at:]
            case _:
                data = data[:at] + data[at : at + length] * 3 + data[at + length :]
    return data


def found_in(name: str, data: bytes) -> list[Article | Failure]:
    found: list[Article | Failure] = []

    def read() -> None:
        found[:] = parse(Document(f"/n/{name}", data), LIMITS)

    assert cpu_seconds(read, times=1) < SECONDS
    assert found
    assert all(each.text.strip() and each.title if isinstance(each, Article) else each.reason for each in found)
    return found


@pytest.mark.parametrize("name", [*OWN, *OTHERS])
def test_what_is_whole_is_read(name: str) -> None:
    found = found_in(name, {**OWN, **OTHERS}[name])
    assert any(isinstance(each, Article) and "ferry" in each.text.lower() for each in found)


@pytest.mark.parametrize("name", [*OWN, *OTHERS])
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(steps=DAMAGE)
def test_what_is_damaged_gives_articles_or_reasons(name: str, steps: list[tuple[str, float, int, bytes]]) -> None:
    found = found_in(name, damaged({**OWN, **OTHERS}[name], steps))
    if name in OWN:  # read by own code, which knows what it refuses; the parsers of others fail in every way there is
        assert not [each for each in found if isinstance(each, Failure) and "not what its name says" in each.reason]


@pytest.mark.parametrize("name", [*OWN, *OTHERS])
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), database=None
)
@given(data=st.binary(max_size=400))
def test_any_bytes_give_articles_or_reasons(name: str, data: bytes) -> None:
    found_in(name, data)
    found_in(name, {**OWN, **OTHERS}[name][:20] + data)
