"""A chat that people sign in to: the way in and out, what each role can do, and whose is what."""

import json
import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from chat_fakes import FERRY, FakeAssistant
from serving_fakes import ADMIN, EDITOR, PASSWORD, READER, Browser, served_to

from qa.accounts.admission import Choices
from qa.accounts.limits import FAILURES_PER_NAME

PEOPLE = (("rea", READER), ("edi", EDITOR), ("ada", ADMIN))
QUESTION = "When does the first crossing leave?"


@pytest.fixture(scope="module")
def served():
    with served_to(*PEOPLE) as chat:
        yield chat


@pytest.fixture
def browser(served):
    return lambda name: signed_in(served, name)


def signed_in(served, name):
    browser = Browser(served.url)
    assert browser.sign_in(name).status_code == 303
    return browser


def test_a_stranger_is_led_to_the_sign_in_and_gets_nothing_else(served):
    stranger = Browser(served.url)
    page = stranger.http.get("/?c=abc", headers={"Accept": "text/html"})
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2F%3Fc%3Dabc")
    for path in (
        "/config",
        "/gradio_api/info",
        f"/article/{FERRY.id}",
        "/feedback.jsonl",
        "/account",
        "/shared/x.html",
    ):
        assert stranger.http.get(path).status_code == 401, path
    assert stranger.http.post("/library/files?name=x", content=b"x").status_code == 401
    assert stranger.http.get("/v1/articles").status_code == 401
    assert served.key == ""


def test_the_key_of_the_local_chat_opens_nothing_once_people_sign_in(served):
    assert Browser(served.url).http.get("/config?key=").status_code == 401


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(served):
    page = Browser(served.url).sign_in("rea", wanted="/?c=abc")
    assert (page.status_code, page.headers["location"]) == (303, "/?c=abc")
    cookie = page.headers["set-cookie"]
    assert re.match(r"article_qa_session=[\w-]{43}; ", cookie)
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert "Secure" not in cookie  # this is no https


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/%0d\nX: y", ""]
)
def test_nobody_is_led_elsewhere_after_signing_in(served, wanted):
    assert Browser(served.url).sign_in("rea", wanted=wanted).headers["location"] == "/"


def test_the_pages_of_an_account_need_neither_scripts_nor_styles_of_their_own(served, browser):
    for page in (Browser(served.url).http.get("/sign-in"), browser("rea").http.get("/account")):
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "<script" not in page.text
        assert "style=" not in page.text
        assert page.headers["referrer-policy"] == "same-origin"
        assert "geolocation=()" in page.headers["permissions-policy"]
        assert page.headers["cache-control"] == "no-store"


def test_what_was_typed_comes_back_escaped(served):
    page = Browser(served.url).sign_in('"><script>alert(1)</script>', "x" * 12)
    assert page.status_code == 403
    assert "<script" not in page.text
    assert "do not belong together" in page.text


@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/account/password"])
def test_no_other_site_can_sign_anybody_in_or_out(served, browser, path):
    ida = browser("rea")
    fields = {"name": "rea", "password": PASSWORD}
    assert ida.post_form(path, origin="https://evil.example", **fields).status_code == 403
    assert ida.post_form(path, origin="null", **fields).status_code == 403
    assert ida.http.post(path, data=fields).status_code == 403  # no page of ours sends a form without its origin
    assert ida.http.get("/config").status_code == 200


def test_signing_out_ends_the_session_also_for_who_has_copied_the_cookie(browser):
    rea = browser("rea")
    cookies = dict(rea.http.cookies)
    assert rea.post_form("/sign-out").headers["location"] == "/sign-in"
    rea.http.cookies.update(cookies)
    assert rea.http.get("/config").status_code == 401


