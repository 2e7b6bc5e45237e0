"""An answer with all its parts, predictable by hand, and strategies for any answer: for whoever writes one down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from hypothesis import strategies as st

from qa.conversations.store import Conversations
from qa.datatypes import Answer, Article, Citation, Passage, Reason, RetrievedPassage, Turn
from qa.errors import ArticleNotFound
from qa.questions.kinds import Kind
from qa.serialization.conversations import Conversation

TEXT = "The ferry left at noon. It reached Sund after dark. Nobody was hurt."
ARTICLE = Article(
    id="a1",
    title="A ferry is late",
    text=TEXT,
    source="/news/ferry.txt",
    url="https://example.org/ferry",
    published=date(2025, 5, 12),
    authors=("Ada Berg",),
    site="The Example",
    language="en",
    digest="d1",
)
# "It reached Sund after dark." is TEXT[24:51], "after dark" is TEXT[40:50]
CITATION = Citation(
    article_id="a1",
    title="A ferry is late",
    source="/news/ferry.txt",
    url="https://example.org/ferry",
    published=date(2025, 5, 12),
    start=40,
    end=50,
    quote="after dark",
    context="It reached Sund after dark.",
    context_start=24,
    confidence=0.75,
)
ANSWER = Answer(
    question="When did it arrive?",
    text="after dark",
    confidence=0.75,
    citations=(CITATION,),
    passages=(RetrievedPassage(Passage(7, "a1", 24, 51), ARTICLE, 1, None, None, 0.5, 2.25),),
)


def find(article_id: str) -> Article:
    if article_id != "a1":
        raise ArticleNotFound(f"no article {article_id!r}")
    return ARTICLE


words = st.text(max_size=12)
offsets = st.integers(min_value=0, max_value=10**9)
numbers = st.floats(allow_nan=False, allow_infinity=False)
days = st.none() | st.dates()
articles = st.builds(
    Article, id=words, title=words, text=words, source=words, url=st.none() | words, published=days,
    pages=st.lists(offsets, max_size=3).map(sorted).map(tuple),
    truncated=st.booleans(),
)  # fmt: skip
shallow = st.builds(
    Citation,
    article_id=words,
    title=words,
    source=words,
    url=st.none() | words,
    published=days,
    start=offsets,
    end=offsets,
    quote=words,
    context=words,
    context_start=offsets,
    confidence=numbers,
    repeats=st.just(()),
    missing=st.lists(words, max_size=2).map(tuple),
    site=st.none() | words.filter(bool),
    page=st.none() | st.integers(1, 10_000),
    truncated=st.booleans(),
)
citations = st.builds(lambda one, repeats: replace(one, repeats=tuple(repeats)), shallow, st.lists(shallow, max_size=2))


@st.composite
def answers(draw: st.DrawFn) -> tuple[Answer, Mapping[str, Article]]:
    library = {article.id: article for article in draw(st.lists(articles, min_size=1, max_size=3))}
    passages = [
        RetrievedPassage(
            Passage(draw(offsets), article.id, draw(offsets), draw(offsets)),
            article,
            draw(st.none() | offsets),
            draw(st.none() | offsets),
            draw(st.none() | numbers),
            draw(numbers),
            draw(st.none() | numbers),
        )
        for article in draw(st.lists(st.sampled_from(list(library.values())), max_size=3))
    ]
    answer = Answer(
        draw(words),
        draw(words),
        draw(numbers),
        tuple(draw(st.lists(citations, max_size=3))),
        tuple(passages),
        draw(st.none() | st.sampled_from(Reason)),
        tuple(draw(st.lists(citations, max_size=2))),
        draw(st.sampled_from(Kind)),
        draw(words),
    )
    return answer, library


def not_found(question: str) -> Turn:
    return Turn(question, Answer(question, "", 0.125, (), (), Reason.NOTHING_RELEVANT))


def questions(kept: Conversations, conversation: Conversation) -> list[str]:
    return [turn.question for turn in kept.turns(conversation.id)]


def names(kept: Conversations, words: str = "") -> list[str]:
    return [each.name for each in kept.listed(words)]
