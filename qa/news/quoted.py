"""Where a text stands in quotation marks, of all usual forms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# A mark that opens, and those that close it. Careless texts mix round and straight ones.
_CLOSING = {
    "“": re.compile('[”"“](?!\\w)|(?<=[,.?!])[”"]'),
    "„": re.compile("[“”]"),
    "«": re.compile("»"),
    "»": re.compile("«"),
    "``": re.compile("''(?!')"),
    "''": re.compile("''(?!')"),
    '"': re.compile('["”]'),
    "‘": re.compile("’"),
    "'": re.compile("'"),
    "”": re.compile("”"),
}
_DOUBLE = re.compile(r"[“„«»\"]|''|``|”(?=\w)")
_SINGLE = re.compile(r"(?<![\w’'])[‘'](?=[\w“\"])")
_ENDS_SINGLE = re.compile(r"[,.?!][’'](?!\w)")
_APOSTROPHES = ("'", "’")
_ALIKE_AT_BOTH_ENDS = ('"', "''", "»")


@dataclass(frozen=True, slots=True)
class Quoted:
    """`text[start:end]` with its marks, `text[inner_start:inner_end]` without them.

    `runs_on`: its paragraph does not close it; the next one may go on with it.
    """

    start: int
    end: int
    inner_start: int
    inner_end: int
    runs_on: bool = False


def quoted(text: str, start: int, end: int, *, single: bool) -> list[Quoted]:
    """The outermost quotations of a paragraph, `text[start:end]`, in order.

    `single`: marks of one stroke count, as in British papers; see `has_single_marks_only`.
    """
    return list(_quoted(text, start, end, _SINGLE if single else _DOUBLE))


def has_single_marks_only(text: str) -> bool:
    """Whether quotations stand between ‘ and ’ here; beside double marks those are of a quotation within another."""
    return _DOUBLE.search(text) is None and _ENDS_SINGLE.search(text) is not None


def _quoted(text: str, start: int, end: int, opening: re.Pattern[str]) -> Iterator[Quoted]:
    at = start
    while (match := opening.search(text, at, end)) is not None:
        at = match.end()
        if _is_prime(text, match.start()) or _can_only_close(text, match):
            continue
        close = _close(text, at, end, match.group())
        if close is not None and close.start() > at:
            yield Quoted(match.start(), close.end(), at, close.start())
        elif close is None and _may_run_on(text, match.start(), start):
            yield Quoted(match.start(), end, at, end, runs_on=True)
            return
        at = close.end() if close else at


def _is_prime(text: str, at: int) -> bool:
    """Inches: a stroke right behind a number."""
    return text[at] in "\"'”" and text[at - 1 : at].isdigit() and not text[at + 1 : at + 2].isalnum()


def _can_only_close(text: str, match: re.Match[str]) -> bool:
    """Whether a mark that looks alike at both ends stands behind a word and before none."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return match.group() in _ALIKE_AT_BOTH_ENDS and before.isalnum() and not after.isalnum()


def _close(text: str, at: int, end: int, opening: str) -> re.Match[str] | None:
    """The mark that closes; a stroke within a word is an apostrophe."""
    for match in _CLOSING[opening].finditer(text, at, end):
        within_word = match.group() in _APOSTROPHES and text[match.end() : match.end() + 1].isalnum()
        if not within_word and not (opening == "'" and text[match.start() - 1].isspace()):
            return match
    return None


def _may_run_on(text: str, at: int, start: int) -> bool:
    """A quotation over several paragraphs is opened again at the beginning of each, and closed once."""
    return at == start or text[at - 1].isspace()