def test_another_password_signs_out_everywhere_else():
    with served_to(("rea", READER)) as chat:
        here, there = signed_in(chat, "rea"), signed_in(chat, "rea")
        assert here.post_form("/account/password", current="wrong password", new="long enough now").status_code == 403
        assert here.post_form("/account/password", current=PASSWORD, new="short").status_code == 422
        assert here.post_form("/account/password", current=PASSWORD, new="long enough now").status_code == 303
        assert [each.http.get("/config").status_code for each in (here, there)] == [200, 401]
        assert Browser(chat.url).sign_in("rea").status_code == 403
        assert Browser(chat.url).sign_in("rea", "long enough now").status_code == 303


def test_passwords_cannot_be_tried_out():
    with served_to(("rea", READER), ("edi", EDITOR)) as chat:
        stranger = Browser(chat.url)
        tries = [stranger.sign_in("rea", f"wrong password {n}").status_code for n in range(FAILURES_PER_NAME + 1)]
        assert tries == [403] * FAILURES_PER_NAME + [429]
        assert stranger.sign_in("rea").status_code == 429  # also with the right one
        assert stranger.sign_in("edi").status_code == 303
        told = [json.loads(line)["event"] for line in chat.admission.audit.path.read_text().splitlines()]
        assert told == ["sign-in-failed"] * FAILURES_PER_NAME + ["sign-in-refused"] * 2 + ["sign-in"]


def test_a_form_that_is_too_long_is_not_read(served):
    assert Browser(served.url).sign_in("rea", "x" * 20_000).status_code == 403


def test_an_event_that_is_too_large_is_refused_before_it_is_kept(browser):
    rea = browser("rea")
    huge = rea.event("example", {"question": "x" * 9_000_000})
    assert huge.status_code == 413
    pieces = rea.http.post("/gradio_api/run/predict", content=iter([b"x" * 100]))
    assert pieces.status_code == 411
    assert rea.event("example", {"question": "x" * 1000}).status_code == 200


CHANGES = {
    "take_in": {"address": "https://news.example/a"}, "remove": [FERRY.id], "remove_samples": None,
    "edit": {"article": FERRY.id, "title": "Mine"}, "tag_articles": {"ids": [FERRY.id], "tags": "mine"},
    "retry": None, "dismiss": None, "undo": "1", "stop_job": "1", "close_job": "1", "hold": {}, "settle": None,
    "compact": None,
}  # fmt: skip


@pytest.mark.parametrize("name", CHANGES)
def test_a_reader_changes_nothing_whatever_the_page_sends(browser, served, name):
    assert "Your role does not allow this" in browser("rea").call(name, CHANGES[name])


def test_every_function_that_changes_is_tried():
    from ui.functions import CHANGES as KNOWN

    assert set(CHANGES) == set(KNOWN)


def test_a_reader_adds_no_file_and_nothing_by_the_api(browser, served):
    rea = browser("rea")
    key = rea.http.post("/library/files?name=a.txt", content=b"A title\nA text").text  # as for a table of questions
    assert "Your role does not allow this" in rea.call("take_in", {"files": [key]})
    sent = rea.http.post("/v1/articles/files", files={"files": ("a.txt", b"A title\nA text")})
    assert sent.status_code == 403
    assert rea.http.request("DELETE", f"/v1/articles/{FERRY.id}").status_code == 403
    assert rea.http.get("/v1/articles").status_code == 200


def test_an_editor_adds_and_removes_but_does_not_rewrite_the_library():
    assistant = FakeAssistant()
    with served_to(*PEOPLE, assistant=assistant) as chat:
        edi = signed_in(chat, "edi")
        key = edi.http.post("/library/files?name=lamp.txt", content=b"The lamp\nThe code word is lantern.").text
        assert edi.call("take_in", {"files": [key]}) == ""
        for _ in range(100):
            if "1 article added" in edi.call("jobs_now"):
                break
        assert "The lamp" in [article.title for article in assistant.library.articles()]
        assert "Your role does not allow this" in edi.call("compact")
        told = [json.loads(line) for line in chat.admission.audit.path.read_text().splitlines()]
        assert [(each["event"], each["who"]) for each in told] == [("sign-in", "edi"), ("take_in", "edi")]
        assert "lantern" not in chat.admission.audit.path.read_text()


