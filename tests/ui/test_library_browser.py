"""The library tab in a real Chromium, over a real library: what a visitor does there, also by keyboard and phone."""

import json
import threading

import pytest
from browsing import DESKTOP, NO_SIDEWAYS, PHONE, barriers, chromium, visits  # noqa: F401
from chat_fakes import FakeAssistant
from library_fakes import SETTINGS, LetterEncoder, write

from qa import Library
from qa.samples import add_samples
from qa.work.jobs import JobQueue
from ui import app
from ui.handlers.library import LibraryHandlers
from ui.state.removals import Removals

pytestmark = pytest.mark.browser

PATIENCE = 90_000  # milliseconds, on a busy machine
FOCUSED = "document.activeElement.matches('{}')"


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A page whose library each test puts in, and the handlers behind it."""
    made = []

    class Tab(LibraryHandlers):
        def __init__(self, *given, **named):
            super().__init__(*given, **named)
            made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app, "LibraryHandlers", Tab)
        with Library.open(tmp_path_factory.mktemp("first") / "library", SETTINGS, encoder=LetterEncoder()) as library:
            chat = app.launch(FakeAssistant(library), port=0)
    yield made[0], chat.entrance
    chat.close()


@pytest.fixture
def tab(served, library):
    """The handlers, as new, over this test's library."""
    handlers, _ = served
    handlers.assistant.library = library
    handlers.works = JobQueue(lambda: len(library), handlers._changed)
    handlers.removals = Removals(handlers._changed)
    handlers._has_removed_text = handlers._samples = None
    yield handlers
    handlers.settle()
    handlers.works.wait(20)


@pytest.fixture
def encoder():
    return LetterEncoder()


@pytest.fixture
def library(tmp_path, encoder):
    """Three articles: Storm, Ferries, and Tickets, which has no date."""
    with Library.open(tmp_path / "library", SETTINGS, encoder=encoder) as opened:
        write(tmp_path / "news", "1", "The ferry leaves the harbour in the evening. " * 6, "Ferries", "2024-05-01")
        write(tmp_path / "news", "2", "A storm closed two bridges.", "Storm", "2025-01-02")
        write(tmp_path / "news", "3", "Prices of tickets rise.", "Tickets")
        opened.add(tmp_path / "news")
        yield opened


@pytest.fixture
def visit(chromium, served, tab):  # noqa: F811
    """Opens the page at its library."""
    opened = visits(chromium, served[1])
    open_page = next(opened)

    def open_library(**named):
        page = open_page(**named)
        page.set_default_timeout(PATIENCE)
        page.get_by_role("tab", name="Library").click()
        page.wait_for_selector("#listing .page")
        return page

    yield open_library
    assert next(opened, None) is None


def titles(page):
    return page.locator("#listing .title").all_inner_texts()


def wait_for_titles(page, *expected):
    page.wait_for_function(
        "expected => document.querySelector('#listing')?.ariaBusy === 'false' && "
        "JSON.stringify([...document.querySelectorAll('#listing .title')].map(e => e.textContent)) === expected",
        arg=json.dumps(expected, separators=(",", ":")),
    )


