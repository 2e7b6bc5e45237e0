"""The chat in a real Chromium: asking, and what goes wrong."""

import re
import threading
from datetime import date

import pytest
from browsing import (
    IN_VIEW,
    NO_SIDEWAYS,
    PHONE,
    QUESTION,
    answered,
    ask,
    assistant,
    chromium,
    open_library,
    served,
    visit,
    visits,
)
from chat_fakes import FERRY, FakeLibrary

from qa.assistant import Assistant
from qa.datatypes import Article
from ui.app import launch

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

GOLDEN = {
    "At which hospital did Robert Mugabe die?": "Gleneagles Hospital",
    "When did Putin and Zelensky last meet?": "December 2019",
    "Who is the Kremlin spokesman?": "Dmitry Peskov",
    "How many firefighters battled the Notre Dame blaze?": "over 400",
}


def test_each_turn_keeps_its_own_evidence(visit):
    page = visit()
    ask(page, QUESTION)
    ask(page, "Who is the captain?")
    ask(page, "Who is the king?")
    turns = page.locator(".turn")
    assert turns.count() == 3
    assert turns.nth(0).locator(".evidence mark").all_inner_texts() == ["21:40"]
    assert turns.nth(1).locator(".evidence mark").all_inner_texts() == ["Ida Brandt"]
    assert turns.nth(2).locator("mark").count() == 0


def test_questions_asked_in_a_row_are_each_answered_in_order(visit, assistant):
    page, questions = visit(), [QUESTION, "Who is the captain?", "Who is the king?", "When does it leave, in all?"]
    for question in questions:
        page.fill("#question textarea", question)
        page.press("#question textarea", "Enter")
        page.wait_for_timeout(60)
    page.wait_for_function("document.querySelectorAll('.turn:not(.reading)').length == 4")
    assert page.locator(".turn .question").all_inner_texts() == questions
    assert page.locator(".turn.reading").count() == 0
    assert [question for question, _ in assistant.asked if question in questions] == questions
    assert page.input_value("#question textarea") == ""
    page.reload()
    page.wait_for_function("document.querySelectorAll('.turn:not(.reading)').length == 4")
    assert page.locator(".turn .question").all_inner_texts() == questions


def test_what_is_typed_while_a_question_is_sent_stays_in_the_box(visit, assistant):
    go, answer = threading.Event(), assistant.ask
    assistant.ask = lambda *args, **named: go.wait(30) and answer(*args, **named)
    page = visit()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.wait_for_function("document.querySelector('#question textarea').value === ''")  # at once, for a person
    page.type("#question textarea", "Who is the cap")
    page.wait_for_selector(".turn.reading")
    go.set()
    page.wait_for_selector(".turn.found")
    assert page.input_value("#question textarea") == "Who is the cap"


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (820, 1180), (390, 844)], ids=lambda size: f"{size[0]}")
def test_the_question_box_is_always_in_sight(visit, size):
    page = visit(size={"width": size[0], "height": size[1]})
    for question in (QUESTION, "Who is the captain?", "Who is the queen?"):
        ask(page, question)
        page.wait_for_timeout(300)
        box = page.locator("#question textarea").bounding_box()
        assert 0 <= box["y"] <= box["y"] + box["height"] <= size[1], (question, box)
    page.evaluate("window.scrollTo(0, 0)")
    box = page.locator("#question textarea").bounding_box()
    assert box["y"] + box["height"] <= size[1], box


def test_escape_closes_the_article_for_the_keyboard_too(visit):
    page = visit()
    ask(page, QUESTION)
    page.locator(".turn .cite").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#pane:not([hidden])")
    page.keyboard.press("Escape")
    page.wait_for_timeout(700)  # longer than an article takes to open under the keyboard
    assert page.locator("#pane").is_hidden()
    assert page.evaluate("document.activeElement.matches('.turn .cite')")


def test_a_question_is_shown_as_being_read_until_it_is_answered(visit, assistant):
    go, answer = threading.Event(), assistant.ask
    assistant.ask = lambda *args, **named: go.wait(30) and answer(*args, **named)
    page = visit()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".turn.reading")
    assert page.locator(".turn .pending").inner_text().startswith("Reading your articles")
    assert page.locator("[role=status]").first.text_content() == "Reading your articles"
    go.set()
    answered(page)
    page.wait_for_function("document.querySelector('[role=status]').textContent.startsWith('Answer: 21:40.')")


