"""Many questions at once: what is read, what is written, and that nothing is lost or asked twice."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date
from pathlib import Path

import pytest
from chat_fakes import FERRY, HARBOUR, FakeAssistant, FakeLibrary

from qa.batch import BatchAnswer, BatchQuestion, answer_file, read_questions
from qa.batch.questions import questions_of
from qa.batch.tables import csv_bytes, markdown_bytes, xlsx_bytes
from qa.datatypes import Article, Progress, Where
from qa.errors import FormatError

QUESTIONS = (
    "question,source,after,before,mine\n"
    "When does the first crossing leave?,,,,a\n"
    "Who is the captain?,news.example,2025-05,2026,b\n"
    "Who is the king?,,,,c\n"
)
TOLD = BatchAnswer(7, "Who?", "", "", "", "")


def rows_of(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    file = tmp_path / "questions.csv"
    file.write_text(QUESTIONS)
    return file


def test_a_table_of_questions_with_filters(questions: Path) -> None:
    assert read_questions(questions) == [
        BatchQuestion(1, "When does the first crossing leave?"),
        BatchQuestion(2, "Who is the captain?", Where(date(2025, 5, 1), date(2025, 12, 31), ("news.example",))),
        BatchQuestion(3, "Who is the king?"),
    ]


def test_as_spreadsheets_write_it() -> None:
    text = '\ufeffNotes;Question;Source;Tag\r\n;"Who; or\nwhat?";a | b;x|y z\r\nx;;c\r\n;When?\r\n'
    assert questions_of(text) == [
        BatchQuestion(1, "Who; or what?", Where(sources=("a", "b"), tags=("x", "y z"))), BatchQuestion(3, "When?"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no column called question"),
        ("frage\nWer?\n", "no column called question"),
        ("question\n\n", "no question in it"),
        ("question,after\nWho?,May\n", "row 1: 'May' is no date"),
        ("question,after,before\nA?,,\nWho?,2025,2024\n", "row 2: after 2025 is later than before 2024"),
        ("question,after,before\nWho?,2025,2025\n", "row 1: after 2025 is later than before 2025"),
        ("question,before\nWho?,0001\n", "row 1: date value out of range"),
        ('question\n"Who?\n', "not CSV"),
    ],
)
def test_what_is_no_table_of_questions_is_named(text: str, told: str) -> None:
    with pytest.raises(FormatError, match=told):
        questions_of(text)


def test_a_row_tells_the_answer_and_where_it_stands(questions: Path, tmp_path: Path) -> None:
    steps: list[Progress] = []
    answers = answer_file(FakeAssistant().ask, questions, tmp_path / "answers.csv", progress=steps.append)
    first, captain, king = rows_of(tmp_path / "answers.csv")
    start = FERRY.text.index("21:40")
    assert first == {
        "row": "1", "question": "When does the first crossing leave?",
        "source": "", "tag": "", "after": "", "before": "",
        "answer": "21:40", "certainty": "sure", "confidence": "0.87",
        "quote": "Captain Ida Brandt said the first crossing leaves at 21:40.", "article": "The night ferry returns",
        "date": "2025-05-12", "address": first["address"], "start": str(start), "end": str(start + 5),
        "article_id": FERRY.id, "other_answers": "22:00", "note": "",
    }  # fmt: skip
    assert first["address"].startswith("https://news.example/ferry#:~:text=")
    assert FERRY.text[answers[0].start : answers[0].end] == answers[0].answer
    assert (captain["answer"], captain["source"], captain["after"], captain["before"]) == (
        "Ida Brandt", "news.example", "2025-05-01", "2025-12-31",
    )  # fmt: skip
    assert (king["answer"], king["certainty"], king["confidence"], king["start"]) == ("", "none", "0.1", "")
    assert [(each.stage, each.done, each.total) for each in steps] == [("ask", number, 3) for number in range(4)]


def test_a_question_that_is_none_does_not_end_the_others(tmp_path: Path) -> None:
    (tmp_path / "q.csv").write_text(f"question\n{'x' * 2001}\nWho is the captain?\n")
    long, captain = answer_file(FakeAssistant().ask, tmp_path / "q.csv", tmp_path / "a.csv")
    assert (long.certainty, long.note) == ("none", "The question has more than 2000 characters: ask it in fewer words.")
    assert captain.answer == "Ida Brandt"


@pytest.mark.parametrize("ending", [KeyboardInterrupt, RuntimeError])
def test_stopped_it_loses_nothing_and_goes_on(questions: Path, tmp_path: Path, ending: type[BaseException]) -> None:
    assistant, table = FakeAssistant(), tmp_path / "answers.csv"

    def ask_until_king(question: str, *, where: Where | None = None):
        if "king" in question:
            raise ending
        return assistant.ask(question, where=where)

    with pytest.raises(ending):
        answer_file(ask_until_king, questions, table)
    assert [row["answer"] for row in rows_of(table)] == ["21:40", "Ida Brandt"]
    journal = table.with_name("answers.csv.unfinished")
    with journal.open("a") as file:
        file.write('{"row": 3, "question": "Who is')  # killed while it wrote
    assistant.asked.clear()
    answers = answer_file(assistant.ask, questions, table)
    assert [question for question, _ in assistant.asked] == ["Who is the king?"]
    assert [each.answer for each in answers] == ["21:40", "Ida Brandt", ""] == [row["answer"] for row in rows_of(table)]
    assert not journal.exists()
    assistant.asked.clear()
    answer_file(assistant.ask, questions, table)
    assert len(assistant.asked) == 3  # finished: asked anew


def test_other_questions_are_not_taken_for_answered_ones(questions: Path, tmp_path: Path) -> None:
    assistant, table = FakeAssistant(), tmp_path / "answers.csv"

    def stop(question: str, *, where: Where | None = None):
        if "captain" in question:
            raise KeyboardInterrupt
        return assistant.ask(question, where=where)

    with pytest.raises(KeyboardInterrupt):
        answer_file(stop, questions, table)
    questions.write_text("question,after\nWhen does the first crossing leave?,2025\n")
    (answer,) = answer_file(assistant.ask, questions, table)
    assert (answer.after, answer.answer, len(assistant.asked)) == ("2025-01-01", "21:40", 2)


def test_what_a_spreadsheet_would_calculate_stays_text(tmp_path: Path) -> None:
    hostile = Article("d" * 16, "=cmd|' /C calc'!A0", 'Hostile words: =HYPERLINK("http://x","y")', "upload:x")
    (tmp_path / "q.csv").write_text("question\nhostile?\n")
    answer_file(FakeAssistant(FakeLibrary([hostile])).ask, tmp_path / "q.csv", tmp_path / "a.csv")
    (row,) = rows_of(tmp_path / "a.csv")
    assert (row["answer"], row["article"]) == ('\'=HYPERLINK("http://x","y")', "'=cmd|' /C calc'!A0")
    numbers = BatchAnswer(1, "-5 or +x?", "", "", "", "", answer="-1,5", note="+x", quote="@y")
    text = csv_bytes([numbers]).decode("utf-8-sig").splitlines()[1]
    assert text == "1,'-5 or +x?,,,,,\"-1,5\",none,0.0,'@y,,,,,,,,'+x"


def test_as_markdown_for_people() -> None:
    answer = BatchAnswer(
        1, "When?", "", "", "", "", "21:40", "possible", 0.4, "It leaves | at <b>21:40</b>.", "Harbour", "2024-01-03",
        "upload:harbour.txt", 3, 8, HARBOUR.id,
    )  # fmt: skip
    assert markdown_bytes([answer, TOLD]).decode().splitlines()[2:] == [
        "| When? | 21:40 | possible, 40% | It leaves \\| at \\<b\\>21:40\\</b\\>. | "
        "Harbour, 2024-01-03. upload:harbour.txt |",
        "| Who? |  | none |  |  |",
    ]


def test_as_a_sheet_whose_cells_are_texts() -> None:
    openpyxl = pytest.importorskip("openpyxl")
    answer = BatchAnswer(1, "Who?", "", "", "", "", answer="=1+1", quote="a\x00b\ud800", confidence=0.5, start=3)
    sheet = openpyxl.load_workbook(io.BytesIO(xlsx_bytes([answer]))).active
    values = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (values["answer"].value, values["answer"].data_type) == ("=1+1", "s")
    assert (values["quote"].value, values["confidence"].value, values["start"].value) == ("a\ufffdb\ufffd", 0.5, 3)


def test_without_openpyxl_the_package_is_named(
    questions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assistant = FakeAssistant()
    with pytest.raises(FormatError, match=r"article-qa\[xlsx\]"):
        answer_file(assistant.ask, questions, tmp_path / "a.xlsx")
    assert assistant.asked == []


def test_a_name_that_cannot_be_written_to_is_refused_before_anything_is_asked(questions: Path, tmp_path: Path) -> None:
    assistant = FakeAssistant()
    for name, told in (("questions.csv", "would replace"), ("a.pdf", "ends in .csv, .xlsx, .md")):
        with pytest.raises(FormatError, match=told):
            answer_file(assistant.ask, questions, tmp_path / name)
    with pytest.raises(FormatError, match="cannot be"):
        answer_file(assistant.ask, questions, tmp_path / "none" / "a.csv")
    assert assistant.asked == []
    assert questions.read_text() == QUESTIONS


def test_a_journal_of_something_else_counts_nothing(questions: Path, tmp_path: Path) -> None:
    (tmp_path / "answers.csv.unfinished").write_text(json.dumps({"row": 1, "question": "x"}) + "\n[1]\nnull\n")
    assert len(answer_file(FakeAssistant().ask, questions, tmp_path / "answers.csv")) == 3
