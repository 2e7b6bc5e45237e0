"""Exports of programs that keep articles: what has text goes in, with the day of publication and never of saving."""

from __future__ import annotations

from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse

BODY = "The ferry to Ostley was taken out of service on Monday because of a leak in its hull, the harbour master said."
MORE = "It will be back in May, he added, and until then a bus will carry the children to their school and back again."
DAY = date(2025, 5, 12)


def read(name: str, text: str) -> list[Article | Failure]:
    return list(parse(Document(f"upload:{name}", text.encode()), Settings()))


def articles(name: str, text: str) -> list[Article]:
    found = read(name, text)
    assert all(isinstance(each, Article) for each in found), found
    return [each for each in found if isinstance(each, Article)]


@pytest.mark.parametrize(
    "text",
    [
        "title,url,time_added,tags,status\nFerry,https://x.example/1,1747044000,a,unread\n",  # Pocket
        "Title,URL,ID,Document tags,Saved date,Reading progress,Location,Seen\nFerry,https://x.example/1,1,,,0,new,1\n",
    ],
)
def test_lists_of_links_are_named_with_the_reason(text: str) -> None:
    (failure,) = read("list.csv", text)
    assert isinstance(failure, Failure)
    assert failure.reason == "It is a list of links without the articles' texts."


def test_highlights_of_readwise_and_instapaper_have_no_day() -> None:
    head = "Highlight,Book Title,Book Author,Note,Location,Highlighted at,Document tags\n"
    (found,) = articles("readwise.csv", f'{head}"{BODY}",Ferry stopped,Ann Berg,,1,2026-01-02 10:00:00+00:00,\n')
    assert (found.title, found.text, found.authors, found.published) == ("Ferry stopped", BODY, ("Ann Berg",), None)
    head = "URL,Title,Selection,Folder,Timestamp\n"
    (found,) = articles("instapaper.csv", f'{head}https://x.example/1,Ferry stopped,"{BODY}",Unread,1747044000\n')
    assert (found.title, found.text, found.url, found.published) == (
        "Ferry stopped", BODY, "https://x.example/1", None,
    )  # fmt: skip


def test_a_timestamp_of_other_records_stays_their_day() -> None:
    (found,) = articles("a.json", f'[{{"title": "Ferry stopped", "text": "{BODY}", "timestamp": 1747044000}}]')
    assert found.published == DAY


def test_markdown_of_obsidian_loses_what_only_obsidian_knows() -> None:
    body = (
        f"{BODY} See [[Ferries of Ostley|the others]] and [[Harbour]].%% check this %%\n\n"
        f"> [!quote]- {MORE}\n\nIt was ==never== safe, a == b.\n\n![[leak.png]]\n\n#sea #ferry/ostley\n\n# 1 of 2\n"
    )
    (found,) = articles("ferry.md", f"---\ntitle: Ferry stopped\ncreated: 2026-01-02\n---\n{body}")
    assert found.published is None
    assert found.text.split("\n\n") == [
        f"{BODY} See the others and Harbour.", MORE, "It was never safe, a == b.", "1 of 2",
    ]  # fmt: skip


TELEGRAM = f"""<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body>
<div class="page_wrap">
<div class="page_header"><div class="content"><div class="text bold"> Ostley Mail </div></div></div>
<div class="page_body chat_page"><div class="history">
<div class="message service" id="message-1"><div class="body details">12 May 2025</div></div>
<div class="message default clearfix" id="message7"><div class="body">
<div class="pull_right date details" title="12.05.2025 10:00:00 UTC+01:00">10:00</div>
<div class="from_name">Ostley Mail</div>
<div class="text">{BODY}<br><br>{MORE}</div></div></div>
<div class="message default clearfix joined" id="message8"><div class="body">
<div class="pull_right date details" title="13.05.2025 10:00:00 UTC+01:00">10:00</div>
<div class="text">Good night.</div></div>
</div>
<div class="message default clearfix joined" id="message9"><div class="body">
<div class="pull_right date details" title="14.05.2025 10:00:00 UTC+01:00">10:00</div>
<div class="text">{MORE}</div></div></div>
</div></div></div></body></html>"""


def test_each_message_of_a_telegram_channel_is_an_article_of_its_day() -> None:
    first, second = articles("messages.html", TELEGRAM)
    assert (first.source, first.published, first.site) == ("upload:messages.html#message7", DAY, "Ostley Mail")
    assert first.text == f"{BODY}\n\n{MORE}"
    assert (second.source, second.published, second.authors) == (
        "upload:messages.html#message9", date(2025, 5, 14), (),
    )  # fmt: skip


FORWARDED = f"""From: me <me@x.example>
Subject: Fwd: Ferry stopped
Date: Fri, 02 Jan 2026 10:00:00 +0000
Content-Type: text/plain; charset=utf-8

{{note}}

---------- Forwarded message ---------
From: Ostley Mail <n@ostley.example>
Date: Mon, 12 May 2025 at 10:00
Subject: Ferry stopped
To: me <me@x.example>

{BODY}

--\x20
Sent from my phone
"""


def test_a_forwarded_message_is_that_of_its_sender_and_day() -> None:
    (found,) = articles("a.eml", FORWARDED.replace("{note}", "See below"))
    assert (found.title, found.published, found.site) == ("Ferry stopped", DAY, "Ostley Mail")
    assert found.text == BODY


def test_a_mail_that_only_ends_with_another_keeps_its_own_day() -> None:
    (found,) = articles("a.eml", FORWARDED.replace("{note}", "\n\n".join([MORE] * 6)))
    assert (found.title, found.published) == ("Fwd: Ferry stopped", date(2026, 1, 2))


def test_a_voice_that_is_named_in_each_cue_speaks_one_paragraph() -> None:
    cues = [
        "<v Ann Berg>The ferry to Ostley",
        "<v Ann Berg>was taken out of service.",
        "<v Jon Bo>It will be back in May.",
    ]
    text = "WEBVTT\n\n" + "\n\n".join(f"00:0{n}.000 --> 00:0{n}.900\n{cue}" for n, cue in enumerate(cues))
    (found,) = articles("a.vtt", text)
    assert found.text == "Ann Berg: The ferry to Ostley was taken out of service.\n\nJon Bo: It will be back in May."
