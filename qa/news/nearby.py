"""What the words around an expression of time say of it: the tense, another year, a quarter of a business."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from qa.news import periods
from qa.news.periods import Period
from qa.news.tense import Tense, sentence, tense

_BACK = 4000  # characters before an expression in which the quarter that it is compared with may stand
_YEAR = re.compile(r"(?<![$£€\d.,#-])\b(?:1[5-9]|20)\d\d\b(?![,.]\d|%|\s(?:people|percent|miles|dollars|feet)\b)")
_RECURRING = re.compile(
    r"\b(?:born|birthday|anniversary of|(?:every|each) (?:year|spring|summer|fall|autumn|winter)|annually|usually|"
    r"normally|always|typically|holiday)\b"
)
_BUSINESS = re.compile(
    r"\b(?:earnings|earned|profits?|revenues?|sales|net|income|loss(?:es)?|shares?|GDP|economy|growth|[bm]illion|"
    r"results|forecasts?|analysts?|company|investors)\b"
)
_SPORT = re.compile(r"\b(?:touchdowns?|yards?|rebounds|coach|quarterback|halftime|half-time|scor(?:ed|ing)|overtime)\b")
_QUARTER = re.compile(
    r"\b(?:(?P<fiscal>[Ff]iscal[- ])?(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)[- ]quarter\b"
    r"(?: (?:of |in )?(?P<year>(?:19|20)\d\d)\b)?|quarter,? end(?:ed|ing) (?P<ended>[A-Z][a-z]{2})"
    r"|(?P<other>months\b|(?:full|fiscal) year\b))"
)
_ENDED = re.compile(r",? end(?:ed|ing) (?P<month>[A-Z][a-z]{2})")
_FOLLOWS_MONTH = re.compile(
    r"(?:^|[^\w])(in|since|until|till|through|during|early|late|mid|last|next|this)[\s-]$", re.IGNORECASE
)
_FOLLOWS_SAFER_MONTH = re.compile(
    r"(?:^|[^\w])(by|from|for|to|before|after|between|the|and|around|a)\s$", re.IGNORECASE
)
_ALSO_A_NAME = ("May", "March", "April", "June", "August")


@dataclass(frozen=True, slots=True)
class Place:
    """An expression, `text[start:end]`, in an article of the day `published`."""

    text: str
    start: int
    end: int
    published: date

    @property
    def tense(self) -> Tense | None:
        """Past or future by the nearest verb."""
        return tense(self.text, self.start, self.end)

    @property
    def sentence(self) -> str:
        """The sentence around the expression, no longer than a few hundred characters."""
        left, right = sentence(self.text, self.start, self.end)
        return self.text[left:right]


def speaks_of_an_age(place: Place) -> bool:
    """Whether "today's" is no day: "today's world"."""
    words = place.text[place.end : place.end + 30]
    return (
        re.match(r"['’]s (?:\w+ )?(?:world|society|age|economy|standards|youth|children|technology|climate)\b", words)
        is not None
    )


def year_is_doubtful(place: Place) -> bool:
    """Whether the sentence names a year other than that of publication; a past one says nothing of what is to come."""
    years = {int(match.group()) for match in _YEAR.finditer(place.sentence)} - {place.published.year}
    if place.tense == "future":
        years = {each for each in years if each > place.published.year}
    return bool(years)


def is_recurring(place: Place) -> bool:
    """Whether the day comes back each year, or is one that everybody knows the year of."""
    return bool(_RECURRING.search(place.sentence)) or bool(
        re.match(
            r",? (?:\w+ )?(?:attacks?|terror|tragedy|hijack|riot|insurrection)", place.text[place.end : place.end + 30]
        )
    )


def is_month_name(place: Place, name: str) -> bool:
    """Whether the word is the month, and not a verb or a person's name."""
    if name.endswith("."):
        return False
    if place.text[place.start : place.start + 3] != name[:3]:  # "early March"
        return True
    before, after = place.text[max(0, place.start - 9) : place.start], place.text[place.end : place.end + 2]
    named = after[:1].isspace() and after[1:].isupper()
    if name not in _ALSO_A_NAME:
        return True
    if name == "May":
        known = _FOLLOWS_MONTH.search(before) or (before.endswith("by ") and place.tense == "future")
        return bool(known) and not named
    return not named and bool(_FOLLOWS_MONTH.search(before) or _FOLLOWS_SAFER_MONTH.search(before))


