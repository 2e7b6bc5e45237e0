"""What every address answers, over a real library."""

import json

import pytest
from api_fakes import FERRY_TEXT, People, client_of, create_api, ended, opened_assistant
from starlette.testclient import TestClient
from typer.testing import CliRunner

from qa.conversations.store import Conversations
from qa.errors import LibraryBusy
from qa.serialization.answers import answer_to_dict

QUESTION = "Who signed the treaty?"
FERRY = {
    "title": "The night ferry returns",
    "text": FERRY_TEXT,
    "published": "2025-06-01",
    "url": "https://x.example/f",
}


@pytest.fixture
def assistant(tmp_path):
    opened = opened_assistant(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def client(assistant):
    return client_of(assistant)


def events_of(text):
    """Name and data of each event."""
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_an_answer_is_what_the_shell_prints(client, assistant):
    answer = client.post("/v1/ask", json={"question": QUESTION})
    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(answer_to_dict(assistant.ask(QUESTION))))
    assert answer.json()["citations"][0]["quote"] == "Ann Lee"


def test_a_stream_gives_the_passages_and_then_the_answer(client, assistant):
    streamed = client.post("/v1/ask", json={"question": QUESTION, "stream": True})
    assert streamed.headers["content-type"].startswith("text/event-stream")
    (first, passages), (second, answer) = events_of(streamed.text)
    assert (first, second) == ("passages", "answer")
    assert {each["title"] for each in passages} == {"Oslo", "Rome"}
    assert answer == json.loads(json.dumps(answer_to_dict(assistant.ask(QUESTION))))


@pytest.mark.parametrize(
    ("filters", "quote"),
    [
        ({"after": "2025"}, "Ann Lee"),
        ({"before": "2024"}, "Bo Ek"),
        ({"before": "2024-01-02"}, "Bo Ek"),
        ({"source": ["upload:Rome"]}, "Bo Ek"),
        ({"tags": ["north"]}, "Ann Lee"),
    ],
)
def test_a_filter_leaves_only_what_fits(client, assistant, filters, quote):
    oslo = next(each for each in assistant.library.articles() if each.title == "Oslo")
    assistant.library.tag([oslo.id], ["north"])
    answer = client.post("/v1/ask", json={"question": QUESTION, **filters}).json()
    assert [each["quote"] for each in answer["citations"]] == [quote]


def test_a_chosen_article_and_settings_of_this_question_alone(client, assistant):
    rome = next(each for each in assistant.library.articles() if each.title == "Rome")
    answer = client.post("/v1/ask", json={"question": QUESTION, "article": [rome.id]}).json()
    assert [each["quote"] for each in answer["citations"]] == ["Bo Ek"]
    strict = client.post("/v1/ask", json={"question": QUESTION, "threshold": 0.995}).json()
    assert (strict["found"], strict["possible"][0]["quote"]) == (False, "Ann Lee")
    one = client.post("/v1/ask", json={"question": QUESTION, "max_answers": 1}).json()
    assert len(one["citations"]) == 1
    assert client.post("/v1/ask", json={"question": QUESTION}).json()["found"]


def test_the_kind_of_an_answer_is_chosen(client):
    for kind in ("topic", "about", "read"):
        assert client.post("/v1/ask", json={"question": "treaty", "kind": kind}).json()["kind"] == kind
    assert client.post("/v1/ask", json={"question": "Oslo", "kind": "talk"}).status_code == 422


def test_what_the_articles_do_not_say_is_an_answer(client):
    answer = client.post("/v1/ask", json={"question": "How heavy is the moon?"}).json()
    assert (answer["found"], answer["citations"], answer["text"]) == (False, [], "")
    assert answer["reason"] in ("not_sure", "nothing_relevant")


def test_a_question_goes_on_from_earlier_ones_that_are_asked_once(client, assistant):
    asked = {"question": "And when was it signed in Oslo?", "earlier": [QUESTION]}
    client.post("/v1/ask", json=asked)
    client.post("/v1/ask", json=asked)
    assert assistant.reader.questions.count(QUESTION) == 1


def test_a_search_gives_passages_with_their_offsets(client, assistant):
    found = client.post("/v1/search", json={"query": "treaty Rome", "top_k": 1}).json()
    (passage,) = found["passages"]
    assert (found["query"], passage["title"]) == ("treaty Rome", "Rome")
    article = assistant.library.article(passage["article_id"])
    assert article.text[passage["start"] : passage["end"]] == passage["text"]


def test_the_list_has_pages(client):
    first = client.get("/v1/articles", params={"limit": 1}).json()
    assert (first["total"], [each["title"] for each in first["articles"]]) == (2, ["Oslo"])
    second = client.get(first["next"]).json()
    assert ([each["title"] for each in second["articles"]], second["next"]) == (["Rome"], None)
    assert client.get("/v1/articles", params={"offset": 5}).json()["articles"] == []
    assert client.get("/v1/articles", params={"before": "2024"}).json()["total"] == 1
    assert client.get("/v1/articles", params={"words": "rome", "order": "asc"}).json()["total"] == 1


