"""Mail, subtitles, exports of notes and RTF give their words, never the format they are written in."""

from __future__ import annotations

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
