"""The API beside the page, on the same server and through its doors."""

import httpx
import pytest
from chat_fakes import FakeAssistant

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