def test_an_article_is_added_read_corrected_and_removed(client, assistant):
    begun = client.post("/v1/articles", json={"articles": [FERRY]})
    assert (begun.status_code, begun.headers["location"]) == (202, f"/v1/jobs/{begun.json()['id']}")
    (article_id,) = ended(client, begun.json())["report"]["added"]

    article = client.get(f"/v1/articles/{article_id}").json()
    assert (article["text"], article["published"], article["url"]) == (FERRY_TEXT, "2025-06-01", "https://x.example/f")
    assert client.post("/v1/ask", json={"question": "When is the first crossing?"}).json()["text"] == "21:40"

    edit = {"published": "2025-06-02", "title": "Ferry", "add_tags": ["harbour"]}
    edited = client.patch(f"/v1/articles/{article_id}", json=edit).json()
    assert (edited["published"], edited["title"], edited["tags"]) == ("2025-06-02", "Ferry", ["harbour"])
    assert client.patch(f"/v1/articles/{article_id}", json={"published": ""}).json()["published"] is None

    assert client.delete(f"/v1/articles/{article_id}").json()["removed"] == [article_id]
    assert client.get(f"/v1/articles/{article_id}").status_code == 404
    assert len(assistant.library) == 2


def test_the_same_article_again_changes_nothing(client):
    first, second = (
        ended(client, client.post("/v1/articles", json={"articles": [FERRY]}).json())["report"] for _ in range(2)
    )
    assert len(first["added"]) == 1
    assert (second["added"], second["updated"], second["unchanged"]) == ([], [], 1)


def test_a_request_sent_again_under_its_key_is_the_same_job(client):
    key = {"Idempotency-Key": "monday"}
    first, second = (client.post("/v1/articles", json={"articles": [FERRY]}, headers=key).json() for _ in range(2))
    assert first["id"] == second["id"]
    other = client.post("/v1/articles", json={"articles": [{**FERRY, "text": "Other words."}]}, headers=key)
    assert (other.status_code, other.json()["type"]) == (422, "urn:article-qa:problem:idempotency-key")
    assert client.post("/v1/articles", json={"articles": [FERRY]}).json()["id"] != first["id"]


def test_files_are_added_and_two_of_one_name_are_both_kept(client, assistant):
    files = [("files", ("notes/a.txt", FERRY_TEXT)), ("files", ("b/a.txt", "Other words stand in this second file."))]
    report = ended(client, client.post("/v1/articles/files", files=files).json())["report"]
    assert len(report["added"]) == 2
    sources = {assistant.library.article(each).source for each in report["added"]}
    assert sources == {"upload:a.txt", "upload:a (2).txt"}


def test_files_sent_again_under_their_key_are_the_same_job(client):
    files, key = [("files", ("a.txt", FERRY_TEXT))], {"Idempotency-Key": "files"}
    first, second = (client.post("/v1/articles/files", files=files, headers=key).json() for _ in range(2))
    assert first["id"] == second["id"]


def test_a_job_that_waits_is_stopped(client, assistant):
    with assistant.library.backend.changing("testing"):
        client.post("/v1/articles", json={"articles": [FERRY]})
        waiting = client.post("/v1/articles", json={"articles": [{**FERRY, "text": "Other words."}]}).json()
        assert client.delete(f"/v1/jobs/{waiting['id']}").json()["state"] == "stopped"
    assert [each["id"] for each in client.get("/v1/jobs").json()["jobs"]][-1] == waiting["id"]
    assert client.get("/v1/jobs/none").status_code == 404


def test_saved_answers_are_checked(client):
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    checks = client.post("/v1/verify", json={"saved": answer}).json()
    assert (checks["format"], checks["holds"]) == ("article-qa/checks/1", True)
    answer["citations"][0]["quote"] = "Ann Leo"
    assert client.post("/v1/verify", json={"saved": [answer]}).json()["holds"] is False


def test_quotes_of_any_text_are_checked(client):
    text = "“The treaty was signed in Oslo by Ann Lee” and “signed in Oslo by Ann Leo” and “a wholly invented remark”."
    checked = client.post("/v1/verify", json={"text": text}).json()
    assert [each["verdict"] for each in checked["quotes"]] == ["verbatim", "altered", "absent"]
    filtered = client.post("/v1/verify", json={"text": text, "before": "2024"}).json()
    assert filtered["counts"]["verbatim"] == 0


@pytest.mark.parametrize("body", [{}, {"text": "x", "saved": []}, {"saved": {"format": "other"}}, {"saved": []}])
def test_what_cannot_be_checked_is_told(client, body):
    refused = client.post("/v1/verify", json=body)
    assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")


