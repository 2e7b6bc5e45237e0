"""Publication dates as people and programs write them. Unknown, relative and ambiguous dates stay unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache

from qa.loaders.article import one_line

FIRST_YEAR, LAST_YEAR = 1000, 2199
MAX_CHARS = 120

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_FULL_MONTHS = "january february march april may june july august september october november december sept".split()

_YEAR_FIRST = r"\d{4}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{1,2}"
_YEAR_LAST = r"\d{1,2}(?:-\d{1,2}-|/\d{1,2}/|\.\d{1,2}\.)\d{4}"
_CJK = r"\d{4}\s?[年년]\s?\d{1,2}\s?[月월]\s?\d{1,2}\s?[日일]"
# Vowel signs of the scripts of India and Thailand are no letters to `\w`.
_MONTH = r"(?:[^\W\d_]{3,20}|[\u0900-\u0dff\u0e00-\u0e7f]{2,20})"
_ORDINAL = r"(?:st|nd|rd|th|er|º|\.)?"
_DAY_MONTH = rf"\d{{1,2}}{_ORDINAL}[\s-]*(?:of |de |d')?{_MONTH}\.?[\s,-]*(?:de )?\d{{4}}"
_MONTH_DAY = rf"{_MONTH}\.?\s*\d{{1,2}}{_ORDINAL},?\s+\d{{4}}"
_ANY_DATE = rf"(?:{_YEAR_FIRST}|{_YEAR_LAST}|{_CJK}|{_DAY_MONTH}|{_MONTH_DAY})(?!\d(?!\d?:\d\d))"
_UPDATED = (
    r"(?:(?:last |first )?(?:updated|modified)|aktualisiert|stand|mis à jour|actualizado|atualizado|aggiornato|"
    r"bijgewerkt|uppdaterad|aktualizacja)"
)
_PUBLISHED = (
    r"(?:(?:first |originally )?(?:published|posted|issued)|publication date|date|veröffentlicht|erschienen|publié|"
    r"publicado|pubblicato|gepubliceerd|publicerad|opublikowano|data publikacji|"
    r"опубликовано|дата|公開|配信|发布时间|發佈時間|입력|نشر في)"
)
_LABEL = rf"(?:{_UPDATED}|{_PUBLISHED})(?: (?:on|at|am|le|el|em|il|op))?\s*[:：]?\s*"
_OTHER_EVENT = r"(?:retrieved|accessed|saved|archived|born|died|since|until|founded|opened|closed|before|after|from)"
_WEEKDAY = rf"(?!{_OTHER_EVENT}\b)(?:[^\W\d_]{{3,12}}\.?,?\s+)?"
_ZONE = r"[\s(]*(?:(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?|Uhr|[A-Z]{2,5}|Z)?\)?(?:\s?г\.?)?"
_TIME = (
    r"(?:[,\s]*(?:at|um|à|alle|às|om|kl\.?|[-–|·•/T])?\s*(?:오전|오후|午前|午後|上午|下午)?\s?\d{1,2}\s?[:.h時时시]\s?\d{2}[分분]?(?::\d{2})?(?:[.,]\d+)?\s*"
    rf"(?:[ap]\.?m\.?)?{_ZONE})?"
)
_TIME_BEFORE = rf"(?:\d{{1,2}}[:.]\d{{2}}\s*(?:[ap]\.?m\.?)?{_ZONE}[,\s]+)?"
_WEEKDAY_AFTER = r"(?:,?\s+[^\W\d_]{3,12}day)?"
_LATER = rf"(?:\s*[|·•;,]?\s*{_UPDATED}\b.{{0,80}})?"
# 12 May 25; May 12, '25; 5/13/25: only where nothing else is on the line.
_SHORT_DATE = (
    r"(?:\d{1,2} [^\W\d_]{3,12}\.? ['’]?|[^\W\d_]{3,12}\.? \d{1,2}, ['’]?|\d{1,2}/\d{1,2}/|\d{1,2}\.\d{1,2}\.)\d{2}"
)

_DATE = re.compile(rf"(?<!\d){_ANY_DATE}", re.IGNORECASE)
_DATE_LINE = re.compile(
    rf"(?:{_LABEL})?{_TIME_BEFORE}{_WEEKDAY}(?P<date>{_ANY_DATE})\.?{_WEEKDAY_AFTER}{_ZONE}{_TIME}\.?{_LATER}",
    re.IGNORECASE,
)
_SHORT_LINE = re.compile(
    rf"(?:{_LABEL})?{_WEEKDAY}(?P<date>{_SHORT_DATE}){_TIME}\.?",
    re.IGNORECASE,
)
_UPDATE_LINE = re.compile(rf"\s*{_UPDATED}\b", re.IGNORECASE)
_DAY_FIRST = re.compile(
    r"veröffentlicht|erschienen|aktualisiert|stand|publi[ée]|mis à jour|publicado|actualizado|atualizado|pubblicato|"
    r"aggiornato|gepubliceerd|publicerad|opublikowano",
    re.IGNORECASE,
)
_NUMERIC_DAY = re.compile(r"\D{0,40}(\d{1,2})[/-](\d{1,2})[/-]\d{2}(?:\d{2})?(?!\d)")
_SAVING_LINE = re.compile(
    r"(?:date )?(?:retrieved|accessed|saved|downloaded|printed|clipped|captured|archived|exported|added|created|"
    r"last edited|abgerufen|gespeichert|consulté|consultado)(?: time| date)?(?: (?:on|at|am|le|el))?\s*:?\s*"
    r"(?P<day>.{4,80})",
    re.IGNORECASE,
)
# NORHAVEN, Aug. 24, 2025 (AP) — The council
_DATELINE = re.compile(
    rf"[^\W\d_a-z][^\n(]{{1,60}}?,\s+(?P<date>{_DAY_MONTH}|{_MONTH_DAY})\s*(?:[(/][^()/\n]{{2,30}}[)/]\s*)?(?:[—–|-]|--)\s"
)
# Mon, 12 May 25 08:30:00 +0100
_SHORT_YEAR = re.compile(r"(?:[a-z]{3},\s*)?(\d{1,2}) ([a-z]{3}) (\d{2})(?:\s+\d{1,2}:\d{2}.{0,20})?", re.IGNORECASE)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?\d{4,6}Z?)?")
_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_LONG_YEAR = re.compile(r"\d{4}")
_NUMBERS = re.compile(r"\d+")
_WORDS = re.compile(r"[^\W\d_]+")


def parse_date(value: object, *, month_first: bool | None = None) -> date | None:
    """The calendar day that `value` names, as written there (zones are not converted), or `None`.

    Takes dates, epoch seconds or milliseconds, and strings. Day and month in an order that cannot be known
    (03/04/2022) give `None`, unless `month_first` tells it: no date is better than a wrong one.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _of_epoch(float(value))
    if not isinstance(value, str) or len(value) > MAX_CHARS:
        return None
    text = one_line(value)
    if (match := _COMPACT.fullmatch(text)) and (day := _day(*map(int, match.groups()))):
        return day
    if _EPOCH.fullmatch(text):
        return _of_epoch(float(text))
    if (match := _SHORT_YEAR.fullmatch(text)) and match.group(2).lower() in _MONTHS:
        year = int(match.group(3))
        century = 2000 if year < 69 else 1900  # as POSIX and RFC 2822 have it
        return _day(century + year, _MONTHS.index(match.group(2).lower()) + 1, int(match.group(1)))
    match = _DATE.search(text)
    return _of_words(match.group(), month_first) if match else None


