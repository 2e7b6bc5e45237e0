"""Saved answers against the texts they cite: whether every quote stands where it says, and whether it still does.

    checks    holds, checks (article_id, title, start, end, quote, problem (null where it holds), holds,
              basis (`library`, `carried`, or null where the article is nowhere))

is the JSON form of what a check found, in the manner of `qa.serialization.answers`.

What a file carries along can be forged together with its answers: a check against it says that the words are those of
the text carried along, and nothing of where that text is from. Only a library knows that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import product

from qa.datatypes import Answer, Article, Citation, Standing, all_citations
from qa.errors import ArticleNotFound, CitationError, FormatError
from qa.serialization.answers import ArticleOf
from qa.serialization.fields import JsonObject
from qa.text.display import day, shortened

CHECKS_FORMAT = "article-qa/checks/1"
_SHOWN_CHARACTERS = 120  # of a title or an address in a problem


class Basis(StrEnum):
    """What a quote was compared with: an article of the library, or a text carried along with the answers."""

    LIBRARY = "library"
    CARRIED = "carried"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether one quote stands in its article as an answer says; `problem` tells what does not hold.

    `basis` is what it was compared with, None where there was no article to compare it with.
    """

    article_id: str
    title: str
    start: int
    end: int
    quote: str
    problem: str | None = None
    basis: Basis | None = None

    @property
    def holds(self) -> bool:
        """Whether the quote stands in its article as the answer says."""
        return self.problem is None


def verify_answer(answer: Answer, library: ArticleOf | None, carried: ArticleOf | None = None) -> list[Check]:
    """Compare every citation of `answer`, repeats too, with its article; one check a citation, in order.

    An article is looked for in the `library`, then among the texts `carried` along; None where there is no such place.
    """
    checks = [_check(citation, library, carried) for citation in all_citations(answer.shown)]
    if answer.citations and checks[0].holds and not _is_said(answer):
        problem = "the answer's text is not the words of its first citations"
        checks[0] = replace(checks[0], problem=problem)
    elif not answer.citations and answer.text:
        problem = "the answer has a text, but no citation for it"
        checks.append(Check("", "", 0, len(answer.text), answer.text, problem))
    return checks


def _is_said(answer: Answer) -> bool:
    """Whether the text is made of the quotes of the leading places, with or without the dates of each."""
    ways = product(*({each.quote, each.dated_quote} for each in answer.leading))
    return any(answer.text == "\n".join(way) for way in ways)


def _check(citation: Citation, library: ArticleOf | None, carried: ArticleOf | None) -> Check:
    check = Check(citation.article_id, citation.title, citation.start, citation.end, citation.quote)
    for basis, article_of in ((Basis.LIBRARY, library), (Basis.CARRIED, carried)):
        try:
            article = article_of and article_of(citation.article_id)
        except ArticleNotFound:
            continue
        except FormatError as error:
            return replace(check, problem=str(error), basis=basis)
        if article:
            problem = citation_problem(citation, article.text) or _description_problem(citation, article, basis)
            return replace(check, problem=problem, basis=basis)
    nowhere = "the article is not in the library (any more)" if library else "the article is not carried along"
    return replace(check, problem=nowhere)


def _description_problem(citation: Citation, article: Article, basis: Basis) -> str | None:
    """Which of title, date and address of a citation the article does not have; None when it has them all."""
    where = "in the library" if basis is Basis.LIBRARY else "carried along"
    if citation.title != article.title:
        return f"the article {where} has the title “{shortened(article.title, _SHOWN_CHARACTERS)}”"
    if citation.published != article.published:
        return f"the article {where} is of another day: {day(article.published)}"
    if citation.url != article.url:
        address = shortened(article.url, _SHOWN_CHARACTERS) if article.url else "none"
        return f"the article {where} has another address: {address}"
    return None


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
