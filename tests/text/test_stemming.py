"""Stems by the rules of an article's language, and that articles are found by other forms of their words."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa.storage.local.lexical import LexicalDocument, LexicalIndex, asked_terms, terms_in
from qa.storage.milvus.schema import asked, indexed
from qa.text.stemming import own_stems, stems_of_any


def test_terms_have_the_stems_of_their_language() -> None:
    assert own_stems(["мосты", "мост"], "ru") == ["мост"]
    assert own_stems(["brucken"], "de") == ["bruck"]
    assert own_stems(["bridges"], "en") == own_stems(["bridges"], None) == own_stems(["橋"], "ja") == []
    assert own_stems([], "de") == []
    assert stems_of_any(["мосты"], {"ru", "uk", "bg"}) == ["мост"]


def test_english_terms_are_as_they_were() -> None:
    assert terms_in("The bridges closed", "en") == terms_in("The bridges closed", None) == ["the", "bridges", "closed"]
    assert asked_terms("Which bridges closed?") == ["bridges", "closed"]


PASSAGES = {
    1: ("de", "Der Rat sperrte die alten Brücken der Stadt am Montag."),
    2: ("ru", "Городской совет закрыл старые мосты в понедельник."),
    3: ("ja", "市議会は月曜日、亀裂が見つかったため旧橋を閉鎖した。"),
    4: ("ar", "أغلق مجلس المدينة الجسور القديمة يوم الاثنين."),
    5: ("hi", "परिषद ने सोमवार को पुराना पुल बंद कर दिया।"),
    6: ("en", "The council closed the old bridges on Monday."),
}


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("Wer hat die alte Brücke gesperrt?", 1),
        ("Кто закрыл старый мост?", 2),
        ("旧橋はなぜ閉鎖された？", 3),
        ("من أغلق الجسور القديمة؟", 4),
        ("पुराना पुल किसने बंद किया?", 5),
        ("Who closed the old bridge?", 6),
    ],
)
def test_a_question_finds_the_article_of_its_language(tmp_path: Path, question: str, passage: int) -> None:
    index = LexicalIndex(tmp_path / "lexical")
    index.apply([LexicalDocument(key, "", text, language) for key, (language, text) in PASSAGES.items()], [], 1)
    assert index.search(question, 3)[0][0] == passage


def test_another_form_of_a_word_is_found_only_by_the_rules_of_its_language(tmp_path: Path) -> None:
    index = LexicalIndex(tmp_path / "lexical")
    text = PASSAGES[2][1]
    index.apply([LexicalDocument(1, "", text, "ru"), LexicalDocument(2, "", text, None)], [], 1)
    assert [passage for passage, _ in index.search("Где мост?", 5)] == [1]
    assert index.containing("мосты") == [1, 2]


def test_milvus_is_given_the_same_terms() -> None:
    stem = set(indexed("", "мосты", "ru").split()) - set(indexed("", "мосты", None).split())
    assert len(stem) == 1
    assert stem <= set(asked("Где старый мост?").split())
