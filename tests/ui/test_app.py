"""The page's events without a browser, and what the server lets through."""

import json
import re
import signal
import socket
import threading
import time
from dataclasses import replace
from datetime import date

import httpx
import pytest
from chat_fakes import FERRY, HARBOUR, TIMETABLE, FakeAssistant, FakeLibrary

from qa.datatypes import Where
from qa.errors import ConversationError, PortTaken
from qa.files import kept_secret
from qa.guide import Guide
from qa.processes import end_by_signals
from qa.questions.suggestions import Suggestion
from qa.work.jobs import UNEXPECTED
from ui.app import build, free_port, launch
from ui.handlers.chat import ChatHandlers
from ui.handlers.sidebar import SideHandlers
from ui.handlers.welcome import SAMPLES
from ui.state.session import Session
from ui.web.security import Doors

QUESTION = "When does the first crossing leave?"
CAPTAIN = "Who is the captain?"


@pytest.fixture
def assistant():
    return FakeAssistant()


@pytest.fixture
def handlers(assistant):
    return ChatHandlers(assistant)


@pytest.fixture
def side(assistant, handlers):
    return SideHandlers(assistant, handlers.kept, handlers.feedback)


def ask(handlers, question, session):
    """The transcript once the question is answered."""
    handlers.begin(question, session)
    *_, (transcript, _) = handlers.read(session)
    return transcript


def held(assistant):
    """Keeps the assistant from reading until it is let go."""
    go, found, answer = threading.Event(), threading.Event(), assistant.ask

    def ask(question, **named):
        tell = named.pop("on_passages")

        def told(passages):
            tell(passages)
            found.set()
            assert go.wait(30)

        return answer(question, on_passages=told, **named)

    assistant.ask = ask
    return go, found


def test_a_question_is_on_the_page_before_it_is_answered(handlers, assistant):
    session = Session()
    pending, _ = handlers.begin(f"  {QUESTION} ", session)
    assert "Reading your articles" in pending
    assert QUESTION in pending
    assert assistant.asked == []
    *_, (transcript, chips) = handlers.read(session)
    assert '<span class="quote" dir="auto">21:40</span>' in transcript
    assert f'data-address="?c={session.conversation}"' in chips


def test_what_is_found_is_shown_before_it_is_read(handlers, assistant):
    go, _ = held(assistant)
    session = Session()
    handlers.begin(QUESTION, session)
    for transcript, _ in handlers.read(session):
        if "Found so far, not read yet" in transcript:
            go.set()
    assert go.is_set()
    assert "Reading 3 passages from 3 articles" not in transcript
    assert "turn found" in transcript


def test_no_more_passages_are_told_of_than_are_read(handlers, assistant):
    assistant.library.settings = replace(assistant.library.settings, read_passages=2)
    go, _ = held(assistant)
    session = Session()
    handlers.begin(QUESTION, session)
    told = []
    for transcript, _ in handlers.read(session):
        told += re.findall(r"Reading \d+ passages from \d+ articles", transcript)
        if told:
            go.set()
    assert set(told) == {"Reading 2 passages from 2 articles"}


def test_earlier_turns_stay_and_become_the_history(handlers, assistant):
    session = Session()
    ask(handlers, QUESTION, session)
    page = ask(handlers, CAPTAIN, session)
    assert page.index("21:40") < page.index("Ida Brandt</span>")
    assert assistant.asked == [(QUESTION, []), (CAPTAIN, [QUESTION])]


def test_two_questions_at_once_are_both_answered_in_their_order(handlers):
    session = Session()
    handlers.begin(QUESTION, session)
    handlers.begin(CAPTAIN, session)
    readers = [threading.Thread(target=lambda: list(handlers.read(session))) for _ in range(2)]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    assert [turn.answer.text for turn in handlers.kept.turns(session.conversation)] == ["21:40", "Ida Brandt"]
    assert handlers.transcript(session).count("turn found") == 2
    assert list(handlers.read(session)) == [handlers.shown(session)]  # nothing waits any more
    assert handlers.kept.count() == 1


def test_visitors_do_not_see_each_others_page(handlers):
    one, other = Session(), Session()
    ask(handlers, QUESTION, one)
    assert "21:40" not in handlers.transcript(other)


