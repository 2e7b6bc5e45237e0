"""Columns of a page that was drawn row by row across them: each is read to its end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

MOST_FRAGMENTS = 5000  # of a page that is looked at; text in columns stays far below
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
    """The lines of a page, one column after the other; `None` where it has no two columns drawn row by row."""
    rows = _rows(fragments)
    if len(fragments) > MOST_FRAGMENTS or not (middle := _middle(rows)):
        return None
    lines: list[str] = []
    left: list[str] = []
    right: list[str] = []
    for row in rows:
        first = [each.text.strip() for each in row if each.x < middle - 1]
        second = [each.text.strip() for each in row if each.x >= middle - 1]
        if second:
            right.append(" ".join(second))
            left += [" ".join(first)] if first else []
        elif right and _is_in_column(row, rows, middle):
            left.append(" ".join(first))
        else:
            lines += [*left, *right, " ".join(first)]
            left, right = [], []
    return [*lines, *left, *right]


def _rows(fragments: list[Fragment]) -> list[list[Fragment]]:
    """Fragments that follow each other on one height."""
    rows: list[list[Fragment]] = []
    for fragment in fragments:
        if rows and abs(rows[-1][0].y - fragment.y) < 1 and fragment.x > rows[-1][-1].x:
            rows[-1].append(fragment)
        else:
            rows.append([fragment])
    return rows


def _middle(rows: list[list[Fragment]]) -> float | None:
    """Where the second column begins: the place at which most rows of two long fragments have their second one."""
    pairs = [row for row in rows if len(row) == 2]
    if len(pairs) < FEWEST_ROWS:
        return None
    middle, count = Counter(round(row[1].x) for row in pairs).most_common(1)[0]
    chars = [len(each.text.strip()) for row in pairs if round(row[1].x) == middle for each in row]
    if count < FEWEST_ROWS or 3 * count < 2 * len(pairs) or sum(chars) < FEWEST_CHARS * len(chars):
        return None
    return float(middle)


def _is_in_column(row: list[Fragment], rows: list[list[Fragment]], middle: float) -> bool:
    """Whether a row of the left side alone is no longer than those of its column."""
    longest = max(len(each[0].text.strip()) for each in rows if len(each) == 2 and each[1].x >= middle - 1)
    return sum(len(each.text.strip()) for each in row) <= longest + 5
