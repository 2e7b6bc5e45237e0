"""The chat in a real Chromium: what a visitor does, with a mouse, by keyboard and on a phone."""

import os
import re
import shutil
import threading
from datetime import date
from urllib.parse import urlsplit

import pytest
from chat_fakes import ARTICLES, FERRY, FakeAssistant, FakeLibrary

from qa.assistant import Assistant
from qa.datatypes import Article
from ui.app import launch

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP = {"width": 1280, "height": 850}
PHONE = {"width": 390, "height": 800}
QUESTION = "When does the first crossing leave?"
GOLDEN = {
    "Who proposed direct negotiations in Istanbul?": "Putin",
    "When did Putin and Zelensky last meet?": "December 2019",
    "Who is the Kremlin spokesman?": "Dmitry Peskov",
    "What did Peskov say about the language of ultimatums?": "unacceptable to Russia",
}
IN_VIEW = """() => {
  const mark = document.querySelector('#pane mark, #pane .passage')?.getBoundingClientRect();
  const pane = document.querySelector('#pane-body').getBoundingClientRect();
  return mark && mark.height > 0 && mark.top >= pane.top && mark.bottom <= pane.bottom;
}"""
NO_SIDEWAYS = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def chromium():
    if CHROMIUM is None:
        reason = "no Chromium is installed: put chromium on the PATH to run the browser tests"
        if os.environ.get("ARTICLE_QA_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served():
    assistant = FakeAssistant()
    blocks = launch(assistant, port=0)
    yield assistant, blocks.local_url
    blocks.close()


@pytest.fixture
def assistant(served):
    """The assistant behind the page, as new."""
    fake, _ = served
    vars(fake).clear()
    vars(fake).update(vars(FakeAssistant()))
    return fake


@pytest.fixture
def visit(chromium, served, assistant):
    yield from visits(chromium, served[1])


def visits(chromium, url):
    """Opens the chat in a fresh browser profile; at the end nothing may have gone wrong or elsewhere."""
    contexts, troubles = [], []

    def note(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            troubles.append(f"request to {request.url}")

    def complain(said):
        # Gradio reports its own upload as aborted when the page is left
        if said.type == "error" and not said.text.startswith("AbortError: signal is aborted"):
            troubles.append(said.text)

    def open_page(*, size=DESKTOP, dark=False):
        context = chromium.new_context(viewport=size, color_scheme="dark" if dark else "light", reduced_motion="reduce")
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: troubles.append(f"error in the page: {error}"))
        page.on("console", complain)
        page.goto(url)
        page.wait_for_selector("#transcript .welcome")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == []


def ask(page, question):
    """Ask, and wait for the answer."""
    before = page.locator(".turn").count()
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    return answered(page, before)


def answered(page, before=0):
    """The turn that follows `before` others, once it is answered."""
    turn = page.locator(".turn").nth(before)
    turn.and_(page.locator(":not(.reading)")).wait_for()
    return turn


def open_library(page):
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#listing .library")


def test_ask_then_see_the_marked_words_in_the_article(visit):
    page = visit()
    turn = ask(page, QUESTION)
    assert turn.locator(".quote").inner_text() == "21:40"
    assert turn.locator(".confidence").inner_text() == "High confidence · 87%"
    cite = turn.locator(".cite").first
    assert cite.locator("mark").all_inner_texts() == ["21:40"]
    assert "12 May 2025" in turn.locator(".from").first.inner_text()
    assert page.input_value("#question textarea") == ""
    cite.click()
    page.wait_for_function(IN_VIEW)
    assert page.locator("#pane mark").all_text_contents() == ["21:40"]
    assert (
        page.locator("#pane p:has(mark)").inner_text() == "Captain Ida Brandt said the first crossing leaves at 21:40."
    )
    assert page.locator("#pane h2").inner_text() == FERRY.title
    assert page.locator("#pane header").inner_text().startswith(FERRY.title)
    assert page.locator("#pane article > p").all_text_contents() == FERRY.text.split("\n\n")
    assert page.locator("#pane a").get_attribute("href") == FERRY.url


def test_the_article_stands_beside_the_chat_and_covers_none_of_it(visit):
    page = visit()
    ask(page, QUESTION).locator(".cite").first.click()
    page.wait_for_function(IN_VIEW)
    pane = page.locator("#pane").bounding_box()
    for part in (".turn", "#question"):
        box = page.locator(part).first.bounding_box()
        assert box["x"] + box["width"] <= pane["x"]
    assert page.evaluate(NO_SIDEWAYS)


def test_another_citation_replaces_the_article(visit):
    page = visit()
    turn = ask(page, QUESTION)
    turn.locator(".cite").first.click()
    page.wait_for_function(IN_VIEW)
    turn.locator(".others .cite").click()
    page.wait_for_selector("#pane h2:has-text('Harbour <b>notes</b>')")
    assert page.locator("#pane mark").all_text_contents() == ["22:00"]
    assert page.locator("[aria-current]").count() == 1
    turn.locator(".repeats .place").click()
    page.wait_for_selector("#pane h2:has-text('Summer timetable')")
    assert page.locator("#pane mark").all_text_contents() == ["21:40"]


def test_an_open_article_follows_the_answers(visit):
    page = visit()
    ask(page, QUESTION).locator(".others .cite").click()
    page.wait_for_selector("#pane mark:has-text('22:00')")
    ask(page, "Who is the captain?")
    page.wait_for_selector("#pane mark:has-text('Ida Brandt')")
    page.wait_for_function(IN_VIEW)
    assert page.locator("[aria-current]").evaluate("e => e.textContent").startswith("Captain Ida Brandt")
    assert page.evaluate("document.activeElement.matches('#question textarea')")
    ask(page, "Who is the king?")
    page.wait_for_selector("#pane", state="hidden")


def test_not_found_says_so_and_shows_what_is_near_as_such(visit):
    page = visit()
    turn = ask(page, "Who is the king?")
    assert turn.locator(".missing").inner_text() == "Your articles don’t clearly say."
    assert turn.locator(".cite, mark").count() == 0
    assert turn.locator(".nearest h3").inner_text() == "Nearest passages, not answers"
    turn.locator(".near").first.click()
    page.wait_for_function(IN_VIEW.replace("#pane mark, ", ""))
    assert page.locator("#pane mark").count() == 0
    turn = ask(page, "Is the moon hollow?")
    assert turn.locator(".missing").inner_text() == "Your articles don’t say."
    assert turn.locator("button").count() == 0


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


def test_an_example_asks_itself(visit):
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
    assert ask(page, QUESTION).locator(".quote").inner_text() == "21:40"


def test_add_by_upload_ask_remove_reload(visit, tmp_path):
    code, empty = tmp_path / "code.txt", tmp_path / "empty.txt"
    code.write_text("The code\nSince Monday the code word is PLUM.")
    empty.write_text("")
    page = visit()
    open_library(page)
    assert page.locator(".count").inner_text() == "3 articles"
    page.set_input_files("#intake input[type=file]", [code, empty])
    page.locator("#intake").get_by_text("code.txt").wait_for()
    page.click("#add")
    page.wait_for_selector("#outcome .done:has-text('1 article added.')")
    assert "It holds no text. Give a file with an article in it." in page.locator("#outcome .failures").inner_text()
    page.wait_for_selector(".count:has-text('4 articles')")

    page.get_by_role("tab", name="Chat").click()
    turn = ask(page, "What is the code word?")
    assert turn.locator(".quote").inner_text() == "PLUM"
    assert "undated · code.txt (uploaded)" in turn.locator(".from").inner_text()

    open_library(page)
    page.get_by_role("checkbox", name="Select The code").check()
    page.get_by_role("button", name="Remove selected (1)").click()
    page.locator("#confirm").get_by_role("button", name="Keep").click()
    page.get_by_role("button", name="Remove selected (1)").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    page.wait_for_selector(".count:has-text('3 articles')")
    assert page.locator("#listing input:checked").count() == 0
    assert page.get_by_role("button", name="Remove selected").is_disabled()

    page.reload()
    page.wait_for_selector("#transcript .welcome")
    open_library(page)
    assert page.locator("#listing td .place").all_inner_texts() == [article.title for article in ARTICLES]
    page.get_by_role("tab", name="Chat").click()
    assert ask(page, "What is the code word?").locator(".missing").count() == 1


def test_an_article_that_has_gone_says_so(visit, assistant):
    page = visit()
    turn = ask(page, QUESTION)
    assistant.library.remove([FERRY.id])
    turn.locator(".cite").first.click()
    page.wait_for_selector("#pane .error:has-text('no longer in the library')")


def test_a_bad_address_is_told(visit):
    page = visit()
    open_library(page)
    page.fill("#address input, #address textarea", "nonsense")
    page.press("#address input, #address textarea", "Enter")
    page.wait_for_selector("#outcome .error:has-text('“nonsense” is not a web address.')")


def test_the_samples_and_their_examples_go_together(visit):
    page = visit()
    open_library(page)
    page.get_by_role("button", name="Remove the sample articles").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    page.wait_for_selector(".count:has-text('2 articles')")
    assert page.get_by_role("button", name="Remove the sample articles").count() == 0
    page.get_by_role("tab", name="Chat").click()
    page.wait_for_selector(".welcome:not(:has(.example))")


def test_an_empty_library_leads_to_where_articles_are_added(visit, assistant):
    assistant.library.kept.clear()
    page = visit()
    page.get_by_role("button", name="Add articles").click()
    page.wait_for_selector("#listing .count:has-text('No articles yet.')")


def test_a_choice_survives_turning_the_page_of_a_long_list(visit, assistant):
    many = [Article(f"{n:016x}", f"Note {n}", "Nothing much.", f"/notes/{n}.txt") for n in range(450)]
    assistant.library.kept = {article.id: article for article in many}
    page = visit()
    open_library(page)
    page.get_by_role("checkbox", name="Select Note 3", exact=True).check()
    page.get_by_role("button", name="Further down the list").click()
    page.wait_for_selector("nav:has-text('201 to 400 of 450')")
    assert page.locator("#listing input:checked").count() == 0
    page.get_by_role("checkbox", name="Select Note 250", exact=True).check()
    page.get_by_role("button", name="Remove selected (2)").click()
    page.locator("#confirm").get_by_role("button", name="Remove").click()
    page.wait_for_selector("nav:has-text('201 to 400 of 448')")
    assert {"Note 3", "Note 250"}.isdisjoint(a.title for a in assistant.library.articles())


def test_by_keyboard_alone(visit):
    page = visit()
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    answered(page)
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('.evidence .cite')"):
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function(IN_VIEW)
    page.wait_for_function("document.activeElement.id === 'pane-body'")
    page.keyboard.press("Escape")
    page.wait_for_selector("#pane", state="hidden")
    assert page.evaluate("document.activeElement.matches('.evidence .cite')")
    page.keyboard.press("Space")
    page.wait_for_function(IN_VIEW)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier_in_any_view(visit, size, dark):
    page = visit(size=size, dark=dark)
    assert barriers(page) == []
    ask(page, QUESTION)
    ask(page, "Who is the king?")
    assert barriers(page) == []
    page.locator(".cite").first.click()
    page.wait_for_function(IN_VIEW)
    assert barriers(page) == []
    page.get_by_role("button", name="Close article").click()
    open_library(page)
    page.get_by_role("checkbox", name="Select Summer timetable").check()
    assert barriers(page) == []
    page.get_by_role("button", name="Remove selected (1)").click()
    assert barriers(page) == []


def barriers(page):
    from axe_playwright_python.sync_playwright import Axe

    return [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]


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
    page.get_by_role("button", name="Close article").click()
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
    assert turn.locator(".quote").inner_text() == attack
    turn.locator(".cite").click()
    page.wait_for_selector("#pane mark")
    assert page.locator("#pane mark").text_content() == attack
    assert page.locator("#pane h2").inner_text() == re.sub(r"\s+", " ", attack)
    open_library(page)
    assert page.locator("#listing td .place").inner_text() == attack
    assert page.locator("a[href^='javascript']").count() == 0
    assert page.evaluate("window.hacked") is None
    assert page.locator("img[src=x], [onerror]").count() == 0


@pytest.fixture
def real_visit(chromium):
    """The chat as it is after installation: the packaged models over the sample articles."""
    with Assistant.open() as assistant:
        blocks = launch(assistant, port=0)
        yield from visits(chromium, blocks.local_url)
        blocks.close()


@pytest.mark.models
@pytest.mark.slow
def test_the_sample_articles_answer_in_the_real_chat(real_visit):
    page = real_visit()
    for question, words in GOLDEN.items():
        turn = ask(page, question)
        quote = turn.locator(".quote").inner_text()
        assert words in quote
        sentence = turn.locator(".evidence .sentence")
        assert sentence.locator("mark").inner_text() == quote
        assert len(sentence.inner_text()) > len(quote)
        assert "12 May 2025" in turn.locator(".evidence .from").inner_text()
        turn.locator(".cite").first.click()
        page.wait_for_function("quote => document.querySelector('#pane mark')?.textContent === quote", arg=quote)
        page.wait_for_function(IN_VIEW)
        page.keyboard.press("Escape")
    turn = ask(page, "Who won the 2030 World Cup?")
    assert turn.locator(".missing").count() == 1
    assert turn.locator(".cite, mark").count() == 0
