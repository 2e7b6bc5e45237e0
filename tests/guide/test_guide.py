"""What a library can be asked: names that articles share, and questions that were asked and surely answered."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from library_fakes import SETTINGS, LetterEncoder

from qa.datatypes import Answer, Citation, Turn, Where
from qa.guide import Guide, keep_guide, kept_guide, make_guide, newest_articles
from qa.guide.names import main_names
from qa.library import Library
from qa.loaders import Document


@pytest.mark.parametrize(
    ("texts", "names"),
    [
        (["Mayor Ada Nwosu spoke.", "It was Ada Nwosu again.", "Rolf Teller left."], ["Ada Nwosu"]),
        (["On Monday Morning it rained.", "On Monday Morning it snowed."], []),
        (["The Prime Minister spoke.", "The Prime Minister left."], []),
        (["ALL IN CAPITALS HERE", "ALL IN CAPITALS HERE"], []),
        (["The Night Ferry sails.", "They met The Night Ferry."], ["Night Ferry"]),
        (["British Envoy Ada Nwosu", "British Envoy Ada Nwosu", "Ada Nwosu left"], ["Ada Nwosu"]),
        (["The New York Times wrote.", "A New York Times article"], ["New York Times"]),
        (["Norhaven is small.", "Norhaven is old."], []),  # any word may begin a sentence
    ],
)
def test_names_are_those_of_two_words_that_two_articles_share(texts: list[str], names: list[str]) -> None:
    assert main_names([("", text) for text in texts]) == names


def test_the_most_named_come_first_and_publishers_are_left_out() -> None:
    texts = [
        "The Daily Post met Ada Nwosu and Rolf Teller.",
        "Rolf Teller told the Daily Post.",
        "Rolf Teller, Ada Nwosu",
    ]
    articles = [("", text) for text in texts]
    assert main_names(articles, ["daily post"]) == ["Rolf Teller", "Ada Nwosu"]
    assert main_names(articles, ["daily post"], count=1) == ["Rolf Teller"]


# in a library

FERRY = "Ada Nwosu opened the new harbour on 3 May 2025. The harbour cost 40 million euros. Many people came by boat."
SAMPLE = "Rolf Teller opened the old bridge on 4 June 2026. Ada Nwosu was not there, and many people stayed away."


def document(name: str, title: str, day: str, text: str) -> Document:
    return Document(name, f"---\ntitle: {title}\ndate: {day}\n---\n\n{text}".encode(), "text/markdown")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        opened.add_documents([
            document("sample:bridge.md", "Bridge", "2026-06-05", SAMPLE),
            document("upload:harbour.md", "Harbour", "2025-05-04", FERRY),
        ])  # fmt: skip
        yield opened


class Sure:
    """Answers every question with a place of the article that it was made from, with one confidence."""

    def __init__(self, library: Library, confidence: float) -> None:
        self.library, self.confidence = library, confidence
        self.asked: list[str] = []

    def __call__(self, question: str, *, history: Sequence[Turn], where: Where | None) -> Answer:
        self.asked.append(question)
        (article,) = (each for each in self.library.articles() if each.title == "Harbour")
        start, end = (0, 9) if question.startswith("Who") else (32, 47)
        quote = article.text[start:end]
        citation = Citation(
            article.id, article.title, article.source, None, article.published, start, end, quote, article.text[:48], 0,
            confidence=self.confidence,
        )  # fmt: skip
        return Answer(question, quote, self.confidence, (citation,), ())


def test_one_s_own_articles_come_before_the_samples(library: Library) -> None:
    assert [each.title for each in newest_articles(library, 5)] == ["Harbour"]
    library.remove([newest_articles(library, 1)[0].id])
    assert [each.title for each in newest_articles(library, 5)] == ["Bridge"]


def test_a_question_is_offered_when_its_answer_is_sure(library: Library) -> None:
    sure = Sure(library, 0.71)
    guide = make_guide(sure, library)
    assert guide.revision == library.refresh()
    assert guide.questions
    assert set(guide.questions) <= set(sure.asked)
    assert all("harbour" in each for each in guide.questions)
    assert make_guide(Sure(library, 0.69), library).questions == ()


def test_a_guide_is_kept_and_one_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    path, guide = tmp_path / "guide.json", Guide(3, ("Who opened it?",), ("Ada Nwosu",))
    assert kept_guide(path) is None
    keep_guide(path, guide)
    assert kept_guide(path) == guide
    assert path.stat().st_mode & 0o077 == 0
    whole = json.loads(path.read_text())
    for damaged in ("", "[]", "{}", json.dumps(whole | {"questions": [1]}), json.dumps(whole | {"format": "other"})):
        path.write_text(damaged)
        assert kept_guide(path) is None, damaged
    keep_guide(tmp_path / "nowhere" / "guide.json", guide)