def test_a_list_of_many_is_searched_sorted_and_turned_and_stays_so(visit, library, tmp_path):
    rows = [{"id": str(n), "title": f"Note {n:03}", "text": f"Note {n} tells of nothing."} for n in range(230)]
    (tmp_path / "notes.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    library.add(tmp_path / "notes.jsonl")
    page = visit()
    assert page.locator("#shelf-title").inner_text() == "233 articles"
    assert page.locator("#listing tbody tr").count() == 100
    page.select_option("#shelf-sort", "title 0")
    page.wait_for_selector("#listing th[aria-sort=ascending]:has-text('Title')")
    page.get_by_role("button", name="Last").click()
    page.wait_for_selector("nav:has-text('201 to 233 of 233')")
    page.wait_for_function(FOCUSED.format("#shelf-title"))
    assert titles(page)[-1] == "Tickets"
    page.get_by_role("checkbox", name="Choose Tickets").check()
    page.fill("#shelf-words", "harbour")
    wait_for_titles(page, "Ferries")
    assert page.locator("#told").inner_text() == "1 article found"
    page.get_by_role("checkbox", name="Choose Ferries").check()
    assert page.get_by_role("button", name="Remove 2").is_visible()  # also what is on another page
    address = page.evaluate("location.hash")
    assert "q=harbour" in address
    page.get_by_role("tab", name="Chat").click()
    page.wait_for_function("location.hash === ''")
    page.get_by_role("tab", name="Library").click()
    wait_for_titles(page, "Ferries")
    assert page.evaluate("location.hash") == address
    page.reload()
    wait_for_titles(page, "Ferries")
    assert page.input_value("#shelf-words") == "harbour"
    assert page.input_value("#shelf-sort") == "title 0"


def test_filters_narrow_the_list_and_are_cleared_together(visit, library):
    page = visit()
    page.get_by_text("Filter", exact=True).click()
    page.fill("#shelf-from", "2024-05-01")
    page.fill("#shelf-to", "2025-01-02")
    wait_for_titles(page, "Storm", "Ferries")
    assert page.locator(".filters summary").inner_text() == "Filter (2)"
    page.get_by_role("button", name="Clear all").click()
    wait_for_titles(page, "Storm", "Ferries", "Tickets")
    add_samples(library)
    page.select_option("#shelf-show", "samples")
    page.get_by_role("button", name="Remove the sample articles").click()
    page.wait_for_selector("#listing .nothing")
    page.get_by_role("button", name="Clear search and filters").click()
    wait_for_titles(page, "Storm", "Ferries", "Tickets")
    page.get_by_role("tab", name="Chat").click()
    page.wait_for_selector(".welcome:not(:has(.example))")
    assert len(library) == 3


def test_files_are_chosen_or_dropped_and_a_folder_is_named(visit, library, tmp_path):
    good, empty = tmp_path / "otters.txt", tmp_path / "empty.txt"
    good.write_text("Otters\n\nOtters swim in the river since May.")
    empty.write_text("")
    page = visit()
    page.set_input_files("#choose-files", [good, empty])
    page.wait_for_selector("#works .done:has-text('1 article added.')")
    assert "empty.txt (uploaded)" in page.locator("#works .failures").inner_text()
    page.wait_for_selector("#shelf-title:has-text('4 articles')")
    page.wait_for_selector(".failed-line:has-text('1 item could not be added.')")
    page.get_by_role("button", name="Close what became of 2 files").click()
    page.wait_for_selector("#works .ended", state="detached")

    dropped = page.evaluate_handle(
        "() => { const data = new DataTransfer();"
        "data.items.add(new File(['Herons\\n\\nHerons wait by the lake for hours.'], 'herons.txt')); return data; }"
    )
    page.dispatch_event("#listing", "dragenter", {"dataTransfer": dropped})
    assert page.locator("#dropping").is_visible()
    page.dispatch_event("#listing", "drop", {"dataTransfer": dropped})
    page.wait_for_selector("#works .done:has-text('1 article added.')")
    assert not page.locator("#dropping").is_visible()

    write(tmp_path / "more", "5", "Beavers build a dam.", "Beavers")
    page.fill("#address", str(tmp_path / "nowhere"))
    page.press("#address", "Enter")
    page.wait_for_selector("#add-trouble .error:has-text('There is no file or folder')")
    assert page.get_attribute("#address", "aria-invalid") == "true"
    page.fill("#address", str(tmp_path / "more"))
    page.press("#address", "Enter")
    page.wait_for_selector("#shelf-title:has-text('6 articles')")
    assert page.input_value("#address") == ""
    assert {article.title for article in library.articles()} >= {"Beavers", "Ferries"}
    assert {"upload:otters.txt", "upload:herons.txt"} <= {article.source for article in library.articles()}


def test_an_addition_is_watched_and_stopped_and_what_is_in_stays(visit, library, encoder, tmp_path):
    for n in range(8):
        write(tmp_path / "many", str(n), f"Otter number {n} swims.", f"Otter {n}")
    held, go, encode = threading.Event(), threading.Event(), encoder.encode_passages

    def hold(texts, progress=None):
        if library.store.count() > 3:
            held.set()
            go.wait(30)
        return encode(texts, progress)

    encoder.encode_passages = hold
    page = visit()
    page.fill("#address", str(tmp_path / "many"))
    page.press("#address", "Enter")
    held.wait(30)
    page.wait_for_selector("#works .how-far:has-text('8 of 8 read · 3 ')")  # reading goes on while encoding is held
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("#works .how-far:has-text('Stopping')")
    go.set()
    page.wait_for_selector("#works .done:has-text('Stopped. 3 articles of it are in the library.')")
    page.wait_for_selector("#shelf-title:has-text('6 articles')")
    assert len(library) == 6


def test_what_is_removed_is_gone_at_once_and_comes_back(visit, library):
    page = visit()
    page.get_by_role("checkbox", name="Choose Storm").check()
    page.get_by_role("checkbox", name="Choose Tickets").check()
    page.get_by_role("button", name="Remove 2").click()
    wait_for_titles(page, "Ferries")
    assert len(library) == 3
    page.hover(".undoable")
    page.locator(".undoable").get_by_role("button", name="Undo").click()
    wait_for_titles(page, "Storm", "Ferries", "Tickets")
    assert page.locator("#listing input:checked").count() == 0
    page.get_by_role("checkbox", name="Choose Storm").check()
    page.get_by_role("button", name="Remove 1").click()
    wait_for_titles(page, "Ferries", "Tickets")
    page.get_by_role("tab", name="Chat").click()
    page.get_by_role("tab", name="Library").click()
    page.wait_for_selector(".undoable", state="detached")
    assert [article.title for article in library.articles()] == ["Ferries", "Tickets"]


def test_an_article_is_read_as_it_is_cut_and_asked_about_alone(visit, library):
    page = visit()
    page.get_by_role("button", name="Ferries").click()
    page.wait_for_selector("#reading h2:has-text('Ferries')")
    (ferries,) = library.listing(words="ferries").articles
    passages = library.store.passages_of(ferries.id)
    assert page.locator("#reading [data-number]").count() == len(passages) > 2
    assert page.locator(".cuts").inner_text() == library.article(ferries.id).text
    assert ferries.source in page.locator(".facts").inner_text()
    page.wait_for_function(FOCUSED.format("#reading h2"))
    assert not page.locator("#shelf").is_visible()
    page.keyboard.press("Escape")
    page.wait_for_function(FOCUSED.format("#listing .title"))
    assert page.locator("#shelf").is_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Ask about this article only").click()
    page.wait_for_selector("#chips :text('article: Ferries')")
    page.wait_for_selector("#question textarea")
    page.get_by_role("tab", name="Library").click()
    page.get_by_role("button", name="Back to the list").click()
    wait_for_titles(page, "Storm", "Ferries", "Tickets")


def test_what_an_article_says_wrongly_of_itself_is_corrected_by_hand(visit, library):
    page = visit()
    page.get_by_role("button", name="Tickets").click()
    page.wait_for_selector("#reading h2:has-text('Tickets')")
    assert page.locator("#reading .facts time").count() == 0
    page.locator(".correction summary").click()
    page.fill("#correct-title", "Tickets & <b>fares</b>")
    page.fill("#correct-published", "2025-03-04")
    page.fill("#correct-authors", "Ida Brandt; Nils Aas")
    page.fill("#correct-source", "Harbour Post")
    page.locator(".correction button").click()
    page.wait_for_selector("#reading h2:has-text('Tickets & <b>fares</b>')")
    assert "4 March 2025" in page.locator(".facts").inner_text()
    assert "Ida Brandt, Nils Aas" in page.locator(".facts").inner_text()
    page.wait_for_function(FOCUSED.format(".correction summary"))
    assert page.locator("#told").text_content() == "Saved"
    page.get_by_role("button", name="Back to the list").click()
    wait_for_titles(page, "Tickets & <b>fares</b>", "Storm", "Ferries")
    page.wait_for_selector("#shelf-source option:has-text('Harbour Post (1)')", state="attached")
    (stored,) = (article for article in library.articles() if article.site == "Harbour Post")
    assert (stored.title, str(stored.published), stored.authors) == (
        "Tickets & <b>fares</b>", "2025-03-04", ("Ida Brandt", "Nils Aas"),
    )  # fmt: skip
    page.reload()
    page.wait_for_selector("#listing .page")
    wait_for_titles(page, "Tickets & <b>fares</b>", "Storm", "Ferries")


def test_a_correction_is_taken_out_again_and_a_date_that_is_none_is_told_of(visit, library):
    page = visit()
    page.get_by_role("button", name="Ferries").click()
    page.wait_for_selector("#reading h2:has-text('Ferries')")
    page.locator(".correction summary").focus()
    page.keyboard.press("Enter")
    page.locator("#correct-published").evaluate("field => { field.type = 'text'; field.value = 'last week'; }")
    page.locator("#correct-title").press("Enter")
    page.wait_for_selector(".correction .error[role=alert]")
    assert "last week" in page.locator(".correction .error").inner_text()
    assert str(next(each for each in library.articles() if each.title == "Ferries").published) == "2024-05-01"
    page.locator("#correct-published").evaluate("field => { field.value = ''; }")
    page.locator("#correct-title").press("Enter")
    page.wait_for_selector("#reading .facts:not(:has(time))")
    assert next(each for each in library.articles() if each.title == "Ferries").published is None


def test_what_failed_is_tried_again_and_forgotten(visit, library, tmp_path):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    for path in (one, other):
        path.write_text("{")
    library.add([one, other])
    page = visit()
    page.locator(".failed-line").get_by_role("button", name="Show").click()
    page.wait_for_selector("#shelf-title:has-text('2 items could not be added')")
    write(tmp_path, "one", "Now it is an article.", "One")
    page.get_by_role("button", name="Try again one.json").click()
    page.wait_for_selector("#works .done:has-text('1 article added.')")
    page.wait_for_selector("#shelf-title:has-text('1 item could not be added')")
    page.get_by_role("button", name="Forget other.json").click()
    page.wait_for_selector("#listing :text('Everything could be added.')")
    page.get_by_role("button", name="Show all articles").click()
    page.wait_for_selector("#shelf-title:has-text('4 articles')")


def test_by_keyboard_alone(visit):
    page = visit()
    page.focus("#shelf-words")
    page.keyboard.type("storm")
    wait_for_titles(page, "Storm")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(FOCUSED.format("#listing .title")):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUSED.format("#reading h2"))
    page.keyboard.press("Escape")
    page.wait_for_function(FOCUSED.format("#listing .title"))
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Remove 1").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(FOCUSED.format("#shelf-title"))
    page.locator(".undoable button").focus()
    page.keyboard.press("Enter")
    wait_for_titles(page, "Storm")


