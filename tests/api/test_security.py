"""Attacks on the API, each of which fails."""

import itertools
import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed

import httpx
import pytest
from api_fakes import AUTHORIZED, FERRY_TEXT, TOKEN, People, client_of, create_api, ended, opened_assistant, served
from starlette.testclient import TestClient

from qa.api.access import LocalAccess, check_binding
from qa.api.limits import BODY_BYTES
from qa.api.questions import MOST_AT_ONCE
from qa.config import Settings
from qa.errors import SettingError

PROBLEM = "application/problem+json"
QUESTION = {"question": "Who signed the treaty?"}
OPEN = {("get", "/v1/health")}
# What a role is needed for; all else takes a reader.
EDITORS = {
    ("post", "/v1/articles"), ("post", "/v1/articles/files"), ("patch", "/v1/articles/{article_id}"),
    ("delete", "/v1/articles/{article_id}"), ("get", "/v1/jobs"), ("get", "/v1/jobs/{job_id}"),
    ("delete", "/v1/jobs/{job_id}"),
}  # fmt: skip


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    opened = opened_assistant(tmp_path_factory.mktemp("attacked"), Settings(min_article_chars=1, max_file_mb=1))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def client(assistant):
    return client_of(assistant)


def operations(client):
    """Method and address of everything that the description has."""
    paths = client.get("/v1/openapi.json").json()["paths"]
    return [(method, path) for path, methods in paths.items() for method in methods]


def sent_as(client, method, path, headers):
    """A request that is whole enough to come to the question who sends it."""
    filled = path.replace("{article_id}", "0" * 16).replace("{job_id}", "1").replace("{model}", "article-qa")
    return client.request(method, filled, headers=headers)


def test_every_address_but_one_asks_who_sends_a_request(assistant):
    client = TestClient(create_api(assistant, access=LocalAccess(TOKEN)), base_url="http://127.0.0.1")
    asked = [each for each in operations(client) if each not in OPEN]
    assert len(asked) >= 18
    for method, path in asked:
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {TOKEN}"}):
            refused = sent_as(client, method, path, headers)
            told = (refused.status_code, refused.headers["content-type"], refused.headers["www-authenticate"])
            assert told == (401, PROBLEM, "Bearer"), (method, path)


def test_a_reader_changes_nothing_and_an_editor_does(assistant):
    client = TestClient(create_api(assistant, access=People()), base_url="http://127.0.0.1")
    for method, path in operations(client):
        tokens = ({"Authorization": f"Bearer {name}"} for name in ("reader", "editor"))
        reader, editor = (sent_as(client, method, path, headers) for headers in tokens)
        assert (reader.status_code == 403) == ((method, path) in EDITORS), (method, path)
        assert editor.status_code not in (401, 403), (method, path)
    added = client.post(
        "/v1/articles", json={"urls": ["http://127.0.0.1:9/"]}, headers={"Authorization": "Bearer reader"}
    )
    assert added.json()["detail"] == "This needs the role editor; yours is reader."


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1:9999"}, 403),
        ({"Host": "evil.example"}, 401),
        ({"Host": "127.0.0.1.nip.io"}, 401),
        ({"Host": ""}, 401),
        ({"X-Forwarded-Host": "127.0.0.1", "Host": "evil.example"}, 401),
    ],
)
def test_pages_of_other_sites_are_refused_even_with_the_token(client, headers, status):
    refused = client.post("/v1/ask", json=QUESTION, headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (status, PROBLEM)
    assert "access-control-allow-origin" not in refused.headers


def test_a_page_of_the_server_itself_is_not(client):
    assert client.post("/v1/ask", json=QUESTION, headers={"Origin": "http://127.0.0.1"}).status_code == 200


def test_the_local_token_is_good_from_this_machine_alone(assistant):
    api = create_api(assistant, access=LocalAccess(TOKEN))
    far = TestClient(api, base_url="http://127.0.0.1", headers=AUTHORIZED, client=("192.0.2.7", 1))
    assert far.get("/v1/articles").status_code == 401
    chosen = TestClient(
        create_api(assistant, access=LocalAccess(TOKEN, anywhere=True)),
        base_url="http://news.example", headers=AUTHORIZED, client=("192.0.2.7", 1),
    )  # fmt: skip
    assert chosen.get("/v1/articles").status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "news.example"])
def test_others_are_served_only_where_somebody_is_known(host):
    with pytest.raises(SettingError, match="nobody has to sign in"):
        check_binding(host, LocalAccess(TOKEN))
    check_binding(host, LocalAccess(TOKEN, anywhere=True))
    check_binding(host, People())
    check_binding("127.0.0.1", LocalAccess(TOKEN))


def test_a_short_token_is_no_token():
    with pytest.raises(SettingError, match="at least 32"):
        Settings(api_token="secret")


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "article_id", ["..%2f..%2fetc%2fpasswd", "%2e%2e", "a%00b", "' OR 1=1 --", "F" * 16, "0" * 65, "💥"]
)
def test_an_id_that_is_none_leads_nowhere(client, method, article_id):
    refused = client.request(method, f"/v1/articles/{article_id}", json={} if method == "PATCH" else None)
    assert (refused.status_code, refused.headers["content-type"]) == (404, PROBLEM)
    assert "/etc" not in refused.text


