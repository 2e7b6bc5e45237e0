"""The page's events without a browser, and what the server lets through."""

import json
import socket
import threading

import httpx
import pytest
from chat_fakes import ARTICLES, FERRY, TIMETABLE, FakeAssistant, FakeLibrary

from ui import render_library
from ui.app import PortTaken, build, free_port, launch
from ui.chat_handlers import EXAMPLES, UNEXPECTED, ChatHandlers, Conversation
from ui.library_handlers import LibraryHandlers

QUESTION = "When does the first crossing leave?"


@pytest.fixture
def assistant():
    return FakeAssistant()


@pytest.fixture
def handlers(assistant):
    return ChatHandlers(assistant)


@pytest.fixture
def tab(assistant):
    return LibraryHandlers(assistant)


def ask(handlers, question, conversation):
    handlers.begin(question, conversation)
    return handlers.read(conversation)


def test_a_question_is_on_the_page_before_it_is_answered(handlers, assistant):
    conversation = Conversation()
    pending = handlers.begin(f"  {QUESTION} ", conversation)
    assert "Reading your articles" in pending
    assert QUESTION in pending
    assert assistant.asked == []
    assert '<p class="quote" dir="auto">21:40</p>' in handlers.read(conversation)


def test_earlier_turns_stay_and_become_the_history(handlers, assistant):
    conversation = Conversation()
    ask(handlers, QUESTION, conversation)
    page = ask(handlers, "Who is the captain?", conversation)
    assert page.index("21:40") < page.index("Ida Brandt</p>")
    assert assistant.asked == [(QUESTION, []), ("Who is the captain?", [QUESTION])]


