"""The form that a question wants its answer in, a list of names or a quantity in a unit, and spans in it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from qa.answering.listing import coordination, is_mere_count, items, wants_list
from qa.answering.units import Unit, asked_unit, in_unit, names_unit
from qa.datatypes import Offsets


@dataclass(frozen=True, slots=True)
class Form:
    """Of one question: whether it wants a list, and the unit that it names."""

    question: str
    is_list: bool
    unit: Unit | None

    @classmethod
    @lru_cache(maxsize=64)
    def of(cls, question: str) -> Form:
        """The form that a question wants."""
        return cls(question, wants_list(question), asked_unit(question))

    def place(self, text: str, start: int, end: int, sentence: Offsets) -> Offsets:
        """Where the answer stands for which `text[start:end]` was read: the whole list, the quantity in the unit."""
        if self.unit is not None:
            return in_unit(self.unit, text, start, end, sentence) or (start, end)
        return coordination(text, start, end, sentence) if self.is_list else (start, end)

    def can_answer(self, quote: str) -> bool:
        """Whether a quote can be an answer: a mere number names nothing of a list."""
        return not (self.is_list and is_mere_count(self.question, quote))

    def missing(self, text: str, start: int, end: int) -> tuple[str, ...]:
        """The unit, where a quantity is given in others only."""
        if self.unit is None or in_unit(self.unit, text, start, end, (start, end)) is not None:
            return ()
        return (self.unit.name,)

    def names_unit(self, words: str) -> bool:
        """Whether words of the question are its unit, which `missing` tells of: "Fahrenheit" may be written "°F"."""
        return self.unit is not None and names_unit(self.unit, words)

    def items(self, text: str, start: int, end: int) -> tuple[Offsets, ...]:
        """The places of the things that are listed, where a list is wanted."""
        return items(text, start, end) if self.is_list else ()
