"""Show how: what was considered for a question, why one place won, or why nothing was good enough, for people.

Bars are 0 to 1. Those of the searches follow from the ranks, 1 for the first; the reader's is 1 for the passage with
the words that it was most sure of, and compares within one question only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qa.config import Settings
from qa.datatypes import Answer, Citation, Reason, RetrievedPassage, Where, all_citations
from qa.questions.validation import validate_question
from qa.serialization.filters import where_chips
from qa.serialization.not_found import missing_words

if TYPE_CHECKING:
    from qa.answering.retrieval import Retriever

FORMAT = "article-qa/explanation/1"
SHOWN_WORDS = 80  # characters of the answer that are repeated


@dataclass(frozen=True, slots=True)
class ExplainedPassage:
    """One passage that was considered. `citations` are the numbers, from 1, of the answer's citations in it."""

    found: RetrievedPassage
    number: int  # its place among all that were found, from 1
    rank: str  # in words
    lexical: float  # bar of the search by words
    dense: float  # bar of the search by meaning
    reader: float | None  # bar of the reader's best words; None where it was not read or gave none
    read: bool
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`sentences` say why there is this answer or none; `passages` are all that was considered, best first."""

    question: str
    sentences: tuple[str, ...]
    passages: tuple[ExplainedPassage, ...]


def explain_answer(answer: Answer, settings: Settings, where: Where | None = None) -> Explanation:
    """How an answer came about; `settings` and `where` are those that it was asked with."""
    lines = _lines(answer.passages, settings, answer.shown, read=settings.read_passages)
    why = _why_found(answer, lines, settings) if answer.found else _why_not(answer, settings, where)
    return Explanation(answer.question, tuple(why), tuple(lines))


def explain_retrieval(
    question: str, retriever: Retriever, settings: Settings, where: Where | None = None
) -> Explanation:
    """What both searches find for a question, without reading it: a test of retrieval.

    Raises QuestionError for an empty or overlong question.
    """
    asked = validate_question(question, settings.max_question_chars)
    passages = retriever.retrieve(asked, where)
    return Explanation(asked, tuple(_why_retrieved(passages, settings, where)), tuple(_lines(passages, settings)))


def explanation_to_dict(explanation: Explanation) -> dict[str, object]:
    """As JSON values, as in `qa.serialization.answers`."""
    return {
        "format": FORMAT,
        "question": explanation.question,
        "sentences": list(explanation.sentences),
        "passages": [_passage_to_dict(line) for line in explanation.passages],
    }


def _passage_to_dict(line: ExplainedPassage) -> dict[str, object]:
    found = line.found
    return {
        "number": line.number,
        "article_id": found.article.id,
        "title": found.article.title,
        "published": found.article.published.isoformat() if found.article.published else None,
        "start": found.passage.start,
        "end": found.passage.end,
        "text": found.text,
        "rank": line.rank,
        "lexical_rank": found.lexical_rank,
        "dense_rank": found.dense_rank,
        "similarity": found.similarity,
        "lexical": line.lexical,
        "dense": line.dense,
        "reader": line.reader,
        "read": line.read,
        "citations": list(line.citations),
    }


# passages


def _lines(
    passages: Sequence[RetrievedPassage], settings: Settings, citations: Sequence[Citation] = (), read: int = 0
) -> list[ExplainedPassage]:
    best = max((each.reading for each in passages if each.reading is not None), default=0.0)
    return [
        ExplainedPassage(
            found=found,
            number=number,
            rank=_rank(found, settings.candidates),
            lexical=_bar(found.lexical_rank, settings.candidates),
            dense=_bar(found.dense_rank, settings.candidates),
            # the score is of a start and an end: half of it for each
            reader=None if found.reading is None else math.exp((found.reading - best) / 2),
            read=number <= read,
            citations=tuple(
                each
                for each, citation in enumerate(citations, 1)
                if any(_holds(found, one) for one in all_citations([citation]))
            ),
        )
        for number, found in enumerate(passages, 1)
    ]


def _bar(rank: int | None, candidates: int) -> float:
    return 0.0 if rank is None else max(0.0, 1.0 - (rank - 1) / candidates)


def _rank(found: RetrievedPassage, candidates: int) -> str:
    lexical, dense = found.lexical_rank, found.dense_rank
    if lexical is not None and lexical == dense:
        return f"{ordinal(lexical)} by words and by meaning"
    by_words = f"{ordinal(lexical)} by words" if lexical else f"not in the first {candidates} by words"
    return f"{by_words}, " + (f"{ordinal(dense)} by meaning" if dense else f"not in the first {candidates} by meaning")


def ordinal(number: int) -> str:
    """1st, 2nd, 3rd, 11th, 22nd."""
    ending = "th" if 10 < number % 100 < 14 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def _holds(found: RetrievedPassage, citation: Citation) -> bool:
    """Whether a passage has the cited words in whole."""
    passage = found.passage
    return passage.article_id == citation.article_id and passage.start <= citation.start and citation.end <= passage.end


# sentences


def _why_found(answer: Answer, lines: Sequence[ExplainedPassage], settings: Settings) -> Iterator[str]:
    best = answer.citations[0]
    there = [line for line in lines if _holds(line.found, best)]
    if there:
        # Windows overlap: the one with the surest words is where it was read.
        line = max(there, key=lambda each: (each.reader or 0.0, -each.number))
        yield f"{_searches(line)} It is in {_titled(best.title)}."
        yield _reading(line, best.quote)
    elsewhere = len({repeat.article_id for repeat in best.repeats} - {best.article_id})
    if elsewhere:
        yield f"{elsewhere} more {'articles say' if elsewhere > 1 else 'article says'} the same."
    sure, least = _figures(answer.confidence, settings.threshold)
    yield f"Confidence {sure}; an answer needs {least}."


def _searches(line: ExplainedPassage) -> str:
    lexical, dense = line.found.lexical_rank, line.found.dense_rank
    if lexical == dense == 1:
        return "Both searches, by words and by meaning, put this passage first."
    if lexical is None or dense is None:
        kind = "words" if dense is None else "meaning"
        return f"Only the search by {kind} found this passage, as the {ordinal(lexical or dense or 1)}."
    return f"The search by words put this passage {ordinal(lexical)}, the search by meaning {ordinal(dense)}."


def _reading(line: ExplainedPassage, quote: str) -> str:
    words = f"“{quote if len(quote) <= SHOWN_WORDS else quote[:SHOWN_WORDS].rstrip() + '…'}”"
    if line.reader == 1.0:
        return f"Of all that was read, the reader was most sure of words in this passage: {words}."
    return (
        f"The reader found {words} there. It was surer of words elsewhere, but these fit better "
        "with what the question names and asks for."
    )


def _why_not(answer: Answer, settings: Settings, where: Where | None) -> Iterator[str]:
    if answer.reason is Reason.NO_ARTICLES or not answer.passages:
        yield _nothing_there(where)
        return
    if answer.possible:
        yield from _why_possible(answer.possible[0], settings)
        return
    sure, least = _figures(answer.confidence, min(settings.threshold, settings.possible))
    below = f"confidence {sure}, below the {least} that a possible answer needs"
    if answer.reason is Reason.NOT_SURE:
        yield f"Some articles are about this, but no words in them answer it: {below}."
    else:
        yield f"Nothing in the articles seems to be about this: {below}."
    read = [each for each in answer.passages if each.reading is not None]
    if read:
        nearest = max(read, key=lambda each: each.reading or 0.0)
        yield f"The reader came nearest in {_titled(nearest.article.title)}."


def _why_possible(best: Citation, settings: Settings) -> Iterator[str]:
    sure, least = _figures(best.confidence, settings.threshold)
    yield f"Words in {_titled(best.title)} may answer it: confidence {sure}; a sure answer needs {least}."
    if best.missing:
        yield f"{missing_words(best)}. An answer that lacks what the question names is never a sure one."


def _why_retrieved(passages: Sequence[RetrievedPassage], settings: Settings, where: Where | None) -> Iterator[str]:
    if not passages:
        yield _nothing_there(where)
        return
    articles = len({each.article.id for each in passages})
    count = f"{len(passages)} passage{'s' * (len(passages) > 1)} of {articles} article{'s' * (articles > 1)}"
    yield f"The searches found {count}; the first {min(len(passages), settings.read_passages)} would be read."
    both = sum(each.lexical_rank is not None and each.dense_rank is not None for each in passages)
    yield f"Both searches, by words and by meaning, found {both} of them."


def _nothing_there(where: Where | None) -> str:
    if where:
        return f"The filter leaves no articles: {'; '.join(where_chips(where))}."
    return "There are no articles to search."


def _titled(title: str) -> str:
    return f"“{title.strip()}”" if title.strip() else "an article without a title"


def _figures(confidence: float, threshold: float) -> tuple[str, str]:
    """Both with two decimals, or with as many as tell them apart; a confidence is never rounded to certainty."""
    for digits in (2, 3, 4):
        least = 10**-digits
        sure = f"{min(max(confidence, least), 1 - least):.{digits}f}"
        if sure != f"{threshold:.{digits}f}" or confidence == threshold:
            break
    return sure, f"{threshold:.{digits}f}"
