"""Many people asking one chat at once: how long answers take, and whether any goes wrong.

    article-qa chat --no-browser &
    python benchmarks/load.py "http://127.0.0.1:7860/?key=..." --seconds 120 --users 10 --library FOLDER

Each simulated user asks over the chat's public endpoint, waits for the answer, and asks the next question. It ends
after the time given, at the latest after `MOST` questions. With the chat's `--library`, other processes add articles
to it and rebuild it meanwhile. An answer is wrong when its words are not those that the question had before.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from hardware import machine

MOST = 5000  # questions in one run
BATCH = 25  # articles added at once
PATIENCE = 120.0  # seconds for one answer
QUESTIONS = (  # the sample articles answer some of these
    "Who proposed direct negotiations in Istanbul?",
    "When did Putin and Zelensky last meet?",
    "Who is the Kremlin spokesman?",
    "What did Peskov say about the language of ultimatums?",
    "Who won the 2030 World Cup?",
)


@dataclass(slots=True)
class Figures:
    """What came of a run; `seconds` is the time of each answer."""

    seconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """The time that this share of answers took at most; nan without answers."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")

    def row(self, users: int, memory: int | None) -> str:
        mean = statistics.fmean(self.seconds) if self.seconds else float("nan")
        held = "" if memory is None else f", {memory / 2**20:.0f} MB of memory"
        counts = f"{len(self.seconds)} answers, {len(self.errors)} errors, {len(self.wrong)} wrong"
        return (
            f"{users} users, {counts}: p50 {self.percentile(0.5):.2f} s, "
            f"p95 {self.percentile(0.95):.2f} s, mean {mean:.2f} s{held}"
        )


def asked(client: httpx.Client, question: str) -> str:
    """The words that answer a question, "" where none do.

    Raises RuntimeError for an answer that is none, httpx.HTTPError for none at all.
    """
    given = client.post("/gradio_api/call/ask", json={"data": [question]})
    given.raise_for_status()
    stream = client.get(f"/gradio_api/call/ask/{given.json()['event_id']}")
    stream.raise_for_status()
    if "event: complete" not in stream.text:
        raise RuntimeError(stream.text[:200])
    (answer,) = json.loads(stream.text.rpartition("data: ")[2])
    if answer["format"] != "article-qa/answer/1":
        raise RuntimeError(f"format {answer['format']!r}")
    return str(answer["citations"][0]["quote"]) if answer["citations"] else ""


def run(address: str, *, users: int, seconds: float) -> Figures:
    """`users` threads that ask one question after another, of the chat at the address that it has printed."""
    url, _, key = address.partition("?key=")
    headers = {"authorization": f"Bearer {key}"}
    with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
        expected = {question: asked(client, question) for question in QUESTIONS}
    figures, end, lock = Figures(), time.monotonic() + seconds, threading.Lock()

    def user(first: int) -> None:
        with httpx.Client(base_url=url, headers=headers, timeout=PATIENCE) as client:
            for turn in range(first, first + MOST // users):
                begun, question = time.monotonic(), QUESTIONS[turn % len(QUESTIONS)]
                if begun >= end:
                    return
                try:
                    words = asked(client, question)
                except (RuntimeError, ValueError, KeyError, httpx.HTTPError) as error:
                    with lock:
                        figures.errors.append(f"{type(error).__name__}: {error}")
                else:
                    with lock:
                        figures.seconds.append(time.monotonic() - begun)
                        if words != expected[question]:
                            figures.wrong.append(f"{question} {words!r}, not {expected[question]!r}")

    threads = [threading.Thread(target=user, args=[number]) for number in range(users)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return figures


def change(library: str, seconds: float) -> str:
    """Add articles to a library and rebuild it, in processes of their own, until the time is over; what was done."""
    end, added, rebuilt, failed = time.monotonic() + seconds, 0, 0, list[str]()
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < end:
            for number in range(added, added + BATCH):
                text = f"The council of Town {number} opened bridge {number}. It cost {number + 3} crowns. " * 9
                (Path(folder) / f"{number}.txt").write_text(f"Bridge {number}\n\n{text}\n", "utf-8")
            for command in (["add", folder], ["rebuild"]):
                done = subprocess.run(
                    [sys.executable, "-m", "qa", *command, "--library", library], capture_output=True, check=False
                )
                if done.returncode:
                    failed.append(f"{command[0]}: {done.stderr.decode(errors='replace').strip()[-300:]}")
            added, rebuilt = added + BATCH, rebuilt + 1
    told = "; ".join(failed) or "nothing of it failed"
    return f"meanwhile {added} articles were added and the library was rebuilt {rebuilt} times; {told}"


def memory_of(process: int) -> int | None:
    """Bytes that a process holds in memory; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return None
    held = next((line.split()[1] for line in fields if line.startswith("VmRSS:")), None)
    return None if held is None else int(held) * 1024


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask a running chat from many threads.")
    parser.add_argument("address", help="of the chat, as it is printed, with its key")
    parser.add_argument("--users", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--library", help="that the chat serves, to be changed meanwhile")
    parser.add_argument("--process", type=int, help="number of the chat's process, to tell its memory")
    given = parser.parse_args()
    changes: list[str] = []
    changing = threading.Thread(target=lambda: changes.append(change(given.library, given.seconds)))
    if given.library:
        changing.start()
    figures = run(given.address, users=given.users, seconds=given.seconds)
    memory = memory_of(given.process) if given.process else None
    print(machine())
    print(figures.row(given.users, memory))
    if given.library:
        changing.join()
        print(*changes)
    for error in sorted({*figures.errors, *figures.wrong})[:10]:
        print(" ", error)


if __name__ == "__main__":
    main()