@pytest.mark.parametrize("question", ["", "  \n ", None, 7, ["x"]])
def test_an_empty_question_asks_nothing(handlers, assistant, question):
    assert "What would you like to know?" in ask(handlers, question, Session())
    assert assistant.asked == []


def test_an_error_is_a_sentence_and_never_a_trace(handlers):
    session = Session()
    assert "ask it in fewer words" in ask(handlers, "why " * 600, session)
    page = ask(handlers, "crash", session)
    assert UNEXPECTED in page
    assert "secret detail" not in page
    page = ask(handlers, QUESTION, session)
    assert page.count('<section class="turn') == 3
    assert handlers.kept.get(session.conversation).turns == 1


def test_a_stopped_question_is_not_kept_and_can_be_asked_again(handlers, assistant):
    go, found = held(assistant)
    session = Session()
    handlers.begin(QUESTION, session)
    reading = handlers.read(session)
    next(reading)
    assert found.wait(30)
    key = session.pending_questions[0].key
    assert "Stopped." in handlers.stop(key, session)
    go.set()
    assert "Stopped." in list(reading)[-1][0]
    wait_until(lambda: not len(handlers.line))
    assert handlers.kept.count() == 0
    handlers.retry(key, session)
    *_, (transcript, _) = handlers.read(session)
    assert transcript.count("turn found") == transcript.count('<section class="turn') == 1


def test_a_question_that_waits_can_be_stopped(handlers, assistant):
    go, _ = held(assistant)
    busy, session = [Session(), Session()], Session()
    readers = []
    for each in busy:
        handlers.begin(QUESTION, each)
        readers.append(threading.Thread(target=lambda each=each: list(handlers.read(each))))
        readers[-1].start()
    wait_until(lambda: len(handlers.line) == 2)
    handlers.begin(CAPTAIN, session)
    reading = handlers.read(session)
    assert "2 questions are before yours" in next(reading)[0]
    handlers.stop(session.pending_questions[0].key, session)
    assert "Stopped." in list(reading)[-1][0]
    go.set()
    for reader in readers:
        reader.join()
    assert len(handlers.line) == 0
    assert CAPTAIN not in [question for question, _ in assistant.asked]


def test_a_full_line_says_so(handlers, monkeypatch):
    monkeypatch.setattr(handlers.line, "longest", 0)
    assert "ask again in a minute" in ask(handlers, QUESTION, Session())


def test_a_turn_asked_again_is_another_version_of_it(handlers):
    session = Session()
    ask(handlers, QUESTION, session)
    ask(handlers, CAPTAIN, session)
    first = handlers.kept.turns(session.conversation)[0]
    handlers.again({"turn": first.id, "question": "Who is the king?"}, session)
    *_, (transcript, _) = handlers.read(session)
    assert "2 of 2" in transcript
    assert CAPTAIN not in transcript
    now = handlers.kept.turns(session.conversation)[0].id
    back, _ = handlers.version(now, -1, session)
    assert "1 of 2" in back
    assert CAPTAIN in back
    assert handlers.version(first.id, -1, session)[0] == back  # there is none before the first


def test_a_turn_is_asked_again_of_all_days(handlers, assistant):
    session = Session()
    ask(handlers, QUESTION, session)
    assert assistant.any_time is False
    (turn,) = handlers.kept.turns(session.conversation)
    handlers.again({"turn": turn.id, "any_time": True}, session)
    *_, (transcript, _) = handlers.read(session)
    assert assistant.any_time is True
    assert "2 of 2" in transcript


def test_a_version_that_was_stopped_gives_way_to_the_one_before(handlers, assistant):
    session = Session()
    ask(handlers, QUESTION, session)
    (turn,) = handlers.kept.turns(session.conversation)
    handlers.again({"turn": turn.id}, session)
    key = session.pending_questions[0].key
    stopped = handlers.stop(key, session)
    assert "Back to the earlier answer" in stopped
    assert "turn found" not in stopped
    assert "turn found" in handlers.drop(key, session)
    assert handlers.kept.turns(session.conversation) == [turn]


def test_what_is_said_about_an_answer_is_kept_and_taken_back(handlers):
    session = Session()
    ask(handlers, QUESTION, session)
    (turn,) = handlers.kept.turns(session.conversation)
    assert 'aria-pressed="true">Wrong evidence' in handlers.judge(turn.id, "wrong_evidence", session)[0]
    assert handlers.feedback.judged()[0].verdict == "wrong_evidence"
    assert 'aria-pressed="true"' not in handlers.judge(turn.id, "wrong_evidence", session)[0]
    handlers.judge(turn.id, "splendid", session)
    assert handlers.feedback.judged() == []


