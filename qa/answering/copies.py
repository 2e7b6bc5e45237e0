"""Copies of one text among passages and answers: one of them is read, and all of them are shown as one source."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from qa.datatypes import Answer, ArticleCopy, Citation, RetrievedPassage, Where, all_citations
from qa.storage.base import Store
from qa.storage.copies import summaries

KNOWN = 0.8  # of a passage's runs of words that are in those before it, from which on it has nothing new


def one_of_each(passages: Sequence[RetrievedPassage], copies: Mapping[str, str], count: int) -> list[RetrievedPassage]:
    """The passages, those behind the first `count` that repeat what a copy of their article says among these.

    `copies` gives the group of an article by its id. Only passages of articles that share a group are compared.
    """
    shared = _shared(copies[each.article.id] for each in passages if each.article.id in copies)
    kept: list[RetrievedPassage] = []
    repeated: list[RetrievedPassage] = []
    read: dict[str, list[RetrievedPassage]] = {}
    for place, each in enumerate(passages):
        if len(kept) == count:
            return [*kept, *repeated, *passages[place:]]
        group = copies.get(each.article.id)
        if group in shared and _is_repeated(each, read.get(group, ())):
            repeated.append(each)
            continue
        kept.append(each)
        if group in shared:
            read.setdefault(group, []).append(each)
    return [*kept, *repeated]


def _shared(groups: Iterable[str]) -> set[str]:
    """The groups that come more than once."""
    once: set[str] = set()
    return {each for each in groups if each in once or once.add(each)}  # type: ignore[func-returns-value]


def _is_repeated(passage: RetrievedPassage, before: Iterable[RetrievedPassage]) -> bool:
    """Whether other articles have its words in passages `before` it."""
    import numpy as np

    from qa.news.copies import shingles

    others = [shingles(each.text) for each in before if each.article.id != passage.article.id]
    ours = shingles(passage.text)
    return bool(others and len(ours) and np.isin(ours, np.concatenate(others)).mean() >= KNOWN)


def with_copies(answer: Answer, store: Store, where: Where | None) -> Answer:
    """The answer with the articles that are copies of those it cites, as far as the filter lets them through."""
    cited = {each.article_id for each in all_citations(answer.shown)}
    groups = store.copies.groups(cited) if cited else {}
    members = store.copies.members(set(groups.values()))
    others = {each for ids in members.values() for each in ids} - cited
    found = {
        each.id: ArticleCopy(each.id, each.title, each.source, each.url, each.published, each.site)
        for each in summaries(store, others, where)
    }
    if not found:
        return answer

    def shown(citation: Citation) -> Citation:
        here = [each.article_id for each in (citation, *citation.repeats)]
        ids = [i for group in dict.fromkeys(groups.get(each) for each in here) for i in members.get(group or "", ())]
        copies = [each for i, each in found.items() if i in ids and i not in here]
        own = citation.independent or len(set(here))
        return replace(citation, copies=tuple(copies), independent=own) if copies else citation

    return replace(answer, citations=tuple(map(shown, answer.citations)), possible=tuple(map(shown, answer.possible)))
