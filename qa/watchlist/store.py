"""The file of saved questions and of what was new, beside the conversations.

article-qa/watchlist/1    questions, seen (ids of the articles that were there when they were last asked), news
question                  id, question, where, saved (UTC), told (answers already known, in plain words)
news                      question (id), found (UTC), answer (`article-qa/answer/1`)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from qa.conversations.store import Conversations
from qa.datatypes import Answer, Where
from qa.errors import FormatError
from qa.files import held, write_atomically
from qa.questions.operators import with_operators
from qa.serialization.answers import answer_from_dict, answer_to_dict
from qa.serialization.conversations import where_from_dict, where_to_dict
from qa.serialization.fields import JsonObject, get, json_object, texts
from qa.text.question_terms import words

if TYPE_CHECKING:
    from qa.library import Library

WATCHLIST_FORMAT = "article-qa/watchlist/1"
KEPT_NEWS = 500  # the newest; older ones are forgotten
MOST_QUESTIONS = 500


@dataclass(frozen=True, slots=True)
class WatchedQuestion:
    """A saved question, and the words of the answers that are known."""

    id: str
    question: str
    where: Where
    saved: datetime
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class News:
    """What new articles say to a saved question: `answer` holds only what was not known when it was `found`."""

    question_id: str
    found: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Saved:
    """All that the file holds; news are the newest first."""

    questions: tuple[WatchedQuestion, ...] = ()
    seen: frozenset[str] = field(default=frozenset(), repr=False)
    news: tuple[News, ...] = ()


class Watchlist:
    """The saved questions of one library. Every method may be called from any thread, in any number of processes.

    All raise FormatError for a file that cannot be read, LibraryBusy where another process does not let go of it.
    """

    def __init__(self, path: Path) -> None:
        """Keep them in the file `path`; its folder has to be there."""
        self.path = path

    @classmethod
    def beside(cls, library: Library) -> Self:
        """Those of a library: with its conversations, but no part of what a rebuild or an export is about."""
        return cls.of(Conversations.beside(library))

    @classmethod
    def of(cls, conversations: Conversations) -> Self:
        """Those that lie with these conversations."""
        return cls(conversations.path.with_suffix(".watchlist.json"))

    def read(self) -> Saved:
        """What is saved; nothing where there is no file."""
        try:
            return _from_dict(json.loads(self.path.read_text("utf-8")))
        except FileNotFoundError:
            return Saved()
        except (OSError, ValueError, RecursionError) as error:
            raise FormatError(f"{self.path}: cannot be read ({error}). Delete it to begin anew.") from error

    def add(self, answer: Answer, library: Library, where: Where | None = None, typed: str = "") -> str:
        """Save the question of an answer, which is no news any more; its id.

        One that is saved with this filter already keeps its id. `where` is what it was asked with, and `typed` the
        question with the operators that it was typed with: `Answer.question` is without them.
        """
        question, where = with_operators(typed or answer.question, answer.question), where or Where()
        there = frozenset(library.store.article_ids())
        with held(self.path):
            saved = self.read()
            known = next((each for each in saved.questions if (each.question, each.where) == (question, where)), None)
            if known is None and len(saved.questions) >= MOST_QUESTIONS:
                raise FormatError(f"{MOST_QUESTIONS} questions are saved: remove one first.")
            kept = known or WatchedQuestion(secrets.token_hex(4), question, where, datetime.now(UTC))
            kept = replace(kept, told=kept.told | answer_keys(answer))
            others = tuple(each for each in saved.questions if each.id != kept.id)
            self._write(replace(saved, questions=(*others, kept), seen=saved.seen if saved.questions else there))
        return kept.id

    def remove(self, question_id: str) -> bool:
        """Forget a question and its news; whether there was one."""
        with held(self.path):
            saved = self.read()
            left = tuple(each for each in saved.questions if each.id != question_id)
            news = tuple(each for each in saved.news if each.question_id != question_id)
            self._write(replace(saved, questions=left, news=news))
        return len(left) < len(saved.questions)

    def report(self, news: Iterable[News], seen: frozenset[str]) -> list[News]:
        """Keep what was new, and which articles were there; the news that nobody else has kept meanwhile."""
        with held(self.path):
            saved = self.read()
            questions = {each.id: each for each in saved.questions}
            kept = []
            for each in news:
                known = questions.get(each.question_id)
                if known is None or answer_keys(each.answer) <= known.told:
                    continue
                questions[known.id] = replace(known, told=known.told | answer_keys(each.answer))
                kept.append(each)
            newest = (*reversed(kept), *saved.news)[:KEPT_NEWS]
            self._write(Saved(tuple(questions.values()), seen, newest))
        return kept

    def _write(self, saved: Saved) -> None:
        write_atomically(self.path, json.dumps(_to_dict(saved)).encode(), mode=0o600)


def answer_keys(answer: Answer) -> frozenset[str]:
    """The words of each place of an answer, without case and marks: what tells whether it says something new."""
    return frozenset(quote_key(each.quote) for each in answer.shown)


def quote_key(quote: str) -> str:
    """The words of a quote, without case and marks."""
    return " ".join(words(quote.casefold()))


def _to_dict(saved: Saved) -> JsonObject:
    return {
        "format": WATCHLIST_FORMAT,
        "questions": [question_to_dict(each) | {"told": sorted(each.told)} for each in saved.questions],
        "seen": sorted(saved.seen),
        "news": [news_to_dict(each) for each in saved.news],
    }


def question_to_dict(each: WatchedQuestion) -> JsonObject:
    """`question`, without the answers that are known."""
    return {
        "id": each.id,
        "question": each.question,
        "where": where_to_dict(each.where),
        "saved": each.saved.isoformat(),
    }


def news_to_dict(each: News) -> JsonObject:
    """`news`."""
    return {
        "question": each.question_id,
        "found": each.found.isoformat(),
        "answer": answer_to_dict(each.answer, passage_texts=False),
    }


def _from_dict(values: object) -> Saved:
    fields = json_object(values, "the saved questions")
    if fields.get("format") != WATCHLIST_FORMAT:
        raise FormatError(f"format {fields.get('format')!r}: these are no saved questions ({WATCHLIST_FORMAT}).")
    return Saved(
        tuple(_question(json_object(each, "a question")) for each in get(fields, "questions", list)),
        frozenset(texts(fields, "seen")),
        tuple(_news(json_object(each, "news")) for each in get(fields, "news", list)),
    )


def _question(fields: JsonObject) -> WatchedQuestion:
    return WatchedQuestion(
        get(fields, "id", str),
        get(fields, "question", str),
        where_from_dict(fields.get("where")),
        datetime.fromisoformat(get(fields, "saved", str)),
        frozenset(texts(fields, "told")),
    )


def _news(fields: JsonObject) -> News:
    found = datetime.fromisoformat(get(fields, "found", str))
    return News(get(fields, "question", str), found, answer_from_dict(fields.get("answer")))
