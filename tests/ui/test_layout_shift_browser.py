"""Nothing on the page moves by itself: the browser's own measure of layout shift, in every flow, with a slow reader."""

import time
from dataclasses import replace

import pytest
from browsing import (
    CAPTAIN,
    DESKTOP,
    IN_VIEW,
    KING,
    PHONE,
    QUESTION,
    answered,
    assistant,
    chromium,
    open_library,
    served,
    visit,
)
from chat_fakes import FERRY, HARBOUR, TIMETABLE, FakeLibrary

from qa.questions.suggestions import Suggestion

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

MOST = 0.02  # of a flow; a fifth of what counts as good on the web
UNFORCED = 700  # milliseconds after a key or a click: what moves within 500 of them counts as expected
TABLET = {"width": 1024, "height": 768}
OBSERVE = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    if (!entry.hadRecentInput)
      window.shifts.push({
        value: entry.value,
        of: entry.sources.map(({ node, previousRect: a, currentRect: b }) =>
          `${node?.nodeName}#${node?.id}.${node?.className} ${a.x},${a.y} to ${b.x},${b.y} ${b.width}x${b.height}`),
      });
}).observe({ type: "layout-shift", buffered: true });
"""


@pytest.fixture
def slow(assistant, monkeypatch):
    """What is found comes late, and the answer later: not so soon after a key that its coming would be excused."""
    answer = assistant.ask

    def ask(question, *, on_passages=None, **named):
        time.sleep(UNFORCED / 1000)
        if on_passages:
            on_passages(assistant.retrieve(question))
        time.sleep(UNFORCED / 1000)
        return answer(question, **named)

    def suggestions(*_, **__):
        for question in (CAPTAIN, QUESTION, KING):
            time.sleep(UNFORCED / 1000)
            yield Suggestion(question, FERRY.id, 0, 1)

    monkeypatch.setattr("ui.handlers.chat.suggestions", suggestions)
    assistant.ask = ask
    long = [replace(each, text=each.text + "\n\n" + "More of it. " * 40) for each in (FERRY, TIMETABLE, HARBOUR)]
    assistant.library = FakeLibrary(long)
    return assistant


def shift(page):
    """All that has moved since the last look, and what."""
    page.wait_for_timeout(UNFORCED)
    shifts = page.evaluate("window.shifts.splice(0)")
    return sum(each["value"] for each in shifts), shifts


def assert_calm(page, flow):
    total, shifts = shift(page)
    assert total <= MOST, (flow, total, shifts)


def ask(page, question):
    before = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    return answered(page, before)


@pytest.mark.parametrize("size", [DESKTOP, TABLET, PHONE], ids=["desktop", "tablet", "phone"])
def test_nothing_moves_by_itself(visit, slow, size):
    page = visit(size=size, before=OBSERVE)
    assert_calm(page, "opening the page")
    ask(page, QUESTION)
    page.wait_for_function("document.querySelectorAll('#suggested .next').length === 3")
    assert_calm(page, "a first question, and what could be asked next")
    ask(page, CAPTAIN)
    assert_calm(page, "a second question")
    ask(page, KING)
    assert_calm(page, "not found")
    page.locator(".turn .cite").first.click()
    page.wait_for_function(IN_VIEW)
    assert_calm(page, "opening an article")
    page.locator("#close-pane").click()
    assert_calm(page, "closing it")
    page.locator(".turn").first.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.reading")
    page.wait_for_function("!document.querySelector('.turn.reading')")
    assert_calm(page, "asking again")
    open_library(page)
    assert_calm(page, "the library")
    page.locator("#listing .title").first.click()
    page.wait_for_selector("#reading h2")
    assert_calm(page, "reading in the library")
    page.get_by_role("tab", name="Chat").click()
    assert_calm(page, "back to the chat")


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_an_old_conversation_comes_back_without_a_jump(visit, slow, size):
    page = visit(size=size, before=OBSERVE)
    ask(page, QUESTION)
    ask(page, KING)
    page.wait_for_url("**/?c=*")
    page.reload()
    page.wait_for_selector(".turn.not-found")
    assert_calm(page, "reload")


def test_the_measure_sees_a_jump(visit):
    page = visit(before=OBSERVE)
    page.wait_for_timeout(UNFORCED)
    page.evaluate("document.querySelector('.welcome').style.paddingTop = '400px'")
    assert shift(page)[0] > MOST
