"""A topic over time: of each article that speaks of it the sentences that do, by the day that they are of. Pure.

The day is that which the sentence says ("on Tuesday", "on 3 March 2025"), else that of the article. What copies say is
told once, from the earliest of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from qa.answering.citing import citation_of, resolved_dates
from qa.answering.overview import able_sentences
from qa.datatypes import Article, TimelineRow
from qa.news.asked_dates import asked_range
from qa.news.dates import resolve
from qa.text.likeness import is_alike
from qa.text.question_terms import content_stems, stems, words

OF_ONE_ARTICLE = 3  # rows
SAME = 0.8  # of the words of two sentences that they share, from which on they are told once
SAME_OF_COPIES = 0.5  # likewise, of sentences of copies of one text


def timeline(topic: str, articles: Sequence[Article], copies: Mapping[str, str]) -> list[TimelineRow]:
    """The rows, the oldest day first. `copies` gives the group of copies of one text that an article is in, by id.

    Articles without a date have rows only by days that their sentences name in full.
    """
    wanted = content_stems(topic)
    if not wanted:
        return []
    oldest_first = sorted(articles, key=lambda each: (each.published is None, each.published or date.max, each.id))
    told: list[tuple[frozenset[str], str, TimelineRow]] = []
    for article in oldest_first:
        for row in _rows(article, wanted):
            said = frozenset(words(row.citation.quote.casefold()))
            group = copies.get(article.id, article.id)
            same = next((at for at, each in enumerate(told) if _is_told(said, group, row, each)), None)
            if same is None:
                told.append((said, group, row))
            else:
                known, first, merged = told[same]
                cited = replace(merged.citation, repeats=(*merged.citation.repeats, row.citation))
                told[same] = known, first, replace(merged, citation=cited)
    return sorted((row for _, _, row in told), key=lambda each: each.day)


def _is_told(
    said: frozenset[str], group: str, row: TimelineRow, other: tuple[frozenset[str], str, TimelineRow]
) -> bool:
    """Whether another row says the same: of another article, in nearly the same words."""
    known, its_group, its_row = other
    if its_row.citation.article_id == row.citation.article_id:
        return False
    least = SAME_OF_COPIES if group == its_group else SAME
    return is_alike(said, known, least)


def _rows(article: Article, wanted: frozenset[str]) -> Iterator[TimelineRow]:
    """The first sentence that has all of the topic's words, and others that are of days of their own."""
    able = able_sentences(article)
    places = [each for each in able if wanted <= stems(article.text[slice(*each)])]
    if not places and wanted <= stems(article.title):
        places = able[:1]
    days: set[date] = set()
    for start, end in places:
        end = start + len(article.text[start:end].rstrip())
        day, told = _day(article, start, end)
        if day is None or day in days or (days and not told) or len(days) == OF_ONE_ARTICLE:
            continue
        days.add(day)
        cited = citation_of(article, (start, end), (start, end))
        yield TimelineRow(day, replace(cited, resolved=resolved_dates(article, start, end)), told)


def _day(article: Article, start: int, end: int) -> tuple[date | None, str]:
    """The day of a sentence that it says itself, with the words for it, else that of the article."""
    published = article.published
    if published:
        for each in resolve(article.text, start, end, published):
            if each.precision == "day" and each.period.first <= published:
                return each.period.first, article.text[each.start : each.end]
    sentence = article.text[start:end]
    named = asked_range(sentence, published or date.max)
    if named and named.first and named.first == named.last and str(named.first.year) in sentence:
        return named.first, sentence[named.start : named.end].strip()
    return published, ""
