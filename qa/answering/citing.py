"""The citation of a place in an article, and what words for times in it mean. Pure."""

from __future__ import annotations

from qa.datatypes import Article, Citation, Offsets, ResolvedDate
from qa.news.dates import resolve


def citation_of(article: Article, place: Offsets, context: Offsets) -> Citation:
    """The words at `place` of an article's text, within those of `context`; who cites adds how sure they are."""
    (start, end), (left, right) = place, context
    return Citation(
        article_id=article.id,
        title=article.title,
        source=article.source,
        url=article.url,
        published=article.published,
        start=start,
        end=end,
        quote=article.text[start:end],
        context=article.text[left:right],
        context_start=left,
        site=article.site,
        page=article.page_of(start),
        truncated=article.truncated,
    )


def resolved_dates(article: Article, start: int, end: int) -> tuple[ResolvedDate, ...]:
    """Words for times between two places, as dates by the day of publication; none for an undated article."""
    if article.published is None or end > len(article.text):  # the latter is refused by verification
        return ()
    found = resolve(article.text, start, end, article.published)
    return tuple(ResolvedDate(each.start, each.end, each.value, each.words) for each in found)
