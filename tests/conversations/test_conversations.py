"""Conversations on disk: what is kept, found, replaced and deleted. What becomes of the file is in the next module."""

from __future__ import annotations

import json
import random
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from answer_fakes import ANSWER, answers, find, names, not_found, questions
from hypothesis import given, settings
from hypothesis import strategies as st
from library_fakes import SETTINGS, LetterEncoder, write

from qa.conversations.store import Conversations
from qa.datatypes import Answer, Article, Turn, Where
from qa.errors import ConversationError, ConversationNotFound, FormatError, QAError
from qa.library import Library
from qa.serialization.conversations import (
    Conversation,
    StoredTurn,
    Verdict,
    conversation_to_dict,
    turn_from_dict,
    turn_to_dict,
)

WHERE = Where(date(2025, 1, 1), date(2025, 12, 31), ("bbc.co.uk",), ("a1", "a2"))
ASKED = datetime(2025, 6, 1, 9, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.db")


# what is kept


def test_a_turn_comes_back_as_it_was_with_all_it_was_asked_with(kept: Conversations) -> None:
    talk = kept.create()
    given = kept.append(talk.id, Turn("And when?", ANSWER), where=WHERE, threshold=0.5, asked=ASKED)
    [turn] = Conversations(kept.path).turns(talk.id, find)
    assert turn == given
    assert turn == StoredTurn(given.id, "And when?", ANSWER, ASKED, 0.5, WHERE)
    assert turn.turn == Turn("And when?", ANSWER)
    assert kept.turns(talk.id) == [replace(turn, answer=replace(ANSWER, passages=()))]
    assert kept.turn(turn.id, find) == turn


def test_the_time_of_asking_is_now_unless_told_and_always_utc(kept: Conversations) -> None:
    talk = kept.create()
    before = datetime.now(UTC)
    assert before <= kept.append(talk.id, not_found("One?")).asked <= datetime.now(UTC)
    there = timezone(timedelta(hours=2))
    given = kept.append(talk.id, not_found("Two?"), asked=datetime(2025, 6, 1, 11, 30, tzinfo=there))
    for told in (given.asked, kept.turns(talk.id)[1].asked):
        assert (told, told.tzinfo) == (datetime(2025, 6, 1, 9, 30, tzinfo=UTC), UTC)


@settings(max_examples=30, deadline=None)
@given(answers(), st.text(max_size=20), st.none() | st.floats(0, 1), st.datetimes(timezones=st.just(UTC)))
def test_any_turn_survives_the_way_through_json(
    drawn: tuple[Answer, dict[str, Article]], question: str, threshold: float | None, asked: datetime
) -> None:
    answer, library = drawn
    turn = StoredTurn(7, question, answer, asked, threshold, WHERE, Verdict.WRONG_EVIDENCE, 2, 3)
    text = json.dumps(turn_to_dict(turn))
    assert turn_from_dict(json.loads(text), library.__getitem__, 7) == turn


def test_hostile_texts_are_kept_as_they_are(kept: Conversations) -> None:
    hostile = "\ud800 \x00 '); DROP TABLE turns; -- \u202e <script> 🙂"
    talk = kept.create(hostile)
    kept.append(talk.id, not_found(hostile))
    assert questions(kept, talk) == [hostile]
    assert kept.get(talk.id).name == "'); DROP TABLE turns; -- <script> 🙂"
    assert len(kept.listed("drop \ud800")) == 1


def test_of_what_is_not_cited_only_ids_and_offsets_are_kept(kept: Conversations, tmp_path: Path) -> None:
    unread = Article(id="b2", title="Secretive title", text="Unquoted sentence of another article.", source="/b.txt")
    considered = replace(
        ANSWER.passages[0], article=unread, passage=replace(ANSWER.passages[0].passage, article_id="b2")
    )
    talk = kept.create()
    kept.append(talk.id, Turn("When?", replace(ANSWER, passages=(considered, *ANSWER.passages))))
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"It reached Sund after dark." in on_disk  # the context of the quote
    for gone in (b"Secretive", b"Unquoted", b"ferry left at noon", b"Nobody was hurt"):
        assert gone not in on_disk


TURN_1 = {
    "format": "article-qa/turn/1",
    "question": "And when?",
    "asked": "2025-06-01T09:30:00.123456+00:00",
    "verdict": "right",
    "version": 1,
    "versions": 2,
    "settings": {
        "threshold": 0.5,
        "where": {
            "published_from": "2025-01-01",
            "published_to": "2025-12-31",
            "sources": ["bbc.co.uk"],
            "article_ids": ["a1", "a2"],
        },
    },
    "answer": {
        "format": "article-qa/answer/1",
        "question": "When did it arrive?",
        "found": True,
        "text": "after dark",
        "confidence": 0.75,
        "reason": None,
        "citations": [
            {
                "article_id": "a1",
                "title": "A ferry is late",
                "source": "/news/ferry.txt",
                "url": "https://example.org/ferry",
                "published": "2025-05-12",
                "start": 40,
                "end": 50,
                "quote": "after dark",
                "context": "It reached Sund after dark.",
                "context_start": 24,
                "confidence": 0.75,
                "repeats": [],
            }
        ],
        "passages": [
            {
                "id": 7,
                "article_id": "a1",
                "start": 24,
                "end": 51,
                "lexical_rank": 1,
                "dense_rank": None,
                "similarity": None,
                "score": 0.5,
                "reading": 2.25,
            }
        ],
    },
}


def test_a_turn_of_the_first_form_is_readable_for_ever() -> None:
    turn = StoredTurn(3, "And when?", ANSWER, ASKED, 0.5, WHERE, Verdict.RIGHT, 1, 2)
    assert turn_from_dict(TURN_1, find, 3) == turn
    # later forms add fields, and change none
    assert turn_to_dict(turn) == {**TURN_1, "answer": {**TURN_1["answer"], "possible": [], "kind": "read", "note": ""}}


def test_a_conversation_has_the_documented_form() -> None:
    turn = StoredTurn(3, "And when?", ANSWER, ASKED)
    about = Conversation("c1", "The ferry", ASKED, ASKED + timedelta(hours=1), 1)
    values = conversation_to_dict(about, [turn])
    assert values == {
        "format": "article-qa/conversation/1",
        "id": "c1",
        "name": "The ferry",
        "created": "2025-06-01T09:30:00.123456+00:00",
        "changed": "2025-06-01T10:30:00.123456+00:00",
        "turns": [turn_to_dict(turn)],
    }
    assert conversation_to_dict(about, [turn], []) == {**values, "articles": []}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"format": "article-qa/turn/9"}, "upgrade article-qa"),
        ({"asked": "yesterday"}, "'asked' should be a time"),
        ({"verdict": "lovely"}, "wrong_evidence"),
        ({"settings": None}, "'settings' should be a JSON object"),
        ({"settings": {"threshold": 10**400, "where": {}}}, "'threshold' is too large"),
        ({"settings": {"threshold": 1, "where": {"sources": [1], "article_ids": []}}}, "'sources' should hold texts"),
        ({"answer": {}}, "not an answer"),
    ],
)
def test_a_damaged_turn_is_refused_by_name(change: dict[str, object], complaint: str) -> None:
    values = turn_to_dict(StoredTurn(3, "And when?", ANSWER, ASKED))
    with pytest.raises(FormatError, match=complaint) as raised:
        turn_from_dict({**values, **change})
    assert isinstance(raised.value, QAError)


