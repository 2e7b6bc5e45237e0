"""Who says what about what, as cited quotations of stored articles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import chain

from qa.datatypes import Article, Citation, CitedQuotation, Quotation, ResolvedDate, Where
from qa.news.article_quotations import quotations_of
from qa.news.dates import resolve
from qa.news.quotations import FINDER_VERSION
from qa.storage.base import PAGE, Store, batched
from qa.storage.quotations import is_named, name_terms
from qa.text.question_terms import stem, stems
from qa.text.tokenization import question_terms


def cited_quotations(
    store: Store, speaker: str = "", about: str = "", where: Where | None = None
) -> Iterator[CitedQuotation]:
    """What this speaker says about these words, the newest article first, in the order of the text.

    A speaker is known by words of the name; without one, anybody's words count. Each word of `about`, in any of its
    forms, has to stand in what is said, in its paragraph or in the title. Articles that are not looked through yet are
    looked through now.
    """
    name, topic = name_terms(speaker), frozenset(map(stem, question_terms(about)))
    if speaker and not name:
        return
    for article, found in _quoting(store, name, where):
        for quotation in found:
            if not is_named(quotation, name):
                continue
            cited = cite(article, quotation)
            if topic <= stems(f"{cited.citation.context}\n{article.title}"):
                yield cited


def _quoting(
    store: Store, name: list[str], where: Where | None
) -> Iterator[tuple[Article, tuple[Quotation, ...]]]:  # fmt: skip
    ids = store.articles_quoting(name, where)
    missing = frozenset(store.without_quotations(FINDER_VERSION))
    if missing:
        looked_at = missing.union(ids)
        ids = [each for each in store.article_ids(where) if each in looked_at]
    for page in batched(ids, PAGE):
        articles, stored = store.articles_by_id(page), store.quotations(page)
        for each in page:
            if each in articles:
                yield articles[each], _found(articles[each], stored, missing)


def _found(
    article: Article, stored: dict[str, tuple[Quotation, ...]], missing: Collection[str]
) -> tuple[Quotation, ...]:  # fmt: skip
    return quotations_of(article) if article.id in missing else stored.get(article.id, ())


def cite(article: Article, quotation: Quotation) -> CitedQuotation:
    """A quotation with its words. The citation's quote is all from the first piece to the last, its context the
    paragraphs around all three parts.
    """
    text = article.text
    start, end = quotation.content[0][0], quotation.content[-1][1]
    places = tuple(chain((quotation.speaker, quotation.cue), quotation.content))
    left = text.rfind("\n", 0, min(place[0] for place in places)) + 1
    right = text.find("\n", max(place[1] for place in places))
    right = len(text) if right < 0 else right
    citation = Citation(
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        start=start,
        end=end,
        quote=text[start:end],
        context=text[left:right],
        context_start=left,
        resolved=_resolved(article, start, end),
    )
    return CitedQuotation(
        quotation,
        speaker=text[slice(*quotation.speaker)],
        cue=text[slice(*quotation.cue)],
        words=tuple(text[slice(*piece)] for piece in quotation.content),
        citation=citation,
    )


def _resolved(article: Article, start: int, end: int) -> tuple[ResolvedDate, ...]:
    """Words for times in what is said, as dates by the day of publication; none for an undated article."""
    if article.published is None:
        return ()
    found = resolve(article.text, start, end, article.published)
    return tuple(ResolvedDate(each.start, each.end, each.value, each.words) for each in found)
