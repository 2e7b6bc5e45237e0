"""The unit that a question asks for: of "19.8 °C (67.6 °F)" the one that is wanted. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from qa.datatypes import Offsets

NEAR = 40  # characters between a quantity and the same one in another unit
AROUND = 20  # characters around words in which the rest of their quantity may stand

_DIGITS = r"\d{1,15}(?:[.,]\d{1,9}){0,6}(?:\s?(?:hundred|thousand|million|billion|trillion|mn|bn|m|k)\b)?"
_NUMBER = rf"(?<![\d.,]){_DIGITS}"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of a dimension: `asked` are its words in a question, `written` is how a quantity of it looks."""

    name: str
    dimension: str
    asked: str
    written: str


def _after(symbols: str) -> str:
    """A number before the sign or word of its unit."""
    return rf"(?:{_NUMBER}|\b(?:one|two|three|four|five|six|seven|eight|nine|ten)\b)[\s-]?(?:{symbols})(?!\w)"


def _money(sign: str, names: str) -> str:
    return rf"(?:{sign})\s?{_DIGITS}|{_NUMBER}\s(?:{names})\b"


UNITS = tuple(
    Unit(name, dimension, asked, written)
    for name, dimension, asked, written in (
        ("Fahrenheit", "temperature", r"fahrenheit|°\s?f", _after(r"°\s?F|degrees? Fahrenheit|Fahrenheit")),
        ("Celsius", "temperature", r"celsius|centigrade|°\s?c", _after(r"°\s?C|degrees? Celsius|Celsius")),
        ("feet", "length", r"feet|foot|ft", _after(r"ft|feet|foot")),
        ("metres", "length", r"met(?:re|er)s?", _after(r"m|met(?:re|er)s?")),
        ("inches", "length", r"inch(?:es)?", _after(r"inch(?:es)?|in|″")),
        ("centimetres", "length", r"centimet(?:re|er)s?|cm", _after(r"cm|centimet(?:re|er)s?")),
        ("millimetres", "length", r"millimet(?:re|er)s?|mm", _after(r"mm|millimet(?:re|er)s?")),
        ("miles per hour", "speed", r"miles (?:per|an) hour|mph", _after(r"mph|miles (?:per|an) hour")),
        (
            "kilometres per hour",
            "speed",
            r"kilomet(?:re|er)s (?:per|an) hour|km/h|kph",
            _after(r"km/h|kph|kmh|kilomet(?:re|er)s (?:per|an) hour"),
        ),
        ("miles", "length", r"miles?(?! (?:per|an) hour)", _after(r"miles?(?! (?:per|an) hour)|mi")),
        ("kilometres", "length", r"kilomet(?:re|er)s?(?! (?:per|an) hour)|km", _after(r"km(?!/h)|kilomet(?:re|er)s?")),
        ("kilograms", "weight", r"kilos?|kilogram(?:me)?s?|kg", _after(r"kg|kilos?|kilogram(?:me)?s?")),
        ("acres", "area", r"acres?", _after(r"acres?")),
        ("hectares", "area", r"hectares?|ha", _after(r"ha|hectares?")),
        ("dollars", "money", r"(?:us |u\.s\. )?dollars?|usd", _money(r"(?:US|C|A)?\$", r"(?:US )?dollars?")),
        ("euros", "money", r"euros?|eur", _money(r"€", r"euros?")),
        ("pounds", "money", r"pounds?(?: sterling)?|gbp", _money(r"£", r"pounds?")),
        ("yen", "money", r"yen", _money(r"¥", r"yen")),
    )
)
_WRITTEN = {unit.name: re.compile(unit.written, re.IGNORECASE if unit.dimension != "length" else 0) for unit in UNITS}
_IN_UNIT = re.compile(rf"\s{{1,9}}in (?:degrees )?(?:{'|'.join(unit.asked for unit in UNITS)})(?=\W*$)", re.IGNORECASE)
_NAMED = {unit.name: re.compile(unit.asked, re.IGNORECASE) for unit in UNITS}


@lru_cache(maxsize=64)
def asked_unit(question: str) -> Unit | None:
    """The unit that a question wants its answer in ("in feet", "how many miles"); None where it names none.

    Pounds of weight are none of the units known here, so "How many pounds did he lose?" asks for none.
    """
    for unit in UNITS:
        if re.search(rf"\bin (?:degrees )?(?:{unit.asked})(?!\w)\W*(?:$|\?)", question, re.IGNORECASE):
            return unit
        if unit.dimension != "money" and re.search(rf"\bhow many (?:{unit.asked})(?!\w)", question, re.IGNORECASE):
            return unit
    return None


def without_unit(question: str) -> str:
    """The question without "in feet" at its end: an article need not have the word for the unit of its quantities."""
    return _IN_UNIT.sub("", question)


def names_unit(unit: Unit, words: str) -> bool:
    """Whether words of a question are the unit alone."""
    return _NAMED[unit.name].fullmatch(words) is not None


def in_unit(unit: Unit, text: str, start: int, end: int, sentence: Offsets) -> Offsets | None:
    """The place of what `text[start:end]` says in that unit, which may stand beside it in brackets.

    The place itself where no quantity of that dimension is said; None where one is, but in other units only.
    """
    own = _quantity(unit, text, start, end)
    if not any(_quantity(each, text, start, end) for each in UNITS if _competes(each, unit)):
        return start, end
    if own is not None:
        return own
    written = _WRITTEN[unit.name].finditer(text, max(sentence[0], start - NEAR), min(sentence[1], end + NEAR))
    return min((found.span() for found in written), key=lambda place: _distance(place, start, end), default=None)


def _competes(unit: Unit, wanted: Unit) -> bool:
    return unit.dimension == wanted.dimension and unit.name != wanted.name


def _quantity(unit: Unit, text: str, start: int, end: int) -> Offsets | None:
    """The first quantity of a unit that is at least in part in the words; its sign may stand right behind them."""
    found = (each.span() for each in _WRITTEN[unit.name].finditer(text, max(0, start - AROUND), end + AROUND))
    return next((place for place in found if place[0] < end and place[1] > start), None)


def _distance(place: Offsets, start: int, end: int) -> int:
    return max(place[0] - end, start - place[1], 0)
