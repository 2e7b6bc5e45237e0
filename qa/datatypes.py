"""What the rest of the package passes around: frozen, without I/O.

All offsets are character offsets into `Article.text`, half open: `text[start:end]`. `Article.text` is normalised
once, by the loader, and never changes afterwards, so a quote can be checked by anyone at any later time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Article:
    """One article as it was read.

    `id` is derived from `text` alone (see `qa.loaders.article.article_id`), so an id names one exact text for ever:
    when a source changes, its new version has a new id, and an old citation can never point at new words.
    """

    id: str
    title: str
    text: str
    source: str  # where it was read from: an absolute path, `path#row`, a URL, `upload:name` or `sample:name`
    url: str | None = None  # the public address, if the article names one
    published: date | None = None  # unknown stays None: never the time of the file or of the fetch
    authors: tuple[str, ...] = ()
    site: str | None = None  # the publisher, as the article names it
    language: str | None = None  # ISO 639-1
    digest: str = ""  # over the text and all metadata: tells whether anything at all has changed
    pages: tuple[int, ...] = ()  # where in the text each page of a PDF begins, from the first on; () for all else
    truncated: bool = False  # only its beginning was to be had: the rest is for subscribers, or was cut off

    def page_of(self, offset: int) -> int | None:
        """The number of the page, from 1, on which the character at `offset` stands; None where none are known."""
        return bisect_right(self.pages, offset) or None


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of one article, `article.text[start:end]`; `id` is never used again after a removal."""

    id: int
    article_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """`text[start:end]` with the reader's raw score, comparable across passages: never normalised over one.

    `null` is what the reader gave "no answer" in the same window, on the same scale.
    """

    start: int
    end: int
    score: float
    null: float = 0.0


@dataclass(frozen=True, slots=True)
class Where:
    """A filter on articles; empty fields do not filter. Both dates are inclusive; an undated article matches no date.

    `sources` match an article's publisher (`site`), the host of its url, or the beginning of its source. `tags` are
    those that were put on articles: one of them is enough.
    """

    published_from: date | None = None
    published_to: date | None = None
    sources: tuple[str, ...] = ()
    article_ids: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", tuple(self.sources))
        object.__setattr__(self, "article_ids", tuple(self.article_ids))
        object.__setattr__(self, "tags", tuple(self.tags))

    def __bool__(self) -> bool:
        return bool(self.published_from or self.published_to or self.sources or self.article_ids or self.tags)


@dataclass(frozen=True, slots=True)
class RetrievedPassage:
    """A passage that was considered for a question, and why.

    Ranks count from 1, `None` where that index did not return the passage; `score` is the fused retrieval score
    (higher is better, within one question only); `reading` is the reader's best raw span score, if it was read.
    """

    passage: Passage
    article: Article
    lexical_rank: int | None
    dense_rank: int | None
    similarity: float | None  # cosine of question and passage, where the dense index returned it
    score: float
    reading: float | None = None

    @property
    def text(self) -> str:
        """The words of the passage."""
        return self.article.text[self.passage.start : self.passage.end]


Offsets = tuple[int, int]  # `text[start:end]` of an article's text


@dataclass(frozen=True, slots=True)
class Quotation:
    """That somebody says something: the speaker, the cue ("said", "according to") and what is said, as offsets.

    `content` are the pieces in the order of the text: two in `"Yes," she said, "at once."`; those of a `direct`
    quotation stand in quotation marks, which are not part of them. `name` is whom "she" or "the mayor" stands for, in
    full where the text gives the full name; "" where that is not plain.
    """

    speaker: Offsets
    cue: Offsets
    content: tuple[Offsets, ...]
    direct: bool
    name: str = ""


@dataclass(frozen=True, slots=True)
class ResolvedDate:
    """What words for a time mean: `article.text[start:end]` is a date of `value` (EDTF), in words for people."""

    start: int
    end: int
    value: str
    words: str


