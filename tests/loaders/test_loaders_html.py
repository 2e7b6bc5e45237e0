"""News pages: what is taken from them, and which pages hold no article."""

from __future__ import annotations

from datetime import date
from email.message import EmailMessage

import pytest

from qa.config import Settings
from qa.datatypes import Article, Failure
from qa.loaders import Document, parse
from qa.loaders.html import title_without_site
from qa.loaders.html_fragments import text_of_fragment

HEAD = """<meta charset="utf-8"><title>Harbour bridge reopens | The Coast Courier</title>
<meta property="og:site_name" content="The Coast Courier"><meta property="og:type" content="article">
<meta property="article:published_time" content="2023-03-09T08:30:00+01:00">
<meta name="author" content="Mara Lindqvist">
<link rel="canonical" href="https://coast.example/2023/03/harbour-bridge">"""
PARAGRAPHS = (
    "The harbour bridge reopened to traffic on Thursday after nine months of repairs, the city said.",
    "Engineers replaced forty-two cables and the whole deck, at a cost of 18 million crowns, more than first thought.",
    "Mayor Ines Duarte said the ferry that carried commuters during the works would stop on Sunday.",
)
BODY = f"""<nav><ul><li><a href="/">Home</a></li><li><a href="/w">World</a></li></ul></nav>
<div id="cookie-banner" class="cookie-consent"><p>We use cookies to improve your visit. Accept all cookies.</p></div>
<main><article><h1>Harbour bridge reopens</h1><p class="byline">By Mara Lindqvist</p>
<time datetime="2023-03-09">9 March</time>
<figure><img src="a.jpg"><figcaption>The bridge. Photo: Ola Berg</figcaption></figure>
<p>{PARAGRAPHS[0]}</p><p>{PARAGRAPHS[1].replace("forty-two", '<a href="/x">forty-two</a>')}</p>
<h2>What comes next</h2><p>{PARAGRAPHS[2]}</p>
<ul><li>Buses return to line 12.</li><li>Cyclists keep the eastern lane.</li></ul>
<aside class="related"><h3>Related stories</h3>
<ul><li><a href="/1">Ferry strike enters second week</a></li></ul></aside>
</article></main><footer><p>© 2025 The Coast Courier. All rights reserved.</p></footer>"""


def page(body: str = BODY, head: str = HEAD, attributes: str = ' lang="en-GB"') -> str:
    return f"<!DOCTYPE html><html{attributes}><head>{head}</head><body>{body}</body></html>"


def read(html: str | bytes, *, name: str = "/n/bridge.html", url: str | None = None) -> Article | Failure:
    data = html.encode() if isinstance(html, str) else html
    (found,) = parse(Document(name, data, url=url), Settings())
    return found


def article(html: str | bytes, *, name: str = "/n/bridge.html", url: str | None = None) -> Article:
    found = read(html, name=name, url=url)
    assert isinstance(found, Article), found
    return found


def test_a_news_page_as_a_browser_saves_it() -> None:
    found = article(page())
    assert found.text == "\n\n".join(
        [*PARAGRAPHS[:2], "What comes next", PARAGRAPHS[2], "Buses return to line 12.\nCyclists keep the eastern lane."]
    )
    assert (found.title, found.site, found.language) == ("Harbour bridge reopens", "The Coast Courier", "en")
    assert (found.published, found.authors) == (date(2023, 3, 9), ("Mara Lindqvist",))
    assert (found.url, found.source) == ("https://coast.example/2023/03/harbour-bridge", "/n/bridge.html")


def test_without_a_date_of_its_own_a_page_has_none() -> None:
    head = "<title>Harbour bridge reopens</title>"
    body = BODY.replace('<time datetime="2023-03-09">9 March</time>', "").replace(
        "forty-two", "forty-two (May 3, 2019)"
    )
    assert article(page(body, head)).published is None


def test_a_visible_date_counts() -> None:
    head = "<title>Harbour bridge reopens</title>"
    assert article(page(BODY, head)).published == date(2023, 3, 9)


def test_the_address_saved_with_the_page_is_its_url() -> None:
    html = page(head="<title>T</title>").replace(
        "<html", "<!-- saved from url=(0027)https://coast.example/saved -->\n<html"
    )
    assert article(html).url == "https://coast.example/saved"


def test_a_fetched_page_without_canonical_address_has_the_one_it_came_from() -> None:
    found = article(page(head="<title>T</title>"), name="https://coast.example/a?x=1", url="https://coast.example/b")
    assert (found.source, found.url) == ("https://coast.example/a?x=1", "https://coast.example/b")


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("cp1252", "iso-8859-1"), ("koi8-r", "koi8-r"), ("shift_jis", "shift_jis"), ("utf-8", "utf-8")],
)
def test_the_declared_charset_is_used(encoding: str, declared: str) -> None:
    word = {"cp1252": "“Brücke”", "koi8-r": "мост", "shift_jis": "橋", "utf-8": "橋"}[encoding]
    html = page(BODY.replace("forty-two", word), HEAD.replace("utf-8", declared)).replace("©", "(c)")
    assert f"Engineers replaced {word} cables" in article(html.encode(encoding)).text


