"""The evidence in a real Chromium: the article beside the answer, its marks, its addresses, and what axe says of it."""

import re
from dataclasses import replace

import pytest
from browsing import (
    CAPTAIN,
    DESKTOP,
    IN_VIEW,
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
from chat_fakes import FERRY, FakeLibrary

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

CURRENT = "() => [...document.querySelectorAll('.turn [aria-current]')].map(e => e.className + ' ' + e.dataset.number)"


def test_the_article_opens_by_itself_at_the_words_and_takes_no_focus(visit):
    page = visit()
    turn = ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    assert turn.locator(".quote").first.inner_text() == "21:40"
    assert turn.locator(".confidence").inner_text() == "High confidence · 87%"
    cite = turn.locator(".cite").first
    assert cite.locator("mark").all_inner_texts() == ["21:40"]
    assert "12 May 2025" in turn.locator(".from").first.inner_text()
    assert page.input_value("#question textarea") == ""
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    assert page.locator("#pane mark").all_text_contents() == ["21:40"]
    assert (
        page.locator("#pane p:has(mark)").inner_text() == "Captain Ida Brandt said the first crossing leaves at 21:40."
    )
    assert page.locator("#pane h2").inner_text() == FERRY.title
    assert page.locator("#pane article > p").all_text_contents() == FERRY.text.split("\n\n")
    assert page.locator("#pane .from a").get_attribute("href") == FERRY.url
    assert sorted(page.evaluate(CURRENT)) == ["cite 1", "marker 1"]


TABS_COME_LATE = """
  const find = document.querySelector.bind(document);
  let looks = 0;
  document.querySelector = (what) => (what === "#tabs" && (looks += 1) < 10 ? null : find(what));
"""


def test_the_page_waits_for_tabs_that_come_late(visit):
    page = visit(before=TABS_COME_LATE)
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    assert page.locator("#pane mark").all_text_contents() == ["21:40"]


def test_three_panes_stand_side_by_side(visit):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    side, pane = page.locator("#side").bounding_box(), page.locator("#pane").bounding_box()
    for part in (".turn", "#question"):
        box = page.locator(part).first.bounding_box()
        assert side["x"] + side["width"] <= box["x"]
        assert box["x"] + box["width"] <= pane["x"]
    assert page.evaluate(NO_SIDEWAYS)


def test_nothing_moves_when_the_article_opens_or_closes(visit):
    page = visit()
    before = page.locator("#question").bounding_box()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    assert page.locator("#question").bounding_box() == before
    page.get_by_role("button", name="Close article").click()
    assert page.locator("#question").bounding_box() == before


def test_the_pane_follows_the_mouse_and_what_is_clicked(visit):
    page = visit()
    turn = ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    turn.locator(".others .cite").hover()
    page.wait_for_selector("#pane h2:has-text('Harbour <b>notes</b>')")
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    assert page.locator("#pane mark").all_text_contents() == ["22:00"]
    assert page.locator("#pane mark").get_attribute("data-number") == "2"
    assert sorted(page.evaluate(CURRENT)) == ["cite 2", "marker 2"]
    turn.locator(".repeats .place").click()
    page.wait_for_selector("#pane h2:has-text('Summer timetable')")
    assert page.locator("#pane mark").all_text_contents() == ["21:40"]
    page.wait_for_function("document.activeElement.id === 'pane-body'")


def test_several_places_of_one_article_are_all_marked(visit, assistant):
    both = replace(FERRY, text="The first crossing leaves at 21:40.\n\nNo: the first crossing leaves at 22:00.")
    assistant.library = FakeLibrary([both])
    answer = assistant.ask

    def with_two(question, **named):
        found = answer(question, **named)
        best = found.citations[0]
        start = both.text.index("22:00")
        other = replace(best, start=start, end=start + 5, quote="22:00", context=both.text[37:], context_start=37)
        return replace(found, citations=(best, other))

    assistant.ask = with_two
    page = visit()
    turn = ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    numbers = (
        "() => [...document.querySelectorAll('#pane mark')].map(m => m.dataset.number + m.textContent + m.className)"
    )
    assert page.evaluate(numbers) == ["121:40", "222:00also"]
    turn.locator(".marker").nth(1).click()
    page.wait_for_function("document.querySelector('#pane mark')?.className === 'also'")
    assert page.evaluate(numbers) == ["121:40also", "222:00"]


def test_an_open_article_follows_the_answers_and_goes_when_there_is_none(visit):
    page = visit()
    ask(page, QUESTION).locator(".others .cite").click()
    page.wait_for_selector("#pane mark:has-text('22:00')")
    ask(page, CAPTAIN)
    page.wait_for_selector("#pane mark:has-text('Ida Brandt')")
    page.wait_for_function(IN_VIEW)
    ask(page, KING)
    page.wait_for_selector("#pane", state="hidden")
    assert page.locator(".turn [aria-current]").count() == 0
    assert page.locator("#rest").is_visible()


def test_a_slow_article_never_opens_beside_a_later_answer(visit, assistant):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    calls = re.compile("component_server")
    page.route(calls, lambda route: None)  # never answered
    page.locator(".others .cite").click()
    page.unroute(calls)
    ask(page, KING)
    page.wait_for_selector("#pane", state="hidden")


def test_not_found_says_so_and_shows_what_is_near_as_such(visit):
    page = visit()
    turn = ask(page, KING)
    assert turn.locator(".missing").inner_text() == "Your articles don't say."
    assert turn.locator(".cite, mark").count() == 0
    assert page.locator("#pane").is_hidden()
    assert turn.locator(".nearest h3").inner_text() == "Comes nearest, and is no answer"
    turn.locator(".near").first.click()
    page.wait_for_function(IN_VIEW.replace("#pane mark, ", ""))
    assert page.locator("#pane mark").count() == 0
    turn = ask(page, "Is the moon hollow?")
    assert turn.locator(".missing").inner_text() == "Your articles don't say."
    assert turn.locator(".near").count() == 0


def test_an_article_that_has_gone_shows_the_words_that_were_kept(visit, assistant):
    page = visit()
    turn = ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    assistant.library.remove([FERRY.id])
    turn.locator(".cite").first.click()
    page.wait_for_selector("#pane .error:has-text('no longer in the library')")
    assert page.locator("#pane mark").inner_text() == "21:40"
    page.reload()
    page.wait_for_selector(".turn .standing:has-text('no longer in the library')")


def test_a_citation_is_copied_and_opens_at_the_mark(visit, chromium):
    page = visit()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = ask(page, QUESTION)
    turn.get_by_role("button", name="Copy link to evidence 1").click()
    page.wait_for_selector(".turn :text('Link copied')")
    address = page.evaluate("navigator.clipboard.readText()")
    start = FERRY.text.index("21:40")
    assert address.endswith(f"/article/{FERRY.id}?start={start}&end={start + 5}#mark")
    known = page.context.storage_state()  # the browser that was let in, not a stranger's
    without_scripts = chromium.new_context(java_script_enabled=False, viewport=DESKTOP, storage_state=known)
    plain = without_scripts.new_page()
    plain.goto(address)
    mark = plain.locator("#mark")
    assert mark.inner_text() == "21:40"
    assert 0 < mark.bounding_box()["y"] < DESKTOP["height"]
    without_scripts.close()


def test_the_article_has_a_page_of_its_own_without_barriers(visit):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open on its own page").click()
    own = opened.value
    assert own.locator("h1").inner_text() == FERRY.title
    assert own.locator("mark").inner_text() == "21:40"
    assert barriers(own) == []


def test_on_a_phone_the_article_opens_only_when_asked_for(visit):
    page = visit(size=PHONE)
    turn = ask(page, QUESTION)
    page.wait_for_timeout(600)
    assert page.locator("#pane").is_hidden()
    turn.locator(".marker").first.click()
    page.wait_for_function(IN_VIEW)
    assert page.locator("#pane").bounding_box()["width"] == PHONE["width"]
    page.get_by_role("button", name="Back to the answer").click()
    assert page.locator("#pane").is_hidden()
    assert page.evaluate("document.activeElement.matches('.marker')")


def test_by_keyboard_alone(visit):
    page = visit()
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.found")
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.wait_for_function(IN_VIEW)
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.others .cite')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.wait_for_selector("#pane mark:has-text('22:00')")  # it follows the keyboard
    assert page.evaluate("document.activeElement.matches('.others .cite')")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'pane-body'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#pane", state="hidden")
    assert page.evaluate("document.activeElement.matches('.others .cite')")
    page.keyboard.press("Space")
    page.wait_for_function(IN_VIEW)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier_in_any_view(visit, size, dark):
    page = visit(size=size, dark=dark)
    assert barriers(page) == []
    ask(page, QUESTION)
    ask(page, KING)
    assert barriers(page) == []
    page.locator(".cite").first.click()
    page.wait_for_function(IN_VIEW)
    assert barriers(page) == []
    page.locator("#close-pane").click()
    page.get_by_role("button", name="Show how").first.click()
    page.wait_for_selector("#sheet .considered")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit this question").first.click()
    page.wait_for_selector("#prompt[open]")
    assert barriers(page) == []
    page.keyboard.press("Escape")
    if size == PHONE:
        page.get_by_role("button", name="Conversations").click()
    page.locator(".menu summary").first.click()
    page.locator("#uncovered summary").click()
    page.wait_for_selector("#uncovered .open-questions")
    page.get_by_label("news.example").check()
    page.wait_for_selector(".chips li", state="attached")
    assert barriers(page) == []
    if size == PHONE:
        page.get_by_role("button", name="Back to the chat").click()
    assert barriers(page) == []
    open_library(page)
    assert barriers(page) == []


def test_the_lines_of_an_article_are_as_wide_as_one_likes_and_stay_so(visit):
    page = visit(size={"width": 2000, "height": 900})
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    width = "document.querySelector('#pane article').getBoundingClientRect().width"
    before = page.evaluate(width)
    for _ in range(3):
        page.get_by_role("button", name="Narrower lines").click()
    assert page.evaluate(width) < before
    assert page.get_by_role("button", name="Narrower lines").is_disabled()
    narrow = page.evaluate(width)
    page.reload()
    page.wait_for_selector(".turn.found")
    page.wait_for_function(IN_VIEW)
    assert page.evaluate(width) == narrow
    page.get_by_role("button", name="Wider lines").click()
    assert page.evaluate(width) > narrow


def test_on_paper_there_is_the_conversation_alone(visit):
    page = visit()
    ask(page, QUESTION)
    page.wait_for_function(IN_VIEW)
    page.emulate_media(media="print")
    for part in ("#side", "#pane", "#question", ".turn-tools", "#masthead"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator(".turn .said .quote").is_visible()
    assert page.locator(".turn .evidence mark").is_visible()
    assert page.evaluate("document.querySelector('.turn').getBoundingClientRect().left") < 300
