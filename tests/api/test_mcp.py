"""The official MCP client over both transports."""

import asyncio
import json
import sys

import pytest
from api_fakes import AUTHORIZED, TOKEN, create_api, opened_assistant, served
from httpx2 import AsyncClient
from mcp import Client
from mcp.client.stdio import StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from typer.testing import CliRunner

from qa.api.access import LocalAccess

QUESTION = "Who signed the treaty?"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory):
    opened = opened_assistant(tmp_path_factory.mktemp("mcp"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def address(assistant):
    with served(create_api(assistant, access=LocalAccess(TOKEN))) as found:
        yield found


def call(address, *calls):
    """The results of tools that are called one after the other, by name and arguments."""

    async def run():
        async with (
            AsyncClient(headers=AUTHORIZED) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return [await client.call_tool(name, arguments) for name, arguments in calls]

    return asyncio.run(run())


def value_of(result):
    """What the one text item of a result holds as JSON."""
    assert not result.is_error, result.content
    (item,) = result.content
    assert item.type == "text"
    return json.loads(item.text)


def test_search_and_fetch_are_as_connectors_need_them(address, assistant):
    (found,) = map(value_of, call(address, ("search", {"query": "treaty Rome"})))
    first = found["results"][0]
    assert (first["title"], first["url"]) == ("Rome", f"{address}/v1/articles/{first['id']}")
    (article,) = map(value_of, call(address, ("fetch", {"id": first["id"]})))
    assert list(article) == ["id", "title", "text", "url", "metadata"]
    assert article["text"] == assistant.library.article(first["id"]).text
    assert article["metadata"]["published"] == "2024-01-02"


def test_ask_gives_quotes_or_says_that_there_is_none(address):
    sure, none = map(
        value_of, call(address, ("ask", {"question": QUESTION}), ("ask", {"question": "How heavy is the moon?"}))
    )
    assert sure["says"].startswith("“Ann Lee” (Oslo, 12 May 2025)")
    assert (sure["found"], sure["citations"][0]["quote"]) == (True, "Ann Lee")
    assert "passages" not in sure
    assert (none["says"].startswith("Your articles don't say."), none["citations"]) == (True, [])


def test_ask_takes_a_filter_and_a_conversation(address):
    filtered, follow_up = map(
        value_of,
        call(
            address,
            ("ask", {"question": QUESTION, "before": "2024"}),
            ("ask", {"question": "And where?", "earlier": [QUESTION]}),
        ),
    )
    assert filtered["text"] == "Bo Ek"
    assert follow_up["text"] == "Oslo"


def test_verify_checks_a_text_and_an_answer(address):
    text, answer = call(address, ("verify", {"text": "“signed in Oslo by Ann Leo”"}), ("ask", {"question": QUESTION}))
    assert value_of(text)["says"] == "1 quote: 1 altered"
    saved = json.dumps({**value_of(answer), "passages": []})
    (checks,) = map(value_of, call(address, ("verify", {"text": saved})))
    assert (checks["format"], checks["holds"]) == ("article-qa/checks/1", True)


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("fetch", {"id": "../../etc/passwd"}, "No article has this id"),
        ("ask", {"question": "  "}, "question is empty"),
        ("ask", {"question": QUESTION, "after": "yesterday"}, "is no date"),
        ("ask", {"question": "crash"}, "Something went wrong here"),
        ("search", {"query": ""}, "1 to 2,000 characters"),
    ],
)
def test_what_goes_wrong_is_told_in_a_sentence(address, name, arguments, words):
    (result,) = call(address, (name, arguments))
    assert result.is_error
    assert words in result.content[0].text
    assert "secret" not in result.content[0].text


def test_nobody_is_let_in_without_the_token(address):
    import httpx

    refused = httpx.post(f"{address}/mcp", json={"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    foreign = httpx.post(f"{address}/mcp", json={}, headers={**AUTHORIZED, "Origin": "http://evil.example"})
    assert foreign.status_code == 403


def test_the_tools_are_described_and_only_read(address):
    async def run():
        async with (
            AsyncClient(headers=AUTHORIZED) as http,
            Client(streamable_http_client(f"{address}/mcp", http_client=http)) as client,
        ):
            return (await client.list_tools()).tools

    tools = {each.name: each for each in asyncio.run(run())}
    assert set(tools) == {"search", "fetch", "ask", "verify"}
    assert all(each.annotations.read_only_hint for each in tools.values())
    assert tools["ask"].input_schema["required"] == ["question"]
    assert "context" not in tools["ask"].input_schema["properties"]


SERVER = """
import sys
from pathlib import Path
import qa.cli.mcp_command
from api_fakes import opened_assistant
from qa.cli import main
qa.cli.mcp_command.opened_assistant = lambda *_: opened_assistant(Path(sys.argv[1]))
main(["mcp"])
"""


def test_the_command_speaks_over_stdio(tmp_path):
    async def run():
        server = StdioServerParameters(
            command=sys.executable, args=["-c", SERVER, str(tmp_path)], env={"PYTHONPATH": "tests"}
        )
        async with Client(server) as client:
            return await client.call_tool("ask", {"question": QUESTION}), await client.call_tool(
                "search", {"query": "Rome"}
            )

    answer, found = map(value_of, asyncio.run(run()))
    assert answer["text"] == "Ann Lee"
    assert found["results"][0]["url"] == f"article-qa:/article/{found['results'][0]['id']}"


def test_without_the_package_the_remedy_is_told(monkeypatch):
    from qa.cli.commands import app

    monkeypatch.setattr("qa.cli.mcp_command.find_spec", lambda _: None)
    refused = CliRunner().invoke(app, ["mcp"])
    assert "pip install 'article-qa[mcp]'" in str(refused.exception)
