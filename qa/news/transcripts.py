"""Transcripts: lines that begin with the name of who speaks, "ALED DUNMORE: We sent 140 lorries"."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from qa.datatypes import Offsets, Quotation
from qa.news.speaker_names import without_titles

_NAME = r"[A-ZÀ-Þ][\w’'.-]*(?: (?:[a-z]{2,3} )?[A-ZÀ-Þ][\w’'.-]*){0,4}"
_LABEL = re.compile(rf"(?P<name>{_NAME})(?: ?\((?P<aside>[^()\n]{{1,60}})\))?(?P<colon>:)[ \t]+(?=\S)")
_NOT_A_NAME = frozenset("note update correction photo image video source read related watch more editor".split())
_MIN_LABELS = 3  # labelled lines of two speakers, one of them twice or all in capitals, and a third of all lines


def transcript_quotations(text: str, lines: Sequence[Offsets]) -> dict[Offsets, Quotation | None]:
    """By line of a transcript the quotation that begins in it; empty where the text is none.

    A line without a label goes on with what was said before, if another label follows; it has None. The name is the one
    in brackets where the label is a role.
    """
    labels = {line: match for line in lines if (match := _label(text, line))}
    if not _is_transcript(labels.values(), len(lines)):
        return {}
    names = _names(labels.values())
    last = max(labels)
    found: dict[Offsets, Quotation | None] = {}
    first: Offsets | None = None  # the line that began the current quotation
    for line in lines:
        match = labels.get(line)
        if match is not None:
            first, words = line, (match.end(), line[1])
            found[line] = Quotation(
                match.span("name"), match.span("colon"), (words,), direct=True, name=names[match[0]]
            )
        elif first is not None and line < last and (begun := found[first]) is not None:
            found[first] = replace(begun, content=(*begun.content, line))
            found[line] = None
    return found


def _label(text: str, line: Offsets) -> re.Match[str] | None:
    match = _LABEL.match(text, *line)
    return None if match is None or match["name"].lower().split()[0] in _NOT_A_NAME else match


def _is_transcript(labels: Collection[re.Match[str]], lines: int) -> bool:
    speakers = [match["name"] for match in labels]
    if len(speakers) < _MIN_LABELS or 3 * len(speakers) < lines:
        return False
    return len(set(speakers)) > 1 and (len(set(speakers)) < len(speakers) or all(map(str.isupper, speakers)))


def _names(labels: Collection[re.Match[str]]) -> dict[str, str]:
    """By label the name: written small, without a title, and in full where only one other label ends with it."""
    plain = {match[0]: _plain(match["name"], match["aside"] or "") for match in labels}
    whole = set(plain.values())
    for label, name in plain.items():
        longer = [each for each in whole if each.endswith(f" {name}")]
        plain[label] = longer[0] if len(longer) == 1 else name
    return plain


def _plain(name: str, aside: str) -> str:
    if " " in aside and without_titles(aside) and aside[0].isupper():
        return without_titles(aside)
    name = name.title() if name.isupper() else name
    return without_titles(name) or name
