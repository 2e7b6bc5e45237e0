"""The table of answers as CSV, Markdown or XLSX, by the ending of the file's name.

A cell that a spreadsheet would take for a formula gets an apostrophe before it in CSV; words of articles are hostile.
XLSX says of each cell that it is a text, and leaves it as it is.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from qa.batch.answers import COLUMNS, BatchAnswer
from qa.errors import FormatError
from qa.serialization.csv_cells import without_formula
from qa.serialization.markdown import plain
from qa.text.display import percent

Writer = Callable[[Sequence[BatchAnswer]], bytes]
_NOT_IN_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MOST_IN_CELL = 32_000  # characters; a sheet holds no more than 32,767


def writer_for(file: Path) -> Writer:
    """What writes a table of this name. Raises FormatError for another form, or where a package is missing."""
    form = file.suffix.lower()
    if form not in _WRITERS:
        raise FormatError(f"{file}: write the answers to a name that ends in {', '.join(_WRITERS)}.")
    if form == ".xlsx":
        require_openpyxl()
    return _WRITERS[form]


def csv_bytes(answers: Sequence[BatchAnswer]) -> bytes:
    """CSV in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    rows.writerows(
        [without_formula(cell) if isinstance(cell, str) else cell for cell in answer.cells()] for answer in answers
    )
    return out.getvalue().encode("utf-8-sig", "replace")


def markdown_bytes(answers: Sequence[BatchAnswer]) -> bytes:
    """A table for people: question, answer, how sure, the sentence, and where it stands."""
    lines = ["| Question | Answer | Certainty | Quote | Article |", "|---|---|---|---|---|"]
    lines += [f"| {' | '.join(_markdown_cells(each))} |" for each in answers]
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def xlsx_bytes(answers: Sequence[BatchAnswer]) -> bytes:
    """One sheet, its heading fixed. Needs openpyxl."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Answers"
    sheet.append(COLUMNS)
    for number, answer in enumerate(answers, 2):
        for column, value in enumerate(answer.cells(), 1):
            cell = sheet.cell(number, column)
            if isinstance(value, str):
                cell.value = _NOT_IN_XML.sub("\ufffd", value)[:_MOST_IN_CELL]
                cell.data_type = "s"  # never a formula
            else:
                cell.value = value
    sheet.freeze_panes = "A2"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def require_openpyxl() -> None:
    """Raise FormatError where openpyxl is not installed."""
    try:
        import openpyxl  # noqa: F401
    except ImportError:
        raise FormatError(
            "openpyxl is not installed, which writes .xlsx: pip install 'article-qa[xlsx]', or write .csv."
        ) from None


def _markdown_cells(answer: BatchAnswer) -> list[str]:
    said = {"sure": percent(answer.confidence), "possible": f"possible, {percent(answer.confidence)}", "none": "none"}
    place = f"{answer.article}, {answer.date or 'undated'}. {answer.address}" if answer.article_id else ""
    texts = (answer.question, answer.answer or answer.note, said[answer.certainty], answer.quote, place)
    return [plain(each).replace("|", "\\|") for each in texts]


_WRITERS: Mapping[str, Writer] = {".csv": csv_bytes, ".xlsx": xlsx_bytes, ".md": markdown_bytes}
