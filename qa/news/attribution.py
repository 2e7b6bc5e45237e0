"""That somebody says something in one sentence: speaker, cue and content as ranges of its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qa.news.contents import has_free_way, quotations_in_a_row
from qa.news.noun_phrases import Range
from qa.news.tokens import Token

Sentence = Sequence[Token]

COMMAS = (",", "—", "–", "―", "--")


@dataclass(frozen=True, slots=True)
class Attribution:
    """Ranges of tokens. A direct one has nothing but words in quotation marks as its content."""

    speaker: Range
    cue: Range
    content: tuple[Range, ...]
    direct: bool


def quotation_before(sentence: Sentence, at: int) -> int | None:
    """The quotation right before token `at`, a comma or a dash between or not."""
    before = at - 1
    if before >= 0 and sentence[before].text in (*COMMAS, "..."):
        before -= 1
    return before if before >= 0 and sentence[before].quoted is not None else None


def postposed(
    sentence: Sentence, quotation: int, speaker: Range, cue: int, end: int, after: int
) -> Attribution:  # fmt: skip
    """What was said before its cue, and the quotation that goes on with it: "Q," X said, "Q"."""
    first = quotation if quotation and sentence[quotation - 1].text == ":" else 0
    row = quotations_in_a_row(sentence, first, quotation + 1)
    direct = bool(row) and row[-1][1] == quotation + 1
    content: list[Range] = row if direct else [(0, quotation + 1)]
    more = next((n for n in range(after, end) if sentence[n].quoted is not None), None)
    if more is not None and has_free_way(sentence, after, more):
        content.append((more, more + 1) if more + 1 >= end else (more, end))
    return Attribution(speaker, (cue, cue + 1), tuple(content), direct=direct)
