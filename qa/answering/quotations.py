"""Who says what about what, as cited quotations of stored articles."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import replace

from qa.answering.citing import citation_of, resolved_dates
from qa.datatypes import Article, CitedQuotation, Offsets, Quotation, Where
from qa.news.article_quotations import quotations_of
from qa.news.quotations import FINDER_VERSION
from qa.storage.base import PAGE, Store, batched
from qa.storage.quotations import is_named, name_terms
from qa.text.question_terms import content_stems, stems

_OTHER_LETTER = re.compile("[^\\x00-\\x7f“”‘’–—…£€\\xa0]")  # that a stem may have in another form
_JOINT = re.compile("[-'’.,&]")  # within what a stem has as one: "cease-fire", "1,200", "U.S."


def cited_quotations(
    store: Store, speaker: str = "", about: str = "", where: Where | None = None
) -> Iterator[CitedQuotation]:
    """What this speaker says about these words, the newest article first, in the order of the text.

    A speaker is known by words of the name; without one, anybody's words count. Each word of `about`, in any of its
    forms, has to stand in what is said, in its paragraph or in the title. Articles that are not looked through yet are
    looked through now.
    """
    topic = content_stems(about)
    for article, quotation in named_quotations(store, speaker, where):
        around = text_around(article, quotation) if topic else ""
        if may_hold(around, topic) and topic <= stems(around):
            yield cite(article, quotation)


def named_quotations(
    store: Store, speaker: str = "", where: Where | None = None
) -> Iterator[tuple[Article, Quotation]]:  # fmt: skip
    """What this speaker says, as `cited_quotations`, each with its article."""
    name = name_terms(speaker)
    if speaker and not name:
        return
    for article, found in _quoting(store, name, where):
        for quotation in found:
            if is_named(quotation, name):
                yield article, quotation


def text_around(article: Article, quotation: Quotation) -> str:
    """The title and the paragraphs of a quotation."""
    left, right = paragraphs_of(article.text, quotation)
    return f"{article.title}\n{article.text[left:right]}"


def may_hold(text: str, topic: Collection[str], share: float = 1.0) -> bool:
    """Whether so many of these stems can be in a text: a quick look that never says no where they are."""
    if _OTHER_LETTER.search(text):
        return True
    plain = _JOINT.sub("", text).lower()
    return sum(_JOINT.sub("", each) in plain for each in topic) >= share * len(topic)


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
    left, right = paragraphs_of(text, quotation)
    citation = replace(citation_of(article, (start, end), (left, right)), resolved=resolved_dates(article, start, end))
    return CitedQuotation(
        quotation,
        speaker=text[slice(*quotation.speaker)],
        cue=text[slice(*quotation.cue)],
        words=tuple(text[slice(*piece)] for piece in quotation.content),
        citation=citation,
    )


def paragraphs_of(text: str, quotation: Quotation) -> Offsets:
    """Where the paragraphs begin and end in which the speaker, the cue and what is said stand."""
    places = (quotation.speaker, quotation.cue, *quotation.content)
    right = text.find("\n", max(end for _, end in places))
    return text.rfind("\n", 0, min(start for start, _ in places)) + 1, len(text) if right < 0 else right
