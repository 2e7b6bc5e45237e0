"""The chat by keys alone, in a real Chromium."""

import threading

import pytest
from browsing import (
    CAPTAIN,
    DESKTOP,
    IN_VIEW,
    KING,
    PHONE,
    QUESTION,
    ask,
    assistant,
    barriers,
    chromium,
    served,
    visit,
)  # fmt: skip

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

IS_QUESTION = "document.activeElement.matches('#question textarea')"


def leave_box(page):
    page.evaluate("document.activeElement.blur()")


def test_to_the_question_from_anywhere(visit):
    page = visit()
    for keys in ("/", "Control+k", "Meta+k"):
        page.get_by_role("tab", name="Library").click()
        leave_box(page)
        page.keyboard.press(keys)
        page.wait_for_function(IS_QUESTION)
        assert page.get_by_role("tab", name="Chat").get_attribute("aria-selected") == "true"
        assert page.input_value("#question textarea") == ""
    page.keyboard.type("a/b?n1")
    assert page.input_value("#question textarea") == "a/b?n1"
    leave_box(page)
    page.keyboard.press("2")
    assert page.get_by_role("tab", name="Library").get_attribute("aria-selected") == "true"
    page.keyboard.press("1")
    assert page.get_by_role("tab", name="Chat").get_attribute("aria-selected") == "true"


def test_the_last_question_comes_back_into_the_empty_box_only(visit):
    page = visit()
    ask(page, QUESTION)
    ask(page, CAPTAIN)
    page.focus("#question textarea")
    page.keyboard.press("ArrowUp")
    page.wait_for_function(f"document.querySelector('#question textarea').value === {CAPTAIN!r}")
    page.fill("#question textarea", "other")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(300)
    assert page.input_value("#question textarea") == "other"


def test_through_the_evidence_and_its_copy(visit):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    leave_box(page)
    page.keyboard.press("n")
    page.wait_for_selector("#pane h2:has-text('Summer timetable')")
    page.keyboard.press("n")
    page.wait_for_selector("#pane mark:has-text('22:00')")
    page.keyboard.press("c")
    page.wait_for_selector("#copy-menu:popover-open")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn :text('Quote copied')")
    assert page.evaluate("navigator.clipboard.readText()").startswith("“A sign at the pier")
    page.keyboard.press("p")
    page.keyboard.press("p")
    page.wait_for_selector("#pane h2:has-text('The night ferry returns')")


def test_esc_closes_the_article_then_stops_reading(visit, assistant):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    go, answer = threading.Event(), assistant.ask

    def slow(question, **named):
        go.wait(30)
        return answer(question, **named)

    assistant.ask = slow
    page.fill("#question textarea", KING)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".turn.reading")
    if page.locator("#pane").is_visible():
        page.keyboard.press("Escape")
        assert page.locator(".turn.reading").count() == 1
    page.keyboard.press("Escape")
    page.wait_for_selector(".turn:has-text('Stopped.')")
    go.set()


def test_the_list_of_keys_and_switching_them_off(visit):
    page = visit()
    leave_box(page)
    page.keyboard.press("?")
    page.wait_for_selector("#sheet .keys")
    assert page.locator("#sheet-title").inner_text() == "Keyboard shortcuts"
    page.get_by_label("Shortcuts of a single letter or sign").uncheck()
    page.keyboard.press("Escape")
    leave_box(page)
    page.keyboard.press("2")
    page.keyboard.press("?")
    assert page.get_by_role("tab", name="Chat").get_attribute("aria-selected") == "true"
    assert page.locator("#sheet").is_hidden()
    page.keyboard.press("Control+k")
    page.wait_for_function(IS_QUESTION)
    page.get_by_role("button", name="Keyboard shortcuts").click()
    assert not page.get_by_label("Shortcuts of a single letter or sign").is_checked()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier(visit, size, dark):
    page = visit(size=size, dark=dark)
    leave_box(page)
    page.keyboard.press("?")
    page.wait_for_selector("#sheet .keys")
    assert barriers(page) == []
