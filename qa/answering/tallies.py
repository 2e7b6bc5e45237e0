"""How many voted for and how many against, of one vote: "by nine votes to six", "voted 7-2 to approve it". Pure.

Two numbers of one vote stand side by side, and a reader takes either. Which one is asked for is grammar, not judgement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from qa.answering.citing import citation_of
from qa.answering.evidence import missing
from qa.datatypes import Article, Citation, Offsets, RetrievedPassage, articles_of
from qa.text.number_words import NUMBER_WORDS
from qa.text.question_terms import stem
from qa.text.segmentation import sentences
from qa.text.tokenization import question_terms, terms

TALLY_RIGHT = 0.9  # not measured on votes of the world: of those in the tests all are right
LOOKED_THROUGH = 50_000  # characters of an article in which a vote is looked for
_SHARED = 4  # letters that two words of one root begin with: "closure" and "close"

_QUESTION = re.compile(
    r"\W*(?:by )?how many (?P<voters>[^?]{0,60}?)\s?"
    r"\b(?P<verb>voted|votes? were(?: cast)?|were(?: cast)?|cast votes?|backed|opposed)\b"
    r"(?: (?P<side>for|in favou?r of|against))? (?P<motion>[^?]{2,120})",
    re.IGNORECASE,
)
_COUNT = rf"(?:\d{{1,3}}(?:,\d{{3}}){{1,3}}|\d{{1,6}}|{'|'.join(reversed(NUMBER_WORDS))})"
_SIDE_OF_VERB = {"backed": "for", "opposed": "against"}
_TALLY = re.compile(
    rf"(?<![\w.,/-])(?P<won>{_COUNT})(?P<votes> votes?)?(?:\s?[-–—]\s?| to | votes? to )(?P<lost>{_COUNT})"
    r"(?![\w%/-]|[.,]\d)(?P<behind> votes?\b)?",
    re.IGNORECASE,
)
_NO_TALLY_BEHIND = re.compile(r"\b(?:from|aged|ages|between|in|on|at|pages?|until|since)\s$", re.IGNORECASE)
_BEFORE = 12  # characters before a number that tell what it counts
_REFUSED = re.compile(
    r"\b(?:reject|refus|defeat|turn(?:ed|s)? down|vot(?:ed|es?|ing) down|threw out|thrown out|strike|struck down|fail)"
    r"\w*|\bvot(?:ed|es?|ing)\b[^.;]{0,60}?\bagainst\b",
    re.IGNORECASE,
)
_VOTING = re.compile(r"\b(?:vot(?:e[sd]?|ing)|passed|approved|ballots?)\b", re.IGNORECASE)
_VOTERS = frozenset(
    "member members councillor councillors councilor councilors council people person lawmaker lawmakers senator "
    "senators mp mps deputy deputies delegate delegates representative representatives vote votes voter voters judge "
    "judges justice justices shareholder shareholders state states country countries house senate parliament assembly "
    "board committee of the in".split()
)


@dataclass(frozen=True, slots=True)
class VoteQuestion:
    """What is asked of a vote: for or against what; `voters` are words for whom, as they stand in the question."""

    is_for: bool
    motion: tuple[str, ...]
    voters: tuple[str, ...]


def vote_question(question: str) -> VoteQuestion | None:
    """What a question asks of a vote: "How many members voted against the closure?"; None for any other."""
    match = _QUESTION.match(question)
    if match is None:
        return None
    side = (match["side"] or _SIDE_OF_VERB.get(match["verb"].lower(), "")).lower()
    motion = tuple(question_terms(match["motion"]))
    return VoteQuestion(side != "against", motion, tuple(terms(match["voters"]))) if side and motion else None


def tally_of(question: str, passages: Sequence[RetrievedPassage]) -> Citation | None:
    """The number of votes that a question asks for, in the best passages' articles; None where no vote fits it.

    The sentence of the vote has to speak of the motion, and nothing of a group of its own may be asked for ("how many
    Greens"). `missing` are names of the question that are not there.
    """
    asked = vote_question(question)
    if asked is None or not set(asked.voters) <= _VOTERS:
        return None
    for article in articles_of(passages):
        for sentence, place in _votes(article, asked):
            return replace(
                citation_of(article, place, sentence),
                confidence=TALLY_RIGHT,
                missing=missing(question, article, *place),
            )
    return None


def _votes(article: Article, asked: VoteQuestion) -> Iterator[tuple[Offsets, Offsets]]:
    """Sentences that tell how a vote on the motion went, each with the place of the number that is asked for."""
    text = article.text[:LOOKED_THROUGH]
    for start, end in sentences(text, article.language):
        for tally in _TALLY.finditer(text, start, end):
            if not _is_vote(text, start, tally) or not _speaks_of(asked.motion, text[start:end]):
                continue
            refused = _REFUSED.search(text, start, end) is not None
            number = "won" if asked.is_for != refused else "lost"
            yield (start, end), tally.span(number)


def _is_vote(text: str, start: int, tally: re.Match[str]) -> bool:
    """Whether two numbers are those of a vote, the winners' first, and not hours, ages or years."""
    won, lost = (_value(tally[side]) for side in ("won", "lost"))
    if won <= lost or _NO_TALLY_BEHIND.search(text[max(start, tally.start() - _BEFORE) : tally.start()]):
        return False
    return bool(tally["votes"] or tally["behind"] or _VOTING.search(text, start, tally.end()))


def _value(count: str) -> int:
    word = count.lower()
    return NUMBER_WORDS.index(word) if word in NUMBER_WORDS else int(count.replace(",", ""))


def _speaks_of(motion: Sequence[str], sentence: str) -> bool:
    """Whether each word of the motion, or one of the same root, is in the sentence."""
    said = terms(sentence)
    return all(any(_same_root(word, other) for other in said) for word in motion)


def _same_root(one: str, other: str) -> bool:
    return stem(one) == stem(other) or (min(len(one), len(other)) >= _SHARED and one[:_SHARED] == other[:_SHARED])
