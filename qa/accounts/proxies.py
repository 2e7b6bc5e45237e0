"""What a reverse proxy says of a request, believed only where the proxy is one that was named.

Everybody can send `X-Forwarded-For`: from anybody else such headers are taken off before anything looks at them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from starlette.types import ASGIApp, Receive, Scope, Send

from qa.errors import SettingError

_HOST = re.compile(r"(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?", re.ASCII)
_ROOT = re.compile(r"(?:/[\w.-]+)*", re.ASCII)
_SAID = frozenset(
    "x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-forwarded-prefix forwarded x-real-ip "
    "x-original-url x-rewrite-url x-script-name".split()
)
_HEADER = re.compile(r"[A-Za-z][\w-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Proxies:
    """The networks whose proxies are believed, the header in which they name a user, and the path they serve under."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    user_header: str = ""
    root_path: str = ""

    @classmethod
    def of(cls, networks: Iterable[str] = (), user_header: str = "", root_path: str = "") -> Proxies:
        """What was chosen. Raises SettingError for what is no network, header or path, or believes everybody."""
        try:
            known = tuple(ip_network(each.strip()) for each in networks)
        except ValueError as error:
            raise SettingError(f"--trusted-proxy: {error}. Give an address or a network, such as 10.0.0.5.") from None
        if any(each.prefixlen == 0 for each in known):
            raise SettingError("--trusted-proxy: a network of all addresses would let everybody say who they are.")
        if user_header and not _HEADER.fullmatch(user_header):
            raise SettingError(f"--user-header: {user_header!r} is no name of a header.")
        if user_header and not known:
            raise SettingError("--user-header needs --trusted-proxy: else everybody could say who they are.")
        if not _ROOT.fullmatch(root_path) or ".." in root_path:
            raise SettingError(f"--root-path: {root_path!r} is no path. Give one such as /qa, without a / at its end.")
        return cls(known, user_header.lower(), root_path)

    def trusts(self, address: str) -> bool:
        """Whether an address is that of a proxy that is believed."""
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        mapped = getattr(found, "ipv4_mapped", None)
        return any(
            (mapped or found) in network for network in self.networks if network.version == (mapped or found).version
        )

    def client_of(self, peer: str, forwarded: str) -> str:
        """The nearest address of a chain of proxies that is none of them."""
        for address in reversed([each.strip() for each in forwarded.split(",") if each.strip()]):
            if not self.trusts(peer):
                break
            peer = address
        return peer


class Forwarded:
    """Middleware, the outermost: from here on a request is as its sender has sent it to the proxy."""

    def __init__(self, app: ASGIApp, proxies: Proxies) -> None:
        self.app = app
        self.proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand a request on with what is true of it."""
        if scope["type"] in ("http", "websocket"):
            scope = self._true(scope)
        await self.app(scope, receive, send)

    def _true(self, scope: Scope) -> Scope:
        peer, port = scope.get("client") or ("", 0)
        headers = [(name.lower(), value) for name, value in scope["headers"]]
        said = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        is_trusted = self.proxies.trusts(peer)
        dropped = _SAID if is_trusted else _SAID | {self.proxies.user_header}
        kept = [(name, value) for name, value in headers if name.decode("latin-1") not in dropped]
        scope = dict(scope) | {"trusted_proxy": is_trusted}
        if is_trusted:
            if _HOST.fullmatch(host := said.get("x-forwarded-host", "").rpartition(",")[2].strip()):
                kept = [(name, value) for name, value in kept if name != b"host"] + [(b"host", host.encode())]
            if (scheme := said.get("x-forwarded-proto", "").rpartition(",")[2].strip().lower()) in ("http", "https"):
                scope["scheme"] = scheme
                kept.append((b"x-forwarded-proto", scheme.encode()))  # which Gradio looks at
            scope["client"] = (self.proxies.client_of(peer, said.get("x-forwarded-for", "")), port)
        scope["headers"] = kept
        scope["path"] = self._without_root(scope["path"])
        scope["raw_path"] = scope["path"].encode("utf-8", "replace")
        return scope

    def _without_root(self, path: str) -> str:
        """The path as it is without a proxy, however often the root stands before it."""
        root = self.proxies.root_path
        while root and (path == root or path.startswith(f"{root}/")):
            path = path[len(root) :] or "/"
        return path
