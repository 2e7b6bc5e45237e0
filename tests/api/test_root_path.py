"""The API below a path of a reverse proxy, which takes the path off."""

import httpx
import pytest
from api_fakes import AUTHORIZED, FERRY_TEXT, TOKEN, create_api, opened_assistant, served

from qa.api.access import LocalAccess


@pytest.fixture
def client(tmp_path):
    assistant = opened_assistant(tmp_path)
    api = create_api(assistant, access=LocalAccess(TOKEN))
    with served(api, "/news") as address, httpx.Client(base_url=address, headers=AUTHORIZED, timeout=30) as client:
        yield client
    assert api.state.services.jobs.end(30)
    assistant.close()


def test_addresses_that_are_given_lead_through_the_proxy(client):
    first = client.get("/v1/articles", params={"limit": 1}).json()
    assert first["next"] == "/news/v1/articles?limit=1&offset=1"
    begun = client.post("/v1/articles", json={"articles": [{"title": "Ferry", "text": FERRY_TEXT}]})
    assert begun.headers["location"] == f"/news/v1/jobs/{begun.json()['id']}"
    body = {"messages": [{"role": "user", "content": "Who signed the treaty?"}]}
    cited = client.post("/v1/chat/completions", json=body).json()["choices"][0]["message"]["annotations"][0]
    assert cited["url_citation"]["url"].startswith(f"{client.base_url}/news/v1/articles/")


def test_what_depends_on_the_address_is_as_without_a_proxy(client):
    large = [
        ("files", ("a.txt", b"The harbour is closed. " * 400_000))
    ]  # more than a body may have, and less than a file
    assert client.post("/v1/articles/files", files=large).status_code == 202
    wrong = client.post("/v1/chat/completions", json={"model": "gpt", "messages": []})
    assert wrong.json()["error"]["code"] == "model-not-found"
