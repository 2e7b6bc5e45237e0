"""A table of questions with filters, read from CSV text.

The first row names the columns: `question`, and where wanted `source` and `tag` (several with | between), `after` and
`before`: days, months or years, read as in a question, where a day counts itself and `before` of a month or year means
before it begins. Other columns are left alone.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from qa.datatypes import Where
from qa.errors import FormatError
from qa.text.periods import first_day, last_day_before

MOST_QUESTIONS = 10_000
_COLUMNS = "Its first row names the columns: question, and where wanted source, tag, after, before."
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class BatchQuestion:
    """A question of a table, its row counted from 1 without the heading, and which articles it is put to."""

    row: int
    question: str
    where: Where = field(default_factory=Where)


def read_questions(file: str | Path) -> list[BatchQuestion]:
    """The questions of a CSV file, in order; rows without one are left out. Raises FormatError."""
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FormatError(f"{file}: cannot be read ({error}); give a CSV file in UTF-8.") from error
    try:
        return questions_of(text)
    except FormatError as error:
        raise FormatError(f"{file}: {error}") from error


def questions_of(text: str) -> list[BatchQuestion]:
    """The questions of CSV text. Raises FormatError."""
    lines = io.StringIO(text.lstrip("\ufeff"), newline="")
    heading = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=heading.count)
    try:
        rows = csv.DictReader(lines, delimiter=delimiter, strict=True)
        names = {(name or "").strip().lower(): name for name in rows.fieldnames or ()}
        if "question" not in names:
            raise FormatError(f"there is no column called question. {_COLUMNS}")
        found = _questions({name: row.get(given) or "" for name, given in names.items()} for row in rows)
    except csv.Error as error:
        raise FormatError(f"this is not CSV ({error}). {_COLUMNS}") from error
    if not found:
        raise FormatError(f"there is no question in it. {_COLUMNS}")
    return found


def _questions(rows: Iterable[dict[str, str]]) -> list[BatchQuestion]:
    found = []
    for number, row in enumerate(rows, 1):
        if question := " ".join(row["question"].split()):
            found.append(BatchQuestion(number, question, _where(row, number)))
    if len(found) > MOST_QUESTIONS:
        raise FormatError(f"there are {len(found):,} questions in it: give at most {MOST_QUESTIONS:,} at once.")
    return found


def _where(row: dict[str, str], number: int) -> Where:
    after, before = row.get("after", "").strip(), row.get("before", "").strip()
    sources = tuple(filter(None, (each.strip() for each in row.get("source", "").split("|"))))
    try:
        first, last = (first_day(after) if after else None), (last_day_before(before) if before else None)
    except (ValueError, OverflowError) as error:
        raise FormatError(f"row {number}: {error}") from error
    if first and last and first > last:
        raise FormatError(f"row {number}: after {after} is later than before {before}.")
    tags = tuple(filter(None, (each.strip() for each in row.get("tag", "").split("|"))))
    return Where(first, last, sources, tags=tags)
