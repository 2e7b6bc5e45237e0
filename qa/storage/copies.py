"""Of articles that are copies of one text, which one is the original."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from qa.datatypes import Where
from qa.storage.base import Store
from qa.storage.listing import ArticleSummary, ListQuery

MOST = 5000  # copies that are looked up at once


def copies_by_id(store: Store, ids: Collection[str]) -> dict[str, ArticleSummary]:
    """By article id the earliest article of its group of copies; those that are the earliest are left out.

    An undated article is taken to be later than a dated one, and of two of one day the one that made the group is
    earlier.
    """
    groups = store.copies.groups(ids)
    members = {group: found for group, found in store.copies.members(set(groups.values())).items() if len(found) > 1}
    group_of = {each: group for group, found in members.items() for each in found}
    first: dict[str, ArticleSummary] = {}
    for each in sorted(summaries(store, group_of), key=lambda one: one.id != group_of[one.id]):
        known = first.get(group_of[each.id])
        if known is None or _is_earlier(each, known):
            first[group_of[each.id]] = each
    originals = {each: first[group] for each, group in groups.items() if group in first}
    return {each: original for each, original in originals.items() if original.id != each}


def _is_earlier(one: ArticleSummary, other: ArticleSummary) -> bool:
    return one.published is not None and (other.published is None or one.published < other.published)


def summaries(store: Store, ids: Iterable[str], where: Where | None = None) -> tuple[ArticleSummary, ...]:
    """These articles as far as the filter lets them through, the oldest first, undated ones last."""
    where = where or Where()
    wanted = tuple(each for each in ids if not where.article_ids or each in where.article_ids)
    if not wanted:
        return ()
    query = ListQuery(replace(where, article_ids=wanted), descending=False)
    return store.listing(query, offset=0, limit=MOST).articles
