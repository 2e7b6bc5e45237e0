"""RIS, as reference managers and news archives export it: an article a record, its abstract the text."""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa.datatypes import Article, Failure
from qa.errors import LoadError
from qa.loaders.article import build_article
from qa.loaders.dates import parse_date
from qa.loaders.decoding import decode
from qa.loaders.document import Document
from qa.loaders.html_fragments import text_of_fragment
from qa.loaders.metadata import turned_names
from qa.loaders.text import normalise_ends

_FIELD = re.compile(r"([A-Z][A-Z0-9])  ?- ?(.*)")
_TEXTS, _TITLES = ("AB", "N2"), ("TI", "T1", "CT")
_SITES, _DAYS, _LINKS = ("T2", "JO", "JF", "JA", "PB"), ("DA", "Y1", "PY"), ("UR", "L2", "L1")
_NAMES = ("AU", "A1")

Record = dict[str, list[str]]


def read_references(document: Document) -> Iterator[Article | Failure]:
    """The articles of an export, `origin#1` and so on their sources; a record without a text is a Failure."""
    records = list(_records(normalise_ends(decode(document.data, document.origin))))
    if not records:
        raise LoadError(document.origin, "There are no records in this export.", "Export it again as RIS.")
    for number, record in enumerate(records, start=1):
        source = f"{document.origin}#{number}"
        text = next((text for name in _TEXTS if (text := "\n\n".join(record.get(name, ())))), "")
        if text:
            yield _article(record, text, source)
        else:
            title = _first(record, _TITLES) or "It"
            yield Failure(source, f"“{title[:100]}” has no abstract in this export.", "Add the article itself.")


def _records(text: str) -> Iterator[Record]:
    """The fields of each record, by their tags; a line without a tag goes on with the field before it."""
    record: Record = {}
    last: list[str] = []
    for line in text.split("\n"):
        match = _FIELD.fullmatch(line.strip())
        if match and match.group(1) == "ER":
            if record:
                yield record
            record, last = {}, []
        elif match:
            last = record.setdefault(match.group(1), [])
            last.append(match.group(2).strip())
        elif last and line.strip():
            last[-1] = f"{last[-1]} {line.strip()}"
    if record:
        yield record


def _article(record: Record, text: str, source: str) -> Article:
    return build_article(
        title=_first(record, _TITLES),
        text=text_of_fragment(text) if "<" in text else text,
        source=source,
        url=_first(record, _LINKS),
        published=next((day for name in _DAYS if (day := parse_date(_first(record, (name,)).rstrip("/")))), None),
        authors=turned_names([name for tag in _NAMES for name in record.get(tag, ())]),
        site=_first(record, _SITES),
        language=_first(record, ("LA",)),
    )


def _first(record: Record, names: tuple[str, ...]) -> str:
    return next((values[0] for name in names if (values := record.get(name)) and values[0]), "")