@pytest.mark.parametrize(
    "url",
    ["http://{here}/x", "http://localhost:{port}/x", "http://[::ffff:127.0.0.1]:{port}/", "http://127.1:{port}/",
     "http://2130706433:{port}/", "http://169.254.169.254/latest/", "http://10.0.0.1/", "http://[fec0::1]/",
     "http://100.100.100.200/", "http://user:pw@{here}/"],
)  # fmt: skip
def test_the_server_fetches_nothing_of_its_own_network(client, url):
    reached = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.3)
        here = f"127.0.0.1:{listening.getsockname()[1]}"
        source = url.format(here=here, port=listening.getsockname()[1])
        job = ended(client, client.post("/v1/articles", json={"urls": [source]}).json())
        try:
            listening.accept()
            reached.set()
        except TimeoutError:
            pass
    assert not reached.is_set()
    assert job["report"]["added"] == []
    assert len(job["report"]["failed"]) == 1


@pytest.mark.parametrize("url", ["/etc/passwd", "file:///etc/passwd", "~/x", "upload:x", "gopher://x.example/", ""])
def test_nothing_but_a_web_address_is_fetched(client, url):
    refused = client.post("/v1/articles", json={"urls": [url]})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/urls/0")


def test_a_file_keeps_nothing_of_its_path(client, assistant):
    names = ["../../../tmp/evil.txt", "..\\..\\evil2.txt", "/etc/cron.d/evil3.txt", ".."]
    files = [("files", (name, f"{FERRY_TEXT} {number}")) for number, name in enumerate(names)]
    report = ended(client, client.post("/v1/articles/files", files=files).json())["report"]
    sources = {assistant.library.article(each).source for each in report["added"]}
    assert sources >= {"upload:evil.txt", "upload:evil2.txt", "upload:evil3.txt"}
    assert not any("/" in each for each in sources)


def test_a_body_that_is_too_large_is_refused_before_it_is_read(client):
    big = client.post("/v1/ask", content=b"x", headers={"Content-Length": str(BODY_BYTES + 1)})
    assert (big.status_code, big.headers["content-type"]) == (413, PROBLEM)
    file = client.post("/v1/articles/files", files=[("files", ("a.txt", b"x" * 1_200_000))])
    assert (file.status_code, file.headers["content-type"]) == (413, PROBLEM)


def test_a_body_that_does_not_say_how_large_it_is_is_cut_off(assistant):
    pieces = (b" " * 100_000 for _ in range(BODY_BYTES // 100_000 + 1))
    with served(create_api(assistant, access=LocalAccess(TOKEN))) as address:
        refused = httpx.post(f"{address}/v1/ask", content=pieces, headers=AUTHORIZED)
    assert (refused.status_code, refused.headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'"x"', b"[" * 100_000, b'{"question": ' + b"[" * 5000, b'{"question": "\\ud800"}',
     b'{"question": "x", "threshold": NaN}', b'{"question": "x", "threshold": 1e999}',
     b'{"question": "x", "top_k": "5"}x',
     b'{"question": "x", "sources": ["misspelt"]}', b'{"question": "x", "after": "yesterday"}', b"\xff\xfe",
     b'{"question": "x", "asked_on": "2025-02-30"}', json.dumps({"question": "x" * 20_001}).encode(),
     json.dumps({"question": "x" * 2001}).encode(), b'{"question": "   "}'],
)  # fmt: skip
def test_what_is_no_question_is_a_problem_in_words(client, body):
    refused = client.post("/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert refused.status_code in (400, 422)
    problem = refused.json()
    assert refused.headers["content-type"] == PROBLEM
    assert set(problem) <= {"type", "title", "status", "detail", "errors"}
    assert len(refused.text) < 3000


def test_what_is_refused_is_not_repeated(client):
    refused = client.post("/v1/ask", json={"question": ["my secret words"]})
    assert refused.json()["errors"] == [{"pointer": "#/question", "detail": "Input should be a valid string"}]


def test_a_bug_tells_nothing_of_the_insides_and_is_in_the_log(client, caplog):
    for stream in (False, True):
        caplog.clear()
        told = client.post("/v1/ask", json={"question": "crash", "stream": stream}).text
        assert "secret detail" in caplog.text
        assert "Something went wrong here" in told
        assert "secret" not in told
        assert "Traceback" not in told


def test_an_unknown_address_or_method_is_a_problem_too(client):
    assert client.get("/v1/nothing").json()["type"] == "urn:article-qa:problem:not-found"
    assert client.put("/v1/ask").json()["status"] == 405


def test_a_damaged_library_is_told_without_its_place(tmp_path):
    assistant = opened_assistant(tmp_path)
    client = client_of(assistant)
    assistant.library.close()
    for address in ("/v1/articles", "/v1/health"):
        told = client.get(address)
        assert told.status_code >= 500
        assert str(assistant.library.path) not in told.text
        assert told.headers["content-type"] == PROBLEM


def test_more_questions_than_can_wait_are_turned_away_and_others_go_on(assistant):
    reader = assistant.reader
    reader.go.clear()
    with (
        served(create_api(assistant, access=LocalAccess(TOKEN))) as address,
        ThreadPoolExecutor(MOST_AT_ONCE + 6) as pool,
        httpx.Client(headers=AUTHORIZED, timeout=60) as client,
    ):
        asked = [pool.submit(client.post, f"{address}/v1/ask", json=QUESTION) for _ in range(MOST_AT_ONCE + 6)]
        turned_away = [each.result() for each in itertools.islice(as_completed(asked), 6)]
        assert client.get(f"{address}/v1/articles").status_code == 200
        assert httpx.get(f"{address}/v1/health", timeout=60).status_code == 200
        streamed = client.post(f"{address}/v1/ask", json={**QUESTION, "stream": True})
        reader.go.set()
        answered = [each.result() for each in asked]
    assert [each.status_code for each in turned_away] == [503] * 6
    assert (streamed.status_code, streamed.headers["retry-after"]) == (503, "10")
    assert sorted(each.status_code for each in answered) == [200] * MOST_AT_ONCE + [503] * 6
