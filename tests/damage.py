"""Libraries to be damaged, the ways to damage a file, and what must still be found."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from library_fakes import SETTINGS, LetterEncoder, generation_of, lexical_of, retriever_of, vectors_of, write_rows

from qa.library import Library

WORDS = ["amber", "basil", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet"]

Damage = Callable[[bytearray, random.Random], None]


def empty(data: bytearray, _: random.Random) -> None:
    data.clear()


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def flip(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def flip_in_front(data: bytearray, chance: random.Random) -> None:
    data[chance.randrange(min(100, len(data)))] ^= 1 << chance.randrange(8)


def blank(data: bytearray, chance: random.Random) -> None:
    """As a disk does that lost a sector."""
    first = chance.randrange(len(data)) // 512 * 512
    data[first : first + 512] = bytes(len(data[first : first + 512]))


DAMAGES: dict[str, Damage] = {
    "emptied": empty,
    "cut": cut,
    "flipped": flip,
    "flipped in front": flip_in_front,
    "blanked": blank,
}


def harm(file: Path, damage: Damage, chance: random.Random) -> bool:
    """Damage a file; false when that has left it as it was."""
    before = file.read_bytes()
    data = bytearray(before)
    if data:
        damage(data, chance)
    file.write_bytes(data)
    return bytes(data) != before


def opened(path: Path) -> Library:
    return Library.open(path, SETTINGS, encoder=LetterEncoder())


def rows(words: list[str]) -> dict[str, str]:
    return {word: f"The {word} stood here. " + f"It was the {word} of old times again. " * 6 for word in words}


def made(base: Path) -> Path:
    """A closed library with every kind of file, deleted documents in the lexical index, and a snapshot."""
    with opened(base / "library") as library:
        library.add(write_rows(base / "rows.jsonl", rows(["yucca", *WORDS])))
        with library.store.transaction() as transaction:  # as `remove`, but without compacting
            (gone,) = (article.id for article in library.articles() if article.title == "yucca")
            transaction.release_article(gone)
            transaction.settle()
        library.refresh()
        generation_of(library).dense.save()
    files = {file.suffix for file in (base / "library").rglob("*") if file.is_file()}
    assert {".db", ".bin", ".json", ".del", ".idx", ".term", ".fieldnorm", ".fast", ".store", ".pos"} <= files
    return base / "library"


@contextmanager
def in_memory(otherwise: Path) -> Iterator[Path]:
    """A folder for many copies: in memory where there is one."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else otherwise) as name:
        yield Path(name)


def copied(whole: Path, folder: Path) -> Path:
    shutil.rmtree(folder / "library", ignore_errors=True)
    return shutil.copytree(whole, folder / "library")


def found(library: Library, word: str) -> set[str]:
    """The titles of what is retrieved by its words; every text that can be shown is the one that was stored."""
    hits = [hit for hit in retriever_of(library).retrieve(word) if hit.lexical_rank]
    for hit in hits:
        assert library.article(hit.article.id).text.split() == rows([hit.article.title])[hit.article.title].split()
    return {hit.article.title for hit in hits}


def assert_as_before(library: Library) -> None:
    assert {article.title for article in library.articles()} == set(WORDS)
    library.refresh()
    assert len(lexical_of(library)) == len(vectors_of(library)) == library.stats().passages
    for word in WORDS:
        assert found(library, word) == {word}
        vector = LetterEncoder().encode_queries([word])[0]
        _, expected = library.store.passage_ids()
        assert set(vectors_of(library).search(vector, 1000)[0].tolist()) == set(expected.tolist())
