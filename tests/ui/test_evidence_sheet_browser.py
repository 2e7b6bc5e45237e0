"""The evidence sheet in a real Chromium, from a file, without this program and without a network."""

import pytest
from browsing import DESKTOP, NO_SIDEWAYS, PHONE, QUESTION, ask, assistant, barriers, chromium, served, visit
from sheet_fakes import CHANGES, FERRY, HOSTILE, SEAL, find, sheet

from qa.serialization.evidence_sheet import evidence_sheet
from qa.serialization.saved import read_saved

__all__ = ["assistant", "chromium", "served", "visit"]  # fixtures
pytestmark = pytest.mark.browser
WITHOUT_CRYPTO = "Object.defineProperty(globalThis, 'crypto', {value: undefined})"


@pytest.fixture
def opened(chromium, tmp_path):
    """Opens a sheet from a file; at the end nothing was fetched, and no script but its own has run."""
    contexts, troubles = [], []

    def open_sheet(page_html, *, before=None, size=DESKTOP, dark=False):
        (tmp_path / "sheet.html").write_text(page_html, "utf-8")
        context = chromium.new_context(viewport=size, color_scheme="dark" if dark else "light", offline=True)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda each: each.url.startswith("file:") or troubles.append(each.url))
        page.on("dialog", lambda dialog: (troubles.append(f"dialog: {dialog.message}"), dialog.dismiss()))
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: said.type == "error" and troubles.append(said.text))
        if before:
            page.add_init_script(before)
        page.goto((tmp_path / "sheet.html").as_uri())
        page.wait_for_selector("#ruling.holds, #ruling.fails")
        return page

    yield open_sheet
    for context in contexts:
        context.close()
    assert troubles == []


@pytest.mark.parametrize("before", [None, WITHOUT_CRYPTO], ids=["crypto", "own hash"])
def test_it_checks_itself(opened, before):
    page = opened(sheet(), before=before)
    assert page.locator("#ruling").inner_text() == (
        "Checked just now, here: all 3 quotes stand in their articles, word for word."
    )
    assert page.locator(".checked").all_inner_texts() == ["Holds, word for word."] * 3
    page.locator("summary").first.click()
    assert page.locator(".whole").first.text_content() == FERRY.text
    assert page.locator(".whole mark").first.text_content() == "after dark"
    assert page.locator("h2").nth(1).inner_text() == f"Who slept? {HOSTILE}"


def test_the_scripts_own_hash_is_sha_256_at_every_length(opened):
    page = opened(sheet())
    lengths = [0, 1, 55, 56, 63, 64, 65, 119, 120, 1000]
    differing = page.evaluate(
        "async (lengths) => { const differing = []; for (const length of lengths) { "
        "const bytes = new Uint8Array(length).map((_, at) => at * 7); "
        "if ((await sha256(bytes)) !== sha256InScript(bytes)) differing.push(length); } return differing; }",
        lengths,
    )
    assert differing == []


@pytest.mark.parametrize("changed", CHANGES)
def test_whatever_is_changed_is_told(opened, changed):
    old, new, told = CHANGES[changed]
    assert old in sheet()
    page = opened(sheet().replace(old, new))
    assert page.locator("#ruling.fails").count() == 1
    assert told in page.locator(".fails .checked").first.inner_text()


def test_quotes_that_are_added_or_taken_away_are_told(opened):
    page = opened(sheet().replace('<section class="place">', '<section class="gone">', 1))
    assert "quotes were added to this page, or taken from it" in page.locator("#ruling").inner_text()


def test_a_text_that_is_not_carried_cannot_be_checked(opened):
    def gone(article_id):
        return find(SEAL.id if article_id == SEAL.id else "none")

    page = opened(evidence_sheet([*read_saved(sheet()).answers], gone))
    assert page.locator("#ruling").inner_text() == ("Checked just now, here: 2 of 3 quotes do not hold. They say why.")
    assert page.locator(".fails .checked").first.inner_text() == (
        "Does not hold: the text of its article is not in this file."
    )


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barrier(opened, size, dark):
    page = opened(sheet(), size=size, dark=dark)
    assert page.evaluate(NO_SIDEWAYS)
    assert barriers(page) == []


def test_it_is_saved_from_the_chat_and_holds(visit, opened):
    page = visit()
    turn = ask(page, QUESTION)
    with page.expect_download() as saved:
        turn.get_by_role("link", name="Evidence sheet").click()
    sheet_html = saved.value.path().read_text("utf-8")
    assert [each.question for each in read_saved(sheet_html).answers] == [QUESTION]
    own = opened(sheet_html)
    assert own.locator("#ruling").get_attribute("class") == "fails"  # the fakes' ids are no hashes
    assert own.locator("mark").first.inner_text() == "21:40"
