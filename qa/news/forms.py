"""The forms of expressions of time that are read, and those that are known to be none or never sure."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from qa.news import resolvers
from qa.news.nearby import Place
from qa.news.periods import Period
from qa.news.resolvers import COUNTS

_SPACE = r"[ \t\n\xa0]{1,3}"
_DAYS = "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_DAY = f"(?P<day>{_DAYS})"
_DAY_NUMBER = r"(?P<number>[0-3]?\d)(?:st|nd|rd|th)?"
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)|Feb(?:ruary|\.)|March|Mar\.|April|Apr\.|May|June|July|Aug(?:ust|\.)|"
    r"Sept(?:ember|\.)|Oct(?:ober|\.)|Nov(?:ember|\.)|Dec(?:ember|\.))"
)
_MONTH_SHORT = (  # beside the number of a day a full stop is not needed
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?|July?|Aug(?:ust|\.)?|"
    r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?:1[5-9]|20)\d\d"
_NO_YEAR = (
    rf"(?!\d|,? (?:in |of )?{_YEAR}\b|[-–:./]\d|[-–][A-Z]|,\d|%| (?:percent|per cent|people|points|million|billion)\b)"
)
_WHICH = "(?P<which>[Ll]ast|[Tt]his|[Nn]ext)"
_WHICH_DAY = "(?P<which>[Ll]ast|[Tt]his past|[Tt]his coming|[Tt]his|[Nn]ext|[Cc]oming)"
_EARLY = "(?:(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate|[Mm]id)(?:-| ))?"
_PART = "(?: (?:early |late )?(?:morning|afternoon|evening|night))?"
_PART_OF_UNIT = "(?:end|start|beginning|rest|middle|remainder)"
_ABOUT = "(?:[Aa]bout|[Aa]lmost|[Nn]early|[Ss]ome|[Aa]round|[Rr]oughly)"
_UNIT = "(?P<unit>day|week|month|year|decade)"
_COUNT = r"(?P<number>\d{1,3}|" + "|".join(sorted(COUNTS, key=len, reverse=True)) + ")"
_QUARTER = r"(?P<ordinal>[Ff]irst|[Ss]econd|[Tt]hird|[Ff]ourth)(?:-| )quarter\b"
# what makes a name of a day or month
_NOT_AFTER = r"(?<![\w-])" + "".join(
    rf"(?<!{word}\s)"
    for word in "Mr. Ms. Mrs. Dr. Mr Ms Mrs Dr Black Good Super Ash Bloody Cyber Sheffield Ruby Easter Holy Palm "
    "Giving Shrove Whit Fat Man Girl Joe".replace(".", r"\.").split()
)
_NO_NAME = r"(?!(?<=\w\s)[A-Z])"  # a capital within a sentence: "USA Today"
_NOT_BEFORE = (
    r"(?! (?:Times|Mirror|Telegraph|Mail|Express|Herald|Post|Independent|Tribune|Sun|Star|Sport|People|Night|Club|"
    r"Magazine|School|Agreement|Mass|Addams|Record|World|the 13th)\b)"
)


_Resolver = Callable[[re.Match[str], Place], Period | None]


@dataclass(frozen=True, slots=True)
class Form:
    """A form, where a space is any white space of a line or of a line's end."""

    words: str
    resolver: _Resolver | None  # None: never resolved, and nothing in it is

    @property
    def pattern(self) -> re.Pattern[str]:
        """Compiled at first use, so that importing the module costs nothing."""
        return _compiled(self.words)


@cache
def _compiled(words: str) -> re.Pattern[str]:
    return re.compile(words.replace(" ", _SPACE))


