"""A row of the table of answers: the words, how sure, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from qa.batch.questions import BatchQuestion
from qa.datatypes import Answer
from qa.serialization.text_fragments import text_fragment_url

Cell = str | float | int | None
BatchKey = tuple[int, str, str, str, str, str]  # row, question, source, tag, after, before
COLUMNS = (
    "row", "question", "source", "tag", "after", "before", "answer", "certainty", "confidence", "quote", "article",
    "date", "address", "start", "end", "article_id", "other_answers", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class BatchAnswer:
    """What the articles say to one question.

    `answer` are the exact words, `text[start:end]` of the article `article_id`; `quote` the sentence around them;
    `address` leads to the words in the original, or is the source. `confidence` is that of the answer given, or of the
    best that was not. `note` is a sentence of ours, or why the question could not be asked.
    """

    row: int
    question: str
    source: str
    tag: str
    after: str
    before: str
    answer: str = ""
    certainty: Literal["sure", "possible", "none"] = "none"
    confidence: float = 0.0
    quote: str = ""
    article: str = ""
    date: str = ""
    address: str = ""
    start: int | None = None
    end: int | None = None
    article_id: str = ""
    other_answers: str = ""
    note: str = ""

    @classmethod
    def of(cls, asked: BatchQuestion, answer: Answer) -> Self:
        """The best place of an answer, sure or possible, and the words of the further ones."""
        given = asked_values(asked)
        if (best := answer.best) is None:
            return cls(*given, confidence=round(answer.confidence, 4), note=answer.note)
        return cls(
            *given,
            answer=best.quote,
            certainty="sure" if answer.found else "possible",
            confidence=round(answer.confidence, 4),
            quote=best.context,
            article=best.title,
            date=best.published.isoformat() if best.published else "",
            address=text_fragment_url(best) or best.source,
            start=best.start,
            end=best.end,
            article_id=best.article_id,
            other_answers=" | ".join(each.quote for each in answer.shown[1:]),
            note=answer.note,
        )

    @classmethod
    def failed(cls, asked: BatchQuestion, why: str) -> Self:
        """A question that could not be asked."""
        return cls(*asked_values(asked), note=why)

    @property
    def key(self) -> BatchKey:
        """What was asked: its row, the words and the filter."""
        return self.row, self.question, self.source, self.tag, self.after, self.before

    def cells(self) -> list[Cell]:
        """Its values in the order of `COLUMNS`."""
        return [getattr(self, name) for name in COLUMNS]


def asked_values(asked: BatchQuestion) -> BatchKey:
    """The same of a question: `BatchAnswer.key` of its answer."""
    first, last = asked.where.published_from, asked.where.published_to
    return (
        asked.row, asked.question, " | ".join(asked.where.sources), " | ".join(asked.where.tags),
        first.isoformat() if first else "", last.isoformat() if last else "",
    )  # fmt: skip
