"""How well follow-up questions are completed, beside what a person made of them.

    python benchmarks/followup.py CONVERSATIONS [CONVERSATIONS ...] [--distractors CONVERSATIONS ...] [--library PATH]
        [--golden FILE] [--details FILE]

CONVERSATIONS are JSON lines as `training/conversations.py` reads them. The history holds earlier questions as completed
here, as the assistant's does.

Added words: those that a person added and that stand in the conversation, against those added here.

Retrieval: the answer of every turn, of five words or more, is an article of its own under the title of the
conversation's article. What a question has to find is its own answer, among those of all files. Which answer that is
does not depend on any wording of the question.

With `--golden`, JSON lines with a "question" each, all complete: how many are changed after an unrelated conversation.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from hardware import machine
from rich.console import Console
from tables import print_table

from qa.answering.retrieval import Retriever
from qa.cli.console import progress_bars
from qa.config import Settings
from qa.evaluation.metrics import hit_at, mrr
from qa.library import Library
from qa.questions.features import texts
from qa.questions.followup import rewrite
from training.conversations import Counts, Row, added_terms, gold_terms, read

ANSWER_WORDS = 5  # of an answer that retrieval is asked for; "in 1975" cannot be told from others
DEPTH = 50
TIMES = 5  # that a complete question is asked, each after another conversation


@dataclass(frozen=True, slots=True)
class Completed:
    """A question of a conversation, completed here, in `seconds` of processor time."""

    row: Row
    question: str
    answer: str  # what was answered, "" if that is not known or too short to be looked for
    seconds: float


def main() -> None:
    """Measure, and print Markdown tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("conversations", nargs="+", type=Path)
    parser.add_argument("--distractors", nargs="+", default=[], type=Path)
    parser.add_argument("--library", type=Path, help="kept for the next run")
    parser.add_argument("--golden", type=Path)
    parser.add_argument("--details", type=Path)
    given = parser.parse_args()
    print(f"{machine()}\n")
    found = {path.name.partition(".")[0]: complete(read(path)) for path in given.conversations}
    print_words(found)
    if given.golden:
        print_golden(given.golden, found)
    rows = [row for path in (*given.conversations, *given.distractors) for row in read(path)]
    with (
        TemporaryDirectory() as folder,
        Library.open(given.library or folder, Settings(min_article_chars=1)) as library,
    ):
        fill(library, rows)
        print_retrieval(library, found)
    if given.details:
        lines = (
            json.dumps({"question": each.row.question, "completed": each.question, "person": each.row.rewrite})
            for each in (each for name in found for each in found[name])
        )
        given.details.write_text("\n".join(lines) + "\n", encoding="utf-8")


def complete(rows: Sequence[Row]) -> list[Completed]:
    """Every question after another one, each after those completed before it."""
    before: dict[tuple[str, int], str] = {}
    answers = {(row.conversation, len(row.asked) - 1): row.answered[-1] for row in rows if row.asked}
    found = []
    for row in sorted(rows, key=lambda row: len(row.asked)):
        turn = len(row.asked)
        history = row.history([before.get((row.conversation, at), question) for at, question in enumerate(row.asked)])
        began = time.thread_time()
        question = rewrite(row.question, history)
        seconds = time.thread_time() - began
        before[row.conversation, turn] = question
        if history:
            found.append(Completed(row, question, long_enough(answers.get((row.conversation, turn), "")), seconds))
    return found


def long_enough(answer: str) -> str:
    """The answer as it is compared, "" if it is too short."""
    return " ".join(answer.split()) if len(answer.split()) >= ANSWER_WORDS else ""


def print_words(found: Mapping[str, Sequence[Completed]]) -> None:
    """Precision, recall and F1 of added words; complete questions that were changed; time."""
    rows = []
    for name, each in found.items():
        counts, complete_ones = Counts(), [one for one in each if one.row.question == one.row.rewrite]
        for one in each:
            said = texts(one.row.history(one.row.asked))
            counts.add(added_terms(one.row.question, one.question), gold_terms(one.row.question, one.row.rewrite, said))
        changed = sum(one.question != one.row.question for one in complete_ones)
        times = sorted(one.seconds for one in each)
        rows.append((name, len(each), *counts.scores, f"{changed} of {len(complete_ones)}", *_ms(times)))
    print_table(
        "Added words", ["", "questions", "precision", "recall", "F1", "complete, but changed", "ms, p50", "p95"], rows
    )


def _ms(times: Sequence[float]) -> tuple[str, str]:
    return f"{1000 * times[len(times) // 2]:.1f}", f"{1000 * times[len(times) * 95 // 100]:.1f}"


def print_golden(path: Path, found: Mapping[str, Sequence[Completed]]) -> None:
    """Complete questions after a conversation about something else."""
    questions = [json.loads(line)["question"] for line in path.read_text(encoding="utf-8").splitlines()]
    rows = []
    for name, of in found.items():
        asked = [
            (question, of[(place * TIMES + time) % len(of)].row)
            for place, question in enumerate(questions)
            for time in range(TIMES)
        ]
        changed = sum(rewrite(question, row.history(row.asked)) != question for question, row in asked)
        rows.append((name, len(asked), changed))
    print_table("Complete questions after an unrelated conversation", ["conversation", "asked", "changed"], rows)


def fill(library: Library, rows: Iterable[Row]) -> None:
    """Every answer as an article."""
    answers = {long_enough(answer): row.title for row in rows for answer in row.answered if long_enough(answer)}
    lines = (json.dumps({"id": text, "title": title, "text": text}) for text, title in answers.items())
    file = library.path.parent / f"{library.path.name}-answers.jsonl"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with progress_bars(Console(stderr=True)) as progress:
        library.add([file], progress=progress)


def print_retrieval(library: Library, found: Mapping[str, Sequence[Completed]]) -> None:
    """Where a question's own answer stands, for three wordings of the question."""
    retriever, passages = (
        Retriever(library.backend, library.encoder, library.settings.candidates),
        library.stats().passages,
    )
    wordings: dict[str, Callable[[Completed], str]] = {
        "as asked": lambda each: each.row.question,
        "completed here": lambda each: each.question,
        "completed by a person": lambda each: each.row.rewrite,
    }
    for name, each in found.items():
        asked = [one for one in each if one.answer]
        if not asked:
            continue
        ranks = {how: [rank(retriever, wording(one), one.answer) for one in asked] for how, wording in wordings.items()}
        figures = {how: (hit_at(of, 5), mrr(of)) for how, of in ranks.items()}
        rows = [(how, len(asked), *figures[how], *_closed(figures, how)) for how in wordings]
        head = ["", "questions", "hit@5", "MRR", "gap closed, hit@5", "MRR"]
        print_table(f"Finding the answer of {name} among {passages:,} passages", head, rows)


def _closed(figures: Mapping[str, tuple[float | None, float | None]], how: str) -> Iterator[float | None]:
    """How far a wording is from "as asked" towards the person's."""
    for low, high, here in zip(figures["as asked"], figures["completed by a person"], figures[how], strict=True):
        yield None if low is None or high is None or here is None or high <= low else (here - low) / (high - low)


def rank(retriever: Retriever, question: str, answer: str) -> int | None:
    """The place of the first passage of the answer, from 1."""
    found = retriever.retrieve(question)[:DEPTH]
    places = (at for at, each in enumerate(found, 1) if " ".join(each.article.text.split()) == answer)
    return next(places, None)


if __name__ == "__main__":
    main()
