"""Quotations as both backends store them: one text an article, and the names in it to search by.

The text is JSON, a list for each quotation: start and end of speaker and cue, [[start, end], ...] of the content, 1 for
a direct one, the name. The article's own text is not repeated.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from qa.datatypes import Quotation
from qa.text.tokenization import question_terms, terms


def quotations_to_json(found: Sequence[Quotation]) -> str:
    """The quotations of an article as one text."""
    rows = [(*each.speaker, *each.cue, each.content, int(each.direct), each.name) for each in found]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def quotations_from_json(text: str) -> tuple[Quotation, ...]:
    """What `quotations_to_json` was given."""
    return tuple(
        Quotation((start, end), (cue_start, cue_end), tuple((a, b) for a, b in content), bool(direct), name)
        for start, end, cue_start, cue_end, content, direct, name in json.loads(text)
    )


def names_field(found: Iterable[Quotation]) -> str:
    """The words of every name, spaces around each: " rosalind pike | gethin lowe "; "" where there is none."""
    names = dict.fromkeys(" ".join(terms(each.name)) for each in found)
    return "|".join(f" {name} " for name in names if name)


def name_terms(name: str) -> list[str]:
    """The words of a name that is searched for; case and accents go, and "the"."""
    return question_terms(name)


def is_named(quotation: Quotation, wanted: Sequence[str]) -> bool:
    """Whether its speaker's name has all of these words."""
    words = terms(quotation.name)
    return all(each in words for each in wanted)
