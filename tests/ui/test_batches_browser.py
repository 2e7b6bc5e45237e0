"""Many questions at once, in a real Chromium: sent, watched, stopped, saved."""

import re
import threading

import pytest
from browsing import DESKTOP, PHONE, assistant, barriers, chromium, open_library, served, visit

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser

TABLE = "question\nWho is the captain?\nWho is the king?\nWhen does the first crossing leave?\n"


def send(page, text, name="desk.csv"):
    page.set_input_files("#choose-questions", {"name": name, "mimeType": "text/csv", "buffer": text.encode()})


def test_a_table_is_answered_and_saved(visit):
    page = visit()
    open_library(page)
    page.locator("#batch summary").focus()
    page.keyboard.press("Enter")
    with page.expect_file_chooser() as chosen:
        page.get_by_role("button", name="Choose a table of questions").click()
    chosen.value.set_files({"name": "desk.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    page.wait_for_selector("#batches .done:has-text('desk.csv: 3 questions asked. 2 sure, 1 none.')")
    for form, words in (("Markdown", "| Who is the captain? | Ida Brandt |"), ("CSV", "Who is the captain?,,,,,Ida")):
        with page.expect_download() as saved:
            page.get_by_role("link", name=re.compile(f"^{form}")).click()
        assert words in saved.value.path().read_text("utf-8")
    with page.expect_download() as saved:
        page.get_by_role("link", name=re.compile("^XLSX")).click()
    assert saved.value.suggested_filename == "desk answers.xlsx"
    page.get_by_role("button", name="Close the answers to desk.csv").click()
    page.wait_for_selector("#batches .work", state="detached")


def test_what_is_no_table_is_told_at_its_place(visit):
    page = visit()
    open_library(page)
    page.locator("#batch summary").click()
    send(page, "frage\nWer?\n")
    page.wait_for_selector("#batch-trouble .error:has-text('no column called question')")
    send(page, TABLE)
    page.wait_for_selector("#batches .done:has-text('desk.csv')")
    assert page.locator("#batch-trouble .error").count() == 0
    page.get_by_role("button", name="Close the answers").click()


@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop light", "phone dark"])
def test_it_is_watched_and_stopped_without_a_barrier(visit, assistant, size, dark):
    answer, go = assistant.ask, threading.Event()

    def ask(question, **named):
        if "king" in question:
            assert go.wait(60)
        return answer(question, **named)

    assistant.ask = ask
    page = visit(size=size, dark=dark)
    open_library(page)
    page.locator("#batch summary").click()
    send(page, TABLE)
    page.wait_for_selector("#batches .how-far:has-text('1 of 3 answered')")
    assert barriers(page) == []
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_selector("#batches .how-far:has-text('Stopping')")
    go.set()
    page.wait_for_selector("#batches .done:has-text('1 of 3 questions asked. 1 sure.')")
    assert barriers(page) == []
    page.get_by_role("button", name="Close the answers").click()
    page.wait_for_selector("#batches .work", state="detached")
