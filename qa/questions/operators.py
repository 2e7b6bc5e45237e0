"""What a question says beside its words: `"exact words"`, `-word`, `source:`, `after:` and `before:`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from qa.datatypes import Article, Where
from qa.questions.kinds import asked_kind
from qa.text.display import day

_VALUE = r"(?:\"(?P<quoted>[^\"]+)\"|“(?P<round>[^”]+)”|(?P<word>[^\s\"“”]+))"
_FIELD = re.compile(rf"(?:^|(?<=\s))(?P<field>source|after|before):{_VALUE}", re.IGNORECASE)
_WITHOUT = re.compile(r"(?:^|(?<=\s))-(?P<word>[^\W\d_][\w’'-]*)")
_PHRASE = re.compile(r"\"(?P<straight>[^\"]{1,300})\"|“(?P<round>[^”]{1,300})”")
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d\d?)(?:-(?P<day>\d\d?))?)?")
_MARKS = str.maketrans("‘’“”", "''\"\"")


@dataclass(frozen=True, slots=True)
class Scope:
    """The articles that a question is put to: those of a filter that have all the phrases and none of the words."""

    where: Where = field(default_factory=Where)
    phrases: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def allows(self, article: Article) -> bool:
        """Whether the article, its title with it, has all the phrases, in any case, and none of the words."""
        if not (self.phrases or self.without):
            return True
        text = _plain(f"{article.title}\n{article.text}")
        has_all = all(re.search(rf"(?<!\w){re.escape(_plain(each))}(?!\w)", text) for each in self.phrases)
        return has_all and not any(re.search(rf"(?<!\w){re.escape(_plain(each))}(?!\w)", text) for each in self.without)


@dataclass(frozen=True, slots=True)
class Operators:
    """A question without its operators, the scope that they give it, and that scope in words ("" without any)."""

    text: str
    scope: Scope
    told: str


def operators(question: str, where: Where | None = None) -> Operators:
    """What a question says beside its words, within the filter that is given besides.

    Exact words stay in the question, and are words of the articles it is put to. A day after `after:` and before
    `before:` counts itself; of a month or year `after:` means its first day and `before:` the day before that. What
    cannot be read as a day stays in the question.
    """
    scope, told, text = Scope(where or Where()), [], question
    for found in _FIELD.finditer(question):
        narrowed = _narrowed(scope.where, found["field"].lower(), _value(found))
        if narrowed is not None:
            scope = replace(scope, where=narrowed)
            text = text.replace(found[0], " ", 1)
            told.append(_in_words(found["field"].lower(), narrowed))
    without = tuple(found["word"] for found in _WITHOUT.finditer(text))
    text = _WITHOUT.sub(" ", text)
    named = asked_kind(text).article  # "What is “Fire at sea” about?": a title
    exact = ((found["straight"] or found["round"]).strip() for found in _PHRASE.finditer(_without_said(text)))
    phrases = tuple(each for each in exact if each != named and any(map(str.isalnum, each)))
    told += [f"with “{each}”" for each in phrases] + [f"without “{each}”" for each in without]
    told_of = f"Only articles {', '.join(told)}." if told else ""
    return Operators(" ".join(text.split()), replace(scope, phrases=phrases, without=without), told_of)


def _value(found: re.Match[str]) -> str:
    return str(found["quoted"] or found["round"] or found["word"]).strip()


def _without_said(text: str) -> str:
    """Without `said:"NAME"`, whose marks belong to the name."""
    return re.sub(r"said:(?:\"[^\"]+\"|“[^”]+”)", " ", text, flags=re.IGNORECASE)


def _narrowed(where: Where, name: str, value: str) -> Where | None:
    if name == "source":
        return replace(where, sources=(value,))
    first, is_day = _day(value)
    if first is None:
        return None
    if name == "after":
        return replace(where, published_from=max(filter(None, (where.published_from, first))))
    last = first if is_day else first - timedelta(days=1)
    return replace(where, published_to=min(filter(None, (where.published_to, last))))


def _day(value: str) -> tuple[date | None, bool]:
    """The first day that is meant, and whether it is a single day."""
    found = _DAY.fullmatch(value)
    if found is None:
        return None, False
    try:
        return date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)), bool(found["day"])
    except ValueError:
        return None, False


def _in_words(name: str, where: Where) -> str:
    if name == "source":
        return f"from {where.sources[0]}"
    return f"since {day(where.published_from)}" if name == "after" else f"until {day(where.published_to)}"


def _plain(text: str) -> str:
    """In small letters, with straight marks and single spaces."""
    return " ".join(text.translate(_MARKS).casefold().split())
