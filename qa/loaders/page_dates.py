"""A numeric date whose day and month could be either: the language, then the other dates around it decide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from itertools import islice

from qa.loaders.article import one_line
from qa.loaders.dates import date_of_line, is_update, order_of

MAX_DATES = 500  # of a page that are looked at

_NUMERIC = re.compile(r"(?<![\d./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/-])")
_MONTH_FIRST_REGIONS = ("en-us", "en-ph", "es-us", "en-um", "en-pr")
_MIXED_REGIONS = ("en-ca", "en-za")
BESIDE_CHARS = 3000  # of markup below the title in which its date is looked for
PIECES = 12
RUNNING_TEXT = 120  # characters of a piece: there the article begins

_HEADING = re.compile(r"<h[12][^<>]{0,500}>(.{1,1000}?)</h[12]>", re.IGNORECASE | re.DOTALL)
_MARKUP = re.compile(r"<(?:script|style)\b[^<]{0,2000}</(?:script|style)>|<[^<>]{0,1000}>", re.IGNORECASE)
_STATED = re.compile(
    r"""published_time|datePublished|dc\.date|dcterms\.(?:date|created|issued)|parsely-pub-date|sailthru\.date|"""
    r"""name=["'](?:date|pubdate|publish[-_]?date|publication[-_]?date)["']""",
    re.IGNORECASE,
)
_LOCALE = re.compile(
    r"""og:locale["'][^<>]{0,50}content=["']([A-Za-z]{2}[_-][A-Za-z]{2})|"""
    r"""content=["']([A-Za-z]{2}[_-][A-Za-z]{2})["'][^<>]{0,50}og:locale["']""",
    re.IGNORECASE,
)
_DAY_FIRST_HOSTS = frozenset("uk ie au nz in za ng ke gh sg my".split())
_MONTH_FIRST_HOSTS = frozenset("us gov mil edu".split())
_NAMES = "jan feb mar apr may jun jul aug sep oct nov dec".split()


def states_date(html: str) -> bool:
    """Whether the page says for machines on which day its article was published."""
    return _STATED.search(html) is not None


def date_beside_title(html: str, title: str, *, month_first: bool | None = None) -> date | None:
    """The day in a line of its own between the headline that is `title` and the running text.

    One that is only said to be that of an update counts where there is no other.
    """
    updated: date | None = None
    for piece in _beside(html, title):
        if not (found := date_of_line(piece, month_first=month_first)):
            continue
        if not is_update(piece):
            return found
        updated = updated or found
    return updated


def _beside(html: str, title: str) -> Iterator[str]:
    """The pieces of text below the headline, up to the running text."""
    wanted = _letters(title)
    for heading in islice(_HEADING.finditer(html), 50):
        if not wanted or _letters(unescape(_MARKUP.sub("", heading.group(1)))) != wanted:
            continue
        pieces = map(one_line, map(unescape, _MARKUP.split(html[heading.end() :][:BESIDE_CHARS])))
        for piece in islice(filter(None, pieces), PIECES):
            if len(piece) >= RUNNING_TEXT:
                return
            yield piece
        return


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def language_of_dates(language: str, html: str, host: str) -> str:
    """The language of the page with its region: as it is declared, else by `og:locale`, else by the end of its host."""
    if "-" in language.replace("_", "-") or language.lower() not in ("", "en"):
        return language
    if locale := _LOCALE.search(html[:50_000]):
        return locale.group(1) or locale.group(2)
    end = host.rpartition(".")[2].lower()
    return "en-GB" if end in _DAY_FIRST_HOSTS else "en-US" if end in _MONTH_FIRST_HOSTS else language


def certain_date(found: date | None, html: str, language: str) -> date | None:
    """`found`, with day and month as the page means them, or `None` where that cannot be known.

    `language` is that of the page, "" where it says none; only dates that it writes as 3/4/2025 are in question.
    """
    if found is None or found.day > 12 or found.day == found.month or _is_spelled_out(found, html):
        return found
    numbers = {found.day, found.month}
    written = [match.groups() for match in islice(_NUMERIC.finditer(html), MAX_DATES)]
    asked = [row for row in written if int(row[3]) % 100 == found.year % 100 and {int(row[0]), int(row[2])} == numbers]
    if not asked:
        return found
    month_first = _month_first(asked[0][1], written, language)
    if month_first is None:
        return None
    first, second = int(asked[0][0]), int(asked[0][2])
    month, day = (first, second) if month_first else (second, first)
    return date(found.year, month, day)


def _month_first(separator: str, written: list[tuple[str, ...]], language: str) -> bool | None:
    """Whether 3/4/2025 is in March; `None` where the page does not tell."""
    if separator == ".":
        return False
    told = month_first_in(language)
    return order_of((int(first), int(second)) for first, _, second, _ in written) if told is None else told


def month_first_in(language: str) -> bool | None:
    """Whether 3/4/2025 is in March in a language as `en-us`; `None` where that is not known."""
    language = language.lower().replace("_", "-")
    if language.startswith(_MONTH_FIRST_REGIONS):
        return True
    return None if language in ("", "en") or language.startswith(_MIXED_REGIONS) else False


def _is_spelled_out(found: date, html: str) -> bool:
    """Whether the page also writes this very day so that it cannot be mistaken."""
    if any(f"{found.year}{mark}{found.month:02}{mark}{found.day:02}" in html for mark in "-/."):
        return True
    name = _NAMES[found.month - 1]
    month, day = rf"{name}[a-z]{{0,6}}\.?", rf"0?{found.day}"
    words = rf"\b(?:{month}\s{{1,3}}{day}|{day}\.?\s{{1,3}}{month}),?\s{{1,3}}{found.year}"
    return re.search(words, html, re.IGNORECASE) is not None
