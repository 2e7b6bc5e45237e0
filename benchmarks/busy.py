"""How much longer reading takes while other programs keep every core busy, by threads and by how threads wait.

    python benchmarks/busy.py [--programs N] [--rounds N]

Every cell is a process of its own that reads ten passages a few times, on the machine as it is and then beside programs
that do nothing but count. In turns, because what else the machine does at the moment then falls on all alike; the least
of all rounds is shown. By themselves torch's threads wait by spinning; the project has them spin a little.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hardware import machine

WAYS = ((1, "spinning"), (2, "spinning"), (2, "spinning a little"), (2, "sleeping"))
WAITING = {"spinning": {}, "spinning a little": {"GOMP_SPINCOUNT": "3000"}, "sleeping": {"OMP_WAIT_POLICY": "PASSIVE"}}
SEEDS = Path(__file__).parent.parent / "seeds"
REPEATS = 4


def main() -> None:
    """Measure every way, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=os.cpu_count() or 2, help="how many run beside it")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--read", type=int, metavar="THREADS", help="only read, and print the least seconds")
    given = parser.parse_args()
    if given.read:
        print(read(given.read))
        return
    print(f"{machine()}\n\n| threads | that wait | alone, s | beside {given.programs} programs, s | ratio |")
    print("|---|---|---|---|---|")
    for (threads, way), (alone, beside) in measured(given.programs, given.rounds).items():
        print(f"| {threads} | {way} | {alone:.2f} | {beside:.2f} | {beside / alone:.1f} |")


def measured(programs: int, rounds: int) -> dict[tuple[int, str], tuple[float, float]]:
    """The least seconds alone, and beside other programs, by number of threads and way to wait."""
    alone: dict[tuple[int, str], list[float]] = {way: [] for way in WAYS}
    beside: dict[tuple[int, str], list[float]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            alone[way].append(in_a_process(*way))
        with busy(programs):
            for way in WAYS:
                beside[way].append(in_a_process(*way))
    return {way: (min(alone[way]), min(beside[way])) for way in WAYS}


def in_a_process(threads: int, way: str) -> float:
    """Seconds of reading with so many threads."""
    command = [sys.executable, __file__, "--read", str(threads)]
    inherited = {name: value for name, value in os.environ.items() if name not in ("GOMP_SPINCOUNT", "OMP_WAIT_POLICY")}
    environment = inherited | WAITING[way]
    return float(subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout)


@contextmanager
def busy(programs: int) -> Iterator[None]:
    """So many programs that count without end, until the block is left."""
    started = [subprocess.Popen([sys.executable, "-c", "while True: sum(range(10_000))"]) for _ in range(programs)]
    try:
        yield
    finally:
        for each in started:
            each.kill()
            each.wait()


def read(threads: int) -> float:
    """The least seconds of a few readings of ten passages."""
    import torch  # before anything of the project, which would say how threads wait

    from qa.answering.reader import TransformersReader

    torch.set_num_threads(threads)
    reader = TransformersReader()
    texts = [file.read_text(encoding="utf-8")[300:1000] for file in sorted(SEEDS.glob("*.md"))[:10]]
    took = []
    for _ in range(REPEATS + 1):  # the first loads the model
        started = time.perf_counter()
        reader.read("Who won the prize in Oslo?", texts, [""] * len(texts))
        took.append(time.perf_counter() - started)
    return min(took[1:])


if __name__ == "__main__":
    main()
