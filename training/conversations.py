"""Conversations with questions that a person completed: read, and turned into what the product sees."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.datatypes import Answer, Citation, Turn
from qa.questions.features import Utterance, Word, words

UNKNOWN = "I don't know"  # what stands for "not found" in the data


@dataclass(frozen=True, slots=True)
class Row:
    """A question in its conversation, with what a person made of it."""

    conversation: str
    title: str  # of the article that answers, "" where there is none
    question: str
    rewrite: str
    asked: tuple[str, ...]  # earlier questions as asked,
    rewritten: tuple[str, ...]  # as a person completed them,
    answered: tuple[str, ...]  # and their answers, "" for none

    def history(self, questions: Sequence[str], *, titled: bool = True) -> list[Turn]:
        """The conversation as the product would have it, with these as the completed earlier questions."""
        title = self.title if titled else ""
        return [turn(*each, title) for each in zip(self.asked, questions, self.answered, strict=True)]


@dataclass(slots=True)
class Counts:
    """Words added to questions against those that a person added."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def add(self, given: frozenset[str], gold: frozenset[str]) -> None:
        self.right += len(given & gold)
        self.wrong += len(given - gold)
        self.missed += len(gold - given)

    @property
    def scores(self) -> tuple[float, float, float]:
        """Precision, recall and F1 over all words of all questions."""
        precision = self.right / max(self.right + self.wrong, 1)
        recall = self.right / max(self.right + self.missed, 1)
        return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def turn(question: str, completed: str, text: str, title: str = "") -> Turn:
    """A turn with an answer out of an article of that title, or "not found"."""
    citations = (Citation("", title, "", None, None, 0, len(text), text, text, 0),) if text else ()
    return Turn(question, Answer(completed, text, 0.5, citations, ()))


def read(path: str | Path) -> list[Row]:
    """The rows of a `.jsonl` or `.jsonl.gz` file, in its order.

    `{"id", "topic", "history", "question", "rewrite"}`; the history has questions and answers in turns, or questions
    alone where the row's "dataset" is "trec_cast" and its "year" before 2021; there the topic is no title either.
    """
    opened = gzip.open if str(path).endswith(".gz") else open
    with opened(path, "rt", encoding="utf-8") as lines:
        data = [json.loads(line) for line in lines]
    rewrites = {(_conversation(row), len(_questions(row))): row["rewrite"].strip() for row in data}
    return [_row(row, rewrites) for row in data]


def _conversation(row: Mapping[str, Any]) -> str:
    return str(row["id"]).rpartition("_")[0]


def _alone(row: Mapping[str, Any]) -> bool:
    return row.get("dataset") == "trec_cast" and row["year"] < 2021


def _questions(row: Mapping[str, Any]) -> list[str]:
    return list(row["history"] if _alone(row) else row["history"][::2])


def _row(row: Mapping[str, Any], rewrites: Mapping[tuple[str, int], str]) -> Row:
    conversation, asked = _conversation(row), _questions(row)
    answers = [""] * len(asked) if _alone(row) else row["history"][1::2]
    return Row(
        conversation,
        "" if row.get("dataset") == "trec_cast" else row["topic"].partition(" (")[0],
        row["question"].strip(),
        row["rewrite"].strip(),
        tuple(asked),
        tuple(rewrites.get((conversation, index), question) for index, question in enumerate(asked)),
        tuple("" if answer.startswith(UNKNOWN) else answer for answer in answers),
    )


def stems_of(found: Iterable[Word]) -> frozenset[str]:
    """The stems of all these words."""
    return frozenset(stem for word in found for stem in word.stems)


def added_terms(question: str, completed: str) -> frozenset[str]:
    """The stems of the content words that the completed question has and the question has not."""
    return stems_of(word for word in words(completed) if not word.empty) - stems_of(words(question))


def gold_terms(question: str, rewrite: str, said: Sequence[Utterance]) -> frozenset[str]:
    """Those that a person added, out of the conversation: what no one said before cannot be added by selecting."""
    return added_terms(question, rewrite) & stems_of(word for text in said for word in text.words)
