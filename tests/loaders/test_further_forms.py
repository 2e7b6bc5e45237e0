"""More forms of the kinds of sources that are read: notes, encodings, records, heads, regions."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse
from qa.loaders.article import language_code
from qa.loaders.dates import date_of_dateline, date_of_line, is_saving_day
from qa.loaders.raised_text import level_text

BODY = "The ferry to Ostley was taken out of service on Monday because of a leak in its hull, the harbour master said."
MORE = "It will be back in May, he added, and until then a bus will carry the children to their school and back again."
DAY = date(2025, 5, 12)


def read(name: str, data: bytes) -> list[Article | Failure]:
    return list(parse(Document(f"upload:{name}", data), Settings()))


def texts(name: str, content: object) -> list[tuple[str, date | None, str]]:
    data = content if isinstance(content, str) else json.dumps(content)
    return [(each.title, each.published, each.text) for each in read(name, data.encode()) if isinstance(each, Article)]


def page(line: str, *, lang: str = "en", head: str = "", origin: str = "upload:ferry.html") -> Article:
    html = (
        f'<!DOCTYPE html><html lang="{lang}"><head><title>Ferry stopped</title>{head}</head><body>'
        f"<article><h1>Ferry stopped</h1><p>{line}</p><p>{BODY}</p><p>{MORE}</p><p>{BODY}</p></article></body></html>"
    )
    (found,) = parse(Document(origin, html.encode()), Settings())
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('cost £42<a href="#fn3" class="footnote">3</a> million', "cost £42 million"),
        ('in 1911<a id="r2" href="note.xhtml#ftn2">[2]</a> and', "in 1911 and"),
        ('in 1911<a epub:type="noteref" href="#x">2</a> and', "in 1911 and"),
        ('cost £42<span style="font-size:9px; vertical-align: super">3</span> million', "cost £42 million"),
        ('30 km<span style="vertical-align:super;">2</span> burned', "30 km² burned"),
        ('see <a href="#fn3">3</a> for more', 'see <a href="#fn3">3</a> for more'),
        ('in <a href="/2025#comments">2025</a>', 'in <a href="/2025#comments">2025</a>'),
        ('won<a href="/score">42</a>', 'won<a href="/score">42</a>'),
    ],
)
def test_note_marks_go_however_a_page_raises_them(markup: str, text: str) -> None:
    assert level_text(markup) == text


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Publié le 12 mai 2025 à 10h20", DAY),
        ("Veröffentlicht am 12. Mai 2025, 14:05 Uhr", DAY),
        ("Опубликовано: 12 мая 2025", DAY),
        ("2025年5月12日 14時05分", DAY),
        ("입력 2025년 5월 12일", DAY),
        ("12 मार्च 2025", date(2025, 3, 12)),
        ("12 May 2025 • 4:05pm", DAY),
        ("May 12, 2025 Updated May 13, 2025 5 p.m.", DAY),
        ("Posted at 4:05 PM, May 12, 2025 and last updated 5:05 PM, May 13, 2025", DAY),
        ("5/13/25", date(2025, 5, 13)),
        ("13/5/25", date(2025, 5, 13)),
        ("5/6/25", None),
        ("Retrieved 12 May 2025", None),
        ("Born 12 May 1980", None),
    ],
)
def test_a_line_that_holds_only_a_day(line: str, day: date | None) -> None:
    assert date_of_line(line) == day


def test_the_day_of_saving_at_the_head_is_left_out() -> None:
    for line in ("Saved on 2 January 2026", "Retrieved 2 January 2026", "Abgerufen am 2. Januar 2026"):
        assert is_saving_day(line)
        assert texts("ferry.txt", f"Ferry stopped\n{line}\n\n{BODY}") == [("Ferry stopped", None, BODY)]
    assert not is_saving_day("She saved on 2 January 2026 what the others had lost in the fire of that year.")
    assert not is_saving_day("Opened on 2 January 2026")


@pytest.mark.parametrize(
    "line",
    [
        "NORHAVEN, Aug. 24, 2025 /PRNewswire/ -- The",
        "Norhaven, Aug. 24, 2025 | A",
        "NORHAVEN, 24 August 2025 (AFP) – A",
    ],
)
def test_datelines_of_other_agencies(line: str) -> None:
    assert date_of_dateline(line) == date(2025, 8, 24)


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ("Story by Ann Berg • 12 May 2025 • 3 min read", ("Ann Berg",)),
        ("ANN BERG / MAY 12, 2025", ("ANN BERG",)),
        ("By Ann Berg ann@ostley.example\n5/12/2025 Updated", ("Ann Berg",)),
        ("Par Anne Berg\nPublié le 12 mai 2025 à 10h20", ("Anne Berg",)),
        ("Ann Berg | Norhaven Gazette\nPosted at 4:05 PM, May 12, 2025", ("Ann Berg",)),
    ],
)
def test_names_and_days_share_lines_of_a_head(head: str, authors: tuple[str, ...]) -> None:
    (found,) = read("ferry.txt", f"Ferry stopped\n\n{head}\n\n{BODY}\n\n{MORE}".encode())
    assert isinstance(found, Article)
    assert found.authors == authors
    if "5/12" not in head:
        assert (found.published, found.text) == (DAY, f"{BODY}\n\n{MORE}")


def test_a_sentence_below_the_title_is_no_head() -> None:
    for line in ("By Monday the ferry was back.", "Part of it fell on May 12, 2025, she said.", "Text me | Ann Berg"):
        ((_, day, text),) = texts("ferry.txt", f"Ferry stopped\n\n{line}\n\n{BODY}")
        assert day is None
        assert text.startswith(line)


def test_a_day_at_the_head_of_a_page_is_read_as_its_region_writes_it() -> None:
    line = "Published 03/04/2025"
    april, march = date(2025, 4, 3), date(2025, 3, 4)
    assert page("Publié le 03/04/2025 à 10h20", lang="fr").published == april
    assert page(line, lang="en-US").published == march
    assert page(line, head='<meta property="og:locale" content="en_GB">').published == april
    assert page(line, head='<meta property="og:locale" content="en_US">').published == march
    assert page(line, origin="https://www.ostley.co.uk/ferry.html").published == april
    assert page(line).published is None
    assert page(line, lang="fr").text.startswith(BODY)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("iso8859-2", "Most w Gdańsku zostanie zamknięty na dwa lata, powiedział burmistrz. Żółta łódź stała tam."),
        ("cp1250", "Most w Gdańsku zostanie zamknięty na dwa lata, powiedział burmistrz. Żółta łódź stała tam."),
        ("cp1250", "Most bude uzavřen dva roky, řekl primátor. Příliš žluťoučký kůň úpěl ďábelské ódy."),
        ("koi8-r", "Мост закроют на два года, сообщил мэр города. Ремонт начнётся в мае."),
        ("cp1251", "Мост закроют на два года, сообщил мэр города. Ремонт начнётся в мае."),
        ("cp1252", "The café’s owner said “£42 million” — naïve, he added; Zürich’s mayor agreed."),
        ("cp949", "다리 수리에는 2년이 걸릴 것이라고 시장이 월요일에 말했다. 공사는 5월에 시작된다."),
    ],
)
def test_short_texts_in_old_encodings(encoding: str, text: str) -> None:
    ((_, _, found),) = texts_of(text.encode(encoding))
    assert found == text


def texts_of(data: bytes) -> list[tuple[str, date | None, str]]:
    return [(each.title, each.published, each.text) for each in read("a.txt", data) if isinstance(each, Article)]


RECORD = {"title": "Ferry stopped", "date": "2025-05-12"}
EDITORS: list[dict[str, object]] = [
    {"body": [{"type": "paragraph", "children": [{"text": BODY[:20]}, {"text": BODY[20:], "bold": True}]}]},
    {"body": [{"_type": "block", "children": [{"_type": "span", "text": BODY}]}]},
    {"content": {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": BODY}]}]}},
    {"content": {"root": {"type": "root", "children": [{"type": "paragraph", "children": [{"text": BODY}]}]}}},
    {"content": {"nodeType": "document", "content": [
        {"nodeType": "paragraph", "content": [{"nodeType": "text", "value": BODY}]}]}},
    {"blocks": [{"type": "paragraph", "data": {"text": BODY}}, {"type": "image", "data": {"file": {"url": "x"}}}]},
    {"paragraphs": [BODY]},
]  # fmt: skip


@pytest.mark.parametrize("text", EDITORS, ids=lambda each: str(each)[:30])
def test_texts_as_editors_keep_them(text: dict[str, object]) -> None:
    assert texts("a.json", RECORD | text) == [("Ferry stopped", DAY, BODY)]


@pytest.mark.parametrize(
    "wrapped",
    [
        {"hits": {"hits": [{"_id": "1", "_source": RECORD | {"body": BODY}}, {"_source": RECORD | {"body": MORE}}]}},
        {"data": {"posts": {"edges": [{"node": RECORD | {"body": BODY}}, {"node": RECORD | {"body": MORE}}]}}},
        {"data": [{"type": "news", "attributes": RECORD | {"body": BODY}}, {"attributes": RECORD | {"body": MORE}}]},
        [{"doc": RECORD | {"body": BODY}}, {"doc": RECORD | {"body": MORE}}],
    ],
)
def test_every_record_comes_out_of_its_wrapping(wrapped: object) -> None:
    assert texts("a.json", wrapped) == [("Ferry stopped", DAY, BODY), ("Ferry stopped", DAY, MORE)]


def test_what_linked_data_says_of_the_site_is_no_row_without_text() -> None:
    graph = {"@graph": [{"@type": "WebSite", "name": "Mail"}, {"@type": "NewsArticle", "articleBody": BODY, **RECORD}]}
    assert [type(each) for each in read("a.json", json.dumps(graph).encode())] == [Article]


def test_languages_have_one_name() -> None:
    assert [language_code(name) for name in ("eng", "English", "fre", "de-AT", "zh_TW", "xx!")] == [
        "en", "en", "fr", "de", "zh", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lang", "day", "title", "paragraphs"),
    [
        ("ru", "12 мая 2025, 10:00", "Ремонт моста", [
            "Мэр сообщил в понедельник, что ремонт моста займёт два года. Работы начнутся в мае.",
            "Жители соседних домов опасаются шума, но в управе обещают не работать по ночам."]),
        ("ar", "12 مايو 2025", "إصلاح الجسر", [
            "قال رئيس البلدية يوم الاثنين إن إصلاح الجسر سيستغرق عامين. سيبدأ العمل في مايو.",
            "وأضاف أن الحافلات ستنقل الأطفال إلى المدرسة حتى ذلك الحين، وأن العمل لن يجري ليلا."]),
        ("hi", "12 मई 2025", "पुल की मरम्मत", [
            "महापौर ने सोमवार को कहा कि पुल की मरम्मत में दो साल लगेंगे। काम मई में शुरू होगा।",
            "उन्होंने कहा कि तब तक बच्चों को बस से स्कूल ले जाया जाएगा और रात में काम नहीं होगा।"]),
        ("ja", "2025年5月12日 10時00分", "橋の修理", [
            "橋の修理には二年かかると市長が月曜日に述べた。工事は五月に始まる。",
            "それまでは子どもたちをバスで学校に送り、夜間には工事をしないと市長は言った。"]),
        ("zh", "2025-05-12 10:00", "大桥维修", [
            "市长周一表示，大桥维修需要两年时间。工程将于五月开始，夜间不施工。",
            "他说：“安全第一！”在此期间，学校的孩子们将乘坐公共汽车往返于两岸之间。"]),
        ("ko", "2025.05.12. 오전 10:00", "다리 수리", [
            "시장은 월요일에 다리 수리에 2년이 걸릴 것이라고 말했다. 공사는 5월에 시작된다.",
            "그때까지 아이들은 버스를 타고 학교에 다니며 밤에는 공사를 하지 않는다고 덧붙였다."]),
    ],
)  # fmt: skip
def test_pages_in_other_scripts_are_articles_of_their_day(
    lang: str, day: str, title: str, paragraphs: list[str]
) -> None:
    body = "".join(f"<p>{each}</p>" for each in [day, *paragraphs])
    html = (
        f'<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><article><h1>{title}</h1>{body}</article></body></html>"
    )
    (found,) = read("page.html", html.encode())
    assert isinstance(found, Article), found
    assert (found.title, found.published, found.language) == (title, DAY, lang)
    assert found.text == "\n\n".join(paragraphs)


def test_struck_out_text_of_a_page_is_left_out() -> None:
    found = page("It <del>will</del> <ins>may</ins> cost <s>£41</s> £42 million, the <strike>old</strike> mayor said.")
    assert "It may cost £42 million, the mayor said." in " ".join(found.text.split())
    assert "41" not in found.text
    assert "£41" not in texts("a.json", RECORD | {"body": f"<p>{BODY} It costs <s>£41</s> £42.</p>"})[0][2]


@pytest.mark.parametrize(
    ("offer", "truncated"),
    [
        ("Abonnieren Sie jetzt, um weiterzulesen.", True),
        ("Il vous reste 75% de cet article à lire. La suite est réservée aux abonnés.", True),
        ("Suscríbete para seguir leyendo", True),
        ("The rest of this article is locked.", True),
        ("The rest of this story will be told in court, the mayor said on Monday.", False),
        ("Abonnieren wollte die Zeitung niemand, sagte der Verleger am Montag.", False),
    ],
)
def test_offers_of_the_rest_in_other_languages_end_a_beginning(offer: str, truncated: bool) -> None:
    html = f"<title>Ferry stopped</title><article><h1>Ferry stopped</h1><p>{BODY} {MORE}</p><p>{MORE}</p><p>{offer}</p>"
    (found,) = read("ferry.html", f"<!DOCTYPE html><html><body>{html}</article></body></html>".encode())
    assert isinstance(found, Article), found
    assert found.truncated is truncated
    assert (offer in found.text) is not truncated
