"""Columns drawn across the page are read down, tables are not; what a browser prints around a page goes."""

from __future__ import annotations

from qa.loaders.pdf import paragraphs, without_printed_lines
from qa.loaders.pdf_columns import Fragment, columns_apart

LEFT = [
    "The ferry to Ostley was taken",
    "out of service on Monday after",
    "a leak was found in its hull,",
    "below the deck.",
]
RIGHT = [
    "It will be back in May, said",
    "the harbour master, who has",
    "watched over the harbour for",
    "some eleven years.",
]


def rows(*texts: tuple[str, ...]) -> list[Fragment]:
    return [
        Fragment(text, 60 + 250 * column, 700 - 14 * row)
        for row, cells in enumerate(texts)
        for column, text in enumerate(cells)
        if text
    ]


def test_columns_drawn_row_by_row_are_read_one_after_the_other() -> None:
    page = rows(("Ferry stopped",), *zip(LEFT, RIGHT, strict=True), ("", "She has seen worse."))
    assert columns_apart(page) == ["Ferry stopped", *LEFT, *RIGHT, "She has seen worse."]


def test_three_columns_are_read_one_after_the_other() -> None:
    third = [
        "Tea at the harbour costs more",
        "than it did in the last year,",
        "and the cups of it are small,",
        "said all.",
    ]
    wide = "The bridge of Ostley is open again, says all of the town"
    page = rows(*zip(LEFT, RIGHT, third, strict=True), ("", "She has seen worse."), (wide,))
    assert columns_apart(page) == [*LEFT, *RIGHT, "She has seen worse.", *third, wide]


def test_a_table_of_three_columns_is_read_row_by_row() -> None:
    assert columns_apart(rows(*[(f"Town {number}", f"{number},200", "a sum") for number in range(9)])) is None


def test_a_headline_as_wide_as_its_columns_is_no_part_of_the_byline() -> None:
    lines = ["The ferry to Ostley stopped", "By Ines Varga", "May 12, 2025", *LEFT]
    assert [line.text for line in paragraphs([lines])][:3] == lines[:3]


def test_a_table_is_read_row_by_row() -> None:
    assert columns_apart(rows(*[(f"Town {number}", f"{number},200") for number in range(9)])) is None


def test_columns_drawn_one_after_the_other_are_left_alone() -> None:
    page = rows(*[(line,) for line in LEFT]) + [Fragment(line, 310, 700 - 14 * row) for row, line in enumerate(RIGHT)]
    assert columns_apart(page) is None


def test_the_lines_that_a_browser_prints_go_and_give_the_address() -> None:
    pages = [
        ["23/05/2025, 15:04 Ferry stopped - Mail", "Ferry stopped", LEFT[0], "https://ostley.example/ferry 1/2"],
        ["23/05/2025, 15:04 Ferry stopped - Mail", LEFT[1], "https://ostley.example/ferry 2/2"],
    ]
    assert without_printed_lines(pages) == ("https://ostley.example/ferry", [["Ferry stopped", LEFT[0]], [LEFT[1]]])


def test_an_address_cut_by_the_printer_is_none() -> None:
    assert without_printed_lines([["5/23/25, 3:04 PM Ferry", *LEFT, "https://ostley.example/fe… 1/1"]]) == (
        None,
        [LEFT],
    )


def test_a_day_and_hour_alone_stay() -> None:
    page = ["12/05/2025, 08:30", *LEFT]
    assert without_printed_lines([page]) == (None, [page])
