"""Questions with their right answers, from SQuAD-style files, and where those answers stand in articles."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa.datatypes import RetrievedPassage
from qa.errors import ExamplesError
from qa.evaluation.metrics import normalize_answer
from qa.loaders.article import build_article, normalise


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """A right answer; `start` is its offset in the example's context, where there is one."""

    text: str
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A question with its right answers; none means that the right reply is "not found".

    `context` is the text that the question was asked about. `articles` are the ids of the only articles in
    which an answer counts as found; they matter where there is no context, and when empty any article counts.
    """

    id: str
    question: str
    answers: tuple[GoldAnswer, ...] = ()
    title: str = ""
    context: str | None = None
    articles: tuple[str, ...] = ()

    @property
    def golds(self) -> list[str]:
        """The texts of the right answers."""
        return [answer.text for answer in self.answers]

    @classmethod
    def from_row(cls, row: Mapping[str, Any], *, articles: Mapping[str, str] | None = None) -> Example:
        """A SQuAD-style row; answers may be plain strings. Raises ExamplesError.

        `articles` maps the names in a row's `articles_with_answer` to article ids; without it they are not
        used. A name that it lacks stays as it is, and so matches no article.
        """
        question, context, answers = row.get("question"), row.get("context"), row.get("answers")
        if not isinstance(question, str) or not question.strip():
            raise ExamplesError(f'"question" is {question!r}: give each row a question.')
        if not isinstance(answers, list):
            raise ExamplesError(f'"answers" is {answers!r}: give a list, empty if there is no answer.')
        if not isinstance(context, str | None):
            raise ExamplesError(f'"context" is {context!r}: give the text asked about, or leave it out.')
        named = () if articles is None or context is not None else row.get("articles_with_answer", ())
        return cls(
            id=str(row.get("id", "")),
            question=question,
            answers=tuple(_gold_answer(answer, context) for answer in answers),
            title=str(row.get("title") or ""),
            context=context,
            articles=tuple((articles or {}).get(name, name) for name in named),
        )


def _gold_answer(answer: Any, context: str | None) -> GoldAnswer:
    given = {"text": answer} if isinstance(answer, str) else answer
    text, start = (given.get("text"), given.get("start")) if isinstance(given, dict) else (None, None)
    if not isinstance(text, str) or not text.strip():
        raise ExamplesError(f'an answer is {answer!r}: give a text or an object with a "text".')
    if context is not None and (not isinstance(start, int) or not context.startswith(text, start)):
        raise ExamplesError(f'the answer {text!r} does not stand at "start" ({start}) of the context.')
    return GoldAnswer(text, start)


def read_examples(path: str | Path, *, articles: Mapping[str, str] | None = None) -> list[Example]:
    """The rows of a `.jsonl` or `.jsonl.gz` file (see Example.from_row); an ExamplesError names the line."""
    examples = []
    for number, line in enumerate(_lines(Path(path)), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict):
                raise ExamplesError(f"{line[:40]!r} is not an object. Give one JSON object a line.")
            examples.append(Example.from_row(row, articles=articles))
        except json.JSONDecodeError as error:
            raise ExamplesError(f"{path}, line {number}: {error}. Give one JSON object a line.") from error
        except ExamplesError as error:
            raise ExamplesError(f"{path}, line {number}: {error}") from error
    if not examples:
        raise ExamplesError(f"{path}: there are no questions in it. Give one JSON object a line.")
    return examples


def _lines(path: Path) -> Iterator[str]:
    open_text = gzip.open if path.suffix == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise ExamplesError(f"{path}: cannot be read ({error}). Give a .jsonl or .jsonl.gz file.") from error


@dataclass(frozen=True, slots=True)
class GoldPlaces:
    """Where an example's right answers stand in the article that its context becomes in a library."""

    article_id: str
    spans: tuple[tuple[int, int], ...]


def gold_places(example: Example) -> GoldPlaces:
    """The places of the answers in the normalised text; the example must have a context."""
    context = example.context or ""
    article = build_article(title=example.title, text=context, source="context")
    spans = (_located(answer, context, article.text) for answer in example.answers)
    return GoldPlaces(article.id, tuple(spans))


def _located(answer: GoldAnswer, context: str, text: str) -> tuple[int, int]:
    """The occurrence of the answer in `text` that is nearest to its relative place in `context`.

    Normalisation moves offsets; an answer that is not found again, as it began inside a word, gets its relative place.
    """
    start, end = answer.start or 0, (answer.start or 0) + len(answer.text)
    if text == context:
        return start, end
    scale = len(text) / max(1, len(context))
    words = map(re.escape, normalise(answer.text).split())
    found = [match.span() for match in re.finditer(r"\s+".join(words), text)]
    relative = (int(start * scale), int(end * scale))
    return min(found, key=lambda span: abs(span[0] - start * scale), default=relative)


def first_right_rank(example: Example, places: GoldPlaces | None, retrieved: Sequence[RetrievedPassage]) -> int | None:
    """The rank, from 1, of the first passage that holds an answer.

    With `places` a passage holds one if it overlaps it in its article; without, if the words of an answer are
    in it, in one of the example's articles if it names any.
    """
    for rank, candidate in enumerate(retrieved, start=1):
        if _overlaps(candidate, places) if places else _contains(candidate, example):
            return rank
    return None


def _overlaps(candidate: RetrievedPassage, places: GoldPlaces) -> bool:
    passage = candidate.passage
    return passage.article_id == places.article_id and any(
        start < passage.end and passage.start < end for start, end in places.spans
    )


def _contains(candidate: RetrievedPassage, example: Example) -> bool:
    if example.articles and candidate.passage.article_id not in example.articles:
        return False
    words = f" {normalize_answer(candidate.text)} "
    return any(f" {normalize_answer(gold)} " in words for gold in example.golds)
