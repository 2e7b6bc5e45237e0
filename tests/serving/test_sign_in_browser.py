"""Signing in with a real Chromium, which decides what Origin and cookies a form sends."""

import pytest
from browsing import QUESTION, chromium
from chat_fakes import FERRY
from serving_fakes import EDITOR, PASSWORD, READER, served_to

pytestmark = pytest.mark.browser
__all__ = ["chromium"]  # a fixture


@pytest.fixture(scope="module")
def served(chromium):
    with served_to(("rea", READER), ("edi", EDITOR)) as chat:
        yield chat


@pytest.fixture
def sign_in(chromium, served):
    contexts = []

    def come(name):
        contexts.append(context := chromium.new_context(reduced_motion="reduce"))
        page = context.new_page()
        page.goto(served.url)
        assert page.url.startswith(f"{served.url}sign-in?next=")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_selector("#transcript .welcome")
        page.wait_for_selector("#who a")
        return page

    yield come
    for context in contexts:
        context.close()


def test_a_reader_asks_and_is_offered_nothing_that_changes_the_library(sign_in):
    page = sign_in("rea")
    assert page.locator("#who").inner_text() == "Signed in as rea"
    page.get_by_label("Your question").fill(QUESTION)
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector(".turn.found")
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#listing tbody tr")
    assert not page.locator("#intake").is_visible()
    assert not page.locator("#listing input[type=checkbox]").first.is_visible()


def test_an_editor_is_offered_to_add(sign_in):
    page = sign_in("edi")
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector("#listing tbody tr")
    assert page.locator("#intake").is_visible()


def test_who_signs_out_is_out(sign_in, served):
    page = sign_in("rea")
    page.locator("#who a").click()
    page.wait_for_selector("text=reader")
    page.get_by_role("button", name="Sign out", exact=True).click()
    page.wait_for_url(f"{served.url}sign-in")
    page.goto(f"{served.url}account")
    assert page.url.startswith(f"{served.url}sign-in")


def test_an_article_on_its_own_page_has_its_style_and_nothing_that_acts(sign_in, served):
    page = sign_in("rea")
    complaints = []
    page.on("console", lambda said: complaints.append(said.text))
    answer = page.goto(f"{served.url}article/{FERRY.id}")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert page.evaluate("getComputedStyle(document.querySelector('main')).maxWidth") != "none"
    assert complaints == []
    page.get_by_role("link", name="Ask your articles").click()
    page.wait_for_selector("#transcript .welcome")


def test_the_sign_in_is_usable_by_everybody(chromium, served):
    from axe_playwright_python.sync_playwright import Axe

    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{served.url}sign-in")
    found = page.evaluate("document.styleSheets.length"), page.evaluate("document.activeElement.name")
    assert found == (1, "name")
    context.close()
    context = chromium.new_context(bypass_csp=True)  # axe is a script, and this page runs none
    page = context.new_page()
    page.goto(f"{served.url}sign-in")
    assert Axe().run(page).response["violations"] == []
    context.close()
