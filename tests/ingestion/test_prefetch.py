"""Reading in a thread beside other work: order, room, errors, and an end that leaves nothing running."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from library_fakes import SETTINGS, LetterEncoder
from numpy.typing import NDArray

from qa.ingestion.prefetch import Pause, Prefetcher
from qa.library import Library
from qa.loaders import Document

WAIT = 10.0  # seconds that an event may take before a test fails


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", SETTINGS, encoder=LetterEncoder()) as opened:
        yield opened


def story(number: int) -> Document:
    return Document(f"upload:{number}.txt", f"Story number{number} is told here.".encode())


def all_of(ahead: Prefetcher[int]) -> list[int]:
    taken = []
    while (item := ahead.peek(WAIT)) is not Pause.EXHAUSTED:
        assert isinstance(item, int)
        taken.append(item)
        ahead.take()
    return taken


def test_the_items_come_in_their_order_and_then_it_is_over() -> None:
    with Prefetcher(iter([3, 1, 2]), lambda _: 1, 2) as ahead:
        assert all_of(ahead) == [3, 1, 2]
        assert ahead.peek() is Pause.EXHAUSTED


def test_an_item_stays_until_it_is_taken() -> None:
    with Prefetcher(iter([1, 2]), lambda _: 1, 10) as ahead:
        assert [ahead.peek(WAIT), ahead.peek(WAIT)] == [1, 1]
        ahead.take()
        assert ahead.peek(WAIT) == 2


def test_no_more_is_read_than_there_is_room_for() -> None:
    asked = threading.Semaphore(0)

    def items() -> Iterator[int]:
        for number in (4, 4, 4, 4):
            asked.release()
            yield number

    with Prefetcher(items(), lambda size: size, 8) as ahead:
        for _ in range(3):  # two have room, the third waits for it
            assert asked.acquire(timeout=WAIT)
        assert not asked.acquire(timeout=0.05)
        assert ahead.waiting() == [4, 4]
        ahead.peek(WAIT)
        ahead.take()
        assert asked.acquire(timeout=WAIT)


def test_one_item_always_has_room() -> None:
    with Prefetcher(iter([100, 100]), lambda size: size, 8) as ahead:
        assert all_of(ahead) == [100, 100]


def test_an_item_that_is_not_there_yet_is_late() -> None:
    go = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        go.wait(WAIT)
        yield 2

    with Prefetcher(items(), lambda _: 1, 10) as ahead:
        ahead.peek(WAIT)
        ahead.take()
        assert ahead.peek(0.01) is Pause.NOT_READY
        go.set()
        assert ahead.peek(WAIT) == 2


def test_it_is_finished_when_all_is_read_though_not_taken() -> None:
    go = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        go.wait(WAIT)

    with Prefetcher(items(), lambda _: 1, 10) as ahead:
        ahead.peek(WAIT)
        assert not ahead.finished
        go.set()
        ahead.take()
        assert ahead.peek(WAIT) is Pause.EXHAUSTED
        assert ahead.finished


@pytest.mark.parametrize("error", [ValueError("broken"), KeyboardInterrupt()])
def test_an_error_comes_behind_what_was_read_before_it(error: BaseException) -> None:
    def items() -> Iterator[int]:
        yield 1
        raise error

    with Prefetcher(items(), lambda _: 1, 10) as ahead:
        assert ahead.peek(WAIT) == 1
        ahead.take()
        with pytest.raises(type(error)):
            ahead.peek(WAIT)
        assert not ahead.finished


def test_whoever_stops_taking_stops_the_reading() -> None:
    closed = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            closed.set()

    generator = items()
    with Prefetcher(generator, lambda _: 1, 3) as ahead:
        ahead.peek(WAIT)
    for thread in threading.enumerate():
        if thread.name == "prefetch":
            thread.join(WAIT)
            assert not thread.is_alive()
    assert not closed.is_set()  # whoever made the iterator ends it
    generator.close()
    assert closed.is_set()


# in a library


def test_files_are_read_while_others_are_encoded(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    read_to_the_end = threading.Event()
    real = library.encoder.encode_passages

    def encode_passages(texts: Sequence[str], progress: Callable[[int], None] | None = None) -> NDArray[np.float32]:
        assert read_to_the_end.wait(WAIT), "reading waits for the encoder"
        return real(texts, progress)

    def documents() -> Iterator[Document]:
        yield from map(story, range(9))
        read_to_the_end.set()

    monkeypatch.setattr(library.encoder, "encode_passages", encode_passages)
    assert len(library.add_documents(documents()).added) == 9


def test_what_was_read_is_stored_when_the_next_article_takes_long(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qa.ingestion.pipeline.PATIENCE_SECONDS", 0.01)
    stored: list[int] = []

    def documents() -> Iterator[Document]:
        yield story(1)
        for _ in range(1000):  # a slow page
            stored[:] = [len(library)]
            if stored == [1]:
                break
            threading.Event().wait(0.01)
        yield story(2)

    assert len(library.add_documents(documents()).added) == 2
    assert stored == [1]


def test_what_is_unchanged_is_counted_once(library: Library) -> None:
    library.add_documents(map(story, range(5)))
    report = library.add_documents(map(story, range(5)))
    assert (report.unchanged, report.added, report.updated) == (5, (), ())
