"""The tools as an MCP server, https://modelcontextprotocol.io: over stdio, and as streamable HTTP at /mcp."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Annotated, Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from pydantic import Field
from starlette.applications import Starlette
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send

import qa
from qa.accounts.access import Access
from qa.accounts.identity import LOCAL, Identity, Role
from qa.api.access import identified
from qa.api.problems import Problem, logged_problem
from qa.api.services import Services
from qa.api.tools import INSTRUCTIONS, Tools

_IDENTITY = "article_qa_identity"  # in the scope of a request that was let in
_PERIOD = "A day, month or year: 2025-05-12, 2025-05 or 2025."

Query = Annotated[str, Field(description="Words or a question.")]
Id = Annotated[str, Field(description="The id of an article, as `search` gives it.")]
Question = Annotated[str, Field(description="The question, in the language of the articles.")]
Earlier = Annotated[list[str], Field(description="Earlier questions of the conversation, if it goes on from them.")]
Sources = Annotated[list[str], Field(description="Only these publishers or websites, as bbc.co.uk.")]
After = Annotated[str, Field(description=f"Only articles from then on. {_PERIOD}")]
Before = Annotated[str, Field(description=f"Only articles up to then. {_PERIOD}")]
Text = Annotated[str, Field(description="A text with quotation marks, or answers of `ask` as JSON.")]


def mcp_server(services: Services) -> MCPServer[Any]:
    """A server with the four tools."""
    server: MCPServer[Any] = MCPServer(
        "article-qa", title="Your articles", instructions=INSTRUCTIONS, version=qa.__version__, log_level="WARNING"
    )

    def search(query: Query, context: Context[Any, Any]) -> str:
        """Find articles of the user by words and by meaning; the results have ids for `fetch`."""
        with _problems_told():
            return Tools(services, _base(context)).search(query)

    def fetch(id: Id, context: Context[Any, Any]) -> str:  # noqa: A002  # the name that connectors send
        """Read one article with its whole text."""
        with _problems_told():
            return Tools(services, _base(context)).fetch(id)

    def ask(
        question: Question,
        context: Context[Any, Any],
        earlier: Earlier = [],  # noqa: B006  # a schema's default, never changed
        source: Sources = [],  # noqa: B006
        after: After = "",
        before: Before = "",
    ) -> str:
        """Answer with exact quotes of the user's articles, each with its place, or say that they don't say."""
        with _problems_told():
            tools, who = Tools(services), _identity(context)
            return tools.ask(question, who, earlier=earlier, source=source, after=after, before=before)

    def verify(text: Text) -> str:
        """Check the quotes in a text: verbatim in an article (where), altered (how), or in none of them."""
        with _problems_told():
            return Tools(services).verify(text)

    for tool in (search, fetch, ask, verify):
        hints = ToolAnnotations(read_only_hint=True, open_world_hint=False)
        server.add_tool(tool, annotations=hints, structured_output=False)
    return server


class McpEndpoint:
    """The server at one address of the API, behind the same access."""

    def __init__(self, server: MCPServer[Any], access: Access) -> None:
        self.server = server
        self.access = access
        # Host and Origin are looked at before a request comes here; a request needs no session to be answered.
        self.app: Starlette = server.streamable_http_app(
            streamable_http_path="/mcp",
            stateless_http=True,
            json_response=True,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    def lifespan(self, _: object) -> AbstractAsyncContextManager[None]:
        """While this is entered, requests can be answered."""
        return self.server.session_manager.run()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let readers in."""
        try:
            scope[_IDENTITY] = identified(self.access, HTTPConnection(scope), Role.READER)
        except Problem as problem:
            await problem.to_response()(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _identity(context: Context[Any, Any]) -> Identity:
    """Who calls a tool; over stdio that is whoever has started the program."""
    request = context.request_context.request
    found = LOCAL if request is None else request.scope[_IDENTITY]
    return found if isinstance(found, Identity) else LOCAL


def _base(context: Context[Any, Any]) -> str:
    """The server's own address; over stdio there is none, and articles without one are told apart by their ids."""
    request = context.request_context.request
    return "article-qa:" if request is None else str(request.base_url).rstrip("/")


@contextmanager
def _problems_told() -> Iterator[None]:
    """What goes wrong is told as the API tells it: nothing of the insides."""
    try:
        yield
    except Exception as error:  # noqa: BLE001  # logged, and told as a sentence
        raise ToolError(logged_problem(error, "a tool").detail) from None
