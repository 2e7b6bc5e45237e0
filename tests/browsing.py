"""What the tests in a real Chromium share: the browser, a page over the fakes, and what a visitor does on it."""

import os
import shutil
from urllib.parse import urlsplit

import pytest
from chat_fakes import FakeAssistant

from ui.app import launch

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
CAPTAIN = "Who is the captain?"
KING = "Who is the king?"
IN_VIEW = """() => {
  const mark = document.querySelector('#pane #mark, #pane .passage')?.getBoundingClientRect();
  const pane = document.querySelector('#pane-body').getBoundingClientRect();
  return mark && mark.height > 0 && mark.top >= pane.top && mark.bottom <= pane.bottom;
}"""
LEFT = ("AbortError: signal is aborted", "Unexpected error Connection errored out.")
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
    library = assistant.library  # its folder, with the conversations, goes with it
    chat = launch(assistant, port=0)
    yield assistant, chat.entrance, library.path
    chat.close()


@pytest.fixture
def assistant(served):
    """The assistant behind the page, as new, and no conversations."""
    fake, _, folder = served
    vars(fake).clear()
    vars(fake).update(vars(FakeAssistant()))
    for file in folder.glob("conversations.db*"):
        file.unlink()
    return fake


@pytest.fixture
def visit(chromium, served, assistant):
    yield from visits(chromium, served[1])


def visits(chromium, url):
    """Opens the chat in a fresh browser profile; at the end nothing may have gone wrong or elsewhere.

    `before` is a script that runs in the page before its own.
    """
    contexts, troubles = [], []

    def note(request):
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            troubles.append(f"request to {request.url}")

    def complain(said):
        # Gradio reports what it was still sending or waiting for when the page is left
        if said.type == "error" and not said.text.startswith(LEFT):
            troubles.append(said.text)

    def open_page(*, size=DESKTOP, dark=False, before=None):
        context = chromium.new_context(viewport=size, color_scheme="dark" if dark else "light", reduced_motion="reduce")
        contexts.append(context)
        context.on("request", note)
        page = context.new_page()
        if before:
            page.add_init_script(before)
        page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: troubles.append(f"error in the page: {error}"))
        page.on("console", complain)
        page.goto(url)
        page.wait_for_selector("#transcript .welcome")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert troubles == [], troubles


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


def barriers(page):
    """What axe finds: each rule that is broken, with where."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        (violation["id"], [node["html"][:200] for node in violation["nodes"]])
        for violation in Axe().run(page).response["violations"]
    ]
