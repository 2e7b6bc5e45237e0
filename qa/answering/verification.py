"""Saved answers against the texts they cite: whether every quote stands where it says, and whether it still does.

    checks    holds, checks (article_id, title, start, end, quote, problem (null where it holds), holds)

is the JSON form of what a check found, in the manner of `qa.serialization.answers`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import product

from qa.datatypes import Answer, Citation, Standing, all_citations
from qa.errors import ArticleNotFound, CitationError, FormatError
from qa.serialization.answers import ArticleOf
from qa.serialization.fields import JsonObject

CHECKS_FORMAT = "article-qa/checks/1"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one quote stands in its article as an answer says; `problem` tells what does not hold."""

    article_id: str
    title: str
    start: int
    end: int
    quote: str
    problem: str | None = None

    @property
    def holds(self) -> bool:
        """Whether the quote stands in its article as the answer says."""
        return self.problem is None


def verify_answer(answer: Answer, article_of: ArticleOf) -> list[Check]:
    """Compare every quote of `answer`, repeats too, with the text of its article; one check a quote, in order."""
    checks = [_check(citation, article_of) for citation in all_citations(answer.shown)]
    if answer.citations and checks[0].holds and not _is_said(answer):
        problem = "the answer's text is not the words of its first citations"
        checks[0] = _with_problem(answer.citations[0], problem)
    elif not answer.citations and answer.text:
        problem = "the answer has a text, but no citation for it"
        checks.append(Check("", "", 0, len(answer.text), answer.text, problem))
    return checks


def _is_said(answer: Answer) -> bool:
    """Whether the text is made of the quotes of the leading places, with or without the dates of each."""
    ways = product(*({each.quote, each.dated_quote} for each in answer.leading))
    return any(answer.text == "\n".join(way) for way in ways)


def _check(citation: Citation, article_of: ArticleOf) -> Check:
    try:
        text = article_of(citation.article_id).text
    except ArticleNotFound:
        return _with_problem(citation, "the article is not in the library (any more)")
    except FormatError as error:
        return _with_problem(citation, str(error))
    return _with_problem(citation, citation_problem(citation, text))


def _with_problem(citation: Citation, problem: str | None) -> Check:
    return Check(citation.article_id, citation.title, citation.start, citation.end, citation.quote, problem)


def checks_to_dict(checks: Sequence[Check]) -> JsonObject:
    """The JSON form of what a check found, `article-qa/checks/1`."""
    return {
        "format": CHECKS_FORMAT,
        "holds": all(check.holds for check in checks),
        "checks": [asdict(check) | {"holds": check.holds} for check in checks],
    }


def standings(answer: Answer, standing_of: Callable[[Citation], Standing]) -> Mapping[str, Standing]:
    """The standing of every article that `answer` cites, by its id."""
    return {each.article_id: standing_of(each) for each in all_citations(answer.shown)}


def require_verbatim(citations: Iterable[Citation], texts: Mapping[str, str]) -> None:
    """Raise CitationError unless every quote and its context, repeats too, are exactly what stands at their places.

    `texts` maps article ids to the stored texts.
    """
    for citation in all_citations(citations):
        if problem := citation_problem(citation, texts[citation.article_id]):
            place = f"{citation.article_id}[{citation.start}:{citation.end}]"
            raise CitationError(f"{place} is not the quote {citation.quote!r}: {problem}.")


def citation_problem(citation: Citation, text: str) -> str | None:
    """What does not hold of a citation in the text of its article; None when it is all as it says.

    The bounds come first: a negative offset would count from the end of the text.
    """
    if not 0 <= citation.start < citation.end <= len(text):
        return f"the offsets lie outside the article, which has {len(text)} characters"
    if text[citation.start : citation.end] != citation.quote:
        return "the article has other words at this place"
    if not 0 <= citation.context_start <= citation.start or citation.end > citation.context_end:
        return "the sentence shown does not surround the quote"
    if text[citation.context_start : citation.context_end] != citation.context:
        return "the article has another sentence around this place"
    return None