def test_what_one_has_sent_nobody_else_can_add(browser):
    edi, ada = browser("edi"), browser("ada")
    key = edi.http.post("/library/files?name=lamp.txt", content=b"The lamp\nIt shines.").text
    assert "not here any more" in ada.call("take_in", {"files": [key]})
    assert "not here any more" in ada.call("take_in", {"files": [key.partition(".")[0]]})


@pytest.mark.parametrize("path", ["/etc/passwd", "~/notes", "/proc/self/environ"])
def test_nobody_who_signs_in_names_a_path_of_the_server(browser, path):
    assert "paths of the computer that runs it cannot be added" in browser("ada").call("take_in", {"address": path})


def test_the_page_says_who_one_is(browser):
    assert browser("rea").call("who") == '<span data-role="1">Signed in as <a href="account">rea</a></span>'
    assert 'data-role="3"' in browser("ada").call("who")


def test_everybody_sees_only_their_own_conversations_feedback_and_questions():
    with served_to(*PEOPLE) as chat:
        rea, edi = signed_in(chat, "rea"), signed_in(chat, "edi")
        mine = rea.ask(QUESTION)
        talk = re.search(r'data-talk="(\w+)"', mine)[1]
        assert QUESTION in mine
        assert QUESTION not in edi.call("conversations", {})
        rea.event("judge", {"turn": 1, "verdict": "right"})
        rea.call("follow", 1)
        assert "21:40" in rea.http.get("/feedback.jsonl").text
        assert edi.http.get("/feedback.jsonl").text == ""
        assert QUESTION in rea.call("followed")
        assert QUESTION not in edi.call("followed")
        for path in (f"/conversation/{talk}.json", "/turn/1.json"):
            assert rea.http.get(path).status_code == 200
            assert edi.http.get(path).status_code == 404
        for name, data in (("rename", {"id": talk, "name": "x"}), ("delete", {"id": talk}), ("how", 1)):
            assert "error" in edi.call(name, data)
        assert talk in rea.call("conversations", {})


def test_a_page_that_somebody_else_has_begun_is_not_taken_over(browser):
    rea, edi = browser("rea"), browser("edi")
    rea.ask(QUESTION)
    stolen = edi.event("open", {"to": ""}, session_hash=rea.session)
    assert stolen.status_code == 500
    assert QUESTION not in stolen.text


def test_a_table_of_questions_is_answered_for_who_has_sent_it_alone():
    with served_to(*PEOPLE) as chat:
        rea, edi = signed_in(chat, "rea"), signed_in(chat, "edi")
        key = rea.http.post("/library/files?name=q.csv", content=f"question\n{QUESTION}\n".encode()).text
        assert "did not come" in edi.call("ask_batch", {"file": key})
        assert rea.call("ask_batch", {"file": key}) == ""
        table = re.search(r"batch/[\w-]+\.csv", rea.call("batches_now"))[0]
        assert "batch/" not in edi.call("batches_now")
        assert [each.http.get(f"/{table}").status_code for each in (rea, edi)] == [200, 404]


def test_a_conversation_is_shared_by_choice_and_taken_back():
    with served_to(*PEOPLE) as chat:
        rea, edi = signed_in(chat, "rea"), signed_in(chat, "edi")
        talk = re.search(r'data-talk="(\w+)"', rea.ask(QUESTION))[1]
        assert "error" in edi.call("share", {"id": talk})
        address = rea.call("share", {"id": talk})
        assert re.fullmatch(r"shared/[\w-]{20,}\.html", address)
        page = edi.http.get(f"/{address}")
        assert (page.status_code, "21:40" in page.text) == (200, True)
        assert Browser(chat.url).http.get(f"/{address}").status_code == 401
        rea.call("unshare", {"id": talk})
        assert edi.http.get(f"/{address}").status_code == 404


def test_a_name_that_is_given_again_gets_nothing_of_who_had_it_before():
    with served_to(*PEOPLE) as chat:
        assert QUESTION in signed_in(chat, "rea").ask(QUESTION)
        chat.admission.accounts.remove("rea")
        chat.admission.accounts.add("rea", READER, PASSWORD)
        assert QUESTION not in signed_in(chat, "rea").call("conversations", {})


