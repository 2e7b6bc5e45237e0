"""Answers, reports and articles as plain JSON values: the stable form that `--json` prints, `verify` reads.

Every object names its form in `format`, e.g. `article-qa/answer/1`. While the number stays, fields may be
added, but none goes away or changes its meaning. Dates are ISO (`2025-05-12`) or null, offsets are characters
of the article's text, half open, and texts are exact.

    answer    question, found, text, confidence, reason (null, or one of `Reason`), citations, passages
    citation  article_id, title, source, url, published, start, end, quote, context, context_start,
              confidence, repeats (citations)
    passage   id, article_id, start, end, text, title, source, url, published,
              lexical_rank, dense_rank, similarity, score, reading
    article   id, title, source, url, published, authors, site, language, characters, and text if asked for
    report    added, updated, removed (article ids), unchanged (a count), failed (source, reason, remedy)
    happening source, report (what was done; or null), note (what is to be known; or "")
    checks    holds, checks (article_id, title, start, end, quote, problem (null where it holds), holds)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import TYPE_CHECKING, TypeVar

from qa.datatypes import Answer, Article, Citation, Passage, Reason, Report, RetrievedPassage
from qa.errors import ArticleNotFound, QAError

if TYPE_CHECKING:
    from qa.watching import Happening

ANSWER_FORMAT = "article-qa/answer/1"
ARTICLE_FORMAT = "article-qa/article/1"
REPORT_FORMAT = "article-qa/report/1"
HAPPENING_FORMAT = "article-qa/happening/1"
CHECKS_FORMAT = "article-qa/checks/1"

JsonObject = dict[str, object]
ArticleOf = Callable[[str], Article]  # the article with an id; raises ArticleNotFound

T = TypeVar("T", str, int, list[object])


class FormatError(QAError, ValueError):
    """What should be a saved answer is none, or is damaged."""


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one quote stands in its article as an answer says; `problem` tells what does not hold."""

    article_id: str
    title: str
    start: int
    end: int
    quote: str
    problem: str | None = None

    @property
    def holds(self) -> bool:
        return self.problem is None


# to JSON values


def answer_to_dict(answer: Answer) -> JsonObject:
    return {
        "format": ANSWER_FORMAT,
        "question": answer.question,
        "found": answer.found,
        "text": answer.text,
        "confidence": answer.confidence,
        "reason": None if answer.reason is None else answer.reason.value,
        "citations": [_citation_to_dict(citation) for citation in answer.citations],
        "passages": [_passage_to_dict(passage) for passage in answer.passages],
    }


def _citation_to_dict(citation: Citation) -> JsonObject:
    return {
        "article_id": citation.article_id,
        "title": citation.title,
        "source": citation.source,
        "url": citation.url,
        "published": _iso(citation.published),
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "context": citation.context,
        "context_start": citation.context_start,
        "confidence": citation.confidence,
        "repeats": [_citation_to_dict(repeat) for repeat in citation.repeats],
    }


def _passage_to_dict(retrieved: RetrievedPassage) -> JsonObject:
    return {
        "id": retrieved.passage.id,
        "article_id": retrieved.passage.article_id,
        "start": retrieved.passage.start,
        "end": retrieved.passage.end,
        "text": retrieved.text,
        "title": retrieved.article.title,
        "source": retrieved.article.source,
        "url": retrieved.article.url,
        "published": _iso(retrieved.article.published),
        "lexical_rank": retrieved.lexical_rank,
        "dense_rank": retrieved.dense_rank,
        "similarity": retrieved.similarity,
        "score": retrieved.score,
        "reading": retrieved.reading,
    }


def article_to_dict(article: Article, *, text: bool = False) -> JsonObject:
    """`article`, without its text unless `text` is asked for."""
    values: JsonObject = {
        "format": ARTICLE_FORMAT,
        "id": article.id,
        "title": article.title,
        "source": article.source,
        "url": article.url,
        "published": _iso(article.published),
        "authors": list(article.authors),
        "site": article.site,
        "language": article.language,
        "characters": len(article.text),
    }
    return values | {"text": article.text} if text else values


def report_to_dict(report: Report) -> JsonObject:
    return {
        "format": REPORT_FORMAT,
        "added": list(report.added),
        "updated": list(report.updated),
        "unchanged": report.unchanged,
        "removed": list(report.removed),
        "failed": [asdict(failure) for failure in report.failed],
    }


def happening_to_dict(happening: Happening) -> JsonObject:
    report = happening.report and report_to_dict(happening.report)
    return {"format": HAPPENING_FORMAT, "source": happening.source, "report": report, "note": happening.note}