def test_a_stray_byte_does_not_cost_the_page() -> None:
    html = page().encode().replace(b"All rights", b"All \xff rights")
    assert PARAGRAPHS[0] in article(html).text


@pytest.mark.parametrize(
    ("title", "site", "host", "expected"),
    [
        ("Bridge reopens | The Coast Courier", "Coast Courier", None, "Bridge reopens"),
        ("Bridge reopens - coast.example", None, "coast.example", "Bridge reopens"),
        ("Bridge reopens – as planned", "Coast Courier", "coast.example", "Bridge reopens – as planned"),
        ("Coast | Bridge reopens | Courier", "Courier", None, "Coast | Bridge reopens"),
        ("Courier", "Courier", None, "Courier"),
        ("Well-known bridge", "bridge", None, "Well-known bridge"),
    ],
)
def test_the_site_leaves_the_title(title: str, site: str | None, host: str | None, expected: str) -> None:
    assert title_without_site(title, site, host) == expected


LINKS = "".join(
    f'<li><a href="/{n}">Story number {n} about the harbour and its many bridges</a></li>' for n in range(30)
)
TEASERS = "".join(
    f'<div class="result"><h3><a href="/{n}">Bridge story {n}</a></h3><p>The bridge was closed again and …</p></div>'
    for n in range(12)
)


LOGIN = '<form><p>Enter your name and your password to read our journalism every day.</p><input type="password"></form>'
CONSENT = """<main><p>We and our partners store cookies on your device and process personal data for ads.</p>
<p>You can change your consent at any time in the cookie settings. Read our privacy policy.</p></main>"""
CHECK = "<main><p>Checking your browser before accessing the site. Please enable JavaScript to go on.</p></main>"
GONE = "<main><h1>Page not found</h1><p>The page that you asked for is not here, or not any more, we fear.</p></main>"
APP = '<div id="root"></div><script>render()</script><noscript>Enable JavaScript to run this app.</noscript>'


@pytest.mark.parametrize(
    ("title", "body", "reason"),
    [
        ("Welcome", LOGIN, "It is a login page, not an article."),
        ("Latest", f"<main><ul>{LINKS}</ul></main>", "It is a list of links, not an article."),
        ("Search results for bridge", f"<main>{TEASERS}</main>", "It is a list of search results, not an article."),
        ("Consent", CONSENT, "It holds only a notice about cookies or consent."),
        ("Moment", CHECK, "The page asks to log in or to prove something before it shows its article."),
        ("404", GONE, None),
        ("Empty", "<div></div>", "There is no article on this page."),
        ("App", APP, None),
    ],
)
def test_pages_without_an_article(title: str, body: str, reason: str | None) -> None:
    found = read(page(body, f"<title>{title}</title>"))
    assert isinstance(found, Failure), found
    assert found.source == "/n/bridge.html"
    assert reason in (None, found.reason)
    assert "browser" in found.remedy


def test_an_article_about_cookies_and_logins_is_an_article() -> None:
    text = "The regulator fined the company because it stored cookies without consent, and asked users to log in. "
    more = "The company said on Monday that it would appeal against the decision of the court in Dublin. "
    found = article(
        page(f"<article><h1>Fine</h1>{f'<p>{text}{more}{more}</p>' * 1}<p>{more}</p><p>{more * 2}</p></article>")
    )
    assert text.strip() in found.text


def test_a_short_report_is_an_article_when_the_page_says_so() -> None:
    assert article(page(f"<article><h1>T</h1><p>{PARAGRAPHS[0]}</p></article>")).text == PARAGRAPHS[0]


def test_embedded_images_do_not_count_as_text() -> None:
    image = "data:image/png;base64," + "QUJD" * 3_000_000
    assert PARAGRAPHS[0] in article(page(BODY.replace("a.jpg", image))).text


def test_a_mountain_of_markup_is_refused_at_once() -> None:
    for markup in ("<div>" * 400_000, "<p>" + "word " * 2_100_000):
        found = read("<html><body>" + markup)
        assert isinstance(found, Failure)
        assert found.reason == "It is far too large for a page with one article."


def test_a_single_file_archive_of_a_browser() -> None:
    message = EmailMessage()
    message["Subject"] = "Harbour bridge reopens"
    message.set_content(page(head="<title>Harbour bridge reopens</title>"), subtype="html")
    message["Content-Location"] = "https://coast.example/archived"
    message.make_related()
    message.add_related(b"\x89PNG", "image", "png")
    found = article(message.as_bytes(), name="/n/bridge.mhtml")
    assert found.text.startswith(PARAGRAPHS[0])
    assert found.url == "https://coast.example/archived"


def test_fragments_keep_their_lines() -> None:
    html = (
        "<p>One <b>two</b></p><p>Three<br>four<br><br>five</p><ul><li>a</li><li>b <a href='x'>c</a></li></ul>"
        "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>tail<!-- no --><script>bad</script> end"
    )
    assert text_of_fragment(html) == "One two\n\nThree\nfour\n\nfive\n\na\nb c\n\n1, 2\n3\n\ntail\n\nend"