def is_business(place: Place) -> bool:
    """Whether the words around speak of a company's or a country's figures, and not of a game."""
    around = place.text[max(0, place.start - 200) : place.end + 200]
    return _BUSINESS.search(around) is not None and _SPORT.search(around) is None


def quarter(place: Place, number: int) -> Period | None:
    """The quarter of this or last year that a business article means; None for a fiscal or a doubtful one."""
    before = place.text[max(0, place.start - 8) : place.start + 8].lower()
    ended = _ENDED.match(place.text, place.end)
    if not is_business(place) or "fiscal" in before or (ended and ended["month"] != periods.MONTHS[3 * number - 1][:3]):
        return None
    period = _quarter_near(number, place.published, place.tense)
    told_of = place.tense == "past" and period is not None and period.last >= place.published
    return None if told_of else period  # results of a quarter that is not over are those of a fiscal one


def _quarter_near(number: int, published: date, tense: Tense | None) -> Period | None:
    now = (published.month + 2) // 3
    if number <= now:
        later = tense == "future" and number == 1 and now >= 3
        return periods.quarter(published.year + later, number)
    if tense == "future":
        return periods.quarter(published.year, number) if number - now < 3 else None
    return periods.quarter(published.year - 1, number) if number - now > 1 else None


def quarter_ended(place: Place) -> Period | None:
    """The quarter that "ended Sept. 30" after the expression names, if it is one of the calendar."""
    ended = _ENDED.match(place.text, place.end)
    return _ended_in(ended["month"], place.published) if ended else None


def _ended_in(month: str, published: date) -> Period | None:
    for number in (1, 2, 3, 4):
        if periods.MONTHS[3 * number - 1].startswith(month):
            period = periods.quarter(published.year, number)
            return period if period.last < published else periods.quarter(published.year - 1, number)
    return None


def last_quarter(place: Place, *, alone: bool = False) -> Period | None:
    """The completed quarter named last before the expression; if `alone`, None where a longer time was named since."""
    found: Period | None = None
    for match in _QUARTER.finditer(place.text, max(0, place.start - _BACK), place.start):
        named = _named_quarter(match, place)
        if (match["other"] and alone) or (named is not None and named.last < place.published):
            found = named
    return found


def _named_quarter(match: re.Match[str], place: Place) -> Period | None:
    if match["ended"]:
        return _ended_in(match["ended"], place.published)
    if match["fiscal"] or not match["ordinal"]:
        return None
    number = periods.ORDINALS.index(match["ordinal"].lower()) + 1
    if match["year"]:
        return periods.quarter(int(match["year"]), number)
    return quarter(Place(place.text, match.start(), match.end(), place.published), number)


def year_before(place: Place) -> Period | None:
    """One year before what is spoken of: the last quarter that was named, or the year outside business articles."""
    before = last_quarter(place, alone=place.text[place.start : place.end].split()[-1] != "quarter")
    if before is not None:
        return one_year_before(before)
    named = None if is_business(place) else year_named_before(place)
    return periods.year(named - 1) if named else None


def one_year_before(period: Period) -> Period:
    """The same quarter of the year before."""
    return periods.quarter(period.first.year - 1, (period.first.month + 2) // 3)


def year_named_before(place: Place) -> int | None:
    """The last year in figures in the sentence of the expression or the one before it."""
    left, _ = sentence(place.text, place.start, place.end)
    if left > 0:
        left, _ = sentence(place.text, left - 1, left - 1)
    years = [int(match.group()) for match in _YEAR.finditer(place.text, left, place.start)]
    return years[-1] if years else None