# the list


def test_the_list_is_newest_first_and_paged(kept: Conversations) -> None:
    talks = [kept.create(f"Talk {number}") for number in range(5)]
    kept.append(talks[1].id, not_found("Why?"))
    assert names(kept) == ["Talk 1", "Talk 4", "Talk 3", "Talk 2", "Talk 0"]
    assert [each.name for each in kept.listed(offset=1, limit=2)] == ["Talk 4", "Talk 3"]
    assert kept.listed(offset=5) == []
    assert (kept.count(), kept.count("talk 3"), kept.count("talk 9")) == (5, 1, 0)
    assert kept.listed()[0] == kept.get(talks[1].id)
    assert kept.get(talks[1].id).turns == 1
    assert kept.get(talks[1].id).created < kept.get(talks[1].id).changed


def test_names_questions_and_answers_are_searched_by_all_words_in_any_case(kept: Conversations) -> None:
    ferry, seal = kept.create("Straße nach Süden"), kept.create()
    kept.append(ferry.id, Turn("When?", ANSWER))
    kept.append(seal.id, not_found("Where did the seal sleep at 100%_?"))
    assert names(kept, "STRASSE süden") == ["Straße nach Süden"]
    assert names(kept, "after DARK") == ["Straße nach Süden"]  # the answer's words
    assert names(kept, "arrive") == ["Straße nach Süden"]  # of the completed question
    assert names(kept, "nach dark") == ["Straße nach Süden"]  # one word in the name, one in the answer
    assert names(kept, "seal dark") == []
    assert names(kept, "%_") == ["Where did the seal sleep at 100%_?"]
    assert names(kept, "%t") == []
    assert len(kept.listed(" ")) == 2
    assert kept.listed(" ".join(f"x{number}" for number in range(100_000))) == []


