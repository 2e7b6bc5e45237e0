"""What is told of a whole article: its record in the library, or its opening and its central sentences. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from qa.answering.citing import citation_of
from qa.datatypes import Answer, Article, Citation, Reason
from qa.questions.kinds import AskedKind, Kind
from qa.text.display import day
from qa.text.question_terms import stems, words
from qa.text.segmentation import sentences

CENTRAL = 3  # sentences behind the opening
READ_THROUGH = 20_000  # characters of an article whose sentences are weighed
SHORTEST, LONGEST = 8, 60  # words of a sentence that can stand for an article

TALK = (
    "Ask about what is in your articles: who, when, where, how many, what somebody said. Answers come in the articles' "
    "own words, or not at all. “What is this article about?” and “Who wrote it?” work too."
)


def talk_answer(question: str) -> Answer:
    """What is said to a greeting; nothing is searched for it."""
    return Answer(question, "", 1.0, (), (), Reason.NOT_SURE, kind=Kind.TALK, note=TALK)


def record_answer(question: str, asked: AskedKind, article: Article) -> Answer:
    """What the library knows of an article, in a sentence of our own: none of it need stand in its text."""
    title = article.title.strip() or "the article"
    known = {
        "author": ", ".join(article.authors) or "no author is given",
        "date": f"published on {day(article.published)}" if article.published else "it gives no date",
        "source": ", ".join(filter(None, (article.site, article.url))) or article.source,
    }
    note = f"The library's record of “{title}”: {known[asked.of]}."
    return Answer(question, "", 1.0, (), (), Reason.NOT_SURE, kind=Kind.RECORD, note=note)


def about_answer(question: str, article: Article) -> Answer:
    """The opening of an article and its central sentences, in their order, each a citation."""
    places = central_sentences(article)
    citations = tuple(_cited(article, start, end) for start, end in places)
    if not citations:
        return Answer(question, "", 0.0, (), (), Reason.NOT_SURE, kind=Kind.ABOUT)
    note = f"“{article.title.strip() or 'The article'}”, {day(article.published)}. It opens:"
    return Answer(question, citations[0].quote, 1.0, citations, (), kind=Kind.ABOUT, note=note)


def central_sentences(article: Article) -> list[tuple[int, int]]:
    """The first sentence that says something, then those that share most words with the whole article, in order."""
    text = article.text[:READ_THROUGH]
    able = [(start, end) for start, end in sentences(text, article.language) if _can_stand(text[start:end])]
    if not able:
        return []
    found = {place: stems(text[place[0] : place[1]]) for place in able}
    weight = Counter(stem for known in found.values() for stem in known)
    title = stems(article.title)

    def worth(place: tuple[int, int]) -> float:
        known = found[place]
        return (sum(weight[each] for each in known) + len(known & title)) / (len(known) + 5)

    others = sorted(able[1:], key=worth, reverse=True)[:CENTRAL]
    return [able[0], *sorted(others)]


def _can_stand(sentence: str) -> bool:
    return SHORTEST <= len(words(sentence)) <= LONGEST and sentence.rstrip()[-1:] in '.!?”"’»)'


def _cited(article: Article, start: int, end: int) -> Citation:
    place = (start, start + len(article.text[start:end].rstrip()))
    return replace(citation_of(article, place, place), confidence=1.0)