@dataclass(frozen=True, slots=True)
class ArticleCopy:
    """An article whose text is a copy, whole or trimmed, of one that is cited."""

    article_id: str
    title: str
    source: str
    url: str | None
    published: date | None
    site: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words, and where they stand: `article.text[start:end] == quote`.

    `context` is the whole sentence or sentences around the quote, `article.text[context_start:][:len(context)]`.
    `repeats` are further places that say the same; their own `repeats` are empty. `resolved` are words for times in the
    quote, as "Friday", with the dates that they mean by the day of publication; the quote itself stays as it is.
    `missing` are names, years and numbers of the question that are not mentioned there, as they were asked. `asked` is
    the part of the question that is answered here, where it has several, and `items` are the places of the things that
    the quote lists, one after the other, where several were asked for. `independent` counts the articles, this one and
    those of the repeats, that say it of their own, 0 where none is a copy; `copies` are further articles, copies of
    these.
    """

    article_id: str
    title: str
    source: str
    url: str | None
    published: date | None
    start: int
    end: int
    quote: str
    context: str
    context_start: int
    confidence: float = 0.0
    repeats: tuple[Citation, ...] = ()
    resolved: tuple[ResolvedDate, ...] = ()
    missing: tuple[str, ...] = ()
    site: str | None = None  # the publisher, as the article names it
    asked: str = ""
    items: tuple[Offsets, ...] = ()
    page: int | None = None  # of a PDF, counted from 1, on which the quote begins
    truncated: bool = False  # only the beginning of the article was to be had
    independent: int = 0
    copies: tuple[ArticleCopy, ...] = ()

    @property
    def copied(self) -> int:
        """How many articles are copies of those that say this of their own, cited or not."""
        cited = {self.article_id, *(each.article_id for each in self.repeats)}
        return len(self.copies) + (len(cited) - self.independent if self.independent else 0)

    @property
    def context_end(self) -> int:
        """Where the context ends in the article's text."""
        return self.context_start + len(self.context)

    @property
    def dated_quote(self) -> str:
        """The quote, and behind it in square brackets what words for times in it mean: "Friday [20 June 2025]"."""
        words = "; ".join(dict.fromkeys(each.words for each in self.resolved))
        return f"{self.quote} [{words}]" if words else self.quote

    @property
    def item_words(self) -> tuple[str, ...]:
        """The words of each of the things that the quote lists."""
        return tuple(self.quote[start - self.start : end - self.start] for start, end in self.items)


@dataclass(frozen=True, slots=True)
class CitedQuotation:
    """A quotation of a stored article with its words: those of the speaker, of the cue, and each piece that is said.

    `citation` says where: its quote goes from the first piece to the last, with the cue between where that is so.
    """

    quotation: Quotation
    speaker: str
    cue: str
    words: tuple[str, ...]
    citation: Citation


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """What happened on a day, in the words of an article; `citation.repeats` are the same words in other articles.

    `told` are the words of the sentence that say the day, "on Tuesday"; "" where it is the day of publication.
    """

    day: date
    citation: Citation
    told: str = ""


class Reason(StrEnum):
    """Why there is no answer."""

    NO_ARTICLES = "no_articles"  # the library, or what the filter left of it, is empty
    NOTHING_RELEVANT = "nothing_relevant"  # nothing about this in the articles
    NOT_SURE = "not_sure"  # articles that are about this, but no words that surely answer: see `Answer.possible`


@dataclass(frozen=True, slots=True)
class AskedPeriod:
    """The days that a question asks for by its `words`, both included, None where open: their articles come first."""

    first: date | None
    last: date | None
    words: str


# Kinds of answers whose words are not what is claimed.
_TOLD = frozenset({"about", "comparison", "record", "talk", "topic"})


