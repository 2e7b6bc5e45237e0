"""What comes nearest to a question without an answer: a sentence of each article, and the words that it lacks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from qa.datatypes import Answer, Article, RetrievedPassage
from qa.text.question_terms import content_stems, stem, stems, words
from qa.text.segmentation import sentences
from qa.text.tokenization import FUNCTION_WORDS

NEAREST = 3  # articles
_FUNCTION_STEMS = frozenset(map(stem, FUNCTION_WORDS))
READ_CHARS = 100_000  # of an article, in which the words of a question are looked for


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`article.text[start:end]` is the sentence; `shared` are words of the question in it, `missing` those that are
    nowhere in the article, each as it is written in the question.
    """

    article: Article
    start: int
    end: int
    shared: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """The words of the sentence."""
        return self.article.text[self.start : self.end]


def near_misses(answer: Answer, count: int = NEAREST) -> list[NearMiss]:
    """The sentence that shares most words with the question, of each of the first articles that were considered."""
    asked = _asked_words(answer.question)
    return [_near_miss(asked, passage) for passage in _one_of_each(answer.passages, count)]


def missing_everywhere(near: Iterable[NearMiss]) -> tuple[str, ...]:
    """The words of the question that none of these articles has; none where there is no article."""
    lacking = [each.missing for each in near]
    return tuple(word for word in (lacking[0] if lacking else ()) if all(word in each for each in lacking))


def _one_of_each(passages: Iterable[RetrievedPassage], count: int) -> Iterator[RetrievedPassage]:
    seen: set[str] = set()
    for passage in passages:
        if len(seen) == count:
            return
        if passage.article.id not in seen:
            seen.add(passage.article.id)
            yield passage


def _near_miss(asked: dict[str, frozenset[str]], near: RetrievedPassage) -> NearMiss:
    begin, text = near.passage.start, near.text
    spans = sentences(text, near.article.language) or [(0, len(text))]
    wanted = frozenset().union(*asked.values())
    start, end = max(spans, key=lambda span: len(wanted & stems(text[slice(*span)])))
    here = stems(text[start:end])
    everywhere = _stems_of(near.article.title, near.article.text[:READ_CHARS])
    shared = tuple(word for word, known in asked.items() if known <= here)
    missing = tuple(word for word, known in asked.items() if not known <= everywhere)
    return NearMiss(near.article, begin + start, begin + end, shared, missing)


def _asked_words(question: str) -> dict[str, frozenset[str]]:
    """The words that matter in a question as they are written, with their stems."""
    content = content_stems(question) - _FUNCTION_STEMS
    asked = {word: stems(word) & content for word in words(question)}
    return {word: known for word, known in asked.items() if known}


@lru_cache(maxsize=64)  # a page is shown again and again while a question is read
def _stems_of(title: str, text: str) -> frozenset[str]:
    return stems(title) | stems(text)
