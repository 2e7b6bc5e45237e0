"""What is said about answers, the list of unanswered questions, and the file for `evaluate`."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from answer_fakes import ANSWER, CITATION, names, not_found

from qa.config import Settings
from qa.conversations.feedback import Feedback, feedback_to_dict
from qa.conversations.store import Conversations
from qa.datatypes import Answer, Turn, Where
from qa.errors import ConversationError, ConversationNotFound, ExamplesError, SettingError
from qa.evaluation.dataset import read_examples
from qa.serialization.conversations import Conversation, StoredTurn, Verdict

FILTER = Where(published_from=date(2025, 1, 1))
RIGHT, WRONG_ANSWER, WRONG_EVIDENCE = Verdict.RIGHT, Verdict.WRONG_ANSWER, Verdict.WRONG_EVIDENCE


def found(question: str, text: str) -> Turn:
    """Completed by a question mark."""
    citation = replace(CITATION, quote=text, context=text)
    return Turn(question, Answer(f"{question}?", text, 0.75, (citation,), ()))


@pytest.fixture
def kept(tmp_path: Path) -> Conversations:
    return Conversations(tmp_path / "conversations.db")


@pytest.fixture
def talk(kept: Conversations) -> Conversation:
    return kept.create("Talk")


@pytest.fixture
def feedback(kept: Conversations) -> Feedback:
    return Feedback(kept, Settings())


def rows(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


# judging


def test_a_verdict_is_kept_with_its_turn_and_can_be_changed_and_taken_back(
    kept: Conversations, talk: Conversation, feedback: Feedback
) -> None:
    turn = kept.append(talk.id, Turn("When?", ANSWER))
    other = kept.append(talk.id, not_found("Who?"))
    feedback.judge(turn.id, WRONG_ANSWER)
    feedback.judge(turn.id, WRONG_EVIDENCE)
    assert [each.verdict for each in kept.turns(talk.id)] == [WRONG_EVIDENCE, None]
    assert [each.id for each in feedback.judged()] == [turn.id]
    feedback.judge(other.id, RIGHT)
    assert [each.verdict for each in feedback.judged()] == [WRONG_EVIDENCE, RIGHT]
    feedback.judge(turn.id, None)
    assert [each.id for each in feedback.judged()] == [other.id]


def test_what_cannot_be_judged_is_told(kept: Conversations, talk: Conversation, feedback: Feedback) -> None:
    with pytest.raises(ConversationNotFound, match="turn 99"):
        feedback.judge(99, RIGHT)
    turn = kept.append(talk.id, Turn("When?", ANSWER))
    with pytest.raises(ValueError, match="lovely"):
        feedback.judge(turn.id, "lovely")  # type: ignore[arg-type]
    assert feedback.judged() == []


def test_it_goes_with_its_conversation(
    kept: Conversations, talk: Conversation, feedback: Feedback, tmp_path: Path
) -> None:
    feedback.judge(kept.append(talk.id, not_found("Who forgot the seal?")).id, WRONG_ANSWER)
    kept.delete(talk.id)
    assert (feedback.judged(), feedback.unanswered()) == ([], [])
    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"seal" not in on_disk
    assert b"wrong_answer" not in on_disk


# what the articles do not cover


def test_questions_that_went_unanswered_are_listed_the_last_asked_first(
    kept: Conversations, talk: Conversation, feedback: Feedback
) -> None:
    for question in ("Who paid?", "Why?", "WHO PAID?", "And then?"):
        asked = datetime(2025, 6, 1, tzinfo=UTC)
        kept.append(talk.id, not_found(question), asked=asked)
    assert [(each.question, each.times) for each in feedback.unanswered()] == [
        ("And then?", 1),
        ("WHO PAID?", 2),
        ("Why?", 1),
    ]
    assert feedback.unanswered()[0].last_asked == datetime(2025, 6, 1, tzinfo=UTC)
    assert [each.question for each in feedback.unanswered(limit=2)] == ["And then?", "WHO PAID?"]


def test_a_question_that_was_answered_later_is_not_listed_but_one_that_no_longer_is(
    kept: Conversations, talk: Conversation, feedback: Feedback
) -> None:
    first = kept.append(talk.id, not_found("Who paid?"))
    kept.replace(first.id, found("Who paid", "Ada Berg"))
    kept.append(talk.id, found("Who rowed", "Ada Berg"))
    kept.append(talk.id, not_found("Who rowed?"))
    assert [(each.question, each.times) for each in feedback.unanswered()] == [("Who rowed?", 1)]


def test_a_question_to_a_part_of_the_articles_says_nothing_about_all_of_them(
    kept: Conversations, talk: Conversation, feedback: Feedback
) -> None:
    kept.append(talk.id, not_found("Who paid?"), where=FILTER)
    assert feedback.unanswered() == []
    kept.append(talk.id, not_found("Who paid?"))
    kept.append(talk.id, found("Who paid", "Ada Berg"), where=FILTER)
    assert [each.times for each in feedback.unanswered()] == [1]


def test_clearing_begins_anew_and_leaves_the_conversations(
    kept: Conversations, talk: Conversation, feedback: Feedback
) -> None:
    feedback.judge(kept.append(talk.id, Turn("When?", ANSWER)).id, RIGHT)
    kept.append(talk.id, not_found("Who paid?"))
    feedback.clear()
    assert (feedback.judged(), feedback.unanswered()) == ([], [])
    assert (names(kept), len(kept.turns(talk.id))) == (["Talk"], 2)
    kept.append(talk.id, not_found("Who paid?"))
    assert [each.times for each in feedback.unanswered()] == [1]


def test_switched_off_nothing_is_kept_or_shown(kept: Conversations, talk: Conversation, tmp_path: Path) -> None:
    turn = kept.append(talk.id, not_found("Who paid?"))
    Feedback(kept, Settings()).judge(turn.id, RIGHT)
    off = Feedback(kept, Settings.resolve({"ARTICLE_QA_FEEDBACK": "false"}))
    assert not off.enabled
    assert (off.judged(), off.unanswered()) == ([], [])
    with pytest.raises(SettingError, match="ARTICLE_QA_FEEDBACK"):
        off.judge(turn.id, WRONG_ANSWER)
    exported = off.export(tmp_path / "feedback.jsonl")
    assert (exported.gold, exported.open) == (0, 0)
    assert not exported.gold_file.exists()
    off.clear()  # what was kept before it was switched off can be forgotten
    assert Feedback(kept, Settings()).judged() == []


# the file for evaluate


def said(kept: Conversations, talk: Conversation, feedback: Feedback, *turns: tuple[Turn, Verdict | None]) -> None:
    for turn, verdict in turns:
        stored: StoredTurn = kept.append(talk.id, turn)
        if verdict:
            feedback.judge(stored.id, verdict)


def test_confirmed_answers_become_gold_and_the_rest_is_written_apart(
    kept: Conversations, talk: Conversation, feedback: Feedback, tmp_path: Path
) -> None:
    said(
        kept,
        talk,
        feedback,
        (found("When", "after dark"), RIGHT),
        (found("when", "at night"), RIGHT),
        (found("Who paid", "Ada Berg"), WRONG_ANSWER),
        (found("Why", "a storm"), WRONG_EVIDENCE),
        (not_found("Who won the cup?"), RIGHT),
        (not_found("Who rowed?"), WRONG_ANSWER),
        (not_found("Who swam?"), None),
        (found("Who cooked", "Bo"), None),
    )
    exported = feedback.export(tmp_path / "feedback.jsonl")
    assert (exported.gold, exported.open) == (2, 4)
    assert rows(exported.gold_file) == [
        {"question": "when?", "answers": ["after dark", "at night"]},
        {"question": "Who won the cup?", "answers": []},
    ]
    nowhere = {"published_from": None, "published_to": None, "sources": [], "article_ids": []}
    assert exported.open_file == tmp_path / "feedback-open.jsonl"
    assert rows(exported.open_file) == [
        {"question": "Who paid?", "said": "wrong_answer", "given": "Ada Berg", "where": nowhere},
        {"question": "Why?", "said": "wrong_evidence", "given": "a storm", "where": nowhere},
        {"question": "Who rowed?", "said": "wrong_answer", "given": "", "where": nowhere},
        {"question": "Who swam?", "said": None, "given": "", "times": 1},
    ]


def test_evaluate_reads_the_gold_and_refuses_the_rest(
    kept: Conversations, talk: Conversation, feedback: Feedback, tmp_path: Path
) -> None:
    said(
        kept,
        talk,
        feedback,
        (found("When", "after dark"), RIGHT),
        (not_found("Who won?"), RIGHT),
        (not_found("Who swam?"), None),
    )
    exported = feedback.export(tmp_path / "feedback.jsonl")
    examples = read_examples(exported.gold_file)
    assert [(each.question, each.golds) for each in examples] == [("When?", ["after dark"]), ("Who won?", [])]
    with pytest.raises(ExamplesError, match='"answers" is None'):
        read_examples(exported.open_file)


@pytest.mark.parametrize(
    ("turns", "answers"),
    [
        ([(found("When", "noon"), RIGHT), (found("When", "noon"), WRONG_ANSWER)], None),
        ([(found("When", "noon"), WRONG_ANSWER), (found("When", "noon"), RIGHT)], ["noon"]),
        ([(found("When", "noon"), RIGHT), (found("When", "dawn"), WRONG_ANSWER)], ["noon"]),
        ([(found("When", "noon"), RIGHT), (found("When", "noon"), WRONG_EVIDENCE)], ["noon"]),
        ([(not_found("When?"), RIGHT), (found("When", "noon"), RIGHT)], ["noon"]),
        ([(found("When", "noon"), RIGHT), (not_found("When?"), RIGHT)], []),
        ([(not_found("When?"), RIGHT), (not_found("When?"), WRONG_ANSWER)], None),
        ([(found("When", "noon"), RIGHT), (not_found("When?"), WRONG_ANSWER)], ["noon"]),
    ],
)
def test_what_was_said_last_counts(
    kept: Conversations,
    talk: Conversation,
    feedback: Feedback,
    tmp_path: Path,
    turns: list[tuple[Turn, Verdict]],
    answers: list[str] | None,
) -> None:
    said(kept, talk, feedback, *turns)
    exported = feedback.export(tmp_path / "feedback.jsonl")
    gold = rows(exported.gold_file) if exported.gold else []
    assert gold == ([] if answers is None else [{"question": "When?", "answers": answers}])
    assert exported.open == (2 if answers is None else 0)


def test_what_was_confirmed_of_a_part_of_the_articles_is_no_gold_for_all_of_them(
    kept: Conversations, talk: Conversation, feedback: Feedback, tmp_path: Path
) -> None:
    turn = kept.append(talk.id, found("When", "noon"), where=FILTER)
    feedback.judge(turn.id, RIGHT)
    exported = feedback.export(tmp_path / "feedback.jsonl")
    assert exported.gold == 0
    where = {"published_from": "2025-01-01", "published_to": None, "sources": [], "article_ids": []}
    assert rows(exported.open_file) == [{"question": "When?", "said": "right", "given": "noon", "where": where}]


def test_the_files_are_private_and_written_whole_or_not_at_all(
    kept: Conversations, talk: Conversation, feedback: Feedback, tmp_path: Path
) -> None:
    said(kept, talk, feedback, (found("When", "noon"), RIGHT))
    exported = feedback.export(tmp_path / "feedback.jsonl")
    assert stat.S_IMODE(exported.gold_file.stat().st_mode) == 0o600
    assert not exported.open_file.exists()
    assert list(tmp_path.glob("*.partial")) == []
    with pytest.raises(ConversationError, match="cannot be written"):
        feedback.export(tmp_path / "missing" / "feedback.jsonl")


def test_feedback_has_the_documented_form(kept: Conversations, talk: Conversation, feedback: Feedback) -> None:
    said(kept, talk, feedback, (found("When", "noon"), RIGHT))
    kept.append(talk.id, not_found("Who?"), asked=datetime(2025, 6, 1, tzinfo=UTC))
    values = feedback_to_dict(feedback.judged(), feedback.unanswered())
    assert json.loads(json.dumps(values)) == {
        "format": "article-qa/feedback/1",
        "judged": [{"turn": 1, "question": "When?", "text": "noon", "verdict": "right"}],
        "unanswered": [{"question": "Who?", "times": 1, "last_asked": "2025-06-01T00:00:00+00:00"}],
    }
