"""A library and an assistant for the page's tests, small enough to predict by hand."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from qa.config import Settings
from qa.datatypes import (
    Answer,
    Article,
    Citation,
    Failure,
    Passage,
    Progress,
    Reason,
    Report,
    RetrievedPassage,
    Standing,
    Turn,
    Where,
)
from qa.errors import ArticleNotFound, QuestionError
from qa.loaders import Document
from qa.quotecheck.checker import check_quotes
from qa.quotecheck.result import CheckedQuote
from qa.storage.listing import ArticlePage, ArticleSummary, ListQuery, Sort, Word, filter_rows, first_of_page, words_of
from qa.storage.over_time import Bar, bars

FERRY = Article(
    id="f" * 16,
    title="The night ferry returns",
    text=(
        "The night ferry to Holmen sails again from Friday.\n\n"
        + "".join(f"It stopped for the winter of storms, as the log of day {n} tells.\n\n" for n in range(1, 60))
        + "Captain Ida Brandt said the first crossing leaves at 21:40.\n\nTickets are sold on board."
    ),
    source="sample:000_f199326b91c0929f.txt",
    url="https://news.example/ferry",
    published=date(2025, 5, 12),
    authors=("Nils Aas",),
    language="en",
)
TIMETABLE = Article(
    id="b" * 16,
    title="Summer timetable",
    text="The first crossing leaves at 21:40. The last crossing leaves at 23:55.",
    source="/home/someone/news/timetable.md",
)
HARBOUR = Article(
    id="c" * 16,
    title="Harbour <b>notes</b>",
    text="A sign at the pier says that the first crossing leaves at 22:00 on Sundays.",
    source="upload:harbour.txt",
    published=date(2024, 1, 3),
)
ARTICLES = (FERRY, TIMETABLE, HARBOUR)

RULES = (  # a question that has the left words is answered by the group of the right one
    ("first crossing", re.compile(r"first crossing leaves at (\d\d:\d\d)")),
    ("captain", re.compile(r"Captain (Ida Brandt)")),
    ("code word", re.compile(r"code word is (\w+)")),
    ("hostile", re.compile(r"Hostile words: (.+)")),
)


def cite(article: Article, start: int, end: int, repeats: tuple[Citation, ...] = ()) -> Citation:
    """The words and the line they stand in."""
    line = article.text.rfind("\n", 0, start) + 1
    stop = article.text.find("\n", end)
    context = article.text[line : stop if stop >= 0 else None]
    return Citation(
        article.id, article.title, article.source, article.url, article.published,
        start, end, article.text[start:end], context, line, confidence=0.87, repeats=repeats,
    )  # fmt: skip


class FakeStore:
    """What is asked of a store directly: which articles there are, and that no upload is known."""

    def __init__(self, ids: list[str]) -> None:
        self.ids = ids

    def article_ids(self) -> list[str]:
        return self.ids

    @property
    def sources(self) -> FakeStore:
        return self

    def origin_digest(self, origin: str) -> str | None:
        return None


class FakeLibrary:
    """Articles in a dict, newest first; an upload is its first line as the title and the rest as the text.

    Conversations are kept in a folder of its own.
    """

    def __init__(self, articles: Iterable[Article] = ARTICLES) -> None:
        self.kept = {article.id: article for article in articles}
        self.settings = Settings()
        self.tagged: dict[str, tuple[str, ...]] = {}
        self._folder = TemporaryDirectory()
        self.path = Path(self._folder.name)

    @property
    def location(self) -> str:
        return str(self.path)

    @property
    def folder(self) -> Path:
        return self.path

    def titles(self, ids: Iterable[str]) -> dict[str, str]:
        return {each: self.kept[each].title for each in ids if each in self.kept}

    def standing(self, citation: Citation) -> Standing:
        if citation.article_id in self.kept:
            return "unchanged"
        return "changed" if citation.source in {article.source for article in self.kept.values()} else "gone"

    def sources(self) -> dict[str, int]:
        hosts = [urlsplit(article.url).hostname for article in self.kept.values() if article.url]
        return dict(Counter(host for host in hosts if host))

    def __len__(self) -> int:
        return len(self.kept)

    def article(self, article_id: str) -> Article:
        if article_id not in self.kept:
            raise ArticleNotFound(f"{article_id}: no such article")
        return self.kept[article_id]

    def articles(self, where: Where | None = None, *, offset: int = 0, limit: int | None = None) -> Iterator[Article]:
        found = [article for article in self.kept.values() if _lets_through(where or Where(), article)]
        if where and where.tags:
            found = [article for article in found if set(where.tags) & set(self.tagged.get(article.id, ()))]
        return iter(found[offset:][:limit])

    def listing(
        self, where: Where | None = None, *, words: str = "", sort: Sort = "date", descending: bool = True,
        without: Iterable[str] = (), offset: int = 0, limit: int = 100,
    ) -> ArticlePage:  # fmt: skip
        wanted = ListQuery(where, tuple(map(Word, words_of(words))), sort, descending, frozenset(without))
        rows = (ArticleSummary(a.id, a.title, a.source, a.url, a.site, a.published) for a in self.articles(where))
        found = filter_rows(rows, wanted)
        first = first_of_page(offset, limit, len(found))
        return ArticlePage(len(found), first, tuple(found[first : first + limit]))

    def passages(self, article_id: str) -> list[Passage]:
        return [Passage(1, article_id, 0, len(self.kept[article_id].text))]

    def tags(self) -> dict[str, int]:
        return dict(Counter(tag for tags in self.tagged.values() for tag in tags))

    def over_time(self, where: Where | None = None) -> list[Bar]:
        dated = (article.published for article in self.articles(where) if article.published)
        return bars(Counter(dated))

    def tags_of(self, ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        return {each: self.tagged[each] for each in ids if each in self.tagged}

    def tag(self, ids: Iterable[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> int:
        given, taken = tuple(add), set(remove)
        for each in ids:
            self.tagged[each] = tuple(tag for tag in (*self.tagged.get(each, ()), *given) if tag not in taken)
        return len(self.tagged)

    def copy_of(self, ids: Iterable[str]) -> dict[str, ArticleSummary]:
        return {}

    def resolved(self, where: Where | None) -> Where | None:
        return where

    @property
    def store(self) -> FakeStore:
        return FakeStore(list(self.kept))

    def holding(self, words: str) -> list[Article]:
        return list(self.kept.values())

    def near(self, words: str) -> list[tuple[Article, Passage]]:
        return [(article, Passage(1, article.id, 0, len(article.text))) for article in self.kept.values()]

    def check_quotes(self, text: str, where: Where | None = None) -> list[CheckedQuote]:
        return check_quotes(text, FakeLibrary(self.articles(where)))

    def failures_by_origin(self) -> dict[str, list[Failure]]:
        return {}

    def has_removed_text(self) -> bool:
        return False

    def refresh(self) -> int:
        return 1

    def add_documents(
        self, documents: Iterable[Document], *, progress: Callable[[Progress], None] | None = None
    ) -> Report:
        added, failed = [], []
        for count, document in enumerate(documents, 1):
            title, _, text = document.data.decode("utf-8", "replace").partition("\n")
            if not text.strip():
                failed.append(Failure(document.origin, "It holds no text.", "Give a file with an article in it."))
                continue
            article = Article(f"{len(self.kept):016x}", title, text.strip(), document.origin)
            self.kept = {article.id: article, **self.kept}
            added.append(article.id)
            if progress:
                progress(Progress("read", count, None, document.origin))
        return Report(added=tuple(added), failed=tuple(failed))

    def add(self, sources: Iterable[str], *, progress: Callable[[Progress], None] | None = None) -> Report:
        return Report(failed=tuple(Failure(source, "It cannot be reached.", "Try again.") for source in sources))

    def remove(self, ids: Iterable[str]) -> Report:
        return Report(removed=tuple(each for each in ids if self.kept.pop(each, None)))

    def remove_sources(self, sources: Iterable[str]) -> Report:
        gone = set(sources)
        return self.remove([article.id for article in list(self.kept.values()) if article.source in gone])


def _lets_through(where: Where, article: Article) -> bool:
    host = urlsplit(article.url or "").hostname
    return (
        (not where.sources or article.source.startswith(where.sources) or host in where.sources)
        and (not where.article_ids or article.id in where.article_ids)
        and (not where.published_from or (article.published is not None and article.published >= where.published_from))
        and (not where.published_to or (article.published is not None and article.published <= where.published_to))
    )


class FakeAssistant:
    """Answers by `RULES`, with every place that matches; `asked` keeps what it was called with."""

    def __init__(self, library: FakeLibrary | None = None) -> None:
        self.library = library or FakeLibrary()
        self.asked: list[tuple[str, list[str]]] = []

    @property
    def retriever(self) -> FakeAssistant:
        return self

    def retrieve(self, question: str, where: Where | None = None) -> list[RetrievedPassage]:
        return [nearest(article) for article in self.library.articles(where)]

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        where: Where | None = None,
        on_passages: Callable[[Sequence[RetrievedPassage]], None] | None = None,
        any_time: bool = False,
    ) -> Answer:
        self.any_time = any_time
        self.asked.append((question, [turn.question for turn in history]))
        if len(question) > 2000:
            raise QuestionError("The question has more than 2000 characters: ask it in fewer words.")
        if "crash" in question:
            raise RuntimeError("secret detail")
        articles = list(self.library.articles(where))
        if on_passages is not None:
            on_passages([nearest(article) for article in articles])
        if history and question == "And when?":
            question = "When does the first crossing leave?"
        if not articles:
            return missing(question, Reason.NO_ARTICLES)
        pattern = next((rule for words, rule in RULES if words in question.lower()), None)
        places = [(a, *m.span(1)) for a in articles if pattern for m in [pattern.search(a.text)] if m]
        if not places:
            near = () if "moon" in question else tuple(nearest(a) for a in articles)
            return missing(question, Reason.NOT_SURE if near else Reason.NOTHING_RELEVANT, near)
        citations = tuple(_merged([cite(*place) for place in places]))
        return Answer(question, citations[0].quote, 0.87, citations, tuple(nearest(a) for a in articles))


def _merged(citations: list[Citation]) -> Iterator[Citation]:
    """One citation for each quote, the same words elsewhere as its repeats."""
    for quote in dict.fromkeys(c.quote for c in citations):
        first, *rest = [c for c in citations if c.quote == quote]
        yield replace(first, repeats=tuple(rest))


def missing(question: str, reason: Reason, passages: tuple[RetrievedPassage, ...] = ()) -> Answer:
    return Answer(question, "", 0.1, (), passages, reason)


def nearest(article: Article) -> RetrievedPassage:
    end = min(len(article.text), 120)
    return RetrievedPassage(Passage(1, article.id, 0, end), article, 1, 2, 0.5, 0.03)
