"""Raised and lowered text in a plain line: note marks go, powers stay as ², fractions as ½ or 2 1/2."""

from __future__ import annotations

import re
import unicodedata

CONTENT_CHARS = 300  # more between the tags is no mark, power or fraction
CONTEXT_CHARS = 60

# An element that is raised or lowered by its name, by its style, or because it is the link to a note.
_OPEN = re.compile(
    r"<(?:(?P<kind>su[pb])(?:\s[^<>]{0,500})?|(?P<styled>span|small|font|i|em|b|strong)\s[^<>]{0,300}?"
    r"vertical-align:\s{0,3}(?P<look>su(?:per|b))\b[^<>]{0,300}|(?P<link>a|span)\s[^<>]{0,300}?(?:noteref|note-?ref\b|"
    r"""note-(?:reference|anchor|link)\b|href=["'][^"'#<>]{0,200}#(?:_?(?:fn|ftn|edn|footnote|endnote|cite|note)[\w:.-]{0,30}\d))"""
    r"[^<>]{0,300})>",
    re.IGNORECASE,
)
_MAY_OPEN = re.compile("<su[pb]|vertical-align|note|#_?fn|#_?ftn|#_?edn|#cite", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]{0,500}>")
_FRACTION = re.compile(
    r"<sup(?:\s[^<>]{0,200})?>\s{0,9}(\d{1,3})\s{0,9}</sup>\s{0,9}(?:/|⁄|&frasl;|&#8260;)\s{0,9}"
    r"<sub(?:\s[^<>]{0,200})?>\s{0,9}(\d{1,3})\s{0,9}</sub>",
    re.IGNORECASE,
)
_HIGH = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_LOW = str.maketrans("0123456789+-−–", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
_POWER = re.compile(r"[+\-−–]?\d{1,3}")
_NOTE = re.compile(r"\[[^\[\]]{0,60}\]|\(\w{1,3}\)|[\d\s,;–-]+|[*†‡§¶#]+|[a-z]")
_ORDINAL = re.compile(r"(?<![\d.,£$€¥])\d{1,2}$|\b[IVXLC]{1,6}$|\b[nN]$")  # before a raised e, a or o
# What is raised to a power: a unit of measurement, one letter alone, a bracket, or ten in a product.
_BASE = re.compile(
    r"(?:(?<![^\W_])(?:[mckdµ]?m|ft|feet|in|inch|inches|yd|yards?|mi|miles?|met(?:re|er)s?|kilomet(?:re|er)s?|sec?|"
    r"kg|[a-zA-Z]|mc)|\)|(?:[×x·*]\s?|(?<![\d.,£$€¥]))10)$"
)
# Marks of notes that are characters: raised figures behind words and numbers that cannot be powers, daggers, [1].
_RAISED_FIGURES = "(?:[⁰¹²³⁴-⁹]|&sup[123];)"
_MARK_CHARACTERS = re.compile(
    rf"(?:(?<=[£$€¥]\d)|(?<=[£$€¥]\d\d)|(?<=[£$€¥]\d\d\d)|(?<=\d\d\d\d)|(?<=[a-zß-ÿ][.,;:!?])|"
    rf"(?<=[.,;:!?][”\"’»]))(?<!\d[.,]){_RAISED_FIGURES}{{1,3}}(?![\w⁰-⁹])|(?<=\d)(?:¹|&sup1;)(?![\w⁰-⁹])|"
    r"(?<=[\w.,;:!?”\"’»)%])(?:[†‡]{1,2}|\[(?:\d{1,3}|citation needed|(?:note|nb) \d{1,2})\])(?!\()"
)
_MAY_BE_MARKED = re.compile(r"[⁰¹²³⁴-⁹†‡]|&sup[123];|\[(?:\d|citation|note|nb)")
_RAISED_BEHIND_WORD = re.compile(rf"\b([^\W\d_]{{3,40}}){_RAISED_FIGURES}{{1,3}}(?![\w⁰-⁹])")
_VULGAR = {
    unicodedata.normalize("NFKC", sign).replace("\u2044", "/"): sign for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
}  # fmt: skip


def level_text(markup: str) -> str:
    """`markup` without its `<sup>` and `<sub>` elements; all other markup stays as it is.

    A number that was only a note mark must never become the last digits of the number before it.
    """
    if not _MAY_OPEN.search(markup):
        return without_mark_characters(markup)
    markup = _FRACTION.sub(_fraction, markup)
    parts: list[str] = []
    end = 0
    while match := _OPEN.search(markup, end):
        parts.append(markup[end : match.start()])
        name = match["kind"] or match["styled"] or match["link"]
        closing = f"</{name.lower()}>"
        close = markup[match.end() : match.end() + CONTENT_CHARS].lower().find(closing)
        end = match.end()
        if close < 0:
            parts.append("" if match["kind"] else match.group())
            continue
        content = markup[end : end + close]
        kind = "sub" if (match["kind"] or match["look"] or "").lower() == "sub" else "sup"
        before = "".join(parts[-3:])[-CONTEXT_CHARS * 4 :]
        levelled = (
            content if match["link"] and before[-1:].isspace() and content.isdigit() else _level(kind, content, before)
        )
        end += close + len(closing)
        unchanged = levelled == content and not match["kind"]
        parts.append(match.group() + content + closing if unchanged else levelled)
    return without_mark_characters("".join(parts) + markup[end:])


def without_mark_characters(text: str) -> str:
    """`text` without marks of notes that are characters: ¹ behind a word or a number that cannot be a base, †, [1]."""
    if not _MAY_BE_MARKED.search(text):
        return text
    return _RAISED_BEHIND_WORD.sub(_word, _MARK_CHARACTERS.sub("", text))


def _word(match: re.Match[str]) -> str:
    return match.group() if _BASE.search(match.group(1)) else match.group(1)


def level_runs(runs: str) -> str:
    """`level_text` of the runs of an office document, which cut one raised number into several elements."""
    return level_text(runs.replace("</sup><sup>", "").replace("</sub><sub>", ""))


def _fraction(match: re.Match[str]) -> str:
    written = f"{match.group(1)}/{match.group(2)}"
    before = match.string[max(0, match.start() - 1) : match.start()]
    return _VULGAR.get(written, f" {written}" if before.isdigit() else written)


def _level(kind: str, content: str, before: str) -> str:
    """What stands in the line for raised (`sup`) or lowered (`sub`) content behind the text `before`."""
    text = _TAG.sub("", content).strip()
    plain = _TAG.sub("", before)
    if kind == "sub":
        lowered = _POWER.fullmatch(text) and plain[-1:].isdigit()
        return text.translate(_LOW) if lowered else content
    if "<a" in content.lower() and not text.isalpha():
        return ""
    if _POWER.fullmatch(text) and (_BASE.search(plain) or not text.isdigit()):
        return text.translate(_HIGH)
    if text in ("e", "a", "o") and _ORDINAL.search(plain):
        return content
    return "" if _NOTE.fullmatch(text) and plain.strip() else content
