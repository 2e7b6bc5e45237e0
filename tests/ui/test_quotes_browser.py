"""Quotes in a real Chromium: one with its source copied, and those of a pasted text checked."""

import json

import pytest
from browsing import DESKTOP, IN_VIEW, NO_SIDEWAYS, PHONE, QUESTION, ask, assistant, barriers, chromium, served, visit
from chat_fakes import FERRY

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

DRAFT = (
    "The captain said “the first crossing leaves at 21:40”, and not “the first crossing starts at 21:40”. "
    "“<img src=x onerror=alert(1)> is in none.”"
)


def check(page, text):
    if page.viewport_size == PHONE:
        page.get_by_role("button", name="Conversations").click()
    page.get_by_role("button", name="Check the quotes of a text").click()
    page.fill("#check-text", text)
    page.get_by_role("button", name="Check quotes", exact=True).click()
    page.wait_for_selector("#sheet .checked")


def test_each_quote_of_a_text_is_verbatim_altered_or_not_found(visit):
    page = visit()
    check(page, DRAFT)
    assert page.locator(".checked .counts").inner_text() == "3 quotes: 1 verbatim, 1 altered, 1 in no article"
    items = page.locator(".checked ol > li")
    assert page.locator(".checked .stamp").all_inner_texts() == ["Verbatim", "Altered", "Not found"]
    place = items.nth(0).locator("li").first
    start = FERRY.text.index("the first crossing")
    assert place.locator("time").inner_text() == "12 May 2025"
    assert place.inner_text().endswith(f"characters {start}–{start + len('the first crossing leaves at 21:40')}")
    assert items.nth(1).locator("del").text_content() == "quoted: starts"
    assert items.nth(1).locator("ins").text_content() == "in the article: leaves"
    assert items.nth(2).locator("blockquote").inner_text() == "“<img src=x onerror=alert(1)> is in none.”"
    with page.context.expect_page() as opened:
        place.get_by_role("link", name=FERRY.title).click()
    assert opened.value.locator("mark").inner_text() == "the first crossing leaves at 21:40"


def test_the_filter_of_the_chat_counts(visit):
    page = visit()
    page.get_by_label("news.example").check()
    page.wait_for_selector(".chips li", state="attached")
    check(page, "“A sign at the pier”")
    assert page.locator(".checked .detail").inner_text() == "Only in part of the articles: source: news.example."
    assert page.locator(".checked .stamp").all_inner_texts() == ["Not found"]


def test_by_keyboard_alone_and_the_search_has_its_own_form(visit):
    page = visit()
    page.get_by_role("button", name="Check the quotes of a text").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'check-text'")
    page.keyboard.type("“tickets are sold”")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".checked .ruling:has-text('Word for word, but for capital letters.')")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Try the search without reading").click()
    assert page.locator("#check").is_hidden()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier(visit, size, dark):
    page = visit(size=size, dark=dark)
    check(page, DRAFT)
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)


QUOTE = "Captain Ida Brandt said the first crossing leaves at 21:40."


def open_menu(page):
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="Copy quote of evidence 1").click()
    page.wait_for_selector("#copy-menu:popover-open")
    return turn


def copied(page, name):
    page.get_by_role("menuitem", name=name, exact=True).click()
    page.wait_for_selector(".turn :text('Quote copied')")
    return page.evaluate("navigator.clipboard.readText()")


def test_a_quote_is_copied_with_its_source_in_every_form(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = open_menu(page)
    link = "https://news.example/ferry#:~:text=first%20crossing%20leaves%20at-,21%3A40,-."
    assert copied(page, "Plain text") == (
        f"“{QUOTE}”\n— Nils Aas, “The night ferry returns”, news.example, 12 May 2025. {link}"
    )
    assert page.evaluate("document.activeElement.dataset.does") == "copy-quote"

    def again(name):
        page.wait_for_selector(".turn :text('Copy quote')")
        page.wait_for_timeout(2100)  # until the button has its own words again
        turn.get_by_role("button", name="Copy quote of evidence 1").click()
        return copied(page, name)

    assert again("Markdown").startswith("> Captain Ida Brandt said the first crossing leaves at **21:40**.")
    assert again("BibTeX").startswith("@online{aas2025ffffff,")
    (item,) = json.loads(again("CSL-JSON, for Zotero"))
    assert (item["title"], item["URL"]) == (FERRY.title, link)
    (annotation,) = json.loads(again("Web Annotation"))
    start = FERRY.text.index("21:40")
    assert annotation["target"][1]["selector"][1] == {"type": "TextPositionSelector", "start": start, "end": start + 5}
    assert again("Formatted, for Word or Docs").startswith(f"“{QUOTE}”")
    html = page.evaluate("async () => (await (await navigator.clipboard.read())[0].getType('text/html')).text()")
    assert "<strong>21:40</strong>" in html
    assert f'href="{link}"' in html


def test_the_menu_by_keyboard_alone_leaves_the_article_open(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    page.get_by_role("button", name="Copy quote of evidence 1").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.dataset.value === 'plain'")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.dataset.value") == "annotation"
    page.keyboard.press("Escape")
    assert page.locator("#copy-menu").is_hidden()
    assert page.locator("#pane").is_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn :text('Quote copied')")
    assert page.evaluate("navigator.clipboard.readText()").startswith("> Captain Ida Brandt")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_menu_has_no_barrier_and_stays_on_the_page(visit, size, dark):
    page = visit(size=size, dark=dark)
    open_menu(page)
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    box = page.locator("#copy-menu").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= size["width"]
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= size["height"]
