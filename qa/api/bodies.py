"""What requests may hold, checked before anything is done with it; the limits stand beside the fields."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue

from qa.api.questions import Asked
from qa.datatypes import Where
from qa.loaders.document import is_url
from qa.serialization.conversations import Verdict
from qa.storage.tags import LONGEST_TAG
from qa.text.periods import first_day, last_day

LONGEST_QUESTION = 20_000  # characters; the setting `max_question_chars` is less, and is what counts
MOST_CHOSEN = 1000  # sources, articles or tags in one filter
MOST_URLS = 1000
LONGEST_NAME = 2000
LONGEST_TEXT = 5_000_000


def _period(text: str) -> str:
    first_day(text)
    return text


def _web_address(text: str) -> str:
    if not is_url(text):
        raise ValueError("give an address that begins with http:// or https://")
    return text


Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]
Period = Annotated[str, Field(max_length=10), AfterValidator(_period)]
WebAddress = Annotated[str, Field(max_length=LONGEST_NAME), AfterValidator(_web_address)]
Tag = Annotated[str, Field(min_length=1, max_length=LONGEST_TAG)]
Names = Annotated[list[Name], Field(max_length=MOST_CHOSEN)]
Question = Annotated[str, Field(min_length=1, max_length=LONGEST_QUESTION)]


class Body(BaseModel):
    """A JSON object without fields that are not known: a misspelt filter would let too much through."""

    model_config = ConfigDict(extra="forbid")


class FilterFields(Body):
    """Which articles are asked. All of it has to fit; of several sources, articles or tags, one is enough."""

    source: Names = Field([], description="Publishers, websites (`bbc.co.uk`), or beginnings of sources.")
    after: Period | None = Field(None, description="From this day, month or year on, its first day included.")
    before: Period | None = Field(None, description="Up to this day, month or year, its last day included.")
    article: Names = Field([], description="Ids of articles.")
    tags: Annotated[list[Tag], Field(max_length=MOST_CHOSEN)] = []

    @property
    def where(self) -> Where:
        """The filter."""
        return Where(
            first_day(self.after) if self.after else None,
            last_day(self.before) if self.before else None,
            tuple(self.source),
            tuple(self.article),
            tuple(self.tags),
        )


class AskOptions(FilterFields):
    """How a question is asked: of which articles, and how strictly."""

    kind: Literal["read", "topic", "about"] | None = Field(
        None, description="Words that answer, a briefing on a topic, or what one article says; else as the words tell."
    )
    top_k: int | None = Field(None, ge=1, le=50, description="How many passages are read; more are slower.")
    max_answers: int | None = Field(None, ge=1, le=20, description="The best answer and further, different ones.")
    threshold: float | None = Field(None, ge=0, le=1, description="Least confidence of a sure answer.")
    possible: float | None = Field(None, ge=0, le=1, description="Least confidence of a place that is to be checked.")
    asked_on: date | None = Field(None, description="The day that `last week` counts from, else today.")

    def asked(self, question: str, earlier: Sequence[str] = ()) -> Asked:
        """A question that is asked so, after `earlier` ones."""
        given = {
            "read_passages": self.top_k,
            "max_answers": self.max_answers,
            "threshold": self.threshold,
            "possible": self.possible,
        }
        settings = tuple((name, value) for name, value in given.items() if value is not None)
        return Asked(question, tuple(earlier), self.where, self.asked_on, self.kind, settings)


class AskBody(AskOptions):
    """A question."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"question": "Who signed the treaty?"},
                {
                    "question": "And when?",
                    "earlier": ["Who signed the treaty?"],
                    "source": ["bbc.co.uk"],
                    "after": "2025",
                },
            ]
        },
    )

    question: Question
    earlier: Annotated[list[Question], Field(max_length=100)] = Field(
        [], description="Earlier questions of the conversation, oldest first, for one that goes on from them."
    )
    stream: bool = Field(False, description="Send server-sent events: `passages`, then `answer`.")

    @property
    def whole(self) -> Asked:
        """The question with all that it is asked with."""
        return self.asked(self.question, self.earlier)


class SearchBody(FilterFields):
    """What passages are looked for."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"query": "ceasefire talks", "top_k": 5, "after": "2025-03"}]}
    )

    query: Question
    top_k: int = Field(10, ge=1, le=100, description="How many passages at most.")


class GivenArticle(Body):
    """An article whose text and metadata are known already."""

    title: Annotated[str, Field(max_length=LONGEST_NAME)]
    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]
    name: Annotated[str, Field(min_length=1, max_length=300)] | None = Field(
        None, description="What it is kept under: another text under the same name takes its place."
    )
    url: WebAddress | None = None
    published: date | None = None
    authors: Annotated[list[Name], Field(max_length=100)] = []
    source: Name | None = Field(None, description="The publisher.")


class AddBody(Body):
    """What is to be added: addresses, articles, or both."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"urls": ["https://www.bbc.co.uk/news/articles/c0example"]},
                {
                    "articles": [
                        {"title": "The ferry returns", "text": "The ferry sails again...", "published": "2025-05-12"}
                    ]
                },
            ]
        },
    )

    urls: Annotated[list[WebAddress], Field(max_length=MOST_URLS)] = Field(
        [], description="Pages, files and feeds, fetched by the server; addresses inside its network are refused."
    )
    articles: Annotated[list[GivenArticle], Field(max_length=100)] = []


class EditBody(Body):
    """What is corrected of an article: what is left out stays, and "" takes a value out."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"published": "2025-05-12", "add_tags": ["harbour"]}]}
    )

    title: Annotated[str, Field(max_length=LONGEST_NAME)] | None = None
    published: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] | None = None
    authors: Annotated[list[Name], Field(max_length=100)] | None = None
    source: Annotated[str, Field(max_length=LONGEST_NAME)] | None = Field(None, description="The publisher.")
    add_tags: Annotated[list[Name], Field(max_length=100)] = []
    remove_tags: Annotated[list[Name], Field(max_length=100)] = []


class VerifyBody(FilterFields):
    """What is to be checked: saved answers, or a text with quotation marks."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"text": "He said “the first crossing leaves at 21:40”.", "after": "2025"}]},
    )

    text: Annotated[str, Field(max_length=500_000)] | None = Field(
        None, description="Any text; what stands in quotation marks is looked for in the articles."
    )
    saved: JsonValue = Field(None, description="Answers as /v1/ask gives them, conversations, or a list of both.")


class FeedbackBody(Body):
    """What is said about an answer."""

    answer: dict[str, Any] = Field(description="The answer as /v1/ask gave it.")
    verdict: Verdict
    typed: Question | None = Field(None, description="The question as it was typed, where that is another one.")
