"""Saved answers against the texts they cite: whether every quote stands where it says, and whether it still does.

    checks    holds, checks (article_id, title, start, end, quote, problem (null where it holds), holds)

is the JSON form of what a check found, in the manner of `qa.serialization.answers`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

from qa.datatypes import Answer, Article, Citation, Standing
from qa.errors import ArticleNotFound, FormatError
from qa.loaders.article import article_id
from qa.serialization.answers import ARTICLE_FORMAT, ArticleOf, all_citations, answer_from_dict, article_from_dict
from qa.serialization.conversations import CONVERSATION_FORMAT, TURN_FORMAT
from qa.serialization.fields import JsonObject, get, json_object

if TYPE_CHECKING:
    from qa.library import Library

CHECKS_FORMAT = "article-qa/checks/1"


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


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file of saved answers holds: the answers in order, and the articles carried along, by id."""

    answers: list[Answer] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)

    @property
    def carries_all(self) -> bool:
        """Whether no other text is needed to check every quote."""
        return all(
            each.article_id in self.articles for answer in self.answers for each in all_citations(answer.citations)
        )

    def article(self, wanted: str) -> Article:
        """An article carried along. Raises ArticleNotFound, and FormatError when its text is not what its id names."""
        article = self.articles.get(wanted)
        if article is None:
            raise ArticleNotFound(f"The text of article {wanted!r} is not carried along.")
        if not _is_named_by(article.text, wanted):
            raise FormatError("the text carried along is not the one that the article's id names")
        return article


def _is_named_by(text: str, wanted: str) -> bool:
    try:
        return article_id(text) == wanted
    except UnicodeEncodeError:  # a lone surrogate: no article holds one
        return False


# reading what was saved


def read_saved(text: str) -> Saved:
    """All answers in `text`, also those of conversations, with the articles carried along. Raises FormatError.

    There may be one object, an array, one object a line, or any number of them one after the other.
    """
    saved = Saved()
    try:
        for values in _json_values(text):
            for one in values if isinstance(values, list) else [values]:
                _take(one, saved)
    except RecursionError:
        raise FormatError("the answers are nested too deeply: the file is damaged.") from None
    return saved


def _json_values(text: str) -> Iterator[object]:
    decoder = json.JSONDecoder()
    at = 0
    while rest := text[at:].lstrip("\ufeff \t\r\n"):
        at = len(text) - len(rest)
        try:
            values, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            line = text.count("\n", 0, at) + 1
            raise FormatError(f"line {line}: this is not JSON ({error}).") from None
        yield values


def _take(values: object, saved: Saved) -> None:
    fields = json_object(values, "an answer")
    match fields.get("format"):
        case form if form == CONVERSATION_FORMAT:
            for turn in get(fields, "turns", list):
                saved.answers.append(answer_from_dict(json_object(turn, "a turn").get("answer")))
        case form if form == TURN_FORMAT:
            saved.answers.append(answer_from_dict(fields.get("answer")))
        case form if form == ARTICLE_FORMAT and "text" in fields:
            _take_article(fields, saved)
        case _:
            saved.answers.append(answer_from_dict(fields))
    for article in get(fields, "articles", list) if "articles" in fields else ():
        _take_article(article, saved)


def _take_article(values: object, saved: Saved) -> None:
    """The same article may be carried by several answers; one whose text is not what its id names gives way."""
    article = article_from_dict(values)
    known = saved.articles.get(article.id)
    if known is None or not _is_named_by(known.text, known.id):
        saved.articles[article.id] = article


# checking


def verify_answer(answer: Answer, article_of: ArticleOf) -> list[Check]:
    """Compare every quote of `answer`, repeats too, with the text of its article; one check a quote, in order."""
    checks = [_check(citation, article_of) for citation in all_citations(answer.citations)]
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
    except FormatError as error:
        return _with_problem(citation, str(error))
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


def checks_to_dict(checks: Sequence[Check]) -> JsonObject:
    return {
        "format": CHECKS_FORMAT,
        "holds": all(check.holds for check in checks),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
    }


def standings(answer: Answer, library: Library) -> Mapping[str, Standing]:
    """The standing of every article that `answer` cites, by its id."""
    return {each.article_id: library.standing(each) for each in all_citations(answer.citations)}
