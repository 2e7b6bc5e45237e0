"""Changes that come by way of the API, for the audit log: who, what and how it ended, never what was sent."""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from qa.accounts.audit import AuditLog
from qa.accounts.identity import Identity

_CHANGES = re.compile(r"/v1/(?:articles|jobs|feedback)(?:/|$)")


class Audited:
    """Middleware, before the API: requests that change something get a line each."""

    def __init__(self, app: ASGIApp, audit: AuditLog) -> None:
        self.app = app
        self.audit = audit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on, and tell of it when its answer begins."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or not _CHANGES.match(scope["path"]):
            await self.app(scope, receive, send)
            return

        async def send_told(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._tell(scope, message["status"])
            await send(message)

        await self.app(scope, receive, send_told)

    def _tell(self, scope: Scope, status: int) -> None:
        identity = scope.get("state", {}).get("identity") or scope.get("identity")
        who = identity.name if isinstance(identity, Identity) else "?"
        address = (scope.get("client") or ("", 0))[0]
        details = {"through": "api", "of": scope["path"], "status": status}
        self.audit.record(f"api-{scope['method'].lower()}", who, details, address=address)
