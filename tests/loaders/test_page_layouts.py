"""The text and day of articles in the page layouts of content systems, and the steps that find them."""

from __future__ import annotations

from datetime import date
from statistics import mean

import pytest
from page_layouts import Page, pages
from pages import body_f1, ours

from qa.config import Settings
from qa.datatypes import Article
from qa.loaders import Document, parse
from qa.loaders.boilerplate import is_caption, is_furniture, is_offer
from qa.loaders.markdown import Line
from qa.loaders.page_dates import date_beside_title, language_of_dates
from qa.loaders.structured_data import stated_article
from qa.loaders.truncation import without_cut_mark, without_offers

PAGES = list(pages())
LOSING = {"hashed_classes": 0.75, "wiki": 0.76}  # layouts of whose pages some lose more, and how much is left


@pytest.mark.parametrize("layout", sorted({page.layout for page in PAGES}))
def test_articles_are_found_in_every_layout(layout: str) -> None:
    scores = []
    for page in (each for each in PAGES if each.layout == layout):
        found = ours(page.html)
        scores.append(body_f1(found.text, page))
        assert found.published == page.published, page.story
    assert min(scores) > LOSING.get(layout, 0.88)
    assert mean(scores) > (0.89 if layout in LOSING else 0.95)


def test_the_measure_counts_runs_of_words() -> None:
    page = Page("", "", "", "", "one two three four five six", "zero", date(2025, 1, 2))
    assert body_f1("one two three four five six", page) == 1
    assert body_f1("zero one two three four five six", page) == 1
    assert body_f1("one two three four five", page) == pytest.approx(2 * 2 / (2 + 3))
    assert body_f1("", page) == 0


def json_ld(body: str) -> str:
    return f'<head><script type="application/ld+json">{body}</script></head>'


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ('{"@type": "NewsArticle", "datePublished": "2025-08-24T01:00:00Z"}', date(2025, 8, 24)),
        (
            '{"@graph": [{"@type": "WebPage"}, {"@type": ["Article"], "datePublished": "20250824"}]}',
            date(2025, 8, 24),
        ),
        ('{"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "2025-08-24"}}', date(2025, 8, 24)),
        ('{"@type": "WebPage", "datePublished": "2016-01-01"}', None),
        ('{"@type": "NewsArticle", "dateModified": "2025-09-01"}', None),
        (
            '{"@type": "LiveBlogPosting", "liveBlogUpdate": [{"@type": "Article", "datePublished": "2025-09-01"}]}',
            None,
        ),
        ('{"@type": "NewsArticle", "comment": {"@type": "Article", "datePublished": "2025-09-01"}}', None),
        ('{"@type": "JobPosting", "datePublished": "2025-09-01"}', None),
        ('{"@type": "NewsArticle", "datePublished": "2025-08-24"', None),
    ],
)
def test_only_the_articles_own_day_is_stated(body: str, day: date | None) -> None:
    assert stated_article(json_ld(body)).published == day


@pytest.mark.parametrize(
    ("said", "is_free"), [("false", False), ('"False"', False), ("true", True), ('"http://schema.org/True"', True)]
)
def test_whether_all_can_read_it(said: str, is_free: bool) -> None:
    assert stated_article(json_ld(f'{{"@type": "Article", "isAccessibleForFree": {said}}}')).is_free is is_free
    assert stated_article(json_ld(f'{{"@type": "Product", "isAccessibleForFree": {said}}}')).is_free is None


RUNNING = "The council closed the square on 3 May 2019 after engineers had found cracks in the cellars below it, " * 2


@pytest.mark.parametrize(
    ("below", "day"),
    [
        ("<span>Mara Lind</span><span>August 24, 2025</span>", date(2025, 8, 24)),
        ("<p>Updated 9 September 2025</p><p>Published 24 August 2025</p>", date(2025, 8, 24)),
        ("<p>Updated 9 September 2025</p>", date(2025, 9, 9)),
        (f"<p>{RUNNING}</p><p>3 May 2019</p>", None),
        ("<p>She was born on 3 May 1950.</p>", None),
        ("", None),
    ],
)
def test_the_day_below_the_headline(below: str, day: date | None) -> None:
    html = f"<div>28 November 2026</div><h1><a>A &amp; B  close</a></h1>{below}<h2>Other</h2><p>{RUNNING}</p>"
    assert date_beside_title(html, "A & B close") == day
    assert date_beside_title(html, "Another title") is None


