"""What is told of a whole article: its record in the library, or its opening and its central sentences. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from qa.answering.citing import citation_of
from qa.datatypes import Answer, Article, Citation, Offsets, Reason, RetrievedPassage, articles_of
from qa.questions.kinds import AskedKind, Kind
from qa.text.display import day
from qa.text.question_terms import content_stems, stems, words
from qa.text.segmentation import sentences

CENTRAL = 3  # sentences behind the opening
READ_THROUGH = 20_000  # characters of an article whose sentences are weighed
BRIEFED = 6  # articles of a briefing
SHORTEST, LONGEST = 6, 60  # words of a sentence that can stand for an article

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


def briefing(question: str, topic: str, passages: Sequence[RetrievedPassage]) -> Answer | None:
    """Of each article that speaks of a topic the first sentence that does, newest first; copies of one are left out.

    None where no article has all of the topic's words. Of a single article that is about it, as its title or opening
    shows, the opening and the central sentences are told.
    """
    wanted = content_stems(topic)
    told = _told_of(wanted, passages)
    if not wanted or not told:
        return None
    if len(told) == 1 and (whole := about_answer(question, told[0][0])).citations:
        article, place = told[0]
        if wanted <= stems(article.title) or whole.citations[0].start == place[0]:
            return whole
    citations = tuple(_cited(article, *place) for article, place in told)
    note = f"{_articles(len(told))} of “{topic}”{', newest first' if len(told) > 1 else ''}:"
    return Answer(question, citations[0].quote, 1.0, citations, tuple(passages), kind=Kind.TOPIC, note=note)


def comparison(question: str, asked: AskedKind, passages: Sequence[Sequence[RetrievedPassage]]) -> Answer | None:
    """A sentence of each side, side by side and without a verdict; `passages` are those found for each side.

    The sentence has all words of its side, or its article's title and date have the rest, and most of what is compared.
    None where a side has no such sentence.
    """
    topic = content_stems(asked.of)
    places = [_best_of(content_stems(side), topic, found) for side, found in zip(asked.sides, passages, strict=True)]
    if not all(places):
        return None
    cited = [replace(_cited(*place), asked=side) for side, place in zip(asked.sides, places, strict=True) if place]
    one, other = cited
    both = (one.article_id, one.start) == (other.article_id, other.start)
    citations = (replace(one, asked=" · ".join(asked.sides)),) if both else (one, other)
    return Answer(
        question,
        "\n".join(each.quote for each in citations),
        1.0,
        citations,
        tuple(each for found in passages for each in found),
        kind=Kind.COMPARISON,
        note="Side by side, in the words of the articles:",
    )


def _articles(count: int) -> str:
    return f"{count} articles speak" if count > 1 else "One article speaks"


def _told_of(wanted: frozenset[str], passages: Sequence[RetrievedPassage]) -> list[tuple[Article, Offsets]]:
    """The articles that speak of something, newest first, each with the first sentence that has all of its words."""
    found, seen = [], set()
    for article in sorted(articles_of(passages), key=lambda each: each.published or date.min, reverse=True):
        place = next((each for each in able_sentences(article) if wanted <= stems(article.text[slice(*each)])), None)
        if place is None and wanted <= stems(article.title):
            place = next(iter(able_sentences(article)), None)
        if place is not None and article.text[slice(*place)] not in seen:
            seen.add(article.text[slice(*place)])
            found.append((article, place))
    return found[:BRIEFED]


def _best_of(
    side: frozenset[str], topic: frozenset[str], passages: Sequence[RetrievedPassage]
) -> tuple[Article, int, int] | None:
    best, most = None, 0.0
    for article in articles_of(passages):
        label = stems(f"{article.title} {article.published or ''}")
        for start, end in able_sentences(article):
            known = stems(article.text[start:end])
            worth = len((side | topic) & known) + len((side | topic) & label) / 10
            if side <= known | label and side & known and topic <= known | label and worth > most:
                best, most = (article, start, end), worth
    return best


def able_sentences(article: Article) -> list[Offsets]:
    """The sentences of an article's beginning that can stand alone, in order."""
    text = article.text[:READ_THROUGH]
    return [(start, end) for start, end in sentences(text, article.language) if _can_stand(text[start:end])]


def central_sentences(article: Article) -> list[tuple[int, int]]:
    """The first sentence that says something, then those that share most words with the whole article, in order."""
    text, able = article.text, able_sentences(article)
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
