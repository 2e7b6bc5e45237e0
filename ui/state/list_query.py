"""What the list of the library is asked to show: anybody can send anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Self

from qa.datatypes import Where
from qa.samples import PREFIX
from qa.storage.listing import SORTS, Sort
from ui.state.inputs import filter_of, number, text

PAGE = 100  # articles listed at once
WORDS_CHARS = 200


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """A page of the list, as its address names it. `trouble` is what is wrong with it, or ""."""

    where: Where
    words: str = ""
    sort: Sort = "date"
    descending: bool = True
    show: Literal["all", "samples", "failed"] = "all"
    offset: int = 0
    trouble: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is searched for or filtered."""
        return bool(self.words or self.where)

    @classmethod
    def of(cls, given: Any) -> Self:
        """What the page sends; parts that are damaged count as missing."""
        values = given if isinstance(given, dict) else {}
        show = values.get("show")
        sources = [PREFIX] if show == "samples" else [text(values.get("source"))]
        chosen = {"from": values.get("from"), "to": values.get("to"), "sources": sources}
        where, trouble = filter_of(chosen | {"tags": [text(values.get("tag"))]})
        sort: Sort = next((each for each in SORTS if each == values.get("sort")), "date")
        return cls(
            where=where,
            words=text(values.get("q")).replace("\0", "")[:WORDS_CHARS].strip(),
            sort=sort,
            descending=values.get("desc", "1") == "1",
            show="failed" if show == "failed" else "samples" if show == "samples" else "all",
            offset=max(0, number(values.get("offset", 0))),
            trouble=trouble,
        )
