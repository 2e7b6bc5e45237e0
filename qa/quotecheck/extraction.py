"""The quotes of any text: what stands in quotation marks, paragraph by paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.datatypes import Offsets
from qa.news.quoted import has_single_marks_only, quoted

_PARAGRAPH = re.compile(
    r"[^\n]+(?:\n(?![^\S\n]{0,40}\n)[^\n]+)*"
)  # lines that follow one another: pasted text is often wrapped
_SPACE = re.compile(r"\s*(.*?)\s*", re.DOTALL)


def quotes_of(text: str) -> Iterator[Offsets]:
    """The outermost quotes, without their marks and the space inside them, in order; empty ones are left out."""
    single = has_single_marks_only(text)
    for paragraph in _PARAGRAPH.finditer(text):
        for each in quoted(text, *paragraph.span(), single=single):
            match = _SPACE.fullmatch(text, each.inner_start, each.inner_end)
            if match and match[1]:
                yield match.span(1)