def test_a_restart_loses_nothing():
    assistant = FakeAssistant()
    with served_to(*PEOPLE, assistant=assistant) as chat:
        rea = signed_in(chat, "rea")
        rea.ask(QUESTION)
        cookies = dict(rea.http.cookies)
    with served_to(*PEOPLE, assistant=assistant) as chat:
        again = Browser(chat.url)
        again.http.cookies.update(cookies)
        assert QUESTION in again.call("conversations", {})


def test_a_token_does_what_its_scope_says_and_nothing_once_revoked():
    with served_to(*PEOPLE) as chat:
        accounts = chat.admission.accounts
        kept, reads = accounts.add_token("edi", "reads", READER)
        _, writes = accounts.add_token("edi", "writes", EDITOR)
        sent = {"files": ("a.txt", b"A title\nA text that is long enough.")}

        def add(token):
            return httpx.post(
                f"{chat.url}v1/articles/files", files=sent, headers={"Authorization": f"Bearer {token}"}
            ).status_code

        assert (add(reads), add(writes) in (200, 201, 202), add("aqa_none")) == (403, True, 401)
        accounts.revoke_token(kept.id)
        get = httpx.get(f"{chat.url}v1/articles", headers={"Authorization": f"Bearer {reads}"})
        assert get.status_code == 401
        lines = [json.loads(line) for line in chat.admission.audit.path.read_text().splitlines()]
        assert [(each["who"], each["status"]) for each in lines if each["event"] == "api-post"][:1] == [("edi", 403)]


def test_read_only_nobody_changes_anything_and_everybody_asks():
    with served_to(*PEOPLE, choices=Choices(read_only=True)) as chat:
        ada = signed_in(chat, "ada")
        assert "Your role does not allow this" in ada.call("remove", [FERRY.id])
        assert ada.http.request("DELETE", f"/v1/articles/{FERRY.id}").status_code == 403
        assert QUESTION in ada.ask(QUESTION)


def test_accounts_that_cannot_be_read_let_nobody_in():
    with served_to(*PEOPLE) as chat:
        ada = signed_in(chat, "ada")
        chat.admission.accounts.path.write_bytes(b"no accounts" * 1000)
        assert ada.http.get("/config").status_code == 503
        assert ada.http.get("/v1/articles").status_code >= 500


def test_without_users_the_chat_of_this_machine_is_as_it_was():
    with served_to() as chat:
        assert chat.entrance == f"{chat.url}?key={chat.key}"
        assert Browser(chat.url).http.get("/config").status_code == 401
        here = Browser(chat.url)
        assert here.http.get(f"/?key={chat.key}").status_code == 303
        assert here.call("who") == '<span data-role="3"></span>'
        assert QUESTION in here.ask(QUESTION)
        assert "There is no file or folder" in here.call("take_in", {"address": "/nowhere/at/all"})
        assert "nobody to share it with" in here.call(
            "share", {"id": re.search(r'data-talk="(\w+)"', here.call("conversations", {}))[1]}
        )


def test_ten_at_once_each_get_their_answers_and_see_their_own_alone():
    names = [f"user{number}" for number in range(10)]
    with served_to(*((name, READER) for name in names)) as chat:
        browsers = {name: signed_in(chat, name) for name in names}
        with ThreadPoolExecutor(10) as pool:
            for _ in range(3):
                listed = dict(pool.map(lambda name: (name, browsers[name].ask(f"{QUESTION} ({name})")), names))
        for name, html in listed.items():
            assert set(re.findall(r"\(user\d\)", html)) == {f"({name})"}
        kept = [chat.admission.accounts.get(name).id for name in names]
        folders = admission_folders(chat)
        assert sorted(folders) == sorted(kept)


def admission_folders(chat):
    return [path.name for path in chat.admission.accounts.path.with_name("conversations.people").iterdir()]