@dataclass(frozen=True, slots=True)
class Answer:
    """What the articles say, what they may say, or that they do not.

    `citations` are sure answers: the first is the best, later ones are further, different answers. `possible` are
    places that may answer and are to be checked, likewise best first. `confidence` is the calibrated probability
    (0 to 1) that the first place of both is right; when there is none it is that of the best candidate.
    """

    question: str
    text: str  # the quotes of `leading`, one a line, with their dates where one is asked for; "" when nothing is sure
    confidence: float
    citations: tuple[Citation, ...]
    passages: tuple[RetrievedPassage, ...]  # what was considered, best first
    reason: Reason | None = None  # set when, and only when, nothing is sure
    possible: tuple[Citation, ...] = ()
    kind: str = "read"  # one of `qa.questions.kinds.Kind`
    note: str = ""  # a sentence of our own, where the words of articles are not what is wanted, or need an introduction
    period: AskedPeriod | None = None  # what "last week" in the question was taken for; `ask(any_time=True)` does not

    @property
    def found(self) -> bool:
        """Whether anything is claimed: an answer has a citation, or says that there is none."""
        return bool(self.citations)

    @property
    def leading(self) -> tuple[Citation, ...]:
        """The sure places that the answer is made of: the first one, or the first one for each part of the question."""
        first: dict[str, Citation] = {}
        for each in self.citations:
            first.setdefault(each.asked, each)
        return tuple(first.values())

    @property
    def further(self) -> tuple[Citation, ...]:
        """The other sure places."""
        leading = self.leading
        return tuple(each for each in self.citations if each not in leading)

    @property
    def is_told(self) -> bool:
        """Whether the note is the answer, and the places only what it introduces."""
        return bool(self.note) and self.kind in _TOLD

    @property
    def shown(self) -> tuple[Citation, ...]:
        """Every place that is put before whoever asked, sure ones first."""
        return (*self.citations, *self.possible)

    @property
    def best(self) -> Citation | None:
        """The sure answer, else the likeliest possible one."""
        return next(iter(self.shown), None)


class Ask(Protocol):
    """`Assistant.ask`, as far as it is needed where many questions are asked."""

    def __call__(self, question: str, *, where: Where | None = None) -> Answer:
        """The answer of the articles that the filter lets through."""
        ...


@dataclass(frozen=True, slots=True)
class Turn:
    """One question of a conversation with its answer; the caller keeps the conversation."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Failure:
    """A source that could not be taken in: its name, why, and what to do about it. All three are plain sentences."""

    source: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Report:
    """What an update did. `added`, `updated` and `removed` hold article ids; an updated id is the new one."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """What was done about a watched folder or URL (`report`), or is to be known of it (`note`, plain sentences)."""

    source: str
    report: Report | None = None
    note: str = ""


WatchCallback = Callable[[WatchEvent], None]


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a long piece of work. `total` is None while it is not known; `item` names what is worked on."""

    stage: Literal["read", "encode", "index", "ask"]
    done: int
    total: int | None
    item: str = ""


ProgressCallback = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """A ProgressCallback that does nothing."""


@dataclass(frozen=True, slots=True)
class Stats:
    """The size of a library and what made its vectors. `bytes_on_disk` counts every file of it."""

    articles: int
    passages: int
    revision: int
    bytes_on_disk: int
    encoder: str
    first_published: date | None
    last_published: date | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked in a library. `mended`: it was not sound, and is now."""

    check: str
    sound: bool
    detail: str
    mended: bool = False


Standing = Literal[
    "unchanged", "changed", "gone"
]  # of a cited text: stored, replaced at its source by another, or gone


def articles_of(passages: Iterable[RetrievedPassage]) -> tuple[Article, ...]:
    """The articles that passages are of, each once, in the order of its first passage."""
    return tuple({found.article.id: found.article for found in passages}.values())


def all_citations(citations: Iterable[Citation]) -> Iterator[Citation]:
    """Every place that an answer names: each citation, and behind it its repeats."""
    for citation in citations:
        yield citation
        yield from all_citations(citation.repeats)