@pytest.mark.slow
@pytest.mark.parametrize(("size", "dark"), [(DESKTOP, False), (PHONE, True)], ids=["desktop light", "phone dark"])
def test_no_barrier_in_any_view(visit, library, tmp_path, size, dark):
    (tmp_path / "broken.json").write_text("{")
    library.add(tmp_path / "broken.json")
    page = visit(size=size, dark=dark)
    page.get_by_text("Filter", exact=True).click()
    page.get_by_role("checkbox", name="Choose Storm").check()
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("button", name="Remove 1").click()
    page.wait_for_selector(".undoable")
    page.fill("#address", "nonsense")
    page.press("#address", "Enter")
    page.wait_for_selector("#add-trouble .error")
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("button", name="Ferries").click()
    page.wait_for_selector("#reading article")
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.get_by_role("button", name="Back to the list").click()
    page.locator(".failed-line").get_by_role("button", name="Show").click()
    page.wait_for_selector("#listing .failures")
    page.get_by_role("button", name="Try all again").click()
    page.wait_for_selector("#works .failures")
    assert barriers(page) == []
    assert page.evaluate(NO_SIDEWAYS)
    page.fill("#shelf-words", "nowhere")
    page.select_option("#shelf-show", "all")
    page.wait_for_selector("#listing :text('No article matches.')")
    assert barriers(page) == []


