"""Fields of JSON objects that were saved earlier or come from elsewhere, checked while they are read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from qa.errors import FormatError

JsonObject = dict[str, object]
T = TypeVar("T", str, int, list[object])

_KINDS = {str: "a text", int: "a whole number", list: "an array"}


def json_object(values: object, what: str) -> JsonObject:
    """The fields of a JSON object; `what` names it in errors. Raises FormatError for another value."""
    if not isinstance(values, dict):
        raise FormatError(f"{what} should be a JSON object, not {shown(values)}.")
    return values


def get(fields: Mapping[str, object], name: str, kind: type[T]) -> T:
    """A field that has to be there and of this kind. Raises FormatError."""
    value = fields.get(name)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise FormatError(f"{name!r} should be {_KINDS[kind]}, not {shown(value)}: the file is damaged.")
    return value


def get_or_none(fields: Mapping[str, object], name: str, kind: type[T]) -> T | None:
    """A field of this kind, None where it is missing or null. Raises FormatError."""
    return None if fields.get(name) is None else get(fields, name, kind)


def texts(fields: Mapping[str, object], name: str) -> tuple[str, ...]:
    """An array of texts."""
    found = get(fields, name, list)
    for each in found:
        if not isinstance(each, str):
            raise FormatError(f"{name!r} should hold texts only, not {shown(each)}: the file is damaged.")
    return tuple(map(str, found))


def number(fields: Mapping[str, object], name: str) -> float:
    """A field that has to be a number. Raises FormatError."""
    value = fields.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise FormatError(f"{name!r} should be a number, not {shown(value)}: the file is damaged.")
    try:
        return float(value)
    except OverflowError:
        raise FormatError(f"{name!r} is too large to be right: the file is damaged.") from None


def number_or_none(fields: Mapping[str, object], name: str) -> float | None:
    """A field that is a number, None where it is missing or null. Raises FormatError."""
    return None if fields.get(name) is None else number(fields, name)


def day_or_none(fields: Mapping[str, object], name: str) -> date | None:
    """A field that is a day, None where it is missing or null. Raises FormatError."""
    text = get_or_none(fields, name, str)
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise FormatError(f"{name!r} should be a date like 2025-05-12, not {shown(text)}.") from None


def shown(value: object) -> str:
    """`value` as an error names it: at most 60 characters."""
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "…"
