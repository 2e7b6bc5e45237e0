"""Columns of a page that was drawn row by row across them: each is read to its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_FRAGMENTS = 5000  # of a page that is looked at; text in columns stays far below
MOST_COLUMNS = 5
FEWEST_ROWS = 4  # that a column has
FEWEST_CHARS = 20  # a line of a column holds on average; cells of tables are shorter


@dataclass(frozen=True, slots=True)
class Fragment:
    """Text drawn at one place, in points from the lower left corner of its page."""

    text: str
    x: float
    y: float
    size: float = 0.0  # of its letters


def columns_apart(fragments: list[Fragment]) -> list[str] | None:
    """The lines of a page, one column after the other; `None` where it has no columns drawn row by row."""
    rows = _rows(fragments)
    if len(fragments) > MOST_FRAGMENTS or not (starts := _starts(rows)):
        return None
    lines: list[str] = []
    columns: list[list[str]] = [[] for _ in range(len(starts) + 1)]
    for row in rows:
        parts = [_in_column(row, starts, at) for at in range(len(columns))]
        if any(parts[1:]) or (any(columns[1:]) and _is_in_column(row, rows, len(columns))):
            for column, part in zip(columns, parts, strict=True):
                column += [part] if part else []
        else:
            lines += [line for column in columns for line in column] + [parts[0]]
            columns = [[] for _ in columns]
    return lines + [line for column in columns for line in column]


def _in_column(row: list[Fragment], starts: list[int], column: int) -> str:
    """What of a row stands in a column, counted from 0."""
    return " ".join(each.text.strip() for each in row if sum(each.x >= start - 1 for start in starts) == column)


def _rows(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Fragments that follow each other on one height."""
    rows: list[list[Fragment]] = []
    for fragment in fragments:
        if rows and abs(rows[-1][0].y - fragment.y) < 1 and fragment.x > rows[-1][-1].x:
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return rows


def _starts(rows: list[list[Fragment]]) -> list[int]:
    """Where the second column and those behind it begin: the places at which most rows of long fragments have them."""
    sizes = Counter(len(row) for row in rows if 1 < len(row) <= MOST_COLUMNS)
    if not sizes:
        return []
    size = sizes.most_common(1)[0][0]
    full = [row for row in rows if len(row) == size]
    starts, count = Counter(tuple(round(each.x) for each in row[1:]) for row in full).most_common(1)[0]
    chars = [len(each.text.strip()) for row in full if tuple(round(one.x) for one in row[1:]) == starts for each in row]
    if count < FEWEST_ROWS or 3 * count < 2 * len(full) or sum(chars) < FEWEST_CHARS * len(chars):
        return []
    return list(starts)


def _is_in_column(row: list[Fragment], rows: list[list[Fragment]], columns: int) -> bool:
    """Whether a row of the left side alone is no longer than those of its column."""
    longest = max(len(each[0].text.strip()) for each in rows if len(each) == columns)
    return sum(len(each.text.strip()) for each in row) <= longest + 5
