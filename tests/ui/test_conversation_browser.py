"""Conversations in a real Chromium: kept, found again, asked otherwise; filters, feedback, and what runs meanwhile."""

import json
import re
import threading

import pytest
from browsing import (
    CAPTAIN,
    KING,
    NO_SIDEWAYS,
    PHONE,
    QUESTION,
    answered,
    ask,
    assistant,
    barriers,
    chromium,
    served,
    visit,
)
from chat_fakes import FERRY

from qa.questions.suggestions import Suggestion

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

CALLS = re.compile("component_server")  # what the page asks of Python


def test_a_conversation_survives_reload_and_is_opened_from_the_list(visit):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_url(re.compile(r"\?c="))
    address = page.url
    page.reload()
    page.wait_for_selector(".turn .quote:text-is('21:40')")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".welcome")
    assert "c=" not in page.url
    ask(page, CAPTAIN)
    page.wait_for_selector(".talk[aria-current]:has-text('captain')")
    page.locator(".talk", has_text="first crossing").first.click()
    page.wait_for_selector(".turn .quote:text-is('21:40')")
    assert page.url == address
    page.go_back()
    page.wait_for_selector(".turn .quote:text-is('Ida Brandt')")


def test_a_conversation_is_searched_renamed_saved_and_deleted(visit):
    page = visit()
    ask(page, "What is said of the first crossing by night?")
    page.fill("#find-talk", "by night")
    page.wait_for_selector("#talks:not(:has(li:nth-child(2))) .talk:has-text('by night')")
    page.locator(".menu summary").click()
    page.get_by_role("button", name="Rename").click()
    page.fill("#prompt-text", "Ferries <b>now</b>")
    page.keyboard.press("Enter")
    page.wait_for_selector(".talk .name:text-is('Ferries <b>now</b>')")
    with page.expect_download() as saved:
        page.locator("#talks").get_by_role("link", name="JSON").click()
    kept = json.loads(saved.value.path().read_text("utf-8"))
    assert kept["name"] == "Ferries <b>now</b>"
    assert FERRY.id in [article["id"] for article in kept["articles"]]
    page.get_by_role("button", name="Delete").click()
    page.locator("#confirm").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Delete").click()
    page.locator("#confirm").get_by_role("button", name="Delete").click()
    page.wait_for_selector(".welcome")
    page.wait_for_selector("#talks:has-text('No conversation has these words.')")


def test_a_conversation_is_pinned_and_found_by_a_title(visit):
    page = visit()
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".welcome")
    ask(page, KING)
    page.wait_for_selector("#talks .talk:has-text('king')")
    assert page.locator("#talks .day").all_inner_texts() == ["Today"]
    page.locator("[data-talk]:has-text('first crossing') .menu summary").click()
    page.get_by_role("button", name="Pin", exact=True).click()
    page.wait_for_selector("#talks .day:has-text('Pinned')")
    assert page.locator("#talks .day").all_inner_texts() == ["Pinned", "Today"]
    assert "first crossing" in page.locator("#talks .talk").first.inner_text()
    page.fill("#find-talk", "night ferry returns")  # a title of the evidence
    page.wait_for_selector("#talks:not(:has(.talk:has-text('king'))) .talk:has-text('first crossing')")
    page.fill("#find-talk", "")
    page.wait_for_selector("#talks .talk:has-text('king')")
    assert barriers(page) == []
    page.locator("[data-talk]:has-text('first crossing') .menu summary").click()
    page.get_by_role("button", name="Unpin").click()
    page.wait_for_selector("#talks:not(:has(.day:has-text('Pinned')))")


def test_a_question_is_edited_and_its_versions_stay(visit):
    page = visit()
    ask(page, QUESTION)
    ask(page, "And when?")
    assert page.locator(".read-as q").inner_text() == QUESTION
    page.get_by_role("button", name="Edit the question as it was read").click()
    page.wait_for_selector("#prompt[open]")
    assert page.input_value("#prompt-text") == QUESTION
    page.fill("#prompt-text", KING)
    page.locator("#prompt").get_by_role("button", name="Ask").click()
    page.wait_for_selector(".turn.not-found .versions:has-text('2 of 2')")
    page.get_by_role("button", name="Compare the versions").click()
    page.wait_for_selector("#sheet .compared li:nth-child(2)")
    assert page.locator(".compared .sentence").all_inner_texts() == ["21:40", "Your articles don't say."]
    assert page.locator(".compared li:nth-child(2) .used").inner_text() == "In the conversation"
    assert page.locator("#try").is_hidden()
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Earlier version").click()
    page.wait_for_selector(".turn .versions:has-text('1 of 2')")
    assert page.locator(".turn .read-as").count() == 1
    page.wait_for_function("document.activeElement.matches('[aria-label=\"Later version\"]')")