def test_the_first_question_is_the_name_until_another_is_chosen(kept: Conversations) -> None:
    talk = kept.create()
    assert talk.name == ""
    first = kept.append(talk.id, not_found("Who\n sailed? " + "x" * 100))
    kept.append(talk.id, not_found("And when?"))
    assert kept.get(talk.id).name == "Who sailed?…"
    edited = kept.replace(first.id, not_found("Who rowed?"))
    assert kept.get(talk.id).name == "Who rowed?"
    kept.choose(first.id)
    assert kept.get(talk.id).name == "Who sailed?…"
    assert kept.rename(talk.id, "  My \n talk ").name == "My talk"
    kept.choose(edited.id)
    kept.replace(first.id, not_found("Who swam?"))
    assert kept.get(talk.id).name == "My talk"
    with pytest.raises(ConversationError, match="empty"):
        kept.rename(talk.id, " \u200b\n")


def test_a_new_name_does_not_change_the_order(kept: Conversations) -> None:
    old, _ = kept.create("Old"), kept.create("New")
    kept.rename(old.id, "Older")
    assert names(kept) == ["New", "Older"]


# versions


def test_an_edited_turn_is_another_version_and_what_followed_stays_with_the_old_one(kept: Conversations) -> None:
    talk = kept.create()
    _, second, _ = (kept.append(talk.id, not_found(question)) for question in ("One?", "Two?", "Three?"))
    edited = kept.replace(second.id, not_found("Two b?"))
    assert (edited.version, edited.versions) == (2, 2)
    assert questions(kept, talk) == ["One?", "Two b?"]
    kept.append(talk.id, not_found("Three b?"))
    assert questions(kept, talk) == ["One?", "Two b?", "Three b?"]
    assert kept.get(talk.id).turns == 3
    assert [(each.question, each.version, each.versions) for each in kept.versions(edited.id)] == [
        ("Two?", 1, 2),
        ("Two b?", 2, 2),
    ]
    kept.choose(second.id)
    assert questions(kept, talk) == ["One?", "Two?", "Three?"]
    assert [turn.versions for turn in kept.turns(talk.id)] == [1, 2, 1]
    kept.choose(edited.id)
    assert questions(kept, talk) == ["One?", "Two b?", "Three b?"]


def test_a_question_asked_again_stands_beside_its_first_answer(kept: Conversations) -> None:
    talk = kept.create()
    first = kept.append(talk.id, not_found("When did it arrive?"))
    again = kept.replace(first.id, Turn("When did it arrive?", ANSWER))
    assert [each.answer.text for each in kept.versions(first.id)] == ["", "after dark"]
    assert kept.turns(talk.id, find) == [again]


def test_versions_of_the_first_turns_of_two_conversations_are_not_mixed(kept: Conversations) -> None:
    for _ in range(2):
        turn = kept.append(kept.create().id, not_found("Same?"))
        assert (turn.version, turn.versions) == (1, 1)
        assert [each.id for each in kept.versions(turn.id)] == [turn.id]


# deletion


def test_what_is_not_there_is_told_by_its_id(kept: Conversations) -> None:
    talk = kept.create()
    turn = kept.append(talk.id, not_found("Who?"))
    kept.delete(talk.id)
    for gone in (
        lambda: kept.get(talk.id),
        lambda: kept.turns(talk.id),
        lambda: kept.rename(talk.id, "x"),
        lambda: kept.delete(talk.id),
        lambda: kept.append(talk.id, not_found("x")),
        lambda: kept.versions(turn.id),
        lambda: kept.replace(turn.id, not_found("x")),
        lambda: kept.choose(turn.id),
        lambda: kept.turn(turn.id),
    ):
        with pytest.raises(ConversationNotFound) as raised:
            gone()
        assert repr(talk.id) in str(raised.value) or f"turn {turn.id};" in str(raised.value)
    assert kept.append(kept.create().id, not_found("Who?")).id > turn.id  # an id is never given out again


