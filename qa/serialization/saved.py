"""Saved answers and conversations, read back with the articles carried along."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from qa.datatypes import Answer, Article, all_citations
from qa.errors import ArticleNotFound, FormatError
from qa.loaders.article import article_id
from qa.serialization.answers import ARTICLE_FORMAT, answer_from_dict, article_from_dict
from qa.serialization.conversations import CONVERSATION_FORMAT, TURN_FORMAT
from qa.serialization.evidence_sheet import require_shown, saved_in_sheet
from qa.serialization.fields import get, json_object


@dataclass(frozen=True, slots=True)
class Saved:
    """What a file of saved answers holds: the answers in order, and the articles carried along, by id."""

    answers: list[Answer] = field(default_factory=list)
    articles: dict[str, Article] = field(default_factory=dict)

    @property
    def is_self_contained(self) -> bool:
        """Whether no other text is needed to check every quote."""
        return all(each.article_id in self.articles for answer in self.answers for each in all_citations(answer.shown))

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


def read_saved(text: str) -> Saved:
    """All answers in `text`, also those of conversations, with the articles carried along. Raises FormatError.

    There may be one object, an array, one object a line, or any number of them one after the other; or an evidence
    sheet, whose shown words have to be those that it carries.
    """
    saved = Saved()
    is_sheet = text.lstrip("\ufeff \t\r\n").startswith("<")
    try:
        for values in _json_values(saved_in_sheet(text) if is_sheet else text):
            for one in values if isinstance(values, list) else [values]:
                _take(one, saved)
    except RecursionError:
        raise FormatError("the answers are nested too deeply: the file is damaged.") from None
    if is_sheet:
        require_shown(text, saved.answers)
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