def test_filters_are_chips_that_come_off(visit):
    page = visit()
    page.fill("#filter-form [name=from]", "2025-01-01")
    page.get_by_label("news.example").check()
    page.wait_for_selector(".chips li:nth-child(2)")
    assert "source=news.example" in page.url
    turn = ask(page, QUESTION)
    assert turn.locator(".asked-of li").all_inner_texts() == ["from 1 January 2025", "source: news.example"]
    assert turn.locator(".others, .repeats").count() == 0
    page.get_by_role("button", name="Take off: source: news.example").click()
    page.wait_for_selector(".chips:not(:has(li:nth-child(2)))")
    page.get_by_role("button", name="Ask about this article only").click()
    page.wait_for_selector(".chips li:has-text('article: The night ferry returns')")
    page.wait_for_selector(f"#filter-form input[value='{FERRY.id}']")
    page.reload()
    page.wait_for_selector(".chips li:has-text('article: The night ferry returns')")


def test_what_is_said_of_an_answer_stays(visit):
    page = visit()
    ask(page, QUESTION)
    page.get_by_role("button", name="Wrong evidence").click()
    page.wait_for_selector(".verdict[aria-pressed=true]:text-is('Wrong evidence')")
    assert page.evaluate("document.activeElement.textContent") == "Wrong evidence"
    page.reload()
    page.wait_for_selector(".verdict[aria-pressed=true]:text-is('Wrong evidence')")


def test_what_is_found_is_shown_at_once_and_stop_works(visit, assistant):
    go, answer = threading.Event(), assistant.ask

    def slow(question, *, on_passages, **named):
        on_passages(assistant.retrieve(question))
        go.wait(30)
        return answer(question, **named)

    assistant.ask = slow
    page = visit()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.wait_for_selector(".turn.reading .near")
    assert page.locator(".pending").inner_text().startswith("Reading 3 passages from 3 articles")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_selector(".turn.failed:has-text('Stopped.')")
    go.set()
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_selector(".turn.found .quote:text-is('21:40')")
    assert page.locator(".turn").count() == 1


def test_next_questions_come_after_the_answer(visit, monkeypatch):
    found = [Suggestion(CAPTAIN, FERRY.id, 0, 1)]
    monkeypatch.setattr("ui.handlers.chat.suggestions", lambda *_, **__: iter(found))
    page = visit()
    ask(page, QUESTION)
    page.locator(".suggested").get_by_role("button", name=CAPTAIN).click()
    assert answered(page, 1).locator(".quote").inner_text() == "Ida Brandt"


def test_what_the_articles_do_not_cover_is_listed_and_asked_again(visit):
    page = visit()
    ask(page, KING)
    page.locator("#uncovered summary").click()
    page.locator("#uncovered").get_by_role("button", name=KING).click()
    answered(page, 1)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the list").click()
    assert KING in saved.value.path().read_text("utf-8")


def test_how_an_answer_came_about_and_trying_the_search(visit):
    page = visit()
    ask(page, QUESTION)
    page.get_by_role("button", name="Show how").click()
    page.wait_for_selector("#sheet .why:has-text('Confidence 0.87')")
    page.fill("#try-question", "ferry")
    page.keyboard.press("Enter")
    page.wait_for_selector("#sheet .why:has-text('The searches found 3 passages of 3 articles')")
    page.keyboard.press("Escape")
    assert page.locator("#sheet").is_hidden()
    assert page.evaluate("document.activeElement.textContent.startsWith('Show how')")


def test_on_a_phone_the_list_is_a_page_of_its_own(visit):
    page = visit(size=PHONE)
    ask(page, QUESTION)
    page.get_by_role("button", name="Conversations").click()
    assert page.locator("#side").bounding_box()["width"] == PHONE["width"]
    assert page.evaluate(NO_SIDEWAYS)
    page.keyboard.press("Escape")
    assert page.locator("#side").is_hidden()
    page.get_by_role("button", name="Conversations").click()
    page.locator(".talk").first.click()
    page.wait_for_selector("#side", state="hidden")


def test_a_chat_that_has_ended_says_so(chromium, served):
    page = chromium.new_page()
    page.goto(served[1])
    page.wait_for_selector("#talks .none, #talks .talk")
    page.route(CALLS, lambda route: route.abort())
    page.fill("#find-talk", "x")
    page.wait_for_selector("#offline:not([hidden])")
    assert "The chat does not answer." in page.locator("#offline").inner_text()
    page.unroute(CALLS)
    page.fill("#find-talk", "")
    page.wait_for_selector("#offline", state="hidden")
    page.close()