def checks_to_dict(checks: list[Check]) -> JsonObject:
    return {
        "format": CHECKS_FORMAT,
        "holds": all(check.holds for check in checks),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# from JSON values


def answer_from_dict(values: object, article_of: ArticleOf | None = None) -> Answer:
    """The answer that `answer_to_dict` wrote down.

    Articles are not written down with an answer, so its `passages` come back only by way of `article_of`;
    without it, and for articles that are gone, they are left out. Raises FormatError.
    """
    fields = _object(values, "an answer")
    if fields.get("format") != ANSWER_FORMAT:
        raise FormatError(
            f"format {fields.get('format')!r}: this is not an answer in the form {ANSWER_FORMAT!r}; "
            "give what `article-qa ask --json` printed."
        )
    passages = [_object(one, "a passage") for one in _get(fields, "passages", list)]
    return Answer(
        question=_get(fields, "question", str),
        text=_get(fields, "text", str),
        confidence=_number(fields, "confidence"),
        citations=tuple(_citation_from_dict(one) for one in _get(fields, "citations", list)),
        passages=tuple(_passages_from_dicts(passages, article_of)) if article_of else (),
        reason=_reason(fields),
    )


def _citation_from_dict(values: object) -> Citation:
    fields = _object(values, "a citation")
    return Citation(
        article_id=_get(fields, "article_id", str),
        title=_get(fields, "title", str),
        source=_get(fields, "source", str),
        url=_get_or_none(fields, "url", str),
        published=_date(fields, "published"),
        start=_get(fields, "start", int),
        end=_get(fields, "end", int),
        quote=_get(fields, "quote", str),
        context=_get(fields, "context", str),
        context_start=_get(fields, "context_start", int),
        confidence=_number(fields, "confidence"),
        repeats=tuple(_citation_from_dict(one) for one in _get(fields, "repeats", list)),
    )


def _passages_from_dicts(passages: list[JsonObject], article_of: ArticleOf) -> Iterator[RetrievedPassage]:
    for fields in passages:
        passage = Passage(
            id=_get(fields, "id", int),
            article_id=_get(fields, "article_id", str),
            start=_get(fields, "start", int),
            end=_get(fields, "end", int),
        )
        try:
            article = article_of(passage.article_id)
        except ArticleNotFound:
            continue
        yield RetrievedPassage(
            passage=passage,
            article=article,
            lexical_rank=_get_or_none(fields, "lexical_rank", int),
            dense_rank=_get_or_none(fields, "dense_rank", int),
            similarity=_number_or_none(fields, "similarity"),
            score=_number(fields, "score"),
            reading=_number_or_none(fields, "reading"),
        )


def _object(values: object, what: str) -> JsonObject:
    if not isinstance(values, dict):
        raise FormatError(f"{what} should be a JSON object, not {_shown(values)}.")
    return values


def _get(fields: Mapping[str, object], name: str, kind: type[T]) -> T:
    value = fields.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        kinds = {str: "a text", int: "a whole number", list: "an array"}
        raise FormatError(f"{name!r} should be {kinds[kind]}, not {_shown(value)}: the answer is damaged.")
    return value


def _get_or_none(fields: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    return None if fields.get(name) is None else _get(fields, name, kind)


def _number(fields: Mapping[str, object], name: str) -> float:
    value = fields.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise FormatError(f"{name!r} should be a number, not {_shown(value)}: the answer is damaged.")
    return float(value)


def _number_or_none(fields: Mapping[str, object], name: str) -> float | None:
    return None if fields.get(name) is None else _number(fields, name)


def _date(fields: Mapping[str, object], name: str) -> date | None:
    text = _get_or_none(fields, name, str)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise FormatError(f"{name!r} should be a date like 2025-05-12, not {_shown(text)}.") from None


def _reason(fields: Mapping[str, object]) -> Reason | None:
    text = _get_or_none(fields, "reason", str)
    try:
        return None if text is None else Reason(text)
    except ValueError:
        known = ", ".join(Reason)
        raise FormatError(f"'reason' should be null or one of {known}, not {_shown(text)}.") from None


def _shown(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"


def read_answers(text: str, article_of: ArticleOf | None = None) -> list[Answer]:
    """All answers in `text`: one object, an array, one a line, or any number one after the other."""
    decoder = json.JSONDecoder()
    answers: list[Answer] = []
    at = 0
    while rest := text[at:].lstrip("\ufeff \t\r\n"):
        at = len(text) - len(rest)
        try:
            values, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, at) + 1
            raise FormatError(f"line {line}: this is not JSON ({error}).") from None
        objects = values if isinstance(values, list) else [values]
        answers += [answer_from_dict(one, article_of) for one in objects]
    return answers


# checking


def verify_answer(answer: Answer, article_of: ArticleOf) -> list[Check]:
    """Compare every quote of `answer`, repeats too, with the stored text; one check a quote, in order."""
    checks = [_check(one, article_of) for citation in answer.citations for one in (citation, *citation.repeats)]
    if answer.citations and checks[0].holds and answer.text != answer.citations[0].quote:
        problem = "the answer's text is not the words of its first citation"
        checks[0] = _with_problem(answer.citations[0], problem)
    elif not answer.citations and answer.text:
        problem = "the answer has a text, but no citation for it"
        checks.append(Check("", "", 0, len(answer.text), answer.text, problem))
    return checks


def _check(citation: Citation, article_of: ArticleOf) -> Check:
    try:
        text = article_of(citation.article_id).text
    except ArticleNotFound:
        return _with_problem(citation, "the article is not in the library (any more)")
    return _with_problem(citation, _problem(citation, text))


def _problem(citation: Citation, text: str) -> str | None:
    """What does not hold. The bounds come first: a negative offset would count from the end of the text."""
    if not 0 <= citation.start < citation.end <= len(text):
        return f"the offsets lie outside the article, which has {len(text)} characters"
    if text[citation.start : citation.end] != citation.quote:
        return "the article has other words at this place"
    if not 0 <= citation.context_start <= citation.start or citation.end > citation.context_end:
        return "the sentence shown does not surround the quote"
    if text[citation.context_start : citation.context_end] != citation.context:
        return "the article has another sentence around this place"
    return None


def _with_problem(citation: Citation, problem: str | None) -> Check:
    return Check(citation.article_id, citation.title, citation.start, citation.end, citation.quote, problem)
