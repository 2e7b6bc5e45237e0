"""Cells of CSV for spreadsheets, where the words of articles must not be taken for formulas."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"[=@\t\r]|[+-](?!\d+(?:[.,]\d+)*$)")


def without_formula(cell: str) -> str:
    """The cell, with an apostrophe before what a spreadsheet would calculate."""
    return f"'{cell}" if _FORMULA.match(cell) else cell
