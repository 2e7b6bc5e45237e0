"""The address of what the page shows: its conversation and its filter, so that a reload or a link opens it again."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

from qa.datatypes import Where
from qa.errors import AddressError
from qa.serialization.filters import parse_where_query, where_query

_ID = re.compile(r"[0-9a-f]{16}")


def page_address(conversation: str | None, where: Where) -> str:
    """`?c=..&from=..`; "" for a new conversation about everything. A filter too long for an address is left out."""
    try:
        filtered = where_query(where)
    except AddressError:
        filtered = ""
    parts = [f"c={conversation}" if conversation else "", filtered]
    query = "&".join(part for part in parts if part)
    return f"?{query}" if query else ""


def parse_page_address(address: str) -> tuple[str | None, Where]:
    """What `page_address` wrote; parts that are damaged count as missing."""
    query = address.partition("#")[0].removeprefix("?")[:20_000]
    try:
        where = parse_where_query(query)
        given = parse_qs(query, max_num_fields=1000).get("c", [""])[-1]
    except (AddressError, ValueError):
        return None, Where()
    return (given if _ID.fullmatch(given) else None), where
