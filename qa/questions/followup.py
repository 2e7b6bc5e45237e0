"""A question of a conversation, made to stand alone: by words of the conversation, nothing invented.

Two logistic models, after QuReTeC (Voskarides et al. 2020, arXiv 2005.11723): does the question need the conversation,
and which words of it? A question that needs nothing stays as it is.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from qa.datatypes import Turn
from qa.logistic import Decision
from qa.questions.completeness import is_complete
from qa.questions.completion import completed, phrases
from qa.questions.ellipsis import fragment, points_back, replace_name, replace_noun, replace_question_word
from qa.questions.features import SHORT, Utterance, candidates, question_features, texts, words
from qa.text.question_terms import stem, stems
from qa.weights import WEIGHTS

PACKAGED = WEIGHTS / "followup.json"
LOOKED_THROUGH = 20_000  # characters of the last answer's article
_OPEN = frozenset("a an of".split())  # a question with one of them says more than "the fine"
MOST_WORDS = 8  # that are added to one question


@dataclass(frozen=True, slots=True)
class Model:
    """Whether a question needs the conversation, and a word of it, if the question does."""

    need: Decision
    word: Decision
    common: Mapping[str, float]  # of the commonest words, the logarithm of the number of conversations with them


@cache
def load(path: Path = PACKAGED) -> Model:
    """The model in a JSON file: {"need": {"bias", "weights", "threshold"}, "word": {the same}, "common"}."""
    data = json.loads(path.read_text(encoding="utf-8"))
    return Model(Decision(**data["need"]), Decision(**data["word"]), data["common"])


def rewrite(question: str, history: Sequence[Turn], model: Model | None = None) -> str:
    """The question as it can be asked without the conversation; unchanged when it already can.

    Unchanged also when the last question found nothing: what failed is no topic to go on with.
    """
    if not history or not history[-1].answer.best:
        return question
    said, model = texts(history), model or load()
    if whole := replace_question_word(question, said) or replace_name(question, said) or replace_noun(question, said):
        return whole
    if is_complete(question) and not _is_taken_up(question, history[-1]):
        return question
    chosen = chosen_words(question, said, model)
    return completed(question, said, phrases(said, chosen)) if chosen else question


def chosen_words(question: str, said: Sequence[Utterance], model: Model) -> set[str]:
    """The keys of the words that the question needs of the conversation; none if it stands alone."""
    marks = question_features(question, said)
    points = points_back(question) or bool(fragment(question))
    if not points and not model.need.is_likely(dict.fromkeys(marks, 1.0)):
        return set()
    whole = "bare" in marks or bool(fragment(question))  # of what was asked last
    rated = {
        key: model.word.probability(features) for key, features in candidates(question, said, model.common).items()
    }
    sure = {key for key in rated if rated[key] >= model.word.threshold}
    carried = sure | rated.keys() & (_short_answer(said) | _topic(said, whole, "person" in marks, model.common))
    return set(sorted(carried, key=lambda key: (-rated[key], key))[:MOST_WORDS])


def _is_taken_up(question: str, last: Turn) -> bool:
    """Whether a question with no name and no more than "the fine" asks of what the last answer's article speaks of.

    Such a question is complete after any other article, and means that article's own fine after this one. One that
    the last question spoke of too ("the union") finds its article again as it did there.
    """
    asked = words(question)
    low = [word.text.casefold() for word in asked]
    content = [word for word in asked if not word.empty]
    is_named = any(word.capital for word in asked[1:])
    if is_named or _OPEN.intersection(low) or ("the" not in low and len(content) > 1):
        return False
    cited = last.answer.best
    if cited is None:
        return False
    article = next((each.article.text for each in last.answer.passages if each.article.id == cited.article_id), "")
    told = stems(f"{cited.title} {article[:LOOKED_THROUGH] or cited.context}")
    if "the" in low:
        told -= stems(last.question)
    return bool(told & {stem(word.text.casefold()) for word in content})


def _short_answer(said: Sequence[Utterance]) -> set[str]:
    """The names of the last answer, if it is short: what a question after it is most often about."""
    last = [text for text in said if text.ago == 0 and text.kind == "answer" and len(text.words) <= SHORT]
    return {word.key for text in last for word in text.words if word.capital}


def _topic(said: Sequence[Utterance], whole: bool, person: bool, common: Collection[str]) -> set[str]:
    """What the last question was about, or the whole of it: names alone for "he" and "she", else no common words."""
    last = [text for text in said if text.ago == 0 and text.kind == "question"]
    found = [word for text in last for word in text.words if not word.empty and (whole or word.key in text.topic)]
    return {word.key for word in found if word.capital or not (person or (word.key in common and not whole))}
