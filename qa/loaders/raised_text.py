"""Raised and lowered text in a plain line: note marks go, powers stay as ², fractions as ½ or 2 1/2."""

from __future__ import annotations

import re
import unicodedata

CONTENT_CHARS = 300  # more between the tags is no mark, power or fraction
CONTEXT_CHARS = 60

_OPEN = re.compile(r"<(su[pb])(?:\s[^<>]{0,500})?>", re.IGNORECASE)
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
# What is raised to a power: a unit of measurement, one letter alone, a bracket, or ten in a product.
_BASE = re.compile(
    r"(?:(?<![^\W_])(?:[mckdµ]?m|ft|feet|in|inch|inches|yd|yards?|mi|miles?|met(?:re|er)s?|kilomet(?:re|er)s?|sec?|"
    r"kg|[a-zA-Z]|mc)|\)|(?:[×x·*]\s?|(?<![\d.,£$€¥]))10)$"
)
_VULGAR = {
    unicodedata.normalize("NFKC", sign).replace("\u2044", "/"): sign for sign in "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
}  # fmt: skip


def level_text(markup: str) -> str:
    """`markup` without its `<sup>` and `<sub>` elements; all other markup stays as it is.

    A number that was only a note mark must never become the last digits of the number before it.
    """
    if "<su" not in markup and "<SU" not in markup:
        return markup
    markup = _FRACTION.sub(_fraction, markup)
    parts: list[str] = []
    end = 0
    while match := _OPEN.search(markup, end):
        parts.append(markup[end : match.start()])
        kind = match.group(1).lower()
        close = markup[match.end() : match.end() + CONTENT_CHARS].lower().find(f"</{kind}>")
        end = match.end()
        if close < 0:
            continue
        content = markup[end : end + close]
        parts.append(_level(kind, content, "".join(parts[-3:])[-CONTEXT_CHARS * 4 :]))
        end += close + len("</sup>")
    return "".join(parts) + markup[end:]


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
    return "" if _NOTE.fullmatch(text) and plain.strip() else content