def test_an_example_asks_itself(visit, assistant):
    assistant.library = FakeLibrary([FERRY])  # a sample
    page = visit()
    assert page.locator(".example").count() == 4
    page.locator(".example").first.click()
    assert answered(page).locator(".missing").count() == 1


def test_two_visitors_have_their_own_conversations(visit):
    one, other = visit(), visit()
    ask(one, QUESTION)
    assert other.locator(".turn").count() == 0


def test_an_error_is_a_plain_sentence(visit):
    page = visit()
    assert "ask it in fewer words" in ask(page, "why " * 600).locator(".error").inner_text()
    assert "Something went wrong here" in ask(page, "crash").locator(".error").inner_text()
    assert ask(page, QUESTION).locator(".said .quote").inner_text() == "21:40"


def test_an_empty_library_leads_to_where_articles_are_added(visit, assistant):
    assistant.library.kept.clear()
    page = visit()
    page.get_by_role("button", name="Add articles").click()
    page.wait_for_selector("#shelf-title:has-text('No articles yet')")


def test_a_phone_never_scrolls_sideways(visit):
    page = visit(size=PHONE)
    assert page.evaluate(NO_SIDEWAYS)
    ask(page, QUESTION)
    ask(page, "Who is the " + "verylongword" * 30 + "?")
    assert page.evaluate(NO_SIDEWAYS)
    page.locator(".cite").first.click()
    page.wait_for_function(IN_VIEW)
    assert page.locator("#pane").bounding_box()["width"] == PHONE["width"]
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("button", name="Back to the answer").click()
    open_library(page)
    assert page.evaluate(NO_SIDEWAYS)


def test_dark_is_dark_and_light_is_light(visit):
    brightness = "parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])"
    assert visit(dark=True).evaluate(brightness) < 40
    assert visit().evaluate(brightness) > 240


def test_a_hostile_article_and_question_can_do_nothing(visit, assistant):
    attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>${window.hacked=1}{{constructor}}'
    hostile = Article(
        "a" * 16, attack, f"Hostile words: {attack}\njavascript:window.hacked=1", "upload:" + attack,
        url="javascript:window.hacked=1", published=date(2025, 1, 1), site=attack, authors=(attack,), language='"><b',
    )  # fmt: skip
    assistant.library = FakeLibrary([hostile])
    page = visit()
    turn = ask(page, "hostile " + attack)
    assert turn.locator(".said .quote").inner_text() == attack
    turn.locator(".cite").click()
    page.wait_for_selector("#pane mark")
    assert page.locator("#pane mark").text_content() == attack
    assert page.locator("#pane h2").inner_text() == re.sub(r"\s+", " ", attack)
    open_library(page)
    assert page.locator("#listing .title").inner_text() == attack
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], [onerror]").count() == 0


@pytest.fixture
def real_visit(chromium):
    """The chat as it is after installation: the packaged models over the sample articles."""
    with Assistant.open() as assistant:
        chat = launch(assistant, port=0)
        yield from visits(chromium, chat.entrance)
        chat.close()


@pytest.mark.models
@pytest.mark.slow
def test_the_sample_articles_answer_in_the_real_chat(real_visit):
    page = real_visit()
    for question, words in GOLDEN.items():
        turn = ask(page, question)
        quote = turn.locator(".said .quote").inner_text()
        assert words in quote
        sentence = turn.locator(".evidence .sentence")
        assert sentence.locator("mark").inner_text() == quote
        assert len(sentence.inner_text()) > len(quote)
        assert re.search(r"\d \w+ 20\d\d", turn.locator(".evidence .from").inner_text())
        turn.locator(".cite").first.click()
        page.wait_for_function("quote => document.querySelector('#pane #mark')?.textContent === quote", arg=quote)
        page.wait_for_function(IN_VIEW)
        page.keyboard.press("Escape")
    turn = ask(page, "Who won the 2030 World Cup?")
    assert turn.locator(".missing").count() == 1
    assert turn.locator(".cite, mark").count() == 0
