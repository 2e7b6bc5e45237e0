"""The API beside the page: one server, one port, and each request to the one that it is for."""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from qa.api.hosts import own_path

_PATHS = re.compile(r"/(?:v1|metrics|mcp)(?:/|$)")


def is_api(path: str) -> bool:
    """Whether an address is one of the API."""
    return _PATHS.match(path) is not None


class Beside:
    """Middleware: what is for the API goes there, all else to the page."""

    def __init__(self, app: ASGIApp, api: FastAPI) -> None:
        self.app = app
        self.api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on; the API begins and ends with the page."""
        if scope["type"] == "lifespan":
            async with self.api.router.lifespan_context(self.api):
                await self.app(scope, receive, send)
        else:
            await (self.api if is_api(own_path(scope)) else self.app)(scope, receive, send)
