"""RTF: its text without groups that hold fonts, styles, pictures and other data."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from qa.datatypes import Article
from qa.loaders.document import Document
from qa.loaders.raised_text import level_runs
from qa.loaders.text import articles_of_text

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n]+|([^\\{}\r\n]+)|\\"
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict object header headerl headerr headerf footer footerl footerr footerf "
    b"footnote themedata colorschememapping datastore latentstyles listtable listoverridetable rsidtbl generator "
    b"fldinst bkmkstart bkmkend xmlnstbl nonshppict annotation".split()
)
_SIGNS = {
    b"par": "\n\n", b"sect": "\n\n", b"page": "\n\n", b"line": "\n", b"row": "\n", b"cell": ", ", b"tab": " ",
    b"emdash": "—", b"endash": "–", b"lquote": "‘", b"rquote": "’", b"ldblquote": "“", b"rdblquote": "”",
    b"bullet": "•",
}  # fmt: skip
_LEVELS = {b"super": "sup", b"sub": "sub", b"up": "sup", b"dn": "sub", b"nosupersub": ""}


@dataclass(slots=True)
class _Group:
    """What holds inside of one pair of braces."""

    skipped: bool = False
    fallback: int = 1  # characters that follow each \\u for readers that do not know it
    hidden: bool = False
    level: str = ""  # `sup` or `sub`


def read_rtf(document: Document) -> Iterator[Article]:
    """The article of an RTF document, or all of an export of a news archive."""
    yield from articles_of_text(level_runs("".join(_pieces(document.data))), document, markdown=False)


def _pieces(data: bytes) -> Iterator[str]:
    groups = [_Group()]
    page = re.search(rb"\\ansicpg(\d{3,5})", data[:1000])
    encoding = _codec(f"cp{page.group(1).decode()}" if page else "cp1252")
    left_out = 0  # characters of a fallback that are still to come
    for match in _TOKEN.finditer(data):
        word, number, code, sign, brace, text = match.groups()
        group = groups[-1]
        if brace == b"{":
            groups.append(replace(group))
        elif brace == b"}":
            groups = groups[:-1] or [_Group()]
        elif word:
            _switch(group, word, number)
            if word == b"u" and number and not (group.skipped or group.hidden):
                yield chr(int(number) % 0x10000)
                left_out = group.fallback
            elif word in _SIGNS and not group.skipped:
                yield _SIGNS[word]
        elif sign == b"*":
            group.skipped = True
        elif not group.skipped and not group.hidden:
            shown = bytes.fromhex(code.decode()) if code else text or _literal(sign)
            piece = shown[left_out:].decode(encoding, errors="replace")
            yield f"<{group.level}>{piece}</{group.level}>" if group.level and piece.strip() else piece
            left_out = max(0, left_out - len(shown))


def _switch(group: _Group, word: bytes, number: bytes | None) -> None:
    if word in _SKIPPED:
        group.skipped = True
    elif word == b"uc" and number:
        group.fallback = max(0, int(number))
    elif word in (b"v", b"strike", b"deleted"):
        group.hidden = number != b"0"
    elif word in _LEVELS:
        group.level = _LEVELS[word] if number != b"0" else ""
    elif word == b"plain":
        group.hidden, group.level = False, ""


def _literal(sign: bytes | None) -> bytes:
    return {b"~": b" ", b"_": b"-"}.get(sign or b"", sign if sign in (b"\\", b"{", b"}") else b"") or b""


def _codec(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        return "cp1252"