def test_deleted_conversations_are_gone_from_the_disk_however_the_file_was_filled(
    kept: Conversations, tmp_path: Path
) -> None:
    chance = random.Random(5)
    talks: dict[str, str] = {}
    kept.create()
    with closing(sqlite3.connect(kept.path)) as open_meanwhile:  # so that the log is not emptied by closing
        open_meanwhile.execute("SELECT count(*) FROM turns").fetchone()
        for number in range(40):
            mark = f"mark{number:03}x"
            talk = kept.create(f"{mark} name")
            talks[talk.id] = mark
            for _ in range(chance.randint(1, 3)):
                turn = kept.append(talk.id, not_found(f"{mark} {'filler ' * chance.choice([1, 100, 900])}?"))
            kept.replace(turn.id, not_found(f"{mark} edited?"))
            kept.rename(talk.id, f"{mark} renamed")
        deleted = set(chance.sample(list(talks), 25))
        for conversation_id in deleted:
            kept.delete(conversation_id)
        on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert {each.id for each in kept.listed("mark")} == set(talks) - deleted
    for conversation_id, mark in talks.items():
        assert (mark.encode() in on_disk) == (conversation_id not in deleted), mark


# with a library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    write(tmp_path / "news", "ferry", "The ferry left at noon. It reached Sund after dark.")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(tmp_path / "news")
        yield library


def test_conversations_lie_in_the_library_and_outlast_a_rebuild_and_a_compaction(library: Library) -> None:
    kept = Conversations.beside(library)
    talk = kept.create()
    kept.append(talk.id, not_found("Who?"))
    assert kept.path == library.path / "conversations.db"
    library.rebuild()
    library.compact()
    assert all(each.sound for each in library.examine())
    assert questions(Conversations.beside(library), talk) == ["Who?"]


def test_of_a_library_on_milvus_they_lie_in_the_users_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.conversations.store.user_data_path", lambda *_, **__: tmp_path / "data")

    def beside(address: str) -> Conversations:
        return Conversations.beside(type("OnMilvus", (), {"folder": None, "location": address})())  # type: ignore[arg-type]

    one, other = beside("milvus://host:19530/news"), beside("milvus://host:19530/letters")
    assert one.path.parent == other.path.parent == tmp_path / "data" / "conversations"
    assert one.path != other.path
    assert stat.S_IMODE(one.path.parent.stat().st_mode) == 0o700
    one.create("Kept")
    assert (names(beside("milvus://host:19530/news")), names(other)) == (["Kept"], [])


# pinned, and found by titles


def test_pinned_conversations_come_first_and_stay_so(kept: Conversations) -> None:
    old, middle, new = (kept.create(name).id for name in ("old", "middle", "new"))
    assert [each.name for each in kept.listed()] == ["new", "middle", "old"]  # of a file in which nothing is pinned
    assert kept.pin(old).pinned
    kept.pin(old)
    assert [(each.name, each.pinned) for each in kept.listed()] == [("old", True), ("new", False), ("middle", False)]
    assert [each.name for each in Conversations(kept.path).listed(limit=1)] == ["old"]
    kept.pin(new)
    assert [each.name for each in kept.listed()] == ["new", "old", "middle"]
    assert not kept.pin(old, False).pinned
    assert [each.name for each in kept.listed()] == ["new", "middle", "old"]
    kept.delete(new)
    with closing(sqlite3.connect(kept.path)) as connection:
        assert connection.execute("SELECT * FROM pins").fetchall() == []
    with pytest.raises(ConversationNotFound):
        kept.pin(new)
    assert kept.get(middle).name == "middle"


def test_a_conversation_is_found_by_the_titles_of_its_evidence(kept: Conversations) -> None:
    citation = replace(ANSWER.citations[0], title="Straßenbahn in Dorrum", repeats=())
    other = replace(citation, title="Storm over Norhaven")
    cited = replace(ANSWER, citations=(replace(citation, repeats=(other,)),))
    found, away = kept.create("One"), kept.create("Two")
    kept.append(found.id, Turn("Why?", cited))
    damaged = kept.append(away.id, Turn("Why not?", ANSWER))
    with closing(sqlite3.connect(kept.path)) as connection, connection:
        connection.execute("UPDATE turns SET turn = '{' WHERE id = ?", (damaged.id,))
    for words in ("STRASSENBAHN", "dorrum", "norhaven storm"):
        assert [each.name for each in kept.listed(words)] == ["One"], words
        assert kept.count(words) == 1
    assert kept.listed("title") == []  # the form in which it is kept is no word of it
