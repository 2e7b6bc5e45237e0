"""Which articles of a folder's library are copies of one another. `qa.ingestion.copies` finds it."""

from __future__ import annotations

import json
from collections.abc import Collection

from qa.storage.local.database import Database

MOST = 50  # articles that one hash leads to: what more of them share is what a site puts into each


class Copies:
    """The copies in one database. Every method may be called from any thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self, ids: Collection[str]) -> dict[str, str]:
        """By article id its group; articles that were not looked through are left out."""
        return dict(self._pairs("SELECT article_id, family FROM copies WHERE article_id IN (SELECT value FROM ", ids))

    def members(self, groups: Collection[str]) -> dict[str, list[str]]:
        """By group the articles in it."""
        found: dict[str, list[str]] = {}
        pairs = self._pairs(
            "SELECT article_id, family FROM copies WHERE family IN (SELECT value FROM ", groups, " ORDER BY article_id"
        )
        for article_id, group in pairs:
            found.setdefault(group, []).append(article_id)
        return found

    def _pairs(self, query: str, values: Collection[str], order: str = "") -> list[tuple[str, str]]:
        """`query` and `order` are never text from outside."""
        if not values or not self._database.has_copies:
            return []
        with self._database.reading() as connection:
            return connection.execute(f"{query}json_each(?)){order}", (json.dumps(list(values)),)).fetchall()

    def sharing(self, hashes: Collection[int]) -> dict[int, list[str]]:
        """By hash the articles that have it among their lowest, at most fifty of them."""
        found: dict[int, list[str]] = {}
        with self._database.reading() as connection:
            for each in hashes:
                rows = connection.execute(
                    "SELECT c.article_id FROM shingles s JOIN copies c ON c.number = s.number WHERE s.hash = ? LIMIT ?",
                    (each, MOST),
                ).fetchall()
                if rows:
                    found[each] = [row[0] for row in rows]
        return found

    def missing(self) -> list[str]:
        """The articles that were not looked through, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT a.id FROM articles a LEFT JOIN copies c ON c.article_id = a.id "
                "WHERE c.article_id IS NULL ORDER BY a.published DESC, a.title, a.id"
            ).fetchall()
        return [row[0] for row in rows]
