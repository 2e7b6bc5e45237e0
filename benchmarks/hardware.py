"""One line about the machine, to stand beside every figure."""

from __future__ import annotations

import os
import platform
import sys
from datetime import date
from pathlib import Path
from typing import NamedTuple


def machine() -> str:
    """Processor, usable cores, system, Python and torch with its threads, and today's date."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{_processor()}, {cores} cores, {platform.system()}, Python {python}, "
        f"torch {torch.__version__} with {torch.get_num_threads()} threads, {date.today():%d %B %Y}"  # noqa: DTZ011
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far, in MB; None where the system does not tell."""
    try:
        import resource
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


class Memory(NamedTuple):
    """What a process holds, in MB; zeros where the system does not tell."""

    now: int = 0
    mapped: int = 0  # of that, files that are mapped into it
    most: int = 0  # at any time; unlike `peak_memory_mb` not that of the process which started this one


def memory() -> Memory:
    """What this process holds."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return Memory()
    held = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    return Memory(*(int(held[name][0]) * 1024 // 10**6 for name in ("VmRSS", "RssFile", "VmHWM")))
