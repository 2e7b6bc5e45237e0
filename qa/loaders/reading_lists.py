"""Exports whose rows are no articles yet: lists of links, highlights of Readwise, tables of Ghost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from qa.errors import LoadError

LINKS = "It is a list of links without the articles' texts."
ADD_THE_ADDRESSES = "Add the addresses themselves, or save their pages in a browser and add these."

_LINKS_OF_PAGE = re.compile(r"<a\s[^<>]{0,1000}\stime_added=|<!DOCTYPE\s+NETSCAPE-Bookmark-file", re.IGNORECASE)
_LINK_COLUMNS = frozenset(("url", "link", "href"))

Row = Mapping[object, object]


def refuse_list_of_links(columns: Iterable[str], origin: str) -> None:
    """Raise LoadError for a table that has addresses, where no column is a text: Pocket writes it, and Reader."""
    if _LINK_COLUMNS & {name.strip().lower() for name in columns}:
        raise LoadError(origin, LINKS, ADD_THE_ADDRESSES)


def is_list_of_links(html: str) -> bool:
    """Whether a page is what Pocket or a browser exports of saved links."""
    return _LINKS_OF_PAGE.search(html[:100_000]) is not None


def are_highlights(columns: Iterable[str]) -> bool:
    """Whether a table is one of highlights, as Readwise exports it."""
    return {"Highlight", "Book Title"} <= set(columns)


def by_document(rows: Iterable[tuple[int, object]]) -> Iterator[tuple[int, object]]:
    """The highlights of each document together, as one row by the number of its first one; no day is its own."""
    found: dict[tuple[object, object], tuple[int, list[str], Row]] = {}
    for number, row in rows:
        if not isinstance(row, Mapping):
            yield number, row
            continue
        key = (row.get("Book Title"), row.get("Book Author"))
        found.setdefault(key, (number, [], row))[1].append(str(row.get("Highlight") or "").strip())
    for (title, author), (number, texts, row) in found.items():
        text = "\n\n".join(filter(None, texts))
        yield number, {"title": title, "author": author, "text": text, "url": row.get("Source URL") or row.get("URL")}


def posts_of_ghost(loaded: Row) -> list[object] | None:
    """The posts of an export of Ghost with the names of their authors; `None` for anything else."""
    databases = loaded.get("db")
    first = databases[0] if isinstance(databases, list) and databases else loaded
    data = first.get("data") if isinstance(first, Mapping) else None
    if not isinstance(data, Mapping) or not isinstance(posts := data.get("posts"), list):
        return None
    users = {user.get("id"): user.get("name") for user in _rows(data, "users")}
    authors: dict[object, list[object]] = {}
    for each in _rows(data, "posts_authors"):
        authors.setdefault(each.get("post_id"), []).append(users.get(each.get("author_id")))
    return [_post(post, authors, users) if isinstance(post, Mapping) else post for post in posts]


def _post(post: Row, authors: Mapping[object, list[object]], users: Mapping[object, object]) -> Row:
    """A post whose text is its HTML, for Ghost writes the addresses of links into the plain one."""
    names = authors.get(post.get("id")) or [users.get(post.get("author_id"))]
    kept = {name: value for name, value in post.items() if name != "plaintext" or not post.get("html")}
    return {**kept, "authors": [name for name in names if isinstance(name, str)]}


def _rows(data: Row, name: str) -> Iterator[Row]:
    rows = data.get(name)
    yield from (row for row in (rows if isinstance(rows, list) else ()) if isinstance(row, Mapping))
