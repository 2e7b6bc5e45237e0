"""Questions that stay, in a real Chromium."""

import feedparser
import pytest
from browsing import DESKTOP, PHONE, QUESTION, ask, assistant, barriers, chromium, open_library, served, visit

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

NEW = "Autumn timetable\nIn autumn the first crossing leaves at 20:15. <b>Mind</b> it."


@pytest.fixture(autouse=True)
def nothing_followed(served):
    for file in served[2].glob("*.watchlist.json"):
        file.unlink()


def follow(page):
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="Follow").click()
    page.wait_for_selector("#followed-count:text-is(' (1)')", state="attached")


def upload(page, text):
    open_library(page)
    page.set_input_files("#choose-files", {"name": "new.txt", "mimeType": "text/plain", "buffer": text.encode()})
    page.wait_for_selector("#works .done:has-text('1 article added.')")
    page.get_by_role("button", name="Close").first.click()
    page.wait_for_selector("#works .ended", state="detached")


def test_a_followed_question_speaks_when_an_article_says_something_new(visit):
    page = visit()
    follow(page)
    assert page.locator("#followed .fresh").count() == 0
    upload(page, "Harbour news\nAgain: the first crossing leaves at 21:40.")
    page.wait_for_timeout(1500)
    assert page.locator("#followed .fresh li").count() == 0  # it says the same
    upload(page, NEW)
    page.wait_for_selector("#followed .fresh li", state="attached")
    page.get_by_role("tab", name="Chat").click()
    assert page.locator("#followed .news").inner_text().startswith("1 new answer since ")
    place = page.locator("#followed .place")
    assert place.inner_text() == "20:15 Autumn timetable, undated"
    place.click()
    page.wait_for_selector("#pane mark:has-text('20:15')")
    feed = page.evaluate("async () => (await fetch('/questions.atom')).text()")
    assert feed.startswith("<?xml")
    assert [entry.title for entry in feedparser.parse(feed.encode()).entries] == [f"{QUESTION} “20:15”"]
    page.reload()
    page.wait_for_selector("#followed .fresh li", state="attached")


def test_it_is_let_go_and_asked_for_by_hand(visit):
    page = visit()
    follow(page)
    page.locator("#followed summary").click()
    page.get_by_role("button", name="Look for new answers now").click()
    page.wait_for_function("document.querySelector('#told').textContent === 'No new answers'")
    page.get_by_role("button", name="Follow no more").click()
    page.wait_for_selector("#followed .none")
    assert page.locator("#followed-count").inner_text() == ""
    assert page.get_by_role("button", name="Look for new answers now").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier(visit, size, dark):
    page = visit(size=size, dark=dark)
    follow(page)
    upload(page, NEW)
    page.wait_for_selector("#followed .fresh li", state="attached")
    page.get_by_role("tab", name="Chat").click()
    if size == PHONE:
        page.get_by_role("button", name="Conversations").click()
    page.locator("#followed").scroll_into_view_if_needed()
    assert page.locator("#followed .place").is_visible()
    assert barriers(page) == []