def test_hostile_titles_and_names_can_do_nothing(visit, library, tmp_path):
    attack = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>${window.hacked=1}'
    (tmp_path / "rows.jsonl").write_text(
        json.dumps(
            {"id": attack, "title": attack, "text": attack + " again.", "site": attack, "url": "javascript:hack"}
        )
    )
    library.add(tmp_path / "rows.jsonl")
    page = visit()
    page.fill("#shelf-words", "onerror")
    wait_for_titles(page, attack)
    page.set_input_files("#choose-files", [{"name": "<img src=x onerror=hack>.txt", "mimeType": "", "buffer": b""}])
    page.wait_for_selector("#works .failures")
    page.locator("#listing .title").click()
    page.wait_for_selector("#reading h2")
    assert page.locator(".cuts").inner_text() == attack + " again."
    assert page.evaluate("window.hacked") is None
    assert page.locator("#library img, #library script, #library [onerror], a[href^='javascript']").count() == 0


def test_a_bar_over_time_chooses_its_days_also_by_keyboard(visit):
    page = visit()
    page.locator("#shelf-tools summary").click()
    bars = page.locator("#shelf-days [data-does=days]")
    bars.first.wait_for()
    assert bars.count() == 9  # May 2024 to January 2025
    assert bars.first.inner_text() == "May 2024: 1 article"
    assert bars.nth(1).is_disabled()
    bars.first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#listing tbody tr').length === 1")
    page.locator("#shelf-days [aria-pressed=true]").wait_for()
    assert page.locator("#shelf-from").input_value() == "2024-05-01"
    assert page.evaluate(FOCUSED.format('#shelf-days [data-value^="2024-05-01"]'))
    assert page.evaluate(NO_SIDEWAYS)
    page.keyboard.press("Enter")
    page.wait_for_function("document.querySelectorAll('#listing tbody tr').length === 3")
    assert page.locator("#shelf-from").input_value() == ""
