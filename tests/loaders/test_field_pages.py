"""Pages and texts as they come: charsets as the web means them, dates by region, saved addresses, only beginnings."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse
from qa.loaders.boilerplate import is_offer
from qa.loaders.decoding import encoding_of, known_encoding
from qa.loaders.page_dates import certain_date

BODY = (
    "<p>The ferry to Ostley was taken out of service on Monday after a leak was found in its hull below the deck.</p>"
    "<p>It will be back in May, said the harbour master, who has watched over the harbour for some eleven years.</p>"
)


def page(body: str, head: str = "", lang: str = "en", before: str = "") -> Article | Failure:
    html = (
        f'<!DOCTYPE html><html lang="{lang}">{before}<head><title>Ferry stopped</title>{head}'
        '<meta property="og:type" content="article"></head><body><article><h1>Ferry stopped</h1>'
        f"{body}</article></body></html>"
    )
    (found,) = parse(Document("upload:ferry.html", html.encode()), Settings())
    return found


@pytest.mark.parametrize(
    ("label", "encoding"),
    [
        ("Shift_JIS", "cp932"),
        ("gb2312", "gb18030"),
        ("ISO-8859-1", "cp1252"),
        ("iso-8859-9", "cp1254"),
        ("ks_c_5601-1987", "cp949"),
        ("iso-8859-2", "iso8859-2"),
        ("no-such-charset", None),
    ],
)
def test_labels_are_read_as_browsers_read_them(label: str, encoding: str | None) -> None:
    assert known_encoding(label) == encoding


@pytest.mark.parametrize(
    "text",
    [
        "a road of 2½ miles, she said",
        "the Lubrex™ coating – “new”",
        "an area of 30 km² at 5 × 4 m",
        "an error of ±3 or a turn of 20° at 5 m² of sail",
    ],
)
def test_signs_of_windows_1252_are_read_as_written(text: str) -> None:
    data = text.encode("cp1252")
    assert data.decode(encoding_of(data, "upload:a.txt")) == text


def test_polish_letters_are_not_taken_for_signs() -> None:
    text = "Rada miasta podjęła w piątek uchwałę, że źródło zostanie zamknięte. Mieszkańcy są źli, bo cóż im pozostało?"
    data = text.encode("cp1250")
    assert encoding_of(data, "upload:a.txt") != "cp1252"


@pytest.mark.parametrize(
    ("html", "language", "day"),
    [
        ("03/04/2025", "en-US", date(2025, 3, 4)),
        ("03/04/2025", "en-GB", date(2025, 4, 3)),
        ("03/04/2025", "fr", date(2025, 4, 3)),
        ("03/04/2025 and 25/12/2024", "en", date(2025, 4, 3)),
        ("03/04/2025 and 12/25/2024", "", date(2025, 3, 4)),
        ("03/04/2025", "en", None),
        ("03.04.2025", "en", date(2025, 4, 3)),
        ("03/04/2025, that is 3 April 2025", "en-US", date(2025, 4, 3)),
        ('<meta content="2025-04-03">', "en-US", date(2025, 4, 3)),
    ],
)
def test_day_and_month_follow_the_page(html: str, language: str, day: date | None) -> None:
    assert certain_date(date(2025, 4, 3), html, language) == day


def test_a_day_beyond_the_twelfth_is_certain() -> None:
    assert certain_date(date(2025, 4, 13), "13/04/2025", "en-US") == date(2025, 4, 13)


@pytest.mark.parametrize(
    "given",
    [
        {"before": "<!--\n Page saved with SingleFile \n url: https://ostley.example/ferry \n saved date: Mon -->"},
        {"head": '<meta name="savepage-url" content="https://ostley.example/ferry">'},
        {"before": "<!-- saved from url=(0029)https://ostley.example/ferry -->"},
    ],
)
def test_the_address_that_a_saver_wrote_is_the_address(given: dict[str, str]) -> None:
    found = page(BODY, **given)
    assert isinstance(found, Article)
    assert (found.url, found.published) == ("https://ostley.example/ferry", None)


def test_other_comments_give_no_address() -> None:
    found = page(BODY, before="<!-- url: https://ostley.example/ferry -->")
    assert isinstance(found, Article)
    assert found.url is None


def test_a_page_of_short_sentences_in_chinese_is_an_article() -> None:
    sentences = ("市议会周二决定关闭旧桥。", "工程师发现了裂缝。", "修理需要十一个月。", "市长说不能再等一个冬天。")
    found = page("".join(f"<p>{each}</p>" for each in sentences), lang="zh")
    assert isinstance(found, Article)
    assert "修理需要十一个月。" in found.text


OFFER = "<p>Subscribe to continue reading this article.</p><p>Already a subscriber? Sign in</p>"
SIGN_IN = "<p>Already a subscriber? Sign in</p>"
NOT_FREE = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>'


@pytest.mark.parametrize("head", [NOT_FREE, ""])
def test_only_the_beginning_of_an_article_says_so(head: str) -> None:
    found = page(BODY + OFFER, head=head)
    assert isinstance(found, Article)
    assert found.truncated
    assert "ubscri" not in found.text


@pytest.mark.parametrize(
    ("body", "head"), [(OFFER + BODY, NOT_FREE), (BODY * 8 + SIGN_IN, NOT_FREE), (BODY + SIGN_IN, ""), (BODY, NOT_FREE)]
)
def test_whole_articles_go_in_without_the_offer(body: str, head: str) -> None:
    found = page(body, head=head)
    assert isinstance(found, Article)
    assert found.text.startswith("The ferry")
    assert "ubscri" not in found.text
    assert not found.truncated


@pytest.mark.parametrize(
    "text", ["Not a member of the council, she could not vote.", "Readers subscribe to it for £1 a month.", "Sign up!"]
)
def test_sentences_about_subscriptions_are_no_offers(text: str) -> None:
    assert not is_offer(text)


def test_the_own_text_of_an_entry_counts_when_its_page_cannot_be_had() -> None:
    feed = (
        '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Wire</title><item>'
        "<title>Ferry</title><link>http://127.0.0.1:9/f</link><pubDate>Mon, 12 May 25 08:30:00 GMT</pubDate>"
        "<content:encoded>&lt;p&gt;The ferry was stopped.&lt;/p&gt;</content:encoded></item><item><title>Two</title>"
        "<link>http://127.0.0.1:9/g</link><description>Only a teaser.</description></item></channel></rss>"
    )
    whole, teaser = parse(Document("upload:f.xml", feed.encode()), Settings(min_article_chars=10))
    assert isinstance(whole, Article)
    assert (whole.text, whole.published) == ("The ferry was stopped.", date(2025, 5, 12))
    assert isinstance(teaser, Failure)


def days(name: str, data: str) -> list[date | None]:
    found = list(parse(Document(f"upload:{name}", data.encode()), Settings()))
    return [each.published for each in found if isinstance(each, Article)]


@pytest.mark.parametrize(
    ("written", "language", "day"),
    [
        (("03/04/2025", "03/25/2025"), "", date(2025, 3, 4)),
        (("04/03/2025", "25/03/2025"), "", date(2025, 3, 4)),
        (("03/04/2025", "05/06/2025"), "", None),
        (("03/04/2025", "13/03/2025", "03/13/2025"), "", None),
        (("03/04/2025", "05/06/2025"), "en-US", date(2025, 3, 4)),
        (("04/03/2025", "05/06/2025"), "fr", date(2025, 3, 4)),
        (("04/03/2025", "05/06/2025"), "en-CA", None),
    ],
)
def test_day_and_month_follow_the_column_and_the_language(
    written: tuple[str, ...], language: str, day: date | None
) -> None:
    rows = [
        {"title": f"Ferry {number}", "date": each, "lang": language, "text": f"{number}. {BODY}"}
        for number, each in enumerate(written)
    ]
    table = "title,date,lang,text\n" + "".join(
        f'{row["title"]},{row["date"]},{language},"{row["text"]}"\n' for row in rows
    )
    assert days("a.csv", table)[0] == day
    assert days("a.json", json.dumps(rows))[0] == day
    assert days("a.jsonl", "\n".join(map(json.dumps, rows)))[0] == day


def test_other_dates_in_a_text_tell_nothing_of_a_column() -> None:
    rows = [{"title": "Ferry", "date": "03/04/2025", "text": BODY + " It was built by 12/31/1999."}]
    assert days("a.json", json.dumps(rows)) == [None]


def test_a_year_of_two_digits_follows_the_page_too() -> None:
    assert certain_date(date(2025, 4, 3), "<p>3/4/25</p>", "en-US") == date(2025, 3, 4)
    assert certain_date(date(2025, 4, 3), "<p>3/4/25</p>", "en") is None
    assert certain_date(date(2025, 4, 3), "<p>3/4/25</p>", "en-CA") is None


def test_a_day_that_could_be_either_is_no_reason_to_miss_the_title() -> None:
    (article,) = parse(
        Document("upload:a.txt", f"Ferry stopped\n03/04/2025\nBy Ines Varga\n\n{BODY}".encode()), Settings()
    )
    assert isinstance(article, Article)
    assert (article.title, article.published, article.authors) == ("Ferry stopped", None, ("Ines Varga",))
    assert article.text.startswith("03/04/2025")


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Il a été décidé que l’hôtel fermerait. « C’est assez », dit-il; œuvre à 5 €. Ça va? Noël.", "cp1252"),
        ("Die Brücke über den Fluß wird gesperrt. „Wir können nicht warten“, sagte Müller.", "cp1252"),
        ("¿Por qué? ¡Mañana! dijo la señora Núñez, del 3.º año, en la plaza de São Paulo.", "cp1252"),
        ("Szczecin zamknie most. „Nie możemy czekać” – powiedział Łukasz Żółć w piątek.", "cp1250"),
        (
            "Szczecin zamknie most. Nie możemy czekać, powiedział Łukasz w piątek, a Święta są później.",
            "iso8859-2",
        ),
        ("Most se zavře v pondělí. Řekl to Přemysl Žižka, který říká, že čekat už nelze.", "iso8859-2"),
        ("Łódź is a city in Poland and it has a bridge.", "cp1250"),
        ("Łódź is a city in Poland and it has a bridge.", "iso8859-2"),
        ("Dvořák and Škoda met at the bridge on Monday.", "cp1250"),
        ("Mr. Gőgös and Ms. Szűcs met at the bridge on Monday.", "cp1250"),
        ("Belediye köprüyü kapatacak. Artık bekleyemeyiz, dedi başkan Işık Şahin. Çok güç.", "cp1254"),
        ("He said it’s “fine” – and Zoë agreed with it at once.", "mac_roman"),
        ("Мост закроют в понедельник. Мы не можем ждать еще одну зиму, сказал мэр Елкин.", "koi8-r"),
        ("Міст закриють у понеділок. Ми не можемо чекати ще одну зиму, сказав мер Єльченко.", "koi8-u"),
        ("Мост закроют в понедельник. Мы не можем ждать еще одну зиму, сказал мэр Елкин.", "utf-16-le"),
        ("העירייה תסגור את הגשר ביום שני. אנחנו לא יכולים לחכות, אמר ראש העיר של לרנברידג.", "cp1255"),
        ("시의회는 화요일에 낡은 다리를 폐쇄하기로 결정했다. 수리비는 사백이십만 파운드이며.", "euc_kr"),
        ("旋回橋は九月一日からトラック通行止めとなる。修理費は四億二千万円で、工期は十一か月になる。", "shift_jis"),
    ],
)
def test_short_texts_that_name_no_encoding_are_read_as_written(text: str, encoding: str) -> None:
    (article,) = parse(Document("upload:a.txt", text.encode(encoding)), Settings())
    assert isinstance(article, Article), article
    assert article.text == text


@pytest.mark.parametrize(
    "data",
    [
        b"She wrote of my\xb9 in the old town, and that was long ago.",
        b"S\xf8rensen met Dvo\xf8\xe1k in the town hall of M\xe1laga long ago.",
    ],
)
def test_what_two_languages_could_have_written_is_refused(data: bytes) -> None:
    (found,) = parse(Document("upload:a.txt", data), Settings())
    assert isinstance(found, Failure)
    assert "more than one encoding" in found.reason


def test_a_page_that_wrongly_calls_itself_utf_8_is_read_as_written() -> None:
    text = "“We can’t wait,” said Zoë – it cost £4.2 million in the town hall of Larnbridge on Tuesday evening."
    html = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"><title>Ferry</title>'
        '<meta property="og:type" content="article"></head>'
        f"<body><article><h1>Ferry</h1><p>{text}</p><p>It will be back in May, he said.</p></article></body></html>"
    )
    (article,) = parse(Document("upload:a.html", html.encode("cp1252")), Settings())
    assert isinstance(article, Article)
    assert article.text.startswith(text)


LIVE = "https://www.mail.example/news/ferry"


@pytest.mark.parametrize(
    ("before", "head"),
    [
        ("", f'<link rel="canonical" href="https://web.archive.org/web/20250513000000/{LIVE}">'),
        (f"<!-- saved from url=(0090)https://web.archive.org/web/20250513000000/{LIVE} -->", ""),
        (f"<!-- saved from url=(0090)https://web.archive.org/web/20250513000000id_/{LIVE} -->", ""),
        ("<!-- saved from url=(0030)https://archive.ph/AbCdE -->", f'<link rel="canonical" href="{LIVE}">'),
        ("", f'<meta property="og:url" content="https://www.mail.example/amp/x"><link rel="canonical" href="{LIVE}">'),
        ("", '<base href="https://www.mail.example/"><link href="/news/ferry" rel="canonical">'),
        ("<!-- saved from url=(0030)https://www.mail.example/amp -->", '<link rel="canonical" href="/news/ferry">'),
        (
            "",
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry stopped", '
            f'"mainEntityOfPage": {{"@id": "{LIVE}"}}}}</script>',
        ),
    ],
)
def test_the_address_is_the_live_one_whatever_copy_was_saved(before: str, head: str) -> None:
    found = page(BODY, head=head, before=before)
    assert isinstance(found, Article)
    assert found.url == LIVE


def test_a_canonical_link_to_another_site_is_not_believed() -> None:
    head = '<link rel="canonical" href="https://evil.example/ferry">'
    found = page(BODY, head=head, before=f"<!-- saved from url=(0030){LIVE} -->")
    assert isinstance(found, Article)
    assert found.url == LIVE
