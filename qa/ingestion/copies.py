"""Which articles are copies of one another, found when they go in: those that share their lowest hashes are compared.

Every article has a group, which it is alone in at first; a copy joins the group of what it is a copy of, and makes one
of two groups that it has both texts of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from qa.datatypes import Article, Progress, ProgressCallback
from qa.storage.base import Store, Transaction, batched

if TYPE_CHECKING:
    pass

BATCH = 200  # articles looked through in one transaction
COMPARED = 10  # articles that each is compared with: those that share most
_STATE = "copies"  # of the library's facts: the version of the finder that has looked through all of it
_BEGUN = " begun"


@dataclass(slots=True)
class FoundCopies:
    """Of new articles, by id, their group and their lowest hashes; and the stored articles that change their group."""

    new: dict[str, tuple[str, tuple[int, ...]]] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)

    def store(self, transaction: Transaction) -> None:
        """Write it; the articles have been put."""
        for article_id, (group, hashes) in self.new.items():
            transaction.put_copies(article_id, group, hashes)
        if self.moved:
            transaction.regroup(self.moved)


def find_copies(store: Store, articles: Mapping[str, Article]) -> FoundCopies:
    """Look for copies of new articles, by id, in the store and among themselves."""
    from qa.news.copies import are_copies, lowest, shingles

    prints = {each: shingles(article.text) for each, article in articles.items()}
    hashes = {each: lowest(print_) for each, print_ in prints.items()}
    likely = _likely(store, hashes)
    stored = {other for others in likely.values() for other in others if other not in articles}
    groups = store.copies.groups(stored)
    known = store.articles_by_id(groups)
    prints |= {each: shingles(article.text) for each, article in known.items()}
    known |= articles
    joined: dict[str, str] = {}  # groups that have become part of another
    for each, others in likely.items():
        same = [
            other
            for other in others
            if other in known and are_copies(prints[each], prints[other], _days(known[each], known[other]))
        ]
        ours, *merged = dict.fromkeys([_last(joined, groups[other]) for other in same] or [each])
        groups[each] = ours
        joined |= dict.fromkeys(merged, ours)
    moved = {
        member: _last(joined, group) for group, members in store.copies.members(joined).items() for member in members
    }
    return FoundCopies({each: (_last(joined, groups[each]), hashes[each]) for each in articles}, moved)


def _likely(store: Store, hashes: Mapping[str, tuple[int, ...]]) -> dict[str, list[str]]:
    """By article those that share most of its hashes: stored ones, and of the others those before it."""
    holders = store.copies.sharing({each for found in hashes.values() for each in found})
    likely: dict[str, list[str]] = {}
    for article_id, found in hashes.items():
        shared = Counter(other for each in found for other in holders.get(each, ()) if other != article_id)
        likely[article_id] = [other for other, _ in shared.most_common(COMPARED)]
        for each in found:
            holders.setdefault(each, []).append(article_id)
    return likely


def _days(one: Article, other: Article) -> int:
    """The days between two articles, 0 where they are not known."""
    return abs((one.published - other.published).days) if one.published and other.published else 0


def _last(joined: Mapping[str, str], group: str) -> str:
    while group in joined:
        group = joined[group]
    return group


def are_copies_known(store: Store) -> bool:
    """Whether this version of the finder has looked through a whole library, so that only new articles are to be."""
    from qa.news.copies import VERSION

    return store.meta(_STATE) == str(VERSION)


def find_missing_copies(store: Store, progress: ProgressCallback, *, anew: bool = False) -> None:
    """Look through the articles that were not; `anew`, through all. The caller is in `Backend.changing`.

    What another version has found goes first.
    """
    from qa.news.copies import VERSION

    whole, state = str(VERSION), store.meta(_STATE)
    if anew or state not in (whole, whole + _BEGUN):
        with store.transaction() as transaction:
            transaction.forget_copies()
            transaction.set_meta(_STATE, whole + _BEGUN)
    missing = store.copies.missing()
    done = 0
    for page in batched(missing, BATCH):
        articles = store.articles_by_id(page)
        found = find_copies(store, articles)
        with store.transaction() as transaction:
            found.store(transaction)
        done += len(page)
        progress(Progress("index", done, len(missing)))
    with store.transaction() as transaction:
        transaction.set_meta(_STATE, whole)