def test_without_feedback_nobody_is_asked_for_it(assistant):
    assistant.library.settings = replace(assistant.library.settings, feedback=False)
    assert "Wrong evidence" not in ask(ChatHandlers(assistant), QUESTION, Session())
    assert "do not cover" not in json.dumps(build(assistant).config, default=str)


def test_the_filter_is_asked_with_and_kept_with_the_turn(handlers):
    session = Session()
    chips = handlers.choose_filter({"from": "2024-01-01", "to": "2024-12-31", "sources": [], "articles": []}, session)
    assert "from 1 January 2024" in chips
    page = ask(handlers, QUESTION, session)
    assert "22:00" in page
    assert "21:40" not in page
    (turn,) = handlers.kept.turns(session.conversation)
    assert turn.where == session.where == Where(date(2024, 1, 1), date(2024, 12, 31))
    assert "from 1 January" not in handlers.unchip(0, session)
    assert session.where == Where(None, date(2024, 12, 31))
    assert "until 31 December 2024" in handlers.unchip(99, session)


@pytest.mark.parametrize(
    "chosen", [None, 7, {"from": "x"}, {"from": "2024-02-31"}, {"from": "2025-01-01", "to": "2024-01-01"},
               {"sources": "a", "articles": [1, None]}],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_changes_nothing(handlers, chosen):
    session = Session()
    handlers.choose_filter(chosen, session)
    assert session.where == Where()


def test_one_article_is_asked_and_the_visitor_led_there(handlers):
    session = Session()
    assert 'data-called="1"' in handlers.about(TIMETABLE.id, session)
    assert f'data-address="?article={TIMETABLE.id}"' in handlers.chips(session)
    assert session.where == Where(article_ids=(TIMETABLE.id,))


def test_an_address_opens_its_conversation_and_filter_after_a_restart(handlers, assistant):
    session = Session()
    handlers.choose_filter({"sources": ["news.example"]}, session)
    ask(handlers, QUESTION, session)
    address = f"?c={session.conversation}&source=news.example"
    again, later = ChatHandlers(assistant), Session()
    assert again.open(address, later) == handlers.shown(session)
    assert f'data-address="{address.replace("&", "&amp;")}"' in again.chips(later)
    unaware = Session()  # of a page that was open while the server was started again
    again.come_to(address, unaware)
    assert "21:40" in ask(again, CAPTAIN, unaware)


@pytest.mark.parametrize("address", ["", "?c=nonsense", "?c=" + "a" * 16, "?from=x", "?" + "a=1&" * 9000, None, 3])
def test_an_address_that_names_nothing_opens_a_new_conversation(handlers, address):
    session = Session()
    transcript, chips = handlers.open(address, session)
    assert "What would you like to know?" in transcript
    assert 'data-address=""' in chips
    assert ("There is no conversation" in chips) == (address == "?c=" + "a" * 16)


def test_an_answer_is_kept_where_it_was_asked_though_the_visitor_has_gone_on(handlers, assistant):
    go, found = held(assistant)
    session = Session()
    handlers.begin(QUESTION, session)
    reader = threading.Thread(target=lambda: list(handlers.read(session)))
    reader.start()
    assert found.wait(30)
    handlers.open("", session)
    go.set()
    reader.join()
    assert session.conversation is None
    (talk,) = handlers.kept.listed()
    assert [turn.answer.text for turn in handlers.kept.turns(talk.id)] == ["21:40"]


def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(handlers, monkeypatch):
    def full(*_, **__):
        raise ConversationError("The disk is full.")

    monkeypatch.setattr(handlers.kept, "append", full)
    page = ask(handlers, QUESTION, Session())
    assert "21:40" in page
    assert "This answer could not be kept. The disk is full." in page


def test_next_questions_are_suggested_until_something_else_is_asked(handlers, monkeypatch):
    session = Session()
    monkeypatch.setattr("ui.handlers.chat.suggestions", lambda *_, **__: iter(SUGGESTED))
    assert list(handlers.suggest(session)) == [""]
    ask(handlers, QUESTION, session)
    assert [shown.count("data-ask") for shown in handlers.suggest(session)] == [0, 1, 2]
    suggesting = handlers.suggest(session)
    next(suggesting)
    next(suggesting)
    handlers.begin(CAPTAIN, session)
    assert list(suggesting) == []
    list(handlers.read(session))
    ask(handlers, "Who is the king?", session)
    assert list(handlers.suggest(session)) == [""]  # of what was not found there is nothing more to ask


SUGGESTED = [Suggestion("Who is the captain?", FERRY.id, 0, 1), Suggestion("What is sold?", FERRY.id, 2, 3)]


def test_examples_are_those_of_the_samples_only_while_there_is_nothing_else(handlers, assistant):
    assistant.library.remove([TIMETABLE.id, HARBOUR.id])
    assert all(example in handlers.welcome() for example in SAMPLES)
    assistant.library.remove([FERRY.id])
    assert "Nothing to read yet" in handlers.welcome()
    assert "There are no articles to look in." in ask(handlers, QUESTION, Session())


def guide_of(handlers):
    """The guide once it is made."""
    handlers.welcoming.welcome_guide()
    for thread in threading.enumerate():
        if thread.name == "guide":
            thread.join(30)
    return handlers.welcoming.welcome_guide()


def test_one_s_own_articles_come_first_and_their_questions_are_found_out_behind_the_page(handlers, assistant):
    shown = handlers.welcome()
    assert "The newest of 3 articles" in shown
    assert shown.index("Harbour") < shown.index("Summer timetable")
    assert FERRY.title not in shown  # a sample
    assert "awaited" in shown
    assert assistant.asked == []  # the page has not waited for it, nor begun it
    assert "awaited" not in guide_of(handlers)
    assert "awaited" not in handlers.welcome()


def test_the_guide_is_made_once_for_each_state_of_the_library(handlers, assistant, monkeypatch):
    made = []

    def make(ask, library):
        made.append(len(library))
        return Guide(library.refresh(), (QUESTION,), ("Ida Brandt",))

    monkeypatch.setattr("ui.handlers.welcome.make_guide", make)
    assert f'data-ask="{QUESTION}"' in guide_of(handlers)
    assert "What do my articles say about Ida Brandt?" in handlers.welcome()
    assert f'data-ask="{QUESTION}"' in ChatHandlers(assistant).welcome()  # the next start
    monkeypatch.setattr(assistant.library, "refresh", lambda: 2)
    assert "awaited" in handlers.welcome()
    assert f'data-ask="{QUESTION}"' in guide_of(handlers)
    assert made == [3, 3]


def test_our_own_questions_give_way_to_a_visitor_s(handlers, assistant, monkeypatch):
    monkeypatch.setattr("ui.handlers.welcome.PAUSE", 0.01)
    visitor, tries, answer = object(), [], assistant.ask
    ticket = handlers.line.join(visitor)

    def asked(question, *, history, where, on_passages):
        tries.append(question)
        if len(tries) == 1:
            second.append(handlers.line.join(visitor))  # somebody comes while ours is read
            threading.Timer(0.05, lambda: handlers.line.leave(second[0])).start()
        return answer(question, history=history, where=where, on_passages=on_passages)

    second = []
    assistant.ask = asked
    threading.Timer(0.05, lambda: handlers.line.leave(ticket)).start()
    assert handlers.welcoming._ask(QUESTION, history=[], where=None).found
    assert tries == [QUESTION, QUESTION]
    assert len(handlers.line) == 0


def wait_until(condition):
    for _ in range(3000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it has not come about")


def test_an_article_opens_at_its_offsets_with_what_else_is_cited(side):
    start = FERRY.text.index("21:40")
    place = {"article": FERRY.id, "start": start, "end": start + 5, "exact": True, "number": 2, "marks": [[4, 9, 1]]}
    html = side.open_article(place)
    assert 'leaves at <mark id="mark" data-number="2">21:40</mark>.' in html
    assert 'The <mark class="also" data-number="1">night</mark> ferry' in html


@pytest.mark.parametrize(
    "place",
    [
        None,
        "x",
        {},
        {"article": "nope", "start": 0, "end": 1},
        {"article": FERRY, "start": "x", "marks": 7, "turn": []},
    ],
)
def test_what_cannot_be_opened_says_so(side, place):
    assert "no longer in the library" in side.open_article(place)


@pytest.mark.parametrize("marks", [7, ["x"], [[1, 2]], [[None, "x", {}]], [[9**99, -1, 0]]])
def test_marks_that_make_no_sense_mark_nothing(side, marks):
    html = side.open_article({"article": FERRY.id, "start": 0, "end": 3, "marks": marks})
    assert html.count("<mark") == 1


def test_the_words_of_an_article_that_has_gone_are_shown_as_they_were_kept(handlers, side, assistant):
    session = Session()
    ask(handlers, QUESTION, session)
    (turn,) = handlers.kept.turns(session.conversation)
    best = turn.answer.citations[0]
    place = {"article": best.article_id, "start": best.start, "end": best.end, "turn": turn.id}
    newer = replace(FERRY, id="9" * 16, text="No ferry sails.")
    assistant.library.kept = {newer.id: newer}
    assert "has changed since" in side.open_article(place)
    assert "This article has changed since" in handlers.transcript(session)
    assistant.library.kept = {}
    gone = side.open_article(place)
    assert "no longer in the library" in gone
    assert "leaves at <mark>21:40</mark>." in gone
    assert "no longer in the library" in handlers.transcript(session)


def test_conversations_are_found_renamed_and_deleted(handlers, side):
    one, other = Session(), Session()
    ask(handlers, QUESTION, one)
    ask(handlers, CAPTAIN, other)
    assert side.conversations(None).index(CAPTAIN) < side.conversations({}).index(QUESTION)
    assert CAPTAIN not in side.conversations({"words": "crossing"})
    assert side.rename({"id": one.conversation, "name": "Ferries"}) == ""
    assert "Ferries" in side.conversations({})
    assert "There is no conversation" in side.rename({"id": "x", "name": "y"})
    assert "The name is empty" in side.rename({"id": one.conversation, "name": " "})
    assert side.delete({"id": one.conversation}) == ""
    assert "Ferries" not in side.conversations({})
    assert "What would you like to know?" in handlers.transcript(one)


@pytest.mark.parametrize("given", [None, 7, "x", [], {}, {"turn": {}}, {"id": 4}])
def test_whatever_is_sent_gives_a_sentence(side, given, caplog):
    calls = [side.conversations, side.rename, side.delete, side.filter_form, side.question_of, side.how, side.retrieve]
    assert all(isinstance(call(given), str) for call in calls)


def test_the_filter_form_shows_what_the_address_chooses(side):
    form = side.filter_form(f"?source=news.example&from=2025-05-01&article={TIMETABLE.id}")
    assert 'value="news.example" checked' in form
    assert 'value="2025-05-01"' in form
    assert "Summer timetable" in form


def test_show_how_and_trying_the_search(handlers, side):
    session = Session()
    ask(handlers, QUESTION, session)
    (turn,) = handlers.kept.turns(session.conversation)
    how = side.how(turn.id)
    assert "Confidence 0.87; an answer needs 0.55." in how
    assert how.count("<li") == 3
    tried = side.retrieve({"question": QUESTION, "address": f"?article={TIMETABLE.id}"})
    assert tried.count("<li") == 1
    assert "Summer timetable" in tried
    assert "type what you want to know" in side.retrieve({"question": " "})


def test_what_was_not_answered_is_listed(handlers, side):
    assert "Every question you asked" in side.unanswered()
    ask(handlers, "Who is the king?", Session())
    assert "Who is the king?" in side.unanswered()


def test_a_taken_port_leads_to_the_next_one():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_server_that_is_told_to_end_ends_as_by_ctrl_c(name):
    before = {each: signal.getsignal(getattr(signal, each)) for each in ("SIGTERM", "SIGHUP")}
    try:
        end_by_signals()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(getattr(signal, name))
    finally:
        for each, handler in before.items():
            signal.signal(getattr(signal, each), handler)


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
    served = launch(FakeAssistant(FakeLibrary([TIMETABLE])), port=0)
    with httpx.Client(base_url=served.url, headers={"authorization": f"Bearer {served.key}"}, timeout=30) as client:
        yield client
    served.close()


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


def test_nothing_is_said_to_whoever_lacks_the_key(server):
    with httpx.Client(base_url=server.base_url) as stranger:
        for path in ("/", "/config", "/feedback.jsonl", f"/article/{TIMETABLE.id}", "/?key=wrong", "/gradio_api/info"):
            answer = stranger.get(path)
            assert (answer.status_code, "whole address" in answer.text) == (401, True), path
        assert stranger.post("/gradio_api/call/ask", json={"data": [QUESTION]}).status_code == 401
        assert stranger.post("/library/files", content=b"x").status_code == 401
        forged = stranger.get("/config", headers={"cookie": "article_qa_key=wrong", "authorization": "Bearer wrong"})
        assert forged.status_code == 401


def test_the_key_in_the_address_lets_a_browser_in_and_goes_out_of_the_address(server):
    key = server.headers["authorization"].removeprefix("Bearer ")
    with httpx.Client(base_url=server.base_url) as browser:
        answer = browser.get("/", params=[("key", key), ("s", "a"), ("s", "b")])
        assert (answer.status_code, answer.headers["location"]) == (303, "/?s=a&s=b")
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert browser.get("/config").status_code == 200


@pytest.mark.parametrize(
    "headers", [{"origin": "http://["}, {"host": "[:::1::]:80"}, {"host": "[1.2.3.4]"}, {"origin": "nonsense"}]
)
def test_damaged_headers_are_refused(server, headers):
    assert server.get("/config", headers=headers).status_code == 403


def test_a_cookie_of_another_server_on_this_machine_shuts_nobody_out(server):
    key = server.headers["authorization"].removeprefix("Bearer ")
    cookie = f'a[b]=1; x={{"q":1}}; article_qa_key={key}; y'
    with httpx.Client(base_url=server.base_url, headers={"cookie": cookie}) as browser:
        assert browser.get("/config").status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_another_origin_gets_nothing_whatever_it_knows(server, origin, method):
    answer = server.request(method, "/config", headers={"origin": origin})
    assert (answer.status_code, answer.text) == (403, "This request comes from another site's page.")
    assert answer.headers.get("access-control-allow-origin") in (None, "http://127.0.0.1:1")  # Gradio's, of nothing


def test_the_own_origin_is_served(server):
    own = f"http://{server.base_url.netloc.decode()}"
    assert server.get("/config", headers={"origin": own}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1:9/x", "/file=http://127.0.0.1:9/x", "/gradio_api/file/x", "/file/x",
        "/gradio_api/proxy=http://127.0.0.1:9/x", "/proxy=http://127.0.0.1:9/x", "/gradio_api/upload",
        "/gradio_api/deep_link", "/gradio_api/process_recording", "/gradio_api/openapi.json", "/monitoring/x",
        "//gradio_api/file=http://127.0.0.1:9/x", "/gradio_api//file=http://127.0.0.1:9/x",
    ],
)  # fmt: skip
def test_addresses_of_gradio_that_the_page_has_no_use_for_are_closed(server, path):
    for method in ("GET", "POST"):
        assert server.request(method, path).status_code == 404


def test_the_key_is_kept_for_its_owner_alone_and_a_damaged_one_is_made_anew(tmp_path):
    file = tmp_path / "chat.key"
    key = kept_secret(file)
    assert len(key) >= 32
    assert kept_secret(file) == key
    assert file.stat().st_mode & 0o777 == 0o600
    file.write_bytes(b"\xff")
    assert kept_secret(file) not in ("", key)
    assert len(kept_secret(tmp_path / "no folder" / "chat.key")) >= 32


@pytest.mark.parametrize(
    ("served_on", "host", "known"),
    [
        ("127.0.0.1", "127.0.0.1:7860", True),
        ("127.0.0.1", "localhost", True),
        ("127.0.0.1", "[::1]:7860", True),
        ("127.0.0.1", "news.example", False),
        ("127.0.0.1", "", False),
        ("192.168.1.5", "192.168.1.5:7860", True),
        ("192.168.1.5", "rebind.evil", False),
        ("0.0.0.0", "192.168.1.7:80", True),
        ("0.0.0.0", "desk.example:80", True),
        ("0.0.0.0", "rebind.evil", False),
        ("0.0.0.0", "desk.example@evil", False),
    ],
)
def test_a_server_knows_its_own_names(served_on, host, known):
    assert Doors.of(served_on, ["Desk.example"]).knows(host) is known


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
