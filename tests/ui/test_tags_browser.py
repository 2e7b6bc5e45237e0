"""Tags in a real Chromium: put on articles in the Library tab, and asked by in the chat."""

import pytest
from browsing import DESKTOP, PHONE, QUESTION, ask, assistant, barriers, chromium, open_library, served, visit
from chat_fakes import FERRY, HARBOUR, TIMETABLE

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser


def tag(page, titles, tags):
    for title in titles:
        page.get_by_label(f"Choose {title}", exact=True).check()
    page.get_by_role("button", name=f"Tag {len(titles)}", exact=True).click()
    page.fill("#prompt-text", tags)
    page.get_by_role("button", name="Tag", exact=True).click()
    page.wait_for_function("document.querySelector('#told').textContent === 'Tagged'")


def test_several_articles_are_tagged_and_only_they_are_asked(visit, assistant):
    page = visit()
    open_library(page)
    tag(page, [TIMETABLE.title, HARBOUR.title], "to check, <b>sea</b>")
    assert assistant.library.tagged == dict.fromkeys([TIMETABLE.id, HARBOUR.id], ("to check", "<b>sea</b>"))
    assert page.locator("#listing .tag").all_inner_texts() == ["to check", "<b>sea</b>"] * 2
    page.locator(".filters summary").click()
    page.select_option("#shelf-tag", label="to check (2)")
    page.wait_for_selector("#shelf-title:has-text('2 articles found')")
    page.get_by_role("button", name=HARBOUR.title).click()
    page.wait_for_selector("#reading .facts:has-text('to check, <b>sea</b>')")
    page.locator("#reading").get_by_role("button", name="Tag", exact=True).click()
    page.fill("#prompt-text", "-to check")
    page.locator("#prompt").get_by_role("button", name="Tag", exact=True).click()
    page.wait_for_function("!document.querySelector('#reading .facts')?.textContent.includes('to check')")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("group", name="Tags").get_by_label("to check").check()
    page.wait_for_selector(".chips li:has-text('tag: to check')")
    turn = ask(page, QUESTION)
    assert turn.locator(".evidence .title").inner_text() == f"[1] {TIMETABLE.title}"
    assert turn.locator(".others").count() == 0
    assert turn.locator(".asked-of").inner_text().split("\n")[-1] == "tag: to check"
    page.reload()
    page.wait_for_selector(".chips li:has-text('tag: to check')")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier(visit, assistant, size, dark):
    assistant.library.tag([FERRY.id], ["to check"])
    page = visit(size=size, dark=dark)
    open_library(page)
    page.locator(".filters summary").click()
    assert page.locator("#listing .tag").count() == 1
    assert barriers(page) == []
    page.get_by_role("tab", name="Chat").click()
    if size == PHONE:
        page.get_by_role("button", name="Conversations").click()
    page.get_by_role("group", name="Tags").get_by_label("to check").check()
    page.wait_for_selector(".chips li", state="attached")
    assert barriers(page) == []
