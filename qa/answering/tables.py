"""A cell of a table, found by the names of its row and its column. Pure.

In the text of an article a table is a block of lines, each a row, with ", " between the cells and the names of the
columns in the first line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from qa.answering.citing import citation_of
from qa.answering.evidence import article_stems, missing
from qa.datatypes import Article, Citation, Offsets, RetrievedPassage, articles_of
from qa.text.question_terms import stem, stems
from qa.text.tokenization import question_terms, terms

# Not measured on tables of the world: of the cells asked for in the tests all are right.
CELL_RIGHT = 0.9
SEPARATOR = ", "
MIN_LABEL = 0.5  # of the words of a row's name that the question has to have
LONGEST_ROW = 300  # characters: a longer line is prose
SHOWN = 600  # characters of a table that are shown around a cell, from its first line on
_BLOCK = re.compile(r"(?:^[^\n]+$\n?){2,}", re.MULTILINE)
# What is asked for, up to the verb: "how many tonnes of apples (were)", "how many lorries (crossed)".
_ASKED_FOR = re.compile(
    r"\W*(?:how (?:many|much)|what|which)\s+(.+?)"
    r"\b(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|[a-z]{2,}ed)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Table:
    """Places of the names of the columns, without the one of the rows' names, and of each row: its name, its cells."""

    start: int
    columns: tuple[Offsets, ...]
    rows: tuple[tuple[Offsets, tuple[Offsets, ...]], ...]


def find_cell(question: str, passages: Sequence[RetrievedPassage]) -> Citation | None:
    """The cell that a question asks for in a table of these passages' articles, the best passage first.

    Its row is the one whose name has most of its words in the question, and its column one that is named there in full.
    `missing` are names of the question, and words of what is counted, that are not in the article.
    """
    for article in articles_of(passages):
        for table in _tables_of(article):
            if (place := _cell(table, article.text, question)) is not None:
                return _cited(question, article, table, place)
    return None


def tables(text: str) -> Iterator[Table]:
    """The tables of a text: lines of at least two cells, as many in each as in the first; a name may have a comma."""
    for block in _BLOCK.finditer(text):
        lines = list(_lines(text, *block.span()))
        width = len(lines[0])
        rows = [line for line in lines[1:] if len(line) >= width]
        is_table = width >= 2 and len(rows) == len(lines) - 1 and all(_can_be_row(text, line) for line in lines)
        if is_table:
            yield Table(
                block.start(),
                tuple(lines[0][1:]),
                tuple(((line[0][0], line[-width][1]), tuple(line[len(line) - width + 1 :])) for line in rows),
            )


@lru_cache(maxsize=64)
def _tables_of(article: Article) -> tuple[Table, ...]:
    """Those of an article: the next question often is of the same articles."""
    return tuple(tables(article.text))


def _lines(text: str, start: int, end: int) -> Iterator[list[Offsets]]:
    """Places of the cells of each line."""
    for line in re.finditer(r"[^\n]+", text[start:end]):
        at, cells = start + line.start(), []
        for cell in line[0].split(SEPARATOR):
            cells.append((at, at + len(cell)))
            at += len(cell) + len(SEPARATOR)
        yield cells


def _can_be_row(text: str, line: Sequence[Offsets]) -> bool:
    start, end = line[0][0], line[-1][1]
    return end - start <= LONGEST_ROW and text[end - 1] not in '.!?:;”"'


def _cell(table: Table, text: str, asked: str) -> tuple[Offsets, Offsets] | None:
    """The places of the row's name and of the cell; None where row or column is not plain."""
    column = _column([text[slice(*place)] for place in table.columns], asked)
    shares = [_share(stems(text[slice(*label)]), frozenset(map(stem, terms(asked)))) for label, _ in table.rows]
    best = max(shares)
    if column is None or best < MIN_LABEL or shares.count(best) > 1:
        return None
    label, cells = table.rows[shares.index(best)]
    return label, cells[column]


def _column(names: Sequence[str], question: str) -> int | None:
    """The column that is named in full, the first of the question if several are; None where years compete."""
    order = [stem(term) for term in terms(question)]
    found = {
        index: min(map(order.index, wanted))
        for index, name in enumerate(names)
        if (wanted := stems(name)) and wanted <= set(order)
    }
    if not found or (len(found) > 1 and any(names[index].isdigit() for index in found)):
        return None
    return min(found, key=found.__getitem__)


def _share(label: frozenset[str], asked: frozenset[str]) -> float:
    return len(label & asked) / len(label) if label else 0.0


def _cited(question: str, article: Article, table: Table, place: tuple[Offsets, Offsets]) -> Citation:
    label, (start, end) = place
    line_end = article.text.find("\n", end)
    line_end = len(article.text) if line_end < 0 else line_end
    left = table.start if line_end - table.start <= SHOWN else label[0]
    return replace(
        citation_of(article, (start, end), (left, line_end)),
        confidence=CELL_RIGHT,
        missing=_missing(question, article, (left, line_end), (start, end)),
    )


def _missing(question: str, article: Article, shown: Offsets, place: Offsets) -> tuple[str, ...]:
    """Names that are not there, and words of what is asked for that are nowhere in the article."""
    told = article_stems(article) | stems(article.title)
    table = stems(article.text[slice(*shown)])
    names = (each for each in missing(question, article, *place) if not stems(each) <= table)
    asked_for = _ASKED_FOR.match(question)
    counted = question_terms(asked_for[1]) if asked_for else []
    return (*names, *(word for word in counted if stem(word) not in told))
