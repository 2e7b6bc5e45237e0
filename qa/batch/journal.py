"""Answers of an unfinished batch, a line of JSON each, beside the table that they are for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from types import TracebackType
from typing import Self

from qa.batch.answers import BatchAnswer
from qa.errors import FormatError
from qa.files import write_atomically

_NAMES = frozenset(each.name for each in fields(BatchAnswer))


class Journal:
    """Keeps each answer on the disk as soon as it is there. Used in `with`."""

    def __init__(self, table: Path) -> None:
        self._path = table.with_name(f"{table.name}.unfinished")

    def answers(self) -> list[BatchAnswer]:
        """What was answered before. A line that was cut short is left out."""
        try:
            text = self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return []
        except (OSError, UnicodeDecodeError) as error:
            raise FormatError(f"{self._path}: cannot be read ({error}). Delete it to begin anew.") from error
        return list(_answers(text))

    def __enter__(self) -> Self:
        text = "".join(f"{_line(each)}\n" for each in self.answers())  # without a line that was cut short
        try:
            write_atomically(self._path, text.encode())
            self._file = self._path.open("a", encoding="utf-8")
        except OSError as error:
            raise FormatError(f"{self._path}: cannot be written ({error}). Give another name.") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._file.close()

    def add(self, answer: BatchAnswer) -> None:
        """Write one down, and let it come to the disk."""
        self._file.write(f"{_line(answer)}\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def delete(self) -> None:
        """All is answered and written elsewhere."""
        self._path.unlink(missing_ok=True)


def _line(answer: BatchAnswer) -> str:
    return json.dumps(asdict(answer))


def _answers(text: str) -> Iterator[BatchAnswer]:
    for line in text.split("\n"):
        try:
            values = json.loads(line)
        except ValueError:
            continue
        if isinstance(values, dict) and set(values) == _NAMES:
            yield BatchAnswer(**values)