@pytest.mark.parametrize(
    ("language", "html", "host", "found"),
    [
        ("en", '<meta property="og:locale" content="en_GB">', "x.example", "en_GB"),
        ("en", "", "www.gazette.co.uk", "en-GB"),
        ("", "", "city.gov", "en-US"),
        ("en", "", "news.example", "en"),
        ("en-US", '<meta property="og:locale" content="en_GB">', "gazette.co.uk", "en-US"),
        ("fr", "", "city.gov", "fr"),
    ],
)
def test_the_region_decides_on_day_and_month(language: str, html: str, host: str, found: str) -> None:
    assert language_of_dates(language, html, host) == found


@pytest.mark.parametrize(
    "text",
    [
        "Sign up for our newsletter",
        "Sign up for the Ostley briefing, every weekday morning.",
        "Get the best of our reporting in your inbox",
        "Our Standards: The Meridian Trust Principles.",
        "A version of this article appears in print on Nov. 30, 2026, Section A, Page 1.",
        "Mara Lind can be reached at mlind@ledger.example.",
        "Other stories",
        "The square is seen on Friday, in Ostley. (CP Photo/Ola Berg)",
    ],
)
def test_what_an_outlet_says_of_itself_goes(text: str) -> None:
    assert is_furniture(Line(text))


@pytest.mark.parametrize(
    "text",
    [
        "“Sign up for the newsletter, it is free,” the mayor said.",
        "Subscribe to the newsletter, she told the crowd.",
        "Get a briefing before you sail.",
        "Our standards are lower than they were.",
        "The mayor can be reached at the town hall.",
        "Other stories were told, too.",
        "She photographed everything (a photo/video camera was found).",
    ],
)
def test_sentences_like_these_stay(text: str) -> None:
    assert not is_furniture(Line(text))
    assert not is_caption(text)


@pytest.mark.parametrize(
    ("text", "offers"),
    [
        ("Already a subscriber?", True),
        ("Already a subscriber? Log in", True),
        ("Not a member? Join for £1 a month.", True),
        ("Already a subscriber? Then you are already a prisoner, my daughter said.", False),
        ("Not a member? Neither was the mayor, until Friday.", False),
    ],
)
def test_a_question_is_an_offer_only_with_one_behind_it(text: str, offers: bool) -> None:
    assert is_offer(text) is offers


@pytest.mark.parametrize(
    ("text", "kept", "is_cut"),
    [
        ("The ferry was stopped… [+2310 chars]", "The ferry was stopped…", True),
        ("The ferry was stopped ... [1,204 chars]", "The ferry was stopped…", True),
        ("The bill lists [20 words] that are banned.", "The bill lists [20 words] that are banned.", False),
        ("The ferry was stopped [Monday].", "The ferry was stopped [Monday].", False),
        ("It cost 300 chars", "It cost 300 chars", False),
    ],
)
def test_the_mark_of_a_news_api_that_cut_the_text(text: str, kept: str, is_cut: bool) -> None:
    assert without_cut_mark(text) == (kept, is_cut)


BEGINS = "The ferry to Ostley was stopped on Monday."


@pytest.mark.parametrize(
    ("lines", "for_subscribers", "is_cut"),
    [
        ([BEGINS, "Subscribe to continue reading"], False, True),
        ([BEGINS, "The rest of this article is for subscribers."], False, True),
        ([BEGINS, "Already a subscriber? Log in"], True, True),
        ([BEGINS, "It will be back in […]"], True, True),
        ([BEGINS, "Already a subscriber? Log in"], False, False),
        ([BEGINS, "Subscribe to continue reading", "It will be back in May."], True, False),
        ([BEGINS, "It will be back in […]"], False, False),
        ([BEGINS * 40, "Already a subscriber? Log in"], True, False),
        (
            [BEGINS, "Viewers had to subscribe to continue reading reviews, the court heard."],
            True,
            False,
        ),
        ([BEGINS, "“Subscribe to continue reading,” the page had told her, eleven times."], True, False),
        ([BEGINS], True, False),
    ],
)
def test_where_an_article_breaks_off(lines: list[str], for_subscribers: bool, is_cut: bool) -> None:
    kept, truncated = without_offers([Line(text) for text in lines], for_subscribers=for_subscribers)
    assert truncated is is_cut
    assert kept[0].text == lines[0]


def test_a_text_that_was_pasted_with_its_offer_is_a_beginning() -> None:
    text = f"# Ferry stopped\n\n{BEGINS}\n\nSubscribe to continue reading.\n"
    (found,) = parse(Document("upload:a.md", text.encode()), Settings(min_article_chars=10))
    assert isinstance(found, Article)
    assert (found.text, found.truncated) == (BEGINS, True)


def test_an_article_about_subscriptions_is_whole() -> None:
    for page in (each for each in PAGES if each.story == "subscriptions"):
        (found,) = parse(Document("upload:a.html", page.html.encode()), Settings())
        assert isinstance(found, Article)
        assert not found.truncated
        assert "Already a subscriber? Then" in found.text
