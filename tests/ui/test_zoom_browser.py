"""Every view at every size, light and dark, also at 200% zoom, where a page of 1280 pixels has 640: no barrier."""

import pytest
from browsing import (
    CAPTAIN,
    DESKTOP,
    KING,
    NO_SIDEWAYS,
    PHONE,
    QUESTION,
    ask,
    assistant,
    barriers,
    chromium,
    open_library,
    served,
    visit,
)

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

ZOOMED = {"width": 640, "height": 425}


def assert_usable(page, view):
    page.wait_for_timeout(150)
    assert page.evaluate(NO_SIDEWAYS), view
    assert barriers(page) == [], view


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE, ZOOMED], ids=["desktop", "phone", "200%"])
def test_no_barrier_in_any_view(visit, size, dark):
    page = visit(size=size, dark=dark)
    assert_usable(page, "welcome")
    ask(page, QUESTION)
    ask(page, KING)
    assert_usable(page, "answers")
    box = page.locator("#question textarea").bounding_box()
    assert box["y"] + box["height"] <= size["height"]
    page.locator(".cite").first.click()
    page.wait_for_selector("#pane:not([hidden]) mark")
    assert_usable(page, "article")
    page.locator("#close-pane").click()
    page.get_by_role("button", name="Edit this question").last.click()
    page.fill("#prompt-text", CAPTAIN)
    assert_usable(page, "editing")
    page.get_by_role("button", name="Ask", exact=True).last.click()
    page.wait_for_selector(".versions")
    page.get_by_role("button", name="Compare").last.click()
    page.wait_for_selector("#sheet .compared")
    assert_usable(page, "versions")
    page.keyboard.press("Escape")
    page.locator(".turn").first.get_by_role("button", name="Follow").click()
    page.wait_for_selector(".deeds :text('Followed')")
    if size != DESKTOP:
        page.get_by_role("button", name="Conversations").click()
    page.locator("#followed summary").click()
    page.wait_for_selector("#followed .followed")
    assert_usable(page, "followed questions")
    page.get_by_role("button", name="Check the quotes of a text").click()
    page.fill("#check-text", "He said “the first crossing leaves at 21:40”.")
    page.get_by_role("button", name="Check quotes", exact=True).click()
    page.wait_for_selector("#sheet .checked")
    assert_usable(page, "quote checker")
    page.keyboard.press("Escape")
    if size != DESKTOP:
        page.get_by_role("button", name="Back to the chat").click()
    open_library(page)
    assert_usable(page, "library")
    page.locator("#listing .title").first.click()
    page.wait_for_selector("#reading h2")
    page.locator(".correction summary").click()
    assert_usable(page, "an article's correction")
