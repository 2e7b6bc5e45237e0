"""A process that changes a library until it is killed, and what must be in the library after that.

Run as a program it loads everything once, and then forks the processes to be killed. Each change is written to a
journal before it begins and when it is done: what a process has written survives the process.
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import sys
import traceback
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path

from library_fakes import SETTINGS, LetterEncoder, write_rows

import qa.storage.local.database
import qa.storage.local.generation
from qa.library import Library

FILES = ["one", "two", "three"]
BATCHES = 3  # in a file, of SETTINGS.batch_articles articles each
SEEN = {"open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree"}
KINDS = {"add": 5, "sync": 4, "remove": 3, "rebuild": 3, "compact": 3}  # of changes, and how often they come

Step = list[str]  # a kind of change and what it is about; files as name=version, name= for one that is deleted
Disk = dict[str, str]  # the version of each file that is there
Batch = tuple[str, int]  # file and number; it goes in whole
State = dict[Batch, str]  # the version of each batch that is stored
Possible = dict[Batch, set[str | None]]  # the versions of each batch that may be stored; None for none


def write_file(folder: Path, file: str, version: str) -> Path:
    """In one go, so that each row is of the same version."""
    size = SETTINGS.batch_articles
    rows = {f"row{i}": f"Item {i % size} of {file} batch {i // size} version {version}." for i in range(BATCHES * size)}
    return write_rows(folder / f"{file}.partial", rows).replace(folder / f"{file}.jsonl")


def version_of(text: str) -> tuple[str, int, str]:
    """File, batch and version, from the text of a row."""
    words = text.rstrip(".").split()
    return words[3], int(words[5]), words[7]


def read_files(folder: Path) -> Disk:
    """The versions of the files: in a row they stand before the final full stop."""
    return {path.stem: path.read_text().split(".")[0].rpartition(" ")[2] for path in folder.glob("*.jsonl")}


def take(library: Library, folder: Path, step: Step) -> None:
    """Do what a step says; it may be done again after it was cut short."""
    match step:
        case ["add", change]:
            library.add(write_file(folder, *change.split("=")))
        case ["sync", *changes]:
            for file, version in (change.split("=") for change in changes):
                if version:
                    write_file(folder, file, version)
                else:
                    (folder / f"{file}.jsonl").unlink(missing_ok=True)
            library.sync(folder, allow_empty=True)
        case ["remove", file, batch]:
            library.remove(each.id for each in library.articles() if version_of(each.text)[:2] == (file, int(batch)))
        case ["rebuild"]:
            library.rebuild()
        case ["compact"]:
            library.compact()
        case _:
            raise ValueError(step)


def effect(step: Step, disk: Disk) -> dict[Batch, str | None]:
    """The batches that a step is about, as they are when it is done, by the files that were there before."""
    match step:
        case ["add", change]:
            file, version = change.split("=")
            return {(file, batch): version for batch in range(BATCHES)}
        case ["sync", *changes]:
            there = disk | dict(change.split("=") for change in changes)
            return {(file, batch): there.get(file) or None for file in FILES for batch in range(BATCHES)}
        case ["remove", file, number]:
            return {(file, int(number)): None}
    return {}


def steps(chance: random.Random, name: str) -> Iterator[Step]:
    for number in count():
        file, version = chance.choice(FILES), letters(f"{name} {number}")
        match chance.choices(list(KINDS), list(KINDS.values()))[0]:
            case "add":
                yield ["add", f"{file}={version}"]
            case "sync":
                files = chance.sample(FILES, chance.randint(1, 2))
                yield ["sync", *(f"{each}={chance.choice([version, version, ''])}" for each in files)]
            case "remove":
                yield ["remove", file, str(chance.randrange(BATCHES))]
            case kind:
                yield [kind]


def letters(numbers: str) -> str:
    """A word for numbers, that no tokenizer takes apart."""
    return numbers.translate(str.maketrans("0123456789 ", "abcdefghijz"))


def churn(base: Path, name: str, deadly: int, first: Step, last: int) -> None:
    """Take `first`, then `last` steps more; 0 of `deadly` for a life that ends by itself."""
    if deadly:
        die_at(deadly)
    journal = os.open(base / "journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    with Library.open(base / "library", SETTINGS, encoder=LetterEncoder()) as library:
        ahead = steps(random.Random(name), name)
        for step in [*([first] if first else []), *(next(ahead) for _ in range(last))]:
            os.write(journal, ("begin " + " ".join(step) + "\n").encode())
            take(library, base / "articles", step)
            os.write(journal, b"done\n")


def die_at(number: int) -> None:
    """Kill this process when it is about to do its nth thing to a file or a database."""
    left = number
    connect = qa.storage.local.database._connect

    def count_down(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, _: tuple[object, ...]) -> None:
        if event in SEEN:
            count_down()

    def watched(path: Path, mode: str) -> sqlite3.Connection:
        connection = connect(path, mode)
        connection.set_trace_callback(count_down)
        return connection

    qa.storage.local.database._connect = watched
    sys.addaudithook(watch)


def serve(base: Path) -> None:
    """For each line of stdin fork a process that churns, tell its number, and wait for its death."""
    for module in (
        "faiss",
        "tantivy",
        "embeddings.vectors",
        "qa.storage.local.lexical",
        "qa.loaders.tables",
        "qa.storage.local.rebuild",
    ):
        import_module(module)  # once here, so that no fork has to
    qa.storage.local.generation.SNAPSHOT_PASSAGES = 0  # snapshots are written all the time
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        name, deadly, last, *first = line.split()
        number = os.fork()
        if number == 0:
            try:
                churn(base, name, int(deadly), first, int(last))
            except BaseException:  # noqa: BLE001 - told here, or nobody hears of it
                traceback.print_exc()
                os._exit(3)
            os._exit(0)
        print(number, flush=True)  # noqa: T201
        _, status = os.waitpid(number, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
