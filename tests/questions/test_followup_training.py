"""How the models of follow-up questions are made and measured, on conversations small enough to count by hand."""

import json
import runpy
import sys
from pathlib import Path

import pytest

from qa.questions.features import texts
from qa.questions.followup import load, rewrite
from training.conversations import Counts, Row, added_terms, gold_terms, read
from training.followup import choices, common_words, main, needs, samples, split

ROWS = [
    {
        "id": "C_1_q#1",
        "topic": "Klara Voss (engineer)",
        "history": [],
        "question": "Who was she?",
        "rewrite": "Who was Klara Voss?",
    },
    {
        "id": "C_1_q#2",
        "topic": "Klara Voss (engineer)",
        "history": ["Who was she?", "an engineer"],
        "question": "Where did she work? ",
        "rewrite": "Where did Klara Voss work?",
    },
    {
        "id": "C_1_q#3",
        "topic": "Klara Voss (engineer)",
        "history": ["Who was she?", "an engineer", "Where did she work? ", "I don't know."],
        "question": "What did Klara Voss build?",
        "rewrite": "What did Klara Voss build?",
    },
]


def written(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def about(name, number):
    """A conversation of the same form about somebody else."""
    text = json.dumps(ROWS).replace("Klara Voss", name).replace("C_1", f"C_{number}")
    return json.loads(text)


def test_rows_as_the_product_would_have_them(tmp_path):
    first, second, third = read(written(tmp_path / "c.jsonl", ROWS))
    assert first == Row("C_1", "Klara Voss", "Who was she?", "Who was Klara Voss?", (), (), ())
    assert (third.asked, third.answered) == (("Who was she?", "Where did she work? "), ("an engineer", ""))
    assert third.rewritten == ("Who was Klara Voss?", "Where did Klara Voss work?")
    only = second.history(second.rewritten)[0]
    assert (only.question, only.answer.question, only.answer.text) == (
        "Who was she?",
        "Who was Klara Voss?",
        "an engineer",
    )
    assert [citation.title for citation in only.answer.citations] == ["Klara Voss"]
    assert not third.history(third.asked)[1].answer.found


def test_questions_alone_are_read_as_such(tmp_path):
    row = {"id": "31_3", "topic": "x", "dataset": "trec_cast", "year": 2019, "question": "Why?", "rewrite": "Why fish?"}
    (read_row,) = read(written(tmp_path / "c.jsonl", [{**row, "history": ["What is a fish?", "Is it wet?"]}]))
    assert (read_row.asked, read_row.answered, read_row.title) == (("What is a fish?", "Is it wet?"), ("", ""), "")


def test_needed_words_are_those_that_a_person_added_and_that_were_said(tmp_path):
    second = read(written(tmp_path / "c.jsonl", ROWS))[1]
    assert added_terms(second.question, second.rewrite) == {"klara", "vos"}
    said = texts(second.history(second.asked, titled=False))
    assert gold_terms(second.question, second.rewrite, said) == set()  # nobody said her name
    assert gold_terms(second.question, second.rewrite, texts(second.history(second.rewritten))) == {"klara", "vos"}


def test_precision_and_recall_of_words():
    counts = Counts()
    counts.add(frozenset("ab"), frozenset("bcd"))
    counts.add(frozenset("x"), frozenset("x"))
    assert counts.scores == (pytest.approx(2 / 3), pytest.approx(2 / 4), pytest.approx(4 / 7))


def test_samples_ask_each_question_and_two_complete_ones_in_both_forms(tmp_path):
    rows = [row for row in read(written(tmp_path / "c.jsonl", ROWS + about("Bo Lind", 2))) if row.asked]
    found = list(samples(rows))
    assert len(found) == 6 * len(rows)
    assert [sample.completed for sample in found[:3]] == ["Where did Klara Voss work?", None, None]
    assert found[5].question == "where did klara voss work?"
    assert "Lind" in " ".join(text.text for text in found[5].said)
    assert needs(found[:6], {}).truth == [True, False, False] * 2
    table = choices(found[:6], {}, {})
    assert table.truth.count(True) == 4  # both names, from the title of one form and the question of the other
    assert table.matrix.shape == (len(table.truth), len(table.columns))


def test_no_title_is_on_both_sides_of_the_split(tmp_path):
    rows = [row for number in range(8) for row in read(written(tmp_path / "c.jsonl", about(f"Bo {number}", number)))]
    kept, held_out = split(rows)
    assert {row.title for row in kept} & {row.title for row in held_out} == set()
    assert (len(kept), len(held_out)) == (18, 6)


def test_common_words_are_counted_once_a_conversation(tmp_path):
    rows = [row for number in range(8) for row in read(written(tmp_path / "c.jsonl", about(f"Bo {number}", number)))]
    rows.append(Row("C_9", "Ann", "Why?", "Why?", ("Where did she sail?",), ("Where did she sail?",), ("Solvik",)))
    common = common_words([row for row in rows if row.asked])
    assert common == {"engineer": 2.08, "work": 2.08}  # log 8


def test_training_learns_what_the_conversations_show(tmp_path, monkeypatch):
    names = ["Ann Lee", "Bo Lind", "Eva Moe", "Kai Roth", "Ida Falk", "Per Holm", "Ada Hart", "Jon Berg"]
    rows = [row for number, name in enumerate(names) for row in about(name, number)]
    out = tmp_path / "model.json"
    monkeypatch.setattr(sys, "argv", ["followup", str(written(tmp_path / "c.jsonl", rows)), "--out", str(out)])
    main()
    row = read(written(tmp_path / "new.jsonl", about("Una Dahl", 9)))[1]
    history = row.history(row.rewritten, titled=False)
    assert rewrite("Where did she work?", history, load(out)) == "Where did Una Dahl work?"
    assert rewrite("Where did Ole Krag work?", history, load(out)) == "Where did Ole Krag work?"


@pytest.mark.models
def test_the_benchmark_finds_what_was_answered(tmp_path, monkeypatch, capsys):
    rows = [*ROWS, *about("Bo Lind", 2)]
    for row in rows:
        row["history"] = [
            text.replace("an engineer", f"{row['topic'][:6]} was an engineer of the bridges at Arnfeld")
            for text in row["history"]
        ]
    golden = written(tmp_path / "golden.jsonl", [{"question": "Who won the 2030 World Cup in Peru?"}])
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    arguments = [str(written(tmp_path / "talks.jsonl", rows)), "--golden", str(golden)]
    monkeypatch.setattr(sys, "argv", ["followup.py", *arguments])
    runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "followup.py"), run_name="__main__")
    printed = capsys.readouterr().out
    assert "| talks | 4 |" in printed
    assert "| talks | 5 | 0 |" in printed