def test_two_questions_at_once_are_both_answered(handlers):
    conversation = Conversation()
    handlers.begin(QUESTION, conversation)
    handlers.begin("Who is the captain?", conversation)
    readers = [threading.Thread(target=handlers.read, args=(conversation,)) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [exchange.answer.text for exchange in conversation.exchanges] == ["21:40", "Ida Brandt"]
    assert handlers.read(conversation).count("turn found") == 2  # nothing waits any more


def test_visitors_do_not_see_each_other(handlers):
    one, other = Conversation(), Conversation()
    ask(handlers, QUESTION, one)
    assert "21:40" not in handlers.transcript(other)


@pytest.mark.parametrize("question", ["", "  \n ", None])
def test_an_empty_question_asks_nothing(handlers, assistant, question):
    conversation = Conversation()
    assert "What would you like to know?" in ask(handlers, question, conversation)
    assert assistant.asked == []


def test_an_error_is_a_sentence_and_never_a_trace(handlers):
    assert "ask it in fewer words" in ask(handlers, "why " * 600, Conversation())
    page = ask(handlers, "crash", Conversation())
    assert UNEXPECTED in page
    assert "secret detail" not in page


def test_examples_are_offered_only_while_the_samples_are_there(handlers, tab, assistant):
    assert all(example in handlers.welcome() for example in EXAMPLES)
    tab.remove([FERRY.id])
    assert "data-ask" not in handlers.welcome()
    tab.remove([article.id for article in ARTICLES])
    assert "Nothing to read yet" in handlers.welcome()
    assert "There are no articles to read." in ask(handlers, QUESTION, Conversation())


def test_an_article_opens_at_its_offsets(handlers):
    start = FERRY.text.index("21:40")
    html = handlers.open_article({"article": FERRY.id, "start": start, "end": start + 5, "exact": True})
    assert "leaves at <mark>21:40</mark>." in html


@pytest.mark.parametrize(
    "place", [None, "x", {}, {"article": "nope", "start": 0, "end": 1}, {"article": FERRY.id, "start": "x", "end": 1}]
)
def test_what_cannot_be_opened_says_so(handlers, place):
    assert "no longer in the library" in handlers.open_article(place)


def test_uploads_go_in_under_their_names_and_the_copies_are_deleted(handlers, tab, tmp_path):
    good, empty = tmp_path / "code.txt", tmp_path / "empty.txt"
    good.write_text("The code\nThe code word is PLUM.")
    empty.write_text("")
    steps = []
    html = tab.add([str(good), str(empty)], "", steps.append)
    assert "1 article added." in html
    assert "empty.txt (uploaded)</bdi></strong> It holds no text." in html
    assert "Give a file with an article in it." in html
    assert [step.item for step in steps] == ["upload:code.txt"]
    assert list(tmp_path.iterdir()) == []
    assert "PLUM" in ask(handlers, "What is the code word?", Conversation())


def test_a_web_address_is_added_or_its_failure_told(tab):
    assert "It cannot be reached." in tab.add([], " https://news.example/a ", print)
    assert "is not a web address" in tab.add([], "file:///etc/passwd", print)
    assert "Choose files or give a web address first." in tab.add([], " ", print)


def test_a_failing_library_is_reported_in_words(tab, monkeypatch, tmp_path):
    def broken(documents, progress):
        raise OSError("disk full at sector 9")

    monkeypatch.setattr(tab.library, "add_documents", broken)
    assert UNEXPECTED in tab.add([str(tmp_path / "a.txt")], "", print)


@pytest.mark.parametrize("ids", [None, "f" * 16, {"a": 1}, 7])
def test_a_malformed_removal_removes_nothing(tab, assistant, ids):
    tab.remove(ids)
    assert len(assistant.library) == 3


def test_only_the_samples_are_removed(tab, assistant):
    assert "1 article removed." in tab.remove_samples()
    assert FERRY.id not in assistant.library.kept
    assert len(assistant.library) == 2


def test_an_offset_behind_the_end_shows_the_last_page(tab, monkeypatch):
    monkeypatch.setattr(render_library, "PAGE", 2)
    assert 'data-offset="2"><div class="tools">' in tab.listed(10)
    assert "3 to 3 of 3" in tab.listed(2)
    assert "1 to 2 of 3" in tab.listed(-5)


def test_a_taken_port_leads_to_the_next_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


def test_no_free_port_is_an_error_with_a_remedy(monkeypatch):
    monkeypatch.setattr("ui.app.PORTS_TRIED", 1)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(PortTaken, match="--port"):
            free_port("127.0.0.1", taken.getsockname()[1])


def test_only_ask_is_a_public_endpoint(assistant):
    config = build(assistant).config
    assert [d["api_name"] for d in config["dependencies"] if d["api_visibility"] == "public"] == ["ask"]


@pytest.fixture(scope="module")
def server():
    blocks = launch(FakeAssistant(FakeLibrary([TIMETABLE])), port=0)
    with httpx.Client(base_url=blocks.local_url, timeout=30) as client:
        yield client
    blocks.close()


def test_the_page_names_no_other_place(server):
    page = server.get("/")
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert page.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"host": "localhost"}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "127.0.0.1.evil.example:7860"}, 403),
    ],
)
def test_a_foreign_name_for_this_machine_is_refused(server, headers, status):
    assert server.get("/config", headers=headers).status_code == status


@pytest.mark.parametrize(("site", "refused"), [("cross-site", True), ("same-site", True), ("same-origin", False)])
def test_another_sites_page_cannot_send_anything(server, site, refused):
    response = server.post("/gradio_api/call/ask", json={"data": [QUESTION]}, headers={"sec-fetch-site": site})
    assert (response.status_code == 403) == refused


@pytest.mark.parametrize("path", ["/etc/passwd", "pyproject.toml", "../pyproject.toml", "ui/app.py"])
def test_files_are_not_served(server, path):
    assert server.get(f"/gradio_api/file={path}").status_code in (403, 404)


def test_the_endpoint_answers_in_the_json_form(server):
    event = server.post("/gradio_api/call/ask", json={"data": [QUESTION]}).json()["event_id"]
    stream = server.get(f"/gradio_api/call/ask/{event}").text
    (answer,) = json.loads(stream.split("data: ", 1)[1])
    assert answer["format"] == "article-qa/answer/1"
    assert answer["text"] == "21:40"
    assert answer["citations"][0]["article_id"] == TIMETABLE.id
