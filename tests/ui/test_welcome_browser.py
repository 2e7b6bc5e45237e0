"""The page before the first question, in a real Chromium."""

import pytest
from browsing import DESKTOP, PHONE, answered, assistant, barriers, chromium, served, visit
from chat_fakes import HARBOUR

from qa.guide import Guide

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

QUESTION = "Who is the captain?"


@pytest.fixture
def guided(monkeypatch):
    """What would be found out, without asking."""
    made = []

    def make(ask, library):
        made.append(library)
        return Guide(library.refresh(), (QUESTION, "When does the first crossing leave?"), ("Ida Brandt",))

    monkeypatch.setattr("ui.handlers.welcome.make_guide", make)
    return made


def test_questions_and_names_appear_behind_the_page_and_are_asked(visit, guided):
    page = visit()
    assert page.locator(".example").count() == 0
    page.wait_for_selector(".example", timeout=20_000)
    assert len(guided) == 1
    page.locator(".example").first.click()
    assert answered(page).locator(".said .quote").inner_text() == "Ida Brandt"
    page.get_by_role("button", name="New conversation").click()
    page.get_by_role("button", name="What do my articles say about Ida Brandt").click()
    assert answered(page).locator(".question").inner_text() == "What do my articles say about Ida Brandt?"


def test_the_newest_articles_are_one_s_own_and_open_beside_it(visit):
    page = visit()
    assert page.locator(".recent .title").all_inner_texts() == [HARBOUR.title, "Summer timetable"]
    page.locator(".recent").first.click()
    page.wait_for_selector("#pane:not([hidden]) h2")
    assert page.locator("#pane h2").inner_text() == HARBOUR.title
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.recent')")


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)])
def test_no_barrier(visit, guided, size, dark):
    page = visit(size=size, dark=dark)
    assert barriers(page) == []
    page.wait_for_selector(".example", timeout=20_000)
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
