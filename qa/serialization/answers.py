"""Answers, reports and articles as plain JSON values: the stable form that `--json` prints, `verify` reads.

Every object names its form in `format`, e.g. `article-qa/answer/1`. While the number stays, fields may be
added, but none goes away or changes its meaning. Dates are ISO (`2025-05-12`) or null, offsets are characters
of the article's text, half open, and texts are exact.

    answer    question, found, text, confidence, reason (null, or one of `Reason`), citations, possible (citations
              that are to be checked), kind, note (a sentence of our own), passages; articles, where the texts of the
              cited articles are carried along; period (first, last, words), where the question asks for some days
    citation  article_id, title, source, url, published, start, end, quote, context, context_start,
              confidence, repeats (citations), resolved (start, end, value (EDTF), words) and missing (words of the
              question that are not mentioned there), site (the publisher), asked (the part of the question that is
              answered), items (pairs of offsets, of the things that the quote lists) and page (of a PDF, from 1) where
              there are any; truncated (true) where only the beginning of the article was to be had; where there are
              copies of the cited articles, independent (how many articles say it of their own), copied (how many are
              copies of these) and copies (those that are not cited)
    copy      article_id, title, source, url, published, site
    passage   id, article_id, start, end, lexical_rank, dense_rank, similarity, score, reading;
              text, title, source, url, published, except in a kept conversation
    passages  query, passages: what a search has found, best first
    article   id, title, source, url, published, authors, site, language, characters, and text if asked for; pages
              (offsets at which those of a PDF begin) where there are any, truncated as in citation
    report    added, updated, removed (article ids), unchanged (a count), failed (source, reason, remedy)
    happening source, report (what was done; or null), note (what is to be known; or "")

Checks are described in `qa.answering.verification`, turns and conversations in `qa.serialization.conversations`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date

from qa.datatypes import (
    Answer,
    Article,
    ArticleCopy,
    AskedPeriod,
    Citation,
    Offsets,
    Passage,
    Reason,
    Report,
    ResolvedDate,
    RetrievedPassage,
    WatchEvent,
    all_citations,
)
from qa.errors import ArticleNotFound, FormatError
from qa.serialization.fields import (
    JsonObject,
    day_or_none,
    get,
    get_or_none,
    json_object,
    number,
    number_or_none,
    shown,
    texts,
)

ANSWER_FORMAT = "article-qa/answer/1"
ARTICLE_FORMAT = "article-qa/article/1"
PASSAGES_FORMAT = "article-qa/passages/1"
REPORT_FORMAT = "article-qa/report/1"
HAPPENING_FORMAT = "article-qa/happening/1"

ArticleOf = Callable[[str], Article]  # the article with an id; raises ArticleNotFound


# to JSON values


def answer_to_dict(answer: Answer, *, passage_texts: bool = True) -> JsonObject:
    """`answer`; without `passage_texts`, of articles that are not cited there is nothing but ids and offsets."""
    return {
        "format": ANSWER_FORMAT,
        "question": answer.question,
        "found": answer.found,
        "text": answer.text,
        "confidence": answer.confidence,
        "reason": None if answer.reason is None else answer.reason.value,
        "citations": [_citation_to_dict(citation) for citation in answer.citations],
        "possible": [_citation_to_dict(citation) for citation in answer.possible],
        "kind": str(answer.kind),
        "note": answer.note,
        **({"period": _period_to_dict(answer.period)} if answer.period else {}),
        "passages": [_passage_to_dict(passage, text=passage_texts) for passage in answer.passages],
    }


def _period_to_dict(period: AskedPeriod) -> JsonObject:
    return {"first": iso(period.first), "last": iso(period.last), "words": period.words}


def place_to_dict(citation: Citation) -> JsonObject:
    """Where a citation stands, and its words: the first fields of `citation`."""
    return {
        "article_id": citation.article_id,
        "title": citation.title,
        "source": citation.source,
        "url": citation.url,
        "published": iso(citation.published),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "context": citation.context,
        "context_start": citation.context_start,
    }


def resolved_to_dict(citation: Citation) -> JsonObject:
    """`resolved`, where there are any."""
    return {"resolved": [asdict(date) for date in citation.resolved]} if citation.resolved else {}


def _citation_to_dict(citation: Citation) -> JsonObject:
    return {
        **place_to_dict(citation),
        "confidence": citation.confidence,
        "repeats": [_citation_to_dict(repeat) for repeat in citation.repeats],
        **resolved_to_dict(citation),
        **({"missing": list(citation.missing)} if citation.missing else {}),
        **({"site": citation.site} if citation.site else {}),
        **({"asked": citation.asked} if citation.asked else {}),
        **({"items": [list(each) for each in citation.items]} if citation.items else {}),
        **({"page": citation.page} if citation.page else {}),
        **({"truncated": True} if citation.truncated else {}),
        **_copies_to_dict(citation),
    }


def _copies_to_dict(citation: Citation) -> JsonObject:
    """How many articles say it of their own, and the copies, where there are any."""
    if not citation.copied:
        return {}
    return {
        "independent": citation.independent,
        "copied": citation.copied,
        "copies": [asdict(each) | {"published": iso(each.published)} for each in citation.copies],
    }


def _passage_to_dict(retrieved: RetrievedPassage, *, text: bool) -> JsonObject:
    values: JsonObject = {
        "id": retrieved.passage.id,
        "article_id": retrieved.passage.article_id,
        "start": retrieved.passage.start,
        "end": retrieved.passage.end,
        "lexical_rank": retrieved.lexical_rank,
        "dense_rank": retrieved.dense_rank,
        "similarity": retrieved.similarity,
        "score": retrieved.score,
        "reading": retrieved.reading,
    }
    if not text:
        return values
    return values | {
        "text": retrieved.text,
        "title": retrieved.article.title,
        "source": retrieved.article.source,
        "url": retrieved.article.url,
        "published": iso(retrieved.article.published),
    }


def passages_to_dict(query: str, passages: Iterable[RetrievedPassage]) -> JsonObject:
    """The JSON form of what a search has found, `article-qa/passages/1`, best first."""
    found = [_passage_to_dict(passage, text=True) for passage in passages]
    return {"format": PASSAGES_FORMAT, "query": query, "passages": found}


def article_to_dict(article: Article, *, text: bool = False) -> JsonObject:
    """`article`, without its text unless `text` is asked for."""
    values: JsonObject = {
        "format": ARTICLE_FORMAT,
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": iso(article.published),
        "authors": list(article.authors),
        "site": article.site,
        "language": article.language,
        "characters": len(article.text),
        **({"pages": list(article.pages)} if article.pages else {}),
        **({"truncated": True} if article.truncated else {}),
    }
    return values | {"text": article.text} if text else values


def cited_articles(answers: Iterable[Answer], article_of: ArticleOf) -> list[JsonObject]:
    """The articles that `answers` cite, with their texts, each once: what makes a file checkable without a library.

    Those that are gone are left out.
    """
    articles: dict[str, JsonObject] = {}
    for citation in (each for answer in answers for each in all_citations(answer.shown)):
        if citation.article_id not in articles:
            with suppress(ArticleNotFound):
                articles[citation.article_id] = article_to_dict(article_of(citation.article_id), text=True)
    return list(articles.values())


def report_to_dict(report: Report) -> JsonObject:
    """The JSON form of what a change has done, `article-qa/report/1`."""
    return {
        "format": REPORT_FORMAT,
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": report.unchanged,
        "removed": list(report.removed),
        "failed": [asdict(failure) for failure in report.failed],
    }


def happening_to_dict(event: WatchEvent) -> JsonObject:
    """The JSON form of what watching has done, `article-qa/happening/1`."""
    report = event.report and report_to_dict(event.report)
    return {"format": HAPPENING_FORMAT, "source": event.source, "report": report, "note": event.note}


def iso(day: date | None) -> str | None:
    """A day as 2025-05-12; None for an unknown one."""
    return None if day is None else day.isoformat()


# from JSON values


def answer_from_dict(values: object, article_of: ArticleOf | None = None) -> Answer:
    """The answer that `answer_to_dict` wrote down.

    Articles are not written down with an answer, so its `passages` come back only by way of `article_of`;
    without it, and for articles that are gone, they are left out. Raises FormatError.
    """
    fields = json_object(values, "an answer")
    if fields.get("format") != ANSWER_FORMAT:
        raise FormatError(
            f"format {fields.get('format')!r}: this is not an answer in the form {ANSWER_FORMAT!r}; "
            "give what `article-qa ask --json` printed."
        )
    passages = [json_object(one, "a passage") for one in get(fields, "passages", list)]
    return Answer(
        question=get(fields, "question", str),
        text=get(fields, "text", str),
        confidence=number(fields, "confidence"),
        citations=tuple(_citation_from_dict(one) for one in get(fields, "citations", list)),
        passages=tuple(_passages_from_dicts(passages, article_of)) if article_of else (),
        reason=_reason(fields),
        kind=get_or_none(fields, "kind", str) or "read",
        note=get_or_none(fields, "note", str) or "",
        possible=tuple(_citation_from_dict(one) for one in get_or_none(fields, "possible", list) or ()),
        period=_period_from_dict(fields["period"]) if fields.get("period") else None,
    )


def _period_from_dict(values: object) -> AskedPeriod:
    fields = json_object(values, "a period")
    return AskedPeriod(day_or_none(fields, "first"), day_or_none(fields, "last"), get(fields, "words", str))


def _citation_from_dict(values: object) -> Citation:
    fields = json_object(values, "a citation")
    return Citation(
        article_id=get(fields, "article_id", str),
        title=get(fields, "title", str),
        source=get(fields, "source", str),
        url=get_or_none(fields, "url", str),
        published=day_or_none(fields, "published"),
        start=get(fields, "start", int),
        end=get(fields, "end", int),
        quote=get(fields, "quote", str),
        context=get(fields, "context", str),
        context_start=get(fields, "context_start", int),
        confidence=number(fields, "confidence"),
        repeats=tuple(_citation_from_dict(one) for one in get(fields, "repeats", list)),
        resolved=tuple(_resolved_from_dict(one) for one in get_or_none(fields, "resolved", list) or ()),
        missing=texts(fields, "missing") if "missing" in fields else (),
        site=get_or_none(fields, "site", str),
        asked=get_or_none(fields, "asked", str) or "",
        items=tuple(_offsets(one) for one in get_or_none(fields, "items", list) or ()),
        page=get_or_none(fields, "page", int),
        truncated=fields.get("truncated") is True,
        independent=get_or_none(fields, "independent", int) or 0,
        copies=tuple(_copy_from_dict(one) for one in get_or_none(fields, "copies", list) or ()),
    )


def _copy_from_dict(values: object) -> ArticleCopy:
    fields = json_object(values, "a copy")
    return ArticleCopy(
        get(fields, "article_id", str),
        get(fields, "title", str),
        get(fields, "source", str),
        get_or_none(fields, "url", str),
        day_or_none(fields, "published"),
        get_or_none(fields, "site", str),
    )


def _offsets(values: object) -> Offsets:
    if not (isinstance(values, list) and len(values) == 2 and all(isinstance(each, int) for each in values)):
        raise FormatError(f"an item is a pair of offsets, not {shown(values)}.")
    return values[0], values[1]


def _resolved_from_dict(values: object) -> ResolvedDate:
    fields = json_object(values, "a date")
    return ResolvedDate(
        get(fields, "start", int), get(fields, "end", int), get(fields, "value", str), get(fields, "words", str)
    )


def _passages_from_dicts(passages: list[JsonObject], article_of: ArticleOf) -> Iterator[RetrievedPassage]:
    for fields in passages:
        passage = Passage(
            id=get(fields, "id", int),
            article_id=get(fields, "article_id", str),
            start=get(fields, "start", int),
            end=get(fields, "end", int),
        )
        try:
            article = article_of(passage.article_id)
        except ArticleNotFound:
            continue
        yield RetrievedPassage(
            passage=passage,
            article=article,
            lexical_rank=get_or_none(fields, "lexical_rank", int),
            dense_rank=get_or_none(fields, "dense_rank", int),
            similarity=number_or_none(fields, "similarity"),
            score=number(fields, "score"),
            reading=number_or_none(fields, "reading"),
        )


def article_from_dict(values: object) -> Article:
    """The article that `article_to_dict` wrote down with its text. Raises FormatError."""
    fields = json_object(values, "an article")
    return Article(
        id=get(fields, "id", str),
        title=get(fields, "title", str),
        text=get(fields, "text", str),
        source=get(fields, "source", str),
        url=get_or_none(fields, "url", str),
        published=day_or_none(fields, "published"),
        authors=texts(fields, "authors"),
        site=get_or_none(fields, "site", str),
        language=get_or_none(fields, "language", str),
        pages=_pages(fields),
        truncated=fields.get("truncated") is True,
    )


def _pages(fields: Mapping[str, object]) -> tuple[int, ...]:
    pages = get_or_none(fields, "pages", list) or []
    offsets = tuple(each for each in pages if isinstance(each, int))
    if len(offsets) < len(pages):
        raise FormatError(f"'pages' should be a list of offsets, not {shown(pages)}.")
    return offsets


def _reason(fields: Mapping[str, object]) -> Reason | None:
    text = get_or_none(fields, "reason", str)
    try:
        return None if text is None else Reason(text)
    except ValueError:
        known = ", ".join(Reason)
        raise FormatError(f"'reason' should be null or one of {known}, not {shown(text)}.") from None
