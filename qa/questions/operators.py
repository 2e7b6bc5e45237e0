"""What a question says beside its words: `"exact words"`, `-word`, `source:`, `after:` and `before:`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from qa.datatypes import Article, Where
from qa.questions.kinds import asked_kind
from qa.questions.speech import IN_MARKS, said_operator, value_of
from qa.text.display import day
from qa.text.periods import first_day, last_day_before

_FIELD = re.compile(rf"(?:^|(?<=\s))(?P<field>source|after|before):(?:{IN_MARKS}|(?P<word>[^\s\"“”]+))", re.IGNORECASE)
_WITHOUT = re.compile(r"(?:^|(?<=\s))-(?P<word>[^\W\d_][\w’'-]*)")
_PHRASE = re.compile(r"\"(?P<straight>[^\"]{1,300})\"|“(?P<round>[^”]{1,300})”")
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
        narrowed = _narrowed(scope.where, found["field"].lower(), value_of(found))
        if narrowed is not None:
            scope = replace(scope, where=narrowed)
            text = text.replace(found[0], " ", 1)
            told.append(_in_words(found["field"].lower(), narrowed))
    without = tuple(found["word"] for found in _WITHOUT.finditer(text))
    text = _WITHOUT.sub(" ", text)
    _, unsaid = said_operator(text) or ("", text)
    named = asked_kind(text).article  # "What is “Fire at sea” about?": a title
    exact = ((found["straight"] or found["round"]).strip() for found in _PHRASE.finditer(unsaid))
    phrases = tuple(each for each in exact if each != named and any(map(str.isalnum, each)))
    told += [f"with “{each}”" for each in phrases] + [f"without “{each}”" for each in without]
    told_of = f"Only articles {', '.join(told)}." if told else ""
    return Operators(" ".join(text.split()), replace(scope, phrases=phrases, without=without), told_of)


def with_operators(typed: str, asked: str) -> str:
    """A question as it was looked up, with the operators that it was typed with: what is to be asked once more."""
    if operators(typed).text == " ".join(asked.split()):
        return " ".join(typed.split())
    named = (each for each in _FIELD.finditer(typed) if _narrowed(Where(), each["field"].lower(), value_of(each)))
    without = _WITHOUT.finditer(_FIELD.sub(" ", typed))
    return " ".join([asked, *(each[0].strip() for each in (*named, *without))])


def _narrowed(where: Where, name: str, value: str) -> Where | None:
    if name == "source":
        return replace(where, sources=(value,))
    try:
        if name == "after":
            return replace(where, published_from=max(filter(None, (where.published_from, first_day(value)))))
        return replace(where, published_to=min(filter(None, (where.published_to, last_day_before(value)))))
    except (ValueError, OverflowError):
        return None


def _in_words(name: str, where: Where) -> str:
    if name == "source":
        return f"from {where.sources[0]}"
    return f"since {day(where.published_from)}" if name == "after" else f"until {day(where.published_to)}"


def _plain(text: str) -> str:
    """In small letters, with straight marks and single spaces."""
    return " ".join(text.translate(_MARKS).casefold().split())
