"""Many questions at once, in a real Chromium: from two tabs, while another is read or edited, through a reload."""

import threading
from itertools import count

import pytest
from browsing import CAPTAIN, KING, QUESTION, ask, assistant, chromium, served, visit

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

ENDED = "document.querySelectorAll('.turn:not(.reading)').length === {} && !document.querySelector('.turn.reading')"


@pytest.fixture
def slow(assistant):
    """Each question waits for a moment, as for a reader; `order` is that in which they were read."""
    answer, order, pause = assistant.ask, [], threading.Event()

    def ask(question, **named):
        order.append(question)
        pause.wait(0.6)
        return answer(question, **named)

    assistant.ask = ask
    return order


@pytest.fixture
def held(assistant):
    """The first question is read until it is let go."""
    answer, go, numbers = assistant.ask, threading.Event(), count()

    def ask(question, **named):
        if next(numbers) == 0:
            assert go.wait(60)
        return answer(question, **named)

    assistant.ask = ask
    yield go
    go.set()


def send(page, question):
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")


def questions(page):
    return page.locator(".turn .question").all_inner_texts()


def quotes(page):
    return [
        turn.locator(".said .quote").inner_text() if turn.locator(".said").count() else None
        for turn in page.locator(".turn").all()
    ]


def test_three_questions_within_200_milliseconds_are_each_answered_in_order(visit, slow):
    page, asked = visit(), [QUESTION, CAPTAIN, KING]
    page.evaluate(
        """async (asked) => {
          const box = document.querySelector('#question textarea');
          for (const question of asked) {
            box.value = question;
            box.dispatchEvent(new Event('input', { bubbles: true }));
            await new Promise((next) => setTimeout(next, 30));
            box.dispatchEvent(new KeyboardEvent('keypress', { key: 'Enter', bubbles: true }));
            box.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
            await new Promise((next) => setTimeout(next, 30));
          }
        }""",
        asked,
    )
    page.wait_for_function(ENDED.format(3))
    assert questions(page) == asked
    assert quotes(page) == ["21:40", "Ida Brandt", None]
    assert [each for each in slow if each in asked] == asked


def test_two_tabs_ask_at_once_and_each_gets_its_own_answers(visit, slow):
    one, other = visit(), visit()
    for first, second in ((QUESTION, CAPTAIN), (CAPTAIN, KING), (KING, QUESTION)):
        send(one, first)
        send(other, second)
    for page in (one, other):
        page.wait_for_function(ENDED.format(3))
    assert questions(one) == [QUESTION, CAPTAIN, KING]
    assert quotes(one) == ["21:40", "Ida Brandt", None]
    assert questions(other) == [CAPTAIN, KING, QUESTION]
    assert quotes(other) == ["Ida Brandt", None, "21:40"]
    assert one.url != other.url


def test_two_tabs_of_one_conversation_ask_at_once_and_nothing_is_lost(visit, slow):
    one = visit()
    ask(one, QUESTION)
    one.wait_for_url("**/?c=*")
    other = one.context.new_page()
    other.goto(one.url)
    other.wait_for_selector(".turn.found")
    send(one, CAPTAIN)
    send(other, KING)
    for page in (one, other):
        page.wait_for_function("!document.querySelector('.turn.reading')")
    one.reload()
    one.wait_for_function(ENDED.format(3))
    assert questions(one)[0] == QUESTION
    assert sorted(questions(one)) == sorted([QUESTION, CAPTAIN, KING])
    assert dict(zip(questions(one), quotes(one), strict=True)) == {QUESTION: "21:40", CAPTAIN: "Ida Brandt", KING: None}


def test_a_question_is_edited_while_another_is_read(visit, assistant):
    page = visit()
    ask(page, QUESTION)
    answer, go = assistant.ask, threading.Event()

    def waits(question, **named):
        if question == KING:
            assert go.wait(60)
        return answer(question, **named)

    assistant.ask = waits
    send(page, KING)
    page.wait_for_selector(".turn.reading")
    page.get_by_role("button", name="Edit this question").first.click()
    page.fill("#prompt-text", CAPTAIN)
    page.get_by_role("button", name="Ask", exact=True).last.click()
    page.wait_for_timeout(300)
    go.set()
    page.wait_for_function("!document.querySelector('.turn.reading')")
    page.reload()
    page.wait_for_selector(".turn.found")
    assert questions(page)[0] == CAPTAIN
    assert quotes(page)[0] == "Ida Brandt"
    page.get_by_role("button", name="Earlier version").click()
    page.wait_for_function(ENDED.format(2))
    assert questions(page) == [QUESTION, KING]
    assert quotes(page) == ["21:40", None]


def test_a_reload_in_the_middle_loses_no_question(visit, held):
    page = visit()
    send(page, QUESTION)
    page.wait_for_selector(".turn.reading")
    send(page, CAPTAIN)
    page.wait_for_function("document.querySelectorAll('.turn.reading').length === 2")
    page.reload()
    page.wait_for_function("document.querySelectorAll('.turn.reading').length === 2")
    held.set()
    page.wait_for_function(ENDED.format(2))
    assert questions(page) == [QUESTION, CAPTAIN]
    assert quotes(page) == ["21:40", "Ida Brandt"]
    page.wait_for_url("**/?c=*")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#transcript .welcome")
    page.reload()  # nothing of it comes back
    page.wait_for_selector("#transcript .welcome")


def test_what_was_answered_while_the_page_was_loaded_again_is_there(visit, held):
    page = visit()
    send(page, QUESTION)
    page.wait_for_selector(".turn.reading")
    address = page.url
    page.goto("about:blank")
    held.set()
    page.wait_for_timeout(1000)
    page.goto(address)  # not loaded again, but come back to: a new page
    page.wait_for_selector("#transcript .welcome")
    page.wait_for_selector(".talk:has-text('first crossing')")
