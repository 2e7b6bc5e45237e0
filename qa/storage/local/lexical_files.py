"""Whether the files of a tantivy index are whole: their checksums, and the numbers that its list of segments gives."""

from __future__ import annotations

import json
import logging
import os
import struct
import zlib
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

logger = logging.getLogger(__name__)

READ_BYTES = 1_000_000


def is_whole(folder: Path, attempts: int = 3) -> bool:
    """Whether every committed segment has the files it needs, unharmed, and as many passages as it is said to have.

    A file may go while another process merges segments: then the newer list of segments is looked at.
    """
    for _ in range(attempts):
        try:
            return all(_is_whole_segment(folder, segment) for segment in _segments(folder))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, KeyError, TypeError, struct.error) as error:
            _report_layout(folder, repr(error))
            return False
    return False


@cache
def _report_layout(folder: Path, error: str) -> None:
    """Once for each index and process: another release of tantivy would otherwise make it anew at every start."""
    logger.warning(
        "%s is not laid out as tantivy 0.27 lays out an index (%s). It is made anew; if this comes again at every "
        "start, another release of tantivy is installed than this program was made for.",
        folder,
        error,
    )


def _segments(folder: Path) -> list[dict[str, Any]]:
    segments: list[dict[str, Any]] = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["segments"]
    return segments


def _is_whole_segment(folder: Path, segment: dict[str, Any]) -> bool:
    """The numbers have to be right as well: tantivy takes them as they are, and dies of a wrong one."""
    stem, deletes = folder / segment["segment_id"].replace("-", ""), segment["deletes"]
    files = [stem.with_suffix(f".{extension}") for extension in ("idx", "term", "fieldnorm", "fast", "store", "pos")]
    deleted = stem.with_suffix(f".{deletes['opstamp']}.del") if deletes else None
    return (
        all(_checksum_holds(path) for path in (*files, *([deleted] if deleted else ())))
        and segment["max_doc"] == _passages_in(stem.with_suffix(".fieldnorm"))
        and (deleted is None or deletes["num_deleted_docs"] == segment["max_doc"] - _left_in(deleted))
    )


def _checksum_holds(path: Path) -> bool:
    """A segment file ends in a JSON footer with a CRC-32 of what is before it, the footer's length, and a constant."""
    with path.open("rb") as file:
        end, footer = _body(file)
        file.seek(0)
        checksum = 0
        while end > 0 and (part := file.read(min(end, READ_BYTES))):
            checksum = zlib.crc32(part, checksum)
            end -= len(part)
    return bool(checksum == footer["crc"])


def _body(file: BinaryIO) -> tuple[int, dict[str, Any]]:
    """The number of bytes before the footer, and the footer."""
    end = file.seek(-8, os.SEEK_END)
    length, _ = struct.unpack("<II", file.read(8))
    end = file.seek(end - length)
    return end, json.loads(file.read(length))


def _passages_in(norms: Path) -> float:
    """From the lengths of title and text, a byte each; after them stand offsets, and how many bytes these take."""
    with norms.open("rb") as file:
        end, _ = _body(file)
        file.seek(end - 4)
        offsets: int = struct.unpack("<I", file.read(4))[0]
    return (end - 4 - offsets) / 2


def _left_in(deleted: Path) -> int:
    """The set bits behind the first number, which says how many bits there are."""
    with deleted.open("rb") as file:
        end, _ = _body(file)
        file.seek(4)
        return sum(byte.bit_count() for byte in file.read(end - 4))
