"""A library that version 0.1.0 has written: two articles and a conversation, with the encoder of the tests."""

import zipfile
from pathlib import Path

import pytest
from test_assistant import PLAIN, PatternReader, WordEncoder

from qa.assistant import Assistant
from qa.backup import back_up, restore
from qa.config import Settings
from qa.conversations.store import Conversations
from qa.library import Library

STORED = Path(__file__).parent / "library-0.1.0.zip"
QUESTION = "Where was the treaty signed?"


@pytest.fixture
def old(tmp_path):
    with zipfile.ZipFile(STORED) as archive:
        archive.extractall(tmp_path / "library")
    return tmp_path / "library"


def opened(folder):
    return Library.open(folder, Settings(), encoder=WordEncoder())


def test_it_opens_answers_and_takes_more_in(old):
    with opened(old) as library:
        assert [(article.title, str(article.published)) for article in library.articles()] == [
            ("Oslo", "2025-05-12"), ("Rome", "2024-01-02")]  # fmt: skip
        answer = Assistant(library, PatternReader("Oslo"), PLAIN).ask(QUESTION)
        (citation,) = answer.citations
        assert library.article(citation.article_id).text[citation.start : citation.end] == "Oslo"
        assert [finding for finding in library.examine() if not finding.sound] == []


def test_its_conversations_are_there(old):
    with opened(old) as library:
        kept = Conversations.beside(library)
        (talk,) = kept.listed()
        (turn,) = kept.turns(talk.id, library.article)
        assert (talk.name, turn.answer.text) == (QUESTION, "Oslo")


def test_it_is_backed_up_as_it_stands(old, tmp_path):
    back_up(old, tmp_path / "backup")
    restore(tmp_path / "backup", tmp_path / "restored")
    with opened(tmp_path / "restored") as library:
        assert len(library) == 2
