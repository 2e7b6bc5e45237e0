"""Questions after somebody's words, answered by what is stored of who says what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from qa.answering.citing import citation_of
from qa.answering.evidence import missing
from qa.answering.quotations import cite, may_hold, named_quotations, paragraphs_of, text_around
from qa.datatypes import (
    Answer,
    Article,
    Citation,
    CitedQuotation,
    Quotation,
    Reason,
    RetrievedPassage,
    Where,
    articles_of,
)
from qa.news.quotations import FINDER_VERSION
from qa.questions.speech import SpeechQuestion, speech_question
from qa.storage.base import Store
from qa.text.question_terms import content_stems, stems

# Of quotations that were put aside for measuring, 96% of those in marks and 90% of others had the right speaker. Of 40
# quotations of the sample articles, each with a word that stands beside it, read by hand, 30 were of that speaker and
# had to do with the word. How often any other quotation answers is not measured.
SPEAKER_RIGHT = 0.96
REPORTED_RIGHT = 0.9
TOPIC_RIGHT = 0.75
LIKELY = 0.5
_DENIES = re.compile(r"(?:den(?:y|ie[sd]|ying)|doubt|disput|reject|refus|refut)", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|no|nobody|nothing|none)\b|n['’]t\b", re.IGNORECASE)
_PRONOUN = re.compile(r"(?:s?he|they|it|we|i|you|who|one|others?|some|both)", re.IGNORECASE)
_MARKED = re.compile(r"[“\"«]")
LOOKED_AT = 2000  # quotations of one speaker, the newest: enough for anybody, and read in a moment
FEWEST_WORDS = 2  # of a question after a speaker that have to stand in what is said
MIN_SHARE = 0.6  # of the words that a quotation has to be about


@dataclass(frozen=True, slots=True)
class SpeechFinding:
    """The quotations that answer, best first; and whether the speaker who was asked about is quoted at all."""

    quotations: tuple[CitedQuotation, ...]
    is_quoted: bool


def find_speech(
    asked: SpeechQuestion, store: Store, *, articles: Sequence[str] = (), where: Where | None = None, limit: int = 5
) -> SpeechFinding:
    """What answers a question after somebody's words.

    With a speaker: of all that the name says, what is most about the words, then the newest; a quotation counts whose
    own words, paragraph and title hold enough of them. Without one ("Who said that ...?"): what is said in these
    `articles`, which a search has found, most alike first; then the words themselves have to hold enough.
    """
    if not asked.speaker:
        where = replace(where or Where(), article_ids=tuple(articles))
        if not articles:
            return SpeechFinding((), is_quoted=False)
    topic = content_stems(asked.about)
    found = list(islice(named_quotations(store, asked.speaker, where), LOOKED_AT))
    shares = [_share(article, each, topic, own_only=not asked.speaker) for article, each in found]
    order = sorted(range(len(found)), key=lambda at: (-shares[at], bool(topic) and not found[at][1].direct, at))
    best = [at for at in order if shares[at] >= MIN_SHARE][:limit]
    return SpeechFinding(tuple(cite(*found[at]) for at in best), is_quoted=bool(found))


def spoken_answer(
    question: str,
    asked: SpeechQuestion,
    store: Store,
    *,
    where: Where | None,
    limit: int,
) -> Answer | None:
    """The whole quotations that a question after a named speaker's words wants; None where it is to be read for.

    That is so without a name, and in a library some of whose articles were not looked through for quotations yet. A
    quotation is sure if all that was asked about stands in it, or, for one in quotation marks, around it.
    """
    if asked.kind != "what" or not any(map(str.isupper, asked.speaker)) or store.without_quotations(FINDER_VERSION):
        return None
    found = find_speech(asked, store, where=where, limit=limit).quotations
    if not found:
        return None
    rated = [replace(_cited(each), confidence=_confidence(asked, each)) for each in found]
    sure = tuple(each for each in rated if each.confidence > LIKELY)
    possible = tuple(each for each in rated if each.confidence == LIKELY)
    if sure:
        return Answer(question, sure[0].quote, sure[0].confidence, sure, (), possible=possible)
    return Answer(question, "", LIKELY, (), (), Reason.NOT_SURE, possible)


def speaker_of(question: str, passages: Sequence[RetrievedPassage], store: Store) -> Citation | None:
    """Who says what a question like "Who threatened to move jobs?" has, the best passage's article first.

    All its words have to stand in what is said, two of them at least, neither denied nor turned round by a "not", and
    the speaker has to be named there. None for another question, and where nobody says so.
    """
    asked = speech_question(question)
    topic = content_stems(asked.about) if asked and asked.kind == "who" else frozenset()
    if len(topic) < FEWEST_WORDS:
        return None
    articles = articles_of(passages)
    stored = store.quotations([each.id for each in articles])
    negated, denied = _is_negated(question), _denies(question)
    for article in articles:
        for quotation in stored.get(article.id, ()):
            said = " ".join(article.text[slice(*piece)] for piece in quotation.content)
            cue, place = article.text[slice(*quotation.cue)], quotation.speaker
            is_turned = _is_negated(said) != negated or _denies(cue) != denied
            if topic <= stems(said) and not is_turned and not _PRONOUN.fullmatch(article.text, *place):
                return replace(
                    citation_of(article, place, paragraphs_of(article.text, quotation)),
                    confidence=TOPIC_RIGHT,
                    missing=missing(question, article, *place),
                )
    return None


def _is_negated(words: str) -> bool:
    return _NOT.search(words) is not None


def _denies(words: str) -> bool:
    return _DENIES.search(words) is not None


def _cited(found: CitedQuotation) -> Citation:
    """The citation of what is said; with speaker and verb where they turn it round: "he denied that it was so"."""
    if not _DENIES.match(found.cue):
        return found.citation
    quotation, given = found.quotation, found.citation
    places = (quotation.speaker, quotation.cue, *quotation.content)
    start, end = min(place[0] for place in places), max(place[1] for place in places)
    quote = given.context[start - given.context_start : end - given.context_start]
    return replace(given, start=start, end=end, quote=quote, resolved=())


def _confidence(asked: SpeechQuestion, found: CitedQuotation) -> float:
    """How sure a quotation of the named speaker answers."""
    topic = content_stems(asked.about)
    is_marked = found.quotation.direct or _MARKED.search(found.citation.quote)
    if topic <= stems(" ".join(found.words)):
        return SPEAKER_RIGHT if is_marked else REPORTED_RIGHT
    is_near = topic <= stems(f"{found.citation.title} {found.citation.context}")
    return TOPIC_RIGHT if is_marked and is_near else LIKELY


def _share(article: Article, quotation: Quotation, topic: frozenset[str], *, own_only: bool) -> float:
    """The share of the words that are in what is said, 0 to 1.

    Without `own_only` it is enough that they stand around it, and those in what is said make it more.
    """
    if not topic:
        return 1.0
    around = text_around(article, quotation)
    if not may_hold(around, topic, MIN_SHARE):
        return 0.0
    own = topic & stems(" ".join(article.text[start:end] for start, end in quotation.content))
    if own_only or own == topic:
        return len(own) / len(topic)
    all_of_them = own | (topic & stems(around))
    if len(all_of_them) < MIN_SHARE * len(topic):
        return 0.0
    return MIN_SHARE + (1 - MIN_SHARE) * (len(own) + len(all_of_them)) / (2 * len(topic))