_ONE_DAY = (
    Form(rf"\b{_DAY},? (?:the )?{_MONTH_SHORT} {_DAY_NUMBER}{_NO_YEAR}", resolvers.month_day),
    Form(rf"\b{_DAY},? (?:the )?{_DAY_NUMBER} (?:of )?{_MONTH_SHORT}(?!\w){_NO_YEAR}", resolvers.month_day),
    Form(rf"{_NOT_AFTER}{_EARLY}(?:{_WHICH_DAY} )?{_DAY}(?!\w){_PART}{_NOT_BEFORE}", resolvers.weekday),
    Form(rf"\b{_DAY}{_PART} (?:of )?{_WHICH} week\b", resolvers.weekday_of_week),
    Form(r"\b[Tt]he day (?:before yesterday|after tomorrow)\b", resolvers.near_day),
    Form(rf"\b{_EARLY}{_NO_NAME}(?:[Yy]esterday|[Tt]omorrow|[Tt]oday){_PART}\b", resolvers.near_day),
    Form(
        rf"\b(?:{_NO_NAME}[Tt]onight|[Ll]ast night|{_EARLY}[Tt]his (?:morning|afternoon|evening))\b", resolvers.near_day
    ),
    Form(rf"(?<![\w-]){_MONTH_SHORT} {_DAY_NUMBER}{_NO_YEAR}", resolvers.month_day),
    Form(rf"(?<![\w.,:-])(?:the )?{_DAY_NUMBER} (?:of )?{_MONTH_SHORT}(?!\w){_NO_YEAR}", resolvers.month_day),
)
_MONTHS_AND_SEASONS = (
    Form(rf"{_NOT_AFTER}\b{_EARLY}{_MONTH}(?!\w| \d){_NO_YEAR}", resolvers.bare_month),
    Form(rf"\b{_EARLY}{_WHICH} {_MONTH}(?!\w| \d){_NO_YEAR}", resolvers.month_by),
    Form(rf"\b{_EARLY}{_MONTH},? (?:of )?{_WHICH} year\b", resolvers.month_of_year),
    Form(rf"\b{_EARLY}{_WHICH}(?P<past> past)? (?P<season>spring|summer|autumn|fall)\b(?! of\b)", resolvers.season),
)
_UNITS = (
    Form(rf"(?<!the\s)(?<!The\s)(?<!these\s)\b{_EARLY}{_WHICH} (?P<unit>week|month|year)\b(?!-)", resolvers.unit),
    Form(r"\b(?P<which>[Ll]ast|[Tt]his|[Tt]he) weekend\b", resolvers.weekend),
    Form(r"\b(?:[Ee]arlier|[Ll]ater|[Ee]arly|[Ll]ate) in the (?P<unit>week|month|year)\b", resolvers.of_the_unit),
    Form(rf"\b(?:[Tt]he )?{_PART_OF_UNIT} of (?:the|this) (?P<unit>week|month|year)\b", resolvers.of_the_unit),
    Form(r"\b[Yy]ear[- ]end\b", resolvers.year_end),
    Form(rf"\b(?:(?P<about>{_ABOUT}) )?(?i:{_COUNT}) {_UNIT}s? ago\b", resolvers.ago),
    Form(rf"\b(?i:{_COUNT}) {_UNIT}s? from now\b", resolvers.from_now),
)
_QUARTERS = (
    Form(rf"(?<!\d\s)\b(?:[Tt]he )?{_QUARTER}(?! (?:of |in )?(?:fiscal )?{_YEAR})", resolvers.quarter),
    Form(rf"\b{_WHICH} year['’]s {_QUARTER}", resolvers.quarter_of_year),
    Form(r"\b(?:[Tt]he )?(?P<which>[Ll]ast|[Tt]his|[Nn]ext|[Cc]urrent|[Pp]revious) quarter\b", resolvers.quarter_by),
    Form(r"\b[Tt]he (?:latest (?:quarter|period)|quarter)\b(?! of\b)", resolvers.same_quarter),
    Form(rf"\b(?:[Tt]he |a )?[Yy]ear-(?:earlier|ago)(?: (?:{_QUARTER}|quarter\b|period\b))?", resolvers.year_earlier),
    Form(r"\b[Aa] year (?:earlier|before)\b", resolvers.year_earlier),
    Form(r"\b[Tt]he (?P<which>following|previous|next|same) year\b", resolvers.other_year),
    Form(r"\b(?P<which>[Tt]hat)(?: same)? year\b", resolvers.other_year),
)
_NEVER = (
    Form(rf"\b(?:[Ee]very|[Ee]ach|[Aa]lternate|[Mm]ost) (?:other )?(?:\w+ )?(?:{_DAY}|{_MONTH}|{_UNIT})\b", None),
    Form(rf"\b{_DAYS}s? ?(?:to|through|thru|-|–) ?{_DAYS}\b", None),
    Form(rf"\b(?:{_DAYS},? )?{_MONTH_SHORT} {_DAY_NUMBER},? {_YEAR}\b", None),
    Form(rf"\b(?:{_DAYS},? (?:the )?)?{_DAY_NUMBER} (?:of )?{_MONTH_SHORT},? {_YEAR}\b", None),
    Form(rf"\b{_MONTH_SHORT},? (?:of |in )?{_YEAR}\b", None),
    Form(rf"\b{_DAYS}s\b|\b(?i:{_COUNT}) weeks? (?:from|before|after|on) {_DAYS}\b|\b{_DAYS} week\b", None),
    Form(rf"\b[Tt]he (?:previous|following|next|first|last) {_DAYS}\b|\b[Oo]ne (?:{_DAYS}|day)\b", None),
    Form(r"\b(?:[Ff]ourth|4th) of July\b", None),
    Form(rf"\b{_MONTH} (?:Day|Fools|Revolution|Madness|Fourth|Crisis|War)\b", None),
    Form(rf"\b[Tt]h(?:e|ese) (?:last|past|next|coming) (?:\w+ )?{_UNIT}s?\b", None),
    Form(rf"\b(?i:(?:more|less|fewer) than|over|at least|under) (?i:{_COUNT}) {_UNIT}s? ago\b", None),
    Form(rf"\b(?i:{_COUNT}) {_UNIT}s? or (?:so|two|more) ago\b", None),
)
FORMS = _NEVER + _ONE_DAY + _MONTHS_AND_SEASONS + _UNITS + _QUARTERS