def is_day(line: str) -> bool:
    """Whether a line holds nothing but a date, be it one whose day and month could be either."""
    return _day_line(line) is not None


def date_of_line(line: str, *, month_first: bool | None = None) -> date | None:
    """The date of a line that holds nothing but a date (weekday, time and "Published:" apart)."""
    match = _day_line(line)
    if match is None:
        return None
    if month_first is None and _DAY_FIRST.match(line.strip()):
        month_first = False
    return _of_words(_long_year(match["date"]), month_first)


def _day_line(line: str) -> re.Match[str] | None:
    text = line.strip()
    if len(line) > MAX_CHARS or not any(map(str.isdigit, text)):
        return None
    match = _DATE_LINE.fullmatch(text) or _SHORT_LINE.fullmatch(text)
    return match if match and _is_written_day(match["date"]) else None


def _is_written_day(text: str) -> bool:
    """Whether words and numbers of a date with a short year name a month, which a house or a score does not."""
    words = [word.lower() for word in _WORDS.findall(text)]
    return bool(_LONG_YEAR.search(text)) or not words or any(word in _MONTHS or word in _FULL_MONTHS for word in words)


def _long_year(text: str) -> str:
    """A date with its year in four digits, as POSIX and RFC 2822 have those of two."""
    if _LONG_YEAR.search(text):
        return text
    head, year = text[:-2].rstrip("'’"), int(text[-2:])
    return f"{head}{2000 + year if year < 69 else 1900 + year}"


