"""Mail, subtitles, exports of notes and RTF give their words, never the format they are written in."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from datetime import date
from email.message import EmailMessage

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

WORDS = "The ferry to Ostley was taken out of service on Monday: “a leak”, £4 million."


def read(name: str, data: bytes | str) -> list[Article | Failure]:
    raw = data.encode() if isinstance(data, str) else data
    return list(parse(Document(f"upload:{name}", raw), Settings()))


def article(name: str, data: bytes | str) -> Article:
    (found,) = read(name, data)
    assert isinstance(found, Article), found
    return found


def message(subject: str = "Ferry stopped — why") -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ostley Briefing <hello@ostley.example>", "reader@reader.example"
    mail["Subject"], mail["Date"] = subject, "Tue, 13 May 2025 07:02:09 +0100"
    mail.set_content(f"View in browser\n\n{WORDS}\n\nUnsubscribe here\n")
    return mail


def test_a_mail_is_an_article_with_subject_day_and_sender() -> None:
    found = article("a.eml", message().as_bytes())
    assert (found.title, found.published, found.site) == ("Ferry stopped — why", date(2025, 5, 13), "Ostley Briefing")
    assert found.text == WORDS


def test_the_page_of_a_mail_counts_where_its_plain_text_is_only_a_pointer() -> None:
    mail = message()
    mail.set_content("Open in browser")
    hidden = '<div style="display:none">Teaser</div>'
    mail.add_alternative(f"<html><body>{hidden}<p>{WORDS}</p><p>{WORDS}</p></body></html>", subtype="html")
    assert article("a.eml", mail.as_bytes()).text == f"{WORDS}\n\n{WORDS}"


def test_an_attachment_is_named_as_not_read() -> None:
    mail = message()
    mail.add_attachment(b"%PDF-", maintype="application", subtype="pdf", filename="plan.pdf")
    found, left_out = read("a.eml", mail.as_bytes())
    assert isinstance(found, Article)
    assert isinstance(left_out, Failure)
    assert left_out.source == "upload:a.eml#plan.pdf"


def test_every_message_of_a_mailbox_is_an_article() -> None:
    line = b"From hello@ostley.example Tue May 13 07:02:09 2025\n"
    box = line + message("One").as_bytes() + b"\n" + line + message("Two").as_bytes()
    assert [each.title for each in read("a.mbox", box) if isinstance(each, Article)] == ["One", "Two"]


def test_a_text_that_begins_like_a_mail_stays_a_text() -> None:
    found = article("a.txt", f"From Ostley to Skell\n\n{WORDS}")
    assert found.text.endswith(WORDS)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nANNA BO: It is\n\n2\n00:00:02,000 --> 00:00:03,000\n"
         "<i>closed</i>.\nWe wait.\n\n3\n00:00:03,000 --> 00:00:04,000\nJON: At 10:30.\n"),
        ("a.vtt", "WEBVTT\nKind: captions\n\nNOTE by hand\n\n00:01.000 --> 00:02.000 align:start\n<v ANNA BO>It is\n\n"
         "x1\n00:02.000 --> 00:03.000\nIt is\nclosed.\n\n00:03.000 --> 00:04.000\nWe wait.\n\n"
         "00:04.000 --> 00:05.000\n<v JON>At 10:30.\n"),
    ],
)  # fmt: skip
def test_subtitles_give_the_spoken_sentences(name: str, data: str) -> None:
    text = article(name, data).text
    assert text.endswith("We wait.\n\nJON: At 10:30.")
    assert text.startswith("ANNA BO: It is ")
    assert "-->" not in text


def test_an_export_of_notes_is_an_article_a_note_and_has_no_day() -> None:
    note = (
        "<note><title>Ferry {n}</title><created>20250513T080000Z</created><note-attributes><author>Ines Varga</author>"
        "<source-url>https://ostley.example/{n}</source-url></note-attributes><content><![CDATA[<?xml version='1.0'?>"
        "<en-note><div>It leaks.</div><div>It is old, and it will be back in May.</div></en-note>]]></content></note>"
    )
    export = f"<?xml version='1.0'?><en-export>{note.format(n=1)}{note.format(n=2)}</en-export>"
    first, second = read("a.enex", export)
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert (first.title, first.url, first.published) == ("Ferry 1", "https://ostley.example/1", None)
    assert first.text == "It leaks.\n\nIt is old, and it will be back in May."
    assert second.source == "upload:a.enex#2"


def test_a_damaged_export_of_notes_is_refused() -> None:
    (found,) = read("a.enex", "<en-export><note><title>x")
    assert isinstance(found, Failure)
    assert found.reason == "The export is damaged or incomplete."


def test_rtf_gives_its_text() -> None:
    data = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Times;}}{\*\generator Word;}\uc1 Ferry stopped\par\par "
        rb"It costs \'a34 million\emdash {\b she} said\u8217?s.{\v hidden}{\footnote note}\par "
        rb"{\pict 0102ff}The \{end\}.}"
    )
    found = article("a.rtf", data)
    assert found.title == "Ferry stopped"
    assert found.text == "It costs £4 million—she said’s.\n\nThe {end}."


SENTENCE = "The ferry to Ostley was taken out of service on Monday because of a leak in its hull, the mayor said. "
NOISE = bytes((number * number * 7 + number * 31) % 251 for number in range(1500))


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"rows": [{"a": number, "b": f"x{number}"} for number in range(60)]}),
        base64.encodebytes(NOISE).decode(),
        base64.b64encode(NOISE).decode(),
        "!function(e,t){'use strict';var n=e.document,r=t||{};function o(i){return r[i]}e.q=o;}(window,{});" * 9,
        "\n".join(f"2026-03-02 10:{n:02}:00,123 INFO [worker-{n}] com.example.Foo - took {n}ms" for n in range(50)),
        ".a{color:red;margin:0 1px}\n.b:hover{background:url(x.png) no-repeat;padding:2px 3px}\n" * 20,
        "\n".join(f"{n:08x}  " + NOISE[n : n + 16].hex(" ") for n in range(60)),
        "id,a,b\n" + "\n".join(f"{n},{n * 3},{n * 7}" for n in range(200)),
        "<?xml version='1.0'?><config>" + "<a b='c'>1</a>" * 50 + "</config>",
    ],
)
@pytest.mark.parametrize("form", ["{}", "<html><head><title>Ferry</title></head><body><pre>{}</pre></body></html>"])
def test_data_code_and_logs_are_no_articles(text: str, form: str) -> None:
    found = read("a.txt", form.replace("{}", text))
    assert all(isinstance(each, Failure) for each in found), found
    assert len(found) == 1


@pytest.mark.parametrize(
    "text",
    [
        "旋回橋は九月一日からトラック通行止めとなる。修理費は四億二千万円で、工期は十一か月になるという。" * 6,
        "स्थानीय परिषद ने मंगलवार को पुराने पुल को ट्रकों के लिए बंद करने का फैसला किया। " * 6,
        "RESULTS\n\n" + "\n".join(f"Ostley Town {n} - {n + 1} Skell United" for n in range(20)),
        "Gold $2,345 (-0.2%), FTSE 100: 8,123.4, BRDG 12.4 +0.3.\n\n" * 6,
        SENTENCE * 2 + "It ran 'for (var i = 0; i < 10; i++) { x[i] = 0; }', see https://ostley.example/a?b=c.",
        "Donaudampfschifffahrtsgesellschaftskapitäne und Straßenbahnschaffner-Vertreter, “wie immer”. " * 4,
    ],
)
def test_texts_of_other_scripts_results_and_prices_are_articles(text: str) -> None:
    assert article("a.txt", text).text[:20] in text


def test_an_encoded_file_in_an_article_goes_and_the_article_stays() -> None:
    text = f"Ferry stopped\n\n{SENTENCE}\n\n{base64.encodebytes(NOISE).decode()}\n\nIt leaks.\n"
    assert article("a.txt", text).text == f"{SENTENCE.strip()}\n\nIt leaks."


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (message().as_bytes(), "Ferry stopped — why"),
        (f"1\n00:00:01,000 --> 00:00:04,000\n{SENTENCE}\n".encode(), "A"),
        (f"WEBVTT\n\n00:01.000 --> 00:04.000\n{SENTENCE}\n".encode(), "A"),
        (f"TY  - NEWS\nTI  - Ferry\nAB  - {SENTENCE}\nER  - \n".encode(), "Ferry"),
        (json.dumps([{"title": "Ferry", "text": SENTENCE}]).encode(), "Ferry"),
        (f"{json.dumps({'title': 'Ferry', 'text': SENTENCE})}\n".encode(), "Ferry"),
    ],
)
@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_what_a_file_begins_with_tells_what_it_is(data: bytes, title: str, name: str) -> None:
    found = article(name, data)
    assert found.title == title
    assert "-->" not in found.text
    assert "Content-Type" not in found.text


@pytest.mark.parametrize("name", ["a.zip", "a.json", "a.enex"])
def test_a_file_with_nothing_in_it_is_named(name: str) -> None:
    archive = io.BytesIO()
    zipfile.ZipFile(archive, "w").close()
    drafts = json.dumps([{"text": SENTENCE, "status": "draft"}])
    data = {"a.zip": archive.getvalue(), "a.json": drafts, "a.enex": "<?xml version='1.0'?><en-export></en-export>"}
    (failure,) = read(name, data[name])
    assert isinstance(failure, Failure)
    assert failure.reason == "There is no article in it."
