"""Markdown, whole or stray, to lines of plain text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from qa.loaders.article import one_line
from qa.loaders.raised_text import level_text, without_mark_characters

if TYPE_CHECKING:
    from markdown_it.token import Token

WIDEST_WRAP, NARROWEST_WRAP = 100, 45
LONGEST_BLOCK = 50_000  # characters without a blank line; the Markdown parser takes quadratic time over a block

_IMAGE = re.compile(r"!\[[^\[\]]*\]\([^()\s]*(?:\s+\"[^\"]*\")?\)")
_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:[^()\s]|\([^()\s]*\))*)(?:\s+\"[^\"]*\")?\)")
_AUTOLINK = re.compile(r"<(https?://[^<>\s]+)>", re.IGNORECASE)
_ADDRESS = re.compile(r"<?https?://\S+", re.IGNORECASE)
_STRONG = re.compile(r"\*\*(\S(?:[^*]*\S)?)\*\*|(?<!\w)__(\S(?:[^_]*\S)?)__(?!\w)")
_EMPHASIS = re.compile(r"(?<![\w*])\*(\S(?:[^*]*[^\s*])?)\*(?![\w*])|(?<!\w)_(\S(?:[^_]*[^\s_])?)_(?!\w)")
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_QUOTED = re.compile(r"(?:>\s?)+")
_RULE = re.compile(r"(?:[-*_=~] ?){3,}")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!>~|-])")
_TAG = re.compile(r"<!--(?:(?!<!--).)*?-->|</?[a-zA-Z][^<>]*>", re.DOTALL)
_NOTE_TEXT = re.compile(r"^ {0,3}\[\^[\w-]{1,40}\]:[ \t]*", re.MULTILINE)
_EMBED = re.compile(r"!\[\[[^\[\]\n]{1,300}\]\]")
_LINK_TO_NOTE = re.compile(r"\[\[([^\[\]|\n]{1,300})(?:\|([^\[\]|\n]{1,300}))?\]\](?!\()")
_CALLOUT = re.compile(r"^(> ?)\[![\w-]{2,20}\][+-]?[ \t]*", re.MULTILINE)
_COMMENT = re.compile(r"%%[^%]{0,5000}%%")
_MARKED = re.compile(r"(?<![=\w])==(?=\S)([^=\n]{1,1000}?)(?<=\S)==(?![=\w])")
_TAG_LINE = re.compile(r"^(?:#[^\W\d][\w/-]{0,60}[ \t]*)+$", re.MULTILINE)
_NOTE_MARK = re.compile(r"\[\^[\w-]{1,40}\]")
_NOTE_LINK = re.compile(r"\[(?:\\?\[)?\d{1,3}(?:\\?\])?\]\([^()\s]{0,300}#[^()\s]{1,100}\)|\\\[(\d{1,3})\\\]")
_RAISED = re.compile(r"(?<=\w)\^([-−]?\d{1,3})\^")
_LOWERED = re.compile(r"(?<=[A-Za-z])~(\d{1,3})~")
_LIST_ITEM = re.compile(r"(?:[-*•–+]|\d{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of plain text and what its markup said. `gap`: a blank line stands before it."""

    text: str
    gap: bool = True
    link: str | None = None  # where it leads, when the whole line is one link
    heading: bool = False
    linked: bool = False  # a link is somewhere in it
    pages: tuple[tuple[int, int], ...] = ()  # of a PDF: the page on which it begins, at 0, and those that begin in it

    @property
    def is_address(self) -> bool:
        """Whether the line is a bare web address."""
        return bool(_ADDRESS.fullmatch(self.text))


def table_row(cells: Iterable[str], *, gap: bool = True) -> Line:
    """A row of a table as a line: `qa.answering.tables` finds its cells again."""
    return Line(", ".join(filter(None, cells)), gap=gap)


def lines_of_text(text: str) -> list[Line]:
    """Plain text with stray Markdown; hard line breaks inside paragraphs are undone."""
    lines: list[Line] = []
    gap = True
    for raw in unwrapped(text.split("\n")):
        line = plain_line(raw, gap=gap)
        gap = gap and not line.text if raw.strip() else True
        if line.text:
            lines.append(line)
    return lines


