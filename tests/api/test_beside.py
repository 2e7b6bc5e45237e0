"""The API beside the page, on the same server and through its doors."""

import asyncio
import json

import httpx
import pytest
from api_fakes import opened_assistant
from chat_fakes import TIMETABLE, FakeAssistant
from httpx2 import AsyncClient
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from serving_fakes import EDITOR, READER, Browser, served_to

from ui.app import launch


@pytest.fixture(scope="module")
def page():
    served = launch(FakeAssistant(), port=0)
    yield served
    served.close()


def test_the_key_of_the_page_is_the_token_of_the_api(page):
    headers = {"Authorization": f"Bearer {page.key}"}
    listed = httpx.get(f"{page.url}v1/articles", headers=headers)
    assert (listed.status_code, listed.json()["total"]) == (200, 3)
    assert "article_qa_articles 3.0" in httpx.get(f"{page.url}metrics", headers=headers).text
    assert httpx.get(f"{page.url}v1/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Host": "evil.example"}, 403),
        ({"Origin": "http://x.example"}, 403),
    ],
)
def test_nobody_else_is_let_in(page, headers, status):
    headers = {"Authorization": f"Bearer {page.key}"} | headers if status == 403 else headers
    refused = httpx.get(f"{page.url}v1/articles", headers=headers)
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert refused.headers["content-security-policy"].startswith("default-src 'self'")


def test_the_page_is_still_there(page):
    assert "gradio" in httpx.get(page.entrance, follow_redirects=True).text.lower()
    assert httpx.get(f"{page.url}v1x").status_code == 401


def test_feedback_by_the_api_is_beside_what_one_has_said_on_the_page(tmp_path):
    assistant = opened_assistant(tmp_path)
    with served_to(("ada", EDITOR), ("ben", EDITOR), assistant=assistant) as page:
        accounts = page.admission.accounts
        ada, ben = (
            httpx.Client(
                base_url=page.url, headers={"Authorization": f"Bearer {accounts.add_token(name, 'test', READER)[1]}"}
            )
            for name in ("ada", "ben")
        )
        answer = ada.post("/v1/ask", json={"question": "Who signed the treaty?"}).json()
        assert ada.post("/v1/feedback", json={"answer": answer, "verdict": "right"}).status_code == 201
        assert [len(each.get("/v1/feedback").json()["judged"]) for each in (ada, ben)] == [1, 0]
        browser = Browser(page.url)
        browser.sign_in("ada")
        assert "Who signed the treaty?" in browser.call("conversations", {})
    assistant.close()


def test_an_assistant_fetches_by_way_of_the_page(page):
    async def fetch():
        async with (
            AsyncClient(headers={"Authorization": f"Bearer {page.key}"}) as http,
            Client(streamable_http_client(f"{page.url}mcp", http_client=http)) as client,
        ):
            return await client.call_tool("fetch", {"id": TIMETABLE.id})

    (item,) = asyncio.run(fetch()).content
    article = json.loads(item.text)
    assert (article["title"], article["url"]) == ("Summer timetable", f"{page.url}article/{TIMETABLE.id}")
