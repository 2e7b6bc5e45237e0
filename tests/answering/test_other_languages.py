"""Questions in other languages over articles in them, with an encoder and a reader that do as they are told.

The texts are article 1 of the Universal Declaration of Human Rights in its official translations.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder

from qa.answering.calibration import Calibration
from qa.assistant import Assistant
from qa.datatypes import Reason, Span
from qa.library import Library
from qa.loaders import Document
from qa.logistic import Logistic

PLAIN = Calibration(Logistic(0.0, {"span": 1.0}), Logistic(0.0, {"rank": 1.0}))
TEXTS = {
    "ja": "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。"
    "人間は、理性と良心とを授けられており、"
    "互いに同胞の精神をもって行動しなければならない。",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены разумом и "
    "совестью и должны поступать в отношении друг друга в духе братства.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft und Gewissen "
    "begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
}


class Pattern:
    """Answers with what a pattern finds, sure of it."""

    def __init__(self, pattern: str) -> None:
        self.pattern = re.compile(pattern)

    def read(self, question, texts, titles):
        return [[Span(*match.span(), 4.0) for match in self.pattern.finditer(text)][:1] for text in texts]


class Blind(LetterEncoder):
    """Knows no other letters: what is found is found by its words."""

    def encode_queries(self, texts):
        return np.ones((len(texts), 26), np.float32) / 26**0.5


@pytest.fixture(params=[True, False])
def library(request: pytest.FixtureRequest, tmp_path: Path):
    with Library.open(tmp_path / "library", SETTINGS, encoder=Blind()) as opened:
        for language, text in TEXTS.items():
            stated = f"language: {language}\n" if request.param else ""
            head = f"---\ntitle: {language}\n{stated}---\n\n"
            opened.add_documents([Document(f"upload:{language}.md", (head + text).encode())])
        yield opened


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("人間は何を授けられているか？", "理性と良心"),
        ("Чем наделены люди?", "разумом и совестью"),
        ("Womit sind die Menschen begabt?", "Vernunft und Gewissen"),
    ],
)
def test_an_answer_is_a_slice_of_the_article_in_its_language(library: Library, question: str, words: str) -> None:
    answer = Assistant(library, Pattern(words), PLAIN).ask(question)
    (citation,) = answer.citations
    assert citation.quote == words
    article = library.article(citation.article_id)
    assert article.text[citation.start : citation.end] == words
    assert article.title == next(name for name, text in TEXTS.items() if words in text)


def test_that_no_article_is_in_the_language_of_a_question_is_said(library: Library) -> None:
    answer = Assistant(library, Pattern("."), PLAIN).ask("ما هي حقوق الإنسان؟")
    assert answer.reason is Reason.NOTHING_RELEVANT
    assert answer.note == "The question seems to be in a language in Arabic letters; no article found for it is."
