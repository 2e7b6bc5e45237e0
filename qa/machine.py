"""What of this machine makes answers slow, or is missing for what this program can do besides."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from embeddings.encoder import computes_bfloat16
from qa.datatypes import Finding

FEW_CORES = 2
LITTLE_MEMORY = 2_000_000_000  # bytes: the models, the index and a parser beside them
LITTLE_DISK = 1_000_000_000  # bytes
_EXTRAS = {  # by module, what it is for and which extra brings it
    "openpyxl": ("tables of answers as .xlsx", "xlsx"),
    "pymilvus": ("libraries on a Milvus", "milvus"),
    "mcp": ("assistants that speak MCP", "mcp"),
}


def machine_findings(folder: Path | None) -> list[Finding]:
    """Notes on cores, arithmetic, memory, the disk of the library and extras: none of them is wrong with a library."""
    return [Finding("machine", True, each) for each in (*_speed(), *_room(folder), *_missing())]


def _speed() -> Iterator[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if cores < FEW_CORES:
        yield "one core: an answer takes twice as long as on two"
    else:
        yield f"{cores} cores"
    if computes_bfloat16():
        yield "the processor computes in bfloat16, which answers fastest"
    else:
        yield "the processor does not compute in bfloat16: an answer takes about three times as long as there"


def _room(folder: Path | None) -> Iterator[str]:
    memory = memory_bytes()
    if memory is not None and memory < LITTLE_MEMORY:
        yield f"{memory / 1e9:.1f} GB of memory: give it {LITTLE_MEMORY / 1e9:.0f} GB, or it will swap and be slow"
    with suppress(OSError):
        free = shutil.disk_usage(folder).free if folder else LITTLE_DISK
        if free < LITTLE_DISK:
            yield f"{free / 1e6:.0f} MB of disk are free where the library lies: a rebuild needs its size again"


def memory_bytes() -> int | None:
    """The memory of this machine; None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _missing() -> Iterator[str]:
    for module, (what, extra) in _EXTRAS.items():
        if find_spec(module) is None:
            yield f"not installed, for {what}: pip install 'article-qa[{extra}]'"
    if find_spec("nvidia") is not None:
        yield "PyTorch is here with its libraries for NVIDIA, gigabytes of which nothing here is used"
