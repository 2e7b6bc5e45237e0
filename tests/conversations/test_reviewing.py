"""The commands that look back, over a real library: conversations, feedback, and files that can be checked anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from answer_fakes import not_found
from click.testing import Result
from library_fakes import SETTINGS, LetterEncoder, shell_with_letters, write

from qa.config import Settings
from qa.conversations.feedback import Feedback
from qa.conversations.store import Conversations
from qa.datatypes import Answer, Citation, Turn
from qa.library import Library
from qa.serialization.conversations import Conversation, Verdict

TEXT = "The ferry left at noon. It reached Sund after dark. Nobody was hurt."
Shell = Callable[..., Result]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Shell:
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(tmp_path / "library"))
    return shell_with_letters(monkeypatch)


@pytest.fixture
def talk(tmp_path: Path) -> Conversation:
    """One question with an answer, and one without, over a library of one article."""
    write(tmp_path / "news", "ferry", TEXT, "A ferry is late", "2025-05-12")
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as library:
        library.add(tmp_path / "news")
        [ferry] = library.articles()
        cited = Citation(
            ferry.id, ferry.title, ferry.source, None, ferry.published, 40, 50, "after dark", TEXT[24:51], 24, 0.75
        )
        kept = Conversations.beside(library)
        talk = kept.create()
        turn = kept.append(talk.id, Turn("And when?", Answer("When did it arrive?", "after dark", 0.75, (cited,), ())))
        kept.append(talk.id, not_found("Who paid?"))
        Feedback(kept, Settings()).judge(turn.id, Verdict.RIGHT)
        return kept.get(talk.id)


def test_conversations_are_listed_and_searched(shell: Shell, talk: Conversation) -> None:
    line = f"{talk.id}\t{talk.changed:%Y-%m-%d}\t2\tAnd when?\n"
    assert (shell("conversations").exit_code, shell("conversations").stdout) == (0, line)
    assert shell("conversations", "DARK", "paid").stdout == line
    none = shell("conversations", "seal")
    assert (none.exit_code, none.stdout) == (0, "")
    assert "There is none" in none.stderr
    assert json.loads(shell("conversations", "--json").stdout) == {
        "format": "article-qa/conversations/1",
        "conversations": [
            {
                "id": talk.id,
                "name": "And when?",
                "created": talk.created.isoformat(),
                "changed": talk.changed.isoformat(),
                "turns": 2,
            }
        ],
    }


def test_a_conversation_is_printed_with_its_evidence_also_when_the_article_has_gone(
    shell: Shell, talk: Conversation, tmp_path: Path
) -> None:
    printed = shell("conversation", talk.id).stdout
    assert printed.startswith("# And when?\n\n## And when?\n\nLooked up as: When did it arrive?\n")
    assert "> It reached Sund **after dark**.\n" in printed
    assert "The article has changed" not in printed
    write(tmp_path / "news", "ferry", "The ferry left at dawn.")
    shell("sync", tmp_path / "news")
    assert "The article has changed since" in shell("conversation", talk.id).stdout
    (tmp_path / "news" / "ferry.json").unlink()
    shell("sync", tmp_path / "news", "--allow-empty")
    printed = shell("conversation", talk.id).stdout
    assert "> It reached Sund **after dark**.\n" in printed
    assert "The article is not in the library any more." in printed


def test_a_conversation_is_renamed_and_deleted(shell: Shell, talk: Conversation) -> None:
    assert shell("conversation", talk.id, "--rename", "The ferry").exit_code == 0
    assert shell("conversations").stdout.endswith("\tThe ferry\n")
    assert shell("conversation", talk.id, "--delete").exit_code == 0
    assert shell("conversations").stdout == ""
    assert "no conversation" in str(shell("conversation", talk.id).exception)


def test_what_carries_its_articles_is_checked_without_a_library(
    shell: Shell, talk: Conversation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "talk.json"
    file.write_text(shell("conversation", talk.id, "--json", "--carry").stdout)
    monkeypatch.setenv("ARTICLE_QA_LIBRARY", str(tmp_path / "elsewhere"))
    checked = shell("verify", file)
    assert (checked.exit_code, checked.stdout.splitlines()[-2:]) == (
        0,
        [
            "Quotes that hold: 1 of 1 (1 in the text carried along with the file).",
            "A text carried along says nothing of where it is from; --library compares with a library of yours.",
        ],
    )
    assert not (tmp_path / "elsewhere").exists()
    against = shell("verify", file, "--library", tmp_path / "elsewhere")
    assert against.exit_code == 1
    assert "not in the library" in against.stdout
    at_home = shell("verify", file, "--library", tmp_path / "library")
    assert (at_home.exit_code, at_home.stdout.splitlines()[-1]) == (0, "Quotes that hold: 1 of 1 (1 in the library).")
    values = json.loads(file.read_text())
    values["articles"][0]["text"] = TEXT + " And more."
    file.write_text(json.dumps(values))
    altered = shell("verify", file)
    assert altered.exit_code == 1
    assert "not the one that the article's id names" in altered.stdout


def test_what_carries_nothing_is_checked_against_the_library(shell: Shell, talk: Conversation, tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    file.write_text(shell("conversation", talk.id, "--json").stdout)
    assert "articles" not in json.loads(file.read_text())
    assert shell("verify", file).exit_code == 0
    (tmp_path / "news" / "ferry.json").unlink()
    shell("sync", tmp_path / "news", "--allow-empty")
    assert shell("verify", file).exit_code == 1


def test_a_forged_file_does_not_hold_against_the_library(shell: Shell, talk: Conversation, tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    values = json.loads(shell("conversation", talk.id, "--json", "--carry").stdout)
    for described in (values["articles"][0], values["turns"][0]["answer"]["citations"][0]):
        described["published"] = "2026-01-01"
    file.write_text(json.dumps(values))
    assert shell("verify", file).exit_code == 0
    against = shell("verify", file, "--library", tmp_path / "library")
    assert against.exit_code == 1
    assert "  the article in the library is of another day: 12 May 2025\n" in against.stdout
    [check] = json.loads(shell("verify", file, "--library", tmp_path / "library", "--json").stdout)["checks"]
    assert (check["holds"], check["basis"]) == (False, "library")


def test_markdown_carries_no_articles(shell: Shell, talk: Conversation) -> None:
    refused = shell("conversation", talk.id, "--carry")
    assert refused.exit_code == 2
    assert "--carry is for --json" in refused.stderr


def test_feedback_is_shown_exported_and_cleared(shell: Shell, talk: Conversation, tmp_path: Path) -> None:
    assert shell("feedback").stdout.splitlines() == [
        "What was said about answers",
        "right:  When did it arrive?  “after dark”",
        "",
        "What your articles do not cover",
        "Who paid?",
    ]
    file = tmp_path / "feedback.jsonl"
    exported = shell("feedback", "--export", file, "--clear")
    assert (exported.exit_code, exported.stdout) == (0, "")
    assert f"article-qa evaluate {file}" in exported.stderr
    assert json.loads(file.read_text()) == {"question": "When did it arrive?", "answers": ["after dark"]}
    assert json.loads((tmp_path / "feedback-open.jsonl").read_text())["question"] == "Who paid?"
    assert shell("feedback").stdout == "Nothing was said about answers, and no question went unanswered.\n"
    nothing = json.loads(shell("feedback", "--json").stdout)
    assert nothing == {"format": "article-qa/feedback/1", "judged": [], "unanswered": []}


def test_feedback_that_is_switched_off_says_so(
    shell: Shell, talk: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARTICLE_QA_FEEDBACK", "false")
    shown = shell("feedback")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "switched off" in shown.stderr