def test_feedback_is_kept_with_the_answer(client):
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    kept = client.post("/v1/feedback", json={"answer": answer, "verdict": "right"})
    assert (kept.status_code, kept.json()["verdict"]) == (201, "right")
    (judged,) = client.get("/v1/feedback").json()["judged"]
    assert (judged["question"], judged["verdict"]) == (QUESTION, "right")
    answer["citations"][0]["quote"] = "forged"
    assert client.post("/v1/feedback", json={"answer": answer, "verdict": "right"}).status_code == 409


def test_feedback_belongs_to_whoever_gives_it(assistant, tmp_path):
    kept = {name: Conversations(tmp_path / f"{name}.db") for name in ("reader", "editor")}
    api = create_api(assistant, access=People(), kept_of=lambda identity: kept[identity.name])
    reader, editor = (
        TestClient(api, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {name}"}) for name in kept
    )
    answer = reader.post("/v1/ask", json={"question": QUESTION}).json()
    assert reader.post("/v1/feedback", json={"answer": answer, "verdict": "right"}).status_code == 201
    assert [len(each.get("/v1/feedback").json()["judged"]) for each in (reader, editor)] == [1, 0]
    apart = TestClient(create_api(assistant, access=People()), headers={"Authorization": "Bearer reader"})
    assert apart.get("/v1/feedback").json()["type"].endswith("feedback-off")


def test_the_library_is_described(client):
    described = client.get("/v1/library").json()
    assert (described["articles"], described["first_published"]) == (2, "2024-01-02")


def test_answers_are_counted_and_no_word_of_them_is_told(client):
    client.post("/v1/ask", json={"question": QUESTION})
    client.post("/v1/ask", json={"question": "How heavy is the moon?"})
    client.get("/v1/articles/" + "0" * 16)
    page = client.get("/metrics").text
    assert 'article_qa_answers_total{outcome="found"} 1.0' in page
    assert 'article_qa_answers_total{outcome="not_found"} 1.0' in page
    assert 'article_qa_requests_total{method="GET",route="/v1/articles/{article_id}",status="404"} 1.0' in page
    assert "article_qa_articles 2.0" in page
    assert "treaty" not in page


def test_the_description_has_every_address_with_an_example(client):
    described = client.get("/v1/openapi.json").json()
    for path in (
        "/v1/ask",
        "/v1/search",
        "/v1/articles",
        "/v1/jobs/{job_id}",
        "/v1/verify",
        "/v1/feedback",
        "/metrics",
    ):
        assert path in described["paths"]
    asked = described["paths"]["/v1/ask"]["post"]
    assert asked["responses"]["200"]["content"]["application/json"]["example"]["format"] == "article-qa/answer/1"
    assert described["components"]["schemas"]["AskBody"]["examples"][0] == {"question": "Who signed the treaty?"}
    assert "application/problem+json" in asked["responses"]["4XX"]["content"]


def test_the_command_refuses_to_serve_strangers(monkeypatch, tmp_path):
    from qa.cli.commands import app

    monkeypatch.setattr("qa.cli.serve_command.opened_assistant", lambda *_: opened_assistant(tmp_path))
    refused = CliRunner().invoke(app, ["serve", "--host", "0.0.0.0"])
    assert "nobody has to sign in" in str(refused.exception)


def test_a_job_that_fails_says_why_and_not_where(client, assistant, monkeypatch):
    def busy(*_, **__):
        raise LibraryBusy(f"{assistant.library.path} is written to by another program")

    monkeypatch.setattr(assistant.library, "add_documents", busy)
    job = ended(client, client.post("/v1/articles", json={"articles": [FERRY]}).json())
    assert (job["state"], job["problem"]["type"]) == ("failed", "urn:article-qa:problem:library-busy")
    assert str(assistant.library.path) not in json.dumps(job)


def test_more_jobs_than_can_wait_are_turned_away(client, assistant, monkeypatch):
    monkeypatch.setattr("qa.api.additions.MOST_WAITING", 2)
    with assistant.library.backend.changing("testing"):
        sent = [client.post("/v1/articles", json={"articles": [{**FERRY, "text": f"Words {n}."}]}) for n in range(3)]
    assert [each.status_code for each in sent] == [202, 202, 503]
    assert sent[2].headers["retry-after"] == "10"
    assert client.app.state.services.jobs.end(30)


def test_a_file_beyond_the_limit_is_refused_by_itself(client, monkeypatch):
    uploads = client.app.state.services.additions.uploads
    monkeypatch.setattr(uploads, "most_bytes", 10)
    refused = client.post("/v1/articles/files", files=[("files", ("a.txt", FERRY_TEXT))])
    assert (refused.status_code, refused.json()["type"]) == (413, "urn:article-qa:problem:too-large")
