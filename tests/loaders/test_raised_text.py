"""Raised and lowered text: a note mark never becomes digits, and a power never becomes a number."""

from __future__ import annotations

import pytest

from qa.loaders.markdown import without_note_marks
from qa.loaders.raised_text import level_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("cost £42<sup>3</sup> million", "cost £42 million"),
        ('opened in 1911<sup><a href="#n2">2</a></sup> and', "opened in 1911 and"),
        ("said the mayor.<sup>[4]</sup> Then", "said the mayor. Then"),
        ("said the mayor.<sup>*</sup> Then", "said the mayor. Then"),
        ("turnout<sup>1,2</sup> fell", "turnout fell"),
        ("an area of 30 km<sup>2</sup> burned", "an area of 30 km² burned"),
        ("E = mc<sup>2</sup>", "E = mc²"),
        ("4 × 10<sup>6</sup> cells", "4 × 10⁶ cells"),
        ("10<SUP>-3</SUP> m", "10⁻³ m"),
        ("the 21<sup>st</sup> time", "the 21st time"),
        ("CO<sub>2</sub> levels", "CO2 levels"),
        ("in base 10<sub>2</sub>", "in base 10₂"),
        ("2<sup>1</sup>/<sub>2</sub> miles", "2½ miles"),
        ("2<sup>5</sup>&frasl;<sub>32</sub> inches", "2 5/32 inches"),
        ("he supported <b>it</b>, <superb>", "he supported <b>it</b>, <superb>"),
        ("an open <sup> tag", "an open  tag"),
    ],
)
def test_raised_text_is_read_as_it_is_meant(markup: str, text: str) -> None:
    assert level_text(markup) == text


def test_many_open_tags_take_linear_time() -> None:
    assert level_text("<sup>" * 100_000) == ""


def test_footnotes_of_markdown_keep_their_text_and_lose_their_marks() -> None:
    assert without_note_marks("In 1911[^2] and 42^3^ more.\n\n[^2]: Vol. II.") == "In 1911 and 42 more.\n\nVol. II."
    assert without_note_marks("2^10 and [1] stay") == "2^10 and [1] stay"