def plain_line(raw: str, *, gap: bool = True) -> Line:
    """One line without its Markdown."""
    text = _QUOTED.sub("", raw.strip(), count=1) if raw.lstrip().startswith(">") else raw.strip()
    heading = _HEADING.fullmatch(text)
    text = heading.group(1) if heading else text
    if _RULE.fullmatch(text):
        return Line("", gap)
    text = without_mark_characters(_IMAGE.sub("", text))
    linked = _LINK.search(text)
    whole = _LINK.fullmatch(text.strip("*_ "))
    text = _AUTOLINK.sub(r"\1", _LINK.sub(r"\1", text))
    text = _EMPHASIS.sub(_inner, _STRONG.sub(_inner, text))
    text = one_line(_ESCAPED.sub(r"\1", text))
    return Line(text, gap, whole.group(2) if whole else None, bool(heading), bool(linked))


def _inner(match: re.Match[str]) -> str:
    return match.group(1) or match.group(2)


def unwrapped(lines: list[str]) -> list[str]:
    """Lines of a hard-wrapped text joined again: those that end where the next word did not fit any more."""
    lines = [line.rstrip() for line in lines]
    width = max((len(line) for line in lines if not _ADDRESS.search(line)), default=0)
    if not NARROWEST_WRAP <= width <= WIDEST_WRAP:
        return lines
    joined: list[str] = []
    previous = ""
    for line in lines:
        if line and previous and _runs_on(previous, line, width):
            joined[-1] += ("" if joined[-1].endswith("-") and joined[-1][-2:-1].isalpha() else " ") + line.lstrip()
        else:
            joined.append(line)
        previous = line
    return joined


def _runs_on(line: str, following: str, width: int) -> bool:
    """Whether `following` continues the paragraph of `line` in a text wrapped at `width`."""
    if _LIST_ITEM.match(following.lstrip()) or following.lstrip().startswith((">", "#")):
        return False
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) > width


def lines_of_markdown(text: str) -> list[Line]:
    """A Markdown document: one line a paragraph, heading, list item or table row."""
    from markdown_it import MarkdownIt

    text = without_note_marks(text)
    if max(map(len, text.split("\n\n"))) > LONGEST_BLOCK:
        return lines_of_text(text)
    source = text.split("\n")
    lines: list[Line] = []
    cells: list[str] = []
    opened, start = "", 0  # the innermost block, and the source line where it begins
    for token in MarkdownIt("commonmark").enable("table").parse(text):
        if token.type.endswith("_open"):
            opened, start = token.type, token.map[0] if token.map else start
        if token.type == "inline" and opened in ("th_open", "td_open"):
            cells.append(_inline(token).text)
        elif token.type in ("inline", "tr_close"):
            line = _inline(token) if token.type == "inline" else table_row(cells)
            gap = token.level < 2 or start == 0 or not source[start - 1].strip("> \t")
            lines += [replace(line, gap=gap, heading=opened == "heading_open")] if line.text else []
            cells = []
        elif token.type in ("fence", "code_block", "html_block"):
            lines += lines_of_text(_TAG.sub("", token.content))
    return lines


def without_note_marks(text: str) -> str:
    """Markdown without its marks of footnotes, whose texts stay, and with raised text on the line."""
    text = _NOTE_MARK.sub("", _NOTE_TEXT.sub("", _without_note_syntax(text)))
    text = _NOTE_LINK.sub(_note, text)
    return level_text(_LOWERED.sub(r"\1", _RAISED.sub(r"<sup>\1</sup>", text)))


def _note(match: re.Match[str]) -> str:
    return f"[{match.group(1)}]" if match.group(1) else ""


def _without_note_syntax(text: str) -> str:
    """Markdown without what Obsidian adds to it: embeds, comments and tags go, links and marked text keep words."""
    if "[[" in text:
        text = _LINK_TO_NOTE.sub(lambda match: match.group(2) or match.group(1), _EMBED.sub("", text))
    if "[!" in text:
        text = _CALLOUT.sub(r"\1", text)
    text = _COMMENT.sub("", text) if "%%" in text else text
    return _TAG_LINE.sub("", _MARKED.sub(r"\1", text) if "==" in text else text)


def _inline(token: Token) -> Line:
    """The text of a block without its markup, and whether all of it is one link."""
    parts: list[str] = []
    outside: list[str] = []
    link: str | None = None
    inside = False
    for child in token.children or []:
        if child.type in ("link_open", "link_close"):
            inside = child.type == "link_open"
            link = link or str(child.attrGet("href") or "#") if inside else link
        piece = child.content if child.type in ("text", "code_inline") else " " if "break" in child.type else ""
        parts.append(piece)
        outside.append("" if inside else piece)
    whole = link if link and not "".join(outside).strip() else None
    return Line(one_line("".join(parts)), link=whole, linked=link is not None)
