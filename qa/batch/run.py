"""The questions of a table answered one after the other; what is answered is kept, however it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from qa.batch.answers import BatchAnswer, BatchKey, asked_values
from qa.batch.journal import Journal
from qa.batch.questions import BatchQuestion, read_questions
from qa.batch.tables import Writer, writer_for
from qa.datatypes import Ask, Progress, ProgressCallback, silent
from qa.errors import FormatError, QuestionError
from qa.files import write_atomically


def answer_batch(ask: Ask, questions: Iterable[BatchQuestion]) -> Iterator[BatchAnswer]:
    """An answer to each question, in order, as it comes; one that is no question is told of in its `note`."""
    for asked in questions:
        try:
            yield BatchAnswer.of(asked, ask(asked.question, where=asked.where or None))
        except QuestionError as error:
            yield BatchAnswer.failed(asked, str(error))


def answer_file(
    ask: Ask, questions: str | Path, to: str | Path, *, progress: ProgressCallback | None = None
) -> list[BatchAnswer]:
    """Answer a CSV file of questions into a table, `.csv`, `.xlsx` or `.md`; the answers in the order of the questions.

    Whatever ends it, what was answered is in the table and is not asked again by the next call, which goes on from
    there. When all are answered, the next call asks anew. Raises FormatError.
    """
    asked, table = read_questions(questions), Path(to).expanduser()
    if table.resolve() == Path(questions).expanduser().resolve():
        raise FormatError(f"{table}: the answers would replace the questions. Give another name.")
    write = writer_for(table)
    with Journal(table) as journal:
        done = {answer.key: answer for answer in journal.answers()}
        try:
            for answer in _rest(ask, asked, done, progress or silent):
                journal.add(answer)
                done[answer.key] = answer
        finally:
            answers = [done[key] for each in asked if (key := asked_values(each)) in done]
            _write(table, answers, write)
    journal.delete()
    return answers


def _rest(
    ask: Ask, asked: Sequence[BatchQuestion], done: dict[BatchKey, BatchAnswer], progress: ProgressCallback
) -> Iterator[BatchAnswer]:
    """The answers that are missing."""
    missing = [each for each in asked if asked_values(each) not in done]
    before = len(asked) - len(missing)
    progress(Progress("ask", before, len(asked)))
    for number, answer in enumerate(answer_batch(ask, missing), before + 1):
        yield answer
        progress(Progress("ask", number, len(asked), answer.question))


def _write(table: Path, answers: Sequence[BatchAnswer], write: Writer) -> None:
    try:
        write_atomically(table, write(answers))
    except OSError as error:
        raise FormatError(f"{table}: cannot be written ({error}). Give another name.") from error