def order_of_lines(lines: Iterable[str]) -> bool | None:
    """Whether the month comes first in the days of a head, where one of them tells; else `None`."""
    found = (match for line in lines if is_day(line) and (match := _NUMERIC_DAY.match(line)))
    return order_of((int(match[1]), int(match[2])) for match in found)


def order_of(pairs: Iterable[tuple[int, int]]) -> bool | None:
    """Whether the month is the first number of dates that belong together; `None` where they do not tell."""
    day_first = month_first = False
    for first, second in pairs:
        day_first, month_first = day_first or first > 12, month_first or second > 12
    return month_first if day_first != month_first else None


def is_update(line: str) -> bool:
    """Whether the date in a line is that of a later change."""
    return bool(_UPDATE_LINE.match(line))


def is_saving_day(line: str) -> bool:
    """Whether a line tells only when the article was saved, printed or looked up."""
    match = _SAVING_LINE.fullmatch(line.strip()) if len(line) <= MAX_CHARS else None
    return match is not None and date_of_line(match["day"]) is not None


def date_of_dateline(text: str) -> date | None:
    """The date between the place and the dash with which an agency's text begins."""
    match = _DATELINE.match(text[:MAX_CHARS])
    return _of_words(match.group("date")) if match else None


def _of_epoch(seconds: float) -> date | None:
    """Seconds since 1970, or milliseconds where seconds would lie far in the future; from 1973 on."""
    seconds = seconds / 1000 if seconds > 1e11 else seconds
    return datetime.fromtimestamp(seconds, UTC).date() if 1e8 < seconds < 5e9 else None


def _of_words(text: str, month_first: bool | None = None) -> date | None:
    numbers = [int(number) for number in _NUMBERS.findall(text)]
    words = [word.lower() for word in _WORDS.findall(text)]
    if len(numbers) == 3:
        if numbers[0] > 31:
            return _day(*numbers)
        first, second, year = numbers
        if first <= 12 and second <= 12 and first != second and "." not in text:
            if month_first is None:
                return None
            return _day(year, first, second) if month_first else _day(year, second, first)
        return _day(year, second, first) if first > 12 or "." in text else _day(year, first, second)
    for word in words:
        if word in _MONTHS or word in _FULL_MONTHS:
            return _day(numbers[1], _MONTHS.index(word[:3]) + 1, numbers[0])
    return _of_foreign_words(text)


@lru_cache(maxsize=4096)
def _of_foreign_words(text: str) -> date | None:
    """Month names of other languages; only complete, absolute dates count."""
    import dateparser

    found = dateparser.parse(text, settings={"STRICT_PARSING": True, "REQUIRE_PARTS": ["day", "month", "year"]})
    return _day(found.year, found.month, found.day) if found else None


def _day(year: int, month: int, day: int) -> date | None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
